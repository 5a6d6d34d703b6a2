"""The plan that a clinician gave, and what a person has set for themselves: what is remembered between sessions.

Pure data. A change is written down whole, so the plan is whatever the last change of it says: see `plan_in`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from voicecoach.core.records import plain, read

PLAN, SETTINGS = "plan", "settings"  # what a change can be of


class Counting(StrEnum):
    """How a hold is counted aloud. Holds of up to ten seconds are always counted second by second."""

    USUAL = "usual"  # every ten seconds, then the last five down
    EVERY = "every"  # every second of holds up to half a minute; longer ones as usual
    FEW = "few"  # only the last five down


@dataclass(frozen=True, slots=True)
class Settings:
    """Personal settings. `voice`: a voice of this computer ("" is the best English one). `rate_wpm` and `gain_db` are
    also what "slower", "faster", "louder" and "quieter" set."""

    rate_wpm: int = 160
    gain_db: float = 0.0
    voice: str = ""
    counting: Counting = Counting.USUAL


@dataclass(frozen=True, slots=True)
class Prescribed:
    """One exercise of a plan with its dose. `sides`: which ones, in which order (() for those of the programme).
    `changed_after`: the id of the last session before the dose was changed, or more of it was declined."""

    exercise: str
    repetitions: int
    hold_s: int
    sides: tuple[str, ...] = ()
    changed_after: int = 0

    @property
    def dose(self) -> tuple[int, int]:
        """(repetitions, hold in seconds)."""
        return self.repetitions, self.hold_s


@dataclass(frozen=True, slots=True)
class Plan:
    """Which exercises of a programme somebody does. `clinician` chose them ("" where the programme needs none), in
    `words`, if they were written down; `since` is a date (ISO 8601). `looked_at`: the sessions up to this id have led
    to whatever had to follow from them."""

    programme: str
    clinician: str
    since: str
    exercises: tuple[Prescribed, ...]
    words: str = ""
    looked_at: int = 0

    def prescribed(self, exercise: str) -> Prescribed | None:
        return next((one for one in self.exercises if one.exercise == exercise), None)

    def with_dose(self, exercise: str, dose: tuple[int, int], looked_at: int) -> Plan:
        """The same plan with another dose (or again the same) of one exercise, after the session `looked_at`."""
        repetitions, hold_s = dose
        exercises = tuple(
            replace(one, repetitions=repetitions, hold_s=hold_s, changed_after=looked_at)
            if one.exercise == exercise
            else one
            for one in self.exercises
        )
        return replace(self, exercises=exercises, looked_at=looked_at)


def change_of(what: Plan | Settings) -> dict[str, Any]:
    """As it is written down."""
    return {PLAN if isinstance(what, Plan) else SETTINGS: plain(what)}


def plan_in(changes: Iterable[Mapping[str, Any]], programme: str) -> Plan | None:
    """The plan for this programme after all `changes`, oldest first. ValueError: the one that holds isn't understood;
    what it has replaced does not matter."""
    for change in reversed([change for change in changes if PLAN in change]):
        plan = read(Plan, change[PLAN])
        if plan.programme == programme:
            return plan
    return None


def settings_in(changes: Iterable[Mapping[str, Any]]) -> Settings:
    """The personal settings after all `changes`, oldest first. Raises ValueError where they aren't understood."""
    settings = [change[SETTINGS] for change in changes if SETTINGS in change]
    return read(Settings, settings[-1]) if settings else Settings()
