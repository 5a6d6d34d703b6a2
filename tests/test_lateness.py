"""Noticing that the microphone's samples come late."""

from __future__ import annotations

from voicecoach.audio.lateness import LATE_S, Lateness

BLOCK_S = 0.01


class Driver:
    """Hands over blocks that are so many seconds old."""

    def __init__(self) -> None:
        self.lateness = Lateness()
        self._now_s = 100.0

    def give(self, age_s: float, for_s: float) -> bool:
        for _ in range(round(for_s / BLOCK_S)):
            self._now_s += BLOCK_S
            self.lateness.note(self._now_s, self._now_s - age_s)
        return self.lateness.late


def test_blocks_as_old_as_ever_are_in_time() -> None:
    assert not Driver().give(age_s=0.2, for_s=60)


def test_a_backlog_that_stays_is_late() -> None:
    driver = Driver()
    driver.give(age_s=0.05, for_s=1)
    assert not driver.give(age_s=0.05 + LATE_S - 0.01, for_s=5)
    assert driver.give(age_s=0.05 + LATE_S + 0.01, for_s=1)


def test_many_short_stalls_add_up() -> None:
    driver = Driver()
    ages_s = [0.05 + stall * 0.03 for stall in range(20)]
    assert [driver.give(age_s, for_s=1) for age_s in ages_s].index(True) == 11


def test_a_moment_is_forgiven() -> None:
    driver = Driver()
    driver.give(age_s=0.05, for_s=1)
    assert not driver.give(age_s=0.8, for_s=0.3)
    assert not driver.give(age_s=0.05, for_s=0.1)
    assert not driver.give(age_s=0.8, for_s=0.3)


def test_a_driver_that_does_not_know_is_never_late() -> None:
    lateness = Lateness()
    for second in range(1000):
        lateness.note(float(second), 0.0)
    assert not lateness.late
