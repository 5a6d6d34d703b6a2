"""What the model bench plays: people whom no model was trained on, unheard synthetic voices; and conditions."""

from __future__ import annotations

import csv
import hashlib
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import soundfile
import soxr

RATE_HZ = 16000
Samples = npt.NDArray[np.int16]
COMMAND_WORDS = ("yes", "no", "up", "down", "left", "right", "on", "off", "stop", "go")
DIGITS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
HELD_OUT_WORDS_SPEAKER = "s4"
# engine, voice; none of them is among the training's voices
VOICES = {
    "flite rms": ("flite", "rms"),
    "festival ked": ("festival", "ked_diphone"),
    "espeak us Storm": ("espeak-ng", "en-us+Storm"),
    "espeak gb AnxiousAndy": ("espeak-ng", "en-gb+AnxiousAndy"),
    "espeak scottish AnxiousAndy": ("espeak-ng", "en-gb-scotland+AnxiousAndy"),
    "espeak rp Storm": ("espeak-ng", "en-gb-x-rp+Storm"),
    "espeak us announcer": ("espeak-ng", "en-us+announcer"),
}
PROGRAMS = {"flite": "flite", "festival": "text2wave", "espeak-ng": "espeak-ng"}


@dataclass(frozen=True, slots=True)
class Clip:
    """Something said: `text` in lower case, `who` names a speaker or voice."""

    samples: Samples
    text: str
    who: str


def read_sound(path: Path) -> Samples:
    sound, rate_hz = soundfile.read(path, dtype="float32", always_2d=True)
    mono = sound.mean(axis=1)
    if rate_hz != RATE_HZ:
        mono = soxr.resample(mono, rate_hz, RATE_HZ)
    return int16(mono * 32768)


def command_clips(audio: Path, every: int = 1) -> Iterator[Clip]:
    """Single words by the held-out people of Speech Commands."""
    chosen = [row for row in rows(audio / "speech_commands.tsv") if row["split"] == "dev"]
    for row in in_hash_order(chosen)[::every]:
        yield Clip(read_sound(audio / row["path"]), row["word"], row["speaker"])


def british_words(audio: Path, every: int = 1) -> Iterator[Clip]:
    """Single words by a British speaker who was left out of the training."""
    chosen = [row for row in rows(audio / "words.tsv") if row["speaker"] == HELD_OUT_WORDS_SPEAKER]
    for row in in_hash_order(chosen)[::every]:
        yield Clip(read_sound(audio / row["path"]), row["word"].lower(), row["speaker"])


def read_sentences(audio: Path, every: int = 1) -> Iterator[Clip]:
    """Sentences read by held-out Mandarin speakers."""
    chosen = [row for row in rows(audio / "speechocean762.tsv") if row["split"] == "dev"]
    for row in in_hash_order(chosen)[::every]:
        yield Clip(read_sound(audio / row["path"]), row["text"], row["speaker"])


def wake_words(audio: Path, every: int = 1) -> Iterator[Clip]:
    """People who talk to other machines."""
    for path in sorted((audio / "wake_words").glob("*.opus"))[::every]:
        yield Clip(read_sound(path), path.stem.rsplit("_", 1)[0].replace("_", " "), "")


def noises(audio: Path, every: int = 1) -> Iterator[Clip]:
    """The noise recordings that the training leaves out (every fifth), in its order."""
    paths = sorted((audio / "noise" / "background").glob("*.opus"))
    paths += sorted((audio / "noise" / "esc10").rglob("*.opus"))
    paths += sorted((audio / "speech_commands" / "silence").glob("*.flac"))
    for path in paths[4::5][::every]:
        yield Clip(read_sound(path), "", path.stem)


def spoken(texts: list[str], cache: Path) -> Iterator[Clip]:
    """Each text in each held-out voice whose program is installed."""
    cache.mkdir(parents=True, exist_ok=True)
    for name, (engine, voice) in VOICES.items():
        if shutil.which(PROGRAMS[engine]):
            for text in texts:
                yield Clip(say(engine, voice, text, cache), text, name)


def say(engine: str, voice: str, text: str, cache: Path) -> Samples:
    path = cache / f"{hashlib.sha256(f'{engine}|{voice}|{text}'.encode()).hexdigest()[:24]}.wav"
    if not path.exists():
        commands = {
            "flite": ["flite", "-voice", voice, "-t", text, "-o", str(path)],
            "festival": ["text2wave", "-eval", f"(voice_{voice})", "-o", str(path)],
            "espeak-ng": ["espeak-ng", "-v", voice, "-w", str(path), text],
        }
        subprocess.run(commands[engine], input=text.encode(), check=True, capture_output=True)
    sound = read_sound(path).astype(np.float64)
    return int16(sound / (np.abs(sound).max() + 1) * 9800)


def in_its_room(samples: Samples, seconds: float, random: np.random.Generator) -> Samples:
    """Before and after it `seconds` of noise like that in its quietest 100 ms: the same room goes on."""
    count, window = round(seconds * RATE_HZ), RATE_HZ // 10
    if len(samples) < window:
        return np.concatenate([_room(None, count, random), samples, _room(None, count, random)])
    starts = range(0, len(samples) - window + 1, window // 10)
    quietest = min(starts, key=lambda start: float(np.abs(samples[start : start + window].astype(float)).sum()))
    piece = samples[quietest : quietest + window].astype(float)
    spectrum = np.abs(np.fft.rfft((piece - piece.mean()) * np.hanning(window))) * np.sqrt(8 / 3)
    return np.concatenate([_room(spectrum, count, random), samples, _room(spectrum, count, random)])


def _room(spectrum: npt.NDArray[np.float64] | None, count: int, random: np.random.Generator) -> Samples:
    if spectrum is None:
        return int16(random.normal(size=count) * 4)
    window = 2 * (len(spectrum) - 1)
    noise, fade = np.zeros(count + window), np.sqrt(np.hanning(window + 1)[:window])
    for start in range(0, count, window // 2):
        phases = np.fft.rfft(random.normal(size=window)) / np.sqrt(window)
        noise[start : start + window] += fade * np.fft.irfft(phases * spectrum, window)
    return int16(noise[:count] + random.normal(size=count) * 0.5)


def with_noise(samples: Samples, snr_db: float, random: np.random.Generator) -> Samples:
    """Pink noise over everything, so much below the level of the speech itself."""
    sound = samples.astype(np.float64)
    spectrum = np.fft.rfft(random.normal(size=len(sound)))
    lowest = 20 * len(sound) / RATE_HZ
    noise = np.fft.irfft(spectrum / np.sqrt(np.maximum(np.arange(len(spectrum)), lowest)), len(sound))
    return int16(sound + noise * (speech_level(sound) / 10 ** (snr_db / 20) / noise.std()))


def two_metres_away(samples: Samples, random: np.random.Generator) -> Samples:
    """A living room: as much echo as direct sound, dying away by 60 dB in half a second; 12 dB quieter; 25 dB SNR."""
    times_s = np.arange(RATE_HZ // 2) / RATE_HZ
    tail = np.random.default_rng(11).normal(size=len(times_s)) * 10 ** (-3 * times_s / 0.5)
    tail[: RATE_HZ // 200] = 0
    answer = tail / np.sqrt((tail**2).sum())
    answer[0] = 1.0
    size = len(samples) + len(answer)
    sound = np.fft.irfft(np.fft.rfft(samples.astype(float), size) * np.fft.rfft(answer, size), size)[: len(samples)]
    return with_noise(int16(sound / 4), 25, random)


def face_down(samples: Samples, random: np.random.Generator) -> Samples:
    """A mouth in the mat: 12 dB per octave less above 1 kHz, with 20 dB SNR."""
    spectrum = np.fft.rfft(samples.astype(float))
    hz = np.fft.rfftfreq(len(samples), 1 / RATE_HZ)
    sound = np.fft.irfft(spectrum / (1 + (hz / 1000) ** 2), len(samples))
    return with_noise(int16(sound), 20, random)


Condition = Callable[[Samples, np.random.Generator], Samples]
CONDITIONS: dict[str, Condition] = {
    "clean": lambda samples, _random: samples,
    "20 dB": lambda samples, random: with_noise(samples, 20, random),
    "10 dB": lambda samples, random: with_noise(samples, 10, random),
    "5 dB": lambda samples, random: with_noise(samples, 5, random),
    "room 2 m": two_metres_away,
    "face down": face_down,
}


def speech_level(sound: npt.NDArray[np.float64]) -> float:
    power = np.convolve(sound**2, np.ones(400) / 400, "same")
    return float(np.sqrt(power[power > power.max() * 0.01].mean()))


def int16(sound: npt.NDArray[np.floating]) -> Samples:
    return np.clip(np.round(sound), -32768, 32767).astype(np.int16)


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines, delimiter="\t"))


def in_hash_order(rows: list[dict[str, str]]) -> list[dict[str, str]]:
    """Mixed, but always alike."""
    return sorted(rows, key=lambda row: hashlib.sha256(row["path"].encode()).hexdigest())
