"""What earlier sessions mean for the next one, read from the journal."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from voicecoach.core.before import Before, CutOff
from voicecoach.core.body import Baseline
from voicecoach.core.codec import decode
from voicecoach.core.days import Day, day_since
from voicecoach.core.doses import planned, usual_plan
from voicecoach.core.messages import BaselineTaken, Note, Reached
from voicecoach.core.plan import Plan, Settings, plan_in, settings_in
from voicecoach.core.programme import Programme
from voicecoach.core.progression import Judgement, PastSession, Step, step_due
from voicecoach.core.talk import WITHDRAWN
from voicecoach.journal import Entry, Journal, JournalError, SessionKind, SessionRecord

RESUMED_WITHIN = timedelta(hours=1)  # later the body is no longer where it was: the session starts afresh
_LOCKING = ("RED-FLAG", "NEXT-DAY")
_Told = Reached | Note | BaselineTaken


def before_now(
    journal: Journal, programme: Programme, now: datetime, tell: Callable[[str], None] = lambda _sentence: None
) -> Before:
    """Everything that a session of this programme has to know of earlier ones. Ask before it begins, with the claim.
    For `tell` see `remembered`."""
    plan, settings = remembered(journal, programme.id, tell)
    sessions = [session for session in journal.sessions() if session.kind is not SessionKind.SIMULATED]
    lock = _last_lock(journal)
    locked_by = journal.locked_by() or ""
    own = (one.id for one in sessions if one.programme_id == programme.id)
    begun = [session_id for session_id in own if journal.reached(session_id, "baseline")]
    much_worse = unsettled_much_worse(journal)
    day = day_since(_last_moment(much_worse), now) if much_worse is not None else Day.NEXT
    return Before(
        plan=plan,
        settings=settings,
        first=not begun,
        screened=any(session_id > lock.session for session_id in begun),
        today=now.date().isoformat(),
        locked_by=locked_by,
        locked_on=lock.day if locked_by else "",
        much_worse=much_worse is not None,
        same_day=day is Day.SAME,
        clock_back=day is Day.BEFORE,
        step=_step(journal, programme, plan, sessions),
        cut_off=_cut_off(journal, programme, now),
    )


def remembered(
    journal: Journal, programme_id: str, tell: Callable[[str], None] = lambda _sentence: None
) -> tuple[Plan | None, Settings]:
    """The plan for a programme (None: there is none) and the personal settings. Raises JournalError for a plan that
    can't be read. Settings that can't are the usual ones: they decide about nothing but the voice, and `tell` is told.
    """
    return remembered_plan(journal, programme_id), remembered_settings(journal, tell)


def remembered_plan(journal: Journal, programme_id: str) -> Plan | None:
    """None where there is none. Raises JournalError where it can't be read."""
    try:
        return plan_in([change.body for change in journal.plan_changes()], programme_id)
    except ValueError as error:
        raise JournalError(
            f"The plan in {journal.path} can't be read ({error}): set it anew with `voicecoach plan set`."
        ) from error


def remembered_settings(journal: Journal, tell: Callable[[str], None] = lambda _sentence: None) -> Settings:
    """The usual ones, and `tell` is told, where they can't be read."""
    try:
        return settings_in([change.body for change in journal.plan_changes()])
    except ValueError as error:
        tell(
            f"Your settings in {journal.path} can't be read ({error}): I use the usual ones, until you set them anew "
            "with `voicecoach plan settings`."
        )
        return Settings()


# --- locks and the day after ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Lock:
    """The last session that locked the exercises (0: none), and its date."""

    session: int = 0
    day: str = ""


def _last_lock(journal: Journal) -> _Lock:
    notes = [found for rule in _LOCKING if (found := journal.last_note(rule)) is not None]
    locks = [_Lock(session.id, session.local_date.isoformat()) for session, _note in notes]
    return max(locks, key=lambda lock: lock.session, default=_Lock())


def unsettled_much_worse(journal: Journal) -> SessionRecord | None:
    """The session that ended much worse, if nobody has said since that it is no longer so: a clear no at the next
    start, after which other things were asked, or a clinician's release."""
    found = journal.last_note("MUCH-WORSE")
    if found is None:
        return None
    session, _note = found
    noted = max(entry.id for entry in journal.entries(session.id) if entry.body.get("rule") == "MUCH-WORSE")
    released = any(release.after_entry >= noted for release in journal.releases())
    later = (one.id for one in journal.sessions() if one.id > session.id)
    denied = any(journal.reached(one, phase) for one in later for phase in ("plan", "screening", "baseline"))
    return None if released or denied else session


def _last_moment(session: SessionRecord) -> datetime:
    ended_at = session.ended_at or session.started_at
    return max(session.started_at, ended_at.astimezone(session.started_at.tzinfo))


# --- progression ------------------------------------------------------------------------------------------------------


def _step(journal: Journal, programme: Programme, plan: Plan | None, sessions: list[SessionRecord]) -> Step | None:
    if plan is None:
        if programme.needs_clinician:
            return None
        plan = usual_plan(programme, "", "")
    new = (one for one in sessions if one.programme_id == programme.id and one.id > plan.looked_at)
    past = (past_session(session, journal.entries(session.id), programme, plan) for session in new)
    return step_due(programme, plan, tuple(session for session in past if session is not None))


def past_session(
    session: SessionRecord, entries: Iterable[Entry], programme: Programme, plan: Plan
) -> PastSession | None:
    """What it says about the doses; None where nothing was done in it, and nothing was reported."""
    told = list(_told(entries))
    holds: dict[str, int] = {}
    for place in told:
        if isinstance(place, Reached) and place.phase == "hold":
            holds[place.exercise] = max(place.number, holds.get(place.exercise, 0))
    judgements = tuple(_standing(told))
    if not holds and not any(one.verdict in ("stop", "emergency") for one in judgements):
        return None
    doses = {exercise.id: exercise.set for exercise in planned(programme, plan)}
    totals = {name: one.repetitions * max(1, len(one.sides)) for name, one in doses.items()}
    held = frozenset(exercise for exercise, number in holds.items() if number >= totals.get(exercise, number + 1))
    completed = session.outcome == "completed"
    return PastSession(session.id, session.local_date.isoformat(), completed, judgements, held)


def _standing(told: Iterable[_Told]) -> Iterator[Judgement]:
    """Decisions that nobody took back."""
    notes = [note for note in told if isinstance(note, Note)]
    for index, note in enumerate(notes):
        taken_back = any(later.rule == note.rule and later.verdict == WITHDRAWN for later in notes[index:])
        if not taken_back:
            yield Judgement(note.rule, note.verdict, note.exercise)


# --- a session that was cut off ---------------------------------------------------------------------------------------


def _cut_off(journal: Journal, programme: Programme, now: datetime) -> CutOff | None:
    """Where to go on; None where nothing was cut off, or not lately, or by a report that ended it."""
    session = journal.interrupted(now)
    if session is None or session.programme_id != programme.id or session.stopped_by:
        return None
    if not session.started_at <= session.last_at <= now <= session.last_at + RESUMED_WITHIN:
        return None
    return cut_off_in(_told(journal.entries(session.id)))


def cut_off_in(told: Iterable[_Told]) -> CutOff | None:
    """Where a session that told this was cut off; None before its first exercise, and after its last word."""
    baseline: Baseline | None = None
    exercise, performed, easier = "", False, False
    for one in told:
        match one:
            case BaselineTaken():
                baseline = one.baseline
            case Note(rule="BACK-WORSE", verdict="ease"):
                easier = True
            case Reached(phase="closing"):
                return None
            case Reached() if one.exercise:
                held = one.phase == "hold" or (one.phase == "resume" and one.number > 0)
                performed = held or (performed and one.exercise == exercise)
                exercise = one.exercise
            case _:
                pass
    return CutOff(exercise, performed, baseline, easier) if baseline is not None and exercise else None


def _told(entries: Iterable[Entry]) -> Iterator[_Told]:
    for entry in entries:
        if entry.type in ("Reached", "Note", "BaselineTaken"):
            with suppress(ValueError):  # of another version of the coach; locks do not depend on it
                message = decode(entry.body)
                assert isinstance(message, Reached | Note | BaselineTaken)
                yield message
