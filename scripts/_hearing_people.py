"""Who speaks in the hearing bench: recorded people and synthetic patients, with the times of their words; the coach."""

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
from _hearing_sounds import SPEECH_DBFS, Sound, as_float, as_int16, at_level, faded
from _model_sounds import PROGRAMS, RATE_HZ, VOICES, in_hash_order, read_sound, rows, say

from tests.end_to_end_sound import spoken_part

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
_BEFORE_S, _AFTER_S = 0.15, 0.25  # of a clip's own room that stay around a word


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
