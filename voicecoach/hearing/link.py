"""One life of the recogniser process: what is sent to it, what comes back, and noticing when it is gone or stuck."""

from __future__ import annotations

import json
import threading
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path

from voicecoach.hearing.audio_queue import AudioQueue, Item, Ticket
from voicecoach.hearing.frames import (
    DONE,
    ERROR,
    LISTEN,
    MISSING,
    READY,
    RESULT,
    SAMPLE_RATE_HZ,
    VOICE,
    News,
    Samples,
    unpack_news,
)
from voicecoach.helper_process import HelperDied, HelperProcess

_MODULE = "voicecoach.hearing.recogniser_process"
# Unanswered audio stays below this, so that what waits is in our queue, where it is measured and bounded.
_IN_FLIGHT_SAMPLES = SAMPLE_RATE_HZ * 2 // 5
# A large vocabulary takes a large model some seconds.
_LISTEN_PATIENCE_S = 8.0
_WATCH_EVERY_S = 0.1


class Link:
    """Starts the process at once. Once ready, its loss is reported: `on_lost` is called once, on a thread of ours,
    unless `close()` came first."""

    def __init__(
        self,
        model: Path,
        on_news: Callable[[News], None],
        on_lost: Callable[[str], None],
        *,
        queue_samples: int,
        patience_s: float,
    ) -> None:
        self._on_news = on_news
        self._on_lost = on_lost
        self._patience_s = patience_s
        self._changed = threading.Condition()
        self._queue = AudioQueue(queue_samples)
        self._unanswered: deque[tuple[Item, float]] = deque()
        self._in_flight_samples = 0
        self._ended = threading.Event()
        self._ready_or_ended = threading.Event()
        self.ready = False
        self.words: int | None = None
        self.missing_words: tuple[str, ...] = ()
        self.last_error = ""
        self._process = HelperProcess(_MODULE, [str(model)], self._on_frame, self._on_exit)
        for work in (self._write, self._watch):
            threading.Thread(target=work, name=f"recogniser {work.__name__}", daemon=True).start()

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def ended(self) -> bool:
        return self._ended.is_set()

    @property
    def dropped_samples(self) -> int:
        return self._queue.dropped_samples

    @property
    def lag_s(self) -> float:
        """Seconds of audio that were fed and are not recognised yet."""
        with self._changed:
            return (self._queue.waiting_samples + self._in_flight_samples) / SAMPLE_RATE_HZ

    def wait_ready(self, timeout_s: float) -> bool:
        """The model is loaded; False when the process ended before that, or is still loading."""
        self._ready_or_ended.wait(timeout_s)
        return self.ready

    def feed(self, block: Samples, start_sample: int) -> None:
        """Queue audio. Never waits for the process. Does nothing once the process has ended."""
        with self._changed:
            if not self.ended:
                self._queue.put_audio(block, start_sample)
                self._changed.notify_all()

    def send(self, kind: bytes, payload: bytes = b"") -> Ticket:
        """Queue a command; its ticket is settled when the process has answered it, or has ended."""
        ticket = Ticket()
        with self._changed:
            if self.ended:
                ticket.settled.set()
            else:
                self._queue.put(kind, payload, ticket)
                self._changed.notify_all()
        return ticket

    def close(self) -> None:
        self._end()
        self._process.close()

    def _write(self) -> None:
        while (item := self._next_item()) is not None:
            try:
                self._process.send(item.kind, item.payload)
            except HelperDied:
                return  # _on_exit says so

    def _next_item(self) -> Item | None:
        with self._changed:
            self._changed.wait_for(lambda: self.ended or self._may_send())
            if self.ended:
                return None
            item = self._queue.pop()
            self._in_flight_samples += item.samples
            self._unanswered.append((item, time.monotonic()))
            return item

    def _may_send(self) -> bool:
        return self.ready and len(self._queue) > 0 and self._in_flight_samples < _IN_FLIGHT_SAMPLES

    def _watch(self) -> None:
        while not self._ended.wait(_WATCH_EVERY_S):
            with self._changed:
                stuck = self._is_stuck()
            if stuck and self._end():
                self._process.kill()
                self._on_lost("the speech recogniser no longer answers")

    def _is_stuck(self) -> bool:
        if not self._unanswered:
            return False
        item, sent_s = self._unanswered[0]
        patience_s = self._patience_s + (_LISTEN_PATIENCE_S if item.kind == LISTEN else 0.0)
        return time.monotonic() - sent_s > patience_s

    def _on_frame(self, kind: bytes, payload: bytes) -> None:
        if kind == DONE:
            self._settle_oldest()
        elif kind == READY:
            self.words = json.loads(payload)["words"]
            with self._changed:
                self.ready = True
                self._changed.notify_all()
            self._ready_or_ended.set()
        elif kind == MISSING:
            self.missing_words = tuple(json.loads(payload))
        elif kind == ERROR:
            self.last_error = payload.decode()
        elif kind in (RESULT, VOICE) and not self.ended:
            self._on_news(unpack_news(kind, payload))

    def _settle_oldest(self) -> None:
        with self._changed:
            if not self._unanswered:
                return
            item, _ = self._unanswered.popleft()
            self._in_flight_samples -= item.samples
            if self._unanswered:  # it has waited for its turn until now
                self._unanswered[0] = (self._unanswered[0][0], time.monotonic())
            self._changed.notify_all()
        if item.ticket is not None:
            item.ticket.answered = True
            item.ticket.settled.set()

    def _on_exit(self, _code: int, _last_words: str) -> None:
        if self._end() and self.ready:
            self._on_lost("the speech recogniser has stopped working")

    def _end(self) -> bool:
        """True for the one who ended it."""
        with self._changed:
            if self.ended:
                return False
            self._ended.set()
            self._changed.notify_all()
            left = [item for item, _ in self._unanswered]
            while len(self._queue):
                left.append(self._queue.pop())
            self._unanswered.clear()
            self._in_flight_samples = 0
        self._ready_or_ended.set()
        for item in left:
            if item.ticket is not None:
                item.ticket.settled.set()
        return True
