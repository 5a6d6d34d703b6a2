"""The ears when their recogniser dies, dies again, or falls behind; it is replaced by one that does so on command."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from voicecoach.core.messages import Heard, HearingLost, HearingRestored, Mishap
from voicecoach.hearing.ears import IN_TIME_S, LATE_S, RESTART_ATTEMPTS, Ears, HearingEvent
from voicecoach.hearing.echo import EchoCanceller
from voicecoach.hearing.frames import RecogniserEvent
from voicecoach.hearing.model import ModelError

BLOCK = np.zeros(160, np.int16)
PATIENCE_S = 20.0


class Recogniser:
    """Its state is the test's."""

    def __init__(
        self, _model: Path, on_result: Callable[[RecogniserEvent], None], on_lost: Callable[[str], None]
    ) -> None:
        self.on_result, self._on_lost = on_result, on_lost
        self.alive = True
        self.lag_s = 0.0
        self.restarts = 0
        self.on_restart: Callable[[], None] = lambda: None

    def restart(self) -> None:
        self.restarts += 1
        self.alive = True
        self.on_restart()

    def die(self) -> None:
        self.alive = False
        self._on_lost("died")

    def feed(self, _block: object, _start_sample: int) -> None: ...

    def close(self) -> None: ...


class Listener:
    """Ears, and what they post."""

    def __init__(self) -> None:
        self.posted: list[HearingEvent] = []
        self._changed = threading.Condition()
        made: list[Recogniser] = []

        def make(*arguments: Any) -> Any:
            made.append(Recogniser(*arguments))
            return made[0]

        self.ears = Ears(Path("model"), self._post, lambda: 1.0, headset=True, recogniser=make)
        (self.recogniser,) = made

    def _post(self, event: HearingEvent) -> None:
        with self._changed:
            self.posted.append(event)
            self._changed.notify_all()

    @property
    def kinds(self) -> list[type[HearingEvent]]:
        """What the session acts on; a mishap is for the journal only."""
        return [type(event) for event in self.posted if not isinstance(event, Mishap)]

    def wait_for(self, *kinds: type[HearingEvent]) -> None:
        with self._changed:
            assert self._changed.wait_for(lambda: self.kinds == list(kinds), PATIENCE_S), self.posted

    def feed(self, lag_s: float) -> None:
        self.recogniser.lag_s = lag_s
        self.ears.feed(BLOCK, 0)


@pytest.fixture
def listener() -> Iterator[Listener]:
    one = Listener()
    yield one
    one.ears.close()


@pytest.fixture
def recogniser(listener: Listener) -> Recogniser:
    return listener.recogniser


def test_a_dead_recogniser_is_told_and_started_again(listener: Listener, recogniser: Recogniser) -> None:
    recogniser.die()
    listener.wait_for(HearingLost, HearingRestored)
    assert [event.what for event in listener.posted if isinstance(event, Mishap)] == ["died"]


def test_nothing_is_restored_that_died_again_meanwhile(listener: Listener, recogniser: Recogniser) -> None:
    def die_at_once() -> None:
        if recogniser.restarts == 1:
            recogniser.die()

    recogniser.on_restart = die_at_once
    recogniser.die()
    listener.wait_for(HearingLost, HearingLost, HearingRestored)


def test_what_kills_it_each_time_is_not_tried_for_ever(listener: Listener, recogniser: Recogniser) -> None:
    for _ in range(RESTART_ATTEMPTS):
        before = len(listener.kinds)
        recogniser.die()
        listener.wait_for(*[HearingLost, HearingRestored] * (before // 2 + 1))
    recogniser.die()
    listener.ears.close()
    assert listener.kinds[-1] is HearingLost
    assert recogniser.restarts == RESTART_ATTEMPTS


def test_a_word_in_between_shows_that_it_lives(listener: Listener, recogniser: Recogniser) -> None:
    kinds: list[type[HearingEvent]] = []
    for _ in range(RESTART_ATTEMPTS + 2):
        recogniser.die()
        kinds += [HearingLost, HearingRestored]
        listener.wait_for(*kinds)
        recogniser.on_result(RecogniserEvent("stop", True, 1.0, 0, 100, 200))
        kinds.append(Heard)


def test_a_model_that_no_longer_loads_stays_lost(listener: Listener, recogniser: Recogniser) -> None:
    def fail() -> None:
        recogniser.alive = False
        raise ModelError("gone")

    recogniser.on_restart = fail
    recogniser.die()
    listener.ears.close()
    assert listener.kinds == [HearingLost]


def test_what_is_heard_too_late_is_told_once_until_it_has_caught_up(listener: Listener) -> None:
    for lag_s in (0.0, LATE_S, LATE_S + 0.1, LATE_S + 0.5, IN_TIME_S + 0.1, IN_TIME_S - 0.1, 0.0):
        listener.feed(lag_s)
    assert listener.kinds == [HearingLost, HearingRestored]
    assert isinstance(listener.posted[0], HearingLost)
    assert "lags" in listener.posted[0].reason


def test_a_dead_recogniser_has_no_lag_but_does_not_hear(listener: Listener, recogniser: Recogniser) -> None:
    listener.feed(LATE_S + 0.1)
    recogniser.alive = False
    listener.feed(0.0)
    assert listener.kinds == [HearingLost]


def test_what_is_known_of_the_room_outlasts_a_short_gap_and_two_clocks_set_right() -> None:
    made: list[EchoCanceller] = []

    def canceller() -> EchoCanceller:
        made.append(EchoCanceller())
        return made[-1]

    def make(*arguments: Any) -> Any:
        return Recogniser(*arguments)

    ears = Ears(Path("model"), lambda _event: None, lambda: 1.0, recogniser=make, canceller=canceller)
    start = 100_000
    for gap in (0, 1_600, -1_600):
        ears.feed(BLOCK, start + gap, BLOCK)
        start += gap + len(BLOCK)
    known = len(made)
    ears.feed(BLOCK, start + 20_000, BLOCK)
    assert len(made) == known + 1, "after a long one the devices may be others"
    ears.close()
    assert known == 2, "one to begin with, one for the first block, which begins late"
