"""What the hearing bench plays beside the people who speak to the coach: other people, noise, rooms.

All sounds are mono at 16 kHz, floating point, 1.0 is full scale.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
from _model_sounds import (
    RATE_HZ,
    Clip,
    noises,
    read_sentences,
    read_sound,
    rows,
    speech_level,
    wake_words,
)

Sound = npt.NDArray[np.float64]
SPEECH_DBFS = -26.0  # active speech near the microphone: the level at which speech is usually recorded (ITU-T P.56)
ROOM_DBFS = -66.0  # a quiet room
FADE_S = 0.03
_SILENT = 1e-5


def decibels(level_db: float) -> float:
    return float(10 ** (level_db / 20))


def at_level(sound: Sound, level_dbfs: float) -> Sound:
    """The same with its active speech (or, where it is steady, all of it) at this level."""
    return sound * (decibels(level_dbfs) / max(speech_level(sound), 1e-9))


def rms(sound: Sound) -> float:
    return float(np.sqrt(np.mean(sound**2))) if len(sound) else 0.0


def faded(sound: Sound) -> Sound:
    """The clip's own room comes and goes softly."""
    count = min(round(FADE_S * RATE_HZ), len(sound) // 2)
    ramp = np.linspace(0.0, 1.0, count, endpoint=False)
    sound = sound.copy()
    sound[:count] *= ramp
    sound[len(sound) - count :] *= ramp[::-1]
    return sound


# --- what is not for the coach ---


def other_speech(audio: Path) -> dict[str, list[Clip]]:
    """By source; nobody of them was trained on."""
    strangers = [row for row in rows(audio / "words.tsv") if row["speaker"] == "s4"]
    british = [Clip(read_sound(audio / row["path"]), row["word"].lower(), row["speaker"]) for row in strangers]
    return {
        "wake words": list(wake_words(audio)),
        "read sentences": list(read_sentences(audio)),
        "a British speaker's words": british,
    }


def noise_stream(audio: Path, samples: int, random: np.random.Generator) -> Sound:
    """The noises left out of the training one after the other in random order, each with an RMS of 1."""
    return _stream(_noises(audio), samples, random)


def babble(audio: Path, samples: int, random: np.random.Generator, talkers: int = 5) -> Sound:
    """Other people speaking all at once, RMS 1."""
    mixed = np.sum([_stream(_voices(audio), samples, random) for _ in range(talkers)], axis=0)
    return np.asarray(mixed / rms(mixed), np.float64)


@cache
def _noises(audio: Path) -> list[Sound]:
    found = [as_float(clip.samples) for clip in noises(audio)]
    return [sound / rms(sound) for sound in found if rms(sound) > _SILENT]


@cache
def _voices(audio: Path) -> list[Sound]:
    found = [as_float(clip.samples) for clip in (*wake_words(audio, 5), *read_sentences(audio, 3))]
    return [at_level(sound, 0.0) for sound in found if rms(sound) > _SILENT]


def _stream(sounds: list[Sound], samples: int, random: np.random.Generator) -> Sound:
    pieces: list[Sound] = []
    while sum(len(piece) for piece in pieces) < samples:
        pieces += [faded(sounds[number]) for number in random.permutation(len(sounds))]
    return np.concatenate(pieces)[:samples]


def pink(samples: int, random: np.random.Generator) -> Sound:
    """RMS 1."""
    spectrum = np.fft.rfft(random.normal(size=samples))
    lowest = max(1.0, 20 * samples / RATE_HZ)
    noise = np.fft.irfft(spectrum / np.sqrt(np.maximum(np.arange(len(spectrum)), lowest)), samples)
    return np.asarray(noise / rms(noise))


def beside(noise: Sound, level: float, snr_db: float) -> Sound:
    """Noise of RMS 1, now so far below speech of this active level."""
    return noise * level * decibels(-snr_db)


# --- rooms ---

ROOM_M, MICROPHONE_M = (5.0, 4.2, 2.6), (1.0, 2.1, 0.3)  # a living room; a laptop on a low stool
RT60_S = 0.4
MOUTH_HEIGHT_M, LOUDSPEAKER_M = 0.15, 0.2
DEVICE_DELAY_S = 0.06  # from the samples handed over to sound at the microphone
_RESPONSE_S = 0.34


@cache
def mouth_response(distance_m: float) -> Sound:
    """From somebody lying on the floor to the microphone: the direct sound comes at once and is 1 at half a metre."""
    x, y, height = MICROPHONE_M
    along = np.sqrt(distance_m**2 - (height - MOUTH_HEIGHT_M) ** 2)
    return _response((x + along, y, MOUTH_HEIGHT_M))


@cache
def loudspeaker_response() -> Sound:
    """From what is handed to the loudspeaker beside the microphone to what comes back; of any loudness."""
    x, y, height = MICROPHONE_M
    direct = _response((x, y + LOUDSPEAKER_M, height))
    return np.concatenate([np.zeros(round(DEVICE_DELAY_S * RATE_HZ)), direct])


def _response(source_m: tuple[float, float, float]) -> Sound:
    import pyroomacoustics

    absorption, order = pyroomacoustics.inverse_sabine(RT60_S, ROOM_M)
    room = pyroomacoustics.ShoeBox(
        ROOM_M, fs=RATE_HZ, materials=pyroomacoustics.Material(absorption), max_order=min(order, 30)
    )
    room.add_source(source_m)
    room.add_microphone(MICROPHONE_M)
    room.compute_rir()
    response = np.asarray(room.rir[0][0], np.float64)
    distance_m = float(np.linalg.norm(np.subtract(source_m, MICROPHONE_M)))
    direct = int(np.argmax(np.abs(response[: round(distance_m / 343 * RATE_HZ) + 100])))
    scale = 0.5 / distance_m / np.abs(response[direct])
    return np.asarray(response[direct : direct + round(_RESPONSE_S * RATE_HZ)] * scale, np.float64)


def through(sound: Sound, response: Sound) -> Sound:
    """The sound in a room that answers like this, to the end of its reverberation."""
    samples = len(sound) + len(response) - 1
    size = 1 << (samples - 1).bit_length()
    return np.asarray(np.fft.irfft(np.fft.rfft(sound, size) * np.fft.rfft(response, size), size)[:samples], np.float64)


def face_down(sound: Sound) -> Sound:
    """A mouth in the mat: 12 dB per octave less above 1 kHz."""
    spectrum = np.fft.rfft(sound)
    hz = np.fft.rfftfreq(len(sound), 1 / RATE_HZ)
    return np.asarray(np.fft.irfft(spectrum / (1 + (hz / 1000) ** 2), len(sound)))


def as_float(samples: npt.NDArray[np.int16]) -> Sound:
    return samples.astype(np.float64) / 32768


def as_int16(sound: npt.NDArray[np.floating]) -> npt.NDArray[np.int16]:
    return np.clip(np.round(sound * 32768), -32768, 32767).astype(np.int16)
