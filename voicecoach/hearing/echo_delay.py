"""How long the coach's voice takes from being played to being heard: generalised cross-correlation (PHAT)."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from voicecoach.hearing.frames import SAMPLE_RATE_HZ, Samples

WINDOW_S = 1.0
EVERY_S = 0.5
MAX_DELAY_S = 0.5
MIN_SHARPNESS = 8.0  # the peak against the median of all lags: below it nothing was found
AGREE_SAMPLES = 16  # two measurements within 1 ms confirm each other
_ACTIVE_LEVEL = 60.0  # RMS in 16 bit steps: below it nothing is played that could be found again


class DelayEstimator:
    """Fed with frames of what is heard and what is played at the same time; `delay_samples` is None until known.

    A new delay is believed when two measurements in a row agree: one alone may be a repetition in the speech itself."""

    def __init__(self) -> None:
        self.delay_samples: int | None = None
        self._heard: list[Samples] = []
        self._played: list[Samples] = []
        self._length = 0
        self._since = 0
        self._candidate: int | None = None

    def feed(self, heard: Samples, played: Samples) -> None:
        """Both int16 at 16 kHz, of equal length."""
        self._heard.append(heard)
        self._played.append(played)
        self._length += len(heard)
        self._since += len(heard)
        while self._length - len(self._heard[0]) >= WINDOW_S * SAMPLE_RATE_HZ:
            self._length -= len(self._heard.pop(0))
            self._played.pop(0)
        if self._since >= EVERY_S * SAMPLE_RATE_HZ and self._length >= WINDOW_S * SAMPLE_RATE_HZ:
            self._since = 0
            self._measure()

    def _measure(self) -> None:
        heard = np.concatenate(self._heard).astype(np.float64)
        played = np.concatenate(self._played).astype(np.float64)
        if np.sqrt(np.mean(played**2)) < _ACTIVE_LEVEL or np.sqrt(np.mean(heard**2)) < 1.0:
            return
        found = peak_lag(heard, played)
        if found is None:
            return
        if self._candidate is not None and abs(found - self._candidate) <= AGREE_SAMPLES:
            self.delay_samples = found
        self._candidate = found


def peak_lag(heard: npt.NDArray[np.float64], played: npt.NDArray[np.float64]) -> int | None:
    """By how many samples `heard` follows `played`; None where no lag stands out."""
    size = 1 << (len(heard) + len(played) - 1).bit_length()
    cross = np.fft.rfft(heard, size) * np.conj(np.fft.rfft(played, size))
    correlation = np.fft.irfft(cross / (np.abs(cross) + 1e-9 * np.max(np.abs(cross)) + 1e-12), size)
    lags = np.abs(correlation[: round(MAX_DELAY_S * SAMPLE_RATE_HZ)])
    peak = int(np.argmax(lags))
    return peak if lags[peak] > MIN_SHARPNESS * float(np.median(lags)) else None
