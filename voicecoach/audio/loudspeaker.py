"""What every loudspeaker can do, and the one that is silent."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import Self

from voicecoach.speaking.timeline import Pcm, Timeline

OnFinished = Callable[[int, float], None]  # speech id, at_s


class Loudspeaker:
    """A timeline that is played, shared safely between threads.

    The lock is held for microseconds only (placing an item, rendering one block), so that the audio callback may
    wait for it. `on_finished` is called on a thread of its own.
    """

    def __init__(self, timeline: Timeline, on_finished: OnFinished, lock: threading.Lock | None = None) -> None:
        self.timeline = timeline
        self._on_finished = on_finished
        self._lock = lock or threading.Lock()
        self._finished: queue.SimpleQueue[tuple[int, int]] = queue.SimpleQueue()

    @property
    def sample_rate_hz(self) -> int:
        """Of the speech it plays."""
        return self.timeline.sample_rate_hz

    @property
    def now_s(self) -> float:
        """The session's clock: what has been handed to the device. It steps by one block, and what it says is heard
        only after the device's latency."""
        return self.timeline.position / self.timeline.sample_rate_hz

    @property
    def idle(self) -> bool:
        """Nothing is queued, scheduled or sounding."""
        with self._lock:
            return self.timeline.idle

    def queue(self, speech_id: int, pcm: Pcm | None, pause_s: float = 0.0, gain_db: float = 0.0) -> None:
        """See Timeline.queue."""
        with self._lock:
            self.timeline.queue(speech_id, pcm, pause_s, gain_db)

    def schedule(self, speech_id: int, pcm: Pcm | None, at_s: float, gain_db: float = 0.0) -> None:
        """See Timeline.schedule; `at_s` on the session's clock."""
        with self._lock:
            self.timeline.schedule(speech_id, pcm, round(at_s * self.timeline.sample_rate_hz), gain_db)

    def fill(self, speech_id: int, pcm: Pcm) -> None:
        """See Timeline.fill."""
        with self._lock:
            self.timeline.fill(speech_id, pcm)

    def hush(self) -> None:
        """See Timeline.hush. What had been rendered to its end before may still be told as finished."""
        with self._lock:
            self.timeline.hush()

    def close(self) -> None:
        """Be silent for good. Safe to call twice."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _render(self, frames: int) -> Pcm:
        with self._lock:
            block = self.timeline.render(frames)
            finished = self.timeline.finished()
        for one in finished:
            self._finished.put(one)
        return block

    def _tell_finished(self, timeout_s: float) -> None:
        """Wait so long at most for speech to finish, and tell so."""
        try:
            speech_id, end_sample = self._finished.get(timeout=timeout_s)
        except queue.Empty:
            return
        self._on_finished(speech_id, end_sample / self.timeline.sample_rate_hz)


class SilentLoudspeaker(Loudspeaker):
    """For machines without sound, and while a loudspeaker is lost (see `taking_over`): time passes by the computer's
    clock, and what is rendered is thrown away. While the program is stopped, time stands still."""

    _STEP_S = 0.010
    _LONGEST_STEP_S = 0.5

    def __init__(
        self,
        on_finished: OnFinished,
        timeline: Timeline | None = None,
        sample_rate_hz: int = 48_000,
        lock: threading.Lock | None = None,
    ) -> None:
        super().__init__(timeline or Timeline(sample_rate_hz), on_finished, lock)
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._advance, name="silent loudspeaker", daemon=True)
        self._thread.start()

    @classmethod
    def taking_over(cls, lost: Loudspeaker) -> Self:
        """Goes on where a lost one stood. That one must not play again before this one is closed."""
        return cls(lost._on_finished, lost.timeline, lock=lost._lock)

    def close(self) -> None:
        self._closing.set()
        if threading.current_thread() is not self._thread:
            self._thread.join()

    def _advance(self) -> None:
        last_s, owed = time.monotonic(), 0.0
        while not self._closing.wait(self._STEP_S):
            now_s = time.monotonic()
            owed += min(now_s - last_s, self._LONGEST_STEP_S) * self.sample_rate_hz
            last_s = now_s
            self._render(int(owed))
            owed -= int(owed)
            while not self._finished.empty():
                self._tell_finished(0)
