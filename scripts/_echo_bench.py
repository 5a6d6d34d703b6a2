"""The echo bench's command line and tables."""

from __future__ import annotations

import argparse
import itertools
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from _bootstrap import SetupError
from _echo_measures import WINDOWS_S, cancelled, decibel_cells, erle_db, segmental_snr_db
from _echo_paths import PATHS
from _echo_scenes import JUMP_S, Setting, echo_scene, reading, rooms, settings, speaking
from _hearing_ears import BASELINE_WORDS, Lines, coach
from _hearing_jobs import COACH_ALONE_DBFS, ROOT
from _hearing_people import Utterance, coach_lines, people
from _hearing_report import table
from _hearing_scenes import COACH_SPEAKS, CONDITIONS, QUIET_ROOM, Condition, coach_alone, stage
from _hearing_scores import Alarms, Tally, counted
from _hearing_sounds import Sound

from voicecoach.hearing.echo import EchoCanceller
from voicecoach.hearing.model import embedded_model

SEED = 7
TALK_FROM_S = 5.0  # before that the filters are still learning
OTHERS = 3  # of every other word
ALONE_S = 120.0
OURS = "the coach's filter"


@dataclass(frozen=True, slots=True)
class Material:
    """What is played and who speaks."""

    rooms: dict[str, Sound]
    played: Sound
    lines: Lines
    utterances: list[Utterance]


def run(args: list[str], description: str) -> int:
    """Raises SetupError where something is missing."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shared", type=Path, default=ROOT.parent / "shared", metavar="FOLDER")
    parser.add_argument("--stops", type=int, default=24, metavar="N", help="how many people say stop")
    parser.add_argument("--seconds", type=float, default=30.0, metavar="S", help="of the coach's voice in each scene")
    parser.add_argument("--only", choices=tuple(_PARTS), help="one of the tables")
    parser.add_argument("--filter", choices=tuple(PATHS), action="append", help="only this one (may be repeated)")
    wanted = parser.parse_args(args)
    audio = wanted.shared / "audio"
    if not audio.is_dir():
        raise SetupError(f"There are no recordings in {audio}: give the folder that holds them with --shared.")
    lines = list(coach_lines(Path(tempfile.gettempdir()) / "voicecoach-bench-voices" / "coach"))
    material = Material(rooms(audio), reading(lines, wanted.seconds), lines, people(audio, wanted.stops, OTHERS))
    names = wanted.filter or list(PATHS)
    for part, show in _PARTS.items():
        if wanted.only in (None, part):
            print(f"\n## {part.capitalize()}\n", flush=True)
            columns, rows = show(material, names)
            print(table(columns, []), flush=True)
            for row in rows:
                print(f"| {' | '.join(row)} |", flush=True)
    return 0


Table = tuple[tuple[str, ...], Iterator[tuple[str, ...]]]


def _echo(material: Material, names: Sequence[str]) -> Table:
    """The coach alone."""
    windows = (f"{first:.0f}-{last:.0f} s" if last < 100 else f"{first:.0f} s on" for first, last in WINDOWS_S)

    def rows() -> Iterator[tuple[str, ...]]:
        for called, setting in settings(list(material.rooms)).items():
            scene = echo_scene(setting, material.rooms[setting.room], material.played, None, SEED)
            for name in names:
                done = cancelled(PATHS[name](), scene)
                loss = erle_db(scene, done.sound, JUMP_S if setting.jumps else 0.0)
                yield called, name, *decibel_cells(loss), f"{100 * done.processor_share:.1f} %"

    return ("the coach alone: echo's loss in dB after", "filter", *windows, "of a core"), rows()


def _people(material: Material, names: Sequence[str]) -> Table:
    """Somebody speaks over the coach all the time."""

    def rows() -> Iterator[tuple[str, ...]]:
        voices = speaking(material.utterances, len(material.played), SEED)
        for room, name in itertools.product(list(material.rooms)[:1] + list(material.rooms)[-2:], names):
            snrs_db = []
            for echo_db in COACH_SPEAKS:
                setting = Setting(room, echo_db)
                scene = echo_scene(setting, material.rooms[room], material.played, voices, SEED)
                snrs_db.append(segmental_snr_db(scene, cancelled(PATHS[name](), scene).sound, TALK_FROM_S))
            yield room, name, *decibel_cells(snrs_db)

    return ("people over the coach: segmental SNR in dB", "filter", *(f"{db:+d} dB" for db in COACH_SPEAKS)), rows()


def _words(material: Material, names: Sequence[str]) -> Table:
    """The whole hearing, with the coach reading meanwhile, and with nobody there but the coach."""
    conditions = {one.name: one for one in CONDITIONS}

    def rows() -> Iterator[tuple[str, ...]]:
        yield QUIET_ROOM, OURS, *_heard(material, conditions[QUIET_ROOM], EchoCanceller)
        for name in names:
            make = partial(EchoCanceller, PATHS[name])
            for condition in COACH_SPEAKS.values():
                yield condition, name, *_heard(material, conditions[condition], make)
            for level_dbfs in COACH_ALONE_DBFS:
                yield f"the coach alone, {level_dbfs:.0f} dBFS", name, *_alone(material, level_dbfs, make)

    return (
        "the whole hearing",
        "filter",
        "right",
        "stop: hushed",
        "stop: decided",
        "heard in vain",
        "of a core",
    ), rows()


def _heard(material: Material, condition: Condition, make: Callable[[], EchoCanceller]) -> tuple[str, ...]:
    tally, sound_s, before_s = Tally(), 0.0, time.process_time()
    by_question = sorted(material.utterances, key=lambda one: one.question)
    for question, group in itertools.groupby(by_question, lambda one: one.question):
        scene = stage(list(group), condition, Path(), SEED)
        lines = material.lines if scene.echo is not None else ()
        sound_s += len(scene.sound) / 16_000
        tally.add(counted(scene.placed, coach(embedded_model(), scene, question, lines, make), BASELINE_WORDS))
    share = (time.process_time() - before_s) / sound_s
    return str(tally.right), str(tally.hushed), str(tally.decided), str(tally.startled), f"{100 * share:.0f} %"


def _alone(material: Material, level_dbfs: float, make: Callable[[], EchoCanceller]) -> tuple[str, ...]:
    scene, alarms = coach_alone(ALONE_S, level_dbfs, np.random.default_rng(SEED)), Alarms()
    before_s = time.process_time()
    alarms.count(ALONE_S / 3600, coach(embedded_model(), scene, "performing", material.lines, make))
    share = (time.process_time() - before_s) / ALONE_S
    said = f"{alarms.hushes} hushes, {alarms.decisions} decisions in {ALONE_S:.0f} s"
    return "-", "-", "-", said, f"{100 * share:.0f} %"


_PARTS: dict[str, Callable[[Material, Sequence[str]], Table]] = {"echo": _echo, "people": _people, "words": _words}
