"""The journal with real files: what is acknowledged stays, what is stored never changes, what fails says so."""

from __future__ import annotations

import os
import random
import sqlite3
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from datetime import date, datetime, timedelta, timezone
from pathlib import Path
from typing import IO

import pytest

from voicecoach import journal_file
from voicecoach.core.messages import Event, Finish, Heard, Hush, Listen, Note, Reached, Speak, Started
from voicecoach.errors import CoachError
from voicecoach.journal import Journal, SessionKind, body_of, default_path
from voicecoach.journal_file import JournalError

MONDAY = datetime(2026, 3, 2, 23, 30, tzinfo=timezone(timedelta(hours=-5)))
TUESDAY = MONDAY + timedelta(days=1)
SEEN_ON = date(2026, 3, 3)
RED_FLAG = Note("RED-FLAG", "emergency", "numb saddle", "numb in my groin")
posix_only = pytest.mark.skipif(os.name != "posix", reason="POSIX file modes, signals and limits")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "journal.sqlite3"


@pytest.fixture
def journal(path: Path) -> Iterator[Journal]:
    with Journal.open(path) as journal:
        yield journal


def begin(journal: Journal, kind: str = "live", at: datetime = MONDAY) -> int:
    return journal.begin(kind, "herniated-disc", "ab" * 32, at)


def ended(journal: Journal, rule: str, kind: str = "live") -> int:
    session_id = begin(journal, kind)
    journal.finish(session_id, "stopped", rule, TUESDAY)
    return session_id


def test_events_come_back_as_they_were(journal: Journal) -> None:
    session_id = begin(journal)
    events: list[Event] = [Started(0.0), Heard(1.5, "yes", confidence=0.9), Heard(2.0, "stop \N{SNOWMAN}", False)]
    for event in events:
        journal.record(session_id, event, [Hush()])
    assert journal.events(session_id) == events


def test_entries_tell_who_decided_what_and_when(journal: Journal) -> None:
    session_id = begin(journal)
    note = Note("STOP-WORD", "stop", "said stop", "stop")
    assert journal.record(session_id, Heard(2.5, "stop"), [Hush(), note, Finish("stopped", "STOP-WORD")]) == 4
    assert journal.record(session_id, Heard(3.0, "yes"), []) == 5
    assert [(e.seq, e.at_s, e.direction, e.type) for e in journal.entries(session_id)] == [
        (1, 2.5, "event", "Heard"),
        (2, 2.5, "effect", "Hush"),
        (3, 2.5, "decision", "Note"),
        (4, 2.5, "decision", "Finish"),
        (5, 3.0, "event", "Heard"),
    ]
    assert journal.entries(session_id)[2].body == body_of(note)


def test_each_session_counts_from_one(journal: Journal) -> None:
    first, second = begin(journal), begin(journal)
    assert journal.record(first, Started(0.0), [Speak(1, "Hello.")]) == 2
    assert journal.record(second, Started(0.0), []) == 1
    assert journal.record(first, Heard(1.0, "yes"), []) == 3


def test_of_listen_only_the_number_of_phrases_is_kept(journal: Journal) -> None:
    session_id = begin(journal)
    listen = Listen("pain", ("in my back", "in my leg"))
    journal.record(session_id, Started(0.0), [listen])
    assert journal.entries(session_id)[1].body == {"type": "Listen", "question": "pain", "phrases": 2}
    assert journal.entries(session_id)[1].body == body_of(listen)


def test_a_session_is_described_in_its_own_local_time(journal: Journal) -> None:
    session_id = begin(journal)
    (session,) = journal.sessions()
    assert (session.id, session.kind, session.programme_sha256) == (session_id, SessionKind.LIVE, "ab" * 32)
    assert session.started_at == MONDAY
    assert session.local_date.isoformat() == "2026-03-02"  # in UTC it is the third already
    assert (session.ended_at, session.outcome, session.rule) == (None, None, None)


def test_times_without_a_zone_are_refused(journal: Journal) -> None:
    with pytest.raises(ValueError, match="time zone"):
        begin(journal, at=datetime(2026, 3, 2))


def test_finished_sessions_and_others(journal: Journal) -> None:
    done, open_ = begin(journal), begin(journal)
    journal.finish(done, "completed", "", TUESDAY)
    assert [session.id for session in journal.unfinished()] == [open_]
    first = journal.sessions()[0]
    assert (first.ended_at, first.outcome, first.rule) == (TUESDAY, "completed", "")


def test_a_session_ends_once(journal: Journal) -> None:
    session_id = ended(journal, "RED-FLAG")
    with pytest.raises(sqlite3.IntegrityError):
        journal.finish(session_id, "completed", "", TUESDAY)


def test_the_last_ended_session_is_a_real_one(journal: Journal) -> None:
    assert journal.last_ended() is None
    ended(journal, "MUCH-WORSE", "simulated")
    assert journal.last_ended() is None
    early, typed = begin(journal), ended(journal, "UNCLEAR", "typed")
    begin(journal)
    assert (last := journal.last_ended()) and (last.id, last.rule) == (typed, "UNCLEAR")
    journal.finish(early, "left", "", TUESDAY)
    assert (last := journal.last_ended()) and last.id == early


def test_much_worse_is_remembered_past_other_and_interrupted_sessions(journal: Journal) -> None:
    session_id = begin(journal)
    much_worse = Note("MUCH-WORSE", "stop", "much worse after exercising", "much worse")
    journal.record(session_id, Heard(9.0, "much worse"), [much_worse])
    simulated = begin(journal, "simulated")
    journal.record(simulated, Heard(1.0, "much worse"), [Note("MUCH-WORSE", "stop", "played", "")])
    ended(journal, "UNCLEAR")
    assert (found := journal.last_note("MUCH-WORSE"))
    assert (found[0].id, found[0].ended_at, found[1]) == (session_id, None, much_worse)
    assert journal.last_note("NEXT-DAY") is None


@pytest.mark.parametrize("rule", ["RED-FLAG", "NEXT-DAY"])
@pytest.mark.parametrize("kind", ["live", "typed"])
def test_a_grave_ending_locks_until_a_clinician_releases(journal: Journal, rule: str, kind: str) -> None:
    ended(journal, rule, kind)
    assert journal.locked_by() == rule
    ended(journal, "")
    assert journal.locked_by() == rule
    journal.release("Dr. Moreau", TUESDAY, SEEN_ON)
    assert journal.locked_by() is None
    ended(journal, rule, kind)
    assert journal.locked_by() == rule


def test_the_decision_locks_even_when_the_session_never_ended(journal: Journal) -> None:
    journal.record(begin(journal), Heard(1.0, "numb"), [Hush(), RED_FLAG])
    assert journal.locked_by() == "RED-FLAG"


def test_a_finish_locks_even_when_its_ending_was_not_written(journal: Journal) -> None:
    journal.record(begin(journal), Heard(1.0, "yes"), [Finish("locked", "NEXT-DAY")])
    assert journal.locked_by() == "NEXT-DAY"


def test_a_release_covers_nothing_later_in_a_resumed_session(journal: Journal) -> None:
    session_id = begin(journal)
    journal.record(session_id, Heard(1.0, "numb"), [RED_FLAG])
    journal.release("Dr. Moreau", TUESDAY, SEEN_ON)
    journal.record(session_id, Heard(2.0, "fine"), [Note("SAME-OR-BETTER", "go on", "", "")])
    assert journal.locked_by() is None
    journal.record(session_id, Heard(3.0, "numb"), [RED_FLAG])
    assert journal.locked_by() == "RED-FLAG"


def test_a_wrong_clock_does_not_undo_a_release(journal: Journal) -> None:
    ended(journal, "RED-FLAG")
    journal.release("Dr. Moreau", MONDAY - timedelta(days=400), SEEN_ON)
    assert journal.locked_by() is None


@pytest.mark.parametrize(("rule", "kind"), [("LEG-WORSE", "live"), ("", "live"), ("RED-FLAG", "simulated")])
def test_what_does_not_lock(journal: Journal, rule: str, kind: str) -> None:
    journal.record(begin(journal, kind), Heard(1.0, "hm"), [Note(rule, "stop", "", ""), Finish("stopped", rule)])
    ended(journal, rule, kind)
    assert journal.locked_by() is None


def test_the_graver_lock_is_named(journal: Journal) -> None:
    ended(journal, "RED-FLAG")
    ended(journal, "NEXT-DAY")
    assert journal.locked_by() == "RED-FLAG"


def test_a_release_needs_a_name(journal: Journal) -> None:
    ended(journal, "RED-FLAG")
    with pytest.raises(JournalError, match="name of the clinician"):
        journal.release("  ", TUESDAY, SEEN_ON)
    assert journal.locked_by() == "RED-FLAG"


@pytest.mark.parametrize("table", ["sessions", "entries", "endings", "releases", "plan_changes", "programmes"])
@pytest.mark.parametrize("change", ["DELETE FROM {}", "UPDATE {} SET rowid = rowid + 100"])
def test_nothing_in_it_can_be_changed(journal: Journal, path: Path, table: str, change: str) -> None:
    session_id = journal.begin("live", "herniated-disc", "ab" * 32, MONDAY, programme="{}")
    journal.record(session_id, Started(0.0), [])
    journal.finish(session_id, "stopped", "RED-FLAG", TUESDAY)
    journal.release("Dr. Moreau", TUESDAY, SEEN_ON)
    journal.note_plan({}, TUESDAY, "Dr. Moreau")
    other = sqlite3.connect(path)
    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        other.execute(change.format(table))
    other.close()


def test_an_event_that_cannot_be_written_leaves_nothing_behind(journal: Journal) -> None:
    session_id = begin(journal)
    journal.record(session_id, Started(0.0), [])
    unwritable = Speak(1, "hello", at_s={1.0})  # type: ignore[arg-type] # a set is no JSON
    with pytest.raises(TypeError):
        journal.record(session_id, Heard(1.0, "yes"), [Hush(), unwritable])
    assert [entry.type for entry in journal.entries(session_id)] == ["Started"]
    assert journal.record(session_id, Heard(2.0, "yes"), []) == 2


def test_what_was_written_is_there_after_opening_again(journal: Journal, path: Path) -> None:
    session_id = begin(journal)
    journal.record(session_id, Started(0.0), [RED_FLAG])
    with Journal.open(path) as again:  # while the first is still open, as for a report
        assert again.events(session_id) == [Started(0.0)]
        assert again.locked_by() == "RED-FLAG"


# --- the file ---------------------------------------------------------------------------------------------------


def test_the_data_folder_can_be_chosen(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("VOICECOACH_DATA_DIR", str(tmp_path / "elsewhere"))
    assert default_path() == tmp_path / "elsewhere" / "journal.sqlite3"
    Journal.open().close()
    assert default_path().exists()
    monkeypatch.setenv("VOICECOACH_DATA_DIR", "")
    assert "voicecoach" in str(default_path())


@posix_only
def test_only_the_owner_can_read_it(journal: Journal, path: Path) -> None:
    begin(journal)
    journal.claim()
    assert path.parent.stat().st_mode & 0o777 == 0o700
    files = list(path.parent.iterdir())
    assert path in files
    assert {file.name: file.stat().st_mode & 0o077 for file in files} == {file.name: 0 for file in files}


def test_a_folder_that_is_a_file_is_explained(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("not a folder")
    with pytest.raises(JournalError, match=r"can't be written .* set VOICECOACH_DATA_DIR"):
        Journal.open(tmp_path / "data" / "journal.sqlite3")


def test_a_journal_that_is_a_folder_is_explained(path: Path) -> None:
    path.mkdir(parents=True)
    with pytest.raises(JournalError, match="can't be written"):
        Journal.open(path)


@posix_only
def test_a_read_only_folder_is_explained(tmp_path: Path) -> None:
    if os.geteuid() == 0:
        pytest.skip("root may write everywhere")
    tmp_path.chmod(0o500)
    with pytest.raises(JournalError, match="can't be written"):
        Journal.open(tmp_path / "journal.sqlite3")


def test_a_journal_of_a_newer_coach_is_left_alone(path: Path) -> None:
    Journal.open(path).close()
    newer = sqlite3.connect(path)
    newer.execute("PRAGMA user_version = 99")
    newer.close()
    before = path.read_bytes()
    with pytest.raises(JournalError, match="newer version of the coach: update"):
        Journal.open(path)
    assert path.read_bytes() == before


def test_an_older_journal_is_migrated_once(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Journal.open(path) as journal:
        ended(journal, "RED-FLAG")
    added = (*journal_file.MIGRATIONS, ("CREATE TABLE moods (id INTEGER PRIMARY KEY)",))
    monkeypatch.setattr(journal_file, "MIGRATIONS", added)
    for _ in range(2):
        with Journal.open(path) as journal:
            assert journal.locked_by() == "RED-FLAG"
    database = sqlite3.connect(path)
    assert database.execute("PRAGMA user_version").fetchone() == (len(added),)
    assert database.execute("SELECT * FROM moods").fetchall() == []
    database.close()


def test_a_migration_that_fails_changes_nothing(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Journal.open(path).close()
    version = len(journal_file.MIGRATIONS)
    broken = (*journal_file.MIGRATIONS, ("CREATE TABLE moods (id INTEGER PRIMARY KEY)", "CREATE NONSENSE"))
    monkeypatch.setattr(journal_file, "MIGRATIONS", broken)
    with pytest.raises(JournalError):
        Journal.open(path)
    database = sqlite3.connect(path)
    assert database.execute("PRAGMA user_version").fetchone() == (version,)
    assert database.execute("SELECT name FROM sqlite_master WHERE name = 'moods'").fetchall() == []
    database.close()


def test_every_damaged_page_is_noticed(path: Path) -> None:
    with Journal.open(path) as journal:
        session_id = begin(journal)
        for second in range(150):
            journal.record(session_id, Heard(float(second), "yes"), [Reached("rest", "hold"), Speak(second, "one")])
        ended(journal, "")
    good = path.read_bytes()
    page_bytes = int.from_bytes(good[16:18], "big")
    assert len(good) // page_bytes > 10
    for start in range(0, len(good), page_bytes):
        path.write_bytes(good[:start] + b"\xa5" * page_bytes + good[start + page_bytes :])
        with pytest.raises(JournalError, match="is damaged: put a backup"):
            Journal.open(path)
    path.write_bytes(good)
    Journal.open(path).close()


def test_a_body_that_is_no_message_is_explained(journal: Journal, path: Path) -> None:
    session_id = begin(journal)
    other = sqlite3.connect(path)
    add = "INSERT INTO entries (session_id, seq, at_s, direction, type, body) VALUES (?, ?, 0, 'event', 'Sung', ?)"
    other.execute(add, (session_id, 1, '{"type": "Sung"}'))
    other.commit()
    with pytest.raises(JournalError, match="another version of the coach"):
        journal.events(session_id)
    other.execute(add, (session_id, 2, '{"type": "Su'))
    other.commit()
    with pytest.raises(JournalError, match="is damaged"):
        journal.events(session_id)
    other.close()


# --- other processes --------------------------------------------------------------------------------------------

CHILD_PRELUDE = """
    import sys
    from datetime import UTC, datetime
    from pathlib import Path
    from voicecoach.core.messages import Heard, Hush, Note, Speak
    from voicecoach.journal import Journal
    from voicecoach.journal_file import JournalError
    journal = Journal.open(Path(sys.argv[1]))
    def say(word):
        print(word, flush=True)
"""
RECORD_FOR_EVER = """
    session = journal.begin("live", "p", "0" * 64, datetime.now(UTC))
    say(session)
    while True:
        note = [Note("BACK-WORSE", "ease", "", "")] if session % 2 else []
        say(journal.record(session, Heard(1.0, "yes"), [Hush(), Speak(1, "x" * 500), *note]))
"""


def start_child(path: Path, code: str) -> subprocess.Popen[str]:
    program = textwrap.dedent(CHILD_PRELUDE) + textwrap.dedent(code)
    return subprocess.Popen(
        [sys.executable, "-c", program, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )


def pipe_of(stream: IO[str] | None) -> IO[str]:
    assert stream is not None
    return stream


@posix_only
def test_what_was_acknowledged_outlives_kill_9(path: Path) -> None:
    moments = random.Random(7)  # noqa: S311 - no secret
    for _ in range(20):
        with start_child(path, RECORD_FOR_EVER) as child:
            out = pipe_of(child.stdout)
            session_id = int(out.readline())
            lines = [out.readline() for _ in range(moments.randrange(1, 100))]
            child.kill()
            lines += out.readlines()
        acknowledged = max(int(line) for line in lines if line.endswith("\n"))
        with Journal.open(path) as journal:
            entries = journal.entries(session_id)
            assert len(entries) >= acknowledged
            assert [entry.seq for entry in entries] == list(range(1, len(entries) + 1))
            assert len(entries) % (4 if session_id % 2 else 3) == 0  # each event with all its effects


@posix_only
def test_a_full_disk_is_explained_and_loses_nothing_acknowledged(path: Path) -> None:
    code = """
    import resource
    resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, 400_000))
    """
    report = """
    session = journal.begin("live", "p", "0" * 64, datetime.now(UTC))
    seq = 0
    try:
        while True:
            seq = journal.record(session, Heard(1.0, "yes"), [Speak(1, "x" * 500)])
    except JournalError as error:
        say(seq)
        say(error)
    """
    with start_child(path, code + report) as child:
        acknowledged, sentence = pipe_of(child.stdout).read().splitlines()
    assert child.returncode == 0
    assert "the disk is full or failing: free some space" in sentence
    with Journal.open(path) as journal:
        (session,) = journal.sessions()
        assert int(acknowledged) == len(journal.entries(session.id)) > 20
        assert journal.record(session.id, Heard(2.0, "yes"), []) == int(acknowledged) + 1


CLAIM = """
    try:
        journal.claim()
        say("mine")
    except JournalError as error:
        say(error)
    sys.stdin.read()
"""


def test_one_coach_at_a_time(path: Path) -> None:
    with start_child(path, CLAIM) as child, Journal.open(path) as journal:
        assert pipe_of(child.stdout).readline() == "mine\n"
        with pytest.raises(JournalError, match="Another coach is running"):
            journal.claim()
        assert journal.sessions() == []  # reading needs no claim
        child.kill()
        child.wait()
        journal.claim()
        with start_child(path, CLAIM) as second:
            assert "Another coach is running" in pipe_of(second.stdout).readline()
            pipe_of(second.stdin).close()


def test_closing_gives_the_claim_up(path: Path) -> None:
    first = Journal.open(path)
    first.claim()
    first.claim()  # twice is once
    first.close()
    with Journal.open(path) as second:
        second.claim()


def test_a_writer_that_does_not_let_go_is_explained(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal_file, "BUSY_TIMEOUT_S", 0.0)
    with Journal.open(path) as journal:
        session_id = begin(journal)
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(JournalError, match="in use by another program"):
            journal.record(session_id, Started(0.0), [])
        other.close()
        assert journal.record(session_id, Started(0.0), []) == 1


def test_it_is_an_error_the_user_can_read() -> None:
    assert issubclass(JournalError, CoachError)


def test_a_decision_that_was_taken_back_neither_locks_nor_is_asked_about(tmp_path: Path) -> None:
    with Journal.open(tmp_path / "journal.sqlite3") as journal:
        session = begin(journal, "live")
        for rule, verdict in (("RED-FLAG", "emergency"), ("MUCH-WORSE", "stop")):
            journal.record(session, Heard(1.0, "misheard"), [Note(rule, verdict, "a reason", "misheard")])
        assert journal.locked_by() == "RED-FLAG"
        for rule in ("RED-FLAG", "MUCH-WORSE"):
            journal.record(session, Heard(2.0, "no"), [Note(rule, "withdrawn", "taken back", "no")])
        assert journal.locked_by() is None
        assert journal.last_note("MUCH-WORSE") is None
        journal.record(session, Heard(3.0, "numb"), [Note("RED-FLAG", "emergency", "a reason", "numb in the groin")])
        assert journal.locked_by() == "RED-FLAG"
