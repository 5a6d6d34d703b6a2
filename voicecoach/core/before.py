"""What earlier sessions leave behind for the next one. Pure data: the edges read it from the journal."""

from __future__ import annotations

from dataclasses import dataclass, field

from voicecoach.core.body import Baseline
from voicecoach.core.plan import Plan, Settings
from voicecoach.core.progression import Step


@dataclass(frozen=True, slots=True)
class CutOff:
    """Where a session was cut off: in which exercise, whether a hold of it had begun, the pain before that session, and
    whether the movements were to be smaller."""

    exercise: str
    performed: bool
    baseline: Baseline
    easier: bool = False


@dataclass(frozen=True, slots=True)
class Before:
    """`plan` None: there is none yet. `example`: nobody exercises, so an example of a plan serves. `first`: no session
    has come to its exercises yet; `screened`: one has got past the questions about warning signs since the last lock.

    `locked_by`: the rule that locked the exercises until a clinician releases them ("" if none), on the date
    `locked_on`. `much_worse`: the last session ended so; `same_day`: that was today; `clock_back`: or the clock says
    that it has not been yet. `today` and `locked_on` are dates (ISO 8601)."""

    plan: Plan | None = None
    example: bool = False
    settings: Settings = field(default_factory=Settings)
    first: bool = True
    screened: bool = False
    today: str = ""
    locked_by: str = ""
    locked_on: str = ""
    much_worse: bool = False
    same_day: bool = False
    clock_back: bool = False
    step: Step | None = None
    cut_off: CutOff | None = None
