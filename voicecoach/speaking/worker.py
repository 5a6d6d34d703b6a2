"""One thread that does one thing after the other, urgent things first."""

from __future__ import annotations

import itertools
import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from enum import IntEnum
from functools import partial
from typing import TypeVar

T = TypeVar("T")


class Urgency(IntEnum):
    NOW = 0
    AHEAD = 1  # it will be needed later
    LAST = 2


class Worker:
    """Thread-safe. The thread starts with the first task."""

    def __init__(self, name: str) -> None:
        self._tasks: queue.PriorityQueue[tuple[Urgency, int, Callable[[], None] | None]] = queue.PriorityQueue()
        self._order = itertools.count()
        self._thread = threading.Thread(target=self._work, name=name, daemon=True)
        self._started = False
        self._closed = False
        self._lock = threading.Lock()

    def do(self, urgency: Urgency, task: Callable[[], T]) -> Future[T]:
        """The future gets what `task` returns or raises; its callbacks run on the worker's thread. After `close` the
        task is done at once, by the caller."""
        future: Future[T] = Future()
        with self._lock:
            if not self._closed:
                if not self._started:
                    self._started = True
                    self._thread.start()
                self._tasks.put((urgency, next(self._order), partial(_settle, future, task)))
                return future
        _settle(future, task)
        return future

    def close(self) -> None:
        """Do what is left and end the thread."""
        with self._lock:
            self._closed = True
            self._tasks.put((Urgency.LAST, next(self._order), None))
        if self._started and threading.current_thread() is not self._thread:
            self._thread.join()

    def _work(self) -> None:
        while (task := self._tasks.get()[2]) is not None:
            task()


def _settle(future: Future[T], task: Callable[[], T]) -> None:
    if not future.set_running_or_notify_cancel():
        return
    try:
        result = task()
    except Exception as error:  # it belongs to whoever waits for the future
        future.set_exception(error)
    else:
        future.set_result(result)
