"""What follows for the plan from the sessions since it was last looked at: a step up, a step back, or nothing. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from voicecoach.core.doses import Dose, less, more
from voicecoach.core.plan import Plan
from voicecoach.core.programme import Programme

GOOD_DAYS = 3
"""On how many days, one session after the other must have been the same or better before more is proposed. The number
is ours: the handout only says "over time". What is too much often shows on the next day, so a dose has to be followed
by two mornings at least before it can be called tolerated; and one good day may be chance (a score varies by a point
without any change; Childs 2005). To be confirmed by a clinician."""

_WORSE = {"LEG-WORSE", "LEG-NEW", "MOVED-DOWN", "MUCH-WORSE", "RED-FLAG"}
_GOOD_VERDICTS = {"go", "ask"}
_HARMLESS = {"NECK"}  # says nothing about the dose


@dataclass(frozen=True, slots=True)
class Judgement:
    """A decision that stands: its rule and verdict, and the exercise at which it was made ("" before the first)."""

    rule: str
    verdict: str
    exercise: str


@dataclass(frozen=True, slots=True)
class PastSession:
    """A session in which something was done. `day` is a date (ISO 8601); `held`: the exercises of which every
    repetition was held."""

    id: int
    day: str
    completed: bool
    judgements: tuple[Judgement, ...]
    held: frozenset[str]

    @property
    def worse_at(self) -> str | None:
        """The exercise at which it got worse; None where it did not."""
        return next((one.exercise for one in self.judgements if one.rule in _WORSE), None)

    @property
    def good(self) -> bool:
        """Done to its end, the same or better all the way. More pain in the back is normal, but no reason for more."""
        fine = all(one.verdict in _GOOD_VERDICTS or one.rule in _HARMLESS for one in self.judgements)
        return self.completed and fine


@dataclass(frozen=True, slots=True)
class Step:
    """`up`: to be proposed; otherwise a step back, after the session `after`. `dose` None: there is no smaller one, so
    the movements are made smaller."""

    up: bool
    exercise: str
    dose: Dose | None
    after: int


def step_due(programme: Programme, plan: Plan, sessions: tuple[PastSession, ...]) -> Step | None:
    """`sessions`: all of this programme in which something was done, the oldest first."""
    since = [session for session in sessions if session.id > plan.looked_at]
    if not since:
        return None
    worse = next((session for session in reversed(since) if session.worse_at is not None), None)
    if worse is not None and worse.worse_at is not None:
        return Step(False, worse.worse_at, _less(programme, plan, worse.worse_at), since[-1].id)
    good = _good_days(since)
    if not good:
        return None
    held = frozenset.intersection(*(session.held for session in good))
    return _proposal(programme, plan, held, since[-1].id)


def _good_days(sessions: list[PastSession]) -> list[PastSession]:
    """The last sessions, back to the day on which there were enough of them; none where one of them was not good."""
    last: list[PastSession] = []
    for session in reversed(sessions):
        if not session.good:
            return []
        last.append(session)
        if len({one.day for one in last}) == GOOD_DAYS:
            return last
    return []


def _less(programme: Programme, plan: Plan, exercise: str) -> Dose | None:
    prescribed = plan.prescribed(exercise)
    found = programme.exercise(exercise)
    return less(found.set, prescribed.dose) if prescribed is not None and found is not None else None


def _proposal(programme: Programme, plan: Plan, held: frozenset[str], after: int) -> Step | None:
    """One step of one exercise: of those that can grow, the one whose dose was changed longest ago."""
    found: list[tuple[int, Step]] = []
    for exercise in programme.exercises:
        prescribed = plan.prescribed(exercise.id)
        if prescribed is not None and exercise.id in held:
            dose = more(exercise.set, prescribed.dose)
            if dose is not None:
                found.append((prescribed.changed_after, Step(True, exercise.id, dose, after)))
    return min(found, key=lambda one: one[0], default=(0, None))[1]
