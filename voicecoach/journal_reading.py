"""Reading the journal: what was recorded, and what follows from it for the next session."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from voicecoach.core.codec import decode, decode_event
from voicecoach.core.messages import Event, Note, Reached
from voicecoach.journal_file import MIGRATIONS, JournalError, damaged, explained
from voicecoach.journal_queries import LAST_ENTRY, LAST_NOTE, LAST_REAL, LOCKS, SESSIONS, STOPPED_BY
from voicecoach.journal_records import (
    Entry,
    InterruptedSession,
    PlanChange,
    Release,
    SessionRecord,
    moment_of,
    release_of,
    session_fields,
    session_of,
)


class JournalReading:
    """The part of an open journal that only reads; no claim is needed. Every method can raise JournalError."""

    def __init__(self, path: Path, database: sqlite3.Connection) -> None:
        self.path = path
        self._db = database

    def sessions(self) -> list[SessionRecord]:
        """All of them, the oldest first."""
        return [session_of(row) for row in self._rows(f"{SESSIONS} ORDER BY s.id")]

    def unfinished(self) -> list[SessionRecord]:
        """Sessions without an ending: interrupted ones, and one that is running now."""
        return [session_of(row) for row in self._rows(f"{SESSIONS} WHERE e.id IS NULL ORDER BY s.id")]

    def last_ended(self) -> SessionRecord | None:
        """The live or typed session that ended last."""
        rows = self._rows(f"{SESSIONS} WHERE s.kind <> 'simulated' AND e.id IS NOT NULL ORDER BY e.id DESC LIMIT 1")
        return session_of(rows[0]) if rows else None

    def entries(self, session_id: int) -> list[Entry]:
        """Everything of one session, in order."""
        rows = self._rows("SELECT * FROM entries WHERE session_id = ? ORDER BY seq", session_id)
        return [self._entry(row) for row in rows]

    def plan_changes(self) -> list[PlanChange]:
        """All of them, the oldest first; the last one holds."""
        return [
            PlanChange(
                row["id"],
                moment_of(row["changed_at"], row["utc_offset_min"]),
                self._body(row),
                row["changed_by"],
                row["why"],
                row["last_entry_id"],
            )
            for row in self._rows("SELECT * FROM plan_changes ORDER BY id")
        ]

    def releases(self) -> list[Release]:
        """All of them, the oldest first."""
        return [release_of(row) for row in self._rows("SELECT * FROM releases ORDER BY id")]

    def programme(self, sha256: str) -> dict[str, Any]:
        """A programme as it was when a session was begun with it; empty where it was not kept (schema 1)."""
        rows = self._rows("SELECT body FROM programmes WHERE sha256 = ?", sha256)
        return self._body(rows[0]) if rows else {}

    def setup(self, session_id: int) -> dict[str, Any]:
        """What else the session was begun with; empty where that was not kept (schema 1)."""
        rows = self._rows("SELECT setup AS body FROM sessions WHERE id = ? AND setup IS NOT NULL", session_id)
        return self._body(rows[0]) if rows else {}

    def interrupted(self, now: datetime) -> InterruptedSession | None:
        """The newest live or typed session, where it has no ending and had not come to its Finish. Ask before a new
        one begins, with the claim: a session that is running has no ending either."""
        rows = self._rows(LAST_REAL)
        if not rows:
            return None
        session = session_of(rows[0])
        last_at = self._last_at(session)
        reached = self._rows(
            "SELECT body FROM entries WHERE session_id = ? AND type = 'Reached' ORDER BY seq", session.id
        )
        stopped = self._rows(STOPPED_BY, session.id)
        with known_messages(session.id):
            places = tuple(place for row in reached if isinstance(place := decode(self._body(row)), Reached))
        return InterruptedSession(
            **session_fields(rows[0]),
            last_at=last_at,
            ago_s=max(0.0, (now - last_at).total_seconds()),
            reached=places,
            stopped_by=stopped[0]["rule"] if stopped else "",
        )

    def events(self, session_id: int) -> list[Event]:
        """What to feed to a fresh session to bring it to the same place."""
        query = "SELECT body FROM entries WHERE session_id = ? AND direction = 'event' ORDER BY seq"
        bodies = [self._body(row) for row in self._rows(query, session_id)]
        with known_messages(session_id):
            return [decode_event(body) for body in bodies]

    def last_note(self, rule: str) -> tuple[SessionRecord, Note] | None:
        """The latest Note by `rule` in a live or typed session, ended or not: what "the next day" asks about is not
        forgotten when a session was interrupted or another came between."""
        rows = self._rows(LAST_NOTE, rule)
        if not rows:
            return None
        with known_messages(rows[0]["id"]):
            note = decode(self._body(rows[0]))
        assert isinstance(note, Note)
        return session_of(rows[0]), note

    def reached(self, session_id: int, phase: str) -> bool:
        """Whether a session that counts (live or typed) came to this phase."""
        query = (
            "SELECT 1 FROM entries d JOIN sessions s ON s.id = d.session_id WHERE d.session_id = ? AND"
            " d.type = 'Reached' AND s.kind <> 'simulated' AND json_extract(d.body, '$.phase') = ? LIMIT 1"
        )
        return bool(self._rows(query, session_id, phase))

    def locks(self) -> dict[str, SessionRecord]:
        """The rules that forbid live and typed sessions until a clinician's release, the graver one first, each with
        the last session that decided so."""
        rows = self._rows(LOCKS)
        sessions = {session.id: session for session in self.sessions()} if rows else {}
        return {row["rule"]: sessions[row["session_id"]] for row in rows}

    def locked_by(self) -> str | None:
        """The graver of the rules that forbid live and typed sessions, or None."""
        return next(iter(self.locks()), None)

    @property
    def schema_version(self) -> int:
        return len(MIGRATIONS)  # what it has been brought to when it was opened

    def all_rows(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """(table, row) of everything there is at one moment, whatever is written meanwhile."""
        with explained(self.path):
            self._db.execute("BEGIN")
            try:
                for (table,) in self._db.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
                    for row in self._db.execute(f"SELECT * FROM {table} ORDER BY rowid"):  # noqa: S608 - our own names
                        yield table, dict(row)
            finally:
                self._db.execute("COMMIT")

    # --- inside ----------------------------------------------------------------------------------------------------

    def _rows(self, query: str, *values: object) -> list[sqlite3.Row]:
        with explained(self.path):
            return self._db.execute(query, values).fetchall()

    def _entry(self, row: sqlite3.Row) -> Entry:
        recorded_at = datetime.fromisoformat(row["recorded_at"]) if row["recorded_at"] else None
        return Entry(row["id"], row["seq"], row["at_s"], row["direction"], row["type"], self._body(row), recorded_at)

    def _last_at(self, session: SessionRecord) -> datetime:
        """When the session's last entry was written; schema 1 kept only the session's own clock."""
        rows = self._rows(LAST_ENTRY, session.id)
        if not rows:
            return session.started_at
        if rows[0]["recorded_at"] is None:
            return session.started_at + timedelta(seconds=rows[0]["at_s"])
        return datetime.fromisoformat(rows[0]["recorded_at"]).astimezone(session.started_at.tzinfo)

    def _body(self, row: sqlite3.Row) -> dict[str, Any]:
        try:
            body = json.loads(row["body"])
        except ValueError as error:
            raise damaged(self.path) from error
        if not isinstance(body, dict):
            raise damaged(self.path)
        return body


@contextmanager
def known_messages(session_id: int) -> Iterator[None]:
    """Messages that can't be read (ValueError) as a JournalError."""
    try:
        yield
    except ValueError as error:
        raise JournalError(
            f"Session {session_id} was recorded by another version of the coach ({error}): "
            "it is kept, but this one can't read it."
        ) from error
