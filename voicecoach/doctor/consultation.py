"""An examination with real devices, from opening them to saying what was found."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from voicecoach.audio import NONE, SoundError
from voicecoach.doctor.apparatus import RealApparatus
from voicecoach.doctor.examination import LINES_AHEAD, RATE_WPM, Examination
from voicecoach.doctor.measures import Measures
from voicecoach.doctor.report import spoken
from voicecoach.doctor.verdict import Verdict, judge
from voicecoach.errors import CoachError
from voicecoach.hearing.model import check_model
from voicecoach.hearing.registry import chosen_model
from voicecoach.languages import sayings
from voicecoach.play import check_vital_words
from voicecoach.preparing import open_voice, prepare
from voicecoach.said_aloud import say_aloud
from voicecoach.screen import Screen


@dataclass(frozen=True, slots=True)
class Wanted:
    """What was asked for on the command line; None is the usual."""

    microphone: str | None = None
    loudspeaker: str | None = None
    headset: bool = False
    model: Path | None = None
    alone: bool = False


def consult(wanted: Wanted) -> tuple[Measures, Verdict]:
    """Raises CoachError where nothing can be measured; it is said aloud where that can be."""
    screen = Screen(plain=False)
    model = chosen_model(tell=screen.tell) if wanted.model is None else wanted.model
    if NONE in (wanted.microphone, wanted.loudspeaker):
        raise SoundError("The room is measured with both a microphone and a loudspeaker: choose one of each.")
    try:
        check_model(model)
        return _examine(wanted, model, screen)
    except CoachError as error:
        say_aloud(str(error), wanted.loudspeaker)
        raise


def _examine(wanted: Wanted, model: Path, screen: Screen) -> tuple[Measures, Verdict]:
    with (
        open_voice() as voice,
        RealApparatus(
            voice, model, microphone=wanted.microphone, loudspeaker=wanted.loudspeaker, headset=wanted.headset
        ) as apparatus,
    ):
        prepare(voice, [(sayings()[key], RATE_WPM) for key in LINES_AHEAD], screen)
        examination = Examination(apparatus, screen.tell, alone=wanted.alone, headset=wanted.headset)
        check_vital_words(model, examination.prepare())
        measures = examination.run()
        verdict = judge(measures)
        for line in spoken(verdict, alone=wanted.alone):
            examination.say(line)
        return measures, verdict
