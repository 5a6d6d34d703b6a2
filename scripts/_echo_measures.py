"""What is left of the echo, and what has become of the people who spoke over it."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from _echo_scenes import EchoScene
from _hearing_sounds import DEVICE_DELAY_S, Sound, as_float
from _model_sounds import RATE_HZ

from voicecoach.hearing.echo import HEAD_S, Path
from voicecoach.hearing.echo_delay import DelayEstimator
from voicecoach.hearing.echo_fit import FRAME
from voicecoach.hearing.frames import Samples

WINDOWS_S = ((0.0, 1.0), (1.0, 2.0), (2.0, 4.0), (4.0, 1e9))  # of the coach's speech
_PAUSE = 1e-3  # of the power of the loudest frame
_SEGMENT = RATE_HZ // 50
_SEGMENT_RANGE_DB = (-10.0, 35.0)


@dataclass(frozen=True, slots=True)
class Cancelled:
    """`processor_share`: of one core."""

    sound: Samples
    processor_share: float


def cancelled(path: Path, scene: EchoScene) -> Cancelled:
    """The delay is measured as in a session; it is known from the beginning, as it is after the first words."""
    delay = DelayEstimator()
    head = round(HEAD_S * RATE_HZ)
    path.hold_back(DEVICE_DELAY_S * RATE_HZ - head)
    followed: int | None = None
    left, spent_s = [], 0.0
    for at in range(0, len(scene.heard) - FRAME + 1, FRAME):
        heard, played = scene.heard[at : at + FRAME], scene.played[at : at + FRAME]
        delay.feed(heard, played)
        if delay.delay_samples not in (None, followed):
            followed = delay.delay_samples
            assert followed is not None
            if abs(followed - head - path.lag) > 0.003 * RATE_HZ:
                path.jump(followed - head)
        before_s = time.process_time()
        left.append(path.cancel(heard, played))
        spent_s += time.process_time() - before_s
    return Cancelled(np.concatenate(left), spent_s / (len(scene.heard) / RATE_HZ))


def erle_db(scene: EchoScene, left: Samples, from_s: float = 0.0) -> list[float]:
    """Echo return loss enhancement where the coach speaks alone, for each of WINDOWS_S of its speech after `from_s`.
    The room's noise is not counted; nan where the coach does not speak for so long."""
    begin = round(from_s * RATE_HZ)
    echo, noise, rest = scene.echo[begin:], scene.noise[begin:], as_float(left)[begin:]
    echoes, noises, rests = (_powers(sound, FRAME) for sound in (echo[: len(rest)], noise[: len(rest)], rest))
    active = echoes > echoes.max() * _PAUSE
    spoken_s = np.cumsum(active) * FRAME / RATE_HZ
    found = []
    for first_s, last_s in WINDOWS_S:
        these = active & (spoken_s > first_s) & (spoken_s <= last_s)
        if not these.any():
            found.append(float("nan"))
            continue
        remains = max(float(np.mean(rests[these]) - np.mean(noises[these])), 1e-10)
        found.append(float(10 * np.log10(np.mean(echoes[these]) / remains)))
    return found


def segmental_snr_db(scene: EchoScene, left: Samples, from_s: float) -> float:
    """Of the people, against all that is left of or was done to them; mean over the segments in which they speak."""
    begin = round(from_s * RATE_HZ)
    rest = as_float(left)[begin:]
    people = scene.people[begin:][: len(rest)]
    wanted, wrong = _powers(people, _SEGMENT), _powers(people - rest, _SEGMENT)
    spoken = wanted > wanted.max() * _PAUSE
    values = 10 * np.log10(wanted[spoken] / (wrong[spoken] + 1e-12))
    return float(np.mean(np.clip(values, *_SEGMENT_RANGE_DB)))


def _powers(sound: Sound, size: int) -> Sound:
    frames = sound[: len(sound) // size * size].reshape(-1, size)
    return np.asarray(np.mean(frames**2, axis=1))


def decibel_cells(values: Sequence[float]) -> list[str]:
    return ["-" if np.isnan(value) else f"{value:.0f}" for value in values]
