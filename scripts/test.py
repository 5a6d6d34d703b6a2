#!/usr/bin/env python3
"""Check everything, on a fresh clone too: python3 scripts/test.py. Arguments go to pytest, which then runs alone."""

from __future__ import annotations

import os
import subprocess
import sys
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

CHECKS = (("ruff", "check", "."), ("ruff", "format", "--check", "."), ("mypy",), ("pytest",))


def main(args: list[str]) -> int:
    python = ensure_environment(["test"])
    in_ci = os.environ.get("CI") == "true"  # there nothing may be skipped for want of a package
    ensure_sound_libraries(python, required=in_ci)
    if sys.platform == "linux" and (missing := missing_test_packages()):
        if not ensure_packages(missing, "some of the tests", required=in_ci):
            say("Those tests are skipped.")
    checks = (("pytest", *args),) if args else CHECKS
    return report([(check, *run_check(str(python), check)) for check in checks])


def run_check(python: str, check: tuple[str, ...]) -> tuple[int, float]:
    """(exit status, seconds)"""
    say(f"--- {' '.join(check)}")
    started_s = time.monotonic()
    status = subprocess.run([python, "-m", *check], cwd=ROOT).returncode
    return status, time.monotonic() - started_s


def report(results: list[tuple[tuple[str, ...], int, float]]) -> int:
    say("---")
    for check, status, took_s in results:
        say(f"{'ok    ' if status == 0 else 'FAILED'}  {took_s:6.1f} s  {' '.join(check)}")
    return int(any(status != 0 for _, status, _ in results))


if __name__ == "__main__":
    run_main(main)
