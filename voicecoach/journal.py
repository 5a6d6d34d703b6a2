"""The journal: every event, effect and decision of every session, on disk before it is acted upon.

One SQLite file. Nothing in it is ever changed or removed: a session's ending and a clinician's release are rows of
their own, and triggers refuse UPDATE and DELETE. A transaction that holds a decision is flushed to the disk itself; the
others survive the death of the coach, and a power cut can only take a tail that holds no decision.
"""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import IO, Any, Self

import platformdirs

from voicecoach import __version__
from voicecoach.core.codec import encode
from voicecoach.core.messages import Effect, Event, Finish, Listen, Note
from voicecoach.journal_file import (
    BUSY_IN_SESSION_S,
    JournalError,
    Reserve,
    delete_all_rows,
    explained,
    lock_file,
    open_database,
    wipe_file,
)
from voicecoach.journal_queries import (
    ADD_ENDING,
    ADD_ENTRY,
    ADD_PLAN,
    ADD_RELEASE,
    ADD_SESSION,
    OPEN_SESSIONS,
)
from voicecoach.journal_reading import JournalReading
from voicecoach.journal_records import (
    Entry,
    InterruptedSession,
    PlanChange,
    Release,
    SessionKind,
    SessionRecord,
    offset_min,
    session_of,
    utc_text,
)

__all__ = [
    "Entry",
    "InterruptedSession",
    "Journal",
    "JournalError",
    "PlanChange",
    "Release",
    "SessionKind",
    "SessionRecord",
    "body_of",
    "default_path",
]
Clock = Callable[[], datetime]
INTERRUPTED = "interrupted"  # the outcome of a session that was cut off
FORGOTTEN = "forgotten"  # what is left of a session of which only its lock was kept
DECISIONS = (Note, Finish)


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


class Journal(JournalReading):
    """An open journal, used by one thread at a time. Every method can raise JournalError."""

    def __init__(self, path: Path, database: sqlite3.Connection, clock: Clock) -> None:
        super().__init__(path, database)
        self._clock = clock
        self._reserve = Reserve(path)
        self._flushes = True
        self._claim: IO[bytes] | None = None

    @classmethod
    def open(cls, path: Path | None = None, clock: Clock = lambda: datetime.now(UTC)) -> Self:
        """Open the journal at `path` (default `default_path()`), made where there is none. `clock` tells when an entry
        was written."""
        path = path or default_path()
        return cls(path, open_database(path), clock)

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

    def reserve_room(self) -> None:
        """Keep some of the disk, so that a full one can't keep a decision from being written. Raises JournalError where
        there is not so much left."""
        self._reserve.take()

    def make_room(self) -> bool:
        """Give up what was kept; False where there was nothing."""
        return self._reserve.give_up()

    def claim(self) -> None:
        """Be the only coach on this journal until it is closed: JournalError while another one is. The claim of a
        process that died counts for nothing. Reading needs no claim."""
        if self._claim is None:
            self._claim = lock_file(self.path.with_name(self.path.name + ".lock"))

    # --- writing ------------------------------------------------------------------------------------------------

    def begin(
        self,
        kind: SessionKind | str,
        programme_id: str,
        programme_sha256: str,
        started_at: datetime,
        *,
        programme: str = "",
        setup: Mapping[str, object] | None = None,
        instead_of_interrupted: bool = False,
    ) -> int:
        """A new session's id. `started_at` is local time with its zone: it decides what "the next day" is. `programme`
        (its JSON, whose hash is `programme_sha256`) and `setup` (what else the session begins with) are for a replay.
        `instead_of_interrupted`: see `end_interrupted`. From now on nobody is kept waiting long by another program."""
        day, utc, offset = started_at.date().isoformat(), utc_text(started_at), offset_min(started_at)
        began_with = None if setup is None else _compact(setup)
        row = (SessionKind(kind), programme_id, programme_sha256, utc, day, offset, __version__, began_with)
        with self._transaction():
            if programme:
                self._db.execute("INSERT OR IGNORE INTO programmes VALUES (?, ?)", (programme_sha256, programme))
            if instead_of_interrupted:
                self._end_interrupted()
            cursor = self._db.execute(ADD_SESSION, row)
        with explained(self.path):
            self._db.execute(f"PRAGMA busy_timeout = {round(BUSY_IN_SESSION_S * 1000)}")
        assert cursor.lastrowid is not None
        return cursor.lastrowid

    def record(self, session_id: int, event: Event, effects: Sequence[Effect]) -> int:
        """Write the event and all its effects, or nothing. Perform the effects only when this has returned (a Hush
        may go first: silence is always safe). Returns the last `seq`; they count from 1 in each session."""
        decides = any(isinstance(effect, DECISIONS) for effect in effects)
        recorded_at = utc_text(self._clock())
        with self._transaction(flush=decides):
            (seq,) = self._db.execute(
                "SELECT COALESCE(MAX(seq), 0) FROM entries WHERE session_id = ?", (session_id,)
            ).fetchone()
            for message in (event, *effects):
                seq += 1
                kind, body = type(message).__name__, _compact(body_of(message))
                self._db.execute(ADD_ENTRY, (session_id, seq, event.at_s, _direction(message), kind, body, recorded_at))
        return int(seq)

    def finish(self, session_id: int, outcome: str, rule: str, ended_at: datetime) -> None:
        """The session's ending, as in its Finish effect. A session ends once: sqlite3.IntegrityError after that."""
        with self._transaction():
            self._end(session_id, outcome, rule, ended_at)

    def end_interrupted(self) -> None:
        """Write the endings of sessions that were cut off, once that has been dealt with: what their Finish said where
        they came to it, else "interrupted", at the time of their last entry. Needs the claim: a session that is
        running has no ending either."""
        with self._transaction():
            self._end_interrupted()

    def _end_interrupted(self) -> None:
        for row in self._db.execute(OPEN_SESSIONS).fetchall():
            finish = json.loads(row["finish"]) if row["finish"] else {"outcome": INTERRUPTED, "rule": ""}
            self._end(row["id"], finish["outcome"], finish["rule"], self._last_at(session_of(row)))

    def _end(self, session_id: int, outcome: str, rule: str, ended_at: datetime) -> None:
        self._db.execute(ADD_ENDING, (session_id, utc_text(ended_at), outcome, rule))

    def release(self, clinician: str, at: datetime, seen_on: date) -> None:
        """A clinician, who saw the person on the date `seen_on`, allows sessions again: lifts the lock of everything
        recorded so far, and of nothing later."""
        if not clinician.strip():
            raise JournalError("A release needs the name of the clinician who gave it.")
        with self._transaction():
            row = (clinician.strip(), utc_text(at), offset_min(at), seen_on.isoformat())
            self._db.execute(ADD_RELEASE, row)

    def forget(self, kept: Sequence[tuple[SessionRecord, Note]] = ()) -> None:
        """Delete everything for good, but for these decisions, each with the day of its session; needs the claim. A
        crash on the way leaves either everything or what is kept. Raises JournalError also where another program
        still reads the journal: then nothing is readable any more, but the file may hold what was deleted."""
        with self._transaction():
            delete_all_rows(self._db)
            for session, note in kept:
                self._keep(session, note)
        with explained(self.path):
            wipe_file(self._db, self.path)

    def _keep(self, session: SessionRecord, note: Note) -> None:
        day, started_at = session.local_date.isoformat(), session.started_at
        row = (session.kind, FORGOTTEN, "", utc_text(started_at), day, offset_min(started_at), __version__, None)
        session_id = self._db.execute(ADD_SESSION, row).lastrowid
        body = _compact(body_of(note))
        self._db.execute(ADD_ENTRY, (session_id, 1, 0.0, "decision", "Note", body, utc_text(started_at)))
        self._db.execute(ADD_ENDING, (session_id, utc_text(session.ended_at or started_at), FORGOTTEN, note.rule))

    def note_plan(self, body: Mapping[str, object], at: datetime, by: str, why: str = "") -> int:
        """The plan from now on, whole, as what JSON can hold; `by`: who says so. Returns the change's id."""
        if not by.strip():
            raise JournalError("A change of the plan needs the name of who made it.")
        with self._transaction():
            row = (utc_text(at), offset_min(at), _compact(body), by.strip(), why)
            cursor = self._db.execute(ADD_PLAN, row)
        assert cursor.lastrowid is not None
        return cursor.lastrowid

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


def _direction(message: Event | Effect) -> str:
    if isinstance(message, Event):
        return "event"
    return "decision" if isinstance(message, DECISIONS) else "effect"


def _compact(body: Mapping[str, object]) -> str:
    return json.dumps(body, separators=(",", ":"))
