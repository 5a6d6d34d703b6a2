"""The sound devices: over a sound card in software, in real time, and the parts of it that need none."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import soundfile

from tests.sound_under_test import CLICK_EVERY_S, CLICKS
from tests.virtual_sound import VirtualSound, missing_parts, virtual_sound_card
from voicecoach.audio import Choice, Device, SilentLoudspeaker, SoundError, choose, devices
from voicecoach.speaking.timeline import Timeline

PATIENCE_S = 60


@contextmanager
def child(name: str, *arguments: str, env: dict[str, str] | None = None) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "tests.sound_under_test", name, *arguments]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(command, env=env, text=True, cwd=Path(__file__).parents[1], **pipes) as process:  # type: ignore[call-overload]
        try:
            yield process
        finally:
            process.kill()


def read_line(process: subprocess.Popen[str]) -> str:
    """The next line of its output; where it has ended instead, the test fails with what it complained of."""
    assert process.stdout and process.stderr
    line = process.stdout.readline()
    return line.strip() or pytest.fail(f"it ended: {process.stderr.read()}")


def result_of(process: subprocess.Popen[str]) -> Any:
    """What the function returned, after whatever else it printed."""
    output, errors = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 0, errors
    assert "Traceback" not in errors
    return json.loads(output.strip().splitlines()[-1])


def run_child(name: str, *arguments: str, env: dict[str, str] | None = None) -> Any:
    with child(name, *arguments, env=env) as process:
        return result_of(process)


def onsets(samples: npt.NDArray[Any], level: float) -> list[int]:
    """First samples above `level` after 50 ms below it."""
    loud = np.flatnonzero(np.abs(samples.astype(np.float64)) > level)
    return [int(n) for n in loud[np.diff(loud, prepend=-(10**9)) > 2400]]


# --- over the virtual sound card ----------------------------------------------------------------------------------


@pytest.mark.sound
@pytest.mark.parametrize("name", ["play_clicks", "play_clicks_without_microphone"])
def test_scheduled_clicks_keep_their_distance_to_the_sample(virtual_sound: VirtualSound, name: str) -> None:
    with virtual_sound.record_speaker() as recording:
        result = run_child(name, env=virtual_sound.env)
    heard = onsets(recording.samples, 0.1)
    assert len(heard) == CLICKS
    off = np.abs(np.diff(heard) - CLICK_EVERY_S * result["rate_hz"])
    assert np.median(off) <= 1, "one distance may be wrong: a busy machine's sound server loses a moment now and then"
    assert result["late"] == {}
    assert not [thread for thread in result["threads"] if "Dummy" in thread], "called back on the audio thread"


@pytest.mark.sound
@pytest.mark.parametrize("name", ["listen_in_duplex", "listen_only", "listen_over_two_streams"])
def test_the_microphone_arrives_whole_and_numbered(virtual_sound: VirtualSound, tmp_path: Path, name: str) -> None:
    clicks = np.zeros(96_000, np.float32)
    clicks[9_600::12_000] = 0.9
    soundfile.write(tmp_path / "clicks.wav", clicks, 48_000)
    with child(name, str(tmp_path / "heard.npy"), env=virtual_sound.env) as process:
        assert read_line(process) == "listening"
        virtual_sound.play_to_microphone(tmp_path / "clicks.wav")
        result = result_of(process)  # the end of its stdin is its sign to stop
    assert result["gaps"] == []
    assert result["dropped"] == 0
    assert result["kinds"] == ["int16"]
    assert -0.1 < result["behind_s"] < 2
    heard = np.load(tmp_path / "heard.npy")
    peaks = [first + int(np.argmax(heard[first : first + 50])) for first in onsets(heard, 2000)]
    assert len(peaks) == 8
    assert np.median(np.abs(np.diff(peaks) - 4_000)) <= 2, "one may be wrong, as above"


@pytest.mark.sound
def test_hush_silences_and_what_follows_is_heard(virtual_sound: VirtualSound) -> None:
    with virtual_sound.record_speaker() as recording:
        result = run_child("hush", env=virtual_sound.env)
    assert result["finished"] == [0, 3, 4]
    assert result["idle"]
    loud = np.abs(recording.samples) > 0.01
    spans = np.split(np.flatnonzero(loud), np.flatnonzero(np.diff(np.flatnonzero(loud)) > 4800) + 1)
    assert len(spans) == 2, "the tone until the hush, and the one after it"
    assert recording.time_of(int(spans[0][-1])) - result["hushed_at_s"] < 1
    assert len(spans[1]) > 0.2 * 48_000


@pytest.mark.sound
def test_a_muted_microphone_is_noticed_and_its_return_too(virtual_sound: VirtualSound) -> None:
    with child("mute", env=virtual_sound.env) as process:
        assert read_line(process) == "listening"
        virtual_sound.mute_microphone(True)
        try:
            assert read_line(process) == "muted"
        finally:
            virtual_sound.mute_microphone(False)
        assert result_of(process) == {"troubles": ["all-zero"], "recoveries": 1}


@pytest.mark.sound
def test_a_failure_on_the_audio_thread_is_told_and_reopening_goes_on(virtual_sound: VirtualSound) -> None:
    result = run_child("fail_in_callback", env=virtual_sound.env)
    assert result == {"troubles": ["callback"], "monotonic": True, "heard": True, "recoveries": 0}


@pytest.mark.sound
def test_a_listener_that_falls_behind_is_told(virtual_sound: VirtualSound) -> None:
    result = run_child("fall_behind", env=virtual_sound.env)
    assert result == {"told": True, "recovered": True, "troubles": ["behind"]}


@pytest.mark.sound
def test_without_its_microphone_the_sound_goes_on(virtual_sound: VirtualSound) -> None:
    assert run_child("lose_the_microphone", env=virtual_sound.env) == {"heard_since": 0, "troubles": []}


@pytest.mark.sound
def test_a_lost_device_is_told_and_reopening_keeps_the_clock() -> None:
    if reason := missing_parts():
        pytest.skip(reason)
    with virtual_sound_card() as card, child("lose_the_device", env=card.env) as process:
        assert read_line(process) == "playing"
        card.stop()
        assert read_line(process) == "lost"
        card.start()
        result = result_of(process)
    assert set(result["troubles"]) <= {"device", "stalled"}
    assert result["monotonic"]
    assert result["sentence"], "nothing to reopen while the server is away"


@pytest.mark.sound
def test_unknown_names_are_answered_with_the_known_ones(virtual_sound: VirtualSound) -> None:
    assert {"coach_speaker", "coach_microphone"} <= set(run_child("names", env=virtual_sound.env))
    sentence = run_child("choose_unknown", env=virtual_sound.env)
    assert sentence.startswith("There is no microphone “trumpet”: choose one of ")
    assert "coach_microphone" in sentence


# --- without any device -------------------------------------------------------------------------------------------


def test_no_devices_give_one_clear_sentence() -> None:
    if run_child("names"):
        pytest.skip("this machine has sound devices")
    assert run_child("open_default").startswith("There is no sound device at all: connect a loudspeaker")


@pytest.mark.skipif(sys.platform != "linux", reason="the packages for other systems carry PortAudio")
def test_a_missing_portaudio_gives_one_clear_sentence() -> None:
    assert run_child("open_without_portaudio").startswith("The sound library PortAudio is missing or broken: install")


SPEAKER = Device(0, "HDMI 0", "ALSA", 0, 2, 48_000, default_microphone=False, default_loudspeaker=False)
HEADSET = Device(1, "USB Headset", "ALSA", 1, 2, 44_100, default_microphone=False, default_loudspeaker=True)
WEBCAM = Device(2, "Webcam", "ALSA", 2, 0, 32_000, default_microphone=True, default_loudspeaker=False)


@pytest.mark.parametrize(
    ("microphone", "loudspeaker", "expected"),
    [
        (None, None, Choice(WEBCAM, HEADSET)),
        ("headset", "hdmi 0", Choice(HEADSET, SPEAKER)),
        (1, "0", Choice(HEADSET, SPEAKER)),
        ("none", None, Choice(None, HEADSET)),
        (None, "None", Choice(WEBCAM, None)),
    ],
)
def test_choosing(
    microphone: str | int | None, loudspeaker: str | int | None, expected: Choice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(devices, "list_devices", lambda: [SPEAKER, HEADSET, WEBCAM])
    assert choose(microphone, loudspeaker) == expected


@pytest.mark.parametrize(
    ("known", "microphone", "loudspeaker", "sentence"),
    [
        ([SPEAKER], None, None, "There is no microphone: connect one, or do without it and type your answers instead."),
        ([WEBCAM], None, None, "There is no loudspeaker: connect one, or do without it and read the screen instead."),
        ([], None, None, "There is no sound device at all: "),
        (
            [SPEAKER, HEADSET],
            None,
            "phones",
            "There is no loudspeaker “phones”: choose one of 0 HDMI 0, 1 USB Headset.",
        ),
        ([SPEAKER, WEBCAM], None, 2, "There is no loudspeaker “2”: choose one of 0 HDMI 0."),
        ([SPEAKER], "none", "none", "Neither a loudspeaker nor a microphone is wanted: "),
    ],
)
def test_what_cannot_be_chosen(
    known: list[Device],
    microphone: str | int | None,
    loudspeaker: str | int | None,
    sentence: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(devices, "list_devices", lambda: list(known))
    with pytest.raises(SoundError) as error:
        choose(microphone, loudspeaker)
    assert str(error.value).startswith(sentence)


def test_the_silent_loudspeaker_lets_time_pass_and_finishes_speech() -> None:
    done = threading.Event()
    told: list[tuple[int, float]] = []

    def finished(speech_id: int, at_s: float) -> None:
        told.append((speech_id, at_s))
        if speech_id == 2:
            done.set()

    with SilentLoudspeaker(finished) as speaker:
        speaker.schedule(2, np.ones(480, np.float32), at_s=0.1)
        speaker.schedule(1, np.ones(480, np.float32), at_s=0.05)
        assert done.wait(PATIENCE_S)
    assert [speech_id for speech_id, _ in told] == [1, 2]
    assert [at_s for _, at_s in told] == pytest.approx([0.06, 0.11])
    stopped_at_s = speaker.now_s
    assert stopped_at_s >= 0.11
    speaker.close()
    assert speaker.now_s == stopped_at_s


def test_the_silent_loudspeaker_takes_over_a_clock() -> None:
    timeline = Timeline(44_100)
    timeline.render(441_000)
    done = threading.Event()
    with SilentLoudspeaker(lambda _speech_id, _at_s: done.set(), timeline) as speaker:
        assert speaker.now_s >= 10
        speaker.queue(1, None)
        speaker.fill(1, np.ones(441, np.float32))
        assert done.wait(PATIENCE_S)
        assert speaker.idle
    assert speaker.now_s < 60
