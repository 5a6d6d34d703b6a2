"""A programme's text: how every mistake in it is told, and that nothing else can happen."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voicecoach import programmes
from voicecoach.core.programme import ExerciseSet, ProgrammeError, parse_programme
from voicecoach.core.toml_model import SHOWN_MISTAKES

EXAMPLES = Path(__file__).parent / "data" / "programmes"
VALID = (EXAMPLES / "valid.toml").read_text(encoding="utf-8")
BROKEN = sorted(path.name for path in EXAMPLES.glob("*.toml") if path.name != "valid.toml")
SHIPPED = ["herniated_disc", "neck_shoulder_break"]
EXPECTED = "  # -> "
"""In a broken example: what must be said about the line that it ends."""


def refusal(text: str) -> str:
    with pytest.raises(ProgrammeError) as refused:
        parse_programme(text, "my.toml")
    return str(refused.value)


# --- mistakes ------------------------------------------------------------------------------------------------------


def test_the_examples_are_broken_copies_of_a_valid_one() -> None:
    exercise = parse_programme(VALID, "valid.toml").exercises[0]
    assert exercise.steps == ("Let your arms hang.", "Lift your shoulders.")
    assert (exercise.alternatives[0].when, exercise.set.sides, exercise.set.repetition_cues) == ("neck", (), ())


@pytest.mark.parametrize("file_name", BROKEN)
def test_every_mistake_is_told_with_its_line_key_and_what_is_allowed(file_name: str) -> None:
    text = (EXAMPLES / file_name).read_text(encoding="utf-8")
    expected = [
        f"{file_name}:{number}: {message}"
        for number, line in enumerate(text.splitlines(), 1)
        for message in line.split(EXPECTED)[1:]
    ]
    assert expected
    with pytest.raises(ProgrammeError) as refused:
        parse_programme(text, file_name)
    assert sorted(str(refused.value).splitlines()) == sorted(expected)


def test_mistakes_come_in_the_order_of_their_lines() -> None:
    text = VALID.replace("hold_s = 3", 'hold_s = "3"').replace('title = "Tiny programme"', "title = 5")
    assert [line.split(": ")[1] for line in refusal(text).splitlines()] == ["title", "exercises[1].set.hold_s"]


@pytest.mark.parametrize(
    ("text", "beginning"),
    [
        ("", "my.toml:1: id: is missing; allowed: 1 to 40 small letters"),
        ("id = 'a'\n\nabout = 'open\n\n", 'my.toml:3: not valid TOML: Expected "\'", but the file ends; '),
        ("id = 'a'\nabout = '''open\nid = 1\n", "my.toml:2: not valid TOML: "),
        ('id = 1\nabout = """open" = 1\nb = 2\n', "my.toml:2: not valid TOML: "),
        ("id = 1\n\nabout = [1,\n", "my.toml:3: not valid TOML: "),
        ("id = 1\n[exercises\n\n", "my.toml:2: not valid TOML at column 11: "),
        ("id = 1\n[exercises", "my.toml:2: not valid TOML: "),
        ("id = 1\nabout", "my.toml:2: not valid TOML: "),
        ("id = 'a'\r\n\r\nabout == 'b'\r\n", "my.toml:3: not valid TOML at column 8: "),
        (f"id = 'a'\nabout = {'9' * 5000}\n", "my.toml:2: not valid TOML: a number with thousands of digits; "),
        (f"about = {'[' * 5000}{']' * 5000}", "my.toml:1: has lists within lists too deep to read; allowed: "),
        (f"about = 0x{'f' * 5000}", "my.toml:1: about: is a very large number; allowed: "),
    ],
)
def test_texts_far_from_a_programme_are_refused_in_the_same_form(text: str, beginning: str) -> None:
    assert any(line.startswith(beginning) for line in refusal(text).splitlines()), refusal(text)


def test_a_misspelt_key_hides_no_other_mistake_of_the_right_one() -> None:
    text = VALID.replace("hold_s = 3", 'hold_s = "3"\nhold_sec = 3')
    assert [line.split(": ")[1] for line in refusal(text).splitlines()] == [
        "exercises[1].set.hold_s",
        "exercises[1].set.hold_sec",
    ]


def test_too_many_mistakes_are_counted() -> None:
    wrong = SHOWN_MISTAKES + 7
    lines = refusal("\n".join(f"zz{number} = 1" for number in range(wrong)) + "\n" + VALID).splitlines()
    assert len(lines) == SHOWN_MISTAKES + 1
    assert lines[-1] == "my.toml: and 7 more mistakes"


def test_too_many_exercises_are_refused() -> None:
    head, exercise = VALID.split("[[exercises]]", 1)
    many = [exercise.replace('"shrug"', f'"shrug-{number}"') for number in range(31)]
    assert len(parse_programme("[[exercises]]".join([head, *many[:30]]), "my.toml").exercises) == 30
    assert "exercises: is a list of 31; allowed: 1 to 30" in refusal("[[exercises]]".join([head, *many]))


def test_a_stay_needs_no_cue_to_move() -> None:
    once = re.sub(r"(repetitions\w*) = \d+", r"\1 = 1", VALID.replace('kind = "repetitions"', 'kind = "stay"'))
    assert parse_programme(once.replace('cue_up = "Up."', 'cue_up = ""'), "my.toml").exercises[0].set.cue_up == ""


def test_the_caller_can_have_something_against_a_line() -> None:
    def check(line: str) -> str | None:
        return "means stop" if "shoulders" in line else None

    with pytest.raises(ProgrammeError) as refused:
        parse_programme(VALID, "my.toml", check)
    assert str(refused.value).startswith("my.toml:17: exercises[1].steps[2]: means stop; allowed: ")
    assert len(str(refused.value).splitlines()) == 1


# --- any text ------------------------------------------------------------------------------------------------------

CORPUS = [VALID, *((Path(programmes.__file__).parent / f"{name}.toml").read_text("utf-8") for name in SHIPPED)]
FRAGMENTS = [
    *["[", "]", "[[exercises]]", "{", "}", "=", "'", '"', '"""', "\n", ",", "#", "\\", "nan", "-1", "0.5", "1e400"],
    *["true", "[]", "{}", '""', "1979-05-27", "0x10", "set = 3", "exercises = 1", "id = 5", "\x00", "\ud800"],
]


@given(st.text() | st.lists(st.sampled_from(FRAGMENTS)).map(" ".join))
def test_any_text_is_a_programme_or_refused(text: str) -> None:
    parses_or_is_refused(text)


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_any_mutation_of_a_programme_is_a_programme_or_refused(data: st.DataObject) -> None:
    text = data.draw(st.sampled_from(CORPUS))
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(text)))
        end = data.draw(st.sampled_from([start, start + 1, start + 30, text.find("\n", start) + 1]))
        new = data.draw(st.sampled_from(FRAGMENTS) | st.text(max_size=5) | st.just(text[start : start + 200]))
        text = text[:start] + new + text[max(start, end) :]
    parses_or_is_refused(text)


def parses_or_is_refused(text: str) -> None:
    try:
        programme = parse_programme(text, "my.toml")
    except ProgrammeError as refused:
        for line in str(refused).split("\n"):
            place = re.match(r"my\.toml:(\d+): .+; allowed: .+$", line)
            assert place is not None or line.endswith(" more mistakes"), line
            assert place is None or 1 <= int(place[1]) <= text.count("\n") + 1
    else:
        assert all(line.strip() for line in programme.spoken_lines())


def written(name: str, value: int) -> str:
    """VALID with one number of its set changed."""
    changed, count = re.subn(rf"(?m)^{name} = .*$", f"{name} = {value}", VALID)
    assert count == 1
    return changed


@given(repetitions=st.integers(2, 8), hold_s=st.integers(2, 5))
def test_other_numbers_inside_the_bounds_are_accepted(repetitions: int, hold_s: int) -> None:
    text = written("repetitions", repetitions).replace("hold_s = 3", f"hold_s = {hold_s}")
    dose: ExerciseSet = parse_programme(text, "my.toml").exercises[0].set
    assert (dose.repetitions, dose.hold_s) == (repetitions, hold_s)


@given(st.integers().filter(lambda number: not 2 <= number <= 8))
def test_numbers_outside_the_bounds_are_refused(repetitions: int) -> None:
    assert refusal(written("repetitions", repetitions)).startswith("my.toml:26: exercises[1].set.repetitions: is ")
