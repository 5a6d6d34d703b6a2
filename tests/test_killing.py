"""kill -9 at random moments: nothing acknowledged is lost, and the next start goes on or locks. See killing.py; as many
as one likes: scripts/bench_kill.py."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

REPOSITORY = Path(__file__).parents[1]
pytestmark = pytest.mark.skipif(os.name != "posix", reason="fork and SIGKILL")


def killed(*arguments: str) -> dict[str, Any]:
    command = [sys.executable, "-m", "tests.killing", *arguments]
    ended = subprocess.run(command, capture_output=True, text=True, cwd=REPOSITORY, timeout=280, check=False)
    assert ended.returncode == 0, ended.stderr
    report: dict[str, Any] = json.loads(ended.stdout)
    return report


def test_kill_9_at_random_moments_of_a_session_loses_nothing() -> None:
    report = killed("--kills", "40", "--seed", "11")
    assert (report["kills"], report["lost"], report["wrong"]) == (40, 0, [])
    assert report["acknowledged"] > 1000
    assert min(report["found_interrupted"], report["found_ended"], report["found_locked"]) > 0
    assert len(report["at"]) > 5, "the moments are all alike"


def test_kill_9_while_forgetting_forgets_no_lock() -> None:
    report = killed("--kills", "0", "--forget", "10")
    assert (report["forget_kills"], report["wrong"]) == (10, [])


def test_kill_9_of_the_command_line_loses_nothing_that_was_said() -> None:
    report = killed("--kills", "0", "--real", "2")
    assert (report["real_kills"], report["lost"], report["wrong"]) == (2, 0, [])
    assert report["acknowledged"] > 4
