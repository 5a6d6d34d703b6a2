"""Finding in a recording what was played: where it is, how much of it, and where there is silence."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from voicecoach.speaking.timeline import Pcm

SOUND_LEVEL = 0.002  # anything louder is speech: the virtual loudspeaker gives exact zeros otherwise
_FRAME_S = 0.010


@dataclass(frozen=True, slots=True)
class Found:
    """Where a sound begins in a recording, and how alike it is there: 1 is the same but for its loudness."""

    sample: int
    likeness: float


def find(wanted: Pcm, recording: Pcm) -> Found:
    """The place where the recording is most like the wanted sound. Raises ValueError when it is shorter."""
    places = len(recording) - len(wanted) + 1
    if places < 1:
        raise ValueError("the recording is shorter than what is looked for")
    size = 1 << (len(recording) + len(wanted) - 1).bit_length()
    spectrum = np.fft.rfft(recording, size) * np.conj(np.fft.rfft(wanted, size))
    products = np.fft.irfft(spectrum, size)[:places]
    energy = np.concatenate([[0.0], np.cumsum(recording.astype(np.float64) ** 2)])
    energies = energy[len(wanted) :] - energy[:places]
    wanted_energy = float(np.sum(wanted.astype(np.float64) ** 2))
    likeness = products / np.sqrt(np.maximum(energies, wanted_energy * 1e-3) * wanted_energy)
    best = int(np.argmax(likeness))
    return Found(best, float(likeness[best]))


def last_sound(recording: Pcm) -> int:
    """The sample after the last that sounds; 0 where there is only silence."""
    loud = np.flatnonzero(np.abs(recording) > SOUND_LEVEL)
    return int(loud[-1]) + 1 if len(loud) else 0


def spoken_part(clip: Pcm, rate_hz: int) -> tuple[int, int]:
    """First and last sample of the word in a recording of one word: where it is louder than the room by at least 30 %
    of what the word is (in dB)."""
    frame = round(_FRAME_S * rate_hz)
    frames = clip[: len(clip) // frame * frame].reshape(-1, frame).astype(np.float64)
    level_db = 20 * np.log10(np.sqrt(np.mean(frames**2, axis=1)) + 1e-5)
    room_db, word_db = np.percentile(level_db, 10), np.max(level_db)
    loud = np.flatnonzero(level_db > room_db + 0.3 * (word_db - room_db))
    return int(loud[0]) * frame, (int(loud[-1]) + 1) * frame
