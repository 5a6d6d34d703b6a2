#!/usr/bin/env python3
"""Check everything, on a fresh clone too: python3 scripts/test.py. Arguments go to pytest, which then runs alone."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time

from _bootstrap import (
    ROOT,
    ensure_environment,
    ensure_packages,
    ensure_sound_libraries,
    missing_test_packages,
    run_main,
    say,
)

CHECKS = (("ruff", "check", "."), ("ruff", "format", "--check", "."), ("mypy",))
# Tests that play and record in real time mostly wait; beside them, and after them in rank, those that only compute.
REAL_TIME, OTHERS = ("pytest", "-m", "sound"), ("pytest", "-m", "not sound")
AFTER = 10  # niceness


def main(args: list[str]) -> int:
    python = ensure_environment(["test"])
    in_ci = os.environ.get("CI") == "true"  # there nothing may be skipped for want of a package
    ensure_sound_libraries(python, required=in_ci)
    if sys.platform == "linux" and (missing := missing_test_packages()):
        if not ensure_packages(missing, "some of the tests", required=in_ci):
            say("Those tests are skipped.")
    checks = (("pytest", *args),) if args else CHECKS
    results = [(check, *run_check(str(python), check)) for check in checks]
    return report(results if args else [*results, *run_tests(str(python))])


def run_check(python: str, check: tuple[str, ...]) -> tuple[int, float]:
    """(exit status, seconds)"""
    say(f"--- {' '.join(check)}")
    started_s = time.monotonic()
    status = subprocess.run([python, "-m", *check], cwd=ROOT).returncode
    return status, time.monotonic() - started_s


def run_tests(python: str) -> list[tuple[tuple[str, ...], int, float]]:
    """All tests, in two processes; what the second one prints follows when both are done."""
    started_s = time.monotonic()
    with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as printed:
        with subprocess.Popen([python, "-m", *OTHERS], cwd=ROOT, stdout=printed, stderr=subprocess.STDOUT) as others:
            if hasattr(os, "setpriority"):
                os.setpriority(os.PRIO_PROCESS, others.pid, AFTER)
            real_time = run_check(python, REAL_TIME)
            status = others.wait()
        took_s = time.monotonic() - started_s
        say(f"--- {' '.join(OTHERS)}")
        printed.seek(0)
        sys.stdout.writelines(printed)
    return [(REAL_TIME, *real_time), (OTHERS, status, took_s)]


def report(results: list[tuple[tuple[str, ...], int, float]]) -> int:
    say("---")
    for check, status, took_s in results:
        say(f"{'ok    ' if status == 0 else 'FAILED'}  {took_s:6.1f} s  {' '.join(check)}")
    return int(any(status != 0 for _, status, _ in results))


if __name__ == "__main__":
    run_main(main)
