"""A session as lines of text."""

from __future__ import annotations

import pytest

from voicecoach.core.messages import (
    Effect,
    Event,
    Finish,
    Heard,
    Hush,
    Note,
    Reached,
    Source,
    Speak,
    SpeechFinished,
    SpeechKind,
)
from voicecoach.transcript import Transcript, clock


def lines(*moments: tuple[Event, list[Effect]], rules: bool = True) -> list[str]:
    printed: list[str] = []
    transcript = Transcript(printed.append, rules=rules)
    for event, effects in moments:
        transcript(event, effects)
    return printed


def counted(number: int, text: str, at_s: float) -> Speak:
    return Speak(number, text, at_s, kind=SpeechKind.COUNT)


COUNTING: tuple[Event, list[Effect]] = (
    SpeechFinished(10.0, 1),
    [counted(2, "one", 10.25), counted(3, "two", 11.25), counted(4, "three", 12.25)],
)


@pytest.mark.parametrize(
    ("at_s", "text"), [(0.0, "0:00.0"), (187.44, "3:07.4"), (59.96, "1:00.0"), (3600.0, "60:00.0")]
)
def test_the_clock(at_s: float, text: str) -> None:
    assert clock(at_s) == text


def test_who_says_what() -> None:
    assert lines(
        (Heard(1.0, "ready", source=Source.VOICE), [Speak(1, "Good, I hear you.")]),
        (Heard(2.0, "y", source=Source.KEYBOARD), []),
        (Heard(3.0, "sto", final=False), [Hush()]),
        (Heard(4.0, " "), []),
    ) == ["[0:01.0] YOU    ready", "[0:01.0] COACH  Good, I hear you.", "[0:02.0] YOU (typed) y"]


def test_counted_numbers_gather_in_one_line() -> None:
    assert lines(COUNTING, (SpeechFinished(13.0, 4), [Speak(5, "Rest.")])) == [
        "[0:10.2] COUNT  one ... two ... three",
        "[0:13.0] COACH  Rest.",
    ]


def test_numbers_that_were_hushed_were_not_counted() -> None:
    assert lines(COUNTING, (Heard(11.5, "stop"), [Hush(), Speak(5, "Stopped.")])) == [
        "[0:10.2] COUNT  one ... two",
        "[0:11.5] YOU    stop",
        "[0:11.5] COACH  Stopped.",
    ]


def test_numbers_to_come_are_not_told_before_what_comes_in_between() -> None:
    assert lines(COUNTING, (Heard(11.5, "yes"), []), (SpeechFinished(13.0, 4), [Speak(5, "Rest.")])) == [
        "[0:10.2] COUNT  one ... two",
        "[0:11.5] YOU    yes",
        "[0:12.2] COUNT  three",
        "[0:13.0] COACH  Rest.",
    ]


def test_decisions_with_their_rules_unless_they_are_not_wanted() -> None:
    moment: tuple[Event, list[Effect]] = (
        SpeechFinished(1.0, 1),
        [Reached("press-up", "hold", 2), Note("LEG-WORSE", "stop", "because", "worse"), Finish("stopped", "LEG-WORSE")],
    )
    assert lines(moment) == [
        "[0:01.0]        (press-up, hold 2)",
        "[0:01.0] RULE   LEG-WORSE -> stop: because",
        "[0:01.0] END    stopped (LEG-WORSE)",
    ]
    assert lines(moment, rules=False) == ["[0:01.0] END    stopped (LEG-WORSE)"]
