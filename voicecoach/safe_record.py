"""A session whose journal fails goes on speaking until it has ended safely; what could not be written waits."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from voicecoach.conductor import Record
from voicecoach.core.messages import Effect, Event
from voicecoach.errors import CoachError


class SafeRecord:
    """Calls `record` and never raises a CoachError: `on_loss(sentence)` is told instead, once.

    After that `make_room()` is asked for once (True: try again). Where even that does not help, nothing more is tried
    before `write_the_rest`, for each attempt may take long, and somebody may have to be answered."""

    def __init__(self, record: Record, make_room: Callable[[], bool] = lambda: False) -> None:
        self._record = record
        self._make_room = make_room
        self._waiting: list[tuple[Event, tuple[Effect, ...]]] = []
        self._lost = False
        self.on_loss: Callable[[str], None] = lambda _sentence: None

    def __call__(self, event: Event, effects: Sequence[Effect]) -> None:
        if self._waiting:
            self._waiting.append((event, tuple(effects)))
            return
        try:
            self._record(event, effects)
        except CoachError as error:
            self._waiting.append((event, tuple(effects)))
            self._tell(str(error))
            if self._make_room():
                self._try_again()

    def write_the_rest(self) -> None:
        """Try once more to write what waits, in its order. Raises CoachError."""
        while self._waiting:
            self._record(*self._waiting[0])
            del self._waiting[0]

    def _try_again(self) -> None:
        try:
            self.write_the_rest()
        except CoachError as error:
            self._tell(str(error))

    def _tell(self, sentence: str) -> None:
        if not self._lost:
            self._lost = True
            self.on_loss(sentence)
