"""What an exercise programme is: Programme > Exercise > steps, and the set of holds and repetitions.

A programme is a TOML text, written by a person. Each field's description says what it may hold: the person reads it
in the answer to a mistake.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator

from voicecoach.core.speakable import SPEAKABLE, Label, Line, LineCheck, Paragraph, speakable
from voicecoach.core.toml_model import Mistake, TomlError, mistake, read_model
from voicecoach.errors import CoachError


class ProgrammeError(CoachError):
    """The programme cannot be used; each line of the text names one mistake."""


Slug = Annotated[
    str,
    Field(
        pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$",
        max_length=40,
        description="1 to 40 small letters, digits and single hyphens: press-up",
    ),
]
Repetitions = Annotated[int, Field(strict=True, ge=1, le=50, description="a whole number from 1 to 50")]
HoldSeconds = Annotated[int, Field(strict=True, ge=1, le=600, description="a whole number of seconds from 1 to 600")]
MoveSeconds = Annotated[
    float, Field(strict=True, ge=0, le=10, allow_inf_nan=False, description="a number of seconds from 0 to 10")
]
RestSeconds = Annotated[
    float, Field(strict=True, ge=0, le=120, allow_inf_nan=False, description="a number of seconds from 0 to 120")
]

_NOT_BELOW = {
    "repetitions_max": "repetitions_min",
    "repetitions": "repetitions_min",
    "progress_repetitions_max": "repetitions_max",
    "hold_max_s": "hold_min_s",
    "hold_s": "hold_min_s",
    "progress_hold_max_s": "hold_max_s",
}
_NOT_ABOVE = {"repetitions": "repetitions_max", "hold_s": "hold_max_s"}


def _lines(count: str) -> str:
    return f"{count} texts of 1 to 160 characters: {SPEAKABLE}"


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Alternative(_Model):
    """What to say when something about the position bothers the person."""

    when: Literal["neck"] = Field(description='"neck"')
    say: Line


class ExerciseSet(_Model):
    """How often and how long. Bounds stand before the values they bound: a validator sees only earlier fields.

    "stay": one long rest; "hold": a few repetitions with a long counted hold; "repetitions": many with a short one.
    `*_min` and `*_max` bound today's dose, `progress_*` how far it may grow over time.
    """

    kind: Literal["stay", "hold", "repetitions"] = Field(description='"stay", "hold" or "repetitions"')
    repetitions_min: Repetitions
    repetitions_max: Repetitions
    repetitions: Repetitions
    progress_repetitions_max: Repetitions
    hold_min_s: HoldSeconds
    hold_max_s: HoldSeconds
    hold_s: HoldSeconds
    progress_hold_max_s: HoldSeconds
    sides: tuple[Literal["left", "right"], ...] = Field(
        default=(), description='[], ["left"], ["right"] or both: the set is done once on each'
    )
    cue_up: str = Field(max_length=160, description=f'1 to 160 characters to be spoken: {SPEAKABLE}; "" for a stay')
    cue_hold: Line
    cue_down: Line
    move_s: MoveSeconds
    return_s: MoveSeconds
    between_s: RestSeconds
    repetition_cues: tuple[Line, ...] = Field(default=(), max_length=50, description=_lines("0 to 50"))
    easier_cue: Line

    @field_validator(*{*_NOT_BELOW, *_NOT_ABOVE})
    @classmethod
    def _within_bounds(cls, value: int, info: ValidationInfo) -> int:
        low_name, high_name = _NOT_BELOW[str(info.field_name)], _NOT_ABOVE.get(str(info.field_name), "")
        low, high = info.data.get(low_name), info.data.get(high_name)
        if low is not None and value < low:
            raise mistake(f"is {value}, below {low_name}", f"{low} or more" if high is None else f"{low} to {high}")
        if high is not None and value > high:
            raise mistake(f"is {value}, above {high_name}", f"{high} or less" if low is None else f"{low} to {high}")
        return value

    @field_validator("repetitions_min", "repetitions_max", "repetitions", "progress_repetitions_max")
    @classmethod
    def _stay_once(cls, value: int, info: ValidationInfo) -> int:
        if info.data.get("kind") == "stay" and value != 1:
            raise mistake(f"is {value}, but a stay is done once", "1")
        return value

    @field_validator("sides")
    @classmethod
    def _each_side_once(cls, sides: tuple[str, ...]) -> tuple[str, ...]:
        if len(set(sides)) < len(sides):
            raise mistake("names the same side twice")
        return sides

    @field_validator("cue_up")
    @classmethod
    def _silent_only_for_stay(cls, cue: str, info: ValidationInfo) -> str:
        return cue if cue == "" and info.data.get("kind", "stay") == "stay" else speakable(cue, info)

    def duration_s(self) -> float:
        """An estimate: movement, holds and rests of all sides; what is spoken around them is not in it."""
        one_s = self.move_s + self.hold_s + self.return_s
        side_s = self.repetitions * one_s + (self.repetitions - 1) * self.between_s
        return side_s * max(1, len(self.sides))


class Exercise(_Model):
    """One exercise: get into position, hear the steps one at a time, do the set."""

    id: Slug
    name: Label
    position: Literal["prone", "supine", "side", "sitting", "standing", "kneeling"] = Field(
        description='"prone", "supine", "side", "sitting", "standing" or "kneeling"'
    )
    change_position_s: RestSeconds
    """How long the person gets to come into `position` from another one."""
    position_line: Line
    steps: tuple[Line, ...] = Field(min_length=1, max_length=20, description=_lines("1 to 20"))
    alternatives: tuple[Alternative, ...] = Field(
        default=(), max_length=5, description="0 to 5 [[exercises.alternatives]] tables"
    )
    set: ExerciseSet = Field(description="an [exercises.set] table")


class Programme(_Model):
    """A whole session's exercises, in the order in which they are done."""

    id: Slug
    title: Label
    language: Literal["en"] = Field(default="en", description='"en"')
    source: str = Field(min_length=1, max_length=500, description="1 to 500 characters: where the exercises come from")
    about: Paragraph
    needs_clinician: bool = Field(strict=True, description="true or false")
    closing: tuple[Line, ...] = Field(min_length=1, max_length=10, description=_lines("1 to 10"))
    much_worse_advice: Paragraph
    exercises: tuple[Exercise, ...] = Field(min_length=1, max_length=30, description="1 to 30 [[exercises]] tables")

    def exercise(self, exercise_id: str) -> Exercise | None:
        return next((exercise for exercise in self.exercises if exercise.id == exercise_id), None)

    def spoken_lines(self) -> tuple[str, ...]:
        """Every line of it that the coach may say, in order of appearance; lines may repeat."""
        lines = [self.title, self.about]
        for exercise in self.exercises:
            dose = exercise.set
            lines += [exercise.name, exercise.position_line, *exercise.steps]
            lines += [alternative.say for alternative in exercise.alternatives]
            lines += [dose.cue_up, dose.cue_hold, dose.cue_down, *dose.repetition_cues, dose.easier_cue]
        lines += [*self.closing, self.much_worse_advice]
        return tuple(line for line in lines if line)


def parse_programme(text: str, name: str, check_line: LineCheck | None = None) -> Programme:
    """The programme that `text` (TOML) holds; `name` is what its author calls the file; `check_line` may have
    something against a spoken line. Raises ProgrammeError with a line "name:LINE: key: what is wrong; what is
    allowed" for every mistake."""
    try:
        return read_model(Programme, text, name, context={"check_line": check_line}, also=_repeated_ids)
    except TomlError as error:
        raise ProgrammeError(str(error)) from error


def _repeated_ids(data: dict[str, Any]) -> Iterator[Mistake]:
    """Ids that an earlier exercise has. Looked for in the raw data: one wrong exercise must not hide it."""
    exercises = data.get("exercises")
    seen: dict[str, int] = {}
    for index, exercise in enumerate(exercises if isinstance(exercises, list) else []):
        exercise_id = exercise.get("id") if isinstance(exercise, dict) else None
        if isinstance(exercise_id, str) and seen.setdefault(exercise_id, index) != index:
            wrong = f'is "{exercise_id}", as in exercises[{seen[exercise_id] + 1}]'
            yield Mistake(("exercises", index, "id"), wrong, "an id that no other exercise has")
