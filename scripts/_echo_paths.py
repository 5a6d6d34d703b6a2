"""What the echo bench compares: the coach's own filter, Speex, WebRTC's AEC3, and nothing at all.

All of them have the form of EchoFilter, so that each can stand in the coach's hearing.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable

import numpy as np

from voicecoach.hearing.echo import Path
from voicecoach.hearing.echo_filter import EchoFilter
from voicecoach.hearing.echo_fit import FRAME, Floats
from voicecoach.hearing.frames import SAMPLE_RATE_HZ, Samples

SPEEX_TAIL_S = 0.2
_HISTORY_S = 1.0
_INT16 = ctypes.POINTER(ctypes.c_int16)


class Nothing:
    """Lets everything pass."""

    def __init__(self) -> None:
        self.lag = 0.0
        self.slips = 0
        self.reference: Floats = np.zeros(FRAME, np.float32)
        self.steady = self.reference
        self._played = np.zeros(round(_HISTORY_S * SAMPLE_RATE_HZ), np.int16)

    def cancel(self, heard: Samples, played: Samples) -> Samples:
        self._played = np.concatenate([self._played[FRAME:], played])
        self.steady = played.astype(np.float32) / np.float32(32768)
        end = len(self._played) - round(self.lag)
        late = np.ascontiguousarray(self._played[end - FRAME : end])
        self.reference = late.astype(np.float32) / np.float32(32768)
        return self._cleaned(np.ascontiguousarray(heard), late)

    def hold_back(self, lag: float) -> None:
        self.lag = min(max(0.0, lag), len(self._played) - FRAME)

    def jump(self, lag: float) -> bool:
        self.hold_back(lag)
        return True

    def _cleaned(self, heard: Samples, _late: Samples) -> Samples:
        return heard


class Speex(Nothing):
    """An adaptive filter in the frequency domain (MDF); it begins anew with each lag."""

    def __init__(self) -> None:
        super().__init__()
        import pyaec

        self._library = pyaec.lib
        self._state = None
        self._begin()

    def hold_back(self, lag: float) -> None:
        super().hold_back(lag)
        self._begin()

    def _begin(self) -> None:
        self._end()
        self._state = self._library.AecNew(FRAME, round(SPEEX_TAIL_S * SAMPLE_RATE_HZ), SAMPLE_RATE_HZ, False)

    def _end(self) -> None:
        if self._state:
            self._library.AecDestroy(self._state)
            self._state = None

    def _cleaned(self, heard: Samples, late: Samples) -> Samples:
        cleaned = np.empty(FRAME, np.int16)
        pointers = (array.ctypes.data_as(_INT16) for array in (heard, late, cleaned))
        self._library.AecCancelEcho(self._state, *pointers, FRAME)
        return cleaned

    def __del__(self) -> None:
        self._end()


class Aec3(Nothing):
    """WebRTC's canceller; it also suppresses what its filter leaves, and finds the lag itself."""

    def __init__(self) -> None:
        super().__init__()
        import pywebrtc_audio

        self._canceller = pywebrtc_audio.EchoCanceller(SAMPLE_RATE_HZ, 1, 0)

    def cancel(self, heard: Samples, played: Samples) -> Samples:
        super().cancel(heard, played)
        return np.asarray(self._canceller.process(np.ascontiguousarray(heard), np.ascontiguousarray(played)), np.int16)


PATHS: dict[str, Callable[[], Path]] = {
    "nothing": Nothing,
    "Speex": Speex,
    "WebRTC AEC3": Aec3,
    "the coach's filter": EchoFilter,
}
