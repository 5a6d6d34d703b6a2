"""What was played in the last seconds, to be read at any time, also between two samples."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]

TAPS = 16  # of the interpolation: 7.5 kHz pass within 1 dB
AHEAD = TAPS // 2  # so many samples after a moment must be known to read it


class PlayedHistory:
    """Frames of `frame` samples go in; they are read `lags` samples later, which need not be whole."""

    def __init__(self, frame: int, frames: int) -> None:
        self._frame = frame
        self._kept = frames * frame
        self._sound: Floats = np.zeros(2 * self._kept, np.float32)
        self._end = self._kept  # what is behind it is yet to come

    def add(self, played: Floats) -> None:
        if self._end == len(self._sound):
            self._sound[: self._kept] = self._sound[self._kept :]
            self._end = self._kept
        self._sound[self._end : self._end + self._frame] = played
        self._end += self._frame

    def read(self, ago: npt.ArrayLike, lags: npt.ArrayLike) -> Floats:
        """(number, frame): the frames that came in `ago` frames ago (0: the newest), each `lags` samples late, at least
        AHEAD. What is older than the history is silence or worse: don't ask for it."""
        begins = self._end - (np.asarray(ago) + 1) * self._frame - np.asarray(lags, np.float64)
        whole = np.floor(begins).astype(np.int64)
        windows = np.lib.stride_tricks.sliding_window_view(self._sound, self._frame + TAPS - 1)[whole - AHEAD + 1]
        around = np.lib.stride_tricks.sliding_window_view(windows, TAPS, axis=1)
        return np.asarray(np.matmul(around, _kernels(begins - whole)[:, :, None])[..., 0])


def _kernels(fractions: npt.NDArray[np.float64]) -> Floats:
    """A windowed sinc for each fraction of a sample."""
    away = np.arange(1 - AHEAD, AHEAD + 1) - fractions[:, None]
    kernels = np.sinc(away) * np.cos(np.pi * away / (TAPS + 2)) ** 2
    return np.asarray(kernels / kernels.sum(axis=1, keepdims=True), np.float32)
