"""A world for one session: a fast virtual voice, timers and a clock, so that events come as they really could.

It remembers every event with its effects. `Watch`es look at each of them as it happens.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from types import MappingProxyType
from typing import Protocol

from voicecoach.core.before import Before
from voicecoach.core.lone_words import LoneWords
from voicecoach.core.masking import SpokenMemory
from voicecoach.core.messages import (
    CancelTimer,
    Effect,
    Event,
    Finish,
    Heard,
    HearingLost,
    HearingRestored,
    Hush,
    JournalLost,
    LeaveRequested,
    Listen,
    Source,
    Speak,
    SpeechFinished,
    Started,
    StartTimer,
    Suspended,
    TimerFired,
    VoiceStarted,
    VoiceStopped,
)
from voicecoach.core.programme import Programme
from voicecoach.core.questions import QUESTIONS
from voicecoach.core.session import Session
from voicecoach.core.understanding import understand
from voicecoach.languages import language, sayings
from voicecoach.patient import WELL

LINE_S = 1.0  # how long the virtual voice takes for anything


@dataclass(frozen=True)
class Moment:
    """An event, and what came of it (nothing yet, before it is handled)."""

    world: World
    event: Event
    effects: list[Effect]


class Watch(Protocol):
    """`before` sees the world as it was when the event happened, `after` what came of it."""

    def before(self, moment: Moment) -> None: ...

    def after(self, moment: Moment) -> None: ...

    def at_the_end(self, moment: Moment) -> None: ...


class World:
    def __init__(
        self,
        programme: Programme,
        *watches: Watch,
        before: Before | None = None,
        hands_free: bool = True,
    ) -> None:
        self.programme = programme
        self.session = Session(programme, language(), sayings(), before)
        self.watches = watches
        self.history: list[tuple[Event, list[Effect]]] = []
        self.now_s = 0.0
        self.question = ""
        self.speech: dict[int, float] = {}  # id -> when it ends
        self.timers: dict[int, float] = {}  # id -> when it is due
        self.spoken = SpokenMemory()
        self.lone_words = LoneWords()
        self.doubted = False  # whether the last event was a lone word, heard badly, that has to be said again
        self.finish: Finish | None = None
        self.send(Started(0.0, hands_free))

    @property
    def effects(self) -> Iterator[Effect]:
        return (effect for _, effects in self.history for effect in effects)

    # --- events ---

    def send(self, event: Event) -> list[Effect]:
        self.now_s = event.at_s
        self.doubted = self._doubts(event)
        for watch in self.watches:
            watch.before(Moment(self, event, []))
        if isinstance(event, SpeechFinished) and self.speech.pop(event.id, None) is not None:
            self.spoken.finished(event.id, event.at_s)
        if isinstance(event, TimerFired):
            self.timers.pop(event.id, None)
        effects = self.session.handle(event)
        self.history.append((event, effects))
        for effect in effects:
            self._perform(effect)
        with self.explained():
            for watch in self.watches:
                watch.after(Moment(self, event, effects))
        return effects

    def end(self) -> None:
        """The watches' last look."""
        with self.explained(60):
            for watch in self.watches:
                watch.at_the_end(Moment(self, *self.history[-1]))

    @contextmanager
    def explained(self, moments: int = 12) -> Iterator[None]:
        """An assertion that fails within tells what happened last."""
        try:
            yield
        except AssertionError as error:
            lines = [f"{event}\n    -> {effects}" for event, effects in self.history[-moments:]]
            error.add_note("\n".join(lines))
            raise

    def hear(
        self,
        words: str,
        *,
        final: bool = True,
        source: Source = Source.SCRIPT,
        into_next: float = 0.0,
        confidence: float = 1.0,
    ) -> list[Effect]:
        """`into_next`: how much of the time until the next thing happens by itself has passed, from 0 to 1."""
        at_s = self._moment(into_next)
        return self.send(Heard(at_s, words, final, confidence, started_s=at_s, ended_s=at_s, source=source))

    def voice_begins(self, into_next: float = 0.0) -> list[Effect]:
        """Somebody talks from now on."""
        at_s = self._moment(into_next)
        return self.send(VoiceStarted(at_s, at_s))

    def voice_ends(self, after_s: float = 1.0) -> list[Effect]:
        """And is silent `after_s` later; whatever happens by itself until then has happened."""
        begun_s = self.now_s
        while (due_s := self._next_s()) is not None and due_s <= begun_s + after_s:
            self.next_by_itself()
        return self.send(VoiceStopped(begun_s + after_s, begun_s, begun_s + after_s))

    def lose_hearing(self, into_next: float = 0.0) -> list[Effect]:
        return self.send(HearingLost(self._moment(into_next), "The microphone has gone."))

    def restore_hearing(self) -> list[Effect]:
        return self.send(HearingRestored(self.now_s))

    def sleep(self, seconds: float) -> list[Effect]:
        return self.send(Suspended(self.now_s, seconds))

    def lose_journal(self) -> list[Effect]:
        return self.send(JournalLost(self.now_s, "The disk is full."))

    def leave(self) -> list[Effect]:
        return self.send(LeaveRequested(self.now_s))

    def next_by_itself(self) -> bool:
        """The next line ends or the next timer fires; False when there is neither."""
        speech = min(((end_s, speech_id) for speech_id, end_s in self.speech.items()), default=None)
        timer = min(((due_s, timer_id) for timer_id, due_s in self.timers.items()), default=None)
        if speech is not None and (timer is None or speech[0] <= timer[0]):
            self.send(SpeechFinished(max(speech[0], self.now_s), speech[1]))
        elif timer is not None:
            self.send(TimerFired(max(timer[0], self.now_s), timer[1]))
        return speech is not None or timer is not None

    def answer(self, answers: Mapping[str, str] = MappingProxyType({})) -> None:
        """One step: the answer to the open question, once it was asked; a patient's who is well, unless given."""
        words = answers.get(self.question, WELL[self.question][0]) if self.question in QUESTIONS else ""
        if words and not self.speech:
            self.hear(words)
        else:
            self.next_by_itself()

    def play_silently(self, most: int = 3000) -> Finish:
        """To the end, without another word."""
        for _ in range(most):
            if self.finish is not None:
                return self.finish
            self.next_by_itself()
        raise AssertionError(f"a silent session does not end; asked: {self.question}")

    def masked(self, event: Event) -> bool:
        """Whether the words are taken for the coach's own voice."""
        return (
            isinstance(event, Heard)
            and event.source is Source.VOICE
            and self.spoken.masks(event.words, event.started_s, event.at_s)
        )

    # --- inside ---

    def _doubts(self, event: Event) -> bool:
        if not isinstance(event, Heard) or not event.final or self.question in QUESTIONS or self.masked(event):
            return False
        return not self.lone_words.counts(understand(event.words, language(), ""), event)

    def _next_s(self) -> float | None:
        return min([*self.speech.values(), *self.timers.values()], default=None)

    def _moment(self, into_next: float) -> float:
        next_s = self._next_s()
        return self.now_s if next_s is None else self.now_s + into_next * max(0.0, next_s - self.now_s)

    def _perform(self, effect: Effect) -> None:
        match effect:
            case Hush():
                self.speech.clear()
                self.spoken.hushed(self.now_s)
            case Speak(id=speech_id, text=text, at_s=at_s):
                queued_s = max([self.now_s, *self.speech.values()]) if at_s is None else at_s
                self.speech[speech_id] = queued_s + LINE_S
                self.spoken.speaking(speech_id, text, self.now_s if at_s is None else at_s)
            case StartTimer(id=timer_id, due_s=due_s):
                self.timers[timer_id] = due_s
            case CancelTimer(id=timer_id):
                del self.timers[timer_id]
            case Listen(question=question):
                self.question = question
            case Finish():
                self.finish = effect
            case _:
                pass
