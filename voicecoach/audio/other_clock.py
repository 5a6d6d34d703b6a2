"""What a loudspeaker plays by its own clock, beside what a microphone hears by another one."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import soxr

from voicecoach.speaking.timeline import Pcm

BEHIND_S = 0.03  # blocks of two devices come as they happen to; the way through both takes longer
_MOST_S = 0.1


class OtherClock:
    """Gives the played samples at the microphone's pace, about BEHIND_S late. They slip against what is heard as the
    clocks do, some samples a second: an echo canceller follows that. Once they have slipped too far they are taken
    anew, BEHIND_S late."""

    def __init__(self, loudspeaker_hz: int, microphone_hz: int) -> None:
        self._behind, self._most = round(BEHIND_S * microphone_hz), round(_MOST_S * microphone_hz)
        self._resampler = soxr.ResampleStream(loudspeaker_hz, microphone_hz, 1, dtype="float32", quality="MQ")
        self._waiting: Pcm = np.zeros(self._behind, np.float32)

    def beside(self, heard: Pcm, played: Sequence[Pcm]) -> Pcm:
        """As many samples as were heard; `played`: what the loudspeaker was given since the last time."""
        resampled = [self._resampler.resample_chunk(samples) for samples in played]
        waiting, count = np.concatenate([self._waiting, *resampled]), len(heard)
        if not count <= len(waiting) <= count + self._most:
            wanted = count + self._behind
            waiting = np.concatenate([np.zeros(wanted, np.float32), waiting])[-wanted:]
        self._waiting = waiting[count:]
        return waiting[:count]
