"""A lone word that nobody asked for, heard badly: when it counts, and what the session does with it."""

from __future__ import annotations

import pytest

from tests.session_world import World
from voicecoach.core.lone_words import AGAIN_S, SURE, LoneWords
from voicecoach.core.messages import Heard, Hush, Reached, Source, Speak
from voicecoach.core.questions import PERFORMING
from voicecoach.core.understanding import understand
from voicecoach.languages import language, sayings
from voicecoach.programmes import load

DOUBTFUL = SURE - 0.1


def counts(*said: str, confidence: float = DOUBTFUL, every_s: float = 2.0, source: Source = Source.VOICE) -> bool:
    """Whether the last of these counts."""
    lone_words, last = LoneWords(), False
    for number, words in enumerate(said):
        event = Heard(every_s * number, words, confidence=confidence, source=source)
        last = lone_words.counts(understand(words, language(), ""), event)
    return last


def holding() -> World:
    """Somebody holds a position, and nothing is asked."""
    world = World(load("herniated-disc"))
    while not any(isinstance(effect, Reached) and effect.phase == "hold" for effect in world.effects):
        world.answer()
    return world


@pytest.mark.parametrize("words", ["less", "better", "calf", "my foot", "slower", "next", "repeat", "quit"])
def test_what_strangers_words_are_taken_for_has_to_be_said_again(words: str) -> None:
    assert not counts(words)
    assert counts(words, words)


@pytest.mark.parametrize(
    "words",
    [
        "stop",
        "ow",
        "help",
        "pause",
        "wait",
        "worse",
        "hurts",
        "sore",
        "numb",
        "tingling",
        "groin",
        "bladder",
        "chest",
        "feet",
    ],
)
def test_stop_pause_hurt_and_warning_signs_count_at_once(words: str) -> None:
    assert counts(words)


@pytest.mark.parametrize("words", ["leg worse", "calf hurts", "better in my leg", "[unk] calf", "moving", "moving up"])
def test_whoever_says_more_than_a_word_means_it(words: str) -> None:
    assert counts(words)


def test_what_is_heard_well_counts_at_once() -> None:
    assert counts("calf", confidence=SURE)


@pytest.mark.parametrize("source", [Source.KEYBOARD, Source.SCRIPT])
def test_what_is_typed_is_never_misheard(source: Source) -> None:
    assert counts("calf", source=source)


def test_again_means_the_same_word_and_soon() -> None:
    assert not counts("calf", "less")
    assert not counts("calf", "less", "calf")
    assert not counts("calf", "calf", every_s=AGAIN_S + 0.1)


def test_a_doubtful_place_silences_the_coach_for_a_moment_and_it_goes_on() -> None:
    world = holding()
    effects = world.hear("calf", source=Source.VOICE, confidence=DOUBTFUL)
    assert effects[0] == Hush()
    assert next(effect.text for effect in effects if isinstance(effect, Speak)) == sayings()["false_alarm"]
    assert world.question == PERFORMING


def test_said_again_it_is_read_back() -> None:
    world = holding()
    world.hear("calf", source=Source.VOICE, confidence=DOUBTFUL)
    world.hear("calf", source=Source.VOICE, confidence=DOUBTFUL)
    assert world.question != PERFORMING


def test_a_doubtful_word_that_frightens_nobody_disturbs_nothing() -> None:
    assert holding().hear("slower", source=Source.VOICE, confidence=DOUBTFUL) == []


def test_an_answer_is_an_answer_however_badly_it_was_heard() -> None:
    world = holding()
    world.hear("pause")
    while world.speech:  # its own "say continue" would mask it
        world.next_by_itself()
    world.hear("continue", source=Source.VOICE, confidence=DOUBTFUL)
    assert world.question == PERFORMING
