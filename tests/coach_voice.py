"""The coach's own voice for the echo tests, and the way it takes to the microphone."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt

from voicecoach.hearing.frames import SAMPLE_RATE_HZ
from voicecoach.speaking.voice import Voice

LINES = (
    "Draw your elbows in against your sides.",
    "Place them right under your shoulders.",
    "Your upper back rises, and your lower back arches by itself.",
    "Breathe easily, and let the floor carry you.",
    "Straighten your knees, without locking them.",
)
FloatPcm = npt.NDArray[np.float32]


def coach_voice(cache: Path) -> FloatPcm:
    """About 18 s at 16 kHz, with pauses."""
    voice = Voice(cache, sample_rate_hz=SAMPLE_RATE_HZ)
    try:
        pause = np.zeros(SAMPLE_RATE_HZ // 2, np.float32)
        return np.concatenate([part for line in LINES for part in (voice.render(line, 160), pause)])
    finally:
        voice.close()


def path(delay_s: float, gain: float) -> FloatPcm:
    """A room's response: the direct sound, then 0.2 s of decaying reverberation."""
    tail = np.random.default_rng(3).normal(0, 1, 3200) * np.exp(-np.arange(3200) / 500)
    response = np.concatenate([np.zeros(round(delay_s * SAMPLE_RATE_HZ)), [1.0], 0.1 * tail])
    return np.asarray(gain * response / np.sqrt(np.sum(response**2)), np.float32)
