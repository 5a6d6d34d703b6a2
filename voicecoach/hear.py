"""Recorded audio through the very same hearing as a live session: what is heard, what hushes, what is decided."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from voicecoach.core.body import Baseline, PainReport
from voicecoach.core.intent import Command, Intent
from voicecoach.core.interlock import is_evidence
from voicecoach.core.language import Language
from voicecoach.core.questions import PERFORMING, QUESTIONS
from voicecoach.core.rules import decide, decide_stop
from voicecoach.core.understanding import understand
from voicecoach.core.vocabulary import phrases_for
from voicecoach.errors import CoachError
from voicecoach.explain import baseline_of
from voicecoach.hearing.echo import EchoCanceller
from voicecoach.hearing.frames import SAMPLE_RATE_HZ, RecogniserEvent, Samples
from voicecoach.hearing.hear_file import read_speech
from voicecoach.hearing.model import embedded_model
from voicecoach.hearing.recogniser import Recogniser
from voicecoach.languages import language

BLOCK = SAMPLE_RATE_HZ // 50
QUIET_S = 0.8  # silence after a clip, so that its last words are decided as in a room that goes on
ROOM_LSB = 4.0


@dataclass(frozen=True, slots=True)
class Observation:
    """One thing that happened while a file was heard. `kind`: partial, hush, final. `at_s`: audio time. The last three
    are None where there is none; `verdict` is one of go, ease, ask, rest, stop, emergency."""

    file: str
    at_s: float
    kind: str
    words: str
    command: str | None = None
    verdict: str | None = None
    rule: str | None = None

    def as_dict(self) -> dict[str, object]:
        return asdict(self)

    def as_text(self) -> str:
        meaning = " ".join(str(part) for part in (self.command, self.rule, self.verdict) if part)
        return f"{self.at_s:8.2f} s  {self.kind:<8} {self.words}{f'   [{meaning}]' if meaning else ''}"


class FileListener:
    """A recogniser that hears one recording after the other. Use as a context manager."""

    def __init__(self, model: Path, language: Language, question: str, baseline: Baseline | None = None) -> None:
        self._language = language
        self._question = question
        self._baseline = baseline or Baseline()
        self._events: list[RecogniserEvent] = []
        self._recogniser = Recogniser(model, self._events.append, lambda _reason: None)
        self._position = 0

    def __enter__(self) -> FileListener:
        self._recogniser.start()
        self._recogniser.listen(phrases_for(self._question, self._language))
        return self

    def __exit__(self, *_: object) -> None:
        self._recogniser.close()

    def hear_file(self, path: Path) -> list[Observation]:
        """Raises SoundFileError, CoachError when the recogniser is lost."""
        return list(self.hear(read_speech(path), path.name))

    def hear(self, heard: Samples, name: str, played: Samples | None = None) -> Iterator[Observation]:
        """int16 at 16 kHz; `played` is what the coach said meanwhile, which is cancelled first."""
        noise = np.random.default_rng(0).normal(0, ROOM_LSB, round(QUIET_S * SAMPLE_RATE_HZ)).astype(np.int16)
        if played is not None:
            heard = np.concatenate([frame.samples for frame in EchoCanceller().process(heard, played)])
        speech = np.concatenate([heard, noise])
        begin = self._position
        for at in range(0, len(speech), BLOCK):
            self._recogniser.feed(speech[at : at + BLOCK], begin + at)
            self._sync()
        self._recogniser.flush()
        self._sync()
        self._position = begin + len(speech)
        events, self._events[:] = list(self._events), []
        return self._observed(events, name, begin)

    def _sync(self) -> None:
        if not self._recogniser.sync():
            raise CoachError("The speech recogniser has stopped: start again.")

    def _observed(self, events: Iterable[RecogniserEvent], name: str, begin: int) -> Iterator[Observation]:
        hushed = False
        for event in events:
            at_s = (event.at_sample - begin) / SAMPLE_RATE_HZ
            intent = understand(event.words, self._language, self._question)
            if event.final:
                yield self._final(name, at_s, intent)
                hushed = False
                continue
            yield Observation(name, at_s, "partial", event.words)
            if not hushed and is_evidence(intent):
                hushed = True
                yield Observation(name, at_s, "hush", event.words)

    def _final(self, name: str, at_s: float, intent: Intent) -> Observation:
        command = intent.command.value if intent.command else None
        decision = None
        if intent.report is not None or intent.doubts:
            decision = decide(intent.report or PainReport(words=intent.words), self._baseline, intent.doubts)
        elif intent.command is Command.STOP:
            decision = decide_stop()
        verdict, rule = (decision.verdict.value, decision.rule) if decision else (None, None)
        return Observation(name, at_s, "final", intent.words, command, verdict, rule)


def hear_files(files: Iterable[Path], question: str, baseline: str, model: Path | None) -> Iterator[Observation]:
    """All that is heard in the files, one after the other. Raises CoachError."""
    if question not in (PERFORMING, *QUESTIONS):
        raise CoachError(f"There is no question {question!a}; take one of {', '.join((PERFORMING, *QUESTIONS))}.")
    words = language()
    listener = FileListener(model or embedded_model(), words, question, baseline_of(baseline))
    with listener:
        for file in files:
            yield from listener.hear_file(file)
