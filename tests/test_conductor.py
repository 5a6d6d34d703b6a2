"""The conductor: what is performed, in which order, and what is on disk before it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import pytest

from voicecoach.conductor import Conductor
from voicecoach.core.messages import (
    CancelTimer,
    Effect,
    Event,
    Finish,
    Heard,
    Hush,
    Listen,
    Note,
    Speak,
    Started,
    StartTimer,
)
from voicecoach.core.session import Session

SPEAK = Speak(1, "Hello.")
NOTE = Note("STOP-WORD", "stop", "said so", "stop")


class Diary:
    """A stage, a record and a witness that write down what is asked of them."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def hush(self) -> None:
        self.lines.append("hush")

    def speak(self, speak: Speak) -> None:
        self.lines.append(f"speak {speak.text}")

    def listen(self, listen: Listen) -> None:
        self.lines.append(f"listen {listen.question}")

    def record(self, _event: Event, _effects: Sequence[Effect]) -> None:
        self.lines.append("record")

    def witness(self, _event: Event, _effects: list[Effect]) -> None:
        self.lines.append("witness")


class Scripted:
    """Stands for a session: answers any event with the next of these effects."""

    def __init__(self, *answers: list[Effect]) -> None:
        self._answers = list(answers)

    def handle(self, _event: Event) -> list[Effect]:
        return self._answers.pop(0)


def conduct(*answers: list[Effect]) -> tuple[Conductor, Diary]:
    diary = Diary()
    return Conductor(cast(Session, Scripted(*answers)), diary, diary.record, [diary.witness]), diary


def test_everything_is_written_down_before_it_is_performed() -> None:
    conductor, diary = conduct([NOTE, Listen("check", ("stop",)), SPEAK])
    conductor.deliver(Started(0.0))
    assert diary.lines == ["record", "witness", "listen check", "speak Hello."]
    assert conductor.question == "check"


def test_only_silence_goes_before_the_writing() -> None:
    conductor, diary = conduct([Hush(), NOTE, SPEAK])
    conductor.deliver(Heard(1.0, "stop"))
    assert diary.lines == ["hush", "record", "witness", "speak Hello."]


def test_a_hush_further_down_waits_for_its_turn() -> None:
    conductor, diary = conduct([SPEAK, Hush()])
    conductor.deliver(Started(0.0))
    assert diary.lines == ["record", "witness", "speak Hello.", "hush"]


def test_nothing_is_performed_that_could_not_be_written_down() -> None:
    diary = Diary()

    def full_disk(_event: Event, _effects: Sequence[Effect]) -> None:
        raise OSError("disk full")

    conductor = Conductor(cast(Session, Scripted([NOTE, SPEAK])), diary, full_disk)
    with pytest.raises(OSError, match="disk full"):
        conductor.deliver(Started(0.0))
    assert diary.lines == []


def test_timers_fire_once_each_the_earliest_first_and_not_before_their_time() -> None:
    conductor, _ = conduct([StartTimer(1, 5.0), StartTimer(2, 3.0), StartTimer(3, 4.0)], [CancelTimer(3)])
    conductor.deliver(Started(0.0))
    assert conductor.next_due_s == 3.0
    conductor.deliver(Heard(1.0, "yes"))
    assert conductor.due_timer(2.9) is None
    fired = [conductor.due_timer(6.0), conductor.due_timer(6.0), conductor.due_timer(6.0)]
    assert [timer and (timer.id, timer.at_s) for timer in fired] == [(2, 6.0), (1, 6.0), None]
    assert conductor.next_due_s is None


def test_cancelling_what_never_ran_is_no_mistake() -> None:
    conductor, _ = conduct([CancelTimer(9)])
    conductor.deliver(Started(0.0))
    assert conductor.next_due_s is None


def test_the_finish_is_remembered() -> None:
    conductor, _ = conduct([SPEAK], [Finish("stopped", "LEG-WORSE")])
    conductor.deliver(Started(0.0))
    assert conductor.finish is None
    conductor.deliver(Heard(1.0, "worse in my leg"))
    assert conductor.finish == Finish("stopped", "LEG-WORSE")
