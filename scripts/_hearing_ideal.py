"""A recogniser that knows what is said: in the model's place it tells the pipeline's losses from the model's."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from _hearing_people import Word
from _hearing_scenes import Placed
from _hearing_sounds import Sound
from _model_sounds import RATE_HZ, Samples

from voicecoach.hearing.grammar import UNKNOWN_SPEECH

# It hears a word while at least half of its energy is in chunks that arrive with a tenth of theirs.
_CHUNK_LEFT, _WORD_LEFT = 0.1, 0.5


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


class AllWords:
    """A Vosk model that knows every word."""

    def vosk_model_find_word(self, _word: str) -> int:
        return 1
