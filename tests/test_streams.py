"""A driver that has lost its device may never come back from a call."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from voicecoach.audio import SoundError
from voicecoach.audio import streams as module
from voicecoach.audio.streams import Streams


class Stream:
    """Of a driver that does not come back from `start` before it is let go."""

    active = False

    def __init__(self) -> None:
        self.let_go = threading.Event()
        self.closed = False

    def start(self) -> None:
        self.let_go.wait()

    def close(self) -> None:
        self.closed = True


@pytest.fixture
def stream() -> Iterator[Stream]:
    stream = Stream()
    yield stream
    stream.let_go.set()


def test_a_driver_that_never_answers_is_an_error_and_is_not_asked_again(
    stream: Stream, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_START_TIMEOUT_S", 0.05)
    streams = Streams((stream,), 48_000, 48_000)
    with pytest.raises(SoundError, match=r"does not start \(it does not answer\): connect it again"):
        streams.start()
    assert streams.hangs
    assert not streams.close()
    assert not stream.closed, "PortAudio would end the process"


def test_a_driver_that_answers_is_started_and_closed(stream: Stream) -> None:
    stream.let_go.set()
    streams = Streams((stream,), 48_000, 48_000)
    streams.start()
    assert not streams.hangs
    assert streams.close()
    assert stream.closed
