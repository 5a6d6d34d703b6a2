"""Noticing that the microphone's samples come late."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.end_to_end_session import stall
from tests.virtual_sound import VirtualSound
from voicecoach.audio.lateness import Lateness

BLOCK_S = 0.01
REPOSITORY = Path(__file__).parents[1]


class Driver:
    """Hands over blocks that are so many seconds old."""

    def __init__(self) -> None:
        self.lateness = Lateness()
        self._now_s = 100.0

    def give(self, age_s: float, for_s: float) -> float:
        for _ in range(round(for_s / BLOCK_S)):
            self._now_s += BLOCK_S
            self.lateness.note(self._now_s, self._now_s - age_s)
        return self.lateness.lag_s


def test_blocks_as_old_as_ever_are_in_time() -> None:
    assert Driver().give(age_s=0.2, for_s=60) == pytest.approx(0)


def test_a_backlog_that_stays_is_a_lag() -> None:
    driver = Driver()
    driver.give(age_s=0.05, for_s=1)
    assert driver.give(age_s=0.45, for_s=2) == pytest.approx(0.4)


def test_many_short_stalls_add_up() -> None:
    driver = Driver()
    lags_s = [driver.give(age_s=0.05 + stall * 0.03, for_s=2) for stall in range(10)]
    assert lags_s == pytest.approx([stall * 0.03 for stall in range(10)])


def test_late_blocks_among_others_are_forgiven() -> None:
    driver = Driver()
    driver.give(age_s=0.05, for_s=1)
    for _ in range(10):
        assert driver.give(age_s=0.8, for_s=0.4) == pytest.approx(0)
        assert driver.give(age_s=0.05, for_s=BLOCK_S) == pytest.approx(0)


def test_the_best_is_another_one_after_a_new_start() -> None:
    driver = Driver()
    driver.give(age_s=0.05, for_s=1)
    driver.give(age_s=0.25, for_s=2)
    driver.lateness.forget()
    assert driver.lateness.lag_s == 0
    assert driver.give(age_s=0.09, for_s=2) == pytest.approx(0)


def test_a_driver_that_does_not_know_is_never_late() -> None:
    lateness = Lateness()
    for second in range(1000):
        lateness.note(float(second), 0.0)
    assert lateness.lag_s == 0


@pytest.mark.sound
@pytest.mark.parametrize(("stall_s", "answer"), [(0.2, "caught up"), (0.8, "told of late")])
def test_a_short_stall_is_mended_silently_and_a_long_one_is_told(
    virtual_sound: VirtualSound, stall_s: float, answer: str
) -> None:
    command = [sys.executable, "-m", "tests.sound_that_stalls"]
    with subprocess.Popen(command, env=virtual_sound.env, stdout=subprocess.PIPE, text=True, cwd=REPOSITORY) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        stall(process.pid, stall_s)
        assert process.stdout.readline() == f"{answer}\n"
        assert process.wait(20) == 0
