"""Speech placed on a line of samples: what is heard, and exactly when. Pure: no threads, no devices, no clock.

The number of samples rendered so far *is* the session's clock. Whatever the sizes of the blocks that are asked for,
the samples are the same, for everything is decided sample by sample:

- scheduled speech starts at its sample, and is mixed with whatever else sounds;
- queued speech starts, in order, at the first sample at which nothing sounds and nothing has sounded for its pause.
  It waits for scheduled speech that is sounding, not for scheduled speech that is still to come: should that begin
  meanwhile, the two overlap.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Pcm = npt.NDArray[np.float32]  # one channel, full scale is -1..1

FADE_S = 0.010  # no click, and over within the next audio block
_KNEE = 0.8  # up to here samples stay as they are; above, they are bent so that no sum can exceed 1


@dataclass(slots=True, eq=False)
class _Waiting:
    speech_id: int
    pcm: Pcm | None  # None: still being rendered
    gain: float
    pause: int = 0  # samples, for queued speech
    onset: int = 0  # sample, for scheduled speech


@dataclass(slots=True, eq=False)
class _Sounding:
    speech_id: int | None  # None: the fading rest of hushed speech, which never finishes
    pcm: Pcm
    gain: float
    start: int

    @property
    def end(self) -> int:
        return self.start + len(self.pcm)

    def mix_into(self, out: Pcm, position: int) -> None:
        """Add its part of the samples from `position` on to `out`."""
        first, last = max(self.start, position), min(self.end, position + len(out))
        if first < last:
            out[first - position : last - position] += self.pcm[first - self.start : last - self.start] * self.gain


class Timeline:
    """Speech to come and speech that sounds. Not thread-safe: whoever shares it holds a lock."""

    def __init__(self, sample_rate_hz: int, fade_s: float = FADE_S) -> None:
        self.sample_rate_hz = sample_rate_hz
        self.position = 0  # samples rendered so far
        self.hushed_at_sample: int | None = None  # of the last hush
        self.late_samples: dict[int, int] = {}  # scheduled speech that could not start in time, and by how much
        self._fade_samples = round(fade_s * sample_rate_hz)
        self._queue: deque[_Waiting] = deque()
        self._scheduled: list[_Waiting] = []
        self._sounding: list[_Sounding] = []
        self._finished: list[tuple[int, int]] = []
        self._quiet_from = 0  # where the last sound that has started ends

    def queue(self, speech_id: int, pcm: Pcm | None, pause_s: float = 0.0, gain_db: float = 0.0) -> None:
        """Play after everything queued before and after `pause_s` of silence. `pcm` None: a place is kept until
        `fill`, and what is queued behind it waits."""
        pause = max(0, round(pause_s * self.sample_rate_hz))
        self._queue.append(_Waiting(speech_id, _one_channel(pcm), _gain(gain_db), pause=pause))

    def schedule(self, speech_id: int, pcm: Pcm | None, at_sample: int, gain_db: float = 0.0) -> None:
        """Play from exactly `at_sample` on; at once where that is past, which `late_samples` then tells."""
        self._scheduled.append(_Waiting(speech_id, _one_channel(pcm), _gain(gain_db), onset=at_sample))

    def fill(self, speech_id: int, pcm: Pcm) -> None:
        """Supply the samples of a kept place; ignored where it has been hushed meanwhile."""
        for waiting in (*self._queue, *self._scheduled):
            if waiting.speech_id == speech_id and waiting.pcm is None:
                waiting.pcm = _one_channel(pcm)
                return

    def hush(self) -> None:
        """Drop everything; what sounds fades to zero from the next sample on. Nothing that is dropped finishes."""
        self._queue.clear()
        self._scheduled.clear()
        self.hushed_at_sample = self.position
        # An earlier fade runs on as it is: fading it once more would only change its slope.
        fading = [sound for sound in self._sounding if sound.speech_id is None]
        rest = np.zeros(self._fade_samples, np.float32)
        cut = [sound for sound in self._sounding if sound.speech_id is not None]
        for sound in cut:
            sound.mix_into(rest, self.position)
        if cut:
            rest *= np.linspace(1, 0, len(rest), dtype=np.float32)
            fading.append(_Sounding(None, rest, 1.0, self.position))
        self._sounding = fading
        ends = [sound.end for sound in fading]
        self._quiet_from = max(ends) if ends else min(self._quiet_from, self.position)

    def render(self, frames: int) -> Pcm:
        """The next `frames` samples, within [-1, 1]: sums beyond 0.8 are bent softly, all else is left as it is."""
        out = np.zeros(frames, np.float32)
        end = self.position + frames
        while self._start_next(end):
            pass
        for sound in self._sounding:
            sound.mix_into(out, self.position)
        self.position = end
        over = [sound for sound in self._sounding if sound.end <= end]
        if over:
            over.sort(key=lambda sound: sound.end)
            self._finished += [(sound.speech_id, sound.end) for sound in over if sound.speech_id is not None]
            self._sounding = [sound for sound in self._sounding if sound.end > end]
        return _limited(out)

    def finished(self) -> list[tuple[int, int]]:
        """(id, sample after its last) of what has been rendered to its end since the last call, in that order."""
        finished, self._finished = self._finished, []
        return finished

    @property
    def idle(self) -> bool:
        """Nothing is queued, scheduled or sounding."""
        return not (self._queue or self._scheduled or self._sounding)

    @property
    def idle_since_sample(self) -> int | None:
        """Where the last sound ended (0: nothing has sounded yet); None while not idle."""
        return self._quiet_from if self.idle else None

    def _start_next(self, before: int) -> bool:
        """Start whatever starts first, if that is before the sample `before`."""
        scheduled = min(
            (one for one in self._scheduled if one.pcm is not None), key=lambda one: one.onset, default=None
        )
        queued = self._queue[0] if self._queue and self._queue[0].pcm is not None else None
        scheduled_at = before if scheduled is None else max(self.position, scheduled.onset)
        queued_at = before if queued is None else max(self.position, self._quiet_from + queued.pause)
        if min(scheduled_at, queued_at) >= before:
            return False
        if scheduled is not None and scheduled_at <= queued_at:
            self._scheduled.remove(scheduled)
            if scheduled_at > scheduled.onset:
                self.late_samples[scheduled.speech_id] = scheduled_at - scheduled.onset
            self._start(scheduled, scheduled_at)
        else:
            self._start(self._queue.popleft(), queued_at)
        return True

    def _start(self, waiting: _Waiting, at_sample: int) -> None:
        assert waiting.pcm is not None
        sound = _Sounding(waiting.speech_id, waiting.pcm, waiting.gain, at_sample)
        self._sounding.append(sound)
        self._quiet_from = max(self._quiet_from, sound.end)


def _one_channel(pcm: Pcm | None) -> Pcm | None:
    """Raises ValueError where it is anything but one channel of samples."""
    if pcm is None:
        return None
    pcm = np.asarray(pcm, np.float32)
    if pcm.ndim != 1:
        raise ValueError(f"speech must be one channel of samples, not an array of shape {pcm.shape}")
    return pcm


def _gain(gain_db: float) -> float:
    return float(10 ** (gain_db / 20))


def _limited(samples: Pcm) -> Pcm:
    """Bend what is beyond the knee, in place. Looks at each sample alone, so that blocks make no difference."""
    loud = np.abs(samples) > _KNEE
    if loud.any():
        room = 1 - _KNEE
        beyond = np.abs(samples[loud]) - _KNEE
        bent = _KNEE + room * np.tanh(beyond / room)
        samples[loud] = np.copysign(np.minimum(bent, 1.0), samples[loud])
    return samples
