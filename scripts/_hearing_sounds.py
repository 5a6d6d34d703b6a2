"""What the hearing bench plays: people and synthetic patients with the times of their words, others, noise, rooms.

All sounds are mono at 16 kHz, floating point, 1.0 is full scale.
"""

from __future__ import annotations

import csv
import hashlib
import itertools
import json
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from _model_sounds import (
    PROGRAMS,
    RATE_HZ,
    VOICES,
    Clip,
    in_hash_order,
    noises,
    read_sentences,
    read_sound,
    rows,
    say,
    speech_level,
    wake_words,
)

from tests.end_to_end_sound import spoken_part

Sound = npt.NDArray[np.float64]
SPEECH_DBFS = -26.0  # active speech near the microphone: the level at which speech is usually recorded (ITU-T P.56)
ROOM_DBFS = -66.0  # a quiet room
# engine, voice; neither the coach's own nor among the training's. The speaker "slt" was trained on, as said by flite.
PATIENTS = {
    **VOICES,
    "festival slt (HTS)": ("festival", "cmu_us_slt_arctic_hts"),
    "espeak caribbean Storm": ("espeak-ng", "en-029+Storm"),
    "espeak lancaster AnxiousAndy": ("espeak-ng", "en-gb-x-gbclan+AnxiousAndy"),
    "espeak new york announcer": ("espeak-ng", "en-us-nyc+announcer"),
    "espeak west midlands Storm": ("espeak-ng", "en-gb-x-gbcwmd+Storm"),
}
STOP = "stop"
# Which question is open while people say these words; all others are said while nothing is asked.
ASKED = {"yes": "go_on", "no": "go_on", "go": "go_on", "left": "baseline_side", "right": "baseline_side"}
BASELINE = "left calf 5"  # of most sentences of the table
_BEFORE_S, _AFTER_S, _FADE_S = 0.15, 0.25, 0.03  # of a clip's own room that stay around a word


@dataclass(frozen=True, slots=True)
class Word:
    """Samples from the beginning of the sound."""

    word: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Utterance:
    """`sound` at SPEECH_DBFS; `question`: which is open when it is said ("performing": none)."""

    sound: Sound
    words: tuple[Word, ...]
    who: str
    question: str

    @property
    def text(self) -> str:
        return " ".join(word.word for word in self.words)


def decibels(level_db: float) -> float:
    return float(10 ** (level_db / 20))


def at_level(sound: Sound, level_dbfs: float) -> Sound:
    """The same with its active speech (or, where it is steady, all of it) at this level."""
    return sound * (decibels(level_dbfs) / max(speech_level(sound), 1e-9))


def rms(sound: Sound) -> float:
    return float(np.sqrt(np.mean(sound**2))) if len(sound) else 0.0


# --- who speaks to the coach ---


def people(audio: Path, stops: int, others: int) -> list[Utterance]:
    """Single words by held-out people of Speech Commands: `stops` times "stop" at most, and `others` of every other
    command; words that mean nothing to the coach count as one more. Recordings that cut their word are left out."""
    chosen: dict[str, list[Utterance]] = {}
    for row in in_hash_order([row for row in rows(audio / "speech_commands.tsv") if row["split"] == "dev"]):
        word = row["word"]
        group = chosen.setdefault(word if word in (STOP, *ASKED) else "other", [])
        if len(group) < (stops if word == STOP else others):
            sound = as_float(read_sound(audio / row["path"]))
            if (part := whole_word(sound)) is not None:
                question = ASKED.get(word, "performing")
                group.append(single_word(sound, part, word, row["speaker"], question))
    return list(itertools.chain.from_iterable(chosen.values()))


def whole_word(sound: Sound) -> tuple[int, int] | None:
    """First and last sample of the word, unless the recording begins or ends in it."""
    first, last = spoken_part(sound.astype(np.float32), RATE_HZ)
    return (first, last) if first >= 0.04 * len(sound) and last <= 0.96 * len(sound) else None


def single_word(sound: Sound, part: tuple[int, int], text: str, who: str, question: str) -> Utterance:
    first, last = part
    begin = max(0, first - round(_BEFORE_S * RATE_HZ))
    cut = at_level(faded(sound[begin : last + round(_AFTER_S * RATE_HZ)]), SPEECH_DBFS)
    return Utterance(cut, (Word(text, first - begin, last - begin),), who, question)


def faded(sound: Sound) -> Sound:
    """The clip's own room comes and goes softly."""
    count = min(round(_FADE_S * RATE_HZ), len(sound) // 2)
    ramp = np.linspace(0.0, 1.0, count, endpoint=False)
    sound = sound.copy()
    sound[:count] *= ramp
    sound[len(sound) - count :] *= ramp[::-1]
    return sound


@dataclass(frozen=True, slots=True)
class Sentence:
    text: str
    question: str


def sentences(table: Path, count: int) -> list[Sentence]:
    """Of the table of pain language, always the same: three quarters while nothing is asked."""
    with table.open(encoding="utf-8", newline="") as lines:
        found = [
            Sentence(row["utterance"], row["question"] or "performing")
            for row in csv.DictReader((line for line in lines if not line.startswith("# ")), delimiter="\t")
            if row["baseline"] == BASELINE and row["utterance"].replace("'", "").replace(" ", "").isalpha()
            if "typed" not in (row["note"] or "")
        ]
    found.sort(key=lambda one: hashlib.sha256(f"{one.question} {one.text}".encode()).hexdigest())
    asked = [one for one in found if one.question in ("check", "go_on", "where_worse", "what_happened")]
    free = [one for one in found if one.question == "performing"]
    return free[: count - count // 4] + asked[: count // 4]


def patients(wanted: Iterable[Sentence], folder: Path, model: Path) -> list[Utterance]:
    """Each sentence in one voice, taking turns among those that are installed."""
    voices = [(name, *voice) for name, voice in PATIENTS.items() if installed(*voice)]
    folder.mkdir(parents=True, exist_ok=True)
    said = []
    for sentence, (name, engine, voice) in zip(wanted, itertools.cycle(voices), strict=False):
        sound = as_float(say(engine, voice, sentence.text, folder))
        said.append(
            Utterance(at_level(sound, SPEECH_DBFS), word_times(sound, sentence, folder, model), name, sentence.question)
        )
    return said


def installed(engine: str, voice: str) -> bool:
    if shutil.which(PROGRAMS[engine]) is None:
        return False
    return engine != "festival" or any(Path("/usr/share/festival/voices").glob(f"*/{voice}"))


def word_times(sound: Sound, sentence: Sentence, folder: Path, model: Path) -> tuple[Word, ...]:
    """As the recogniser finds them when it is told the sentence; spread by letters where it knows not all words. The
    first begins and the last ends with the sound."""
    key = hashlib.sha256(sound.tobytes() + sentence.text.encode()).hexdigest()[:24]
    kept = folder / f"{key}.words.json"
    if not kept.exists():
        first, last = spoken_part(sound.astype(np.float32), RATE_HZ)
        words = sentence.text.split()
        ends = _aligned(sound, words, model) or _spread(words, first, last)
        ends[-1] = last
        starts = [first, *ends[:-1]]
        kept.write_text(json.dumps(list(zip(words, starts, ends, strict=True))))
    return tuple(Word(*word) for word in json.loads(kept.read_text()))


def _aligned(sound: Sound, words: list[str], model: Path) -> list[int]:
    recogniser = kaldi_recogniser(vosk_model(model), json.dumps([" ".join(words)]))
    recogniser.SetWords(True)
    recogniser.AcceptWaveform(as_int16(at_level(sound, SPEECH_DBFS)).tobytes())
    found: list[dict[str, Any]] = json.loads(recogniser.FinalResult()).get("result", [])
    same = [word["word"] for word in found] == words
    return [round(word["end"] * RATE_HZ) for word in found] if same else []


def _spread(words: list[str], first: int, last: int) -> list[int]:
    letters = np.cumsum([len(word) + 1 for word in words])
    return [first + int((last - first) * share) for share in letters / letters[-1]]


@cache
def vosk_model(path: Path) -> Any:
    import vosk

    vosk.SetLogLevel(-1)
    return vosk.Model(str(path))


def kaldi_recogniser(model: Any, *grammar: str) -> Any:
    import vosk

    return vosk.KaldiRecognizer(model, RATE_HZ, *grammar)


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
    found = [as_float(clip.samples) for clip in noises(audio)]
    return _stream([sound / rms(sound) for sound in found if rms(sound) > 1e-5], samples, random)


def babble(audio: Path, samples: int, random: np.random.Generator, talkers: int = 5) -> Sound:
    """Other people speaking all at once, RMS 1."""
    voices = [as_float(clip.samples) for clip in (*wake_words(audio, 5), *read_sentences(audio, 3))]
    voices = [at_level(voice, 0.0) for voice in voices if rms(voice) > 1e-5]
    mixed = np.sum([_stream(voices, samples, random) for _ in range(talkers)], axis=0)
    return np.asarray(mixed / rms(mixed))


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


def mixed_at(sound: Sound, noise: Sound, snr_db: float) -> Sound:
    """Noise of RMS 1 added so far below the active level of the speech."""
    return sound + noise * speech_level(sound) * decibels(-snr_db)


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
    """As long as it was, and the room's answer to its end."""
    from scipy.signal import fftconvolve

    return np.asarray(fftconvolve(sound, response), np.float64)


def face_down(sound: Sound) -> Sound:
    """A mouth in the mat: 12 dB per octave less above 1 kHz."""
    spectrum = np.fft.rfft(sound)
    hz = np.fft.rfftfreq(len(sound), 1 / RATE_HZ)
    return np.asarray(np.fft.irfft(spectrum / (1 + (hz / 1000) ** 2), len(sound)))


def as_float(samples: npt.NDArray[np.int16]) -> Sound:
    return samples.astype(np.float64) / 32768


def as_int16(sound: npt.NDArray[np.floating]) -> npt.NDArray[np.int16]:
    return np.clip(np.round(sound * 32768), -32768, 32767).astype(np.int16)


def coach_lines(folder: Path) -> Iterator[tuple[str, Sound]]:
    """What the coach says in its first programme, in its own voice."""
    import soxr

    from voicecoach.programmes import load
    from voicecoach.speaking.voice import Voice

    voice = Voice(folder)
    try:
        for exercise in load("herniated_disc").exercises:
            for text in exercise.steps:
                pcm = voice.render(text, 160)
                yield text, np.asarray(soxr.resample(pcm, voice.sample_rate_hz, RATE_HZ), np.float64)
    finally:
        voice.close()
