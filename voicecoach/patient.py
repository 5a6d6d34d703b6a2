"""A scripted patient: what somebody says in a rehearsal or a simulation, and when. Read from a TOML scenario."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, field_validator

from voicecoach.core.messages import Effect, Listen, Reached
from voicecoach.core.questions import QUESTIONS
from voicecoach.core.toml_model import TomlError, mistake, read_model
from voicecoach.errors import CoachError

MAX_BYTES = 1_000_000
PHASES = (
    "greeting",
    "locks",
    "plan",
    "screening",
    "baseline",
    "progress",
    "resume",
    "position",
    "step",
    "ready",
    "repetition",
    "hold",
    "rest",
    "check",
    "pause",
    "closing",
)
_WITHOUT_EXERCISE = {"greeting", "locks", "plan", "screening", "baseline", "progress", "resume", "closing"}
_LINE = re.compile(
    r"at (?P<phase>[a-z]+)(?: (?P<number>\d{1,3}))?(?: of (?P<exercise>[a-z0-9-]+))?"
    r"(?:, (?P<after_s>\d{1,4}(?:\.\d+)?) s)?: (?P<words>\S.*)"
)
_LINE_ALLOWED = (
    '"at hold 2 of press-up, 8 s: worse in my leg", where the place is one of '
    + ", ".join(PHASES)
    + '; "of EXERCISE" is needed but for greeting, locks, plan, screening, baseline, progress, resume and closing'
)


class PatientError(CoachError):
    """The scenario cannot be used; each line of the text names one mistake."""


@dataclass(frozen=True, slots=True)
class Line:
    """Something said unasked: `after_s` seconds after the session reached the place."""

    phase: str
    number: int
    exercise: str
    after_s: float
    words: str

    def begins_at(self, reached: Reached) -> bool:
        """Whether its time starts here. Without a number the first of its kind counts."""
        here = (reached.phase, reached.exercise or self.exercise) == (self.phase, self.exercise or reached.exercise)
        return here and self.number in (reached.number, 0)


class Patient(BaseModel):
    """`answers`: what is said to each question, one after the other, the last one again and again ("" is silence);
    questions that are not named get the answer of a patient who is well. `says`: what is said unasked."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    title: str = Field(default="A patient", max_length=200, description="a text")
    delay_s: float = Field(default=1.0, ge=0, le=60, description="a number of seconds from 0 to 60")
    answers: dict[str, tuple[str, ...]] = Field(
        default_factory=dict, description='lists of texts by question, as in check = ["the same"]'
    )
    says: tuple[str, ...] = Field(default=(), max_length=500, description=_LINE_ALLOWED)

    @field_validator("answers")
    @classmethod
    def _known_questions(cls, answers: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
        for question in answers:
            if question not in QUESTIONS:
                raise mistake(f"has no question {question!a}", "one of " + ", ".join(QUESTIONS))
        return answers

    @field_validator("says")
    @classmethod
    def _readable(cls, says: tuple[str, ...]) -> tuple[str, ...]:
        for line in says:
            match = _LINE.fullmatch(line)
            known = match is not None and match["phase"] in PHASES
            if not known or (match is not None and not match["exercise"] and match["phase"] not in _WITHOUT_EXERCISE):
                raise mistake(f"has the line {line!a}", _LINE_ALLOWED)
        return says

    def lines(self) -> tuple[Line, ...]:
        """The unasked lines, read."""
        found = (_LINE.fullmatch(line) for line in self.says)
        return tuple(
            Line(m["phase"], int(m["number"] or 0), m["exercise"] or "", float(m["after_s"] or 0), m["words"])
            for m in found
            if m is not None
        )


WELL = {
    "hearing_test": ("ready",),
    "keyboard_test": ("ready",),
    "approved": ("yes",),
    "plan_doctor": ("no",),
    "plan_all": ("yes",),
    "plan_exercise": ("yes",),
    "plan_right": ("yes",),
    "released": ("yes",),
    "released_days": ("zero",),
    "release_right": ("yes",),
    "screen_bladder": ("no",),
    "screen_saddle": ("no",),
    "screen_weak": ("no",),
    "screen_both": ("no",),
    "screen": ("no",),
    "progress": ("yes",),
    "next_day": ("no",),
    "baseline": ("left calf",),
    "baseline_side": ("left",),
    "baseline_score": ("five",),
    "readback": ("yes",),
    "in_place": ("ready",),
    "ready": ("ready",),
    "paused": ("continue",),
    "what_happened": ("nothing",),
    "go_on": ("yes",),
    "eased": ("go on",),
    "ladder_leg": ("no",),
    "ladder_back": ("no",),
    "confirm": ("yes",),
    "confirm_new": ("no",),
    "check": ("the same",),
    "check_score": ("five",),
    "checked": ("",),
    "where_worse": ("back",),
    "up_or_down": ("up",),
    "more_or_moving": ("less",),
    "compared": ("the same",),
    "leg_worse": ("no",),
    "leg_too": ("the same",),
    "still_worse": ("no",),
}


def parse_patient(text: str, name: str) -> Patient:
    """Raises PatientError with a line "name:LINE: key: what is wrong; what is allowed" for every mistake."""
    try:
        return read_model(Patient, text, name)
    except TomlError as error:
        raise PatientError(str(error)) from error


def load_patient(path: Path) -> Patient:
    """Raises PatientError, also for a file that cannot be read."""
    try:
        if path.stat().st_size > MAX_BYTES:
            raise PatientError(f"{path} is larger than {MAX_BYTES} bytes; give a patient file (TOML).")
        return parse_patient(path.read_text(encoding="utf-8"), path.name)
    except UnicodeDecodeError:
        raise PatientError(f"{path} is not a text in UTF-8; give a patient file (TOML).") from None
    except OSError as error:
        raise PatientError(f"Cannot read the patient file {path}: {error.strerror}.") from None


def check_exercises(patient: Patient, exercise_ids: tuple[str, ...]) -> None:
    """Raises PatientError when a line speaks of an exercise that the programme does not have."""
    for line in patient.lines():
        if line.exercise and line.exercise not in exercise_ids:
            raise PatientError(
                f'The patient says something at "{line.exercise}", which is no exercise of this programme; '
                f"it has {', '.join(exercise_ids)}."
            )


@dataclass(frozen=True, slots=True)
class Utterance:
    """What the patient begins to say, and when (session clock)."""

    at_s: float
    words: str


@dataclass
class Script:
    """A patient at work: fed with the coach's effects, tells what is said next."""

    patient: Patient
    _question: str = ""
    _given: dict[str, int] = field(default_factory=dict)
    _said: set[int] = field(default_factory=set)
    _waiting: list[Utterance] = field(default_factory=list)

    def follow(self, effect: Effect, now_s: float) -> Utterance | None:
        """What is said unasked, some time later. Where several lines begin at one place, the next effects give them."""
        if isinstance(effect, Listen):
            self._question = effect.question if effect.question in QUESTIONS else ""
        if isinstance(effect, Reached):
            for index, line in enumerate(self.patient.lines()):
                if index not in self._said and line.begins_at(effect):
                    self._said.add(index)
                    self._waiting.append(Utterance(now_s + line.after_s, line.words))
        return self._waiting.pop(0) if self._waiting else None

    def answer(self, now_s: float) -> Utterance | None:
        """What is said once the coach has fallen silent: the answer to the open question, if it is to be answered."""
        if not self._question:
            return None
        answers = self.patient.answers.get(self._question, WELL[self._question])
        given = self._given.get(self._question, 0)
        self._given[self._question] = given + 1
        words = answers[min(given, len(answers) - 1)] if answers else ""
        return Utterance(now_s + self.patient.delay_s, words) if words else None
