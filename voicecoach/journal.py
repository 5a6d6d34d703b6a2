"""The journal: every event, effect and decision of every session, on disk before it is acted upon.

One SQLite file. Nothing in it is ever changed or removed: a session's ending and a clinician's release are rows of
their own, and triggers refuse UPDATE and DELETE. A transaction that holds a decision is flushed to the disk itself; the
others survive the death of the coach, and a power cut can only take a tail that holds no decision.
"""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from enum import StrEnum
from pathlib import Path
from typing import IO, Any, Self

import platformdirs

from voicecoach import __version__
from voicecoach.core.codec import decode, decode_event, encode
from voicecoach.core.messages import Effect, Event, Finish, Listen, Note
from voicecoach.journal_file import JournalError, damaged, explained, lock_file, open_database
from voicecoach.journal_queries import ADD_ENTRY, LAST_NOTE, LOCKING, SESSIONS

DECISIONS = (Note, Finish)
LOCKING_RULES = ("RED-FLAG", "NEXT-DAY")  # the graver one first


class SessionKind(StrEnum):
    LIVE = "live"
    TYPED = "typed"
    SIMULATED = "simulated"  # nobody exercised: never counts for the rules of the next day


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
class Entry:
    """One line of a session. `direction` is event, effect or decision; an effect has its event's `at_s`."""

    seq: int
    at_s: float
    direction: str
    type: str
    body: dict[str, Any]


def default_path() -> Path:
    """The journal's file: in VOICECOACH_DATA_DIR, or where this system keeps a user's data."""
    folder = os.environ.get("VOICECOACH_DATA_DIR") or platformdirs.user_data_dir("voicecoach", appauthor=False)
    return Path(folder).expanduser() / "journal.sqlite3"


def body_of(message: Event | Effect) -> dict[str, Any]:
    """What the journal stores of a message. Of Listen only how many phrases there were: they follow from the
    programme and the language, and would be most of the file. A replay compares bodies, so it never needs them."""
    body = encode(message)
    if isinstance(message, Listen):
        body["phrases"] = len(message.phrases)
    return body


class Journal:
    """An open journal, used by one thread at a time. Every method can raise JournalError."""

    def __init__(self, path: Path, database: sqlite3.Connection) -> None:
        self.path = path
        self._db = database
        self._flushes = True
        self._claim: IO[bytes] | None = None

    @classmethod
    def open(cls, path: Path | None = None) -> Self:
        """Open the journal at `path` (default `default_path()`), made where there is none."""
        path = path or default_path()
        return cls(path, open_database(path))

    def close(self) -> None:
        """Also gives up the claim."""
        with explained(self.path):
            self._db.close()
        if self._claim is not None:
            self._claim.close()
            self._claim = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def claim(self) -> None:
        """Be the only coach on this journal until it is closed: JournalError while another one is. The claim of a
        process that died counts for nothing. Reading needs no claim."""
        if self._claim is None:
            self._claim = lock_file(self.path.with_name(self.path.name + ".lock"))

    # --- writing ------------------------------------------------------------------------------------------------

    def begin(self, kind: SessionKind | str, programme_id: str, programme_sha256: str, started_at: datetime) -> int:
        """A new session's id. `started_at` is local time with its zone: it decides what "the next day" is."""
        utc, offset = _utc(started_at), started_at.utcoffset()
        assert offset is not None
        offset_min, day = round(offset.total_seconds() / 60), started_at.date().isoformat()
        with self._transaction():
            cursor = self._db.execute(
                "INSERT INTO sessions (kind, programme_id, programme_sha256, started_at, local_date, utc_offset_min,"
                " coach_version) VALUES (?, ?, ?, ?, ?, ?, ?)",
                (SessionKind(kind), programme_id, programme_sha256, utc, day, offset_min, __version__),
            )
        assert cursor.lastrowid is not None
        return cursor.lastrowid

    def record(self, session_id: int, event: Event, effects: Sequence[Effect]) -> int:
        """Write the event and all its effects, or nothing. Perform the effects only when this has returned (a Hush
        may go first: silence is always safe). Returns the last `seq`; they count from 1 in each session."""
        decides = any(isinstance(effect, DECISIONS) for effect in effects)
        with self._transaction(flush=decides):
            (seq,) = self._db.execute(
                "SELECT COALESCE(MAX(seq), 0) FROM entries WHERE session_id = ?", (session_id,)
            ).fetchone()
            for message in (event, *effects):
                seq += 1
                row = (session_id, seq, event.at_s, _direction(message), type(message).__name__, _json(message))
                self._db.execute(ADD_ENTRY, row)
        return int(seq)

    def finish(self, session_id: int, outcome: str, rule: str, ended_at: datetime) -> None:
        """The session's ending, as in its Finish effect. A session ends once: sqlite3.IntegrityError after that."""
        with self._transaction():
            self._db.execute(
                "INSERT INTO endings (session_id, ended_at, outcome, rule) VALUES (?, ?, ?, ?)",
                (session_id, _utc(ended_at), outcome, rule),
            )

    def release(self, clinician: str, at: datetime) -> None:
        """A clinician allows sessions again: lifts the lock of everything recorded so far, and of nothing later."""
        if not clinician.strip():
            raise JournalError("A release needs the name of the clinician who gave it.")
        with self._transaction():
            self._db.execute(
                "INSERT INTO releases (clinician, released_at, last_entry_id, last_ending_id) SELECT ?, ?,"
                " (SELECT COALESCE(MAX(id), 0) FROM entries), (SELECT COALESCE(MAX(id), 0) FROM endings)",
                (clinician.strip(), _utc(at)),
            )

    # --- reading ------------------------------------------------------------------------------------------------

    def sessions(self) -> list[SessionRecord]:
        """All of them, the oldest first."""
        return [_session(row) for row in self._rows(f"{SESSIONS} ORDER BY s.id")]

    def unfinished(self) -> list[SessionRecord]:
        """Sessions without an ending: interrupted ones, and one that is running now."""
        return [_session(row) for row in self._rows(f"{SESSIONS} WHERE e.id IS NULL ORDER BY s.id")]

    def last_ended(self) -> SessionRecord | None:
        """The live or typed session that ended last."""
        rows = self._rows(f"{SESSIONS} WHERE s.kind <> 'simulated' AND e.id IS NOT NULL ORDER BY e.id DESC LIMIT 1")
        return _session(rows[0]) if rows else None

    def entries(self, session_id: int) -> list[Entry]:
        """Everything of one session, in order."""
        rows = self._rows("SELECT * FROM entries WHERE session_id = ? ORDER BY seq", session_id)
        return [Entry(r["seq"], r["at_s"], r["direction"], r["type"], self._body(r)) for r in rows]

    def events(self, session_id: int) -> list[Event]:
        """What to feed to a fresh session to bring it to the same place."""
        query = "SELECT body FROM entries WHERE session_id = ? AND direction = 'event' ORDER BY seq"
        bodies = [self._body(row) for row in self._rows(query, session_id)]
        with _known_messages(session_id):
            return [decode_event(body) for body in bodies]

    def last_note(self, rule: str) -> tuple[SessionRecord, Note] | None:
        """The latest Note by `rule` in a live or typed session, ended or not: what "the next day" asks about is not
        forgotten when a session was interrupted or another came between."""
        rows = self._rows(LAST_NOTE, rule)
        if not rows:
            return None
        with _known_messages(rows[0]["id"]):
            note = decode(self._body(rows[0]))
        assert isinstance(note, Note)
        return _session(rows[0]), note

    def reached(self, session_id: int, phase: str) -> bool:
        """Whether a session that counts (live or typed) came to this phase."""
        query = (
            "SELECT 1 FROM entries d JOIN sessions s ON s.id = d.session_id WHERE d.session_id = ? AND"
            " d.type = 'Reached' AND s.kind <> 'simulated' AND json_extract(d.body, '$.phase') = ? LIMIT 1"
        )
        return bool(self._rows(query, session_id, phase))

    def locked_by(self) -> str | None:
        """The rule that forbids live and typed sessions until a clinician's release, or None."""
        rules = {row["rule"] for row in self._rows(LOCKING)}
        return next((rule for rule in LOCKING_RULES if rule in rules), None)

    # --- inside -------------------------------------------------------------------------------------------------

    @contextmanager
    def _transaction(self, flush: bool = True) -> Iterator[None]:
        with explained(self.path):
            if flush is not self._flushes:
                self._db.execute(f"PRAGMA synchronous = {'FULL' if flush else 'NORMAL'}")
                self._flushes = flush
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._db.execute("COMMIT")
            except BaseException:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise

    def _rows(self, query: str, *values: object) -> list[sqlite3.Row]:
        with explained(self.path):
            return self._db.execute(query, values).fetchall()

    def _body(self, row: sqlite3.Row) -> dict[str, Any]:
        try:
            body: dict[str, Any] = json.loads(row["body"])
        except ValueError as error:
            raise damaged(self.path) from error
        return body


@contextmanager
def _known_messages(session_id: int) -> Iterator[None]:
    try:
        yield
    except ValueError as error:
        raise JournalError(
            f"Session {session_id} was recorded by another version of the coach ({error}): "
            "start a new session instead of going on with it."
        ) from error


def _direction(message: Event | Effect) -> str:
    if isinstance(message, Event):
        return "event"
    return "decision" if isinstance(message, DECISIONS) else "effect"


def _json(message: Event | Effect) -> str:
    return json.dumps(body_of(message), separators=(",", ":"))


def _utc(moment: datetime) -> str:
    if moment.tzinfo is None:
        raise ValueError("a moment needs a time zone")
    return moment.astimezone(UTC).isoformat(timespec="seconds")


def _session(row: sqlite3.Row) -> SessionRecord:
    zone = timezone(timedelta(minutes=row["utc_offset_min"]))
    ended_at = row["ended_at"]
    return SessionRecord(
        id=row["id"],
        kind=SessionKind(row["kind"]),
        programme_id=row["programme_id"],
        programme_sha256=row["programme_sha256"],
        started_at=datetime.fromisoformat(row["started_at"]).astimezone(zone),
        local_date=date.fromisoformat(row["local_date"]),
        coach_version=row["coach_version"],
        ended_at=datetime.fromisoformat(ended_at).astimezone(zone) if ended_at else None,
        outcome=row["outcome"],
        rule=row["rule"],
    )
