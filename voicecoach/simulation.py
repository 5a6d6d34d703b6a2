"""The simulation driver, for machines without a sound device: a synthetic patient speaks, the real recogniser hears.

Sound and hearing run in lockstep in virtual time, so that a whole session takes about as long as recognising its
audio. What would be heard, coach and patient, is written to a WAV file.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
import soundfile

from voicecoach.conductor import Conductor, Record, Witness
from voicecoach.core.messages import Event, Finish, Listen, Speak, SpeechFinished, Started
from voicecoach.core.session import Session
from voicecoach.errors import CoachError
from voicecoach.hearing.ears import Ears
from voicecoach.hearing.recogniser import UNHURRIED_S, unhurried
from voicecoach.patient import Patient, Script, Utterance
from voicecoach.room import Room
from voicecoach.speaking.timeline import Pcm, Timeline
from voicecoach.speaking.voice import Voice

RATE_HZ = 48_000
BLOCK_S = 0.04
MAX_SESSION_S = 2 * 3600.0
PATIENT_RATE_WPM = 140
PATIENT_GAIN = 0.5


class RecordingError(CoachError):
    """The WAV file cannot be written."""


def check_place(path: Path) -> None:
    """Before a long work: can a file be made there? Raises RecordingError."""
    if not path.parent.is_dir():
        raise RecordingError(f"Cannot write the sound file {path}: there is no folder {path.parent}; make it first.")
    if path.is_dir():
        raise RecordingError(f"Cannot write the sound file {path}: it is a folder; add a file's name.")


class Recording:
    """What would be heard, written to a WAV file as it happens; without a path it is dropped."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        if path is not None:
            check_place(path)
        try:
            self._file = (
                soundfile.SoundFile(path, "w", RATE_HZ, 1, "PCM_16", format="WAV") if path is not None else None
            )
        except (OSError, soundfile.SoundFileError) as error:
            raise RecordingError(f"Cannot write the sound file {path}: choose another place ({error}).") from None

    def write(self, samples: Pcm) -> None:
        if self._file is not None:
            try:
                self._file.write(np.clip(samples, -1.0, 1.0))
            except (OSError, soundfile.SoundFileError) as error:
                raise RecordingError(f"Cannot go on writing the sound file {self._path} ({error}).") from None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._file is not None:
            self._file.close()


class Mouthpiece:
    """The patient's voice: utterances begin at their time and never overlap."""

    def __init__(self, voice: Voice) -> None:
        self._voice = voice
        self._waiting: list[Utterance] = []
        self._sounding: list[tuple[int, Pcm]] = []  # onset sample, samples

    def say(self, utterance: Utterance | None) -> None:
        if utterance is not None:
            self._waiting.append(utterance)

    def render(self, position: int, frames: int) -> Pcm:
        """Samples at RATE_HZ from `position` on."""
        self._begin(position, frames)
        out = np.zeros(frames, np.float32)
        for onset, samples in self._sounding:
            first, last = max(onset, position), min(onset + len(samples), position + frames)
            if first < last:
                out[first - position : last - position] += samples[first - onset : last - onset]
        self._sounding = [(onset, samples) for onset, samples in self._sounding if onset + len(samples) > position]
        return out

    def _begin(self, position: int, frames: int) -> None:
        for utterance in sorted(self._waiting, key=lambda one: one.at_s):
            onset = max(round(utterance.at_s * RATE_HZ), position)
            busy_until = max((start + len(samples) for start, samples in self._sounding), default=0)
            if max(onset, busy_until) >= position + frames:
                continue
            self._waiting.remove(utterance)
            samples = self._voice.render(utterance.words, PATIENT_RATE_WPM) * np.float32(PATIENT_GAIN)
            self._sounding.append((max(onset, busy_until), samples))


class Simulation:
    """Runs a session with everything real but the devices: voice, timeline, recogniser, journal."""

    def __init__(
        self,
        session: Session,
        voice: Voice,
        patient_voice: Voice,
        model: Path,
        patient: Patient,
        recording: Recording,
        room: Room | None = None,
    ) -> None:
        self._session = session
        self._voice = voice
        self._script = Script(patient)
        self._mouthpiece = Mouthpiece(patient_voice)
        self._recording = recording
        self._room = room or Room(RATE_HZ)
        self._timeline = Timeline(RATE_HZ)
        self._heard: list[Event] = []
        self._ears = Ears(model, self._heard.append, lambda: self._now_s, recogniser=unhurried)
        self._fed = 0

    @property
    def _now_s(self) -> float:
        return self._timeline.position / RATE_HZ

    def run(self, record: Record, witnesses: Sequence[Witness]) -> Finish:
        """Play until the session is over. Raises ModelError, RecordingError, SpeechFailed, JournalError."""
        self._conductor = Conductor(self._session, self, record, witnesses)
        self._ears.open()
        try:
            self._deliver(Started(0.0))
            while self._conductor.finish is None and self._now_s < MAX_SESSION_S:
                self._block()
            return self._conductor.finish or Finish("left")
        finally:
            self._ears.close()

    def _block(self) -> None:
        """Let one block of time pass: what sounds, what is heard, what is due."""
        frames = round(BLOCK_S * RATE_HZ)
        position = self._timeline.position
        coach = self._timeline.render(frames)
        patient = self._mouthpiece.render(position, frames)
        self._recording.write(coach + patient)
        self._hear(patient, coach)
        for speech_id, end_sample in self._timeline.finished():
            self._deliver(SpeechFinished(end_sample / RATE_HZ, speech_id))
        heard, self._heard[:] = list(self._heard), []
        for event in heard:
            self._deliver(event)
        while (timer := self._conductor.due_timer(self._now_s)) is not None:
            self._deliver(timer)

    def _hear(self, patient: Pcm, coach: Pcm) -> None:
        heard, played = self._room.hear(patient, coach)
        self._ears.feed(heard, self._fed, played)
        self._fed += len(heard)
        self._ears.sync(UNHURRIED_S)

    def _deliver(self, event: Event) -> None:
        effects = self._conductor.deliver(event)
        for effect in effects:
            self._mouthpiece.say(self._script.follow(effect, self._now_s))
        spoke = any(isinstance(effect, Speak) for effect in effects)
        if isinstance(event, SpeechFinished) and not spoke and self._timeline.idle:
            self._mouthpiece.say(self._script.answer(self._now_s))

    # --- the stage ---

    def hush(self) -> None:
        self._timeline.hush()

    def speak(self, speak: Speak) -> None:
        pcm = self._voice.render(speak.text, speak.rate_wpm)
        if speak.at_s is None:
            self._timeline.queue(speak.id, pcm, speak.pause_s, speak.gain_db)
        else:
            self._timeline.schedule(speak.id, pcm, round(speak.at_s * RATE_HZ), speak.gain_db)

    def listen(self, listen: Listen) -> None:
        self._ears.listen(listen.phrases)
