"""Microphone blocks: resampled, numbered, bounded."""

from __future__ import annotations

import threading

import numpy as np
import numpy.typing as npt
import pytest

from voicecoach.audio.microphone import MicrophoneReader
from voicecoach.speaking.timeline import Pcm

PATIENCE_S = 60


class Listener:
    """Takes the reader's blocks."""

    def __init__(self) -> None:
        self.blocks: list[tuple[int, npt.NDArray[np.int16]]] = []
        self.played: list[npt.NDArray[np.int16]] = []
        self.may_go_on = threading.Event()
        self.may_go_on.set()
        self.was_called = threading.Event()

    def take(self, block: npt.NDArray[np.int16], start_sample_16k: int, played: npt.NDArray[np.int16]) -> None:
        self.was_called.set()
        self.may_go_on.wait(PATIENCE_S)
        self.blocks.append((start_sample_16k, block))
        self.played.append(played)

    @property
    def ends(self) -> list[int]:
        return [start + len(block) for start, block in self.blocks]


def noise(samples: int) -> Pcm:
    return np.random.default_rng(1).normal(0, 0.1, samples).astype(np.float32)


@pytest.mark.parametrize("rate_hz", [48_000, 44_100, 16_000, 8_000])
def test_microphone_blocks_are_resampled_without_a_gap(rate_hz: int) -> None:
    listener = Listener()
    reader = MicrophoneReader(rate_hz, 0.5 / rate_hz, listener.take)
    block = rate_hz // 100
    for n in range(200):
        reader.put(1.5 + n * 0.01, noise(block))
    reader.close()
    starts = [start for start, _ in listener.blocks]
    assert starts[0] == 24_000
    assert starts[1:] == listener.ends[:-1]
    assert 24_000 + 32_000 - listener.ends[-1] < 1600, "all but the resampler's own delay"


def test_a_tone_keeps_its_place_when_resampled() -> None:
    listener = Listener()
    reader = MicrophoneReader(48_000, 0.5 / 48_000, listener.take)
    tone = (0.5 * np.sin(2 * np.pi * 440 * np.arange(48_000) / 48_000)).astype(np.float32)
    for n in range(100):
        reader.put(n * 0.01, tone[n * 480 : (n + 1) * 480])
    reader.close()
    heard = np.concatenate([block for _, block in listener.blocks]) / 32768
    expected = 0.5 * np.sin(2 * np.pi * 440 * np.arange(len(heard)) / 16_000)
    assert heard[500:-500] == pytest.approx(expected[500:-500], abs=1e-3)


def test_after_a_gap_the_numbers_follow_the_clock() -> None:
    listener = Listener()
    reader = MicrophoneReader(48_000, 0.5 / 48_000, listener.take)
    for n in [*range(50), *range(80, 130)]:
        reader.put(n * 0.01, noise(480))
    reader.close()
    jumps = [start - end for (start, _), end in zip(listener.blocks[1:], listener.ends, strict=False) if start != end]
    assert len(jumps) == 1
    assert 80 * 160 in [start for start, _ in listener.blocks]


def test_clocks_that_differ_a_little_are_no_gap() -> None:
    listener = Listener()
    reader = MicrophoneReader(48_000, 0.1, listener.take)
    for n in range(100):
        reader.put(n * 0.01 + (0.02 if n % 3 else 0), noise(480))
    reader.close()
    assert [start for start, _ in listener.blocks][1:] == listener.ends[:-1]


def stuck_reader() -> tuple[MicrophoneReader, Listener]:
    listener = Listener()
    listener.may_go_on.clear()
    return MicrophoneReader(48_000, 0.1, listener.take), listener


def test_a_listener_that_is_stuck_costs_blocks_not_memory() -> None:
    reader, listener = stuck_reader()
    for n in range(1000):
        reader.put(n * 0.01, noise(480))
    assert reader.waiting_s == pytest.approx(2.0, abs=0.1)
    assert reader.dropped_blocks > 700
    listener.may_go_on.set()
    reader.close()
    assert sum(len(block) for _, block in listener.blocks) <= 2.5 * 16_000
    assert listener.ends[-1] > 9.9 * 16_000, "the oldest goes, for what is said now is what matters"


def test_it_is_behind_from_half_a_second_on_until_it_has_nearly_caught_up() -> None:
    reader, listener = stuck_reader()
    for n in range(70):
        reader.put(n * 0.01, noise(480))
        assert reader.behind == (reader.waiting_s > 0.5)
    assert reader.behind
    listener.may_go_on.set()
    while reader.behind:  # ends when the listener has taken what waits
        reader.put(0.7, noise(480))
    assert reader.waiting_s <= 0.2
    reader.close()


def test_only_a_long_run_of_exact_zeros_is_digital_silence() -> None:
    listener = Listener()
    silent, almost = np.zeros(76_800, np.float32), np.zeros(480, np.float32)  # 1.6 s
    almost[-1] = 1 / 32768
    for blocks, expected in [([silent], False), ([silent, silent], True), ([silent, silent, almost], False)]:
        reader = MicrophoneReader(48_000, 0.1, listener.take)
        for n, block in enumerate(blocks):
            reader.put(n * 1.6, block)
        reader.close()
        assert reader.all_zero is expected


def test_the_loudspeakers_own_signal_in_place_of_the_microphone_is_no_microphone() -> None:
    """As some sound servers do when a microphone is unplugged: counted numbers, and zeros between them."""
    for noise_lsb, expected in [(0, True), (1, False)]:
        listener = Listener()
        reader = MicrophoneReader(48_000, 0.1, listener.take)
        rng = np.random.default_rng(1)
        for second in range(8):
            for played in (noise(19_200), np.zeros(28_800, np.float32)):
                room = rng.integers(-noise_lsb, noise_lsb, len(played), endpoint=True).astype(np.float32) / 32768
                listener.was_called.clear()
                reader.put(second + (0.0 if played.any() else 0.4), (played + room).astype(np.float32), played)
                assert listener.was_called.wait(PATIENCE_S)
        reader.close()
        assert reader.all_zero is expected
        loud = [bool(np.abs(block).max() > 100) for start, block in listener.blocks if start > 5 * 16_000]
        assert any(loud) is not expected, "the coach would answer itself"


def test_what_is_played_stays_aligned_with_what_is_heard() -> None:
    listener = Listener()
    reader = MicrophoneReader(48_000, 0.5 / 48_000, listener.take)
    for n in range(100):
        sound = noise(480) * np.float32(n % 7)
        reader.put(n * 0.01, sound, sound)
    reader.put(1.0, noise(480))
    reader.close()
    heard, played = (np.concatenate(blocks) for blocks in ([b for _, b in listener.blocks], listener.played))
    assert np.array_equal(heard[:15_000], played[:15_000])
    assert heard.any()
