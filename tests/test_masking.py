"""What the coach takes for its own voice, and what it never may."""

from __future__ import annotations

import re

import pytest

from voicecoach.core.body import PainReport, Quality, Trend
from voicecoach.core.intent import Command
from voicecoach.core.masking import SpokenMemory
from voicecoach.core.understanding import understand
from voicecoach.languages import language, sayings
from voicecoach.programmes import available, load

# What may be said while somebody holds a position or moves.
WHILE_MOVING = (
    *("keep_holding", "louder", "quieter", "slower", "faster", "resumed", "rest_between", "set_done", "repetition"),
    *("how_long_repetitions", "how_long_last", "how_long_set", "how_long_exercises", "false_alarm"),
    *("decide_same_or_better", "decide_centralizing"),
    *("hearing_lost", "hearing_back", "hearing_gone", "talked_over"),  # and may hear itself: the devices have changed
    *("side_left", "side_right", "side_then_left", "side_then_right", "set_hold", "set_hold_once", "set_stay"),
)


def speaking(text: str, start_s: float = 10.0) -> SpokenMemory:
    memory = SpokenMemory()
    memory.speaking(1, text, start_s)
    return memory


def test_words_that_the_coach_is_saying_are_masked() -> None:
    memory = speaking("Slowly down, and let go.")
    assert memory.masks("slowly down", 10.5, 11.0)
    assert memory.masks("go", 10.5, 11.0)
    assert memory.masks("[unk] down", 10.5, 11.0)


def test_a_word_that_it_does_not_say_unmasks_all() -> None:
    memory = speaking("Slowly down, and let go.")
    assert not memory.masks("stop", 10.5, 11.0)
    assert not memory.masks("down stop", 10.5, 11.0)


def test_noise_alone_is_nobodys_words() -> None:
    assert not speaking("Up.").masks("[unk]", 10.5, 11.0)
    assert not speaking("Up.").masks("", 10.5, 11.0)


def test_what_began_after_the_coach_had_ended_is_not_masked() -> None:
    memory = speaking("Say ready when you can hear me.")
    memory.finished(1, 12.0)
    assert memory.masks("ready", 11.9, 12.5)
    assert not memory.masks("ready", 12.1, 12.5)


def test_without_its_beginning_an_utterance_is_taken_to_be_short() -> None:
    memory = speaking("Say ready when you can hear me.")
    memory.finished(1, 12.0)
    assert memory.masks("ready", None, 12.5)
    assert not memory.masks("ready", None, 12.7)


def test_what_is_scheduled_masks_nothing_before_it_begins() -> None:
    memory = speaking("five", start_s=20.0)
    assert not memory.masks("five", 10.0, 10.5)
    assert memory.masks("five", 19.9, 20.3)


def test_a_hush_ends_what_was_said_and_drops_what_was_scheduled() -> None:
    memory = speaking("Keep holding.")
    memory.speaking(2, "five", 20.0)
    memory.hushed(11.0)
    assert memory.masks("keep", 10.9, 11.3)
    assert not memory.masks("keep", 11.1, 11.6)
    assert not memory.masks("five", 20.0, 20.5)


def test_a_shorter_word_of_the_grammar_is_the_echo_of_a_longer_one() -> None:
    memory = speaking("Stopped. Relax.")
    assert memory.masks("stop", 10.2, 10.6)
    assert not memory.masks("sto", 10.2, 10.6)


def test_a_long_count_does_not_make_it_forget_what_it_just_said() -> None:
    """Seventeen numbers are scheduled right after "Now just rest", whose "rest" would be a pause."""
    memory = speaking("Now just rest.")
    memory.finished(1, 12.0)
    for number in range(17):
        memory.speaking(2 + number, "ten", 13.0 + number)
    assert memory.masks("rest", 11.5, 12.4)


def test_it_forgets_after_a_while() -> None:
    memory = SpokenMemory()
    for number in range(1000):
        memory.speaking(number, "Up.", float(number))
        memory.finished(number, number + 0.5)
    assert len(memory.lines) < 100


def alarming(text: str) -> bool:
    """Whether any part of it means stop, or the whole of it something grave, should the coach hear itself."""
    words = text.lower().replace(".", "").replace(",", "").split()
    parts = {" ".join(words[i:j]) for i in range(len(words)) for j in range(i + 1, len(words) + 1)}
    stops = any(understand(part, language()).command is Command.STOP for part in parts)
    whole = understand(text, language())
    report = whole.report or PainReport()
    grave = any(claim.trend is Trend.WORSE or claim.quality is not Quality.PAIN for claim in report.claims)
    return stops or grave or "hurt" in words or "pain" in words


@pytest.mark.parametrize("key", WHILE_MOVING)
def test_nothing_said_while_somebody_moves_sounds_like_stop_or_pain(key: str) -> None:
    assert not alarming(re.sub(r"{\w+}", "ten", sayings()[key]))


@pytest.mark.parametrize("name", available())
def test_no_cue_of_a_programme_sounds_like_stop_or_pain(name: str) -> None:
    for exercise in load(name).exercises:
        doses = exercise.set
        cues = (doses.cue_up, doses.cue_hold, doses.cue_down, *doses.repetition_cues)
        assert [cue for cue in cues if alarming(cue)] == []
