"""Loudspeakers that vanish, a headset that is plugged in: really, in whole sessions. The table: docs/faults.md."""

from __future__ import annotations

import pytest

from tests.end_to_end_session import Scene
from tests.fault_session import GONE, HOLD, Begin, NewCard, counts_nothing_while_deaf, leave, pauses, reasons, tells_why
from tests.hearing_clips import STOP

pytestmark = pytest.mark.sound


def test_a_lost_loudspeaker_stops_the_count_and_speaks_again_when_it_is_back(
    new_card: NewCard, begin_on: Begin
) -> None:
    card = new_card(alone=True)  # there is no other loudspeaker that the sound server could take instead
    scene = begin_on(card)
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


def test_without_any_device_it_waits_in_silence_until_they_are_back(new_card: NewCard, begin_on: Begin) -> None:
    card = new_card()
    scene = begin_on(card)
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


def test_a_headset_that_is_plugged_in_is_spoken_and_listened_to(new_card: NewCard, begin_on: Begin) -> None:
    card = new_card()
    card.env = card.env_of_a_desktop
    scene = begin_on(card)
    card.plug_in_headset()
    with card.record_speaker("headset.monitor") as heard:
        with_headset = Scene(scene.coach, scene.data, scene.mouth.moved_to("headset_mouth"), heard)
        with_headset.wait_sound()
        with_headset.is_stopped_by(STOP)
        with_headset.hears_out("stopped")
    entries = leave(scene)
    counts_nothing_while_deaf(entries)
