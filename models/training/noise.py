"""Noises for augmentation, with labels: steady noise is silence to the network, sounds that stand out are noise."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import numpy.typing as npt

from models.training.phones import NOISE
from models.training.shards import Piece
from models.training.sound_files import SHIFT, WINDOW, Samples, frame_count, read_sound

_LEAST_FRAMES = 40
_POOL = 2_000_000


class Noises:
    """`pieces`: recorded noises; `hiss` is generated: white, pink and brown."""

    def __init__(self, recordings: Iterable[tuple[Path, bool]]) -> None:
        sounds = [(read_sound(path), steady) for path, steady in recordings]
        self.pieces = [
            Piece(sound, noise_labels(sound, steady))
            for sound, steady in sounds
            if frame_count(len(sound)) >= _LEAST_FRAMES
        ]
        random = np.random.default_rng(7)
        self._hiss = [_coloured(random, slope) for slope in (0.0, 0.5, 1.0)]

    def hiss(self, random: np.random.Generator, length: int) -> npt.NDArray[np.float32]:
        """Noise of unit power."""
        pool = self._hiss[random.integers(len(self._hiss))]
        start = int(random.integers(len(pool) - length))
        return pool[start : start + length]


def noise_labels(sound: Samples, steady: bool) -> npt.NDArray[np.uint8]:
    """One label per 10 ms: NOISE where an event is 10 dB above the quiet parts, silence elsewhere."""
    frames = frame_count(len(sound))
    labels = np.zeros(frames, np.uint8)
    if steady:
        return labels
    windows = np.lib.stride_tricks.sliding_window_view(sound.astype(np.float32), WINDOW)[::SHIFT][:frames]
    level_db = 10 * np.log10(np.square(windows).mean(1) + 1)
    labels[(level_db > np.percentile(level_db, 15) + 10) & (level_db > 20)] = NOISE
    widened: npt.NDArray[np.uint8] = np.maximum(labels, np.maximum(np.roll(labels, 2), np.roll(labels, -2)))
    return widened


def _coloured(random: np.random.Generator, slope: float) -> npt.NDArray[np.float32]:
    """Noise whose amplitude falls with frequency to the power of `slope`."""
    spectrum = np.fft.rfft(random.standard_normal(_POOL))
    spectrum /= np.maximum(np.arange(len(spectrum)), len(spectrum) / 400) ** slope
    noise = np.fft.irfft(spectrum, _POOL)
    unit: npt.NDArray[np.float32] = (noise / noise.std()).astype(np.float32)
    return unit
