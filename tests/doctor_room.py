"""A room to be examined, in virtual time: real voices, real canceller, real recogniser; no devices."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import numpy as np
import soundfile
import soxr

from voicecoach.audio import Loudspeaker
from voicecoach.doctor.apparatus import Apparatus
from voicecoach.hearing.ears import Ears
from voicecoach.hearing.frames import SAMPLE_RATE_HZ, Samples
from voicecoach.hearing.model import embedded_model
from voicecoach.hearing.recogniser import Recogniser
from voicecoach.languages import sayings
from voicecoach.room import Room
from voicecoach.speaking.timeline import Pcm, Timeline
from voicecoach.speaking.voice import Voice

VOICES = Path(__file__).parent / "data" / "voices"
STOPS = (VOICES / "stop_105a0eea_0.flac", VOICES / "stop_022cd682_0.flac")
RATE_HZ = 48_000
BLOCK = RATE_HZ // 50
ECHO_DELAY_S = 0.06
AFTER_S = {"doctor_say_stop": 1.5, "doctor_once_more": 1.0}  # so long after it has been said
INTO_THE_TALK_S = (3.0, 5.0)  # ... or while it is being said


@dataclass(frozen=True, slots=True)
class Acoustics:
    """`voice_dbfs`: of a stop at the microphone, None where nobody speaks. `echo_gain`: the loudspeaker at the
    microphone, 0 with a headset. `noise`: what else sounds there, at 16 kHz, over and over; `microphone_gain`: before
    its converter. `muted`: exact zeros. `separate`: two devices, so that nobody knows what is played when."""

    voice_dbfs: float | None = -32.0
    echo_gain: float = 0.3
    echo_delay_s: float = ECHO_DELAY_S
    noise: Samples | None = None
    microphone_gain: float = 1.0
    muted: bool = False
    separate: bool = False
    clips: Sequence[Path] = STOPS


def laptop_response(gain: float, delay_s: float = ECHO_DELAY_S) -> Pcm:
    """The direct sound after the devices' latency, then 0.3 s of reverberation; `gain` is that of its energy."""
    tail = np.random.default_rng(3).normal(0, 1, 4800) * np.exp(-np.arange(4800) / 700)
    response = np.concatenate([np.zeros(round(delay_s * SAMPLE_RATE_HZ)), [1.0], 0.08 * tail])
    return np.asarray(gain * response / np.sqrt(np.sum(response**2)), np.float32)


class _Timeline(Loudspeaker):
    def step(self) -> Pcm:
        block = self._render(BLOCK)
        while not self._finished.empty():
            self._tell_finished(0)
        return block


@dataclass
class _Patient:
    """Says stop when asked to."""

    acoustics: Acoustics
    due: list[tuple[float, Pcm]] = field(default_factory=list)  # moment, samples
    said: int = 0

    def say_stop(self, at_s: float) -> None:
        if self.acoustics.voice_dbfs is None:
            return
        clip = self.acoustics.clips[self.said % len(self.acoustics.clips)]
        samples, rate_hz = soundfile.read(clip, dtype="float32")
        samples = soxr.resample(samples, rate_hz, RATE_HZ)
        loudest = np.sort(samples[: len(samples) // BLOCK * BLOCK].reshape(-1, BLOCK).std(axis=1))[-10:].mean()
        self.due.append((at_s, samples / loudest * np.float32(10 ** (self.acoustics.voice_dbfs / 20))))
        self.said += 1

    def block(self, position: int) -> Pcm:
        out = np.zeros(BLOCK, np.float32)
        for at_s, samples in self.due:
            begin = position - round(at_s * RATE_HZ)
            part = samples[max(0, begin) : max(0, begin + BLOCK)]
            first = max(0, -begin)
            out[first : first + len(part)] += part
        return out


class VirtualApparatus(Apparatus):
    """`floor`: what somebody in the room hears, block by block at RATE_HZ."""

    loudspeaker: _Timeline

    def __init__(self, voice: Voice, acoustics: Acoustics, *, headset: bool = False) -> None:
        super().__init__(voice, embedded_model(), headset=headset)
        patient_one = partial(Recogniser, patience_s=20.0)  # a busy machine is no lost recogniser
        self._ears = Ears(
            embedded_model(), self._from_ears, lambda: self.now_s, headset=headset, recogniser=patient_one
        )
        self.loudspeaker = _Timeline(Timeline(RATE_HZ), self._said)
        self.floor: list[Pcm] = []
        self._acoustics = acoustics
        response = laptop_response(acoustics.echo_gain, acoustics.echo_delay_s) if acoustics.echo_gain else None
        self._room = Room(RATE_HZ, response)
        self._patient = _Patient(acoustics)
        self._texts: dict[int, str] = {}
        self._fed = 0
        self._ears.open()

    def close(self) -> None:
        self._ears.close()

    def speak(self, text: str, rate_wpm: int) -> int:
        speech_id = super().speak(text, rate_wpm)
        self._texts[speech_id] = text
        if text == sayings()["doctor_interrupt_me"]:
            self._patient.say_stop(self.now_s + INTO_THE_TALK_S[self._patient.said % 2])
        return speech_id

    def _said(self, speech_id: int, at_s: float) -> None:
        self._finished(speech_id, at_s)
        for key, after_s in AFTER_S.items():
            if self._texts[speech_id] == sayings()[key]:
                self._patient.say_stop(at_s + after_s)

    def _let_time_pass(self) -> None:
        position = self.loudspeaker.timeline.position
        coach = self.loudspeaker.step()
        patient = self._patient.block(position)
        self.floor.append(coach + patient)
        heard, played = self._room.hear(patient, coach)
        if len(heard):
            self._microphone(
                self._at_converter(heard), self._fed, np.zeros_like(played) if self._acoustics.separate else played
            )
            self._fed += len(heard)
            assert self._ears.sync()

    def _at_converter(self, heard: Samples) -> Samples:
        if self._acoustics.muted:
            return np.zeros_like(heard)
        sound = heard.astype(np.float64)
        if (noise := self._acoustics.noise) is not None:
            sound += noise[(self._fed + np.arange(len(heard))) % len(noise)]
        samples: Samples = np.clip(np.rint(sound * self._acoustics.microphone_gain), -32768, 32767).astype(np.int16)
        return samples
