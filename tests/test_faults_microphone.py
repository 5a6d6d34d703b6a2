"""Faults of the microphone, each really caused, in whole sessions over a sound card. The table: docs/faults.md."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.end_to_end_session import PATIENCE_S, session, stall
from tests.fault_session import (
    GONE,
    PROGRAMME,
    Begin,
    NewCard,
    counts_nothing_while_deaf,
    leave,
    pauses,
    prepare,
    reasons,
    tells_why,
    was_heard,
)
from tests.hearing_clips import STOP
from tests.virtual_sound import VirtualSound
from voicecoach.speaking.voice import Voice

pytestmark = pytest.mark.sound

NO_SOUND = "The microphone gives no sound at all: it may be muted or unplugged."
LATE = ("The microphone lags behind.", "The sound device has stalled.")


def test_a_lost_microphone_is_told_and_taken_again(new_card: NewCard, begin_on: Begin, speech_cache: Path) -> None:
    card = new_card()
    scene = begin_on(card)
    card.remove("mic")
    lost = tells_why(scene, *GONE, NO_SOUND)
    scene.wait_sound()
    scene.wait_quiet()
    assert was_heard(scene, lost, speech_cache), scene.coach.transcript
    card.put_back("mic")
    pauses(scene)
    scene.is_stopped_by(STOP)
    entries = leave(scene)
    assert {*GONE, NO_SOUND} & set(reasons(entries))
    counts_nothing_while_deaf(entries)


def test_a_muted_microphone_is_told_and_heard_again_when_it_is_on(virtual_sound: VirtualSound, begin_on: Begin) -> None:
    scene = begin_on(virtual_sound)
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


def test_sound_that_was_missed_is_told(virtual_sound: VirtualSound, begin_on: Begin) -> None:
    """The computer does something else for a moment: the sound server keeps what the microphone gives meanwhile."""
    scene = begin_on(virtual_sound)
    stall(scene.coach.process.pid, 0.8)
    tells_why(scene, *LATE)
    pauses(scene)
    scene.is_stopped_by(STOP)
    entries = leave(scene)
    assert set(LATE) & set(reasons(entries))
    counts_nothing_while_deaf(entries)
