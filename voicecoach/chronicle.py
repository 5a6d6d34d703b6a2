"""What the journal holds, as a person reads it: sessions, changes of the plan and releases, in their order.

The order is that of the rows, not that of the clock, which may have been wrong.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from voicecoach.core.rules import Verdict
from voicecoach.core.talk import WITHDRAWN
from voicecoach.journal import Entry, Journal, PlanChange, Release, SessionKind, SessionRecord

_PLACES = {  # phases within an exercise, as a person would say it
    "position": "getting into position",
    "step": "step",
    "ready": "before the first repetition",
    "repetition": "repetition",
    "hold": "hold",
    "rest": "rest",
    "check": "pain check",
    "pause": "pause",
}


@dataclass(frozen=True, slots=True)
class SessionTold:
    """`progress`: how far it came; scores are 0 to 10, None where there is none. `rule`: which ended it, or kept it
    from beginning ("" where none did). `went_on_at`: the exercise at which it went on with a session that was cut off
    ("" where it did not). `on_the_way`: other rules that decided, as in "STOP-WORD", "LEG-WORSE (taken back)"."""

    id: int
    date: str
    time: str
    kind: str
    programme: str
    progress: str
    outcome: str
    rule: str
    pain_before: int | None
    pain_after: int | None
    went_on_at: str = ""
    on_the_way: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PlanTold:
    """`what`: plan or settings; `body` as it is from then on; `by` whom, and why (in words, may be empty). `session`:
    the one in which it was said (None: on the command line)."""

    date: str
    time: str
    what: str
    by: str
    why: str
    body: dict[str, Any]
    session: int | None = None


@dataclass(frozen=True, slots=True)
class ReleaseTold:
    """`seen_on`: the date on which the clinician saw the person ("" where that was not asked for). `session`: as in
    PlanTold."""

    date: str
    time: str
    clinician: str
    seen_on: str
    session: int | None = None


Told = SessionTold | PlanTold | ReleaseTold


def chronicle(journal: Journal, *, simulated: bool = False) -> list[Told]:
    """Everything, the oldest first. `simulated`: also sessions in which nobody exercised. Raises JournalError."""
    ordered: list[tuple[tuple[int, int], Told]] = []
    within: dict[int, int] = {}  # entry -> its session, but for the last one: what follows on it is not said in it
    last_entry = 0
    for session in journal.sessions():
        entries = journal.entries(session.id)
        within |= {entry.id: session.id for entry in entries[:-1]}
        first = entries[0].id if entries else last_entry
        last_entry = max([last_entry, *(entry.id for entry in entries[-1:])])
        if simulated or session.kind is not SessionKind.SIMULATED:
            ordered.append(((first, 0), told_session(journal, session, entries)))
    changes, releases = journal.plan_changes(), journal.releases()
    ordered += [((one.after_entry, 1), _told_plan(one, within.get(one.after_entry))) for one in changes]
    ordered += [((one.after_entry, 2), _told_release(one, within.get(one.after_entry))) for one in releases]
    return [told for _, told in sorted(ordered, key=lambda pair: pair[0])]


def told_session(journal: Journal, session: SessionRecord, entries: Sequence[Entry]) -> SessionTold:
    """Raises JournalError."""
    before = journal.setup(session.id).get("before") or {}
    names = _exercises(journal, session, before, entries)
    scores = [entry.body["score"] for entry in entries if entry.type == "ScoreTaken"]
    baselines = [entry.body["baseline"]["score"] for entry in entries if entry.type == "BaselineTaken"]
    rule = session.rule or (_locked_by(before) if session.outcome == "locked" else "")
    return SessionTold(
        id=session.id,
        date=session.local_date.isoformat(),
        time=_moment(session.started_at)[1],
        kind=session.kind.value,
        programme=session.programme_id,
        progress=_progress(entries, names),
        outcome=session.outcome or "not ended",
        rule=rule,
        pain_before=baselines[-1] if baselines else None,
        pain_after=next((score for score in reversed(scores) if score is not None), None),
        went_on_at=_went_on_at(before, entries, names),
        on_the_way=_on_the_way(entries, rule),
    )


def _exercises(
    journal: Journal, session: SessionRecord, before: Mapping[str, Any], entries: Iterable[Entry]
) -> dict[str, str]:
    """id -> name of the exercises that were to be done, in their order; empty where the journal does not tell."""
    body = journal.programme(session.programme_sha256)
    plan = before.get("plan")
    for entry in entries:
        plan = entry.body["plan"] if entry.type == "PlanChanged" else plan
    planned = {one["exercise"] for one in plan["exercises"]} if plan else None
    exercises = body["exercises"] if body else []
    return {one["id"]: one["name"] for one in exercises if planned is None or one["id"] in planned}


def _locked_by(before: Mapping[str, Any]) -> str:
    """What kept a session from beginning that knew this before."""
    return before.get("locked_by") or ("MUCH-WORSE" if before.get("much_worse") else "")


def _went_on_at(before: Mapping[str, Any], entries: Iterable[Entry], names: Mapping[str, str]) -> str:
    resumed = any(entry.type == "Reached" and entry.body["phase"] == "resume" for entry in entries)
    exercise = (before.get("cut_off") or {}).get("exercise", "")
    return names.get(exercise, exercise) if resumed else ""


def _on_the_way(entries: Iterable[Entry], ended_by: str) -> tuple[str, ...]:
    """Each rule once, in their order; without what was only asked about, and without what is no news."""
    notes = [entry.body for entry in entries if entry.type == "Note"]
    told = []
    for index, note in enumerate(notes):
        rule = note["rule"]
        if note["verdict"] in (WITHDRAWN, Verdict.ASK) or rule == "SAME-OR-BETTER":
            continue
        taken_back = any(later["rule"] == rule and later["verdict"] == WITHDRAWN for later in notes[index:])
        if taken_back or rule != ended_by:
            told.append(f"{rule} (taken back)" if taken_back else rule)
    return tuple(dict.fromkeys(told))


def _progress(entries: Iterable[Entry], names: Mapping[str, str]) -> str:
    """As in "4 of 4 exercises", "1 of 4 exercises, then Press-up: hold 2", or "before the first exercise"."""
    places = [entry.body for entry in entries if entry.type == "Reached"]
    done = list(dict.fromkeys(place["exercise"] for place in places if place["phase"] == "check"))
    within = [place for place in places if place["exercise"] and place["phase"] in _PLACES]
    if not within:
        return "before the first exercise"
    last = within[-1]
    count = f"{len(done)} of {len(names)} exercises" if names else f"{len(done)} done"
    if last["exercise"] in done:
        return count
    number = f" {last['number']}" if last["number"] else ""
    return f"{count}, then {names.get(last['exercise'], last['exercise'])}: {_PLACES[last['phase']]}{number}"


def _told_plan(change: PlanChange, session: int | None) -> PlanTold:
    date, time = _moment(change.changed_at)
    return PlanTold(date, time, ", ".join(change.body), change.by, change.why, change.body, session)


def _told_release(release: Release, session: int | None) -> ReleaseTold:
    date, time = _moment(release.released_at)
    seen_on = release.seen_on.isoformat() if release.seen_on else ""
    return ReleaseTold(date, time, release.clinician, seen_on, session)


def _moment(at: datetime) -> tuple[str, str]:
    return at.date().isoformat(), at.strftime("%H:%M")
