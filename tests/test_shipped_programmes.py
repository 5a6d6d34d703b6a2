"""The programmes that ship: they hold what the handout asks for, and are fit to be spoken."""

from __future__ import annotations

import re

import pytest
from pydantic import ValidationError

from voicecoach import programmes
from voicecoach.core.programme import Exercise, Programme

SHIPPED = ["herniated_disc", "neck_shoulder_break"]


def herniated(exercise_id: str) -> Exercise:
    return next(found for found in programmes.load("herniated_disc").exercises if found.id == exercise_id)


def said(exercise: Exercise) -> str:
    return " ".join([exercise.position_line, *exercise.steps]).lower()


# --- what the handout asks for -----------------------------------------------------------------------------------


def test_the_four_exercises_come_in_the_handouts_order() -> None:
    programme = programmes.load("herniated_disc")
    assert [(found.id, found.position, found.set.kind) for found in programme.exercises] == [
        ("rest-on-belly", "prone", "stay"),
        ("press-up", "prone", "hold"),
        ("full-press-up", "prone", "repetitions"),
        ("backward-bend", "standing", "repetitions"),
    ]
    assert programme.needs_clinician
    assert "Herniated Disc: Exercises" in programme.source
    assert "Healthwise" in programme.source
    assert "Z594" in programme.source
    assert "clinician" in programme.about


@pytest.mark.parametrize(
    ("exercise_id", "repetitions", "hold_s"),
    [  # today's dose, lowest, highest, and how far it may grow
        ("rest-on-belly", (1, 1, 1, 1), (120, 120, 120, 120)),
        ("press-up", (2, 2, 4, 4), (15, 15, 30, 120)),
        ("full-press-up", (10, 10, 10, 10), (5, 5, 5, 5)),
        ("backward-bend", (2, 2, 4, 4), (2, 2, 3, 3)),
    ],
)
def test_how_much_is_what_the_handout_says(
    exercise_id: str, repetitions: tuple[int, ...], hold_s: tuple[int, ...]
) -> None:
    dose = herniated(exercise_id).set
    assert (
        dose.repetitions,
        dose.repetitions_min,
        dose.repetitions_max,
        dose.progress_repetitions_max,
    ) == repetitions
    assert (dose.hold_s, dose.hold_min_s, dose.hold_max_s, dose.progress_hold_max_s) == hold_s
    assert dose.sides == ()


@pytest.mark.parametrize(
    ("exercise_id", "facts"),
    [
        ("rest-on-belly", ["on your belly", "turn your head", "arms beside your body", "lower back go loose"]),
        (
            "press-up",
            [
                "face to the floor",
                "elbows in against your sides",
                "under your shoulders",
                "press your elbows",
                "upper back rises",
                "arches by itself",
                "belly soft",
                "lower back hang loose",
                "hips and pelvis stay on the floor",
            ],
        ),
        (
            "full-press-up",
            [
                "face to the floor",
                "elbows in against your sides",
                "under your shoulders",
                "straighten your elbows",
                "push your upper body up",
                "as far as you can",
                "lower back sag",
                "hips, pelvis and legs relaxed",
            ],
        ),
        (
            "backward-bend",
            [
                "stand",
                "feet as wide apart as your hips",
                "toes straight ahead",
                "without locking",
                "knees stay straight",
                "both hands in the small of your back",
                "bend backward as far as you can",
            ],
        ),
    ],
)
def test_the_steps_tell_every_part_of_the_movement(exercise_id: str, facts: list[str]) -> None:
    assert [fact for fact in facts if fact not in said(herniated(exercise_id))] == []


def test_each_repetition_goes_a_little_further() -> None:
    higher = " ".join(herniated("full-press-up").set.repetition_cues)
    assert "little higher" in higher
    assert "bit straighter" in higher
    assert "little farther" in " ".join(herniated("backward-bend").set.repetition_cues)


def test_every_exercise_starts_slowly_and_can_be_eased_off() -> None:
    exercises = programmes.load("herniated_disc").exercises
    assert all("Slowly" in found.set.repetition_cues[0] for found in exercises if found.set.kind != "stay")
    assert all("comfortabl" in found.set.easier_cue for found in exercises)


def test_a_neck_that_minds_gets_the_hands_under_the_forehead_wherever_the_person_lies() -> None:
    for exercise in programmes.load("herniated_disc").exercises:
        lines = [found.say.lower() for found in exercise.alternatives if found.when == "neck"]
        if exercise.position == "prone":
            assert len(lines) == 1
            for fact in ["rest your forehead", "hand", "on top of the other"]:
                assert fact in lines[0]
        else:
            assert lines == []


def test_there_is_time_to_get_up_before_standing() -> None:
    bend = herniated("backward-bend")
    assert bend.change_position_s >= 45
    assert "time to stand up" in bend.position_line


def test_what_to_do_when_it_is_much_worse_tomorrow_and_with_problems() -> None:
    programme = programmes.load("herniated_disc")
    assert "none of these exercises" in programme.much_worse_advice
    assert "tomorrow" in programme.much_worse_advice
    closing = " ".join(programme.closing)
    for fact in ["doctor or nurse line", "appointments", "test results", "list of your medicines"]:
        assert fact in closing


# --- what every shipped programme must be --------------------------------------------------------------------------


def test_the_shipped_programmes_are_listed_and_load() -> None:
    assert programmes.available() == SHIPPED
    assert [programmes.load(name).id.replace("-", "_") for name in SHIPPED] == SHIPPED


@pytest.mark.parametrize("name", SHIPPED)
def test_steps_are_one_short_sentence_each(name: str) -> None:
    for exercise in programmes.load(name).exercises:
        for step in exercise.steps:
            assert len(step.split()) <= 14, step
            assert re.fullmatch(r"[^.?!]+\.", step), step


@pytest.mark.parametrize("name", SHIPPED)
def test_the_coach_never_says_a_stop_word(name: str) -> None:
    stop_words = {"stop", "ow", "ouch", "help", "hurt", "hurts", "pain", "painful"}
    for line in programmes.load(name).spoken_lines():
        assert not stop_words & set(re.findall(r"[a-z]+", line.lower())), line


@pytest.mark.parametrize("name", SHIPPED)
def test_spoken_lines_leaves_none_out(name: str) -> None:
    programme = programmes.load(name)
    unspoken = {"id", "language", "source", "position", "kind", "sides", "when"}

    def texts(value: object) -> list[str]:
        if isinstance(value, dict):
            return [text for key, entry in value.items() if key not in unspoken for text in texts(entry)]
        if isinstance(value, tuple):
            return [text for entry in value for text in texts(entry)]
        return [value] if isinstance(value, str) and value else []

    assert sorted(programme.spoken_lines()) == sorted(texts(programme.model_dump()))


def test_the_neck_break_needs_no_clinician_uses_both_sides_and_takes_about_five_minutes() -> None:
    programme = programmes.load("neck-shoulder-break")
    assert not programme.needs_clinician
    assert {"sitting", "standing"} == {found.position for found in programme.exercises}
    assert [found.id for found in programme.exercises if found.set.sides == ("left", "right")] == [
        "head-turn",
        "ear-to-shoulder",
    ]
    assert 4 * 60 <= estimated_s(programme) <= 6 * 60


def estimated_s(programme: Programme) -> float:
    """The movements, one change of position, everything said once at 160 words a minute, 8 s for each question."""
    words = sum(len(line.split()) for line in programme.spoken_lines())
    moving_s = sum(found.set.duration_s() for found in programme.exercises)
    return moving_s + programme.exercises[-1].change_position_s + words * 60 / 160 + 8 * (len(programme.exercises) + 1)


def test_duration_counts_movements_rests_between_and_both_sides() -> None:
    dose = programmes.load("neck_shoulder_break").exercises[1].set
    dose = dose.model_copy(update={"repetitions": 2, "hold_s": 10, "move_s": 3.0, "return_s": 2.0, "between_s": 4.0})
    assert dose.duration_s() == 2 * (2 * 15 + 4)
    assert dose.model_copy(update={"sides": ()}).duration_s() == 2 * 15 + 4


def test_a_programme_cannot_be_changed() -> None:
    programme = programmes.load("herniated_disc")
    with pytest.raises(ValidationError):
        programme.exercises[0].set.hold_s = 1
