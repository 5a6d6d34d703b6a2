"""Doses: what a programme allows, and the next step up or down from one. Pure.

A dose is (repetitions, hold in seconds). It grows in the order in which the handout "Herniated Disc: Exercises"
(Healthwise, Z594) gives its numbers: first a longer hold within the usual range (press-up: 15 to 30 s), then more
repetitions (2 to 4), and only then the long hold that is worked up to over time (2 minutes). It shrinks the same way
back. How large a step is, the handout does not say: that is ours.
"""

from __future__ import annotations

from voicecoach.core.plan import Plan, Prescribed
from voicecoach.core.programme import Exercise, ExerciseSet, Programme

Dose = tuple[int, int]


def bounds(doses: ExerciseSet) -> tuple[tuple[int, int], tuple[int, int]]:
    """((fewest, most repetitions), (shortest, longest hold in seconds)) that a plan may hold: somebody may have worked
    up to the long holds before."""
    return (
        (doses.repetitions_min, doses.progress_repetitions_max),
        (doses.hold_min_s, doses.progress_hold_max_s),
    )


def usual(exercise: Exercise) -> Prescribed:
    """The programme's own dose."""
    return Prescribed(exercise.id, exercise.set.repetitions, exercise.set.hold_s)


def usual_plan(programme: Programme, clinician: str, since: str) -> Plan:
    """All exercises of the programme with their usual doses."""
    return Plan(programme.id, clinician, since, tuple(usual(exercise) for exercise in programme.exercises))


def planned(programme: Programme, plan: Plan) -> tuple[Exercise, ...]:
    """What is done: the programme's exercises that are in the plan, in the programme's order and with the plan's doses.
    A programme that was changed since keeps its bounds."""
    chosen = ((exercise, plan.prescribed(exercise.id)) for exercise in programme.exercises)
    return tuple(_with_dose(exercise, one) for exercise, one in chosen if one is not None)


def _with_dose(exercise: Exercise, prescribed: Prescribed) -> Exercise:
    doses = exercise.set
    (fewest, most), (shortest_s, longest_s) = bounds(doses)
    sides = tuple(side for side in prescribed.sides if side in doses.sides) or doses.sides
    changed = {
        "repetitions": min(max(prescribed.repetitions, fewest), most),
        "hold_s": min(max(prescribed.hold_s, shortest_s), longest_s),
        "sides": sides,
    }
    return exercise.model_copy(update={"set": doses.model_copy(update=changed)})


def more(doses: ExerciseSet, dose: Dose) -> Dose | None:
    """The next step up; None where there is none any more."""
    repetitions, hold_s = dose
    for most, longest_s in (
        (doses.repetitions_max, doses.hold_max_s),
        (doses.progress_repetitions_max, doses.progress_hold_max_s),
    ):
        if hold_s < longest_s:
            return repetitions, min(hold_s + _step_s(hold_s), longest_s)
        if repetitions < most:
            return repetitions + 1, hold_s
    return None


def less(doses: ExerciseSet, dose: Dose) -> Dose | None:
    """A step back; None where it is the least already."""
    repetitions, hold_s = dose
    for fewest, shortest_s in (
        (doses.repetitions_max, doses.hold_max_s),
        (doses.repetitions_min, doses.hold_min_s),
    ):
        if repetitions > fewest:
            return repetitions - 1, hold_s
        if hold_s > shortest_s:
            return repetitions, max(hold_s - _step_s(hold_s - 1), shortest_s)
    return None


def _step_s(hold_s: int) -> int:
    """A little longer: about a fifth to a third of the hold."""
    return 10 if hold_s >= 30 else 5 if hold_s >= 10 else 1
