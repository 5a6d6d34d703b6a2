"""The plan, releases and interrupted sessions in the journal, and journals of schema 1."""

from __future__ import annotations

import gzip
import sqlite3
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

import pytest

from voicecoach import journal_file
from voicecoach.core.messages import Finish, Heard, Hush, Note, Reached, Started
from voicecoach.journal import Journal
from voicecoach.journal_file import JournalError

SCHEMA_1 = Path(__file__).parent / "data" / "journal_schema_1.sqlite3.gz"
ZONE = timezone(timedelta(hours=-5))
MONDAY = datetime(2026, 3, 2, 18, 0, tzinfo=ZONE)
LEG_WORSE = Note("LEG-WORSE", "stop", "pain got worse in the leg or buttock", "it's worse in my leg", "press-up")


class Clock:
    """The computer's clock, set by hand."""

    def __init__(self) -> None:
        self.now = MONDAY

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def journal(tmp_path: Path, clock: Clock) -> Iterator[Journal]:
    with Journal.open(tmp_path / "journal.sqlite3", clock) as journal:
        yield journal


def begin(journal: Journal, kind: str = "live") -> int:
    return journal.begin(kind, "herniated-disc", "ab" * 32, MONDAY)


# --- the plan -----------------------------------------------------------------------------------------------------


def test_every_change_of_the_plan_is_kept(journal: Journal) -> None:
    assert journal.plan_changes() == []
    first = journal.note_plan({"exercises": ["press-up"], "hold_s": 15}, MONDAY, "Dr. Moreau", "the back alone")
    second = journal.note_plan({"exercises": ["press-up"], "hold_s": 20}, MONDAY + timedelta(days=7), "the person")
    old, new = journal.plan_changes()
    assert (old.id, old.body, old.by, old.why) == (
        first,
        {"exercises": ["press-up"], "hold_s": 15},
        "Dr. Moreau",
        "the back alone",
    )
    assert (new.id, new.body["hold_s"], new.by, new.why) == (second, 20, "the person", "")
    assert (old.changed_at, old.changed_at.utcoffset()) == (MONDAY, MONDAY.utcoffset())


def test_a_plan_needs_somebody_who_says_so(journal: Journal) -> None:
    with pytest.raises(JournalError, match="needs the name"):
        journal.note_plan({}, MONDAY, " ")
    assert journal.plan_changes() == []


def test_a_plan_that_is_no_json_leaves_nothing_behind(journal: Journal) -> None:
    with pytest.raises(TypeError):
        journal.note_plan({"since": MONDAY}, MONDAY, "Dr. Moreau")
    assert journal.plan_changes() == []


def test_a_release_tells_when_the_person_was_seen(journal: Journal) -> None:
    journal.release(" Dr. Moreau ", MONDAY, date(2026, 2, 27))
    (release,) = journal.releases()
    assert (release.clinician, release.released_at, release.seen_on) == ("Dr. Moreau", MONDAY, date(2026, 2, 27))


# --- interrupted sessions -----------------------------------------------------------------------------------------


def test_nothing_is_interrupted_where_everything_ended(journal: Journal) -> None:
    assert journal.interrupted(MONDAY) is None
    journal.finish(begin(journal), "completed", "", MONDAY)
    assert journal.interrupted(MONDAY) is None


def test_an_interrupted_session_tells_where_it_was_and_how_long_ago(journal: Journal, clock: Clock) -> None:
    session_id = begin(journal)
    places = (Reached("", "baseline"), Reached("press-up", "position"), Reached("press-up", "hold", 2))
    for minute, place in enumerate(places):
        clock.now = MONDAY + timedelta(minutes=minute)
        journal.record(session_id, Heard(60.0 * minute, "ready"), [place])
    begin(journal, "simulated")  # nobody did that one
    found = journal.interrupted(MONDAY + timedelta(minutes=12))
    assert found is not None
    assert (found.id, found.reached, found.ago_s, found.stopped_by) == (session_id, places, 600.0, "")
    assert (found.last_at, found.last_at.utcoffset()) == (MONDAY + timedelta(minutes=2), MONDAY.utcoffset())


def test_a_session_of_which_nothing_was_recorded(journal: Journal) -> None:
    begin(journal)
    found = journal.interrupted(MONDAY + timedelta(seconds=5))
    assert found is not None
    assert (found.reached, found.ago_s, found.last_at) == ((), 5.0, MONDAY)


def test_a_clock_that_was_set_back_gives_no_negative_time(journal: Journal) -> None:
    journal.record(begin(journal), Started(0.0), [])
    found = journal.interrupted(MONDAY - timedelta(days=3))
    assert found is not None
    assert found.ago_s == 0.0


def test_only_the_newest_session_is_gone_on_with(journal: Journal) -> None:
    begin(journal)
    journal.finish(begin(journal), "completed", "", MONDAY)
    assert journal.interrupted(MONDAY) is None


def test_a_session_that_came_to_its_finish_was_not_interrupted(journal: Journal, clock: Clock) -> None:
    session_id = begin(journal)
    clock.now = MONDAY + timedelta(minutes=3)
    journal.record(session_id, Heard(9.0, "yes"), [Finish("stopped", "LEG-WORSE")])
    assert journal.interrupted(MONDAY) is None
    journal.end_interrupted()
    (session,) = journal.sessions()
    assert (session.outcome, session.rule, session.ended_at) == ("stopped", "LEG-WORSE", clock.now)


def test_what_was_dealt_with_is_closed_off_and_not_found_again(journal: Journal, clock: Clock) -> None:
    earlier, later = begin(journal), begin(journal, "typed")
    clock.now = MONDAY + timedelta(minutes=3)
    journal.record(later, Started(0.0), [])
    clock.now = MONDAY + timedelta(days=1)
    journal.end_interrupted()
    endings = [(session.id, session.outcome, session.rule, session.ended_at) for session in journal.sessions()]
    assert endings == [
        (earlier, "interrupted", "", MONDAY),
        (later, "interrupted", "", MONDAY + timedelta(minutes=3)),
    ]
    assert journal.interrupted(clock.now) is None
    journal.end_interrupted()  # there is nothing left to end
    assert len(journal.sessions()) == 2


def test_a_report_that_ends_a_session_is_told_unless_it_was_taken_back(journal: Journal) -> None:
    session_id = begin(journal)
    journal.record(session_id, Heard(1.0, "stop"), [Hush(), Note("STOP-WORD", "stop", "the person said stop", "stop")])
    assert (found := journal.interrupted(MONDAY)) and found.stopped_by == ""  # said to any movement, and gone on after
    journal.record(session_id, Heard(2.0, "it's worse in my leg"), [Hush(), LEG_WORSE])
    assert (found := journal.interrupted(MONDAY)) and found.stopped_by == "LEG-WORSE"
    journal.record(session_id, Heard(3.0, "numb"), [Note("RED-FLAG", "emergency", "a warning sign", "numb")])
    assert (found := journal.interrupted(MONDAY)) and found.stopped_by == "RED-FLAG"
    for rule in ("RED-FLAG", "LEG-WORSE"):
        journal.record(session_id, Heard(4.0, "no"), [Note(rule, "withdrawn", "the person took it back", "no")])
    assert (found := journal.interrupted(MONDAY)) and found.stopped_by == ""


def test_entries_tell_when_they_were_written(journal: Journal) -> None:
    session_id = begin(journal)
    journal.record(session_id, Started(0.0), [Hush()])
    assert [entry.recorded_at for entry in journal.entries(session_id)] == [MONDAY, MONDAY]


# --- journals of schema 1 -----------------------------------------------------------------------------------------


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """As the coach of schema 1 wrote it: a lock with its release, then a session cut off in a press-up."""
    path = tmp_path / "old.sqlite3"
    path.write_bytes(gzip.decompress(SCHEMA_1.read_bytes()))
    return path


def schema_of(path: Path) -> dict[str, str]:
    database = sqlite3.connect(path)
    rows = database.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL").fetchall()
    database.close()
    return {name: " ".join(sql.split()) for name, sql in rows}


def test_a_journal_of_schema_1_loses_nothing(old: Path) -> None:
    database = sqlite3.connect(old)
    assert database.execute("PRAGMA user_version").fetchone() == (1,)
    tables = ("sessions", "entries", "endings", "releases")
    before = {table: database.execute(f"SELECT * FROM {table}").fetchall() for table in tables}  # noqa: S608
    database.close()
    Journal.open(old).close()
    database = sqlite3.connect(old)
    assert database.execute("PRAGMA user_version").fetchone() == (len(journal_file.MIGRATIONS),)
    for table, rows in before.items():
        after = database.execute(f"SELECT * FROM {table}").fetchall()  # noqa: S608
        assert [row[: len(rows[0])] for row in after] == rows
        assert len(rows) > 0
    assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    database.close()


def test_a_journal_of_schema_1_becomes_one_like_a_new_one(old: Path, tmp_path: Path) -> None:
    for path in (old, tmp_path / "new.sqlite3"):
        Journal.open(path).close()
    assert schema_of(old) == schema_of(tmp_path / "new.sqlite3")


def test_what_schema_1_knew_is_still_told(old: Path) -> None:
    with Journal.open(old) as journal:
        assert journal.locked_by() is None
        (release,) = journal.releases()
        assert (release.clinician, release.seen_on) == ("Dr. Moreau", None)
        assert release.released_at == datetime(2026, 3, 4, 14, 0, tzinfo=UTC)
        stopped, cut_off = journal.sessions()
        assert (stopped.outcome, stopped.rule) == ("emergency", "RED-FLAG")
        entries = journal.entries(cut_off.id)
        assert {entry.recorded_at for entry in entries} == {None}
        found = journal.interrupted(cut_off.started_at + timedelta(seconds=entries[-1].at_s + 60))
        assert found is not None
        assert (found.id, found.reached[-1]) == (cut_off.id, Reached("press-up", "hold", 1))
        assert found.ago_s == pytest.approx(60.0)
        journal.note_plan({"exercises": []}, MONDAY, "Dr. Moreau")
        journal.end_interrupted()
        assert journal.sessions()[1].outcome == "interrupted"


def test_a_lock_of_schema_1_still_locks(old: Path) -> None:
    database = sqlite3.connect(old)
    database.execute("DROP TRIGGER releases_delete")
    database.execute("DELETE FROM releases")
    database.commit()
    database.close()
    with Journal.open(old) as journal:
        assert journal.locked_by() == "RED-FLAG"
        journal.release("Dr. Moreau", MONDAY, MONDAY.date())
        assert journal.locked_by() is None
