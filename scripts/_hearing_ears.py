"""What the hearing bench compares: the coach's hearing, the same with an ideal recogniser, plain Vosk, PocketSphinx.

All of them end in the coach's own interlock, so that only what is heard differs.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from _hearing_scenes import Placed, Reading, Scene
from _hearing_sounds import Sound, Word, as_int16, kaldi_recogniser, vosk_model
from _model_ears import SphinxEar
from _model_sounds import RATE_HZ, Samples

from voicecoach.core.messages import Heard
from voicecoach.explain import baseline_of
from voicecoach.hear import BLOCK, FileListener, Judge, Observation
from voicecoach.hearing.ears import Ears, MakeRecogniser
from voicecoach.hearing.frames import RecogniserEvent
from voicecoach.hearing.grammar import UNKNOWN_SPEECH, plan_grammar
from voicecoach.hearing.listener import Listener
from voicecoach.hearing.recogniser import Recogniser
from voicecoach.languages import language
from voicecoach.room import Room

COACH, IDEAL, GRAMMAR, VOSK, SPHINX = "coach", "ideal", "ideal in its grammar", "plain Vosk", "PocketSphinx"
BASELINE_WORDS = "left calf five"
Lines = Sequence[tuple[str, Sound]]
OnResult = Callable[[RecogniserEvent], None]
# An ideal recogniser hears a word while at least half of its energy is in chunks that arrive with a tenth of theirs.
_CHUNK_LEFT, _WORD_LEFT = 0.1, 0.5


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


def _coach(model: Path, scene: Scene, question: str, lines: Lines) -> list[Observation]:
    """Everything as in a live session; only that the recogniser is not in a process of its own, which would wait for
    its turn fifty times per second. Both give the same results: see the tests."""

    def recogniser(_model: Path, on_result: OnResult, _on_lost: Callable[[str], None]) -> Recogniser:
        vosk_recogniser = partial(kaldi_recogniser, vosk_model(model))
        return LocalRecogniser(Listener(vosk_model(model), vosk_recogniser, on_result))

    with _listener(model, question, recogniser) as listener:
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


def _listener(model: Path, question: str, recogniser: MakeRecogniser) -> FileListener:
    baseline = baseline_of(BASELINE_WORDS)
    return FileListener(
        model, language(), question, baseline, lambda post, now_s: Ears(model, post, now_s, recogniser=recogniser)
    )


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
    def alive(self) -> bool:
        return True


# --- the same with an ideal recogniser ---


def _ideal(model: Path, scene: Scene, question: str, lines: Lines, *, all_words: bool = True) -> list[Observation]:
    """Canceller, endpoint and masking as in a live session, but every word that still sounds is recognised the moment
    it ends; without `all_words`, only those that the grammar has."""

    def recogniser(_model: Path, on_result: OnResult, _on_lost: Callable[[str], None]) -> Recogniser:
        ideal = partial(IdealKaldi, scene.placed, scene.speech, all_words=all_words)
        return LocalRecogniser(Listener(_AllWords(), ideal, on_result))

    with _listener(model, question, recogniser) as listener:
        return play(scene, listener, lines)


@dataclass(slots=True)
class _IdealWord:
    """What the microphone would get of a word if nobody else made a sound, and how much of that arrives."""

    word: Word
    sound: Sound
    kept: float = 0.0
    whole: float = 1e-12

    def hear(self, chunk: Samples, start: int) -> None:
        first, last = max(start, self.word.start), min(start + len(chunk), self.word.end)
        if first < last:
            own = self.sound[first:last] * 32768
            arrived = chunk[first - start : last - start].astype(np.float64)
            energy = float(own @ own)
            self.whole += energy
            if float(arrived @ arrived) > _CHUNK_LEFT * energy:
                self.kept += energy

    @property
    def audible(self) -> bool:
        return self.kept > _WORD_LEFT * self.whole


class IdealKaldi:
    """Behaves like Vosk's KaldiRecognizer, but knows what was said."""

    def __init__(self, placed: Sequence[Placed], sound: Sound, *, all_words: bool) -> None:
        self._all_words = all_words
        self._words = [_IdealWord(word, sound) for one in placed for word in one.words]
        self._position = 0
        self._next = 0  # the first word of the utterance that is running
        self._grammar: set[str] = set()

    def SetWords(self, _wanted: bool) -> None:  # noqa: N802 - Vosk's name
        pass

    def SetGrammar(self, phrases: str) -> None:  # noqa: N802
        self._grammar = {word for phrase in json.loads(phrases) for word in phrase.split()}

    def Reset(self) -> None:  # noqa: N802
        self._forget()

    def AcceptWaveform(self, sound: bytes) -> bool:  # noqa: N802
        chunk = np.frombuffer(sound, "<i2")
        start, self._position = self._position, self._position + len(chunk)
        for word in self._words[self._next :]:
            if word.word.start >= self._position:
                break
            word.hear(chunk, start)
        return False

    def PartialResult(self) -> str:  # noqa: N802
        return json.dumps({"partial": " ".join(self._said(word) for word in self._heard())})

    def FinalResult(self) -> str:  # noqa: N802
        result = [
            {
                "word": self._said(word),
                "conf": 1.0,
                "start": word.word.start / RATE_HZ,
                "end": word.word.end / RATE_HZ,
            }
            for word in self._heard()
        ]
        self._forget()
        return json.dumps({"result": result} if result else {})

    def _heard(self) -> list[_IdealWord]:
        ended = (word for word in self._words[self._next :] if word.word.end <= self._position)
        return [word for word in ended if word.audible]

    def _said(self, word: _IdealWord) -> str:
        known = self._all_words or word.word.word in self._grammar
        return word.word.word if known else UNKNOWN_SPEECH

    def _forget(self) -> None:
        while self._next < len(self._words) and self._words[self._next].word.end <= self._position:
            self._next += 1


class _AllWords:
    def vosk_model_find_word(self, _word: str) -> int:
        return 1


# --- what one gets without all that ---


class VoskStream:
    """Vosk as its examples use it: its own ends of utterances, no canceller, nothing masked."""

    def __init__(self, model: Any, question: str) -> None:
        self.judge = Judge(language(), question, baseline_of(BASELINE_WORDS))
        plan = plan_grammar(self.judge.phrases, lambda word: bool(model.vosk_model_find_word(word) > 0))
        self._recogniser = kaldi_recogniser(model, json.dumps(plan.phrases))
        self._position = 0
        self._partial = ""

    def step(self, heard: Samples, played: Samples) -> list[Observation]:
        del played
        self._position += len(heard)
        ended = self._recogniser.AcceptWaveform(heard.tobytes())
        if ended:
            words, before, self._partial = str(json.loads(self._recogniser.Result()).get("text", "")), self._partial, ""
            return self._see(words, final=True) if words or before else []
        words = str(json.loads(self._recogniser.PartialResult()).get("partial", ""))
        if words in ("", self._partial):
            return []
        self._partial = words
        return self._see(words, final=False)

    def _see(self, words: str, *, final: bool) -> list[Observation]:
        return self.judge.see(Heard(self._position / RATE_HZ, words, final, surely_other=True))


def _plain_vosk(model: Path, scene: Scene, question: str, lines: Lines) -> list[Observation]:
    return play(scene, VoskStream(vosk_model(model), question), lines)


class SphinxStream:
    """PocketSphinx as its examples use it: its own end of utterance, partial results while somebody speaks."""

    def __init__(self, ear: SphinxEar, question: str) -> None:
        import pocketsphinx

        self.judge = Judge(language(), question, baseline_of(BASELINE_WORDS))
        ear.listen([phrase for phrase in self.judge.phrases if phrase != UNKNOWN_SPEECH])
        self._decoder = ear.decoder
        self._endpoint = pocketsphinx.Endpointer(sample_rate=RATE_HZ)
        self._waiting = b""
        self._position = 0
        self._partial = ""

    def step(self, heard: Samples, played: Samples) -> list[Observation]:
        del played
        self._position += len(heard)
        self._waiting += heard.tobytes()
        seen: list[Observation] = []
        size = self._endpoint.frame_bytes
        while len(self._waiting) >= size:
            frame, self._waiting = self._waiting[:size], self._waiting[size:]
            seen += self._frame(frame)
        return seen

    def _frame(self, frame: bytes) -> Iterator[Observation]:
        speaking_before = self._endpoint.in_speech
        speech = self._endpoint.process(frame)
        if speech is None:
            return
        if not speaking_before:
            self._decoder.start_utt()
        self._decoder.process_raw(speech)
        if not self._endpoint.in_speech:
            self._decoder.end_utt()
        best = self._decoder.hyp()
        words = best.hypstr if best else ""
        if not self._endpoint.in_speech:
            before, self._partial = self._partial, ""
            if words or before:
                yield from self._see(words, final=True)
        elif words not in ("", self._partial):
            self._partial = words
            yield from self._see(words, final=False)

    def _see(self, words: str, *, final: bool) -> list[Observation]:
        return self.judge.see(Heard(self._position / RATE_HZ, words, final, surely_other=True))


@cache
def _sphinx_ear() -> SphinxEar:
    return SphinxEar()


def _sphinx(_model: Path, scene: Scene, question: str, lines: Lines) -> list[Observation]:
    return play(scene, SphinxStream(_sphinx_ear(), question), lines)


_EARS: dict[str, Callable[[Path, Scene, str, Lines], list[Observation]]] = {
    COACH: _coach,
    IDEAL: _ideal,
    GRAMMAR: partial(_ideal, all_words=False),
    VOSK: _plain_vosk,
    SPHINX: _sphinx,
}


def hear(ear: str, model: Path, scene: Scene, question: str, lines: Lines) -> list[Observation]:
    """What one of the ears makes of a scene while this question is open; `lines`: what the coach reads meanwhile."""
    return _EARS[ear](model, scene, question, lines)
