"""What one gets without our pipeline: Vosk and PocketSphinx as their examples use them, before the interlock."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from _hearing_people import kaldi_recogniser
from _model_ears import SphinxEar
from _model_sounds import RATE_HZ, Samples

from voicecoach.core.messages import Heard
from voicecoach.hear import Judge, Observation
from voicecoach.hearing.grammar import UNKNOWN_SPEECH, plan_grammar


class VoskStream:
    """Vosk as its examples use it: its own ends of utterances, no canceller, nothing masked."""

    def __init__(self, model: Any, judge: Judge) -> None:
        self.judge = judge
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


class SphinxStream:
    """PocketSphinx as its examples use it: its own end of utterance, partial results while somebody speaks."""

    def __init__(self, ear: SphinxEar, judge: Judge) -> None:
        import pocketsphinx

        self.judge = judge
        ear.listen([phrase for phrase in self.judge.phrases if UNKNOWN_SPEECH not in phrase])
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
