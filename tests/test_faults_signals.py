"""What ends or stops the whole program, each really caused, in whole sessions at a hold. The table: docs/faults.md."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.end_to_end_session import Dialogue, helper_pid, spoken
from tests.fault_session import (
    HOLD,
    PROGRAMME,
    RECOGNISER,
    come_to,
    is_counted,
    leave,
    live_session,
    of,
    started,
    typed_session,
)
from tests.virtual_sound import VirtualSound
from voicecoach.speaking.voice import Voice

pytestmark = pytest.mark.skipif(os.name != "posix", reason="signals")

SLEEP_S = 60.0
GONE_WITHIN_S = 2.0


@dataclass(frozen=True, slots=True)
class Sleeper:
    """A session that was stopped at its first count, and when (time.monotonic())."""

    dialogue: Dialogue
    since_s: float


@pytest.fixture(scope="module", autouse=True)
def sleeper(tmp_path_factory: pytest.TempPathFactory, speech_cache: Path) -> Iterator[Sleeper]:
    """It sleeps while the other tests run."""
    with typed_session(tmp_path_factory.mktemp("sleeper"), speech_cache) as dialogue:
        os.kill(dialogue.coach.process.pid, signal.SIGSTOP)
        yield Sleeper(dialogue, time.monotonic())


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_a_signal_brings_down_and_ends(tmp_path: Path, speech_cache: Path, name: str) -> None:
    with typed_session(tmp_path, speech_cache) as dialogue:
        dialogue.coach.process.send_signal(signal.Signals[name])
        dialogue.coach.line("COACH +Down\\.$")
        dialogue.coach.line("END +left")
        assert dialogue.coach.wait() == 0
        assert "Traceback" not in dialogue.coach.transcript
    record, entries = dialogue.journal()
    assert record.outcome == "left"
    (asked,) = of(entries, "LeaveRequested")
    assert not [entry for entry in entries if entry.seq > asked.seq and is_counted(entry)]


@pytest.mark.sound
@pytest.mark.skipif(sys.platform != "linux", reason="finds processes in /proc")
def test_kill_9_leaves_no_process_behind_and_the_next_start_goes_on(
    virtual_sound: VirtualSound, tmp_path: Path, patient_voice: Voice, speech_cache: Path
) -> None:
    with live_session(virtual_sound, tmp_path, patient_voice, speech_cache) as scene:
        left_alone = helper_pid(scene.coach.process.pid, RECOGNISER)
        scene.coach.process.kill()
        scene.coach.wait()
        assert ends(left_alone)
    with started(scene.data, speech_cache, "session", PROGRAMME, "--typed") as coach:
        come_to(Dialogue(coach, scene.data), spoken("resume"))


def ends(pid: int) -> bool:
    """Whether a process that is no child of ours ends in time."""
    give_up_s = time.monotonic() + GONE_WITHIN_S
    while (lives := _lives(pid)) and time.monotonic() < give_up_s:
        threading.Event().wait(0.02)
    return not lives


def _lives(pid: int) -> bool:
    """One that nobody has waited for yet does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def test_after_a_minute_asleep_it_pauses_until_somebody_says_to_go_on(sleeper: Sleeper) -> None:
    threading.Event().wait(sleeper.since_s + SLEEP_S - time.monotonic())
    dialogue = sleeper.dialogue
    os.kill(dialogue.coach.process.pid, signal.SIGCONT)
    dialogue.coach.line(r"The computer was asleep for \d+ seconds")
    dialogue.coach.line("COACH +Down. I was interrupted for a while. We pause")
    dialogue.coach.type_line("continue")
    dialogue.hears("resumed")
    dialogue.coach.line(HOLD)
    entries = leave(dialogue)
    (asleep,) = of(entries, "Suspended")
    assert asleep.body["seconds"] >= SLEEP_S - 1
    resting = [entry for entry in entries if entry.seq > asleep.seq]
    told = next(entry.seq for entry in resting if entry.type == "Heard")
    assert not [entry for entry in resting if entry.seq < told and is_counted(entry)]
