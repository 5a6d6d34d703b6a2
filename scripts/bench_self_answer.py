"""Does the coach ever answer itself? The whole programme in virtual time, in many rooms, with an open loudspeaker.

Run from the repository's root: python scripts/bench_self_answer.py [--programme herniated_disc] [--runs 10] [--jobs 2]
[--json FILE]. Real voices, real canceller, real recogniser, real journal; only the devices and the time are simulated,
so that every run gives the same again, and nothing depends on how busy the computer is. The patient answers, pauses
once, and is silent otherwise. Measured rooms need ../shared. Prints a table in Markdown.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import tempfile
from contextlib import ExitStack, closing
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import soxr
from _laptop_verdict import Spoken, as_json, consequences, unexplained
from bench_open_laptop import COACH_LINE, RATE_WPM

from tests.virtual_room import (
    MEASURED_ROOMS,
    NOISE_DBFS,
    PATIENT_DIRECT_TO_ROOM_DB,
    SIMULATED,
    VOICE_DBFS,
    convolve,
    laptop_response,
    room_response,
    speech_dbfs,
)
from voicecoach.core.session import Session
from voicecoach.hearing.frames import SAMPLE_RATE_HZ, Samples
from voicecoach.hearing.model import embedded_model
from voicecoach.journal import Journal, SessionKind
from voicecoach.keeping import local_now, recorded
from voicecoach.languages import language, sayings
from voicecoach.patient import Patient
from voicecoach.play import PATIENT_VOICE
from voicecoach.preparing import example_of
from voicecoach.programmes import load
from voicecoach.room import Room
from voicecoach.simulation import PATIENT_GAIN, PATIENT_RATE_WPM, RATE_HZ, Recording, Simulation
from voicecoach.speaking.timeline import Pcm
from voicecoach.speaking.voice import Voice

PATIENT_LINE = "The same as before. I am ready to go on."
ECHO_DB = (0.0, 6.0, -6.0, 10.0)  # the coach at the microphone, above the patient
DEVICES_S = (0.06, 0.11)  # from played to heard, at least and at most
PAUSES = "at hold 1 of press-up, 5 s: pause"
_SILENT = 1e-4
_BREATH_S = 0.3  # a pause within what is said


@dataclass(frozen=True, slots=True)
class Scene:
    """One run. `echo_db`: as in ECHO_DB."""

    programme: str
    room: str
    echo_db: float
    seed: int


@dataclass(frozen=True, slots=True)
class Report:
    """What came of it: `hushes` and `decisions` that nobody gave cause for; `spoken_s`: so long did the coach sound."""

    scene: Scene
    outcome: str
    lasted_s: float
    spoken_s: float
    utterances: int
    hushes: int
    decisions: int
    itself: list[dict[str, object]]


class OpenLaptop(Room):
    """The loudspeaker at the microphone, and a patient two metres away (see tests/virtual_room.py for the acoustics).
    Keeps when either of them sounded."""

    def __init__(self, scene: Scene, coach_line: Pcm, patient_line: Pcm) -> None:
        chance = np.random.default_rng(scene.seed)
        ratio = RATE_HZ / SAMPLE_RATE_HZ  # a response is a density
        response = ratio * soxr.resample(
            laptop_response(scene.room, scene.echo_db, coach_line), RATE_HZ, SAMPLE_RATE_HZ
        )
        delay = np.zeros(round(chance.uniform(*DEVICES_S) * SAMPLE_RATE_HZ))
        super().__init__(RATE_HZ, np.concatenate([delay, response]).astype(np.float32), scene.seed)
        self._response = room_response(scene.room, PATIENT_DIRECT_TO_ROOM_DB)
        gain_db = VOICE_DBFS - speech_dbfs(convolve(patient_line, self._response))
        self._gain = np.float32(10 ** (gain_db / 20))
        self._rest: Pcm = np.zeros(0, np.float32)
        self._hiss = chance
        self._at = 0
        self.spoken_samples = 0
        self.said: list[tuple[int, int]] = []  # samples

    def hear(self, patient: Pcm, played: Pcm) -> tuple[Samples, Samples]:
        self._note(patient, played)
        voice = convolve(patient * self._gain, self._response)
        voice[: len(self._rest)] += self._rest[: len(voice)]
        self._rest = voice[len(patient) :]
        hiss = self._hiss.normal(0.0, 10 ** (NOISE_DBFS / 20), len(patient)).astype(np.float32)
        return super().hear(voice[: len(patient)] + hiss, played)

    def _note(self, patient: Pcm, played: Pcm) -> None:
        self.spoken_samples += int(np.count_nonzero(np.abs(played) > _SILENT))
        loud = np.flatnonzero(np.abs(patient) > _SILENT)
        if len(loud):
            began, ended = self._at + int(loud[0]), self._at + int(loud[-1]) + 1
            if self.said and began - self.said[-1][1] < _BREATH_S * RATE_HZ:
                began = self.said.pop()[0]
            self.said.append((began, ended))
        self._at += len(patient)


def play(scene: Scene) -> Report:
    """One session."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        coach = stack.enter_context(closing(Voice(folder / "voices")))
        patient = stack.enter_context(closing(Voice(folder / "voices", voice=PATIENT_VOICE)))
        journal = stack.enter_context(Journal.open(folder / "journal.sqlite3"))
        line = patient.render(PATIENT_LINE, PATIENT_RATE_WPM) * np.float32(PATIENT_GAIN)
        laptop = OpenLaptop(scene, coach.render(COACH_LINE, RATE_WPM), line)
        programme = load(scene.programme)
        before = example_of(programme)
        session = Session(programme, language(), sayings(), before)
        knows = any(exercise.id == "press-up" for exercise in programme.exercises)
        person = Patient(says=(PAUSES,) if knows else ())
        with recorded(journal, SessionKind.SIMULATED, programme, before, local_now) as (record, end):
            sound = stack.enter_context(Recording(None))
            finish = Simulation(session, coach, patient, embedded_model(), person, sound, laptop).run(record, [])
            end(finish)
        entries = journal.entries(journal.sessions()[-1].id)
    said = [Spoken("", began / RATE_HZ, ended / RATE_HZ) for began, ended in laptop.said]
    itself = unexplained(consequences(entries), said)
    return Report(
        scene,
        finish.outcome,
        entries[-1].at_s,
        laptop.spoken_samples / RATE_HZ,
        len(said),
        sum(one.kind == "hush" for one in itself),
        sum(one.kind in ("decision", "answer") and one.words != "" for one in itself),
        as_json(itself),
    )


def scenes(programme: str, runs: int) -> list[Scene]:
    """Every room at every level in turn."""
    rooms = [SIMULATED, *sorted(file.stem for file in MEASURED_ROOMS.glob("*.flac"))]
    return [Scene(programme, rooms[n % len(rooms)], ECHO_DB[n % len(ECHO_DB)], n) for n in range(runs)]


def as_markdown(reports: list[Report]) -> str:
    """A table, and whatever the coach took for somebody's words."""
    head = [
        "room",
        "coach over patient",
        "outcome",
        "lasted",
        "of it speaking",
        "answers",
        "own hushes",
        "own decisions",
    ]
    rows = [f"| {' | '.join(head)} |", "|" + "---|" * len(head)]
    for one in reports:
        cells = (
            one.scene.room, f"{one.scene.echo_db:+.0f} dB", one.outcome, f"{one.lasted_s:.0f} s",
            f"{one.spoken_s:.0f} s", one.utterances, one.hushes, one.decisions,
        )  # fmt: skip
        rows.append(f"| {' | '.join(str(cell) for cell in cells)} |")
    hours = sum(one.spoken_s for one in reports) / 3600
    hushes, decisions = sum(one.hushes for one in reports), sum(one.decisions for one in reports)
    rows += [
        "",
        f"In {hours:.2f} hours of its own voice it hushed itself {hushes} times, and decided {decisions} times.",
    ]
    for one in reports:
        for what in one.itself:
            rows.append(f"- {one.scene.room} {one.scene.echo_db:+.0f} dB, {what['at_s']:.1f} s: {what}")
    return "\n".join(rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--programme", default="herniated_disc", help="a programme's name or file")
    parser.add_argument("--runs", type=int, default=10)
    parser.add_argument("--jobs", type=int, default=2, help="processes")
    parser.add_argument("--json", type=Path, metavar="FILE")
    options = parser.parse_args()
    with multiprocessing.get_context("spawn").Pool(options.jobs) as pool:
        reports = pool.map(play, scenes(options.programme, options.runs), chunksize=1)
    print(as_markdown(reports))
    if options.json is not None:
        options.json.write_text(json.dumps([asdict(one) for one in reports], indent=1))


if __name__ == "__main__":
    main()
