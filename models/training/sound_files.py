"""Sound files as mono int16 at 16 kHz."""

from __future__ import annotations

from math import gcd
from pathlib import Path

import numpy as np
import numpy.typing as npt
import soundfile
from scipy.signal import resample_poly

RATE_HZ = 16000
WINDOW, SHIFT = 400, 160  # 25 ms every 10 ms
Samples = npt.NDArray[np.int16]


def frame_count(samples: int) -> int:
    """How many 10 ms frames Kaldi computes (snip-edges)."""
    return 0 if samples < WINDOW else 1 + (samples - WINDOW) // SHIFT


def read_sound(path: Path) -> Samples:
    """Raises soundfile.LibsndfileError for a damaged file."""
    samples, rate_hz = soundfile.read(path, dtype="float32", always_2d=True)
    mono = samples.mean(axis=1)
    if rate_hz != RATE_HZ:
        common = gcd(RATE_HZ, rate_hz)
        mono = resample_poly(mono, RATE_HZ // common, rate_hz // common)
    sound: Samples = np.clip(np.round(mono * 32768), -32768, 32767).astype(np.int16)
    return sound
