"""Whole sessions: the command line as a process, real streams over a sound card in software, recorded people."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path
from typing import Protocol

import pytest

from tests.end_to_end_session import FIRST_START, SHORT, Scene, rendered, session
from tests.end_to_end_sound import find
from tests.virtual_sound import RATE_HZ, VirtualSound
from voicecoach.journal import Entry
from voicecoach.speaking.voice import Voice

pytestmark = pytest.mark.sound

VOICES = Path(__file__).parent / "data" / "voices"
MORE_VOICES = Path(__file__).parents[2] / "shared" / "audio" / "speech_commands" / "dev"
STOP, ANOTHER_STOP = VOICES / "stop_105a0eea_0.flac", VOICES / "stop_022cd682_0.flac"
SOMEBODY_ELSES_STOP = MORE_VOICES / "stop_c9b5ff26_2.flac"
EIGHT = VOICES / "eight_8a325749_1.flac"
STEP = "Draw both elbows in against your sides, and place them right under your shoulders, so that you can push."
ALIKE = 0.7  # a whole line that was played is more like itself than this; other speech is below 0.5


class Begin(Protocol):
    def __call__(self, *arguments: str) -> Scene: ...


@pytest.fixture
def begin(virtual_sound: VirtualSound, tmp_path: Path, speech_cache: Path, patient_voice: Voice) -> Iterator[Begin]:
    with ExitStack() as stack:

        def one(*arguments: str) -> Scene:
            opened: AbstractContextManager[Scene] = session(
                virtual_sound, tmp_path, str(SHORT), *arguments, voice=patient_voice, cache=speech_cache
            )
            return stack.enter_context(opened)

        yield one


def start_for_the_first_time(scene: Scene) -> None:
    for question, answer in FIRST_START.items():
        scene.type_to(question, answer)


def hear_each_other(scene: Scene) -> None:
    scene.answer("hearing_test", "ready")
    start_for_the_first_time(scene)
    scene.type_to("baseline", "left calf")


def come_to_the_hold(scene: Scene) -> None:
    hear_each_other(scene)
    scene.type_to("baseline_score", "five")
    scene.type_to("readback", "yes")
    scene.type_to("in_place", "ready")
    scene.type_to("ready", "ready")


def go_on_after_stop(scene: Scene) -> None:
    scene.type_to("what_happened", "nothing")
    scene.type_to("go_on", "yes")


def notes(entries: list[Entry]) -> list[tuple[str, str]]:
    return [(entry.body["rule"], entry.body["verdict"]) for entry in entries if entry.type == "Note"]


def test_a_recorded_stop_silences_reading_and_counting_and_a_good_sign_goes_on(
    begin: Begin, speech_cache: Path
) -> None:
    scene = begin()
    coach = scene.coach
    hear_each_other(scene)
    scene.hears_out("baseline_score")
    scene.mouth.play(EIGHT)
    coach.line("COACH +Left calf, eight")
    coach.type_line("yes")
    scene.type_to("in_place", "ready")

    def stopped_by(clip: Path, unheard: str) -> None:
        """What was due after the stop never sounds; then the session goes on."""
        began = len(scene.heard.samples)
        scene.wait_sound()
        scene.mouth.play(clip)
        coach.line("RULE +STOP-WORD")
        scene.hears("what_happened")
        rest = rendered(speech_cache, unheard)[-RATE_HZ:]
        assert find(rest, scene.heard.samples[began:]).likeness < ALIKE
        coach.type_line("nothing")
        scene.type_to("go_on", "yes")

    coach.line("COACH +Draw both elbows")
    stopped_by(STOP, STEP)
    coach.line("COACH +Draw both elbows")  # the step is read again
    scene.type_to("ready", "ready")
    stops = [STOP, ANOTHER_STOP, *([SOMEBODY_ELSES_STOP] if SOMEBODY_ELSES_STOP.exists() else [])]
    for clip in stops[1:]:
        coach.line("press-up, hold 1")
        stopped_by(clip, "seven")

    scene.answer("check", "it's moving to my back")
    scene.type_to("check_score", "four")
    coach.line("RULE +CENTRALIZING")
    coach.line("Exercise two")
    coach.interrupt()
    coach.line("END +left")
    assert coach.wait() == 0
    record, entries = scene.journal()
    assert (record.kind, record.outcome) == ("live", "left")
    assert [rule for rule, _ in notes(entries)].count("STOP-WORD") == len(stops)
    assert notes(entries)[-1] == ("CENTRALIZING", "go")


def test_a_worse_leg_ends_the_session(begin: Begin) -> None:
    scene = begin()
    coach = scene.coach
    come_to_the_hold(scene)
    coach.line("press-up, hold 1")
    scene.wait_sound()
    scene.mouth.say("it's worse in my leg")
    coach.line("RULE +LEG-WORSE")
    scene.type_to("confirm", "yes")
    coach.line("END +stopped .LEG-WORSE.")
    assert coach.wait() == 0
    record, entries = scene.journal()
    assert (record.outcome, record.rule) == ("stopped", "LEG-WORSE")
    decided = [n for n, entry in enumerate(entries) if entry.type == "Note" and entry.body["rule"] == "LEG-WORSE"]
    spoken = [n for n, entry in enumerate(entries) if entry.type == "Speak" and "worse" in entry.body["text"]]
    assert decided[0] < spoken[-1]


def test_without_an_answer_it_says_why_and_offers_the_keyboard(begin: Begin) -> None:
    scene = begin("--audio-only")
    scene.hears("hearing_test")
    scene.hears("unheard", 60)
    scene.type_to("keyboard_test", "ready")
    scene.hears("keyboard")
    scene.type_to("approved", "q")
    scene.coach.line("END +ended")
    assert scene.coach.wait() == 0
    record, entries = scene.journal()
    assert record.outcome == "ended"
    assert not [entry for entry in entries if entry.type == "Heard" and entry.body["source"] == "voice"]


def test_every_key_and_word_has_its_effect_in_a_typed_session(begin: Begin) -> None:
    scene = begin("--typed")
    coach = scene.coach
    scene.type_to("typed_ready", "")  # Enter alone
    start_for_the_first_time(scene)
    scene.type_to("baseline", "left calf")
    scene.type_to("baseline_score", "five")
    scene.type_to("readback", "no, six")
    coach.line("COACH +Left calf, six")
    coach.type_line("y")
    scene.type_to("in_place", "ready")
    for typed, said_to_it in {
        "-": "slower",
        "+": "faster",
        "<": "quieter",
        ">": "louder",
        "slower": "slower",
        "louder": "louder",
        "h": "how_long_exercises",
        "?": "help",
        "p": "paused",
        "c": "resumed",
        "wait": "paused",
        "continue": "resumed",
    }.items():
        coach.type_line(typed)
        scene.hears(said_to_it)
    coach.line("COACH +Draw both elbows")
    coach.type_line("r")
    coach.line("COACH +Draw both elbows")
    coach.type_line("my neck hurts")
    coach.line("RULE +NECK")
    scene.type_to("eased", "yes")
    coach.line("COACH +Draw both elbows")
    coach.type_line("")  # Enter alone stops
    coach.line("RULE +STOP-WORD")
    go_on_after_stop(scene)
    coach.line("COACH +Draw both elbows")
    coach.type_line("n")
    scene.hears("skipped")
    coach.line("Exercise two")
    coach.type_line("s")
    coach.line("RULE +STOP-WORD")
    scene.type_to("what_happened", "q")
    coach.line("END +ended")
    assert coach.wait() == 0
    record, entries = scene.journal()
    assert (record.kind, record.outcome) == ("typed", "ended")
    assert {entry.body["source"] for entry in entries if entry.type == "Heard"} == {"keyboard"}
