"""How loud something is at the microphone, whether it is cut off, and whether it is like speech. Pure.

Samples are int16 at 16 kHz. Levels are dBFS: the RMS against full scale, so that a full sine is at -3.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from voicecoach.hearing.frames import SAMPLE_RATE_HZ, Samples

FULL_SCALE = 32768.0
SILENCE_DBFS = -100.0  # of exact zeros, too: below the last bit
FRAME_S = 0.020
VOICE_OVER_NOISE_DB = 6.0  # a frame so much louder than the noise's louder moments is somebody, or something
VOICE_LEAST_S = 0.12  # shorter is a knock: "stop" lasts 0.3 s and more
VOICE_PAUSE_S = 0.25  # within one word: the closure of its "t" and "p"
_SPOKEN_DB = 20.0  # frames within this of the loudest are the voice, not its pauses (as speaking.pcm has it)
_NEAR_FULL = 0.985 * FULL_SCALE  # a little below, for the resampler rounds the corners
_CUT_SAMPLES = 3  # in a row: a natural peak is sharper
_VAD_SURE = 0.5
_VAD_FRAME = SAMPLE_RATE_HZ // 100

Levels = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Noise:
    """A room in which nobody is to speak. `peak_dbfs`: what 5 % of its moments exceed; `speech_share`: of the time
    something sounds like speech; `mute`: exact zeros, as no live microphone gives them."""

    level_dbfs: float
    peak_dbfs: float
    speech_share: float
    mute: bool


def level_dbfs(samples: Samples) -> float:
    """Of all of it together; SILENCE_DBFS where there is nothing."""
    return _dbfs(float(np.mean(np.square(samples, dtype=np.float64)))) if len(samples) else SILENCE_DBFS


def frame_levels_dbfs(samples: Samples) -> Levels:
    """One level for each FRAME_S; what is left at the end is left out."""
    size = round(FRAME_S * SAMPLE_RATE_HZ)
    frames = samples[: len(samples) // size * size].reshape(-1, size)
    return np.array([_dbfs(power) for power in np.mean(np.square(frames, dtype=np.float64), axis=1)])


def measure_noise(samples: Samples) -> Noise:
    """Of some seconds. Raises ValueError for less than a frame."""
    levels = frame_levels_dbfs(samples)
    if not len(levels):
        raise ValueError("too short to be measured")
    return Noise(level_dbfs(samples), float(np.percentile(levels, 95)), _speech_share(samples), not samples.any())


def voice_level_dbfs(samples: Samples, noise: Noise) -> float | None:
    """Of the loudest thing in it that lasts as long as a word, without the noise's share; None where nothing stands out
    from the noise."""
    levels = frame_levels_dbfs(samples)
    loud = levels > noise.peak_dbfs + VOICE_OVER_NOISE_DB
    best: slice | None = None
    for part in _stretches(loud):
        if loud[part].sum() * FRAME_S >= VOICE_LEAST_S and (best is None or levels[part].max() > levels[best].max()):
            best = part
    if best is None:
        return None
    return _active_dbfs(levels[best], noise)


def active_level_dbfs(samples: Samples, noise: Noise | None = None) -> float:
    """Of speech without its pauses, and without the share of the noise beside it."""
    return _active_dbfs(frame_levels_dbfs(samples), noise)


def _active_dbfs(levels: Levels, noise: Noise | None) -> float:
    noise_dbfs, peak_dbfs = (noise.level_dbfs, noise.peak_dbfs) if noise else (SILENCE_DBFS, SILENCE_DBFS)
    active = levels[levels >= max(levels.max(initial=SILENCE_DBFS) - _SPOKEN_DB, peak_dbfs)]
    power = np.mean(10 ** (active / 10)) - 10 ** (noise_dbfs / 10) if len(active) else 0.0
    return max(SILENCE_DBFS, float(10 * np.log10(max(power, 1e-10))))


def cut_off_peaks(samples: Samples) -> int:
    """How many peaks are cut off flat at full scale: the microphone is overdriven."""
    at_limit = np.concatenate([[False], np.abs(samples.astype(np.int32)) >= _NEAR_FULL, [False]])
    edges = np.flatnonzero(np.diff(at_limit))
    return int(np.sum(edges[1::2] - edges[::2] >= _CUT_SAMPLES))


def _stretches(loud: npt.NDArray[np.bool_]) -> list[slice]:
    """Loud frames with no more than VOICE_PAUSE_S between them."""
    found: list[slice] = []
    for at in np.flatnonzero(loud):
        if found and (at - found[-1].stop) * FRAME_S <= VOICE_PAUSE_S:
            found[-1] = slice(found[-1].start, int(at) + 1)
        else:
            found.append(slice(int(at), int(at) + 1))
    return found


def _speech_share(samples: Samples) -> float:
    """By WebRTC's voice detector."""
    import pywebrtc_audio

    detector = pywebrtc_audio.VoiceDetector(SAMPLE_RATE_HZ, 1)
    whole = len(samples) // _VAD_FRAME * _VAD_FRAME
    sure = [detector.process(np.ascontiguousarray(samples[at : at + _VAD_FRAME])) > _VAD_SURE
            for at in range(0, whole, _VAD_FRAME)]  # fmt: skip
    return sum(sure) / len(sure)


def _dbfs(power: float) -> float:
    return max(SILENCE_DBFS, float(10 * np.log10(power / FULL_SCALE**2 + 1e-12)))
