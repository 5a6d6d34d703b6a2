"""Kaldi's MFCCs (40 bins, 40 coefficients) in torch, with frequency warps for training."""

from __future__ import annotations

import numpy as np
import torch

from models.training.sound_files import RATE_HZ, SHIFT, WINDOW

BINS, FFT_SIZE, LOW_HZ, HIGH_HZ = 40, 512, 20.0, 7600.0
LIFTER = 22
WARPS = np.linspace(0.8, 1.2, 21)
NO_WARP = 10
_TINY = 1.1920929e-07


def _mel(hz: np.ndarray) -> np.ndarray:
    return 1127.0 * np.log(1.0 + hz / 700.0)


def _filters(warp: float) -> np.ndarray:
    """(256, 40) triangles; warp > 1 reads a stretched spectrum, as of a longer vocal tract."""
    hz = np.arange(FFT_SIZE // 2) * RATE_HZ / FFT_SIZE * warp
    edges = np.linspace(_mel(np.array(LOW_HZ)), _mel(np.array(HIGH_HZ)), BINS + 2)
    low, middle, high = edges[:-2], edges[1:-1], edges[2:]
    at = _mel(hz)[:, None]
    filters: np.ndarray = np.clip(np.minimum((at - low) / (middle - low), (high - at) / (high - middle)), 0, None)
    return filters.astype(np.float32)


def _cosines() -> np.ndarray:
    """(40, 40): discrete cosine transform with Kaldi's cepstral lifter."""
    n = np.arange(BINS)
    table = np.sqrt(2.0 / BINS) * np.cos(np.pi / BINS * np.outer(n + 0.5, n))
    table[:, 0] = np.sqrt(1.0 / BINS)
    lifted: np.ndarray = table * (1 + LIFTER / 2 * np.sin(np.pi * n / LIFTER))
    return lifted.astype(np.float32)


FILTERS = torch.from_numpy(np.stack([_filters(warp) for warp in WARPS]))
COSINES = torch.from_numpy(_cosines())
POVEY = torch.from_numpy(
    ((0.5 - 0.5 * np.cos(2 * np.pi * np.arange(WINDOW) / (WINDOW - 1))) ** 0.85).astype(np.float32)
)


def log_mels(samples: torch.Tensor, warps: torch.Tensor | None = None) -> torch.Tensor:
    """(batch, samples) floats in int16 scale -> (batch, frames, 40). `warps`: (batch,) positions in WARPS."""
    frames = samples.unfold(1, WINDOW, SHIFT)
    frames = frames - frames.mean(-1, keepdim=True)
    first = frames[..., :1] * (1 - 0.97)
    frames = torch.cat([first, frames[..., 1:] - 0.97 * frames[..., :-1]], -1) * POVEY
    spectrum = torch.fft.rfft(frames, FFT_SIZE)
    power = (spectrum.real**2 + spectrum.imag**2)[..., : FFT_SIZE // 2]
    energies = power @ FILTERS[NO_WARP] if warps is None else torch.bmm(power, FILTERS[warps])
    return torch.log(energies.clamp_min(_TINY))


def mfcc(samples: np.ndarray) -> np.ndarray:
    """int16 samples -> (frames, 40) float32."""
    with torch.no_grad():
        batch = torch.from_numpy(samples.astype(np.float32))[None]
        features: np.ndarray = (log_mels(batch) @ COSINES)[0].numpy()
    return features
