"""Taking the coach's own voice out of what the microphone hears, with the played signal as the reference.

A filter (echo_filter) models the path from loudspeaker to microphone; what is played is first aligned by the measured
delay of that path, so that its taps are spent on the room. A second canceller (WebRTC's AEC3) is stricter: it leaves
less of the echo, but takes parts of other words, too. So its output is not listened to; it helps to tell whether
anybody else speaks. Where nobody does, what the filter leaves is replaced by quiet noise: a recogniser would find words
in it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from voicecoach.hearing.echo_delay import DelayEstimator
from voicecoach.hearing.echo_filter import EchoFilter
from voicecoach.hearing.echo_fit import FRAME, Floats
from voicecoach.hearing.frames import SAMPLE_RATE_HZ, Samples
from voicecoach.hearing.near_end import Guard, TwoJudges, voiced_power

HEAD_S = 0.012  # the filter begins this long before the estimated delay: the loudest sound is not always the first
MOVED_S = 0.003  # a path that takes so much longer is another one
PRE_ROLL_FRAMES = 25  # held back while the coach speaks alone, so that a soft beginning ("s" of stop) is not lost
_COMFORT_LSB = 6.0


@dataclass(frozen=True, slots=True)
class EchoState:
    """What is known of the echo at one moment. `erle_db`: echo return loss enhancement, how much softer the echo has
    become while nobody else spoke; `delay_s`: from played to heard, None before it is known; `playing`: the coach
    sounds, or the room still rings; `somebody_else`: so does somebody else; `moved`: it was found out just now that the
    echo comes at another time, so that what was taken for somebody else may have been the coach."""

    erle_db: float
    delay_s: float | None
    playing: bool
    somebody_else: bool
    moved: bool = False


@dataclass(frozen=True, slots=True)
class Cleaned:
    """One frame of FRAME samples, and what was going on in it."""

    samples: Samples
    state: EchoState


class Path(Protocol):
    """What is known of the way from loudspeaker to microphone; see EchoFilter."""

    lag: float
    slips: int
    reference: Floats
    steady: Floats

    def cancel(self, heard: Samples, played: Samples) -> Samples: ...
    def hold_back(self, lag: float) -> None: ...
    def jump(self, lag: float) -> bool: ...


class EchoCanceller:
    """Fed with what is heard and what is played at the same samples of the session's clock."""

    def __init__(self, new_path: Callable[[], Path] = EchoFilter) -> None:
        import pywebrtc_audio

        self._new_path = new_path
        self._path = new_path()
        self._strict = pywebrtc_audio.EchoCanceller(SAMPLE_RATE_HZ, 1, 0)
        self._delay = DelayEstimator()
        self._near_end = TwoJudges()
        self._slips = 0  # of the path, as far as known
        self._followed: int | None = None  # the delay that the filter was last told
        self._heard = self._played = np.zeros(0, np.int16)
        self._held: deque[Cleaned] = deque()
        self._noise = np.random.default_rng(0)
        self._erle_db = 0.0
        self._guard = Guard()

    def process(self, heard: Samples, played: Samples) -> list[Cleaned]:
        """Frames that are ready, in order and without a gap; both inputs int16 at 16 kHz, of equal length. While the
        coach speaks they come PRE_ROLL_FRAMES late."""
        self._heard = np.concatenate([self._heard, heard])
        self._played = np.concatenate([self._played, played])
        whole = len(self._heard) // FRAME * FRAME
        ready: list[Cleaned] = []
        for at in range(0, whole, FRAME):
            ready += self._frame(self._heard[at : at + FRAME], self._played[at : at + FRAME])
        self._heard, self._played = self._heard[whole:], self._played[whole:]
        return ready

    def skip(self) -> list[Cleaned]:
        """Some samples were lost on the way: what was held back, and what is known of the room stays known. The next
        samples follow on the gap."""
        self._heard = self._played = np.zeros(0, np.int16)
        ready, self._held = list(self._held), deque()
        return [frame if frame.state.somebody_else else self._quiet(frame) for frame in ready]

    def _frame(self, heard: Samples, played: Samples) -> list[Cleaned]:
        self._delay.feed(heard, played)
        self._follow_delay()
        cleaned = self._guarded(heard, self._path.cancel(heard, played))
        steady = np.rint(self._path.steady * 32767).astype(np.int16)
        strict = np.asarray(self._strict.process(np.ascontiguousarray(heard), steady))
        if moved := self._path.slips != self._slips:
            self._slips = self._path.slips
            self._near_end.forget()
        played_power = max(_power(self._path.reference * 32768), _power(played))
        speaking = self._near_end.update(played_power, voiced_power(heard), _power(strict), voiced_power(cleaned))
        self._follow_erle(heard, cleaned, speaking=speaking)
        delay = self._delay.delay_samples
        delay_s = None if delay is None else delay / SAMPLE_RATE_HZ
        self._held.append(Cleaned(cleaned, EchoState(self._erle_db, delay_s, self._near_end.playing, speaking, moved)))
        return self._released()

    def _guarded(self, heard: Samples, cleaned: Samples) -> Samples:
        """What the filter makes of it, unless it adds."""
        adds = self._guard.adds(_power(heard), _power(cleaned))
        if self._guard.stuck:
            lag, self._guard = self._path.lag, Guard()
            self._path = self._new_path()
            self._path.hold_back(lag)
        return heard if adds else cleaned

    def _released(self) -> list[Cleaned]:
        """Silence is passed on at once; beside the coach's voice only what is near somebody else's."""
        if not self._near_end.playing:
            ready, self._held = list(self._held), deque()
            return [
                frame if frame.state.somebody_else or not frame.state.playing else self._quiet(frame) for frame in ready
            ]
        if self._near_end.speaking:
            ready, self._held = list(self._held), deque()
            return ready
        ready = []
        while len(self._held) > PRE_ROLL_FRAMES:
            ready.append(self._quiet(self._held.popleft()))
        return ready

    def _quiet(self, frame: Cleaned) -> Cleaned:
        noise = self._noise.normal(0.0, _COMFORT_LSB, FRAME).astype(np.int16)
        return Cleaned(frame.samples if not frame.state.playing else noise, frame.state)

    def _follow_delay(self) -> None:
        """The path may have changed: another device, or one that now takes longer."""
        delay = self._delay.delay_samples
        if delay is None or delay == self._followed:
            return
        known, self._followed = self._followed is not None, delay
        lag = max(0, delay - round(HEAD_S * SAMPLE_RATE_HZ))
        if not known:
            self._path.hold_back(lag)
        elif abs(lag - self._path.lag) > MOVED_S * SAMPLE_RATE_HZ:
            self._path.jump(lag)

    def _follow_erle(self, heard: Samples, cleaned: Samples, *, speaking: bool) -> None:
        if self._near_end.playing and not speaking:
            now_db = 10 * np.log10(_power(heard) / _power(cleaned))
            self._erle_db += 0.02 * float(now_db - self._erle_db)


def open_canceller() -> EchoCanceller | None:
    """A canceller, or None on a computer where its library does not load: then words that the coach is saying itself
    are only masked."""
    try:
        return EchoCanceller()
    except (ImportError, OSError):
        return None


def _power(samples: Samples | Floats) -> float:
    return float(np.mean(np.square(samples.astype(np.float64)))) + 1.0
