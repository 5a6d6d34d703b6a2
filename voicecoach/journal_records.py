"""What the journal tells about its rows."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from enum import StrEnum
from typing import Any

from voicecoach.core.messages import Reached


class SessionKind(StrEnum):
    LIVE = "live"
    TYPED = "typed"
    SIMULATED = "simulated"  # nobody exercised: never counts for the rules of the next day
    REHEARSED = "rehearsed"  # nobody exercised either: only in a journal of its own, where it counts


@dataclass(frozen=True, slots=True)
class SessionRecord:
    """One session. `started_at` is in the zone it began in; the last three are None until it has ended."""

    id: int
    kind: SessionKind
    programme_id: str
    programme_sha256: str
    started_at: datetime
    local_date: date
    coach_version: str
    ended_at: datetime | None
    outcome: str | None
    rule: str | None


@dataclass(frozen=True, slots=True)
class InterruptedSession(SessionRecord):
    """A session that was cut off. `last_at`: when its last entry was written; `ago_s`: how long ago that was, 0 where
    the clock has been set back since; `reached`: every place it came to, in order; `stopped_by`: the rule of a report
    that ends a session and was not taken back ("" if none): such a session is not to be gone on with."""

    last_at: datetime
    ago_s: float
    reached: tuple[Reached, ...]
    stopped_by: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a session. `id` counts across all sessions, `seq` within its own. `direction` is event, effect or
    decision; an effect has its event's `at_s`. `recorded_at` is the computer's clock (UTC; None in journals of schema
    1)."""

    id: int
    seq: int
    at_s: float
    direction: str
    type: str
    body: dict[str, Any]
    recorded_at: datetime | None


@dataclass(frozen=True, slots=True)
class PlanChange:
    """The plan as it is from then on. `changed_at` is in the zone it was written in; `by` whom; `why` may be empty.
    `after_entry`: the id of the last entry before it (0: none); clocks can be wrong, this order cannot."""

    id: int
    changed_at: datetime
    body: dict[str, Any]
    by: str
    why: str
    after_entry: int


@dataclass(frozen=True, slots=True)
class Release:
    """A clinician's word that the exercises are allowed again. `seen_on`: the date on which they saw the person (None
    in journals of schema 1). `after_entry`: the id of the last entry before it (0: none)."""

    id: int
    clinician: str
    released_at: datetime
    seen_on: date | None
    after_entry: int


def utc_text(moment: datetime) -> str:
    """As the journal stores a moment. Raises ValueError where it has no time zone."""
    if moment.tzinfo is None:
        raise ValueError("a moment needs a time zone")
    return moment.astimezone(UTC).isoformat(timespec="seconds")


def offset_min(moment: datetime) -> int:
    """Minutes east of Greenwich. Raises ValueError where it has no time zone."""
    offset = moment.utcoffset()
    if offset is None:
        raise ValueError("a moment needs a time zone")
    return round(offset.total_seconds() / 60)


def moment_of(text: str, utc_offset_min: int | None) -> datetime:
    """A stored moment in its own zone; UTC where none was stored."""
    return datetime.fromisoformat(text).astimezone(timezone(timedelta(minutes=utc_offset_min or 0)))


def session_of(row: sqlite3.Row) -> SessionRecord:
    return SessionRecord(**session_fields(row))


def session_fields(row: sqlite3.Row) -> dict[str, Any]:
    offset = row["utc_offset_min"]
    return {
        "id": row["id"],
        "kind": SessionKind(row["kind"]),
        "programme_id": row["programme_id"],
        "programme_sha256": row["programme_sha256"],
        "started_at": moment_of(row["started_at"], offset),
        "local_date": date.fromisoformat(row["local_date"]),
        "coach_version": row["coach_version"],
        "ended_at": moment_of(row["ended_at"], offset) if row["ended_at"] else None,
        "outcome": row["outcome"],
        "rule": row["rule"],
    }


def release_of(row: sqlite3.Row) -> Release:
    seen_on = date.fromisoformat(row["seen_on"]) if row["seen_on"] else None
    released_at = moment_of(row["released_at"], row["utc_offset_min"])
    return Release(row["id"], row["clinician"], released_at, seen_on, row["last_entry_id"])
