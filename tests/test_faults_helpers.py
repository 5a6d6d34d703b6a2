"""Faults of the processes that hear and speak, each really caused, in whole sessions. The table: docs/faults.md."""

from __future__ import annotations

import os
import queue
import shutil
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path

import pytest

from tests.end_to_end_session import Dialogue, Scene, helper_pid, spoken
from tests.fault_session import (
    HOLD,
    RECOGNISER,
    SPEECH,
    counts_nothing_while_deaf,
    leave,
    live_session,
    mishaps,
    of,
    reasons,
    seconds_between,
    typed_session,
)
from tests.hearing_clips import STOP, VOICES, in_room
from tests.virtual_sound import VirtualSound
from voicecoach.core.messages import Heard, HearingLost, HearingRestored, Mishap
from voicecoach.hearing.ears import Ears, HearingEvent
from voicecoach.hearing.model import embedded_model
from voicecoach.journal import Entry
from voicecoach.speaking.voice import Voice

pytestmark = pytest.mark.skipif(
    sys.platform != "linux", reason="finds processes in /proc, and limits them from outside"
)

YES = VOICES / "yes_03401e93_0.flac"
FAILED, LAGS = "My hearing has failed.", "My hearing lags behind."
RESTARTED_WITHIN_S = 2.0
PATIENCE_S = 20.0


@pytest.fixture
def live(virtual_sound: VirtualSound, tmp_path: Path, patient_voice: Voice, speech_cache: Path) -> Iterator[Scene]:
    with live_session(virtual_sound, tmp_path, patient_voice, speech_cache) as scene:
        yield scene


@pytest.fixture
def typed(tmp_path: Path, speech_cache: Path) -> Iterator[Dialogue]:
    """Its speech process runs: nothing that it says from now on was known ahead."""
    cache = tmp_path / "cache"  # what is rendered here must not be known to the next test
    if speech_cache.exists():
        shutil.copytree(speech_cache, cache)
    with typed_session(tmp_path, cache, place=spoken("baseline")) as dialogue:
        make_it_slower(dialogue)
        yield dialogue


def recogniser_of(scene: Scene) -> int:
    return helper_pid(scene.coach.process.pid, RECOGNISER)


def speech_of(dialogue: Dialogue) -> int:
    return helper_pid(dialogue.coach.process.pid, SPEECH)


def make_it_slower(dialogue: Dialogue) -> None:
    """Every line is another one then: it has to be rendered."""
    dialogue.coach.type_line("slower")
    dialogue.hears("slower")
    dialogue.hears("baseline")


def limit_memory(pid: int) -> None:
    """To what it has now: it gets no more."""
    import resource  # not on Windows

    has_bytes = int(Path(f"/proc/{pid}/statm").read_text().split()[0]) * os.sysconf("SC_PAGE_SIZE")
    resource.prlimit(pid, resource.RLIMIT_AS, (has_bytes, has_bytes))


# --- the recogniser -------------------------------------------------------------------------------------------------


def pauses_and_hears_again(scene: Scene) -> list[Entry]:
    """Everything that is in the journal. It paused, told why, and was started again in time."""
    scene.hears("hearing_lost")
    scene.hears("hearing_back")
    scene.hears_out("paused")
    scene.is_stopped_by(STOP)
    entries = leave(scene)
    counts_nothing_while_deaf(entries)
    lost = next(entry for entry in of(entries, "HearingLost") if entry.body["reason"] == FAILED)
    back = next(entry for entry in of(entries, "HearingRestored") if entry.seq > lost.seq)
    assert seconds_between(lost, back) < RESTARTED_WITHIN_S
    return entries


@pytest.mark.sound
def test_a_killed_recogniser_is_started_again_and_only_continue_goes_on(live: Scene) -> None:
    os.kill(recogniser_of(live), signal.SIGKILL)
    live.hears("hearing_lost")
    live.hears("hearing_back")
    live.hears_out("paused")
    lines = len(live.coach.lines)
    live.mouth.play(YES)  # no word to go on with
    live.wait_quiet(2.0)
    assert not [line for line in live.coach.lines[lines:] if "COACH" in line.text]
    live.coach.type_line("continue")
    live.hears("resumed")
    live.coach.line(HOLD)
    entries = leave(live)
    counts_nothing_while_deaf(entries)
    lost, back = of(entries, "HearingLost")[-1], of(entries, "HearingRestored")[-1]
    assert lost.body["reason"] == FAILED
    assert seconds_between(lost, back) < RESTARTED_WITHIN_S
    assert "the speech recogniser has stopped working" in mishaps(entries)


@pytest.mark.sound
def test_a_recogniser_that_hangs_is_replaced(live: Scene) -> None:
    os.kill(hung := recogniser_of(live), signal.SIGSTOP)
    entries = pauses_and_hears_again(live)
    assert "the speech recogniser no longer answers" in mishaps(entries)
    assert not Path(f"/proc/{hung}").exists()


@pytest.mark.sound
def test_a_recogniser_that_is_too_slow_is_told_until_it_has_caught_up(live: Scene) -> None:
    with slowed_down(recogniser_of(live)):
        live.hears("hearing_lost")
    live.hears("hearing_back")
    live.hears_out("paused")
    live.is_stopped_by(STOP)
    entries = leave(live)
    assert LAGS in reasons(entries)
    counts_nothing_while_deaf(entries)


def test_a_recogniser_without_memory_is_replaced() -> None:
    """What it is to listen for needs far more memory than it has left, and it gets none."""
    posted: queue.SimpleQueue[HearingEvent] = queue.SimpleQueue()
    ears = Ears(embedded_model(), posted.put, time.monotonic, headset=True)
    ears.open()
    try:
        assert ears.pid is not None
        limit_memory(ears.pid)
        ears.listen(["stop", "x" * 8_000_000])
        lost, mishap, back = (posted.get(timeout=PATIENCE_S) for _ in range(3))
        assert isinstance(lost, HearingLost) and lost.reason == FAILED
        assert mishap == Mishap(mishap.at_s, "the speech recogniser has stopped working")
        assert isinstance(back, HearingRestored) and back.at_s - lost.at_s < RESTARTED_WITHIN_S
        ears.feed(in_room(STOP), 0)
        assert ears.sync()
        assert "stop" in [event.words for event in drained(posted) if isinstance(event, Heard)]
    finally:
        ears.close()


def drained(posted: queue.SimpleQueue[HearingEvent]) -> Iterator[HearingEvent]:
    while not posted.empty():
        yield posted.get()


@contextmanager
def meanwhile(act: Callable[[threading.Event], None], every_s: float) -> Iterator[None]:
    """Do it again and again; it is told when that is enough."""
    enough = threading.Event()

    def again_and_again() -> None:
        while not enough.wait(every_s):
            act(enough)

    thread = threading.Thread(target=again_and_again)
    thread.start()
    try:
        yield
    finally:
        enough.set()
        thread.join()


def slowed_down(pid: int) -> AbstractContextManager[None]:
    """It may work for a hundredth of the time only, as on a computer that is far too slow for its model."""

    def slow_down(enough: threading.Event) -> None:
        os.kill(pid, signal.SIGSTOP)
        enough.wait(0.4)
        os.kill(pid, signal.SIGCONT)

    return meanwhile(slow_down, 0.004)


# --- the speech process ---------------------------------------------------------------------------------------------


def was_said(entries: list[Entry]) -> bool:
    """Whether the answer to the last "slower" has come to its end."""
    asked = [entry for entry in of(entries, "Heard") if entry.body["words"] == "slower"][-1]
    answered = next(entry for entry in of(entries, "Speak") if entry.seq > asked.seq)
    return answered.body["id"] in [entry.body["id"] for entry in of(entries, "SpeechFinished")]


def says_the_next_line(dialogue: Dialogue) -> None:
    """With a new process; then it goes on."""
    make_it_slower(dialogue)
    entries = leave(dialogue)
    assert was_said(entries)
    assert len([what for what in mishaps(entries) if "the speech process had to be started again" in what]) == 1
    assert not [what for what in mishaps(entries) if "could not be spoken" in what]


def test_a_killed_speech_process_is_started_again_and_the_line_is_said(typed: Dialogue) -> None:
    os.kill(speech_of(typed), signal.SIGKILL)
    says_the_next_line(typed)


def test_a_speech_process_that_hangs_is_replaced_and_the_line_is_said(typed: Dialogue) -> None:
    os.kill(hung := speech_of(typed), signal.SIGSTOP)
    says_the_next_line(typed)
    assert not Path(f"/proc/{hung}").exists()


def test_a_speech_process_without_memory_is_replaced_and_the_line_is_said(typed: Dialogue) -> None:
    limit_memory(speech_of(typed))
    says_the_next_line(typed)


def test_without_any_speech_process_it_shows_what_it_would_say_and_beeps(typed: Dialogue) -> None:
    with each_killed(typed.coach.process.pid, SPEECH):
        typed.coach.type_line("slower")
        typed.coach.line("I can't say this aloud: Slower")
    typed.hears("baseline")
    entries = leave(typed)
    assert was_said(entries), "the beep in its place"
    assert "could not be spoken: Slower." in mishaps(entries)


def each_killed(coach_pid: int, module: str) -> AbstractContextManager[None]:
    """As soon as there is one."""

    def kill(_enough: threading.Event) -> None:
        with suppress(StopIteration, OSError):  # there is none, or it has ended meanwhile
            os.kill(helper_pid(coach_pid, module), signal.SIGKILL)

    return meanwhile(kill, 0.02)
