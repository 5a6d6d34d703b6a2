"""The ears when their recogniser dies, dies again, or falls behind; it is replaced by one that does so on command."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from voicecoach.core.messages import Heard, HearingLost, HearingRestored, Mishap, VoiceStarted, VoiceStopped
from voicecoach.hearing.ears import RESTART_ATTEMPTS, Ears, HearingEvent
from voicecoach.hearing.echo import Cleaned, EchoCanceller, EchoState, open_canceller
from voicecoach.hearing.frames import SAMPLE_RATE_HZ, News, RecogniserEvent, Samples, VoiceNews
from voicecoach.hearing.lag import IN_TIME_FOR_S, IN_TIME_S, LATE_FOR_S, LATE_S
from voicecoach.hearing.model import ModelError

BLOCK = np.zeros(160, np.int16)
BLOCK_S = len(BLOCK) / SAMPLE_RATE_HZ
PATIENCE_S = 20.0


class Recogniser:
    """Its state is the test's."""

    def __init__(self, _model: Path, on_news: Callable[[News], None], on_lost: Callable[[str], None]) -> None:
        self.on_news, self._on_lost = on_news, on_lost
        self.alive = True
        self.lag_s = 0.0
        self.dropped_samples = 0
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

    def __init__(self, *, headset: bool = True, canceller: Callable[[], EchoCanceller | None] = open_canceller) -> None:
        self.posted: list[HearingEvent] = []
        self._changed = threading.Condition()
        made: list[Recogniser] = []

        def make(*arguments: Any) -> Any:
            made.append(Recogniser(*arguments))
            return made[0]

        self.ears = Ears(Path("model"), self._post, lambda: 1.0, headset=headset, recogniser=make, canceller=canceller)
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

    def feed(self, lag_s: float, for_s: float) -> None:
        self.recogniser.lag_s = lag_s
        for _ in range(round(for_s / BLOCK_S)):
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
        recogniser.on_news(RecogniserEvent("stop", True, 1.0, 0, 100, 200))
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
        listener.feed(lag_s, for_s=1.0)
    assert listener.kinds == [HearingLost, HearingRestored]
    assert isinstance(listener.posted[0], HearingLost)
    assert "lags" in listener.posted[0].reason


def test_a_busy_moment_is_not_told_and_a_free_one_is_no_recovery(listener: Listener) -> None:
    for _ in range(5):
        listener.feed(LATE_S + 0.1, LATE_FOR_S - 2 * BLOCK_S)
        listener.feed(0.0, BLOCK_S)
    assert listener.kinds == []
    listener.feed(LATE_S + 0.1, LATE_FOR_S)
    for _ in range(5):
        listener.feed(0.0, IN_TIME_FOR_S - 2 * BLOCK_S)
        listener.feed(IN_TIME_S, BLOCK_S)
    assert listener.kinds == [HearingLost]


def test_a_dead_recogniser_has_no_lag_but_does_not_hear(listener: Listener, recogniser: Recogniser) -> None:
    listener.feed(LATE_S + 0.1, 1.0)
    recogniser.alive = False
    listener.feed(0.0, 1.0)
    assert listener.kinds == [HearingLost]


def test_sound_that_was_given_up_is_counted_aloud(listener: Listener, recogniser: Recogniser) -> None:
    listener.feed(2.0, 1.0)
    recogniser.dropped_samples = SAMPLE_RATE_HZ // 2
    listener.feed(2.0, 1.0)
    recogniser.dropped_samples = SAMPLE_RATE_HZ * 3 // 2
    listener.feed(2.0, 1.0)
    recogniser.dropped_samples += SAMPLE_RATE_HZ // 4
    listener.feed(0.0, 1.0)
    told = [event.what.split()[0] for event in listener.posted if isinstance(event, Mishap)]
    assert told == ["1.5", "0.2"], "at once, and what is left when it has caught up"
    assert listener.kinds == [HearingLost, HearingRestored]


def test_sound_that_was_lost_on_the_way_is_told(listener: Listener) -> None:
    for start in (1000, 1160, 1160 + 160 + SAMPLE_RATE_HZ // 4, 0):
        listener.ears.feed(BLOCK, start)
    told = [event.what.split()[0] for event in listener.posted if isinstance(event, Mishap)]
    assert told == ["0.25"], "not what came before the first block, and nothing where the clock went back"


# --- voices ---


def test_a_voice_is_told_when_it_begins_and_when_it_has_ended(listener: Listener, recogniser: Recogniser) -> None:
    for news in (VoiceNews(1600, 3200), VoiceNews(1600, 4800), VoiceNews(1600, 6400, over=True)):
        recogniser.on_news(news)
    assert listener.posted == [VoiceStarted(1.0, 0.1), VoiceStopped(1.0, 0.1, 0.4)]


def test_a_voice_that_was_heard_when_the_recogniser_died_is_over(listener: Listener, recogniser: Recogniser) -> None:
    recogniser.on_news(VoiceNews(1600, 3200))
    recogniser.die()
    listener.wait_for(VoiceStarted, VoiceStopped, HearingLost, HearingRestored)


def test_without_a_canceller_nobody_knows_whose_voice_it_is() -> None:
    listener = Listener(headset=False, canceller=lambda: None)
    listener.ears.feed(BLOCK, 0, BLOCK)
    listener.recogniser.on_news(VoiceNews(0, 160))
    listener.recogniser.on_news(VoiceNews(0, 320, over=True))
    assert listener.posted == []


def test_who_is_not_sure_to_be_another_talks_from_where_it_is() -> None:
    """The coach falls silent after a second, somebody is still talking."""
    listener = Listener(headset=False)
    voice = np.random.default_rng(0).normal(0, 3000, 2 * SAMPLE_RATE_HZ).astype(np.int16)
    voice[SAMPLE_RATE_HZ:] = 0
    for at in range(0, len(voice), len(BLOCK)):
        block = voice[at : at + len(BLOCK)]
        listener.ears.feed(block, at, block)
    for end in (4800, 16000, 22400, 25600):
        listener.recogniser.on_news(VoiceNews(0, end))
    listener.recogniser.on_news(VoiceNews(0, 28800, over=True))
    assert listener.posted == [VoiceStarted(1.0, 22400 / SAMPLE_RATE_HZ), VoiceStopped(1.0, 1.4, 1.8)]


class Scripted(EchoCanceller):
    """Hears somebody else over the coach all the time; `moves`: it finds out now that the echo has moved."""

    moves = False

    def process(self, heard: Samples, played: Samples) -> list[Cleaned]:  # noqa: ARG002
        return [Cleaned(heard, EchoState(20.0, 0.06, playing=True, somebody_else=True, moved=self.moves))]


def test_who_spoke_just_before_the_echo_was_found_to_have_moved_was_perhaps_the_coach() -> None:
    canceller = Scripted()
    listener = Listener(headset=False, canceller=lambda: canceller)
    words = RecogniserEvent("go on", True, 0.9, 8000, 16000, 16000)
    for canceller.moves in (False, True):
        for at in range(0, 16000, len(BLOCK)):
            listener.ears.feed(BLOCK, at, BLOCK)
        listener.recogniser.on_news(words)
    assert [one.surely_other for one in listener.posted if isinstance(one, Heard)] == [True, False]


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
