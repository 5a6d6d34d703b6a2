"""How long the microphone has heard nothing but the room: the only moment in which samples of it may be thrown away."""

from __future__ import annotations

import numpy as np

from voicecoach.speaking.timeline import Pcm

MARGIN_DB = 10.0  # above the room's own noise: somebody, or the coach itself
FLOOR_RISE_DB_PER_S = 2.0  # a room that gets louder is quiet again after some seconds
_LEAST_DBFS = -80.0


class Quietness:
    """Fed with every block of the microphone."""

    def __init__(self) -> None:
        self.quiet_s = 0.0
        self._floor_dbfs: float | None = None

    def note(self, block: Pcm, block_s: float) -> None:
        """One channel, full scale 1, and how long it lasts in seconds."""
        power = float(np.mean(np.square(block, dtype=np.float64))) if len(block) else 0.0
        level_dbfs = max(_LEAST_DBFS, 10 * np.log10(power + 1e-12))
        floor_dbfs = level_dbfs if self._floor_dbfs is None else self._floor_dbfs
        self._floor_dbfs = min(level_dbfs, floor_dbfs + FLOOR_RISE_DB_PER_S * block_s)
        self.quiet_s = self.quiet_s + block_s if level_dbfs <= self._floor_dbfs + MARGIN_DB else 0.0
