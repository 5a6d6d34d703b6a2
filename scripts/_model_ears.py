"""The recognisers that the model bench compares: libvosk with a model directory, and PocketSphinx."""

from __future__ import annotations

import contextlib
import importlib.util
import json
import re
import shutil
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from _model_sounds import RATE_HZ, Samples

from voicecoach.hearing.grammar import UNKNOWN_SPEECH, plan_grammar

_CHUNK = re.compile(r"--frames-per-chunk=\d+")
_LONG_CHUNK = 21  # 10 ms frames: the same results in half the time


@dataclass(frozen=True, slots=True)
class Segment:
    """One final result: its words, [unk] among them, and the least confidence."""

    words: tuple[str, ...]
    confidence: float

    @property
    def known(self) -> tuple[str, ...]:
        return tuple(word for word in self.words if word != UNKNOWN_SPEECH)


class Ear(Protocol):
    """Hears clips in one grammar after the other; of many, every `every`-th (the slow one would take hours)."""

    name: str
    every: int

    def listen(self, phrases: Sequence[str]) -> None: ...

    def hear(self, samples: Samples) -> list[Segment]: ...


class VoskEar:
    """A model directory, copied so that long chunks make it faster; `real_time_factor()` is that of the original."""

    def __init__(self, name: str, model: Path) -> None:
        import vosk

        vosk.SetLogLevel(-1)
        self.name, self.every, self._path, self._vosk = name, 1, model, vosk
        with tempfile.TemporaryDirectory() as folder:
            copy = Path(folder) / "model"
            shutil.copytree(model, copy)
            conf = copy / "conf" / "model.conf"
            conf.write_text(_CHUNK.sub(f"--frames-per-chunk={_LONG_CHUNK}", conf.read_text()))
            self._model = vosk.Model(str(copy))
        self._grammar = ""

    def listen(self, phrases: Sequence[str]) -> None:
        plan = plan_grammar(phrases, lambda word: self._model.vosk_model_find_word(word) >= 0)
        self._grammar = json.dumps(plan.phrases)

    def hear(self, samples: Samples) -> list[Segment]:
        return self._hear(self._model, samples, RATE_HZ // 5)

    def real_time_factor(self, samples: Samples) -> float:
        """Processor seconds per second, in blocks of 20 ms, as in a live session."""
        model = self._vosk.Model(str(self._path))
        start = time.process_time()
        self._hear(model, samples, RATE_HZ // 50)
        return (time.process_time() - start) / (len(samples) / RATE_HZ)

    def _hear(self, model: Any, samples: Samples, block: int) -> list[Segment]:
        recogniser = self._vosk.KaldiRecognizer(model, RATE_HZ, self._grammar)
        recogniser.SetWords(True)
        blocks = (samples[start : start + block].tobytes() for start in range(0, len(samples), block))
        results = [recogniser.Result() for sound in blocks if recogniser.AcceptWaveform(sound)]
        results.append(recogniser.FinalResult())
        return [segment for result in results if (segment := _segment(json.loads(result))).words]


class SphinxEar:
    """PocketSphinx with its own English model; it has no word for other speech."""

    name, every = "PocketSphinx", 8

    def __init__(self) -> None:
        import pocketsphinx

        self.decoder = pocketsphinx.Decoder(lm=None, loglevel="FATAL", samprate=RATE_HZ)

    @staticmethod
    def installed() -> bool:
        return importlib.util.find_spec("pocketsphinx") is not None

    def listen(self, phrases: Sequence[str]) -> None:
        with contextlib.suppress(RuntimeError):  # none was running
            self.decoder.end_utt()  # one that was cut off forbids another grammar
        known = [p for p in phrases if all(self.decoder.lookup_word(word) for word in p.split())]
        self.decoder.add_jsgf_string("bench", f"#JSGF V1.0; grammar bench; public <phrase> = {' | '.join(known)} ;")
        self.decoder.activate_search("bench")

    def hear(self, samples: Samples) -> list[Segment]:
        self.decoder.start_utt()
        self.decoder.process_raw(samples.tobytes(), full_utt=True)
        self.decoder.end_utt()
        best = self.decoder.hyp()
        return [Segment(tuple(best.hypstr.split()), 1.0)] if best and best.hypstr else []


def _segment(result: dict[str, Any]) -> Segment:
    words = result.get("result", [])
    return Segment(tuple(word["word"] for word in words), min((word["conf"] for word in words), default=0.0))
