"""Scenes of the hearing bench: who says what, when, in which room and noise, and what the coach says meanwhile."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from _hearing_people import Utterance, Word
from _hearing_sounds import (
    ROOM_DBFS,
    SPEECH_DBFS,
    Sound,
    as_float,
    at_level,
    babble,
    beside,
    decibels,
    face_down,
    faded,
    loudspeaker_response,
    mouth_response,
    noise_stream,
    pink,
    through,
)
from _model_sounds import RATE_HZ, Samples, speech_level

from voicecoach.core.masking import SpokenMemory

LEAD_S, COACH_LEAD_S = 1.5, 6.0  # before the first utterance; a canceller has to have heard the coach for a while
PAUSES_S = (1.75, 2.05)  # after an utterance: long enough for its last result
STRANGERS_PAUSE_S = 0.3
LINE_PAUSE_S = 0.35
PLAYED_DBFS = -20.0
HUSHED_S, GOES_ON_S = 1.5, 0.6  # how long the coach is silent after a hush, and after a final result


@dataclass(frozen=True, slots=True)
class Condition:
    """`distance_m` None: near the microphone. `snr_db`: of `noise` ("noise" or "babble"), against the speech as it
    arrives. `coach_db`: how loud the coach's own voice arrives, against that of the patient; None: it is silent."""

    name: str
    distance_m: float | None = None
    face_down: bool = False
    noise: str = ""
    snr_db: float = 0.0
    coach_db: float | None = None


QUIET_ROOM = "room, 2 m"
GOAL = "room, 2 m, noise 10 dB"
FACE_DOWN = "room, 2 m, face down"
COACH_SPEAKS = {db: f"room, 2 m, coach speaking, {db:+d} dB".replace("+0", "0") for db in (-10, 0, 10)}
COACH_GOAL = COACH_SPEAKS[0]
CONDITIONS = (
    Condition("clean"),
    *(Condition(f"{noise} {snr} dB", noise=noise, snr_db=snr) for noise in ("noise", "babble") for snr in (20, 10, 5)),
    *(Condition(f"room, {metres:g} m", metres) for metres in (0.5, 1.0, 2.0, 3.0)),
    Condition(FACE_DOWN, 2.0, face_down=True),
    Condition(GOAL, 2.0, noise="noise", snr_db=10),
    *(Condition(name, 2.0, coach_db=db) for db, name in COACH_SPEAKS.items()),
)
MAIN = ("clean", "noise 10 dB", "babble 10 dB", QUIET_ROOM, FACE_DOWN, GOAL, *COACH_SPEAKS.values())
PIPELINE = ("clean", QUIET_ROOM, GOAL, *COACH_SPEAKS.values())  # where more than the model makes a difference
FEW = ("clean", "noise 10 dB", QUIET_ROOM, COACH_GOAL)
QUICK = ("clean", QUIET_ROOM, GOAL, COACH_GOAL)


@dataclass(frozen=True, slots=True)
class Placed:
    """An utterance in a scene; samples from the scene's beginning."""

    utterance: Utterance
    begin: int

    @property
    def words(self) -> list[Word]:
        return [Word(word.word, self.begin + word.start, self.begin + word.end) for word in self.utterance.words]

    @property
    def start(self) -> int:
        return self.begin + self.utterance.words[0].start

    @property
    def end(self) -> int:
        return self.begin + self.utterance.words[-1].end


@dataclass(frozen=True, slots=True)
class Scene:
    """`speech`: what arrives of the utterances alone; `sound`: with the room's noise and all else but the coach.
    `echo`: from what is played to what arrives of it, None where the coach is silent."""

    placed: tuple[Placed, ...]
    speech: Sound
    sound: Sound
    echo: Sound | None = None


def stage(utterances: Sequence[Utterance], condition: Condition, audio: Path, seed: int) -> Scene:
    """The utterances one after the other under this condition. The same seed gives the same scene."""
    random = np.random.default_rng([seed, len(utterances)])
    placed, samples = _placed(utterances, COACH_LEAD_S if condition.coach_db is not None else LEAD_S, random)
    speech = np.zeros(samples)
    levels = []
    for one in placed:
        arriving = _arriving(one.utterance.sound, condition)
        levels.append(speech_level(arriving))
        stretch = speech[one.begin : one.begin + len(arriving)]
        stretch += arriving[: len(stretch)]
    usual = float(np.median(levels)) if levels else decibels(ROOM_DBFS)
    sound = speech + pink(samples, random) * decibels(ROOM_DBFS)
    if condition.noise:
        make = noise_stream if condition.noise == "noise" else babble
        sound = sound + beside(make(audio, samples, random), usual, condition.snr_db)
    echo = None if condition.coach_db is None else scaled_echo(usual * decibels(condition.coach_db))
    return Scene(tuple(placed), speech, sound, echo)


def _placed(utterances: Sequence[Utterance], lead_s: float, random: np.random.Generator) -> tuple[list[Placed], int]:
    placed, at = [], round(lead_s * RATE_HZ)
    for utterance in utterances:
        placed.append(Placed(utterance, at))
        at += len(utterance.sound) + round(random.uniform(*PAUSES_S) * RATE_HZ)
    return placed, at


def _arriving(sound: Sound, condition: Condition) -> Sound:
    if condition.face_down:
        sound = face_down(sound)
    return sound if condition.distance_m is None else through(sound, mouth_response(condition.distance_m))


def scaled_echo(level: float) -> Sound:
    """Of a response such that speech played at PLAYED_DBFS arrives with this active level."""
    response = loudspeaker_response()
    probe = pink(RATE_HZ, np.random.default_rng(0)) * decibels(PLAYED_DBFS)
    return response * (level / speech_level(through(probe, response)[RATE_HZ // 4 : RATE_HZ]))


class Reading:
    """The coach reads lines without end. It falls silent when it is hushed, and goes on with the next line.

    `memory` is told what it says, as a session tells it."""

    def __init__(self, lines: Sequence[tuple[str, Sound]], memory: SpokenMemory) -> None:
        self._lines = [(text, sound * (decibels(PLAYED_DBFS) / speech_level(sound))) for text, sound in lines]
        self._memory = memory
        self._number = 0
        self._line: Sound | None = None
        self._at = 0  # of the line that is being read
        self._silent_until = 0

    def render(self, position: int, samples: int) -> Sound:
        """What is played from this sample on."""
        out = np.zeros(samples)
        if self._line is None and position >= self._silent_until:
            text, self._line = self._lines[self._number % len(self._lines)]
            self._number, self._at = self._number + 1, 0
            self._memory.speaking(self._number, text, position / RATE_HZ)
        if self._line is not None:
            piece = self._line[self._at : self._at + samples]
            out[: len(piece)] = piece
            self._at += samples
            if self._at >= len(self._line):
                self._memory.finished(self._number, (position + samples) / RATE_HZ)
                self._fall_silent(position + samples, LINE_PAUSE_S)
        return out

    def hush(self, position: int) -> None:
        self._fall_silent(position, HUSHED_S)

    def decided(self, position: int) -> None:
        self._fall_silent(position, GOES_ON_S)

    def _fall_silent(self, position: int, seconds: float) -> None:
        self._line = None
        self._silent_until = position + round(seconds * RATE_HZ)


# --- where nobody speaks to the coach ---


def strangers(clips: Sequence[Samples], distance_m: float | None, random: np.random.Generator) -> Scene:
    """People who mean somebody else, one after the other."""
    pieces = []
    for clip in clips:
        sound = at_level(faded(as_float(clip)), SPEECH_DBFS)
        pieces.append(sound if distance_m is None else through(sound, mouth_response(distance_m)))
        pieces.append(np.zeros(round(STRANGERS_PAUSE_S * RATE_HZ)))
    speech = np.concatenate(pieces)
    return Scene((), speech, speech + pink(len(speech), random) * decibels(ROOM_DBFS))


def noise_alone(audio: Path, seconds: float, level_dbfs: float, random: np.random.Generator) -> Scene:
    samples = round(seconds * RATE_HZ)
    sound = noise_stream(audio, samples, random) * decibels(level_dbfs)
    return Scene((), np.zeros(samples), sound + pink(samples, random) * decibels(ROOM_DBFS))


def coach_alone(seconds: float, level_dbfs: float, random: np.random.Generator) -> Scene:
    """Nobody is there but the coach, which reads; `level_dbfs`: of its own voice at the microphone."""
    samples = round(seconds * RATE_HZ)
    quiet = pink(samples, random) * decibels(ROOM_DBFS)
    return Scene((), np.zeros(samples), quiet, scaled_echo(decibels(level_dbfs)))
