"""Writes a session into the journal, and what has to outlast it: changes of the plan, settings, releases."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime

from voicecoach.conductor import Record
from voicecoach.core.before import Before
from voicecoach.core.messages import Effect, Event, Finish, PlanChanged, Released, SettingsChanged
from voicecoach.core.plan import Plan, Prescribed, Settings, change_of
from voicecoach.core.programme import Programme
from voicecoach.core.records import plain
from voicecoach.journal import Journal, JournalError, SessionKind

HOW_TO_RELEASE = (
    "When a clinician has allowed the exercises again, write it down: "
    "voicecoach plan release --clinician NAME --on DATE"
)
THE_PERSON, THE_COACH = "the person", "the coach"
_WHY = {
    "more": "more, agreed to after good days",
    "kept": "more was declined",
    "less": "a step back after it got worse",
}
_AS_BEFORE = "doses as before"


class Keeper:
    """`record` writes an event with its effects, before they are performed; `now` is the computer's clock.
    `remembers`: what has to outlast the session does so. The session begins with its first event, by `begin()`: what
    fails while it is prepared leaves no session behind, and what was cut off before can still be gone on with."""

    def __init__(
        self,
        journal: Journal,
        begin: Callable[[], int],
        plan: Plan | None,
        settings: Settings,
        now: Callable[[], datetime],
        *,
        remembers: bool,
    ) -> None:
        self._journal = journal
        self._begin = begin
        self._session_id: int | None = None
        self._plan = plan
        self._settings = settings
        self._now = now
        self._remembers = remembers

    def record(self, event: Event, effects: Sequence[Effect]) -> None:
        """Raises JournalError. Should it be cut short in between, a change of the plan is not remembered: then it is
        proposed, and a release asked for, once more."""
        if self._session_id is None:
            self._session_id = self._begin()
        self._journal.record(self._session_id, event, effects)
        for effect in effects if self._remembers else ():
            match effect:
                case PlanChanged(plan=plan, why=why):
                    self._change_plan(plan, why)
                case SettingsChanged(settings=settings):
                    said = described_settings(self._settings, settings)
                    self._journal.note_plan(change_of(settings), self._now(), THE_PERSON, said)
                    self._settings = settings
                case Released(clinician=clinician, seen_on=seen_on):
                    self._journal.release(clinician, self._now(), date.fromisoformat(seen_on))
                case _:
                    pass

    def end(self, finish: Finish) -> None:
        """Raises JournalError."""
        if self._session_id is not None:
            self._journal.finish(self._session_id, finish.outcome, finish.rule, self._now())

    def _change_plan(self, plan: Plan, why: str) -> None:
        said = described_change(self._plan, plan)
        if why == "less" and said == _AS_BEFORE:
            said = "smaller movements, as there is no smaller dose"
        reason = f"{said} ({_WHY[why]})" if why in _WHY else said
        by = THE_COACH if why == "less" else THE_PERSON
        self._journal.note_plan(change_of(plan), self._now(), by, reason)
        self._plan = plan


def described_dose(prescribed: Prescribed) -> str:
    """As in "2 x 15 s"."""
    sides = f" ({' then '.join(prescribed.sides)})" if prescribed.sides else ""
    return f"{prescribed.repetitions} x {prescribed.hold_s} s{sides}"


def described_change(before: Plan | None, after: Plan) -> str:
    """What is different now, in a few words."""
    if before is None or before.programme != after.programme:
        before = None
    told = []
    for one in after.exercises:
        was = before.prescribed(one.exercise) if before is not None else None
        if was is None:
            told.append(f"{one.exercise} {described_dose(one)}")
        elif (was.dose, was.sides) != (one.dose, one.sides):
            told.append(f"{one.exercise} {described_dose(one)}, was {described_dose(was)}")
    if before is not None:
        told += [f"without {one.exercise}" for one in before.exercises if after.prescribed(one.exercise) is None]
    return "; ".join(told) or _AS_BEFORE


def described_settings(before: Settings, after: Settings) -> str:
    """What is different now, in a few words."""
    told = {
        f"{after.rate_wpm} words a minute": after.rate_wpm != before.rate_wpm,
        f"{after.gain_db:+g} dB": after.gain_db != before.gain_db,
        f"counting {after.counting}": after.counting != before.counting,
        f"the voice {after.voice or 'that is best'}": after.voice != before.voice,
    }
    return ", ".join(text for text, differs in told.items() if differs) or "as before"


@contextmanager
def recorded(
    journal: Journal, kind: SessionKind, programme: Programme, before: Before, now: Callable[[], datetime]
) -> Iterator[tuple[Record, Callable[[Finish], None]]]:
    """A session in the journal: how to record its events, and how to write its ending."""
    body, setup = programme.model_dump_json(), {"before": plain(before)}
    sha256 = hashlib.sha256(body.encode()).hexdigest()

    def begin() -> int:  # what was cut off is in `before`
        return journal.begin(
            kind, programme.id, sha256, now(), programme=body, setup=setup, instead_of_interrupted=True
        )

    keeper = Keeper(journal, begin, before.plan, before.settings, now, remembers=kind is not SessionKind.SIMULATED)
    yield keeper.record, keeper.end


def check_unmixed(journal: Journal, kind: SessionKind) -> None:
    """Real sessions and rehearsed ones must not be in one journal: one of them would count as the other. Raises
    JournalError."""
    kinds = {session.kind for session in journal.sessions()}
    if kind is SessionKind.REHEARSED and kinds - {SessionKind.REHEARSED}:
        raise JournalError(f"The journal {journal.path} has real sessions: give the rehearsals another one.")
    if kind is not SessionKind.REHEARSED and SessionKind.REHEARSED in kinds:
        raise JournalError(
            f"The journal {journal.path} has only rehearsals: set VOICECOACH_DATA_DIR to another folder."
        )


def local_now() -> datetime:
    """The computer's clock, in its time zone."""
    return datetime.now().astimezone()
