"""What a session needs before it can be played: the patient's script, and the coach's voice with its lines ready."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from voicecoach.core.before import Before
from voicecoach.core.doses import usual_plan
from voicecoach.core.programme import Programme
from voicecoach.languages import language, sayings
from voicecoach.lines import lines_ahead
from voicecoach.patient import Patient, check_exercises, load_patient
from voicecoach.screen import Screen
from voicecoach.speaking.voice import Voice

EXAMPLE_CLINICIAN = "somebody made up"


def example_of(programme: Programme) -> Before:
    """For sessions in which nobody exercises: as at a first start, with an example of a plan where one is needed."""
    if not programme.needs_clinician:
        return Before()
    return Before(plan=usual_plan(programme, EXAMPLE_CLINICIAN, ""), example=True)


def patient_for(file: Path | None, programme: Programme) -> Patient:
    if file is None:
        return Patient()
    patient = load_patient(file)
    check_exercises(patient, tuple(exercise.id for exercise in programme.exercises))
    return patient


@contextmanager
def open_voice(name: str = "") -> Iterator[Voice]:
    voice = Voice(voice=name)
    try:
        yield voice
    finally:
        voice.close()


@contextmanager
def ready_voice(screen: Screen, programme: Programme, before: Before) -> Iterator[Voice]:
    """The coach's voice with all its lines ready."""
    with open_voice(before.settings.voice) as voice:
        prepare(voice, lines_ahead(programme, language(), sayings(), before), screen)
        yield voice


def prepare(voice: Voice, lines: Sequence[tuple[str, int]], screen: Screen) -> None:
    with screen.progress("Preparing the voice") as show:
        voice.render_all(lines, show)
