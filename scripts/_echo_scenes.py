"""Scenes of the echo bench: the coach's voice in measured rooms, clocks that part, people who speak over it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import soxr
from _hearing_people import Utterance
from _hearing_scenes import LINE_PAUSE_S, PLAYED_DBFS
from _hearing_sounds import (
    DEVICE_DELAY_S,
    ROOM_DBFS,
    Sound,
    as_float,
    as_int16,
    at_level,
    decibels,
    loudspeaker_response,
    mouth_response,
    pink,
    through,
)
from _model_sounds import RATE_HZ, Samples, read_sound

VOICE_DBFS = -38.0  # somebody two metres away, at the microphone
LAPTOP_DIRECT_TO_ROOM_DB = 12.0  # loudspeaker and microphone of a laptop are a hand apart: see tests/virtual_room.py
SIMULATED = "simulated, laptop"
JUMP_S, LONGER_S = 15.0, 0.05  # when the devices begin to take longer, and by how much
_DIRECT_S, _BEFORE_S = 0.003, 0.0005
_FRAME = RATE_HZ // 100
_FLOOR_DB = 6.0  # above what a recording ends in: there a measured response ends in its noise
_BETWEEN_S = (0.3, 1.7)  # two people


@dataclass(frozen=True, slots=True)
class Setting:
    """`echo_db`: the coach at the microphone, against somebody two metres away. `drift_ppm`: how much faster the
    loudspeaker's clock is than the microphone's. `jumps`: after JUMP_S the devices take LONGER_S longer."""

    room: str
    echo_db: float = 0.0
    noise_dbfs: float = ROOM_DBFS
    drift_ppm: float = 0.0
    jumps: bool = False


@dataclass(frozen=True, slots=True)
class EchoScene:
    """`heard` is echo, noise and people together; all of one length."""

    played: Samples
    heard: Samples
    echo: Sound
    noise: Sound
    people: Sound


def rooms(audio: Path) -> dict[str, Sound]:
    """Responses of energy 1, by name: as on a laptop, and the one measured room that is no hall as it is."""
    paths = sorted((audio / "rooms").glob("*.flac"))
    measured = {f"{path.stem}, laptop": nearer(measured_response(path), LAPTOP_DIRECT_TO_ROOM_DB) for path in paths}
    far = {"rir1, loudspeaker across the room": measured_response(paths[0])}
    direct = loudspeaker_response()[round(DEVICE_DELAY_S * RATE_HZ) :]
    found = {**measured, SIMULATED: direct, **far}
    return {name: response / np.sqrt(np.sum(response**2)) for name, response in found.items()}


def measured_response(path: Path) -> Sound:
    """From the direct sound to where the response ends in the noise of its recording."""
    response = as_float(read_sound(path))
    frames = len(response) // _FRAME
    powers = np.mean(response[: frames * _FRAME].reshape(frames, _FRAME) ** 2, axis=1)
    smooth = np.convolve(powers, np.full(5, 0.2), "same")
    floor = max(float(np.median(powers[-frames // 4 :])), (1 / 32768 / 3) ** 2) * 10 ** (_FLOOR_DB / 10)
    direct = int(np.argmax(np.abs(response)))
    below = np.flatnonzero(smooth < floor)
    ends = below[below > direct // _FRAME + 1]
    end = int(ends[0]) * _FRAME if len(ends) else len(response)
    cut = response[max(0, direct - round(_BEFORE_S * RATE_HZ)) : end].copy()
    fade = min(len(cut) // 4, RATE_HZ // 40)
    cut[-fade:] *= np.linspace(1.0, 0.0, fade)
    return cut


def nearer(response: Sound, direct_to_room_db: float) -> Sound:
    """The same room with the direct sound at least so far above the rest."""
    near = round(_DIRECT_S * RATE_HZ)
    ratio = np.sqrt(np.sum(response[:near] ** 2) / np.sum(response[near:] ** 2)) / decibels(direct_to_room_db)
    return np.concatenate([response[:near], response[near:] * min(ratio, 1.0)])


def reading(lines: Sequence[tuple[str, Sound]], seconds: float) -> Sound:
    """The coach reads for so long."""
    pieces: list[Sound] = []
    pause = np.zeros(round(LINE_PAUSE_S * RATE_HZ))
    while sum(len(piece) for piece in pieces) < seconds * RATE_HZ:
        for _, sound in lines:
            pieces += [at_level(sound, PLAYED_DBFS), pause]
    return np.concatenate(pieces)[: round(seconds * RATE_HZ)]


def echo_scene(setting: Setting, response: Sound, played: Sound, people: Sound | None, seed: int) -> EchoScene:
    """`people`: as they arrive."""
    delay_s = DEVICE_DELAY_S
    echo = _delayed(played, response, delay_s)
    if setting.jumps:
        at = round(JUMP_S * RATE_HZ)
        echo[at:] = _delayed(played, response, delay_s + LONGER_S)[at:]
    if setting.drift_ppm:
        stretched = soxr.resample(echo, RATE_HZ, RATE_HZ * (1 - 1e-6 * setting.drift_ppm), quality="VHQ")
        echo = np.zeros_like(echo)
        echo[: len(stretched)] = stretched[: len(echo)]
    echo = at_level(echo, VOICE_DBFS + setting.echo_db)
    noise = pink(len(played), np.random.default_rng(seed)) * decibels(setting.noise_dbfs)
    somebody = np.zeros(len(played)) if people is None else people
    return EchoScene(as_int16(played), as_int16(echo + noise + somebody), echo, noise, somebody)


def _delayed(played: Sound, response: Sound, delay_s: float) -> Sound:
    return through(played, np.concatenate([np.zeros(round(delay_s * RATE_HZ)), response]))[: len(played)]


def speaking(utterances: Sequence[Utterance], samples: int, seed: int) -> Sound:
    """People two metres away, one after the other."""
    random = np.random.default_rng(seed)
    sound, at = np.zeros(samples), 0
    for number in random.permutation(len(utterances)):
        word = _arrived(utterances[number])
        if at + len(word) > samples:
            break
        sound[at : at + len(word)] += word
        at += len(word) + round(random.uniform(*_BETWEEN_S) * RATE_HZ)
    return sound


def _arrived(utterance: Utterance) -> Sound:
    return at_level(through(utterance.sound, mouth_response(2.0)), VOICE_DBFS)


def settings(names: Sequence[str]) -> dict[str, Setting]:
    """Of the coach alone, by what they are called."""
    hardest = Setting(names[0])
    quiet = replace(hardest, echo_db=-14.0, noise_dbfs=VOICE_DBFS - 34.0)
    return {
        **{name: Setting(name) for name in names},
        **{f"{names[0]}, {db:+d} dB": replace(hardest, echo_db=db) for db in (-10, 10)},
        f"{names[0]}, quiet microphone, noise 20 dB below": quiet,
        **{f"{names[0]}, clocks {ppm:+d} ppm apart": replace(hardest, drift_ppm=ppm) for ppm in (-200, -50, 100, 200)},
        f"{names[0]}, from a jump by {1000 * LONGER_S:.0f} ms on": replace(hardest, jumps=True),
    }
