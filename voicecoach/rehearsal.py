"""The rehearsal driver: the same core in virtual time, with a scripted patient. Nothing sounds, nobody waits."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import count

from voicecoach.core.messages import (
    CancelTimer,
    Effect,
    Event,
    Finish,
    Heard,
    Hush,
    Source,
    Speak,
    SpeechFinished,
    Started,
    StartTimer,
    TimerFired,
)
from voicecoach.core.session import Session
from voicecoach.patient import Patient, Script, Utterance

MAX_SESSION_S = 6 * 3600.0  # a scenario that never ends is ended

SpeechLength = Callable[[Speak], float]
Witness = Callable[[Event, list[Effect]], None]


def estimated_length_s(speak: Speak) -> float:
    """How long a line takes, without rendering it: about 15 characters a second at 160 words per minute."""
    return 0.25 + len(speak.text) / 15.0 * 160.0 / speak.rate_wpm


@dataclass(slots=True)
class Spoken:
    """A line that sounded from `start_s` to `end_s`; cut short when `hushed`."""

    speak: Speak
    start_s: float
    end_s: float
    hushed: bool = False


@dataclass
class VirtualVoice:
    """When queued and scheduled lines begin and end: what Timeline does with samples, in seconds."""

    length_s: SpeechLength
    lines: list[Spoken] = field(default_factory=list)
    _queue_end_s: float = 0.0

    def speak(self, speak: Speak, now_s: float) -> Spoken:
        if speak.at_s is None:
            start_s = self._quiet_from(max(now_s, self._queue_end_s)) + speak.pause_s
        else:
            start_s = max(speak.at_s, now_s)
        line = Spoken(speak, start_s, start_s + self.length_s(speak))
        if speak.at_s is None:
            self._queue_end_s = line.end_s
        self.lines.append(line)
        return line

    def _quiet_from(self, at_s: float) -> float:
        """The first moment from `at_s` on at which nothing sounds."""
        while ends := [line.end_s for line in self.lines if line.start_s <= at_s < line.end_s]:
            at_s = max(ends)
        return at_s

    def hush(self, now_s: float) -> None:
        """Cut what sounds, drop what has not begun."""
        self.lines = [line for line in self.lines if line.start_s < now_s]
        for line in self.lines:
            if line.end_s > now_s:
                line.end_s, line.hushed = now_s, True
        self._queue_end_s = now_s

    def silent_after(self, now_s: float) -> bool:
        return all(line.end_s <= now_s for line in self.lines)


class Rehearsal:
    """Runs a session to its end. `witness(event, effects)` sees everything in its order."""

    def __init__(
        self,
        session: Session,
        patient: Patient,
        witness: Witness,
        length_s: SpeechLength = estimated_length_s,
        *,
        hands_free: bool = True,
    ) -> None:
        self._session = session
        self._script = Script(patient)
        self._witness = witness
        self._hands_free = hands_free
        self.voice = VirtualVoice(length_s)
        self.finish: Finish | None = None
        self._events: list[tuple[float, int, Event]] = []
        self._order: Iterator[int] = count()
        self._dead_timers: set[int] = set()

    def run(self) -> Finish:
        """Play until the session is over; returns how it ended."""
        self.post(Started(0.0, self._hands_free))
        while self._events and self.finish is None:
            at_s, _, event = heapq.heappop(self._events)
            if at_s > MAX_SESSION_S:
                break
            if not self._void(event):
                self._deliver(event)
        return self.finish or Finish("left")

    def _void(self, event: Event) -> bool:
        """Timers that were cancelled and speech that was hushed never arrive."""
        if isinstance(event, TimerFired):
            return event.id in self._dead_timers
        if isinstance(event, SpeechFinished):
            return not any(line.speak.id == event.id and not line.hushed for line in self.voice.lines)
        return False

    def _deliver(self, event: Event) -> None:
        effects = self._session.handle(event)
        self._witness(event, effects)
        for effect in effects:
            self._perform(effect, event.at_s)
        finished_speaking = isinstance(event, SpeechFinished) and self.voice.silent_after(event.at_s)
        if finished_speaking and not any(isinstance(effect, Speak) for effect in effects):
            self._say(self._script.answer(event.at_s))

    def _perform(self, effect: Effect, now_s: float) -> None:
        self._say(self._script.follow(effect, now_s))
        match effect:
            case Speak():
                line = self.voice.speak(effect, now_s)
                self.post(SpeechFinished(line.end_s, effect.id))
            case Hush():
                self.voice.hush(now_s)
            case StartTimer(id=timer_id, due_s=due_s):
                self.post(TimerFired(due_s, timer_id))
            case CancelTimer(id=timer_id):
                self._dead_timers.add(timer_id)
            case Finish():
                self.finish = effect
            case _:
                pass

    def _say(self, utterance: Utterance | None) -> None:
        if utterance is not None:
            words = utterance.words
            self.post(
                Heard(utterance.at_s, words, started_s=utterance.at_s, ended_s=utterance.at_s, source=Source.SCRIPT)
            )

    def post(self, event: Event) -> None:
        """Let something else happen at its `at_s`, such as HearingLost; also from within `witness`."""
        heapq.heappush(self._events, (event.at_s, next(self._order), event))
