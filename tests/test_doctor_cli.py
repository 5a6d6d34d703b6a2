"""`voicecoach doctor` as a process: over a sound card in software, and where there is none."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import soundfile
import soxr

from tests.doctor_room import STOPS
from tests.end_to_end_session import REPOSITORY, Coach, spoken
from tests.virtual_room import Acoustics, virtual_room
from tests.virtual_room_process import RATE_HZ
from tests.virtual_sound import VirtualSound, missing_parts, virtual_sound_card
from voicecoach.audio import list_devices
from voicecoach.doctor.examination import RATE_WPM
from voicecoach.languages import sayings
from voicecoach.speaking.timeline import Pcm
from voicecoach.speaking.voice import Voice

PATIENCE_S = 60.0


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.getbasetemp() / "cache"


@contextmanager
def doctor(card: VirtualSound, folder: Path, cache: Path, *arguments: str) -> Iterator[Coach]:
    env = card.env | {"VOICECOACH_DATA_DIR": str(folder / "data"), "XDG_CACHE_HOME": str(cache)}
    coach = Coach(["doctor", *arguments], env)
    try:
        yield coach
    finally:
        coach.close()


def recorded(clip: Path) -> Pcm:
    samples, rate_hz = soundfile.read(clip, dtype="float32")
    resampled: Pcm = soxr.resample(samples, rate_hz, RATE_HZ)
    return resampled


@pytest.mark.sound
def test_an_open_laptop_and_somebody_who_says_stop(tmp_path: Path, cache: Path) -> None:
    """Everything real: the process, its streams, a room between loudspeaker and microphone, recorded people."""
    if reason := missing_parts():
        pytest.skip(reason)
    voice = Voice(cache / "voicecoach" / "speech")
    line = voice.render(sayings()["doctor_talking"], RATE_WPM)
    voice.close()
    page = tmp_path / "measures.json"
    with (
        virtual_sound_card() as card,
        card.record_speaker() as heard,
        virtual_room(card, Acoustics(), tmp_path, line) as room,
        doctor(card, tmp_path, cache, "--json", str(page)) as coach,
    ):
        for number, key in enumerate(("doctor_say_stop", "doctor_once_more")):
            coach.line(spoken(key), PATIENCE_S)
            heard.wait_for(lambda last: bool(last.any()), 0.05, PATIENCE_S)
            heard.wait_for(lambda last: len(last) >= RATE_HZ and not last.any(), 1.0, PATIENCE_S)
            room.say(recorded(STOPS[number]), "stop")
        for number, key in enumerate(("doctor_beside", "doctor_beside_again")):
            coach.line(spoken(key), PATIENCE_S)
            coach.line(spoken("doctor_interrupt_me"), PATIENCE_S)
            heard.wait_for(lambda last: bool(last.any()), 0.05, PATIENCE_S)
            room.say(recorded(STOPS[number]), "stop")
        status = coach.wait(PATIENCE_S)
    measures: dict[str, Any] = json.loads(page.read_text(encoding="utf-8"))
    told = f"{coach.transcript}\n{json.dumps(measures, indent=1)}"
    assert not measures["measures"]["losses"], f"this machine is too busy to be a room in real time\n{told}"
    assert measures["hands_free"], told
    assert status == 0, told
    attempts = measures["measures"]["attempts"]
    assert [one["heard"] for one in attempts if not one["beside"]] == [True, True], told
    assert any(one["heard"] for one in attempts if one["beside"]), told
    assert measures["measures"]["voice_dbfs"] == pytest.approx(-32, abs=4), told
    assert 0.03 < measures["measures"]["echo"]["delay_s"] < 0.5, told
    assert measures["measures"]["echo_over_voice_db"] == pytest.approx(0, abs=5), told
    assert "Verdict: " in coach.transcript


@pytest.mark.sound
def test_a_muted_microphone_is_told_aloud_and_in_print(
    virtual_sound: VirtualSound, tmp_path: Path, cache: Path
) -> None:
    virtual_sound.mute_microphone(True)
    try:
        with doctor(virtual_sound, tmp_path, cache) as coach:
            coach.line(spoken("doctor_muted"), PATIENCE_S)
            coach.line("Verdict: not measurable", PATIENCE_S)
            assert coach.wait(PATIENCE_S) == 1
    finally:
        virtual_sound.mute_microphone(False)


@pytest.mark.sound
def test_ctrl_c_ends_it_calmly(virtual_sound: VirtualSound, tmp_path: Path, cache: Path) -> None:
    with doctor(virtual_sound, tmp_path, cache) as coach:
        coach.line(spoken("doctor_hello"), PATIENCE_S)
        coach.interrupt()
        assert coach.wait(PATIENCE_S) == 130
        assert coach.transcript.count("Ended. Nothing is kept.") == 1, coach.transcript
        assert not (tmp_path / "data").exists(), "nothing is kept"


@pytest.mark.sound
def test_a_device_that_is_lost_ends_it_with_one_sentence(tmp_path: Path, cache: Path) -> None:
    if reason := missing_parts():
        pytest.skip(reason)
    with virtual_sound_card() as card, doctor(card, tmp_path, cache) as coach:
        coach.line(spoken("doctor_quiet"), PATIENCE_S)
        card.stop()
        assert coach.wait(PATIENCE_S) == 1
        last = coach.lines[-1].text
    assert last.startswith("voicecoach: The sound device has"), coach.transcript
    assert "check the device" in last


def call(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "voicecoach", "doctor", *arguments],
        cwd=REPOSITORY,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
    )


def is_one_sentence(ended: subprocess.CompletedProcess[str], words: str) -> None:
    assert ended.returncode == 1
    assert ended.stderr.startswith("voicecoach: ")
    assert ended.stderr.count("\n") == 1
    assert words in ended.stderr
    assert ended.stdout == ""


def test_without_a_sound_device_one_sentence_says_what_to_do() -> None:
    if list_devices():
        pytest.skip("this machine has sound devices")
    is_one_sentence(call(), "There is no sound device")


def test_a_missing_model_is_one_sentence(tmp_path: Path) -> None:
    is_one_sentence(call("--model", str(tmp_path / "none")), "no speech model")


def test_both_a_microphone_and_a_loudspeaker_are_needed() -> None:
    is_one_sentence(call("--microphone", "none"), "with both")


def test_a_place_for_the_measures_is_checked_before_anybody_lies_down(tmp_path: Path) -> None:
    is_one_sentence(call("--json", str(tmp_path / "nowhere" / "measures.json")), "measures.json can't be written")
