"""history, show, replay, export and forget, on journals of rehearsed sessions."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.journalled import LEG_WORSE, MONDAY, MUCH_WORSE, RED_FLAG, record_session
from tests.test_cli import Answer, Call, call, is_one_sentence, own_folders
from voicecoach import cli
from voicecoach.earlier import before_now
from voicecoach.journal import Journal
from voicecoach.journal_cli import EXIT_DIFFERS
from voicecoach.paths import log_file, recording_file, speech_cache
from voicecoach.programmes import load

__all__ = ["call", "own_folders"]
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture(autouse=True)
def nothing_outside(own_folders: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: ARG001
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


def journal() -> Journal:
    return Journal.open()


def objects(answer: Answer) -> list[dict[str, Any]]:
    assert answer.status == 0, answer.error
    return [json.loads(line) for line in answer.output.splitlines()]


# --- history ------------------------------------------------------------------------------------------------------


def test_an_empty_journal_says_so(call: Call) -> None:
    assert "empty" in call("history").output
    assert call("history", "--json").output == ""


def test_history_tells_everything_in_its_order(call: Call) -> None:
    with journal() as written:
        written.note_plan({"plan": {"exercises": []}}, MONDAY, "Dr. Moreau", "all four exercises")
        record_session(written)
        record_session(written, LEG_WORSE, at=MONDAY + DAY)
        record_session(written, RED_FLAG, at=MONDAY - DAY)  # a wrong clock doesn't change the order
        written.release("Dr. Moreau", MONDAY + 3 * DAY, date(2026, 3, 5))
        record_session(written, kind="simulated")
        record_session(written, at=MONDAY + 4 * DAY, cut_off_at=("press-up", "hold"))
    lines = call("history").output.splitlines()
    assert lines[0] == "2026-03-02 18:00: plan changed by Dr. Moreau: all four exercises."
    assert (
        lines[1]
        == "2026-03-02 18:00: session 1, herniated-disc, 4 of 4 exercises, completed, pain 5 before and 5 after."
    )
    assert (
        "session 2, herniated-disc, 1 of 4 exercises, then Press-up back extension: hold 1, stopped by LEG-WORSE"
        in (lines[2])
    )
    assert lines[3].startswith("2026-03-01 18:00: session 3")
    assert "emergency by RED-FLAG" in lines[3]
    assert lines[4] == "2026-03-05 18:00: released by Dr. Moreau, who saw the person on 2026-03-05."
    assert "session 5, herniated-disc, 1 of 4 exercises, then Press-up back extension: hold 1, not ended" in lines[5]
    assert len(lines) == 6
    assert "(simulated)" in call("history", "--all").output
    found = objects(call("history", "--json"))
    assert [item.get("what") for item in found] == ["plan", "session", "session", "session", "release", "session"]
    assert found[1]["pain_after"] == 5


@pytest.mark.parametrize("columns", ["60", "200"])
def test_on_a_terminal_the_history_is_as_wide_as_the_screen_and_leaves_no_word_out(call: Call, columns: str) -> None:
    with journal() as written:
        written.note_plan(
            {"plan": {"exercises": []}}, MONDAY, "Dr. [b]Moreau[/b]", "press-up 2 x 20 s, was 2 x 15 s " * 4
        )
        record_session(written, LEG_WORSE)
    out, terminal = os.openpty()
    env = os.environ | {"COLUMNS": columns, "TERM": "vt100", "NO_COLOR": "1"}
    with subprocess.Popen([sys.executable, "-m", "voicecoach", "history"], stdout=terminal, env=env) as process:
        os.close(terminal)
        assert process.wait(60) == 0
        shown = os.read(out, 100_000).decode()
    os.close(out)
    assert max(len(line) for line in shown.splitlines()) <= int(columns)
    assert shown.split() == call("history").output.replace("18:00:", "18:00").split()


def test_the_journals_commands_take_a_journal_of_rehearsals(call: Call, tmp_path: Path) -> None:
    traces = leave_traces()
    week = str(tmp_path / "week.sqlite3")
    with Journal.open(Path(week)) as written:
        record_session(written, LEG_WORSE, kind="rehearsed")
    assert "session 1 (rehearsed)" in call("history", "--journal", week).output
    assert "it's worse in my leg" in call("show", "1", "--journal", week).output
    assert "agrees" in call("replay", "1", "--journal", week).output
    assert '"table": "entries"' in call("export", "--journal", week).output
    assert "empty" in call("history").output, "the usual one is another"
    forgotten = call("forget", "--yes", "--journal", week)
    assert forgotten.status == 0
    assert "speech" not in forgotten.output
    assert "empty" in call("history", "--journal", week).output
    assert all(trace.exists() for trace in traces), "what belongs to real sessions stays"


@pytest.mark.parametrize("command", [("history",), ("show", "1"), ("replay", "1"), ("export",), ("forget", "--yes")])
def test_a_journal_that_is_not_there_is_not_begun_by_looking_at_it(
    call: Call, tmp_path: Path, command: tuple[str, ...]
) -> None:
    nowhere = tmp_path / "nowhere.sqlite3"
    is_one_sentence(call(*command, "--journal", str(nowhere)), "no journal", "nowhere.sqlite3")
    assert not nowhere.exists()


# --- show ---------------------------------------------------------------------------------------------------------


def test_show_has_what_was_said_decided_and_when(call: Call) -> None:
    with journal() as written:
        record_session(written, LEG_WORSE)
    output = call("show", "1").output
    assert output.splitlines()[0].startswith("2026-03-02 18:00: session 1")
    for line in ("YOU    it's worse in my leg", "RULE   LEG-WORSE -> stop", "END    stopped (LEG-WORSE)", "COUNT  "):
        assert line in output
    found = objects(call("show", "1", "--json"))
    assert [item["seq"] for item in found] == list(range(1, len(found) + 1))
    assert all(item["recorded_at"] for item in found)


def test_a_session_that_is_not_there(call: Call) -> None:
    for command in ("show", "replay"):
        is_one_sentence(call(command, "7"), "no session 7", "history")


# --- replay -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("patient", [LEG_WORSE, RED_FLAG, MUCH_WORSE])
def test_a_replay_of_what_was_just_recorded_agrees(call: Call, patient: Any) -> None:
    with journal() as written:
        record_session(written, patient)
    answer = call("replay", "1")
    assert (answer.status, answer.error) == (0, "")
    assert "agrees with today's rules" in answer.output


def test_a_session_that_was_cut_off_is_replayed_as_far_as_it_came(call: Call) -> None:
    with journal() as written:
        record_session(written, cut_off_at=("press-up", "hold"))
    assert call("replay", "1").status == 0


def test_a_rule_that_decides_otherwise_today_is_found(call: Call) -> None:
    """Stored as if the rules of then had let a worse leg pass."""
    with journal() as written:
        record_session(written, LEG_WORSE)
    change(
        "UPDATE entries SET body = json_set(body, '$.rule', 'SAME-OR-BETTER', '$.verdict', 'go')"
        " WHERE type = 'Note' AND json_extract(body, '$.rule') = 'LEG-WORSE'"
    )
    answer = call("replay", "1")
    assert answer.status == EXIT_DIFFERS
    assert 'on "it\'s worse in my leg"' in answer.output
    assert "then:  SAME-OR-BETTER -> go" in answer.output
    assert "today: LEG-WORSE -> stop" in answer.output
    assert "is not what it would be today" in answer.output
    result = json.loads(call("replay", "1", "--json").output)
    assert (result["agrees"], len(result["differences"])) == (False, 1)
    assert result["differences"][0]["today"][0].startswith("LEG-WORSE -> stop")


def test_other_words_for_the_same_are_no_difference(call: Call) -> None:
    with journal() as written:
        record_session(written)
    change("UPDATE entries SET body = json_set(body, '$.text', 'Good bye.') WHERE body LIKE '%Goodbye.%'")
    answer = call("replay", "1")
    assert answer.status == 0
    assert "1 times something is said in other words" in answer.output


def test_another_course_is_told_where_it_begins(call: Call) -> None:
    with journal() as written:
        record_session(written)
    change("UPDATE entries SET body = json_set(body, '$.phase', 'rest') WHERE body LIKE '%\"phase\":\"ready\"%'")
    answer = call("replay", "1")
    assert answer.status == EXIT_DIFFERS
    assert "takes another course" in answer.output


def test_what_was_recorded_before_programmes_were_kept_is_not_replayed(call: Call) -> None:
    with journal() as written:
        written.begin("live", "herniated-disc", "ab" * 32, MONDAY)
    is_one_sentence(call("replay", "1"), "before the coach kept the programme")


def change(statement: str) -> None:
    """Change what can't be changed."""
    database = sqlite3.connect(Path(os.environ["VOICECOACH_DATA_DIR"]) / "journal.sqlite3")
    for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
        database.execute(f"DROP TRIGGER {name}")
    assert database.execute(statement).rowcount > 0
    database.commit()
    database.close()


# --- export -------------------------------------------------------------------------------------------------------


def test_export_has_every_row_of_every_table(call: Call, tmp_path: Path) -> None:
    with journal() as written:
        record_session(written, RED_FLAG)
        written.release("Dr. Moreau", MONDAY, date(2026, 3, 2))
        written.note_plan({"plan": {"hold_s": 15}}, MONDAY, "Dr. Moreau")
        entries = written.entries(1)
    found = objects(call("export"))
    assert found[0]["table"] == "journal"
    assert [row["body"] for row in found if row["table"] == "entries"] == [entry.body for entry in entries]
    assert {row["table"] for row in found[1:]} == {
        *("sessions", "entries", "endings", "releases", "plan_changes", "programmes")
    }
    assert next(row for row in found if row["table"] == "plan_changes")["body"] == {"plan": {"hold_s": 15}}
    out = tmp_path / "mine.jsonl"
    answer = call("export", "--out", str(out))
    assert answer.status == 0
    assert out.stat().st_mode & 0o777 == 0o600
    assert [json.loads(line) for line in out.read_text().splitlines()] == found
    is_one_sentence(call("export", "--out", str(out)), "is there already")
    is_one_sentence(call("export", "--out", str(tmp_path / "none" / "x.jsonl")), "choose another place")


def test_an_export_that_nobody_reads_to_its_end_leaves_no_traceback() -> None:
    with journal() as written:
        for _ in range(5):
            record_session(written)
    command = [sys.executable, "-m", "voicecoach", "export"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.readline().startswith('{"table": "journal"')
        process.stdout.close()
        assert process.stderr.read() == ""


# --- forget -------------------------------------------------------------------------------------------------------

WORDS = "xylophone in my left calf"


def leave_traces() -> list[Path]:
    """Everything the coach may have left about somebody."""
    cache, log, sound = speech_cache(), log_file(), recording_file()
    for folder in (cache, log.parent, sound.parent):
        folder.mkdir(parents=True, exist_ok=True)
    traces = [cache / "a.line", log, sound]
    for trace in traces:
        trace.write_text(WORDS)
    return traces


def found_in_files(folder: Path, words: str) -> list[Path]:
    files = [path for path in folder.rglob("*") if path.is_file()]
    return [path for path in files if words.encode() in path.read_bytes()]


def test_forgetting_leaves_nothing(call: Call, tmp_path: Path) -> None:
    with journal() as written:
        session_id = record_session(written, LEG_WORSE)
        for _ in range(300):
            written.note_plan({"plan": {"words": WORDS}}, MONDAY, WORDS)
        assert session_id == 1
    traces = leave_traces()
    assert len(found_in_files(tmp_path, WORDS)) == len(traces) + 1
    answer = call("forget", "--yes")
    assert (answer.status, answer.error) == (0, "")
    assert "1 sessions from 2026-03-02 to 2026-03-02" in answer.output
    assert found_in_files(tmp_path, WORDS) == []
    assert found_in_files(tmp_path, "worse in my leg") == []
    assert not any(trace.exists() for trace in traces)
    data = Path(os.environ["VOICECOACH_DATA_DIR"])
    assert {path.name for path in data.iterdir()} == {"journal.sqlite3", "journal.sqlite3.lock"}
    with journal() as left:
        assert (left.sessions(), left.plan_changes(), left.releases()) == ([], [], [])
        left.finish(left.begin("live", "p", "0" * 64, MONDAY), "completed", "", MONDAY)
    database = sqlite3.connect(data / "journal.sqlite3")
    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        database.execute("DELETE FROM endings")
    database.close()


def test_without_a_yes_nothing_is_forgotten(call: Call) -> None:
    with journal() as written:
        record_session(written)
    is_one_sentence(call("forget"), "--yes")
    with journal() as left:
        assert len(left.sessions()) == 1


def test_a_lock_is_kept_without_the_words(call: Call, tmp_path: Path) -> None:
    with journal() as written:
        record_session(written)
        record_session(written, RED_FLAG)
    answer = call("forget", "--yes")
    assert "A warning is kept (RED-FLAG" in answer.output
    with journal() as left:
        assert left.locked_by() == "RED-FLAG"
        (session,) = left.sessions()
        assert (session.local_date, session.outcome) == (MONDAY.date(), "forgotten")
        assert "numb" not in json.dumps([entry.body for entry in left.entries(session.id)])
    assert found_in_files(tmp_path, "numb in my groin") == []
    assert call("forget", "--yes").status == 0  # again: it is still kept
    with journal() as left:
        assert left.locked_by() == "RED-FLAG"
        left.release("Dr. Moreau", MONDAY + DAY, date(2026, 3, 3))
        assert left.locked_by() is None
    assert "is kept" not in call("forget", "--yes").output
    with journal() as left:
        assert left.sessions() == []


def test_a_session_that_ended_much_worse_is_still_asked_about(call: Call) -> None:
    with journal() as written:
        record_session(written, MUCH_WORSE)
    call("forget", "--yes")
    with journal() as left:
        today, tomorrow = (before_now(left, load("herniated-disc"), MONDAY + later) for later in (HOUR, DAY))
    assert (today.much_worse, today.same_day) == (True, True)
    assert (tomorrow.much_worse, tomorrow.same_day) == (True, False)


def test_a_running_session_is_not_forgotten(call: Call) -> None:
    with journal() as running:
        running.claim()
        record_session(running)
        is_one_sentence(call("forget", "--yes"), "Another coach is running")
        assert len(running.sessions()) == 1


def test_a_reader_in_another_program_is_told_about(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("voicecoach.journal_file.BUSY_TIMEOUT_S", 0.1)
    with journal() as written:
        record_session(written)
    database = sqlite3.connect(Path(os.environ["VOICECOACH_DATA_DIR"]) / "journal.sqlite3")
    database.execute("BEGIN")
    database.execute("SELECT * FROM entries").fetchone()
    answer = call("forget", "--yes")
    assert answer.status == cli.EXIT_FAILED
    assert "another program" in answer.error
    database.close()
    assert call("forget", "--yes").status == 0


# --- two at once --------------------------------------------------------------------------------------------------


def test_a_second_coach_says_so_and_leaves() -> None:
    command = [sys.executable, "-m", "voicecoach", "session", "--typed", "--audio-only"]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(command, **pipes, text=True, env=os.environ) as first:  # type: ignore[call-overload]
        assert first.stdout is not None
        assert first.stdout.readline()  # whatever it says first, the journal is its own by then
        second = subprocess.run(
            command, capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL, check=False
        )
        assert second.returncode == cli.EXIT_FAILED
        assert second.stderr.startswith("voicecoach: Another coach is running")
        assert second.stderr.count("\n") == 1
        assert first.poll() is None
        first.kill()
        first.communicate()
    with journal() as left:  # the claim of the dead counts for nothing
        left.claim()
