"""Between the pure session and whatever plays it: delivers events, has them written down, performs the effects."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from voicecoach.core.messages import (
    CancelTimer,
    Effect,
    Event,
    Finish,
    Hush,
    Listen,
    Speak,
    StartTimer,
    TimerFired,
)
from voicecoach.core.session import Session

Witness = Callable[[Event, list[Effect]], None]
Record = Callable[[Event, Sequence[Effect]], object]


class Stage(Protocol):
    """What performs the effects: real sound, simulated sound, or none."""

    def hush(self) -> None: ...

    def speak(self, speak: Speak) -> None: ...

    def listen(self, listen: Listen) -> None: ...


class Conductor:
    """Not thread-safe: it belongs to the one thread that owns the session.

    `record` is called before an effect is performed, so that every decision is on disk before it is spoken; only a
    Hush goes first, for silence is always safe. `witnesses` see every event with its effects."""

    def __init__(
        self,
        session: Session,
        stage: Stage,
        record: Record = lambda _event, _effects: None,
        witnesses: Sequence[Witness] = (),
    ) -> None:
        self._session = session
        self._stage = stage
        self._record = record
        self._witnesses = tuple(witnesses)
        self._timers: dict[int, float] = {}
        self.finish: Finish | None = None
        self.question = ""

    def deliver(self, event: Event) -> list[Effect]:
        """One event in; its effects are performed when this returns."""
        effects = self._session.handle(event)
        hushed = bool(effects) and isinstance(effects[0], Hush)
        if hushed:
            self._stage.hush()
        self._record(event, effects)
        for witness in self._witnesses:
            witness(event, effects)
        for effect in effects[1:] if hushed else effects:
            self._perform(effect)
        return effects

    def _perform(self, effect: Effect) -> None:
        match effect:
            case Hush():
                self._stage.hush()
            case Speak():
                self._stage.speak(effect)
            case Listen(question=question):
                self.question = question
                self._stage.listen(effect)
            case StartTimer(id=timer_id, due_s=due_s):
                self._timers[timer_id] = due_s
            case CancelTimer(id=timer_id):
                self._timers.pop(timer_id, None)
            case Finish():
                self.finish = effect
            case _:
                pass

    @property
    def next_due_s(self) -> float | None:
        """When the next timer is due, on the session's clock."""
        return min(self._timers.values(), default=None)

    def due_timer(self, now_s: float) -> TimerFired | None:
        """The earliest timer that is due, if any; it is due only once."""
        due = [(due_s, timer_id) for timer_id, due_s in self._timers.items() if due_s <= now_s]
        if not due:
            return None
        _, timer_id = min(due)
        del self._timers[timer_id]
        return TimerFired(now_s, timer_id)
