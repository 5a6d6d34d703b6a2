"""Scripted patients: what they say and when, and what a mistake in their file is answered with."""

from __future__ import annotations

from pathlib import Path

import pytest

from voicecoach.core.messages import Effect, Listen, Reached, Speak
from voicecoach.core.questions import QUESTIONS
from voicecoach.patient import (
    PHASES,
    WELL,
    Patient,
    PatientError,
    Script,
    Utterance,
    check_exercises,
    load_patient,
    parse_patient,
)


def asked(question: str) -> Listen:
    return Listen(question, ())


def test_a_patient_who_is_well_has_an_answer_to_every_question() -> None:
    assert WELL.keys() == QUESTIONS.keys()


def test_answers_come_one_after_the_other_and_the_last_again_and_again() -> None:
    script = Script(Patient(delay_s=2.0, answers={"check": ("worse", "the same")}))
    script.follow(asked("check"), 10.0)
    assert [script.answer(10.0 + n) for n in range(3)] == [
        Utterance(12.0, "worse"),
        Utterance(13.0, "the same"),
        Utterance(14.0, "the same"),
    ]


def test_questions_that_are_not_named_get_a_well_patients_answer() -> None:
    script = Script(Patient())
    script.follow(asked("approved"), 0.0)
    assert script.answer(5.0) == Utterance(6.0, "yes")


@pytest.mark.parametrize("silence", [("",), ()])
def test_silence_is_an_answer(silence: tuple[str, ...]) -> None:
    script = Script(Patient(answers={"check": silence}))
    script.follow(asked("check"), 0.0)
    assert script.answer(5.0) is None


def test_nothing_is_answered_while_nothing_is_asked() -> None:
    script = Script(Patient())
    assert script.answer(5.0) is None
    script.follow(asked("check"), 5.0)
    script.follow(asked("performing"), 6.0)
    assert script.answer(7.0) is None


def test_a_line_is_said_once_so_long_after_its_place_was_reached() -> None:
    script = Script(Patient(says=("at hold 2 of press-up, 8.5 s: stop",)))
    assert script.follow(Reached("press-up", "hold", 1), 10.0) is None
    assert script.follow(Reached("full-press-up", "hold", 2), 10.0) is None
    assert script.follow(Reached("press-up", "repetition", 2), 10.0) is None
    assert script.follow(Reached("press-up", "hold", 2), 20.0) == Utterance(28.5, "stop")
    assert script.follow(Reached("press-up", "hold", 2), 30.0) is None


def test_without_a_number_the_first_of_its_kind_counts() -> None:
    script = Script(Patient(says=("at step of press-up: pause",)))
    assert script.follow(Reached("press-up", "step", 1), 3.0) == Utterance(3.0, "pause")


@pytest.mark.parametrize("place", ["greeting", "baseline", "closing"])
def test_places_outside_the_exercises_need_no_exercise(place: str) -> None:
    script = Script(Patient(says=(f"at {place}, 1 s: stop",)))
    assert script.follow(Reached("press-up" if place == "closing" else "", place), 1.0) == Utterance(2.0, "stop")


def test_several_lines_at_one_place_are_all_said() -> None:
    script = Script(Patient(says=("at greeting, 1 s: louder", "at greeting, 2 s: stop")))
    effects: list[Effect] = [Reached("", "greeting"), Speak(1, "Hello."), Speak(2, "Hello again.")]
    assert [script.follow(effect, 0.0) for effect in effects] == [
        Utterance(1.0, "louder"),
        Utterance(2.0, "stop"),
        None,
    ]


def test_a_file_in_full() -> None:
    text = """title = "Worse in the leg"
delay_s = 0.5
says = ["at hold 2 of press-up, 8 s: worse in my leg"]

[answers]
baseline = ["left calf"]
"""
    patient = parse_patient(text, "worse.toml")
    assert patient.title == "Worse in the leg"
    assert [(line.phase, line.number, line.exercise, line.after_s, line.words) for line in patient.lines()] == [
        ("hold", 2, "press-up", 8.0, "worse in my leg")
    ]
    check_exercises(patient, ("press-up",))
    with pytest.raises(PatientError, match=r"press-up.*it has shrug"):
        check_exercises(patient, ("shrug",))


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ('says = ["at hold 2 of press-up stop"]', 1, "has the line"),
        ('says = ["at dinner of press-up: stop"]', 1, "has the line"),
        ('says = ["at hold 2: stop"]', 1, "has the line"),
        ('title = "x"\n[answers]\nweather = ["fine"]', 2, "has no question"),
        ('title = "x"\ndelay_s = -1', 2, "0 to 60"),
        ('title = "x"\nwords = []', 2, "words"),
        ("title = ", 1, ""),
    ],
)
def test_a_mistake_names_its_line_and_what_is_allowed(text: str, line: int, message: str) -> None:
    with pytest.raises(PatientError) as caught:
        parse_patient(text, "p.toml")
    assert f"p.toml:{line}" in str(caught.value)
    assert message in str(caught.value)


def test_every_place_that_is_promised_can_be_named() -> None:
    for phase in PHASES:
        assert Patient(says=(f"at {phase} of press-up: stop",)).lines()[0].phase == phase


def test_a_file_that_cannot_be_used_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(PatientError, match="Cannot read the patient file"):
        load_patient(tmp_path / "none.toml")
    with pytest.raises(PatientError, match="Cannot read the patient file"):
        load_patient(tmp_path)
    (tmp_path / "latin.toml").write_bytes(b'title = "\xe9"')
    with pytest.raises(PatientError, match="UTF-8"):
        load_patient(tmp_path / "latin.toml")
    (tmp_path / "large.toml").write_text("# " + "x" * 1_000_001)
    with pytest.raises(PatientError, match="larger than"):
        load_patient(tmp_path / "large.toml")
