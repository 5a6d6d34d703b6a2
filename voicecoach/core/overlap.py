"""Somebody talks over the coach, and nothing of it is understood: after a while the coach has to ask.

Once may be a groan or a word to the cat. Twice in a short time may be somebody who wants something. A television talks
on: each time that it was nothing, the coach waits for twice as many before it asks again.
"""

from __future__ import annotations

LEAST_S = 0.5  # a cough is shorter
WITHIN_S = 30.0
TIMES = 2


class Overlap:
    """Told of every voice, and of every utterance that was understood. Times are the session clock's."""

    def __init__(self) -> None:
        self._wanted = TIMES
        self._over = False  # the voice that is heard now began over the coach's
        self._ended_s: list[float] = []

    def started(self, *, over: bool) -> None:
        """Somebody begins to talk; `over`: while the coach speaks."""
        self._over = over

    def understood(self) -> None:
        """Something that was said made sense."""
        self._over = False
        self._ended_s.clear()

    def stopped(self, started_s: float, ended_s: float) -> bool:
        """Nobody talks any more. True when it is time to ask what that was."""
        over, self._over = self._over, False
        if not over or ended_s - started_s < LEAST_S:
            return False
        self._ended_s = [at_s for at_s in self._ended_s if at_s > ended_s - WITHIN_S] + [ended_s]
        if len(self._ended_s) < self._wanted:
            return False
        self._ended_s.clear()
        self._wanted *= 2
        return True
