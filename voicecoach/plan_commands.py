"""What the commands of `voicecoach plan` do. Each returns what is shown; every mistake is one sentence (CoachError)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from voicecoach.core.doses import bounds, usual
from voicecoach.core.plan import Counting, Plan, Prescribed, Settings, change_of
from voicecoach.core.programme import Exercise, Programme
from voicecoach.core.scenes.locks import may_release
from voicecoach.core.speakable import SPEAKABLE, read_badly
from voicecoach.core.talk import MAX_GAIN_DB, MAX_RATE_WPM, MIN_GAIN_DB, MIN_RATE_WPM
from voicecoach.earlier import before_now, remembered, remembered_plan, remembered_settings
from voicecoach.errors import CoachError
from voicecoach.journal import Journal, JournalError, SessionKind
from voicecoach.keeping import THE_PERSON, described_change, described_dose, described_settings, local_now
from voicecoach.moments import date_of, moment_of
from voicecoach.programmes import load

_COUNTING = {
    Counting.USUAL: "every ten seconds, then the last five",
    Counting.EVERY: "every second of holds up to thirty",
    Counting.FEW: "only the last five seconds",
}


class PlanError(CoachError):
    """The plan can't be changed so."""


@dataclass(frozen=True, slots=True)
class Place:
    """Which programme's plan, in which journal (None: the usual one), and when it is (for rehearsals; "": now)."""

    programme: str
    journal: Path | None = None
    at: str = ""


class _Opened:
    """The open journal with the programme, its plan and the settings."""

    def __init__(self, journal: Journal, programme: Programme, place: Place) -> None:
        self.journal = journal
        self.programme = programme
        self.now = self._now(place.at)

    def _now(self, at: str) -> datetime:
        if not at:
            return local_now()
        if any(session.kind is not SessionKind.REHEARSED for session in self.journal.sessions()):
            raise PlanError("--at is only for a journal of rehearsals: leave it out, and the clock is used.")
        return moment_of(at, "--at")

    @property
    def given_plan(self) -> Plan:
        plan = remembered_plan(self.journal, self.programme.id)
        if plan is None:
            raise PlanError('There is no plan yet: begin with `voicecoach plan set --clinician "NAME"`.')
        return plan

    def exercise(self, name: str) -> Exercise:
        found = self.programme.exercise(name)
        if found is None:
            names = ", ".join(one.id for one in self.programme.exercises)
            raise PlanError(f'"{name}" is no exercise of this programme; it has {names}.')
        return found

    @property
    def _before(self) -> Plan | None:
        """None also where it can't be read: then it is to be replaced."""
        with suppress(JournalError):
            return remembered_plan(self.journal, self.programme.id)
        return None

    def keep(self, plan: Plan, by: str = THE_PERSON) -> str:
        """Write the plan down; what it is now looks at the sessions from now on."""
        last = max((session.id for session in self.journal.sessions()), default=0)
        plan = replace(plan, looked_at=last)
        self.journal.note_plan(change_of(plan), self.now, by or THE_PERSON, described_change(self._before, plan))
        return plan_text(self.programme, plan)


@contextmanager
def _open(place: Place) -> Iterator[_Opened]:
    programme = load(place.programme)
    with Journal.open(place.journal) as journal:
        journal.claim()
        yield _Opened(journal, programme, place)


# --- the plan ---------------------------------------------------------------------------------------------------------


def choose(place: Place, clinician: str, since: str, words: str, exercises: tuple[str, ...]) -> str:
    """A new plan with the usual doses."""
    with _open(place) as opened:
        clinician = clinician.strip()
        if opened.programme.needs_clinician and not clinician:
            raise PlanError('These exercises are chosen by a clinician: add --clinician "NAME".')
        if clinician and (wrong := read_badly(clinician) or ("is too long" if len(clinician) > 60 else "")):
            raise PlanError(f"--clinician {wrong}: the coach says it aloud, so write it with {SPEAKABLE}.")
        day = date_of(since, "--since") if since else opened.now.date()
        if day > opened.now.date():
            raise PlanError(f"--since {day} is still to come: give the day on which the exercises were chosen.")
        chosen = {opened.exercise(name).id for name in exercises}
        prescribed = tuple(usual(one) for one in opened.programme.exercises if not chosen or one.id in chosen)
        plan = Plan(opened.programme.id, clinician, day.isoformat(), prescribed, words.strip())
        return opened.keep(plan, clinician)


def add_exercise(place: Place, exercise: str, repetitions: int | None, hold_s: int | None, sides: str) -> str:
    with _open(place) as opened:
        plan, found = opened.given_plan, opened.exercise(exercise)
        if plan.prescribed(exercise) is not None:
            raise PlanError(f"{exercise} is in the plan already: change it with `voicecoach plan dose {exercise}`.")
        prescribed = _changed(found, usual(found), repetitions, hold_s, sides)
        return opened.keep(replace(plan, exercises=(*plan.exercises, prescribed)))


def change_dose(place: Place, exercise: str, repetitions: int | None, hold_s: int | None, sides: str) -> str:
    with _open(place) as opened:
        plan, found = opened.given_plan, opened.exercise(exercise)
        before = plan.prescribed(exercise)
        if before is None:
            raise PlanError(f"{exercise} is not in the plan: add it with `voicecoach plan add {exercise}`.")
        if repetitions is None and hold_s is None and not sides:
            raise PlanError("Say what is to change: --repetitions, --hold or --sides.")
        after = _changed(found, before, repetitions, hold_s, sides)
        exercises = tuple(after if one is before else one for one in plan.exercises)
        return opened.keep(replace(plan, exercises=exercises))


def remove_exercise(place: Place, exercise: str) -> str:
    with _open(place) as opened:
        plan = opened.given_plan
        left = tuple(one for one in plan.exercises if one.exercise != opened.exercise(exercise).id)
        if len(left) == len(plan.exercises):
            raise PlanError(f"{exercise} is not in the plan; nothing was changed.")
        if not left:
            raise PlanError(f"{exercise} is the only exercise of the plan: a plan needs one at least.")
        return opened.keep(replace(plan, exercises=left))


def _changed(
    exercise: Exercise, prescribed: Prescribed, repetitions: int | None, hold_s: int | None, sides: str
) -> Prescribed:
    """Raises PlanError where it is beyond the programme's bounds."""
    (fewest, most), (shortest_s, longest_s) = bounds(exercise.set)
    if repetitions is not None and not fewest <= repetitions <= most:
        raise PlanError(_beyond(exercise, f"{repetitions} repetitions", fewest, most, ""))
    if hold_s is not None and not shortest_s <= hold_s <= longest_s:
        raise PlanError(_beyond(exercise, f"a hold of {hold_s} s", shortest_s, longest_s, " s"))
    return replace(
        prescribed,
        repetitions=prescribed.repetitions if repetitions is None else repetitions,
        hold_s=prescribed.hold_s if hold_s is None else hold_s,
        sides=_sides(exercise, sides) if sides else prescribed.sides,
    )


def _beyond(exercise: Exercise, what: str, low: int, high: int, unit: str) -> str:
    allowed = f"{low}{unit}" if low == high else f"{low} to {high}{unit}"
    return f"{exercise.id} can't have {what}: the programme allows {allowed}."


def _sides(exercise: Exercise, text: str) -> tuple[str, ...]:
    sides = tuple(side.strip().lower() for side in text.split(","))
    if not exercise.set.sides:
        raise PlanError(f"{exercise.id} has no sides: leave --sides out.")
    if len(set(sides)) < len(sides) or not set(sides) <= set(exercise.set.sides):
        raise PlanError(f'--sides has "{text}": write left, right, or both in their order, as in left,right.')
    return sides


# --- settings, release ------------------------------------------------------------------------------------------------


def change_settings(
    place: Place, rate_wpm: int | None, gain_db: float | None, counting: Counting | None, voice: str | None
) -> str:
    """Without any it only shows them."""
    with _open(place) as opened:
        before = remembered_settings(opened.journal)
        if rate_wpm is not None and not MIN_RATE_WPM <= rate_wpm <= MAX_RATE_WPM:
            raise PlanError(f"--rate {rate_wpm} can't be used: take {MIN_RATE_WPM} to {MAX_RATE_WPM} words a minute.")
        if gain_db is not None and not MIN_GAIN_DB <= gain_db <= MAX_GAIN_DB:
            raise PlanError(f"--volume {gain_db:g} can't be used: take {MIN_GAIN_DB:g} to {MAX_GAIN_DB:g} dB.")
        if voice:
            _check_voice(voice)
        after = Settings(
            before.rate_wpm if rate_wpm is None else rate_wpm,
            before.gain_db if gain_db is None else gain_db,
            before.voice if voice is None else voice,
            before.counting if counting is None else counting,
        )
        if (rate_wpm, gain_db, counting, voice) != (None,) * 4:  # also where it is what it was: that may be unreadable
            opened.journal.note_plan(change_of(after), opened.now, THE_PERSON, described_settings(before, after))
        return settings_text(after)


def _check_voice(name: str) -> None:
    from voicecoach.preparing import open_voice

    with open_voice(name) as voice:
        voice.describe()


def release_exercises(place: Place, clinician: str, on: str) -> str:
    """A clinician who saw the person on that day allows the exercises again."""
    with _open(place) as opened:
        seen_on = date_of(on, "--on")
        now = opened.now if place.at or place.journal is None else moment_of(on, "--on")
        before = before_now(opened.journal, opened.programme, now)
        if not before.locked_by and not before.much_worse:
            return "The exercises are not locked; nothing was changed."
        if not may_release(seen_on.isoformat(), before.locked_on, now.date().isoformat()):
            wrong = "is still to come" if seen_on > now.date() else f"is before they were locked ({before.locked_on})"
            raise PlanError(f"--on {seen_on} {wrong}: give the day on which {clinician} saw the person since.")
        opened.journal.release(clinician, now, seen_on)
    return f"The exercises are released by {clinician.strip()}, on {seen_on}. It is written in the journal."


# --- showing ----------------------------------------------------------------------------------------------------------


def shown(place: Place) -> str:
    """The plan, the settings, and whether the exercises are locked."""
    programme = load(place.programme)
    told: list[str] = []
    with Journal.open(place.journal) as journal:
        plan, settings = remembered(journal, programme.id, told.append)
        locked_by = journal.locked_by()
    if plan is not None:
        text = plan_text(programme, plan)
    elif programme.needs_clinician:
        text = (
            f"{programme.title}: there is no plan yet. The coach asks for it at the first session, "
            'or: voicecoach plan set --clinician "NAME"'
        )
    else:
        text = f"{programme.title}: there is no plan, and none is needed; all exercises with their usual doses."
    locks = [f"Locked by {locked_by}, until a clinician releases them (voicecoach plan release)."] if locked_by else []
    return "\n".join([text, settings_text(settings), *told, *locks])


def plan_text(programme: Programme, plan: Plan) -> str:
    """A line for each exercise, with what the programme allows."""
    chosen = f", chosen by {plan.clinician}" if plan.clinician else ""
    lines = [f"{programme.title}{chosen}, since {plan.since or 'the beginning'}."]
    lines += [f'"{plan.words}"'] if plan.words else []
    width = max(len(one.id) for one in programme.exercises)
    for exercise in programme.exercises:
        prescribed = plan.prescribed(exercise.id)
        dose = described_dose(prescribed) if prescribed is not None else "not in the plan"
        (fewest, most), (shortest_s, longest_s) = bounds(exercise.set)
        allowed = f"allowed: {_range(fewest, most)} x {_range(shortest_s, longest_s)} s"
        lines.append(f"  {exercise.id:<{width}}  {dose:<16} ({allowed})")
    return "\n".join(lines)


def _range(low: int, high: int) -> str:
    return str(low) if low == high else f"{low} to {high}"


def settings_text(settings: Settings) -> str:
    voice = settings.voice or "the best English voice"
    return (
        f"Voice: {voice}, {settings.rate_wpm} words a minute, {settings.gain_db:+g} dB. "
        f"Counted: {_COUNTING[settings.counting]}; numbers in English, the only language so far."
    )
