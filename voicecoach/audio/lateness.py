"""How late the microphone's samples come.

With a sound server every moment in which we do not ask for samples leaves a backlog, and it stays: one stream moves in
both directions, so nobody ever reads faster than is played. Unnoticed, "stop" would be heard seconds late; and with
ALSA's pulse plugin PortAudio waits for the loudspeaker in a loop that takes most of a processor.
"""

from __future__ import annotations

SLIGHTLY_S, VERY_S = 0.08, 0.4  # with 0.1 s to hear a "stop" in, still half a second
_OVER_S = 0.5  # a single block may be late


class Lateness:
    """Told of each block, on any clock that its driver uses: when it is handed over, and when it was recorded."""

    def __init__(self) -> None:
        self._best_s: float | None = None
        self._least_s = self._least_before_s = 0.0  # of this half second, and of the one before it
        self._since_s = 0.0

    @property
    def lag_s(self) -> float:
        """How much later than at their best all blocks of the last half second came."""
        return 0.0 if self._best_s is None else min(self._least_s, self._least_before_s) - self._best_s

    def note(self, now_s: float, recorded_s: float) -> None:
        """Drivers that do not know when a block was recorded say 0."""
        if recorded_s <= 0:
            return
        age_s = max(0.0, now_s - recorded_s)
        if self._best_s is None:
            self._best_s = self._least_s = self._least_before_s = age_s
            self._since_s = now_s
        elif now_s - self._since_s > _OVER_S:
            self._least_before_s, self._least_s, self._since_s = self._least_s, age_s, now_s
        self._least_s = min(self._least_s, age_s)
        self._best_s = min(self._best_s, age_s)

    def forget(self) -> None:
        """The driver was started again."""
        self._best_s = None
