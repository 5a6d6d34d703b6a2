"""What a microphone in a room picks up: the patient, the coach's own voice, and the room's noise."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import soxr

from voicecoach.hearing.frames import SAMPLE_RATE_HZ, Samples
from voicecoach.speaking.timeline import Pcm

ROOM_NOISE_LSB = 8.0  # a quiet room: digital silence would be unlike any microphone (16 bit)
MAX_RESPONSE_S = 0.4


class Room:
    """Turns blocks at the loudspeaker's rate into what is heard at 16 kHz, and what was played at the same samples.

    `echo`: the impulse response from loudspeaker to microphone at 16 kHz, delay included; None: the microphone can't
    hear the loudspeaker, as with a headset."""

    def __init__(self, rate_hz: int, echo: Pcm | None = None, seed: int = 0) -> None:
        self._resampler = soxr.ResampleStream(rate_hz, SAMPLE_RATE_HZ, 2, "float32", "LQ")
        self._echo = None if echo is None else echo[: round(MAX_RESPONSE_S * SAMPLE_RATE_HZ)]
        self._tail: npt.NDArray[np.float32] = np.zeros(0, np.float32)
        self._noise = np.random.default_rng(seed)

    def hear(self, patient: Pcm, played: Pcm) -> tuple[Samples, Samples]:
        """(heard, played), both int16 at 16 kHz and of equal length."""
        both = self._resampler.resample_chunk(np.column_stack([patient, played]))
        heard, reference = both[:, 0].copy(), both[:, 1]
        if self._echo is not None:
            heard += self._echoed(reference)
        noise = self._noise.normal(0.0, ROOM_NOISE_LSB, len(heard))
        return _int16(heard * 32767 + noise), _int16(reference * 32767)

    def _echoed(self, reference: Pcm) -> Pcm:
        assert self._echo is not None
        if not len(reference):
            return np.zeros(0, np.float32)
        size = 1 << (len(reference) + len(self._echo) - 1).bit_length()
        spread = np.fft.irfft(np.fft.rfft(reference, size) * np.fft.rfft(self._echo, size), size)
        sound = spread[: len(reference) + len(self._echo) - 1].astype(np.float32)
        sound[: len(self._tail)] += self._tail
        self._tail = sound[len(reference) :].copy()
        return sound[: len(reference)]


def _int16(samples: npt.NDArray[np.float32] | npt.NDArray[np.float64]) -> Samples:
    rounded: Samples = np.clip(np.round(samples), -32768, 32767).astype(np.int16)
    return rounded
