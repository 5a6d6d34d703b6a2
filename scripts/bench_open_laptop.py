"""The whole programme on an open laptop: the loudspeaker comes back into the microphone through a room, and a patient
interrupts ten times. Does the coach ever answer itself, and is the patient heard?

Run from the repository's root: python scripts/bench_open_laptop.py [--programme tests/data/sessions/short.toml]
[--room rir1] [--echo-db 6] [--wav FILE] [--json FILE]. The real process, real streams, a sound card in software; takes
as long as the programme, about 15 minutes. Prints a report in Markdown; exit status 0 when the coach came to the end,
never answered itself, and heard every interruption at its first attempt.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import random
import shutil
import sys
import tempfile
from contextlib import closing
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
import soxr
from _laptop_patient import TEN, LaptopPatient, Utterance, Voices, missing_programs
from _laptop_verdict import (
    Consequence,
    Spoken,
    as_json,
    consequences,
    hushed_by,
    losses,
    unexplained,
)

from tests.end_to_end_session import Line, Scene, session
from tests.end_to_end_sound import find, last_sound
from tests.virtual_room import SIMULATED, Acoustics, VirtualRoom, virtual_room
from tests.virtual_room_process import RATE_HZ
from tests.virtual_sound import missing_parts, virtual_sound_card
from voicecoach.core.messages import Effect, Event, Reached
from voicecoach.core.session import Session
from voicecoach.hearing.echo import EchoCanceller
from voicecoach.hearing.frames import SAMPLE_RATE_HZ
from voicecoach.journal import Entry, SessionRecord
from voicecoach.languages import language, sayings
from voicecoach.patient import Patient
from voicecoach.programmes import load
from voicecoach.rehearsal import Rehearsal
from voicecoach.speaking.timeline import Pcm
from voicecoach.speaking.voice import Voice

SEED = 7
COACH_LINE = "Hello. I am your exercise coach, and I count every second of it for you."
RATE_WPM = 160
SPACING_S = 25.0  # between two interruptions at least; a third of the time for each where there is less
SLOWER = 3.0  # so many times as long as it takes without interruptions is too long
_ANSWER_S = 0.6  # of a line: enough to find it by
_ALIKE = 0.7
_DEVICES_S = 0.05  # what they take to play and to record, about


@dataclass(frozen=True, slots=True)
class Interruption:
    """One of the ten. `attempts` until it was decided (0: never); the rest is of the first attempt: None where it had
    no effect. Times are milliseconds from the end of the word; `beside`: the coach was speaking at the word."""

    words: str
    clip: str
    at_s: float
    beside: bool
    attempts: int
    hushed_ms: float | None
    decided_ms: float | None
    silent_ms: float | None


@dataclass(slots=True)
class Report:
    """Everything that is told about a run."""

    programme: str
    acoustics: dict[str, Any]
    outcome: str
    duration_s: float
    machine: str
    room: dict[str, Any]
    interruptions: list[Interruption] = field(default_factory=list)
    itself: list[Consequence] = field(default_factory=list)
    utterances: int = 0
    answers: int = 0
    losses: list[str] = field(default_factory=list)
    erle_db: dict[str, float] = field(default_factory=dict)
    transcript: str = ""

    @property
    def good(self) -> bool:
        heard = all(one.attempts == 1 for one in self.interruptions)
        return self.outcome == "completed" and not self.itself and heard

    def as_json(self) -> dict[str, Any]:
        return asdict(self) | {"itself": as_json(self.itself)}

    def as_markdown(self) -> str:
        ten = self.interruptions
        first = [one for one in ten if one.attempts == 1]
        rows = {
            "programme, outcome": f"{self.programme}, {self.outcome} after {self.duration_s / 60:.1f} minutes",
            "acoustics": ", ".join(f"{key} {value}" for key, value in self.acoustics.items()),
            "the coach answered itself: hushes": str(sum(one.kind == "hush" for one in self.itself)),
            "... decisions and answers": str(sum(one.kind in ("decision", "answer") for one in self.itself)),
            "... words without effect": str(sum(one.kind == "nothing" for one in self.itself)),
            "interruptions": f"{len(ten)}, {sum(one.beside for one in ten)} of them while the coach was speaking",
            "hushed at the first attempt": f"{sum(one.hushed_ms is not None for one in ten)} of {len(ten)}",
            "decided at the first attempt": f"{len(first)} of {len(ten)}",
            "decided in the end": f"{sum(one.attempts > 0 for one in ten)} of {len(ten)}",
            "word end to silence, ms: p50 / worst": _summary([one.silent_ms for one in first]),
            "word end to decision, ms: p50 / worst": _summary([one.decided_ms for one in first]),
            "answers, and how often something was said in all": f"{self.answers}, {self.utterances}",
            "echo return loss enhancement, dB": ", ".join(f"{k} {v:.0f}" for k, v in self.erle_db.items()) or "-",
            "hearing lost": "; ".join(self.losses) or "never",
            "the room itself": ", ".join(f"{key} {value:.4g}" for key, value in self.room.items()),
            "machine": self.machine,
        }
        table = ["| | |", "|---|---|", *(f"| {name} | {value} |" for name, value in rows.items())]
        each = [
            "",
            "| said | while | attempts | ms to hush | ms to silence | ms to decision |",
            "|---|---|---|---|---|---|",
        ]
        each += [
            f"| {one.words} {one.clip} | {'speaking' if one.beside else 'silent'} at {one.at_s:.0f} s | "
            f"{one.attempts or 'never heard'} | {_ms(one.hushed_ms)} | {_ms(one.silent_ms)} | {_ms(one.decided_ms)} |"
            for one in ten
        ]
        false = ["", "Nobody had said:", *(one.as_text() for one in self.itself)] if self.itself else []
        return "\n".join([*table, *each, *false])


def main() -> None:
    options = _options()
    if reason := missing_parts() or missing_programs():
        raise SystemExit(f"There can be no open laptop in software here: {reason}")
    with tempfile.TemporaryDirectory() as folder:
        report = run(options, Path(folder))
    print(report.as_markdown())
    if options.json is not None:
        options.json.write_text(json.dumps(report.as_json(), indent=1))
    sys.exit(0 if report.good else 1)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--programme", default="herniated_disc", help="a programme's name or file")
    parser.add_argument("--interruptions", type=int, default=len(TEN), help="how many of the ten")
    parser.add_argument("--room", default=SIMULATED, help="simulated, or one of ../shared/audio/rooms")
    parser.add_argument("--echo-db", type=float, default=0.0, help="the coach at the microphone, above the patient")
    parser.add_argument("--distortion", type=float, default=0.0, help="of the loudspeaker; 1: some 3 %% in loud vowels")
    parser.add_argument("--face-down", action="store_true", help="the patient speaks into the mat")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--wav", type=Path, metavar="FILE", help="what the microphone got, to listen to")
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="keep journal, transcript and sounds there")
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write all of the report to this file")
    return parser.parse_args()


def run(options: argparse.Namespace, folder: Path) -> Report:
    """One session, and what is to be told about it."""
    acoustics = Acoustics(options.room, options.echo_db, options.distortion, face_down=options.face_down)
    chance = random.Random(options.seed)  # noqa: S311 - the same moments every time
    wanted = list(TEN)
    chance.shuffle(wanted)
    wanted = wanted[: options.interruptions]
    lasts_s = session_length_s(options.programme)
    moments_s = random_moments(len(wanted), lasts_s, chance)
    cache, recording = folder / "cache", folder / "room.flac"
    load_before = os.getloadavg()[0]
    with closing(Voice(cache / "voicecoach" / "speech")) as voice, virtual_sound_card() as card:
        line = voice.render(COACH_LINE, RATE_WPM)
        with (
            virtual_room(card, acoustics, folder, line, recording) as room,
            session(card, folder, options.programme, voice=voice, cache=cache) as scene,
        ):
            voices = Voices(folder, chance)
            patient = LaptopPatient(scene, room, voices, chance, tuple(moments_s), tuple(wanted))
            ended = patient.play(lasts_s * SLOWER + 120)
            if not ended:
                scene.coach.interrupt()
            scene.coach.wait()
            record, entries = scene.journal()
            steady = room.close()
        load = f"load {load_before:.1f} before and {os.getloadavg()[0]:.1f} after"
        report = Report(
            options.programme,
            asdict(acoustics),
            record.outcome or "not ended",
            entries[-1].at_s,
            f"{os.cpu_count()} cores ({platform.machine()}), {load}",
            steady,
            transcript=scene.coach.transcript,
        )
        _judge(report, Evidence(scene, room, record, entries, patient.said, recording), voice)
    _keep(options, folder, recording, report)
    return report


def _keep(options: argparse.Namespace, folder: Path, recording: Path, report: Report) -> None:
    if options.wav is not None:
        samples, rate_hz = soundfile.read(recording, dtype="int16")
        soundfile.write(options.wav, samples[:, 0], rate_hz)
    if options.keep is not None:
        options.keep.mkdir(parents=True, exist_ok=True)
        shutil.copy(recording, options.keep)
        shutil.copytree(folder / "data", options.keep / "data", dirs_exist_ok=True)
        (options.keep / "transcript.txt").write_text(report.transcript)


def session_length_s(programme: str) -> float:
    """From the first exercise to the end, without interruptions."""
    began: list[float] = []
    last_s = 0.0

    def see(event: Event, effects: list[Effect]) -> None:
        nonlocal last_s
        last_s = event.at_s
        if any(isinstance(effect, Reached) and effect.exercise for effect in effects):
            began.append(event.at_s)

    Rehearsal(Session(load(programme), language(), sayings()), Patient(), see).run()
    return last_s - began[0]


def random_moments(count: int, lasts_s: float, chance: random.Random) -> list[float]:
    """In order, from the first exercise to shortly before the end, at least SPACING_S apart where that can be."""
    spacing_s = min(SPACING_S, 0.6 * lasts_s / max(1, count))
    free_s = lasts_s * 0.95 - spacing_s * count
    return [
        moment + number * spacing_s
        for number, moment in enumerate(sorted(chance.uniform(2, free_s) for _ in range(count)))
    ]


# --- what came of it ---


@dataclass(frozen=True, slots=True)
class Evidence:
    scene: Scene
    room: VirtualRoom
    record: SessionRecord
    entries: list[Entry]
    said: list[Utterance]
    recording: Path

    @property
    def clock_began_s(self) -> float:
        """When the session's clock was at 0, on time.monotonic(): from the line that was printed with the least
        delay. The clock stands still while a device is opened again: then earlier lines are of no use, and the
        difference shows as lines that came before their time."""
        return min(line.at_s - stamp for line in self.scene.coach.lines if (stamp := _stamp(line)) is not None)

    def spoken(self) -> list[Spoken]:
        """On the session's clock."""
        offset_s = self.room.began_s - self.clock_began_s
        return [
            Spoken(
                one.words, one.began / RATE_HZ + offset_s, one.ended / RATE_HZ + offset_s, one.interruption, one.attempt
            )
            for one in self.said
        ]


def _judge(report: Report, evidence: Evidence, voice: Voice) -> None:
    spoken = evidence.spoken()
    heard = consequences(evidence.entries)
    report.itself = unexplained(heard, spoken)
    report.losses = losses(evidence.entries)
    report.utterances, report.answers = len(spoken), sum(one.interruption == 0 for one in spoken)
    tracks, _ = soundfile.read(evidence.recording, dtype="float32")
    report.erle_db = _erle_db(tracks)
    for said, at in zip(evidence.said, spoken, strict=True):
        if said.interruption and said.attempt == 1:
            attempts = [one for one in evidence.said if one.interruption == said.interruption]
            report.interruptions.append(_interruption(said, at, attempts, evidence, tracks[:, 1], voice))


def _interruption(
    said: Utterance, at: Spoken, attempts: list[Utterance], evidence: Evidence, played: Pcm, voice: Voice
) -> Interruption:
    hushed_s = hushed_by(at, evidence.entries)
    decided_ms = silent_ms = None
    if said.decided is not None:
        decided_ms = 1000 * (said.decided.at_s - evidence.room.moment(said.ended))
        silent_ms = _silent_ms(said, evidence, played, voice)
    return Interruption(
        said.words,
        said.clip,
        at.began_s,
        bool(last_sound(played[said.began : said.ended])),
        next((one.attempt for one in attempts if one.decided is not None), 0),
        None if hushed_s is None else 1000 * (hushed_s - at.ended_s),
        decided_ms,
        silent_ms,
    )


def _silent_ms(said: Utterance, evidence: Evidence, played: Pcm, voice: Voice) -> float | None:
    """From the end of the word to the coach's last sound before its answer; None where that is not found."""
    assert said.decided is not None
    stamp = _stamp(said.decided)
    answer = next(
        (
            entry.body
            for entry in evidence.entries
            if entry.type == "Speak" and stamp is not None and entry.at_s > stamp - 0.06
        ),
        None,
    )
    if answer is None:
        return None
    wanted = voice.render(answer["text"], answer["rate_wpm"])[: round(_ANSWER_S * RATE_HZ)]
    until = round((said.decided.at_s - evidence.room.began_s + 4.0) * RATE_HZ)
    window = played[said.ended : until]
    if len(window) <= len(wanted):
        return None
    found = find(wanted, window)
    if found.likeness < _ALIKE:
        return None
    return 1000 * last_sound(window[: max(0, found.sample - RATE_HZ // 50)]) / RATE_HZ


def _erle_db(tracks: Pcm) -> dict[str, float]:
    """How much of the echo the coach's own canceller takes out of this very sound, as it says itself."""
    sound = soxr.resample(tracks[:, :2], RATE_HZ, SAMPLE_RATE_HZ)
    heard, played = np.ascontiguousarray(np.clip(np.rint(sound * 32767), -32768, 32767).astype(np.int16).T)
    heard = np.roll(heard, round(_DEVICES_S * SAMPLE_RATE_HZ))  # in the room's own recording the echo comes at once
    canceller, values = EchoCanceller(), []
    for at in range(0, len(heard), SAMPLE_RATE_HZ):
        frames = canceller.process(heard[at : at + SAMPLE_RATE_HZ], played[at : at + SAMPLE_RATE_HZ])
        values += [frame.state.erle_db for frame in frames if frame.state.playing]
    if not values:
        return {}
    late = values[len(values) // 10 :]
    return {"median": float(np.median(late)), "worst tenth below": float(np.percentile(late, 10))}


def _stamp(line: Line) -> float | None:
    """The session's time that a line begins with: [m:ss.s]"""
    if not line.text.startswith("["):
        return None
    minutes, seconds = line.text[1:].split("]")[0].split(":")
    return 60 * int(minutes) + float(seconds)


def _summary(values_ms: list[float | None]) -> str:
    known = [value for value in values_ms if value is not None]
    return f"{np.median(known):.0f} / {max(known):.0f} ({len(known)} measured)" if known else "-"


def _ms(value: float | None) -> str:
    return "-" if value is None else f"{value:.0f}"


if __name__ == "__main__":
    main()
