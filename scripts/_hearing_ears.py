"""What the hearing bench compares: the coach's hearing, the same with an ideal recogniser, plain Vosk, PocketSphinx.

All of them end in the coach's own interlock, so that only what is heard differs.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Protocol

import numpy as np
from _hearing_ideal import AllWords, IdealKaldi
from _hearing_people import kaldi_recogniser, vosk_model
from _hearing_rivals import SphinxStream, VoskStream
from _hearing_scenes import Reading, Scene
from _hearing_sounds import Sound, as_int16
from _model_ears import SphinxEar
from _model_sounds import RATE_HZ, Samples

from voicecoach.explain import baseline_of
from voicecoach.hear import BLOCK, FileListener, Judge, Observation
from voicecoach.hearing.ears import Ears, HearingEvent, MakeRecogniser
from voicecoach.hearing.echo import EchoCanceller, open_canceller
from voicecoach.hearing.frames import News
from voicecoach.hearing.listener import Listener
from voicecoach.hearing.recogniser import Recogniser
from voicecoach.hearing.voice_activity import open_voice_activity
from voicecoach.languages import language
from voicecoach.room import Room

COACH, IDEAL, GRAMMAR, VOSK, SPHINX = "coach", "ideal", "ideal in its grammar", "plain Vosk", "PocketSphinx"
BASELINE_WORDS = "left calf five"
Lines = Sequence[tuple[str, Sound]]
OnNews = Callable[[News], None]
NewCanceller = Callable[[], EchoCanceller | None]


@dataclass(slots=True)
class Load:
    """Processor seconds for so many seconds of sound: of the recogniser's process, and of what the coach's own does for
    hearing (canceller, and handing over). `peak_bytes`: memory of the recogniser's process."""

    sound_s: float = 0.0
    recogniser_s: float = 0.0
    own_s: float = 0.0
    peak_bytes: int = 0


class Stream(Protocol):
    """Hears blocks of one scene, one after the other."""

    judge: Judge

    def step(self, heard: Samples, played: Samples) -> list[Observation]: ...


def play(scene: Scene, stream: Stream, lines: Lines) -> list[Observation]:
    """The scene through the stream. A hush silences the coach, as in a session."""
    reading = Reading(lines, stream.judge.spoken) if scene.echo is not None else None
    room = Room(RATE_HZ, None if scene.echo is None else scene.echo.astype(np.float32))
    seen: list[Observation] = []
    for at in range(0, len(scene.sound), BLOCK):
        sound = scene.sound[at : at + BLOCK].astype(np.float32)
        if reading is None:
            now = stream.step(as_int16(sound), np.zeros(len(sound), np.int16))
        else:
            heard, played = room.hear(sound, reading.render(at, len(sound)).astype(np.float32))
            now = stream.step(heard, played)
            if any(one.kind == "hush" for one in now):
                reading.hush(at + len(sound))
            if any(one.kind == "final" and one.decides for one in now):
                reading.decided(at + len(sound))
        seen += now
    return seen


# --- the coach's own hearing ---


def coach(
    model: Path, scene: Scene, question: str, lines: Lines, canceller: NewCanceller = open_canceller
) -> list[Observation]:
    """Everything as in a live session; only that the recogniser is not in a process of its own, which would wait for
    its turn fifty times per second. Both give the same results: see the tests."""

    def recogniser(_model: Path, on_news: OnNews, _on_lost: Callable[[str], None]) -> Recogniser:
        vosk_recogniser = partial(kaldi_recogniser, vosk_model(model))
        return LocalRecogniser(Listener(vosk_model(model), vosk_recogniser, on_news, open_voice_activity()))

    with _listener(model, question, recogniser, canceller) as listener:
        return play(scene, listener, lines)


def load_of(model: Path, scene: Scene) -> Load | None:
    """Of the real thing, its process included; None where /proc does not tell."""
    listener = FileListener(model, language(), "performing")
    with listener:
        status = Path(f"/proc/{listener.ears.pid}")
        if not status.exists():
            return None
        loaded_s, before_s = _spent_s(status), time.process_time()
        for at in range(0, len(scene.sound), BLOCK):
            block = as_int16(scene.sound[at : at + BLOCK])
            listener.step(block, np.zeros(len(block), np.int16))
        own_s = time.process_time() - before_s
        peak = next(line for line in (status / "status").read_text().splitlines() if line.startswith("VmHWM"))
        return Load(len(scene.sound) / RATE_HZ, _spent_s(status) - loaded_s, own_s, int(peak.split()[1]) * 1024)


def _spent_s(status: Path) -> float:
    fields = (status / "stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _listener(
    model: Path, question: str, recogniser: MakeRecogniser, canceller: NewCanceller = open_canceller
) -> FileListener:
    def ears(post: Callable[[HearingEvent], None], now_s: Callable[[], float]) -> Ears:
        return Ears(model, post, now_s, recogniser=recogniser, canceller=canceller)

    return FileListener(model, language(), question, baseline_of(BASELINE_WORDS), ears)


class LocalRecogniser(Recogniser):
    """The recogniser process's own Listener, without the process."""

    def __init__(self, listener: Listener) -> None:
        self._listener = listener

    def start(self, timeout_s: float = 30.0) -> None:
        pass

    def close(self) -> None:
        pass

    def feed(self, block: Samples, start_sample: int) -> None:
        self._listener.hear(block, start_sample)

    def listen(self, phrases: Iterable[str]) -> None:
        self._listener.listen(tuple(phrases))

    def sync(self, timeout_s: float = 10.0) -> bool:
        del timeout_s
        return True

    @property
    def lag_s(self) -> float:
        return 0.0

    @property
    def dropped_samples(self) -> int:
        return 0

    @property
    def alive(self) -> bool:
        return True


# --- the same with an ideal recogniser ---


def _ideal(model: Path, scene: Scene, question: str, lines: Lines, *, all_words: bool = True) -> list[Observation]:
    """Canceller, endpoint and masking as in a live session, but every word that still sounds is recognised the moment
    it ends; without `all_words`, only those that the grammar has."""

    def recogniser(_model: Path, on_news: OnNews, _on_lost: Callable[[str], None]) -> Recogniser:
        ideal = partial(IdealKaldi, scene.placed, scene.speech, all_words=all_words)
        return LocalRecogniser(Listener(AllWords(), ideal, on_news, open_voice_activity()))

    with _listener(model, question, recogniser) as listener:
        return play(scene, listener, lines)


# --- what one gets without all that ---


def _plain_vosk(model: Path, scene: Scene, question: str, lines: Lines) -> list[Observation]:
    return play(scene, VoskStream(vosk_model(model), _judge(question)), lines)


def _judge(question: str) -> Judge:
    return Judge(language(), question, baseline_of(BASELINE_WORDS))


@cache
def _sphinx_ear() -> SphinxEar:
    return SphinxEar()


def _sphinx(_model: Path, scene: Scene, question: str, lines: Lines) -> list[Observation]:
    return play(scene, SphinxStream(_sphinx_ear(), _judge(question)), lines)


_EARS: dict[str, Callable[[Path, Scene, str, Lines], list[Observation]]] = {
    COACH: coach,
    IDEAL: _ideal,
    GRAMMAR: partial(_ideal, all_words=False),
    VOSK: _plain_vosk,
    SPHINX: _sphinx,
}


def hear(ear: str, model: Path, scene: Scene, question: str, lines: Lines) -> list[Observation]:
    """What one of the ears makes of a scene while this question is open; `lines`: what the coach reads meanwhile."""
    return _EARS[ear](model, scene, question, lines)
