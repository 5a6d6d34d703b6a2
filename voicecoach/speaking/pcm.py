"""What an engine renders becomes a line to play: it starts with its voice, and is as loud as every other line."""

from __future__ import annotations

import io

import numpy as np
import numpy.typing as npt
import soundfile
import soxr

Pcm = npt.NDArray[np.float32]  # one channel, full scale is -1..1

ACTIVE_LEVEL_DBFS = -20.0  # RMS of the frames in which something is said
PEAK_LIMIT_DBFS = -1.0
VOICE_THRESHOLD_DB = -50.0  # re the line's peak. Measured: "h" and "f" begin at -42, silence is below -90.

_STEP_S = 0.001  # resolution of the onset
_ONSET_RAMP_S = 0.001  # nothing clicks, and no consonant is dulled
_END_RAMP_S = 0.010
_LEVEL_FRAME_S = 0.020
_SPEAKING_DB = -20.0  # frames within this of the loudest frame count as active


def line_to_play(samples: npt.NDArray[np.int16], from_rate_hz: int, to_rate_hz: int) -> Pcm:
    """Resampled, trimmed, levelled; empty when silent. The result cannot be written to: many may hold it."""
    full_scale = samples.astype(np.float32) / 32768
    pcm = levelled(trimmed_to_voice(soxr.resample(full_scale, from_rate_hz, to_rate_hz), to_rate_hz), to_rate_hz)
    pcm.flags.writeable = False
    return pcm


def trimmed_to_voice(pcm: Pcm, rate_hz: int) -> Pcm:
    """From the first millisecond above VOICE_THRESHOLD_DB to the last, with short ramps at both ends."""
    peak = float(np.abs(pcm).max(initial=0.0))
    step = max(1, round(rate_hz * _STEP_S))
    loudest_per_step = np.maximum.reduceat(np.abs(pcm), np.arange(0, len(pcm), step)) if len(pcm) else pcm
    voiced = np.flatnonzero(loudest_per_step > peak * _ratio(VOICE_THRESHOLD_DB))
    if not len(voiced):
        return np.zeros(0, np.float32)
    onset_ramp, end_ramp = round(rate_hz * _ONSET_RAMP_S), round(rate_hz * _END_RAMP_S)
    # The ramp at the end lies behind the voice, where a quiet rest of the last sound may be.
    trimmed = pcm[voiced[0] * step : (voiced[-1] + 1) * step + end_ramp].copy()
    onset_ramp, end_ramp = min(onset_ramp, len(trimmed)), min(end_ramp, len(trimmed))
    trimmed[:onset_ramp] *= np.linspace(0, 1, onset_ramp, dtype=np.float32)
    trimmed[-end_ramp:] *= np.linspace(1, 0, end_ramp, dtype=np.float32)
    return trimmed


def levelled(pcm: Pcm, rate_hz: int) -> Pcm:
    """Active speech at ACTIVE_LEVEL_DBFS; quieter where its peak would otherwise exceed PEAK_LIMIT_DBFS."""
    level, peak = active_rms(pcm, rate_hz), float(np.abs(pcm).max(initial=0.0))
    if level == 0:
        return pcm
    gain = min(_ratio(ACTIVE_LEVEL_DBFS) / level, _ratio(PEAK_LIMIT_DBFS) / peak)
    return pcm * np.float32(gain)


def active_rms(pcm: Pcm, rate_hz: int) -> float:
    """RMS (full scale 1) over the frames that are within 20 dB of the loudest one: pauses do not count."""
    frame = round(rate_hz * _LEVEL_FRAME_S)
    padded = np.pad(pcm, (0, -len(pcm) % frame)).reshape(-1, frame)
    power = np.mean(np.square(padded, dtype=np.float64), axis=1)
    active = power[power >= power.max(initial=0.0) * _ratio(_SPEAKING_DB) ** 2]
    return float(np.sqrt(active.mean())) if len(active) else 0.0


def to_flac(samples: npt.NDArray[np.int16], rate_hz: int) -> bytes:
    file = io.BytesIO()
    soundfile.write(file, samples, rate_hz, format="FLAC", subtype="PCM_16")
    return file.getvalue()


def from_flac(blob: bytes) -> tuple[npt.NDArray[np.int16], int]:
    """Raises soundfile.LibsndfileError when it is not FLAC."""
    samples, rate_hz = soundfile.read(io.BytesIO(blob), dtype="int16")
    return samples, int(rate_hz)


def _ratio(db: float) -> float:
    return float(10 ** (db / 20))
