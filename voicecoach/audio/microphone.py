"""Microphone blocks on their way from the audio callback to the hearing: bounded, resampled, numbered by sample."""

from __future__ import annotations

import contextlib
import queue
import threading
from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import soxr

from voicecoach.audio.other_clock import OtherClock
from voicecoach.audio.quietness import Quietness
from voicecoach.speaking.timeline import Pcm

MICROPHONE_RATE_HZ = 16_000
# block, start_sample_16k, what was handed to the loudspeaker meanwhile (zeros where there is none)
OnMicrophone = Callable[[npt.NDArray[np.int16], int, npt.NDArray[np.int16]], object]

_WAITING_MAX_S = 2.0
_BEHIND_S, _IN_TIME_S = 0.5, 0.2  # what is heard too late is as good as not heard
_QUALITY = "MQ"  # delays by 21 ms on average; LQ by 11 ms, but it takes the sibilants (-13 dB at 7 kHz)
_ALL_ZERO_MAX_S = 2.0  # a real microphone always gives some noise; a muted or lost one gives exact zeros
# A sound server may put the loudspeaker's own signal in place of a lost microphone: zeros, but while something plays.
_PLAYED_IS_HEARD_S = 0.5


class MicrophoneReader:
    """Takes blocks with `put` (from the audio callback: never waits) and hands them on, on its own thread, as 16 kHz
    int16. Blocks follow each other without a gap: `start_sample_16k` / 16000 is the session's clock in seconds. After
    a gap (blocks dropped, clocks apart by more than `max_skew_s`) it jumps to where the clock is. What was played
    takes the same way, so that it stays aligned to the sample, or, with a loudspeaker of another clock, as nearly as
    that can be (see OtherClock); `loudspeaker_hz` is its rate.
    """

    def __init__(
        self, rate_hz: int, max_skew_s: float, on_block: OnMicrophone, loudspeaker_hz: int | None = None
    ) -> None:
        self.dropped_blocks = 0
        self.waiting_s = 0.0  # how far the listener is behind
        self.behind = False  # too far, until it has nearly caught up
        self._rate_hz = rate_hz
        self._max_skew_s = max_skew_s
        self._on_block = on_block
        self._zero_s = 0.0
        self._quietness = Quietness()
        self._since_played_s = float("inf")
        self._waiting: queue.SimpleQueue[tuple[float, Pcm, Pcm | None, list[Pcm]] | None] = queue.SimpleQueue()
        self._elsewhere: queue.SimpleQueue[Pcm] = queue.SimpleQueue()  # played since the last block
        self._other_clock = OtherClock(loudspeaker_hz, rate_hz) if loudspeaker_hz else None
        self._resampler = soxr.ResampleStream(rate_hz, MICROPHONE_RATE_HZ, 2, dtype="float32", quality=_QUALITY)
        self._began_s: float | None = None  # where the samples since the last gap began, ...
        self._taken = 0  # ... how many of them were taken in, ...
        self._given = 0  # ... and how many were handed on
        self._thread = threading.Thread(target=self._read, name="microphone", daemon=True)
        self._thread.start()

    @property
    def all_zero(self) -> bool:
        """There was nothing but digital silence, for two seconds in all, apart from what may be the loudspeaker's."""
        return self._zero_s > _ALL_ZERO_MAX_S

    @property
    def quiet_s(self) -> float:
        """For so long nothing was heard but the room."""
        return self._quietness.quiet_s

    def put(self, start_s: float, block: Pcm, played: Pcm | None = None) -> None:
        """One channel at the microphone's rate, its first sample at `start_s`. When full, the oldest is dropped and
        counted. `played`: by the same clock, at the same samples."""
        self.waiting_s = self._waiting.qsize() * len(block) / self._rate_hz
        self.behind = self.waiting_s > (_IN_TIME_S if self.behind else _BEHIND_S)
        if self.waiting_s > _WAITING_MAX_S:
            with contextlib.suppress(queue.Empty):  # taken just now
                self._waiting.get_nowait()
                self.dropped_blocks += 1
        self._waiting.put((start_s, block, played, self._played_elsewhere()))

    def put_played(self, samples: Pcm) -> None:
        """What a loudspeaker of another clock is given (from its audio callback: never waits)."""
        self._elsewhere.put(samples)

    def _played_elsewhere(self) -> list[Pcm]:
        return [self._elsewhere.get_nowait() for _ in range(self._elsewhere.qsize())]

    def close(self) -> None:
        self._waiting.put(None)
        if threading.current_thread() is not self._thread:
            self._thread.join(1.0)  # it may be in the listener's hands
            if not self._thread.is_alive():
                # a driver that hangs keeps us; nanobind complains of what is left at the end
                del self._resampler, self._other_clock

    def _read(self) -> None:
        while (item := self._waiting.get()) is not None:
            start_s, block, played, elsewhere = item
            if played is None:
                played = self._other_clock.beside(block, elsewhere) if self._other_clock else np.zeros_like(block)
            self._watch_for_zeros(block, played)
            if self.all_zero:  # what comes now is nobody's but the loudspeaker's
                block = np.zeros_like(block)
            self._quietness.note(block, len(block) / self._rate_hz)
            began_s = self._without_gap(start_s)
            self._taken += len(block)
            both = np.column_stack([block, played])
            resampled = self._resampler.resample_chunk(both)
            if len(resampled):
                start = round(began_s * MICROPHONE_RATE_HZ) + self._given
                self._given += len(resampled)
                heard, reference = np.ascontiguousarray(_int16(resampled).T)
                self._on_block(heard, start, reference)

    def _watch_for_zeros(self, block: Pcm, played: Pcm) -> None:
        block_s = len(block) / self._rate_hz
        self._since_played_s = 0.0 if played.any() else self._since_played_s + block_s
        if not block.any():
            self._zero_s += block_s
        elif self._since_played_s > _PLAYED_IS_HEARD_S:
            self._zero_s = 0.0

    def _without_gap(self, start_s: float) -> float:
        """Start afresh at `start_s` where that is not where the samples so far end."""
        if self._began_s is None or abs(self._began_s + self._taken / self._rate_hz - start_s) > self._max_skew_s:
            self._resampler.clear()
            self._began_s, self._taken, self._given = start_s, 0, 0
        return self._began_s


def _int16(samples: Pcm) -> npt.NDArray[np.int16]:
    return np.clip(np.rint(samples * 32768), -32768, 32767).astype(np.int16)
