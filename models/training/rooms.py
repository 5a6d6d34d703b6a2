"""Stage "rooms": how rooms answer: simulated for somebody on the floor with a laptop near by, and a few measured."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyroomacoustics
import soundfile

from models.training.places import Places
from models.training.sound_files import RATE_HZ

ROOMS, LENGTH = 200, 8000
_FADE = 800


def make_rooms(places: Places, seed: int) -> None:
    """Write rooms.npy: (rooms, 8000) float32, direct sound at sample 8, unit energy."""
    if places.rooms.exists():
        print(f"{places.rooms.name} is there already")
        return
    measured = [soundfile.read(path, always_2d=True) for path in sorted((places.audio / "rooms").glob("*.flac"))]
    answers = [_trimmed(sound[:, 0]) for sound, rate_hz in measured if rate_hz == RATE_HZ]
    random = np.random.default_rng(seed)
    while len(answers) < ROOMS:
        if (answer := _simulated(random)) is not None:
            answers.append(answer)
    np.save(places.rooms, np.stack(answers[:ROOMS]))
    print(f"{ROOMS} rooms")


def _simulated(random: np.random.Generator) -> npt.NDArray[np.float32] | None:
    """A mouth 10 to 35 cm above the floor, a microphone 0.4 to 3.5 m away; None where they do not fit."""
    size = np.array([random.uniform(2.5, 7), random.uniform(2.5, 6), random.uniform(2.2, 3)])
    try:
        absorption, order = pyroomacoustics.inverse_sabine(random.uniform(0.15, 0.7), size)
    except ValueError:
        return None
    mouth = np.array([*random.uniform(0.4, size[:2] - 0.4), random.uniform(0.1, 0.35)])
    angle, away = random.uniform(0, 2 * np.pi), random.uniform(0.4, 3.5)
    microphone = mouth + np.array([away * np.cos(angle), away * np.sin(angle), random.uniform(-0.05, 0.7)])
    if not ((microphone > 0.1).all() and (microphone < size - 0.1).all()):
        return None
    material = pyroomacoustics.Material(absorption)
    room = pyroomacoustics.ShoeBox(size, fs=RATE_HZ, materials=material, max_order=min(order, 14))
    room.add_source(mouth)
    room.add_microphone(microphone)
    room.compute_rir()
    return _trimmed(np.asarray(room.rir[0][0]))


def _trimmed(answer: npt.NDArray[np.float64]) -> npt.NDArray[np.float32]:
    start = max(0, int(np.argmax(np.abs(answer))) - 8)
    cut = np.zeros(LENGTH)
    piece = answer[start : start + LENGTH]
    cut[: len(piece)] = piece
    cut[-_FADE:] *= np.linspace(1, 0, _FADE)
    unit: npt.NDArray[np.float32] = (cut / np.sqrt((cut**2).sum())).astype(np.float32)
    return unit
