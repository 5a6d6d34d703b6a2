"""An open laptop: the microphone hears the coach itself through the room. It must not answer itself, and must hear a
person over its own voice. Real voices, real canceller, real recogniser; only devices and time are simulated."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from voicecoach.core.messages import Effect, Event, Finish, Heard, Note, Speak, VoiceStarted, VoiceStopped
from voicecoach.core.session import Session
from voicecoach.hearing.frames import SAMPLE_RATE_HZ
from voicecoach.hearing.model import embedded_model
from voicecoach.languages import language, sayings
from voicecoach.patient import parse_patient
from voicecoach.play import PATIENT_VOICE
from voicecoach.programmes import load
from voicecoach.room import Room
from voicecoach.simulation import RATE_HZ, Recording, Simulation
from voicecoach.speaking.voice import Voice

SHORT = Path(__file__).parent / "data" / "sessions" / "short.toml"
DELAY_S = 0.06
WELL = ""
INTERRUPTS = """
says = [
    "at step 1 of press-up, 1 s: stop",
    "at hold 1 of press-up, 3.4 s: stop",
    "at hold 1 of backward-bend, 0.5 s: it's worse in my leg",
]
"""


def open_laptop(echo_gain: float) -> Room:
    """The loudspeaker at the microphone: the direct sound after the devices' latency, then 0.3 s of reverberation."""
    tail = np.random.default_rng(3).normal(0, 1, 4800) * np.exp(-np.arange(4800) / 700)
    response = np.concatenate([np.zeros(round(DELAY_S * SAMPLE_RATE_HZ)), [1.0], 0.08 * tail])
    return Room(RATE_HZ, np.asarray(echo_gain * response / np.sqrt(np.sum(response**2)), np.float32))


@pytest.fixture(scope="module")
def voices(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Voice, Voice]]:
    cache = tmp_path_factory.mktemp("voices")
    coach, patient = Voice(cache), Voice(cache, voice=PATIENT_VOICE)
    yield coach, patient
    coach.close()
    patient.close()


def play(voices: tuple[Voice, Voice], scenario: str, echo_gain: float) -> list[Event | Effect]:
    """Everything that happened in a session."""
    happened: list[Event | Effect] = []

    def witness(event: Event, effects: list[Effect]) -> None:
        happened.extend([event, *effects])

    session = Session(load(str(SHORT)), language(), sayings())
    patient = parse_patient(scenario, "patient")
    with Recording(None) as nothing:
        simulation = Simulation(session, *voices, embedded_model(), patient, nothing, open_laptop(echo_gain))
        simulation.run(lambda _event, _effects: None, [witness])
    return happened


def rules(happened: list[Event | Effect]) -> list[str]:
    return [one.rule for one in happened if isinstance(one, Note)]


@pytest.mark.parametrize("echo_gain", [0.1, 0.3, 0.6])
def test_the_coach_never_answers_itself(voices: tuple[Voice, Voice], echo_gain: float) -> None:
    happened = play(voices, WELL, echo_gain)
    assert isinstance(happened[-1], Finish)
    assert happened[-1].outcome == "completed"
    assert rules(happened) == ["SAME-OR-BETTER"] * 2, "one for each pain check, and none that nobody gave cause for"
    assert not [one for one in happened if isinstance(one, Speak) and one.text == sayings()["false_alarm"]]
    said_s = [one.started_s for one in happened if isinstance(one, Heard) and one.final and one.words]
    voices_s = [one.started_s for one in happened if isinstance(one, VoiceStarted)]
    assert voices_s == pytest.approx(said_s, abs=0.2), "a voice for each answer, and none of its own"
    assert [one.started_s for one in happened if isinstance(one, VoiceStopped)] == voices_s


def test_a_person_is_heard_over_the_coach(voices: tuple[Voice, Voice]) -> None:
    happened = play(voices, INTERRUPTS, 0.3)
    finals = [one.words for one in happened if isinstance(one, Heard) and one.final]
    assert rules(happened).count("STOP-WORD") == 2, finals
    assert happened[-1] == Finish("stopped", "LEG-WORSE"), finals
