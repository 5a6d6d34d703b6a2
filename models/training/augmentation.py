"""Training examples made on the fly: joined recordings in rooms, behind microphones, in noise, near and far."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch

from models.training.features import COSINES, NO_WARP, log_mels
from models.training.noise import Noises
from models.training.numpy_net import SUBSAMPLING
from models.training.phones import NOISE, SILENCE
from models.training.shards import Piece
from models.training.sound_files import RATE_HZ, SHIFT, WINDOW, frame_count

Waveform = npt.NDArray[np.float32]
SECONDS = 2.7
LENGTH = int(SECONDS * RATE_HZ)
FRAMES = frame_count(LENGTH)
FFT_SIZE = 51200  # room tails that wrap around are 10 ms at most
COLOURS = 400
# How far the vocal tract may be warped, in steps of 2 %: real people less than machines.
WARP_STEPS = {"espeak": 7, "flite": 7, "noise": 6}


@dataclass(frozen=True, slots=True)
class Chances:
    """How often each thing happens to an example, and how loud and noisy it gets."""

    speed: float = 0.7
    room: float = 0.4
    colour: float = 0.55
    noise: float = 0.6
    hiss: float = 0.85
    silence: float = 0.08  # of digital silence between the words
    snr_db: tuple[float, float] = (0.0, 30.0)
    gain_db: tuple[float, float] = (-30.0, 9.0)


def _colour(random: np.random.Generator) -> npt.NDArray[np.float32]:
    """A microphone, or a mouth turned to the floor: tilt, ripple, sometimes a low or a high end that is missing."""
    hz = np.arange(FFT_SIZE // 2 + 1) * (RATE_HZ / FFT_SIZE)
    octaves = np.log2((hz + 50) / 1000)
    ripple = np.cos(hz / 8000 * np.pi * random.uniform(1, 4) + random.uniform(0, 6))
    gain_db = random.uniform(-5, 5) * octaves / 4 + random.uniform(-3, 3) * ripple
    kind = random.random()
    if kind < 0.3:  # a narrow channel
        gain_db -= 60 * np.clip((hz - random.uniform(3200, 7000)) / 1500, 0, 1)
    elif kind < 0.65:  # face down: 6 to 15 dB per octave above 0.7 to 2.5 kHz
        corner = random.uniform(700, 2500)
        gain_db -= random.uniform(6, 15) * np.log2(np.maximum(hz / corner, 1))
    if random.random() < 0.35:
        gain_db -= 40 * np.clip((random.uniform(80, 350) - hz) / 200, 0, 1)
    return (10 ** (gain_db / 20)).astype(np.float32)


class Augmenter:
    """`pools`: recordings by source; `shares`: how much of the training each source (and "noise") is."""

    def __init__(
        self,
        pools: Mapping[str, Sequence[Piece]],
        shares: Mapping[str, float],
        noises: Noises,
        rooms: npt.NDArray[np.float32],
        chances: Chances,
    ) -> None:
        self._pools = {**pools, "noise": noises.pieces}
        self._sources = [source for source in shares if source in self._pools]
        total = sum(shares[source] for source in self._sources)
        self._shares = np.array([shares[source] / total for source in self._sources])
        self._noises, self._chances = noises, chances
        self._rooms = np.fft.rfft(rooms, FFT_SIZE).astype(np.complex64)
        random = np.random.default_rng(5)
        self._colours = np.stack([_colour(random) for _ in range(COLOURS)])

    def batch(self, random: np.random.Generator, size: int) -> tuple[torch.Tensor, torch.Tensor]:
        """(size, frames, 40) features and (size, frames / 3) labels."""
        examples = [self._example(random) for _ in range(size)]
        waves = torch.from_numpy(np.stack([wave for wave, _, _ in examples]))
        labels = torch.from_numpy(np.stack([labels for _, labels, _ in examples]).astype(np.int64))
        mels = log_mels(waves, torch.tensor([warp for _, _, warp in examples]))
        for example in range(size):
            _mask(random, mels[example])
        return mels @ COSINES, labels[:, ::SUBSAMPLING]

    def _example(self, random: np.random.Generator) -> tuple[Waveform, npt.NDArray[np.uint8], int]:
        source = self._sources[random.choice(len(self._sources), p=self._shares)]
        wave, labels = self._at_some_speed(random, source)
        loud = _loudness(wave)
        wave = self._through_the_air(random, wave)
        if source != "noise" and random.random() < self._chances.noise:
            wave = self._with_noise(random, wave, labels, loud)
        if random.random() < self._chances.hiss:
            wave = wave + self._noises.hiss(random, LENGTH) * np.float32(10 ** random.uniform(-0.5, 1.5))
        wave = wave * np.float32(10 ** (random.uniform(*self._chances.gain_db) / 20))
        if random.random() < self._chances.silence:
            wave[np.repeat(labels == SILENCE, SHIFT)[:LENGTH].nonzero()] = 0
        spread = WARP_STEPS.get(source, 4) / 2
        warp = NO_WARP + int(np.clip(np.round(random.normal(0, spread)), -8, 8))
        return np.clip(np.round(wave), -32768, 32767), labels, warp

    def _at_some_speed(self, random: np.random.Generator, source: str) -> tuple[Waveform, npt.NDArray[np.uint8]]:
        speed = random.uniform(0.85, 1.15) if random.random() < self._chances.speed else 1.0
        needed = int(LENGTH * speed) + 800
        wave, labels = joined(random, self._pools[source], needed - needed % SHIFT)
        if speed == 1.0:
            return wave[:LENGTH], labels[:FRAMES].copy()
        wave = np.interp(np.arange(LENGTH) * speed, np.arange(len(wave)), wave).astype(np.float32)
        centres = (np.arange(FRAMES) * SHIFT + WINDOW / 2) * speed
        frames = np.round((centres - WINDOW / 2) / SHIFT).astype(int)
        return wave, labels[np.clip(frames, 0, len(labels) - 1)]

    def _through_the_air(self, random: np.random.Generator, wave: Waveform) -> Waveform:
        room, colour = random.random() < self._chances.room, random.random() < self._chances.colour
        if not (room or colour):
            return wave
        spectrum = np.fft.rfft(wave, FFT_SIZE)
        if room:
            spectrum *= self._rooms[random.integers(len(self._rooms))]
        if colour:
            spectrum *= self._colours[random.integers(COLOURS)]
        answered: Waveform = np.fft.irfft(spectrum, FFT_SIZE)[:LENGTH].astype(np.float32)
        return answered

    def _with_noise(
        self, random: np.random.Generator, wave: Waveform, labels: npt.NDArray[np.uint8], loud: float
    ) -> Waveform:
        """Noise at a random distance below the speech; where it is loud and stands out, silence becomes noise."""
        snr_db = random.uniform(*self._chances.snr_db)
        if random.random() < 0.3:
            noise, noise_labels = self._noises.hiss(random, LENGTH), np.zeros(FRAMES, np.uint8)
        else:
            noise, noise_labels = joined(random, self._noises.pieces, LENGTH)
        level = float(np.sqrt(np.mean(noise**2))) + 1e-3
        if snr_db < 18:
            labels[(labels == SILENCE) & (noise_labels[:FRAMES] == NOISE)] = NOISE
        return wave + noise[:LENGTH] * np.float32(loud / level * 10 ** (-snr_db / 20))


def joined(random: np.random.Generator, pool: Sequence[Piece], length: int) -> tuple[Waveform, npt.NDArray[np.uint8]]:
    """`length` samples from recordings one after the other, with a label per 10 ms; gaps of up to 0.3 s are silence."""
    wave, labels = np.zeros(length, np.float32), np.zeros(length // SHIFT + 1, np.uint8)
    at = 0 if random.random() < 0.5 else SHIFT * int(random.integers(0, 60))
    while at < length:
        piece = pool[int(random.integers(len(pool)))]
        size = len(piece.labels) * SHIFT
        start = SHIFT * int(random.integers(0, (size - length) // SHIFT + 1)) if at == 0 and size > length else 0
        count = min(size - start, length - at)
        wave[at : at + count] = piece.samples[start : start + count]
        labels[at // SHIFT : (at + count) // SHIFT] = piece.labels[start // SHIFT : (start + count) // SHIFT]
        at += count + SHIFT * int(random.integers(0, 30))
    return wave, labels


def _loudness(wave: Waveform) -> float:
    loud = wave[np.abs(wave) > 100]
    return float(np.sqrt(np.mean(loud**2))) if len(loud) > WINDOW else 100.0


def _mask(random: np.random.Generator, mels: torch.Tensor) -> None:
    """Hide a band or a moment of a (frames, 40) spectrum, in place."""
    if random.random() < 0.4:
        low = int(random.integers(0, 38))
        mels[:, low : low + int(random.integers(1, 8))] = mels.mean()
    if random.random() < 0.25:
        start = int(random.integers(0, len(mels) - 20))
        mels[start : start + int(random.integers(2, 14))] = mels.mean(0)
