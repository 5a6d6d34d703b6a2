"""How long the coach goes on sounding after somebody has said "stop": real process, real streams, recorded people.

Run from the repository's root: python -m scripts.bench_latency [--trials 40] [--json FILE]. The sound card is one in
software (tests/virtual_sound.py). Prints a table in Markdown.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import platform
import random
import re
import tempfile
import threading
import time
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import soundfile
import soxr

from tests.end_to_end_session import FIRST_START, PATIENT_VOICE, Line, Scene, session, spoken
from tests.end_to_end_sound import find, last_sound, spoken_part
from tests.virtual_sound import RATE_HZ, Recording, missing_parts, virtual_sound_card
from voicecoach.speaking.timeline import Pcm
from voicecoach.speaking.voice import Voice
from voicecoach.transcript import clock

REPOSITORY = Path(__file__).parents[1]
CLIPS = REPOSITORY / "tests" / "data" / "voices"
MORE_CLIPS = REPOSITORY.parent / "shared" / "audio" / "speech_commands" / "dev"
SEED = 7
DECISION_TIMEOUT_S = 4.0  # a stop that is not decided by then was not heard
COUNTING, READING = "counting", "reading a step"
STEP = "Take your time, and let both elbows come in against your sides, then place them right under your shoulders."
STEPS = {COUNTING: ["Lie still."], READING: [STEP] * 20}  # 20 stops may go unheard in a row
BEGINS = {COUNTING: "COACH +Hold", READING: "COACH +Take your time"}
MOMENTS_S = {COUNTING: (1.0, 8.0), READING: (0.3, 4.5)}  # after that line: when to say it
PROGRAMME = """
id = "bench"
title = "Bench"
source = "Made up for measuring"
about = "Measuring."
needs_clinician = false
closing = ["That was all."]
much_worse_advice = "Call your doctor."
[[exercises]]
id = "bench"
name = "Bench"
position = "prone"
change_position_s = 0
position_line = "Lie down."
steps = {steps}
[exercises.set]
kind = "hold"
repetitions = 50
repetitions_min = 1
repetitions_max = 50
progress_repetitions_max = 50
hold_s = 10
hold_min_s = 1
hold_max_s = 10
progress_hold_max_s = 10
cue_up = "Up."
cue_hold = "Hold."
cue_down = "Down."
move_s = 0
return_s = 0
between_s = 0
easier_cue = "Less."
"""


@dataclass(frozen=True, slots=True)
class Trial:
    """One "stop" and what came of it. Moments are on time.monotonic()."""

    during: str
    clip: Path
    said_s: float  # when playing it began
    heard: str
    decided: Line | None  # None: not heard as a stop


@dataclass(frozen=True, slots=True)
class Latency:
    """Milliseconds from the end of the word: to the coach's last sample (0 where it was in a pause already), and to
    the line that tells the decision."""

    during: str
    clip: str
    silent_ms: float
    decided_ms: float


def main() -> None:
    options = _options()
    if reason := missing_parts():
        raise SystemExit(f"There can be no sound card in software here: {reason}")
    chance = random.Random(SEED)  # noqa: S311 - to say the same at the same moments every time
    clips = stop_clips()
    chance.shuffle(clips)
    load_before = os.getloadavg()[0]
    trials: list[Trial] = []
    latencies: list[Latency] = []
    with tempfile.TemporaryDirectory() as folder, closing(Voice(voice=PATIENT_VOICE)) as voice:
        for during in STEPS:
            count = options.trials // len(STEPS)
            wanted = [clips[number % len(clips)] for number in range(len(trials), len(trials) + count)]
            done, measured = _session(Path(folder), voice, during, wanted, chance)
            trials += done
            latencies += measured
    load = f"load {load_before:.1f} before and {os.getloadavg()[0]:.1f} after"
    machine = f"{os.cpu_count()} cores ({platform.machine()}), {load}"
    print(_table(trials, latencies, machine))
    if options.json is not None:
        everything = {"machine": machine, "latencies": [asdict(latency) for latency in latencies]}
        everything["trials"] = [asdict(trial) | {"clip": trial.clip.name} for trial in trials]
        options.json.write_text(json.dumps(everything, indent=1))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trials", type=int, default=40, help="how often stop is said in all")
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write every trial to this file")
    return parser.parse_args()


def stop_clips() -> list[Path]:
    """Recordings of "stop" that hold the whole word; of the many speakers beside the repository where they are."""
    found = sorted(MORE_CLIPS.glob("stop_*.flac")) or sorted(CLIPS.glob("stop_*.flac"))
    return [clip for clip in found if _is_whole(clip)]


def _is_whole(clip: Path) -> bool:
    samples, rate_hz = soundfile.read(clip, dtype="float32")
    first, last = (sample / len(samples) for sample in spoken_part(samples, rate_hz))
    return first >= 0.04 and last <= 0.96


# --- one session, stopped and continued again and again ---


def _session(
    folder: Path, voice: Voice, during: str, clips: list[Path], chance: random.Random
) -> tuple[list[Trial], list[Latency]]:
    cache, own = folder / "cache", folder / during.split()[0]
    own.mkdir()
    programme = own / "bench.toml"
    programme.write_text(PROGRAMME.format(steps=json.dumps(STEPS[during])))
    with (
        virtual_sound_card() as card,
        card.record_speaker("mouth.monitor") as said,
        session(card, own, str(programme), voice=voice, cache=cache) as scene,
        closing(Voice(cache / "voicecoach" / "speech")) as coachs_voice,
    ):
        trials = [_trial(scene, during, clip, chance) for clip in clips]
        _go_on(scene, during)
        answers = _answers(scene)
        measured = []
        for trial in trials:
            if trial.decided is not None:
                spoken = coachs_voice.render(*answers[_clock(trial.decided)])
                measured.append(_measure(trial, trial.decided.at_s, spoken, said, scene.heard))
        return trials, [latency for latency in measured if latency is not None]


def _trial(scene: Scene, during: str, clip: Path, chance: random.Random) -> Trial:
    """Say "stop" at some moment."""
    coach = scene.coach
    _go_on(scene, during)
    threading.Event().wait(chance.uniform(*MOMENTS_S[during]))
    first_line, said_s = len(coach.lines), time.monotonic()
    scene.mouth.play(clip)
    decided = coach.line_if_any("RULE +STOP-WORD", DECISION_TIMEOUT_S)
    return Trial(during, clip, said_s, _heard(scene, first_line), decided)


TYPED = {
    **FIRST_START,
    "baseline": "left calf",
    "baseline_score": "five",
    "readback": "yes",
    "in_place": "ready",
    "ready": "ready",
    "what_happened": "go on",
    "go_on": "yes",
    "paused": "continue",  # it pauses by itself where sound breaks up
}


def _go_on(scene: Scene, during: str) -> None:
    """Answer whatever is asked until the coach is at it (again)."""
    sayings = ("hearing_test", *TYPED)
    while True:
        line = scene.coach.line("|".join([BEGINS[during], *map(spoken, sayings)]), 60)
        if re.search(BEGINS[during], line.text):
            return
        saying = next(saying for saying in sayings if re.search(spoken(saying), line.text))
        if saying in TYPED:
            scene.coach.type_line(TYPED[saying])
        else:
            scene.wait_sound()
            scene.wait_quiet()
            scene.mouth.say("ready")


def _heard(scene: Scene, first_line: int) -> str:
    lines = [line.text for line in scene.coach.lines[first_line:] if "] YOU" in line.text]
    return "; ".join(line.split("YOU")[1].strip() for line in lines)


def _clock(line: Line) -> str:
    """As in 3:07.4"""
    return line.text.strip("[").split("]")[0]


def _answers(scene: Scene) -> dict[str, tuple[str, int]]:
    """What the coach said to each stop, by the clock: text and rate."""
    _, entries = scene.journal()
    answers: dict[str, tuple[str, int]] = {}
    for entry, following in itertools.pairwise(entries):
        if entry.type == "Note" and entry.body["rule"] == "STOP-WORD":
            speak = next(later.body for later in entries[following.seq - 1 :] if later.type == "Speak")
            answers[clock(entry.at_s)] = speak["text"], speak["rate_wpm"]
    return answers


# --- measuring ---

_RECOGNISED_BY_S = 0.6  # of a line: the shorter, the less a dropout matters
_ALIKE = 0.7


def _measure(trial: Trial, decided_s: float, answer: Pcm, said: Recording, heard: Recording) -> Latency | None:
    """None where the recordings are too broken up to tell."""
    samples, rate_hz = soundfile.read(trial.clip, dtype="float32")
    clip = soxr.resample(samples, rate_hz, RATE_HZ)
    said_at_s = _moment(said, clip, trial.said_s - 0.5, trial.said_s + 3.0)
    # the coach has spoken again since: what sounded last before that?
    beginning = answer[: round(_RECOGNISED_BY_S * RATE_HZ)]
    answered_s = _moment(heard, beginning, decided_s - 0.5, decided_s + 5.0)
    if said_at_s is None or answered_s is None:
        return None
    word_end_s = said_at_s + spoken_part(samples, rate_hz)[1] / rate_hz
    before, before_s = _window(heard, word_end_s - 5.0, answered_s - 0.02)
    silent_s = before_s + last_sound(before) / RATE_HZ
    return Latency(
        trial.during,
        trial.clip.name,
        1000 * max(0.0, silent_s - word_end_s),
        1000 * (decided_s - word_end_s),
    )


def _window(recording: Recording, from_s: float, until_s: float) -> tuple[Pcm, float]:
    """Samples of a stretch of time, and when the first of them sounded."""
    first, last = recording.sample_at(from_s), recording.sample_at(until_s)
    return recording.samples[first:last], recording.time_of(first)


def _moment(recording: Recording, wanted: Pcm, from_s: float, until_s: float) -> float | None:
    """When the wanted sound began, if it is there."""
    window, window_s = _window(recording, from_s, until_s)
    found = find(wanted, window)
    return window_s + found.sample / RATE_HZ if found.likeness > _ALIKE else None


def _table(trials: list[Trial], latencies: list[Latency], machine: str) -> str:
    rows = [
        "| while | said | not heard as stop | measured | ms to silence: median / p95 / worst | ms to the decision |",
        "|---|---|---|---|---|---|",
    ]
    for during in (*STEPS, "both"):
        kinds = STEPS if during == "both" else {during}
        said = [trial for trial in trials if trial.during in kinds]
        measured = [latency for latency in latencies if latency.during in kinds]
        silent = _summary([latency.silent_ms for latency in measured])
        decided = _summary([latency.decided_ms for latency in measured])
        unheard = sum(trial.decided is None for trial in said)
        rows.append(f"| {during} | {len(said)} | {unheard} | {len(measured)} | {silent} | {decided} |")
    return "\n".join([*rows, "", f"Machine: {machine}. Seed {SEED}, {len({t.clip for t in trials})} recordings."])


def _summary(values_ms: list[float]) -> str:
    if not values_ms:
        return "-"
    return f"{np.median(values_ms):.0f} / {np.percentile(values_ms, 95):.0f} / {max(values_ms):.0f}"


if __name__ == "__main__":
    main()
