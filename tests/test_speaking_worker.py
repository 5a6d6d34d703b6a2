"""One thread, urgent things first, and nobody waits for ever."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from functools import partial

import pytest

from voicecoach.speaking.worker import Urgency, Worker


@pytest.fixture
def worker() -> Iterator[Worker]:
    worker = Worker("test")
    yield worker
    worker.close()


def test_what_is_needed_now_overtakes_what_is_needed_later(worker: Worker) -> None:
    go, order = threading.Event(), list[str]()
    worker.do(Urgency.NOW, go.wait)
    later = [worker.do(Urgency.AHEAD, partial(order.append, name)) for name in ("a", "b")]
    worker.do(Urgency.NOW, lambda: order.append("urgent"))
    go.set()
    for future in later:
        future.result()
    assert order == ["urgent", "a", "b"]


def test_an_exception_goes_to_the_one_who_waits_and_the_next_task_is_done(worker: Worker) -> None:
    failing = worker.do(Urgency.NOW, lambda: 1 // 0)
    assert worker.do(Urgency.NOW, lambda: "done").result() == "done"
    with pytest.raises(ZeroDivisionError):
        failing.result()


def test_a_cancelled_task_is_not_done(worker: Worker) -> None:
    go, order = threading.Event(), list[str]()
    worker.do(Urgency.NOW, go.wait)
    cancelled = worker.do(Urgency.NOW, lambda: order.append("cancelled"))
    cancelled.cancel()
    go.set()
    worker.do(Urgency.NOW, lambda: order.append("next")).result()
    assert order == ["next"]


def test_closing_does_what_is_left(worker: Worker) -> None:
    go = threading.Event()
    worker.do(Urgency.NOW, go.wait)
    left = worker.do(Urgency.AHEAD, threading.get_ident)
    go.set()
    worker.close()
    assert left.done()
    assert left.result() != threading.get_ident()


def test_after_closing_a_task_is_done_by_the_caller(worker: Worker) -> None:
    worker.do(Urgency.NOW, lambda: None)
    worker.close()
    worker.close()
    assert worker.do(Urgency.NOW, threading.get_ident).result() == threading.get_ident()


def test_a_task_may_close_its_own_worker(worker: Worker) -> None:
    worker.do(Urgency.NOW, worker.close).result()
