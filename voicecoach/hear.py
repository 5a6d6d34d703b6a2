"""Recorded audio through the very same hearing as a live session: what is heard, what hushes, what is decided.

`Ears` (canceller, masking, voice activity, recogniser process) and the interlock are those of the live driver; only the
microphone, the loudspeaker and the clock are arrays of samples.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from voicecoach.core.body import Baseline
from voicecoach.core.intent import Intent
from voicecoach.core.interlock import Interlock
from voicecoach.core.language import Language
from voicecoach.core.masking import SpokenMemory
from voicecoach.core.messages import CancelTimer, Heard, HearingLost, Hush, Listen, StartTimer
from voicecoach.core.questions import PERFORMING, QUESTIONS
from voicecoach.core.rules import decide_stop
from voicecoach.core.talk import Answered, Disturbance, Interruption, Talk
from voicecoach.core.understanding import understand
from voicecoach.errors import CoachError
from voicecoach.explain import baseline_of, decision_on
from voicecoach.hearing.ears import Ears, HearingEvent
from voicecoach.hearing.frames import SAMPLE_RATE_HZ, Samples
from voicecoach.hearing.hear_file import SoundFileError, read_speech
from voicecoach.hearing.model import embedded_model
from voicecoach.hearing.recogniser import UNHURRIED_S, unhurried
from voicecoach.languages import language, sayings

BLOCK = SAMPLE_RATE_HZ // 50
QUIET_S = 2.0  # silence after a clip, so that its last words are decided as in a room that goes on
ROOM_LSB = 4.0
_BETWEEN_FILES = 10 * SAMPLE_RATE_HZ  # what was said in one file has nothing to do with the next
MakeEars = Callable[[Callable[[HearingEvent], None], Callable[[], float]], Ears]


@dataclass(frozen=True, slots=True)
class Observation:
    """One thing that happened while a file was heard. `kind`: partial, hush, final. `at_s`: audio time. `command`,
    `verdict` and `rule` are None where there is none; `verdict` is one of go, ease, ask, rest, stop, emergency.

    `intent`: what a final means, None where it was taken for the coach's own echo. `decides`: the session would not go
    on as if nothing had been said."""

    file: str
    at_s: float
    kind: str
    words: str
    command: str | None = None
    verdict: str | None = None
    rule: str | None = None
    intent: Intent | None = None
    decides: bool = False

    def as_dict(self) -> dict[str, object]:
        names = ("file", "at_s", "kind", "words", "command", "verdict", "rule")
        return {name: getattr(self, name) for name in names}

    def as_text(self) -> str:
        meaning = " ".join(str(part) for part in (self.command, self.rule, self.verdict) if part)
        return f"{self.at_s:8.2f} s  {self.kind:<8} {self.words}{f'   [{meaning}]' if meaning else ''}"


class Judge:
    """The session's interlock while one question stays open. Give it what was heard, in the order of `at_s`."""

    def __init__(self, language: Language, question: str, baseline: Baseline | None = None) -> None:
        """Raises CoachError where there is no such question."""
        if question not in (PERFORMING, *QUESTIONS):
            raise CoachError(f"There is no question {question!a}; take one of {', '.join((PERFORMING, *QUESTIONS))}.")
        self._question = "" if question == PERFORMING else question
        self._baseline = baseline or Baseline()
        self._talk = Talk(language, sayings(), baseline=self._baseline)
        self._interlock = Interlock(self._talk)
        self._timers: dict[int, float] = {}
        self._talk.listen(QUESTIONS.get(self._question))
        self.phrases = next(effect.phrases for effect in self._talk.effects if isinstance(effect, Listen))
        self._talk.effects.clear()

    @property
    def spoken(self) -> SpokenMemory:
        """What the coach is saying: its words are masked where they may be echo."""
        return self._talk.spoken

    def see(self, event: Heard, file: str = "", begin_s: float = 0.0) -> list[Observation]:
        """What comes of it; the times are counted from `begin_s` of the session's clock."""
        self._pass_time(event.at_s)
        at_s = event.at_s - begin_s
        masked = not event.surely_other and self.spoken.masks(event.words, event.started_s, event.at_s)
        silent_before = self._interlock.frozen_at_s is not None
        outcome = self._interlock.hear(event)
        seen = [] if event.final else [Observation(file, at_s, "partial", event.words)]
        if self._hushed() and not silent_before:
            seen.append(Observation(file, at_s, "hush", event.words))
        if not event.final:
            return seen
        if masked:
            return [*seen, Observation(file, at_s, "final", event.words)]
        return [*seen, self._final(file, at_s, event.words, outcome)]

    def _final(self, file: str, at_s: float, words: str, outcome: object) -> Observation:
        intent = understand(words, self._talk.language, self._question)
        acts = isinstance(outcome, Answered) or (
            isinstance(outcome, Interruption) and outcome.kind is not Disturbance.FALSE_ALARM
        )
        decision = decision_on(intent, self._baseline, self._question) if acts else None
        if decision is None and isinstance(outcome, Interruption) and outcome.kind is Disturbance.STOP:
            decision = decide_stop()
        return Observation(
            file,
            at_s,
            "final",
            words,
            intent.command.value if intent.command else None,
            decision.verdict.value if decision else None,
            decision.rule if decision else None,
            intent,
            acts,
        )

    def _pass_time(self, until_s: float) -> None:
        for timer_id, due_s in sorted(self._timers.items(), key=lambda item: item[1]):
            if due_s <= until_s:
                self._talk.now_s = max(self._talk.now_s, due_s)
                del self._timers[timer_id]
                self._talk.timers.discard(timer_id)
                if self._interlock.is_hush_timer(timer_id):
                    self._interlock.hush_expired()
        self._talk.now_s = max(self._talk.now_s, until_s)

    def _hushed(self) -> bool:
        """Take in what the interlock wants: whether silence is among it."""
        effects, self._talk.effects = self._talk.effects, []
        for effect in effects:
            if isinstance(effect, StartTimer):
                self._timers[effect.id] = effect.due_s
            elif isinstance(effect, CancelTimer):
                self._timers.pop(effect.id, None)
        return any(isinstance(effect, Hush) for effect in effects)


class FileListener:
    """A live session's ears and interlock, fed with samples; time is that of the samples. Use as a context manager.

    `make_ears` gets `post` and `now_s` (as of Ears); the default hears with the given model."""

    def __init__(
        self,
        model: Path,
        language: Language,
        question: str,
        baseline: Baseline | None = None,
        make_ears: MakeEars | None = None,
    ) -> None:
        """Raises CoachError where there is no such question."""
        self.judge = Judge(language, question, baseline)
        self._heard: list[HearingEvent] = []
        self._position = 0
        make_ears = make_ears or (lambda post, now_s: Ears(model, post, now_s, recogniser=unhurried))
        self.ears = make_ears(self._heard.append, lambda: self.now_s)

    @property
    def now_s(self) -> float:
        """How much was fed, on the session's clock."""
        return self._position / SAMPLE_RATE_HZ

    def __enter__(self) -> FileListener:
        """Raises ModelError."""
        self.ears.open()
        self.ears.listen(self.judge.phrases)
        self._sync()
        return self

    def __exit__(self, *_: object) -> None:
        self.ears.close()

    def hear_file(self, path: Path, played: Path | None = None, saying: str = "") -> Iterator[Observation]:
        """Raises SoundFileError, CoachError when the recogniser is lost. `played`: what the coach played meanwhile,
        from the same moment on; `saying`: the words of that."""
        heard = read_speech(path)
        if not len(heard):
            raise SoundFileError(f"There is no sound in {path}: it is empty.")
        return self.hear(heard, path.name, None if played is None else read_speech(played), saying)

    def hear(self, heard: Samples, name: str, played: Samples | None = None, saying: str = "") -> Iterator[Observation]:
        """int16 at 16 kHz; `played` is what the loudspeaker was given meanwhile (None: silence)."""
        noise = np.random.default_rng(0).normal(0, ROOM_LSB, round(QUIET_S * SAMPLE_RATE_HZ)).astype(np.int16)
        speech = np.concatenate([heard, noise])
        reference = np.zeros(len(speech), np.int16)
        if played is not None:
            reference[: len(played)] = played[: len(speech)]
        if saying:
            self.judge.spoken.speaking(1, saying, self.now_s)
        begin_s = self.now_s
        for at in range(0, len(speech), BLOCK):
            yield from self.step(speech[at : at + BLOCK], reference[at : at + BLOCK], name, begin_s)
        self.judge.spoken.finished(1, self.now_s)
        self._position += _BETWEEN_FILES

    def step(self, heard: Samples, played: Samples, name: str = "", begin_s: float = 0.0) -> list[Observation]:
        """One more block, at most BLOCK samples, and what comes of it."""
        start = self._position
        self._position += len(heard)
        self.ears.feed(heard, start, played)
        self._sync()
        events, self._heard[:] = list(self._heard), []
        return [seen for event in events if isinstance(event, Heard) for seen in self.judge.see(event, name, begin_s)]

    def _sync(self) -> None:
        lost = any(isinstance(event, HearingLost) for event in self._heard)
        if not self.ears.sync(UNHURRIED_S) or lost:
            raise CoachError("The speech recogniser has stopped: start again.")


def hear_files(
    files: Iterable[Path],
    question: str,
    baseline: str,
    model: Path | None,
    played: Path | None = None,
    saying: str = "",
) -> Iterator[Observation]:
    """All that is heard in the files, one after the other. Raises CoachError."""
    paths = list(files)
    if played is not None and len(paths) != 1:
        raise CoachError("What was played belongs to one recording: give one file together with --played.")
    listener = FileListener(model or embedded_model(), language(), question, baseline_of(baseline))
    with listener:
        for file in paths:
            yield from listener.hear_file(file, played, saying)
