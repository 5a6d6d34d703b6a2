"""The path from loudspeaker to microphone as a filter: it takes the coach's own voice out, and learns as it goes.

The filter is fitted to the last seconds in which something was played (see echo_fit). The same evidence tells whether
the two devices' clocks part, and by how much: what was played is then read ever later or earlier.
"""

from __future__ import annotations

from collections import deque

import numpy as np

from voicecoach.hearing.echo_fit import FRAME, Fit, Floats
from voicecoach.hearing.frames import SAMPLE_RATE_HZ, Samples
from voicecoach.hearing.played_history import AHEAD, PlayedHistory

TAIL_S = 0.3
EVIDENCE_S = 3.0  # of sound while something is played
OLDEST_S = 15.0  # evidence from before is worth nothing
FIT_EVERY, FIT_STEPS = 25, 4  # frames
EARLY_S, EARLY_EVERY, EARLY_STEPS = 2.0, 4, 3  # until so much was heard it is in a hurry
ENOUGH_S = 1.5  # of evidence from a new path, before the response of the old one is changed
RECENT_S = 0.5  # of evidence tell which of two lags is right:
BETTER = 0.5  # by this it leaves less power unexplained
EXPLAINED = 0.3  # an echo that leaves less is known
SLIP_S, SLIP_MOST, SLIP_EVERY = 0.15, 640, 3  # of evidence tell of so many samples slipped; after so many frames
JUMP_S, JUMP_MOST, JUMP_EVERY = 0.4, 1920, 9  # the same of more at once: a buffer of a sound server
SUSPICIOUS = 0.15  # an echo that is known leaves less
DRIFT_FROM_S = 0.6
CERTAIN = 3.0  # standard errors
DRIFT_STEP = 0.7
MAX_DRIFT = 400e-6  # of any two clocks in computers
_PARTS = round(TAIL_S * SAMPLE_RATE_HZ) // FRAME
_SILENT_POWER = 1e-7


def _frames(seconds: float) -> int:
    return round(seconds * SAMPLE_RATE_HZ / FRAME)


class EchoFilter:
    """Give it frames of FRAME int16 samples. `lag`: by how many samples what is played is held back, because it is
    heard no earlier; it moves with the clocks, and
    where samples slip."""

    def __init__(self) -> None:
        self.lag = float(AHEAD)
        self.slips = 0  # how often the echo came at another time: samples were lost or added on the way
        self.drift = 0.0  # samples per sample; positive: heard ever later
        self.reference: Floats = np.zeros(FRAME, np.float32)  # the last frame of what is played, held back
        self.steady: Floats = self.reference  # the same, held back only by what has slipped
        self._slipped = 0.0  # samples
        self._history = PlayedHistory(FRAME, _frames(OLDEST_S + TAIL_S + 1.0))
        self._response: Floats = np.zeros(_PARTS * FRAME, np.float32)
        self._parts = _spectra(self._response)
        self._spectra = np.zeros((_PARTS, FRAME + 1), np.complex64)  # of the last frames played, the newest first
        self._evidence: deque[tuple[int, Floats]] = deque(maxlen=_frames(EVIDENCE_S))  # number of a frame, heard
        self._number = 0
        self._rings = 0  # frames for which the room still does
        self._since_fit = 0
        self._powers: deque[tuple[float, float]] = deque(maxlen=_frames(SLIP_S))  # heard, left
        self._learned = 0  # frames of evidence since the beginning

    def cancel(self, heard: Samples, played: Samples) -> Samples:
        """What is left of what was heard."""
        self._history.add(_floats(played))
        self._number += 1
        self.lag = max(self.lag + self.drift * FRAME, AHEAD)
        before, self.reference = self.reference, self._history.read([0], [self.lag])[0]
        self.steady = self._history.read([0], [AHEAD + max(0.0, self._slipped)])[0]
        self._spectra = np.roll(self._spectra, 1, axis=0)
        self._spectra[0] = np.fft.rfft(np.concatenate([before, self.reference]))
        echo = np.fft.irfft(np.einsum("pf,pf->f", self._spectra, self._parts), 2 * FRAME)[FRAME:]
        now = _floats(heard)
        self._powers.append((float(now @ now), float(np.sum((now - echo) ** 2))))
        self._witness(now)
        return np.clip(np.rint(heard - echo * 32768), -32768, 32767).astype(np.int16)

    def hold_back(self, lag: float) -> None:
        """What is played is heard this much later, as was found out only now: all else stays known."""
        earlier = round(max(lag, AHEAD) - self.lag)
        kept = max(0, len(self._response) - abs(earlier))
        moved = np.zeros_like(self._response)
        moved[max(0, -earlier) :][:kept] = self._response[max(0, earlier) :][:kept]
        self._response = moved
        self.lag += earlier
        self._take_in()

    def jump(self, lag: float) -> bool:
        """The sound may take this long now. In the same room, only another way through the computer, the response
        stays what it was; where neither that nor the old lag explains what is heard, it is learned anew. False where
        the old lag explains it better."""
        recent = list(self._evidence)[-_frames(RECENT_S) :]
        if not recent:
            return False
        before, now = self._seen(recent, self.lag).unexplained, self._seen(recent, lag).unexplained
        if now > before * BETTER:
            if before < EXPLAINED:
                return False
            self._response = np.zeros_like(self._response)
            self._learned = 0
        self._move(max(lag, AHEAD) - self.lag)
        return True

    def _take_in(self) -> None:
        """A new response, or what was played read anew."""
        self._parts = _spectra(self._response)
        frames = self._history.read(np.arange(_PARTS + 1), np.full(_PARTS + 1, self.lag))
        spectra = np.fft.rfft(np.concatenate([frames[1:], frames[:-1]], axis=1), axis=1)
        self._spectra = spectra.astype(np.complex64)
        self.reference = frames[0]

    def _witness(self, heard: Floats) -> None:
        loud = float(np.mean(self.reference**2)) > _SILENT_POWER
        self._rings = _PARTS if loud else self._rings - 1
        if self._rings <= 0:
            return
        while self._evidence and self._evidence[0][0] < self._number - _frames(OLDEST_S):
            self._evidence.popleft()
        self._evidence.append((self._number, heard))
        self._learned += 1
        self._since_fit += 1
        early = self._learned < _frames(EARLY_S)
        if not early and self._number % SLIP_EVERY == 0:
            self._mend_slip()
        settled = early or len(self._evidence) >= _frames(ENOUGH_S)
        if settled and self._since_fit >= (EARLY_EVERY if early else FIT_EVERY):
            self._since_fit = 0
            self._fit(EARLY_STEPS if early else FIT_STEPS)

    def _mend_slip(self) -> None:
        """A busy computer loses some samples, or plays some twice: the room is the same, only a little earlier or
        later. To measure the delay anew takes over a second, and finds nothing so small."""
        heard, left = np.sum(self._powers, axis=0)
        if left < SUSPICIOUS * heard:
            return
        if not self._slipped_by(SLIP_S, SLIP_MOST) and self._number % JUMP_EVERY == 0:
            self._slipped_by(JUMP_S, JUMP_MOST)

    def _slipped_by(self, seconds: float, most: int) -> bool:
        """Whether the last so many seconds of evidence are explained by a slip of so many samples at most."""
        if len(self._evidence) < _frames(seconds):
            return False
        fit = self._seen(list(self._evidence)[-_frames(seconds) :], self.lag)
        slip = fit.slip(most)
        mended = abs(slip.samples) > 0.5 and slip.unexplained < BETTER * min(1.0, fit.unexplained)
        if mended:
            self._move(slip.samples)
        return mended

    def _move(self, later: float) -> None:
        """The echo comes so many samples later from now on: what was heard before is no evidence of it."""
        self.slips += 1
        self._slipped += later
        self.lag = max(self.lag + later, AHEAD)
        self._evidence.clear()
        self._take_in()

    def _fit(self, steps: int) -> None:
        evidence = list(self._evidence)
        fit = self._seen(evidence, self.lag)
        if len(evidence) >= _frames(DRIFT_FROM_S):
            drift = fit.drift(np.array([number * FRAME for number, _ in evidence]) - self._number * FRAME)
            if drift is not None and drift.certainty > CERTAIN:
                self.drift = float(np.clip(self.drift + DRIFT_STEP * drift.rate, -MAX_DRIFT, MAX_DRIFT))
        self._response = fit.improved(steps)
        self._parts = _spectra(self._response)

    def _seen(self, evidence: list[tuple[int, Floats]], lag: float) -> Fit:
        """The evidence, where the lag is this one now."""
        ago = self._number - np.array([number for number, _ in evidence])
        with_context = np.concatenate([ago[0] + np.arange(_PARTS, 0, -1), ago])
        lags = np.maximum(lag - self.drift * FRAME * with_context, AHEAD)
        played = self._history.read(with_context, lags)
        return Fit(played.reshape(-1), np.concatenate([heard for _, heard in evidence]), self._response)


def _floats(samples: Samples) -> Floats:
    """1 is full scale."""
    return samples.astype(np.float32) / np.float32(32768)


def _spectra(response: Floats) -> np.ndarray[tuple[int, int], np.dtype[np.complex64]]:
    """Of its parts of one frame each."""
    return np.asarray(np.fft.rfft(response.reshape(_PARTS, FRAME), 2 * FRAME, axis=1), np.complex64)
