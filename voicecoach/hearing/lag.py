"""Has recognition fallen behind? What is heard too late is as good as not heard."""

from __future__ import annotations

LATE_S, IN_TIME_S = 0.5, 0.3  # what waits to be recognised: from here on it is late, and below this it is not
LATE_FOR_S, IN_TIME_FOR_S = 0.2, 0.5  # a single busy moment is neither; a computer that is too slow is both in turn


class LagWatch:
    """Told of every block that is fed. Seconds of sound throughout."""

    def __init__(self) -> None:
        self.late = False
        self._otherwise_s = 0.0  # for so long it has been the other way round

    def note(self, lag_s: float, block_s: float) -> bool:
        """So much waits after one more block; whether `late` has changed."""
        otherwise = lag_s < IN_TIME_S if self.late else lag_s > LATE_S
        self._otherwise_s = self._otherwise_s + block_s if otherwise else 0.0
        if self._otherwise_s < (IN_TIME_FOR_S if self.late else LATE_FOR_S):
            return False
        self.late, self._otherwise_s = not self.late, 0.0
        return True
