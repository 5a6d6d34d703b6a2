"""Faults of the sound, each really caused: whole sessions over a sound card in software. The table: docs/faults.md."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Protocol

import pytest

from tests.end_to_end_session import PATIENCE_S, Scene, session, stall
from tests.fault_session import (
    HOLD,
    PROGRAMME,
    counts_nothing_while_deaf,
    leave,
    live_session,
    prepare,
    reasons,
    tells_why,
    was_heard,
)
from tests.hearing_clips import STOP
from tests.virtual_sound import VirtualSound, missing_parts, virtual_sound_card
from voicecoach.speaking.voice import Voice

pytestmark = pytest.mark.sound

GONE = ("The sound device has gone.", "The sound device has stalled.")
NO_SOUND = "The microphone gives no sound at all: it may be muted or unplugged."
LATE = ("The microphone lags behind.", "The sound device has stalled.")


NewCard = Callable[..., VirtualSound]


class Begin(Protocol):
    def __call__(self, card: VirtualSound) -> Scene: ...


@pytest.fixture
def begin(tmp_path: Path, speech_cache: Path, patient_voice: Voice) -> Iterator[Begin]:
    """A session at its first count."""
    with ExitStack() as stack:
        yield lambda card: stack.enter_context(live_session(card, tmp_path, patient_voice, speech_cache))


@pytest.fixture
def new_card() -> Iterator[NewCard]:
    """To take devices away from; see virtual_sound_card."""
    if reason := missing_parts():
        pytest.skip(reason)
    with ExitStack() as stack:
        yield lambda **how: stack.enter_context(virtual_sound_card(**how))


def pauses(scene: Scene) -> None:
    """It hears again, and counts no more."""
    scene.hears("hearing_back")
    scene.hears("paused")
    scene.wait_sound()
    scene.wait_quiet(1.5)  # it would count every second


def test_a_lost_microphone_is_told_and_taken_again(new_card: NewCard, begin: Begin, speech_cache: Path) -> None:
    card = new_card()
    scene = begin(card)
    card.remove("mic")
    lost = tells_why(scene, *GONE, NO_SOUND)
    scene.wait_sound()
    scene.wait_quiet()
    assert was_heard(scene, lost, speech_cache)
    card.put_back("mic")
    pauses(scene)
    scene.is_stopped_by(STOP)
    entries = leave(scene)
    assert {*GONE, NO_SOUND} & set(reasons(entries))
    counts_nothing_while_deaf(entries)


def test_a_muted_microphone_is_told_and_heard_again_when_it_is_on(virtual_sound: VirtualSound, begin: Begin) -> None:
    scene = begin(virtual_sound)
    virtual_sound.mute_microphone(True)
    try:
        tells_why(scene, NO_SOUND)
    finally:
        virtual_sound.mute_microphone(False)
    pauses(scene)
    scene.is_stopped_by(STOP)
    entries = leave(scene)
    assert NO_SOUND in reasons(entries)
    counts_nothing_while_deaf(entries)


def test_a_microphone_that_is_silent_from_the_beginning_is_told_and_the_keyboard_offered(
    new_card: NewCard, tmp_path: Path, speech_cache: Path, patient_voice: Voice
) -> None:
    card = new_card(room_noise_lsb=0)
    prepare(tmp_path / "data")
    with session(card, tmp_path, PROGRAMME, voice=patient_voice, cache=speech_cache) as scene:
        tells_why(scene, NO_SOUND, timeout_s=PATIENCE_S)
        scene.type_to("keyboard_test", "ready")
        scene.hears("keyboard")
        scene.type_to("paused", "continue")
        scene.hears("typed_ready")
        entries = leave(scene)
    assert NO_SOUND in reasons(entries)


def test_a_lost_loudspeaker_stops_the_count_and_speaks_again_when_it_is_back(new_card: NewCard, begin: Begin) -> None:
    card = new_card(alone=True)  # there is no other loudspeaker that the sound server could take instead
    scene = begin(card)
    card.remove("spk")
    tells_why(scene, *GONE)
    scene.coach.line("I go on without sound, and keep trying")
    card.put_back("spk")
    with card.record_speaker() as heard:
        again = Scene(scene.coach, scene.data, scene.mouth, heard)
        pauses(again)
        again.coach.type_line("continue")
        again.hears("resumed")
        again.coach.line(HOLD)
        again.wait_sound()
    entries = leave(scene)
    assert set(GONE) & set(reasons(entries))
    counts_nothing_while_deaf(entries)


def test_without_any_device_it_waits_in_silence_until_they_are_back(new_card: NewCard, begin: Begin) -> None:
    card = new_card()
    scene = begin(card)
    card.stop()
    tells_why(scene, *GONE)
    scene.coach.line("There is no sound device at all.* I go on without sound, and keep trying")
    card.start()
    with card.record_speaker() as heard:
        again = Scene(scene.coach, scene.data, scene.mouth, heard)
        pauses(again)
        again.is_stopped_by(STOP)
    entries = leave(scene)
    assert set(GONE) & set(reasons(entries))
    counts_nothing_while_deaf(entries)


def test_a_headset_that_is_plugged_in_is_spoken_and_listened_to(new_card: NewCard, begin: Begin) -> None:
    card = new_card()
    card.env = card.env_of_a_desktop
    scene = begin(card)
    card.plug_in_headset()
    with card.record_speaker("headset.monitor") as heard:
        with_headset = Scene(scene.coach, scene.data, scene.mouth.moved_to("headset_mouth"), heard)
        with_headset.wait_sound()
        with_headset.is_stopped_by(STOP)
        with_headset.hears_out("stopped")
    entries = leave(scene)
    counts_nothing_while_deaf(entries)


def test_sound_that_was_missed_is_told(virtual_sound: VirtualSound, begin: Begin) -> None:
    """The computer does something else for a moment: the sound server keeps what the microphone gives meanwhile."""
    scene = begin(virtual_sound)
    stall(scene.coach.process.pid, 0.8)
    tells_why(scene, *LATE)
    pauses(scene)
    scene.is_stopped_by(STOP)
    entries = leave(scene)
    assert set(LATE) & set(reasons(entries))
    counts_nothing_while_deaf(entries)
