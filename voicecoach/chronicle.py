"""What the journal holds, as a person reads it: sessions, changes of the plan and releases, in their order.

The order is that of the rows, not that of the clock, which may have been wrong.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

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
    """`progress`: how far it came; scores are 0 to 10, None where there is none. `rule` "": none ended it."""

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


@dataclass(frozen=True, slots=True)
class PlanTold:
    """`what`: plan or settings; `body` as it is from then on; `by` whom, and why (in words, may be empty)."""

    date: str
    time: str
    what: str
    by: str
    why: str
    body: dict[str, Any]


@dataclass(frozen=True, slots=True)
class ReleaseTold:
    """`seen_on`: the date on which the clinician saw the person ("" where that was not asked for)."""

    date: str
    time: str
    clinician: str
    seen_on: str


Told = SessionTold | PlanTold | ReleaseTold


def chronicle(journal: Journal, *, simulated: bool = False) -> list[Told]:
    """Everything, the oldest first. `simulated`: also sessions in which nobody exercised. Raises JournalError."""
    ordered: list[tuple[tuple[int, int], Told]] = []
    last_entry = 0
    for session in journal.sessions():
        entries = journal.entries(session.id)
        first = entries[0].id if entries else last_entry
        last_entry = max([last_entry, *(entry.id for entry in entries[-1:])])
        if simulated or session.kind is not SessionKind.SIMULATED:
            ordered.append(((first, 0), told_session(session, entries, exercises_of(journal, session, entries))))
    ordered += [((change.after_entry, 1), _told_plan(change)) for change in journal.plan_changes()]
    ordered += [((release.after_entry, 2), _told_release(release)) for release in journal.releases()]
    return [told for _, told in sorted(ordered, key=lambda pair: pair[0])]


def exercises_of(journal: Journal, session: SessionRecord, entries: Iterable[Entry]) -> dict[str, str]:
    """id -> name of the exercises that were to be done, in their order; empty where the journal does not tell."""
    body = journal.programme(session.programme_sha256)
    plan = (journal.setup(session.id).get("before") or {}).get("plan")
    for entry in entries:
        plan = entry.body["plan"] if entry.type == "PlanChanged" else plan
    planned = {one["exercise"] for one in plan["exercises"]} if plan else None
    exercises = body["exercises"] if body else []
    return {one["id"]: one["name"] for one in exercises if planned is None or one["id"] in planned}


def told_session(session: SessionRecord, entries: Sequence[Entry], names: dict[str, str]) -> SessionTold:
    """`names`: see `exercises_of`."""
    scores = [entry.body["score"] for entry in entries if entry.type == "ScoreTaken"]
    baselines = [entry.body["baseline"]["score"] for entry in entries if entry.type == "BaselineTaken"]
    return SessionTold(
        id=session.id,
        date=session.local_date.isoformat(),
        time=session.started_at.strftime("%H:%M"),
        kind=session.kind.value,
        programme=session.programme_id,
        progress=_progress(entries, names),
        outcome=session.outcome or "not ended",
        rule=session.rule or "",
        pain_before=baselines[-1] if baselines else None,
        pain_after=next((score for score in reversed(scores) if score is not None), None),
    )


def _progress(entries: Iterable[Entry], names: dict[str, str]) -> str:
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


def _told_plan(change: PlanChange) -> PlanTold:
    moment = change.changed_at
    what = ", ".join(change.body)
    return PlanTold(moment.date().isoformat(), moment.strftime("%H:%M"), what, change.by, change.why, change.body)


def _told_release(release: Release) -> ReleaseTold:
    moment = release.released_at
    seen_on = release.seen_on.isoformat() if release.seen_on else ""
    return ReleaseTold(moment.date().isoformat(), moment.strftime("%H:%M"), release.clinician, seen_on)
