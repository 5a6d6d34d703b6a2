"""Loudspeaker and microphone on two clocks: what was played stays beside what is heard."""

from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
import soxr

from tests.coach_voice import FloatPcm, coach_voice, path
from voicecoach.audio.microphone import MicrophoneReader
from voicecoach.audio.other_clock import BEHIND_S, OtherClock
from voicecoach.hearing.echo import Cleaned, EchoCanceller
from voicecoach.hearing.echo_fit import FRAME
from voicecoach.hearing.frames import SAMPLE_RATE_HZ

BLOCK = 480  # 10 ms at 48 kHz


def ramp(samples: int) -> FloatPcm:
    return (np.arange(samples) / samples).astype(np.float32)


def test_it_is_a_little_late_and_without_a_gap() -> None:
    clock, played = OtherClock(48_000, 48_000), ramp(200 * BLOCK)
    beside = [clock.beside(played[:BLOCK], [played[at : at + BLOCK]]) for at in range(0, len(played), BLOCK)]
    sound = np.concatenate(beside)
    begun = int(np.argmax(sound > 0))
    assert begun / 48_000 == pytest.approx(BEHIND_S, abs=0.025)
    assert np.diff(sound[begun:]) == pytest.approx(1 / len(played), abs=1e-4)


def test_blocks_may_come_in_bursts() -> None:
    clock, played = OtherClock(48_000, 48_000), ramp(200 * BLOCK)
    sound = []
    for at in range(0, len(played), 2 * BLOCK):
        sound.append(clock.beside(played[:BLOCK], [played[at : at + BLOCK], played[at + BLOCK : at + 2 * BLOCK]]))
        sound.append(clock.beside(played[:BLOCK], []))
    whole = np.concatenate(sound)
    assert np.diff(whole[6 * BLOCK :]) == pytest.approx(1 / len(played), abs=1e-4)


@pytest.mark.parametrize("microphone_blocks", [8, 12])
def test_far_apart_it_begins_anew_and_never_grows(microphone_blocks: int) -> None:
    """One clock runs a fifth faster: much worse than any two devices."""
    clock, played = OtherClock(48_000, 48_000), ramp(1000 * BLOCK)
    late_s = []
    for at in range(0, len(played), 10 * BLOCK):
        blocks = [played[begin : begin + BLOCK] for begin in range(at, at + 10 * BLOCK, BLOCK)]
        for number in range(microphone_blocks):
            given = blocks[number : number + 1] if number < microphone_blocks - 1 else blocks[number:]
            newest = clock.beside(played[:BLOCK], given)[-1]
        if newest:  # else it waits, in silence
            late_s.append((at + 10 * BLOCK - float(newest) * len(played)) / 48_000)
    assert len(late_s) > 40
    assert min(late_s) >= 0
    assert max(late_s) < 0.15


def test_over_two_devices_the_coach_is_cancelled_too(tmp_path: Path) -> None:
    """The microphone's clock is 100 ppm faster, and its rate another one."""
    coach = np.asarray(soxr.resample(coach_voice(tmp_path), SAMPLE_RATE_HZ, 48_000), np.float32)
    response = np.asarray(3 * soxr.resample(path(0.12, 0.1), SAMPLE_RATE_HZ, 48_000), np.float32)
    size = len(coach) + len(response)
    echo = np.fft.irfft(np.fft.rfft(coach, size) * np.fft.rfft(response, size), size)[: len(coach)]
    heard = np.asarray(soxr.resample(echo, 48_000, 44_100 * (1 + 100e-6), quality="VHQ"), np.float32)
    heard += np.random.default_rng(1).normal(0, 3e-4, len(heard)).astype(np.float32)
    canceller, ended, moved = EchoCanceller(), 0, threading.Condition()
    frames: list[Cleaned] = []

    def take(block: npt.NDArray[np.int16], start: int, played: npt.NDArray[np.int16]) -> None:
        nonlocal ended
        frames.extend(canceller.process(block, played))
        with moved:
            ended = start + len(block)
            moved.notify()

    reader = MicrophoneReader(44_100, 0.1, take, loudspeaker_hz=48_000)
    for number in range(min(len(coach) // BLOCK, len(heard) // 441)):
        with moved:
            assert moved.wait_for(lambda: number * FRAME - ended < SAMPLE_RATE_HZ, 60), "not faster than it is heard"  # noqa: B023
        reader.put(number * 0.01, heard[number * 441 : (number + 1) * 441])
        reader.put_played(coach[number * BLOCK : (number + 1) * BLOCK])
    reader.close()
    assert frames[-1].state.erle_db > 20
    assert not any(frame.state.somebody_else for frame in frames)
