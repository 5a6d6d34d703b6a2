"""The journal's file: its schema, opening it, locking it, and what to tell the user when it can't be used."""

from __future__ import annotations

import os
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from voicecoach.errors import CoachError

BUSY_TIMEOUT_S = 5.0
BUSY_IN_SESSION_S = 0.5  # nobody who says "stop" waits longer for another program
RESERVE_BYTES = 1_000_000  # enough for the end of a session: about 60 transactions

# One tuple of statements per schema version. Never edit one that has been released: add the next.
MIGRATIONS: tuple[tuple[str, ...], ...] = (
    (
        """CREATE TABLE sessions (
            id INTEGER PRIMARY KEY, kind TEXT NOT NULL, programme_id TEXT NOT NULL, programme_sha256 TEXT NOT NULL,
            started_at TEXT NOT NULL, local_date TEXT NOT NULL, utc_offset_min INTEGER NOT NULL,
            coach_version TEXT NOT NULL)""",
        """CREATE TABLE entries (
            id INTEGER PRIMARY KEY, session_id INTEGER NOT NULL REFERENCES sessions, seq INTEGER NOT NULL,
            at_s REAL NOT NULL, direction TEXT NOT NULL, type TEXT NOT NULL, body TEXT NOT NULL,
            UNIQUE (session_id, seq))""",
        "CREATE INDEX decisions ON entries (id) WHERE direction = 'decision'",
        """CREATE TABLE endings (
            id INTEGER PRIMARY KEY, session_id INTEGER NOT NULL UNIQUE REFERENCES sessions,
            ended_at TEXT NOT NULL, outcome TEXT NOT NULL, rule TEXT NOT NULL)""",
        # a release covers the entries and endings up to these ids: clocks can be wrong, the order of rows cannot
        """CREATE TABLE releases (
            id INTEGER PRIMARY KEY, clinician TEXT NOT NULL, released_at TEXT NOT NULL,
            last_entry_id INTEGER NOT NULL, last_ending_id INTEGER NOT NULL)""",
        *(
            f"CREATE TRIGGER {table}_{verb.lower()} BEFORE {verb} ON {table}"
            " BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END"
            for table in ("sessions", "entries", "endings", "releases")
            for verb in ("UPDATE", "DELETE")
        ),
    ),
    (
        # recorded_at: the computer's clock; setup: what the session began with, as JSON
        "ALTER TABLE entries ADD COLUMN recorded_at TEXT",
        "ALTER TABLE sessions ADD COLUMN setup TEXT",
        "ALTER TABLE releases ADD COLUMN seen_on TEXT",
        "ALTER TABLE releases ADD COLUMN utc_offset_min INTEGER",
        "CREATE TABLE programmes (sha256 TEXT PRIMARY KEY, body TEXT NOT NULL)",
        """CREATE TABLE plan_changes (
            id INTEGER PRIMARY KEY, changed_at TEXT NOT NULL, utc_offset_min INTEGER NOT NULL, body TEXT NOT NULL,
            changed_by TEXT NOT NULL, why TEXT NOT NULL, last_entry_id INTEGER NOT NULL)""",
        *(
            f"CREATE TRIGGER {table}_{verb.lower()} BEFORE {verb} ON {table}"
            " BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END"
            for table in ("programmes", "plan_changes")
            for verb in ("UPDATE", "DELETE")
        ),
    ),
)


class JournalError(CoachError):
    """The journal can't be read or written; its text says what to do."""


class AnotherCoach(JournalError):  # noqa: N818 - what there is
    """Another process has the claim. Not to be said aloud: the other one would hear it."""


def open_database(path: Path) -> sqlite3.Connection:
    """The database at `path`, made (for its owner's eyes only) and brought up to date where necessary, and checked.
    Raises JournalError."""
    _make_private_file(path)
    with explained(path):
        connection = sqlite3.connect(path, timeout=BUSY_TIMEOUT_S, isolation_level=None, check_same_thread=False)
        try:
            _prepare(connection, path)
        except BaseException:
            connection.close()
            raise
    return connection


@contextmanager
def explained(path: Path) -> Iterator[None]:
    """SQLite's complaints as JournalErrors. Broken constraints and wrong calls are our bugs and stay as they are."""
    try:
        yield
    except (sqlite3.IntegrityError, sqlite3.ProgrammingError):
        raise
    except sqlite3.DatabaseError as error:
        raise JournalError(_sentence(path, error)) from error


def delete_all_rows(connection: sqlite3.Connection) -> None:
    """Within a transaction: the triggers that refuse it are laid aside meanwhile. Freed pages are overwritten."""
    triggers = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
    for name, _sql in triggers:
        connection.execute(f"DROP TRIGGER {name}")
    for table in ("endings", "entries", "releases", "plan_changes", "sessions", "programmes"):  # children first
        connection.execute(f"DELETE FROM {table}")  # noqa: S608 - a constant
    for _name, sql in triggers:
        connection.execute(sql)


def wipe_file(connection: sqlite3.Connection, path: Path) -> None:
    """Leave nothing of what was deleted in the file and its write-ahead log. Raises JournalError where another program
    keeps us from it."""
    connection.execute("VACUUM")
    busy, _, _ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    if busy:
        raise JournalError(
            f"Everything is deleted, but another program is reading {path}: close that one, then do it again."
        )


class Reserve:
    """A file beside the journal that only takes up room."""

    def __init__(self, journal: Path) -> None:
        self._path = journal.with_name(journal.name + ".reserve")

    def take(self) -> None:
        """Raises JournalError where the disk has not so much left."""
        if self._path.exists() and self._path.stat().st_size == RESERVE_BYTES:
            return
        try:
            _make_private_file(self._path)
            with self._path.open("wb") as file:
                file.write(bytes(RESERVE_BYTES))
                file.flush()
                os.fsync(file.fileno())  # some file systems notice only then
        except OSError as error:
            self.give_up()
            raise JournalError(_full(self._path.parent)) from error

    def give_up(self) -> bool:
        """False where there was none."""
        try:
            self._path.unlink()
        except OSError:
            return False
        return True


def lock_file(path: Path) -> IO[bytes]:
    """Make and lock the file `path`; closing it, or the process's death, unlocks it. JournalError when it is taken."""
    _make_private_file(path)
    file = path.open("r+b")
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        file.close()
        raise AnotherCoach("Another coach is running with this journal: end that one first, then try again.") from error
    return file


def damaged(path: Path) -> JournalError:
    return JournalError(
        f"The journal {path} is damaged: put a backup in its place, or move it away to begin a new one, "
        "but ask your clinician before you exercise, because a warning in it is then forgotten."
    )


def _make_private_file(path: Path) -> None:
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        if os.name == "posix" and os.fstat(handle).st_mode & 0o077:
            os.fchmod(handle, 0o600)  # copied back from somewhere
        os.close(handle)
    except OSError as error:
        raise JournalError(_unwritable(path, error.strerror or str(error))) from error


def _prepare(connection: sqlite3.Connection, path: Path) -> None:
    connection.row_factory = sqlite3.Row
    if _version(connection) > len(MIGRATIONS):
        raise JournalError(f"The journal {path} was written by a newer version of the coach: update this one.")
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA secure_delete = ON")
    connection.execute("PRAGMA fullfsync = ON")  # macOS: a plain fsync leaves the data in the drive's cache
    if connection.execute("PRAGMA quick_check(1)").fetchone()[0] != "ok":
        raise damaged(path)
    _migrate(connection)


def _migrate(connection: sqlite3.Connection) -> None:
    """Always writes, so that a file that can only be read is noticed here and not in the middle of a session."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        for statements in MIGRATIONS[_version(connection) :]:
            for statement in statements:
                connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def _full(path: Path) -> str:
    return f"The journal {path} can't be written because the disk is full or failing: free some space, then go on."


def _unwritable(path: Path, why: str) -> str:
    return (
        f"The journal {path} can't be written ({why}): make the folder writable, "
        "or set VOICECOACH_DATA_DIR to one that is."
    )


def _sentence(path: Path, error: sqlite3.DatabaseError) -> str:
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF  # the low byte: the extended ones say more
    if code in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR):
        return _full(path)
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return f"The journal {path} is in use by another program: close that one, then try again."
    if code in (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM, sqlite3.SQLITE_AUTH):
        return _unwritable(path, str(error))
    return str(damaged(path))
