"""The hearing bench's jobs: which ear hears what under which condition. They run in processes of their own, and what is
done is kept in a folder, so that a bench that was interrupted goes on where it stood."""

from __future__ import annotations

import itertools
import json
import sys
import time
import zlib
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from _hearing_ears import COACH, GRAMMAR, IDEAL, SPHINX, VOSK, Lines, Load, hear, load_of
from _hearing_people import Utterance, coach_lines, patients, people, sentences
from _hearing_report import ECHO, LOAD, NOISE, OTHER, PEOPLE, SENTENCES, Report
from _hearing_scenes import CONDITIONS, FEW, MAIN, PIPELINE, QUICK, Scene, coach_alone, noise_alone, stage, strangers
from _hearing_scores import Alarms, Tally, counted, tally_from, truth_of_text
from _hearing_sounds import other_speech
from _model_sounds import RATE_HZ

ROOT = Path(__file__).resolve().parent.parent
TABLE = ROOT / "tests" / "data" / "pain_language.tsv"
BASELINE = "left calf five"
SEED = 4
CHUNK_S = 600.0  # of other speech in one job
ROOMS_M = (None, 2.0)  # where strangers speak: near the microphone, and across a room
LEVELS_DBFS = (-30.0, -45.0)  # of noise alone
COACH_ALONE_DBFS = (
    -36.0,
    -26.0,
)  # its own voice at the microphone: as loud as somebody two metres away, and 10 dB more


@dataclass(frozen=True, slots=True)
class Size:
    """How much is played. `every`: of the utterances, each ear hears one in so many; of sentences under a condition
    that is not one of MAIN half as many. `strangers_s`: seconds of other speech near the microphone and across the
    room."""

    stops: int
    others: int
    sentences: int
    conditions: dict[str, tuple[str, ...]]
    strangers_s: tuple[float, float]
    noise_s: float
    echo_s: float
    every: dict[str, int]


EVERYTHING = 1e9
ALL = tuple(condition.name for condition in CONDITIONS)
SIZES = {
    "full": Size(
        stops=100,
        others=12,
        sentences=200,
        conditions={COACH: ALL, IDEAL: PIPELINE, GRAMMAR: PIPELINE, VOSK: MAIN, SPHINX: FEW},
        strangers_s=(EVERYTHING, 2700.0),
        noise_s=400.0,
        echo_s=400.0,
        every={COACH: 1, IDEAL: 2, GRAMMAR: 2, VOSK: 3, SPHINX: 6},
    ),
    "quick": Size(
        stops=10,
        others=2,
        sentences=20,
        conditions=dict.fromkeys((COACH, IDEAL, GRAMMAR, VOSK, SPHINX), QUICK),
        strangers_s=(240.0, 60.0),
        noise_s=40.0,
        echo_s=40.0,
        every={COACH: 1, IDEAL: 1, GRAMMAR: 1, VOSK: 2, SPHINX: 5},
    ),
}


@dataclass(frozen=True, slots=True)
class Place:
    """Where everything is."""

    audio: Path
    voices: Path
    model: Path
    done: Path


@dataclass(frozen=True, slots=True)
class Job:
    """One ear under one condition; for strangers and noise, `condition` is where or how loud, `part` a chunk."""

    size: str
    material: str
    condition: str
    ear: str
    part: int = 0

    @property
    def key(self) -> str:
        words = f"{self.size} {self.material} {self.condition} {self.ear} {self.part}"
        return "".join(letter if letter.isalnum() or letter in "+-" else "_" for letter in words)

    @property
    def seed(self) -> int:
        """The same for all ears."""
        return SEED + zlib.crc32(f"{self.material} {self.condition} {self.part}".encode())


# --- which jobs ---


def jobs_of(size_name: str, place: Place) -> list[Job]:
    """The coach's first, so that an interrupted bench has what matters."""
    size = SIZES[size_name]
    jobs = []
    for ear, names in size.conditions.items():
        jobs += [Job(size_name, material, name, ear) for material in (PEOPLE, SENTENCES) for name in names]
        if ear in (COACH, VOSK):
            parts = [
                (name, part)
                for name, metres in zip(STRANGERS, ROOMS_M, strict=True)
                for part in range(len(_chunks(place, size_name, metres)))
            ]
            jobs += [Job(size_name, OTHER, name, ear, part) for name, part in parts[:: size.every[ear]]]
            jobs += [Job(size_name, NOISE, f"{level:.0f} dBFS", ear) for level in LEVELS_DBFS]
            jobs += [Job(size_name, ECHO, f"{level:.0f} dBFS", ear) for level in COACH_ALONE_DBFS]
        jobs += [Job(size_name, LOAD, "clean", ear)] if ear == COACH else []
    return jobs


STRANGERS = ("near", "2 m away")


# --- what is played ---


@cache
def _utterances(place: Place, size_name: str, material: str) -> list[Utterance]:
    size = SIZES[size_name]
    if material == PEOPLE:
        return people(place.audio, size.stops, size.others)
    return patients(sentences(TABLE, size.sentences), place.voices, place.model)


@cache
def _lines(place: Place) -> Lines:
    return list(coach_lines(place.voices / "coach"))


@cache
def _chunks(place: Place, size_name: str, metres: float | None) -> list[list[np.ndarray[Any, Any]]]:
    """Recordings of people who mean somebody else, in chunks. What they happen to say to the coach is left out."""
    limit_s = SIZES[size_name].strangers_s[ROOMS_M.index(metres)]
    clips = [clip for source in other_speech(place.audio).values() for clip in source]
    order = np.random.default_rng([SEED, ROOMS_M.index(metres)]).permutation(len(clips))
    chunks: list[list[np.ndarray[Any, Any]]] = [[]]
    total_s = chunk_s = 0.0
    for clip in (clips[number] for number in order):
        if total_s >= limit_s:
            break
        if truth_of_text(clip.text, BASELINE).decides:
            continue
        if chunk_s >= CHUNK_S:
            chunks.append([])
            chunk_s = 0.0
        chunks[-1].append(clip.samples)
        seconds = len(clip.samples) / RATE_HZ
        total_s, chunk_s = total_s + seconds, chunk_s + seconds
    return chunks


# --- doing them ---


def do(job: Job, place: Place) -> None:
    """Leaves its result in the folder of what is done."""
    result: Tally | Alarms | Load
    if job.material == LOAD:
        result = _load(job, place)
    else:
        result = _words(job, place) if job.material in (PEOPLE, SENTENCES) else _alarms(job, place)
    path = place.done / f"{job.key}.json"
    unfinished = path.with_suffix(".part")
    unfinished.write_text(json.dumps(asdict(result)))
    unfinished.replace(path)


def _load(job: Job, place: Place) -> Load:
    scene = stage(_utterances(place, job.size, SENTENCES)[:20], CONDITIONS[0], place.audio, job.seed)
    return load_of(place.model, scene) or Load()


def _words(job: Job, place: Place) -> Tally:
    condition = next(one for one in CONDITIONS if one.name == job.condition)
    half = job.material == SENTENCES and job.condition not in MAIN
    every = SIZES[job.size].every[job.ear] * (2 if half else 1)
    chosen = _utterances(place, job.size, job.material)[::every]
    tally = Tally()
    for question, group in _by_question(chosen):
        scene = stage(group, condition, place.audio, job.seed)
        lines = _lines(place) if scene.echo is not None else ()
        tally.add(counted(scene.placed, hear(job.ear, place.model, scene, question, lines), BASELINE))
    return tally


def _by_question(utterances: Sequence[Utterance]) -> Iterator[tuple[str, list[Utterance]]]:
    by_name = sorted(utterances, key=lambda one: one.question)
    for question, group in itertools.groupby(by_name, lambda one: one.question):
        yield question, list(group)


def _alarms(job: Job, place: Place) -> Alarms:
    scene, seconds = _alarm_scene(job, place)
    lines = _lines(place) if scene.echo is not None else ()
    alarms = Alarms()
    alarms.count(seconds / 3600, hear(job.ear, place.model, scene, "performing", lines))
    return alarms


def _alarm_scene(job: Job, place: Place) -> tuple[Scene, float]:
    """And how many seconds of it count."""
    size, random = SIZES[job.size], np.random.default_rng(job.seed)
    if job.material == OTHER:
        metres = ROOMS_M[STRANGERS.index(job.condition)]
        clips = _chunks(place, job.size, metres)[job.part]
        return strangers(clips, metres, random), sum(len(clip) for clip in clips) / RATE_HZ
    level_dbfs = float(job.condition.split()[0])
    if job.material == NOISE:
        return noise_alone(place.audio, size.noise_s, level_dbfs, random), size.noise_s
    return coach_alone(size.echo_s, level_dbfs, random), size.echo_s


def run_jobs(jobs: Sequence[Job], place: Place, processes: int) -> None:
    """Those that are not done yet; says how far it is."""
    todo = [job for job in jobs if not (place.done / f"{job.key}.json").exists()]
    print(f"{len(jobs)} jobs, {len(jobs) - len(todo)} of them done before", file=sys.stderr, flush=True)
    began_s = time.monotonic()
    with ProcessPoolExecutor(processes) as pool:
        pool.submit(_prepare, place, jobs[0].size).result()
        names = {pool.submit(do, job, place): job for job in todo}
        for count, future in enumerate(as_completed(names), 1):
            future.result()
            job, spent_s = names[future], time.monotonic() - began_s
            left = f"{spent_s / count * (len(todo) - count) / 60:.0f} min left"
            print(
                f"{count}/{len(todo)} {job.ear}: {job.material}, {job.condition}; {left}", file=sys.stderr, flush=True
            )


def _prepare(place: Place, size_name: str) -> None:
    """Once, before many need it."""
    _utterances(place, size_name, SENTENCES)
    _lines(place)


def report_of(jobs: Sequence[Job], place: Place, about: dict[str, str]) -> Report:
    """From all that is done."""
    report = Report(about)
    for job in jobs:
        path = place.done / f"{job.key}.json"
        if not path.exists():
            continue
        stored = json.loads(path.read_text())
        if job.material in (PEOPLE, SENTENCES):
            report.words[job.material, job.condition, job.ear] = tally_from(stored)
        elif job.material == LOAD:
            report.load = Load(**stored)
        else:
            total = report.alarms.setdefault((f"{job.material}, {job.condition}", job.ear), Alarms())
            total.add(Alarms(**stored))
    return report
