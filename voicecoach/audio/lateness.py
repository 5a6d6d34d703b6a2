"""How late the microphone's samples come.

With a sound server every moment in which we do not ask for samples leaves a backlog, and it stays: one stream moves in
both directions, so nobody ever reads faster than is played. Unnoticed, "stop" would be heard seconds late.
"""

from __future__ import annotations

LATE_S = 0.3  # more than it was at its best
_FOR_S = 0.5  # a single block may be late


class Lateness:
    """Told of each block, on any clock that its driver uses: when it is handed over, and when it was recorded."""

    def __init__(self) -> None:
        self._least_s: float | None = None
        self._late_since_s: float | None = None
        self.late = False

    def note(self, now_s: float, recorded_s: float) -> None:
        """Drivers that do not know when a block was recorded say 0."""
        if recorded_s <= 0:
            return
        age_s = max(0.0, now_s - recorded_s)
        self._least_s = age_s if self._least_s is None else min(self._least_s, age_s)
        if age_s - self._least_s <= LATE_S:
            self._late_since_s = None
        elif self._late_since_s is None:
            self._late_since_s = now_s
        self.late = self._late_since_s is not None and now_s - self._late_since_s > _FOR_S
