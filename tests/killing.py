"""kill -9 at random moments of a session, and what the next start finds.

Run as `python -m tests.killing --kills 40 [--real 2] [--forget 5]`; prints one JSON object. A process of its own,
because it forks. Each virtual victim is a fork that opens the journal as a start does, rehearses sessions in virtual
time and tells through a pipe whatever the journal has acknowledged; the real ones are the command line, typed to.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import select
import signal
import sqlite3
import struct
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from tests.end_to_end_session import Coach
from tests.journalled import LEG_WORSE, MUCH_WORSE, RED_FLAG, WELL, record_session
from voicecoach.core.messages import Finish, Reached
from voicecoach.forget import forget_everything
from voicecoach.journal import Journal
from voicecoach.replay import replay_session

_ACK = struct.Struct("<II")  # session id, last seq
_PATIENTS = (WELL, LEG_WORSE, RED_FLAG, MUCH_WORSE)
_SESSIONS_PER_JOURNAL = 12  # then a new one: what a start reads grows with every session
_TINY = Path(__file__).parent / "data" / "sessions" / "tiny.toml"
_PATIENCE_S = 120.0


@dataclass
class Report:
    """`lost`: acknowledged entries that were not there afterwards; `wrong`: whatever else was not as it must be."""

    kills: int = 0
    real_kills: int = 0
    forget_kills: int = 0
    acknowledged: int = 0
    lost: int = 0
    wrong: list[str] = field(default_factory=list)
    found_interrupted: int = 0
    found_ended: int = 0
    found_nothing: int = 0
    found_locked: int = 0
    at: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0

    def check(self, is_so: bool, what: str) -> None:
        if not is_so:
            self.wrong.append(what)


def kill_virtual_sessions(kills: int, seed: int, report: Report) -> None:
    randomly = random.Random(seed)  # noqa: S311 - no secret
    with tempfile.TemporaryDirectory(prefix="kill-") as folder:
        for number in range(kills):
            path = Path(folder) / f"{number // _SESSIONS_PER_JOURNAL}" / "journal.sqlite3"
            victim_seed, wanted = randomly.getrandbits(32), _acknowledgements(randomly)
            pid, acks = _fork(lambda out, path=path, seed=victim_seed: _rehearse(path, seed, out))  # type: ignore[misc]
            acknowledged = _kill_after(pid, acks, wanted, randomly.random() * 0.004)
            report.kills += 1
            _look(path, acknowledged, randomly, report)


def _acknowledgements(randomly: random.Random) -> int:
    """After how many of them to kill: anywhere in a session, and often at its beginning."""
    return randomly.choice((0, 0, randomly.randrange(20), *(randomly.randrange(1, 450) for _ in range(5))))


def _rehearse(path: Path, seed: int, out: int) -> None:
    """The victim: starts as the coach does, then one session after the other."""
    randomly = random.Random(seed)  # noqa: S311 - no secret
    with Journal.open(path) as journal:
        journal.claim()
        while True:
            journal.end_interrupted()
            patient, now = randomly.choice(_PATIENTS), datetime.now().astimezone()
            record_session(journal, patient, at=now, seen=lambda *ack: void(os.write(out, _ACK.pack(*ack))))


def void(_: object) -> None: ...


def _fork(victim: Callable[[int], None]) -> tuple[int, int]:
    """(process id, what it tells through its pipe)."""
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            os.close(reading)
            victim(writing)
        finally:
            os._exit(0)
    os.close(writing)
    return pid, reading


def _kill_after(pid: int, acks: int, wanted: int, then_s: float) -> dict[int, int]:
    """session id -> last acknowledged seq."""
    told = b""
    give_up_s = time.monotonic() + _PATIENCE_S
    while len(told) < wanted * _ACK.size and time.monotonic() < give_up_s:
        if select.select([acks], [], [], 1.0)[0]:
            piece = os.read(acks, 4096)
            if not piece:
                break
            told += piece
    _spin(then_s)
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    while piece := os.read(acks, 65536):
        told += piece
    os.close(acks)
    return dict(_ACK.iter_unpack(told[: len(told) // _ACK.size * _ACK.size]))


def _spin(seconds: float) -> None:
    """A moment shorter than what a sleep can be."""
    until_s = time.perf_counter() + seconds
    while time.perf_counter() < until_s:
        pass


def _look(path: Path, acknowledged: dict[int, int], randomly: random.Random, report: Report) -> None:
    """Everything acknowledged is there, the file is whole, and the next start does the right thing."""
    try:
        with Journal.open(path) as journal:
            journal.claim()
            report.check(_is_whole(path), f"{path} is not intact")
            for session, seq in acknowledged.items():
                seqs = [entry.seq for entry in journal.entries(session)]
                report.acknowledged += seq
                report.lost += max(0, seq - len(seqs))
                report.check(seqs == list(range(1, len(seqs) + 1)), f"session {session} has holes")
            _look_at_the_last(journal, randomly, report)
    except Exception as error:  # whatever it is, it is a finding
        report.wrong.append(f"{type(error).__name__}: {error}")


def _is_whole(path: Path) -> bool:
    database = sqlite3.connect(path)
    try:
        return bool(database.execute("PRAGMA integrity_check").fetchone()[0] == "ok")
    finally:
        database.close()


def _look_at_the_last(journal: Journal, randomly: random.Random, report: Report) -> None:
    """What was cut off is found, with its place; what had come to its end is not; warnings lock."""
    sessions = journal.sessions()
    now = datetime.now(UTC)
    found = journal.interrupted(now)
    if not sessions:
        report.found_nothing += 1
        report.check(found is None, "something is interrupted in an empty journal")
        return
    last = sessions[-1]
    entries = journal.entries(last.id)
    report.check(replay_session(journal, last).agrees, f"session {last.id} does not replay")
    over = last.ended_at is not None or any(entry.type == Finish.__name__ for entry in entries)
    places = [entry.body for entry in entries if entry.type == Reached.__name__]
    report.at[str(places[-1]["phase"]) if places else "the very beginning"] += 1
    if over:
        report.found_ended += 1
        report.check(found is None, f"session {last.id} had ended and is taken for interrupted")
    else:
        report.found_interrupted += 1
        report.check(found is not None and found.id == last.id, f"session {last.id} was cut off and is not found")
        if found is not None:
            report.check([place.phase for place in found.reached] == [p["phase"] for p in places], "at another place")
            report.check(0 <= found.ago_s < 60, f"cut off {found.ago_s} s ago")
    _look_at_the_lock(journal, randomly, report)
    journal.end_interrupted()
    report.check(journal.interrupted(now) is None, "an interrupted session is found again after it was dealt with")


def _look_at_the_lock(journal: Journal, randomly: random.Random, report: Report) -> None:
    released = max((release.after_entry for release in journal.releases()), default=0)
    rows = [entry for session in journal.sessions() for entry in journal.entries(session.id)]
    warned = [e for e in rows if e.type == "Note" and e.body["rule"] == "RED-FLAG" and e.id > released]
    report.check((journal.locked_by() == "RED-FLAG") == bool(warned), "the lock is wrong")
    if warned:
        report.found_locked += 1
        if randomly.random() < 0.5:
            journal.release("Dr. Moreau", datetime.now().astimezone(), date.today())
            report.check(journal.locked_by() is None, "a release does not lift the lock")


# --- forgetting ---------------------------------------------------------------------------------------------------


def kill_while_forgetting(kills: int, seed: int, report: Report) -> None:
    """Either everything is left or only what has to be; a lock always."""
    randomly = random.Random(seed)  # noqa: S311 - no secret
    with tempfile.TemporaryDirectory(prefix="kill-") as folder:
        os.environ |= {"XDG_CACHE_HOME": f"{folder}/cache", "XDG_STATE_HOME": f"{folder}/state"}
        os.environ["VOICECOACH_DATA_DIR"] = folder
        for number in range(kills):
            path = Path(folder) / str(number) / "journal.sqlite3"
            with Journal.open(path) as journal:
                record_session(journal, RED_FLAG, at=datetime.now().astimezone() - timedelta(days=1))
                entries = len(journal.entries(1))
            pid, acks = _fork(lambda _out, path=path: _forget(path))  # type: ignore[misc]
            _kill_after(pid, acks, 0, randomly.random() * 0.03)
            report.forget_kills += 1
            report.check(_is_whole(path), f"{path} is not intact")
            with Journal.open(path) as journal:
                report.check(journal.locked_by() == "RED-FLAG", "the lock was forgotten")
                report.check(len(journal.entries(1)) in (entries, 1), "half of a session is left")


def _forget(path: Path) -> None:
    with Journal.open(path) as journal:
        journal.claim()
        forget_everything(journal)


# --- the command line itself --------------------------------------------------------------------------------------


def kill_real_sessions(kills: int, seed: int, report: Report) -> None:
    """Every line on the screen must be in the journal: it was written down before it was said."""
    randomly = random.Random(seed)  # noqa: S311 - no secret
    with tempfile.TemporaryDirectory(prefix="kill-") as folder:
        for number in range(kills):
            data = Path(folder) / str(number)
            env = os.environ | {"VOICECOACH_DATA_DIR": str(data)}
            coach = Coach(["session", str(_TINY), "--typed", "--audio-only"], env)
            try:
                _answer(coach, randomly.randrange(2, 9))
                threading.Event().wait(randomly.uniform(0, 0.5))
                coach.process.kill()
                coach.wait()
            finally:
                coach.close()
            report.real_kills += 1
            _look_at_the_screen(coach, data / "journal.sqlite3", report)
            _look(data / "journal.sqlite3", {}, randomly, report)


def _answer(coach: Coach, lines: int) -> None:
    """Say yes, or what is wanted, to whatever is asked, while the coach says so many lines."""
    for _ in range(lines):
        said = coach.line("COACH", _PATIENCE_S).text
        if "?" in said or "ready" in said:
            coach.type_line("ready" if "ready" in said else "left calf" if "Where" in said else "yes")


def _look_at_the_screen(coach: Coach, path: Path, report: Report) -> None:
    with Journal.open(path) as journal:
        entries = journal.entries(journal.sessions()[-1].id)
    spoken = Counter(entry.body["text"] for entry in entries if entry.type == "Speak")
    heard = Counter(entry.body["words"] for entry in entries if entry.type == "Heard")
    for line in coach.lines:
        match = re.match(r"\[[\d:.]+\] (COACH|YOU \(typed\)) +(.*)", line.text)
        if match is not None:
            report.acknowledged += 1
            report.lost += match[2] not in (spoken if match[1] == "COACH" else heard)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=40)
    parser.add_argument("--real", type=int, default=0)
    parser.add_argument("--forget", type=int, default=0)
    parser.add_argument("--seed", type=int, default=7)
    wanted = parser.parse_args()
    report, began_s = Report(), time.monotonic()
    kill_virtual_sessions(wanted.kills, wanted.seed, report)
    kill_while_forgetting(wanted.forget, wanted.seed, report)
    kill_real_sessions(wanted.real, wanted.seed, report)
    report.seconds = round(time.monotonic() - began_s, 1)
    json.dump(vars(report), sys.stdout)
    print()


if __name__ == "__main__":
    main()
