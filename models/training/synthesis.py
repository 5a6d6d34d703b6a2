"""Stage "synth": espeak-ng and flite say the coach's sentences. The voices that the bench tests with stay unheard."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np

from models.training.phones import Dictionary, listed
from models.training.places import Places, RecipeError
from models.training.sentences import Author
from models.training.tables import TRAIN, Utterance, write_table

ACCENTS = {
    "en-us": 7,
    "en-gb": 4,
    "en-gb-scotland": 3,
    "en-gb-x-rp": 3,
    "en-029": 2,
    "en-gb-x-gbcwmd": 2,
    "en-gb-x-gbclan": 2,
    "en-us-nyc": 2,
}
VARIANTS = listed(
    "m1 m2 m3 m4 m5 m6 m7 m8 f1 f2 f3 f4 f5 croak whisper whisperf klatt klatt2 klatt3 klatt4 klatt5 klatt6 adam "
    "Alex Alicia Andrea Andy Annie antonio aunty belinda benjamin boris caleb david Denis Diogo ed edward edward2 "
    "Gene Gene2 grandma grandpa gustave Henrique Hugo iven iven2 iven3 iven4 Jacky john kaukovalta Lee linda "
    "marcelo Marco Mario max Michael michel miguel Mike Mr Nguyen norbert pablo paul pedro quincy RicishayMax "
    "RicishayMax2 RicishayMax3 rob robert sandro shelby steph steph2 steph3 travis Tweaky victor zac anika "
)
FLITE_VOICES = ("slt", "awb", "kal16")
# The bench's: unheard variants of espeak-ng, flite's rms, festival's ked.
HELD_OUT_VARIANTS = ("Storm", "AnxiousAndy", "announcer")
HELD_OUT_FLITE = ("rms",)


@dataclass(frozen=True, slots=True)
class Line:
    """One thing to say: `command` writes it to `path`."""

    path: Path
    speaker: str
    text: str
    command: tuple[str, ...]


def espeak_lines(folder: Path, sentences: Iterator[str], seed: int) -> Iterator[Line]:
    """Voices, speeds and pitches of all kinds."""
    random = np.random.default_rng([seed, 1])
    accents, weights = list(ACCENTS), np.array(list(ACCENTS.values())) / sum(ACCENTS.values())
    for number, text in enumerate(sentences):
        voice = f"{accents[random.choice(len(accents), p=weights)]}+{VARIANTS[random.integers(len(VARIANTS))]}"
        speed, pitch = random.integers(110, 230), random.integers(20, 85)
        path = folder / f"{number:06}.wav"
        how = ("-v", voice, "-s", str(speed), "-p", str(pitch), "-w", str(path))
        yield Line(path, f"espeak_{voice}", text, ("espeak-ng", *how, text))


def flite_lines(folder: Path, sentences: Iterator[str], seed: int) -> Iterator[Line]:
    random = np.random.default_rng([seed, 2])
    for number, text in enumerate(sentences):
        voice, stretch = FLITE_VOICES[number % len(FLITE_VOICES)], random.uniform(0.8, 1.3)
        path = folder / f"{number:06}.wav"
        how = ("-voice", voice, "--setf", f"duration_stretch={stretch:.2f}", "-o", str(path))
        yield Line(path, f"flite_{voice}", text, ("flite", *how, "-t", text))


def synthesize(places: Places, *, espeak: int, flite: int, seed: int) -> None:
    """Write synthetic/*.wav and tables/synthetic.tsv; files that are there already are kept."""
    for program in ("espeak-ng", "flite"):
        if shutil.which(program) is None:
            raise RecipeError(f"{program} is not installed: install it (Debian: apt install espeak-ng flite).")
    author = Author(seed, Dictionary.cmudict().words(), places.prose).sentences()
    folders = [places.synthetic / name for name in ("espeak", "flite")]
    for folder in folders:
        folder.mkdir(parents=True, exist_ok=True)
    lines = [
        *islice(espeak_lines(folders[0], author, seed), espeak),
        *islice(flite_lines(folders[1], author, seed), flite),
    ]
    with ThreadPoolExecutor(2) as pool:
        for done, _ in enumerate(pool.map(_say, lines), 1):
            if done % 1000 == 0:
                print(f"{done} of {len(lines)} said", flush=True)
    table = [Utterance(str(n.path), n.path.parent.name, n.speaker, TRAIN, n.text.replace(",", "")) for n in lines]
    write_table(places.tables / "synthetic.tsv", table)


def _say(line: Line) -> None:
    if line.path.exists() and line.path.stat().st_size > 44:
        return
    subprocess.run(line.command, check=True, capture_output=True)
