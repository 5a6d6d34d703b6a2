"""The timeline: what is heard, to the sample, whatever the block sizes."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicecoach.speaking.timeline import Pcm, Timeline

RATE_HZ = 1000  # one sample per millisecond: the numbers below can be read as milliseconds
FADE_SAMPLES = 10


def tone(samples: int, level: float = 0.25) -> Pcm:
    return np.full(samples, level, np.float32)


def sounding_spans(samples: Pcm) -> list[tuple[int, int]]:
    """(first, after last) of every run of samples that are not zero."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], samples != 0, [0]]).astype(int)))
    return [(int(first), int(end)) for first, end in edges.reshape(-1, 2)]


@pytest.fixture
def timeline() -> Timeline:
    return Timeline(RATE_HZ)


def test_queued_speech_follows_after_its_pause(timeline: Timeline) -> None:
    timeline.queue(1, tone(100), pause_s=0)
    timeline.queue(2, tone(50), pause_s=0.030)
    assert sounding_spans(timeline.render(300)) == [(0, 100), (130, 180)]
    assert timeline.finished() == [(1, 100), (2, 180)]
    assert timeline.finished() == []


def test_a_pause_that_has_passed_in_silence_is_not_waited_for_again(timeline: Timeline) -> None:
    timeline.queue(1, tone(100), pause_s=0)
    timeline.render(120)
    timeline.queue(2, tone(50), pause_s=0.030)
    assert sounding_spans(timeline.render(100)) == [(10, 60)]
    timeline.render(500)
    timeline.queue(3, tone(50), pause_s=0.030)
    assert sounding_spans(timeline.render(100)) == [(0, 50)]


def test_what_is_queued_behind_a_placeholder_waits_for_it(timeline: Timeline) -> None:
    timeline.queue(1, None, pause_s=0)
    timeline.queue(2, tone(20), pause_s=0.005)
    assert not timeline.render(100).any()
    assert not timeline.idle
    timeline.fill(1, tone(10))
    assert sounding_spans(timeline.render(100)) == [(0, 10), (15, 35)]


def test_scheduled_speech_starts_at_its_sample_within_a_block(timeline: Timeline) -> None:
    timeline.schedule(1, tone(10), at_sample=137)
    timeline.schedule(2, tone(10), at_sample=50)
    assert sounding_spans(timeline.render(200)) == [(50, 60), (137, 147)]
    assert timeline.finished() == [(2, 60), (1, 147)]
    assert timeline.late_samples == {}


def test_scheduled_speech_that_is_late_starts_at_once_and_says_so(timeline: Timeline) -> None:
    timeline.schedule(1, None, at_sample=40)
    timeline.render(100)
    timeline.schedule(2, tone(10), at_sample=90)
    timeline.fill(1, tone(5))
    assert sounding_spans(timeline.render(50)) == [(0, 10)]
    assert timeline.late_samples == {1: 60, 2: 10}


def test_queued_speech_waits_for_scheduled_speech_that_sounds_but_not_for_what_is_to_come(timeline: Timeline) -> None:
    timeline.schedule(1, tone(100, 0.25), at_sample=0)
    timeline.schedule(2, tone(10, 0.5), at_sample=150)
    timeline.queue(3, tone(60, 0.125), pause_s=0.020)
    heard = timeline.render(300)
    assert (heard[0:100] == 0.25).all()
    assert (heard[100:120] == 0).all()
    assert (heard[120:150] == 0.125).all()
    assert (heard[150:160] == 0.625).all()
    assert (heard[160:180] == 0.125).all()
    assert not heard[180:].any()


def test_gain_is_in_decibels(timeline: Timeline) -> None:
    timeline.queue(1, tone(10, 0.5), pause_s=0, gain_db=-20)
    assert timeline.render(5) == pytest.approx(0.05)
    timeline.hush()
    assert timeline.render(1) == pytest.approx(0.05), "the fade begins where the speech was"


def test_sums_are_bent_not_cut_and_ordinary_speech_is_left_alone(timeline: Timeline) -> None:
    timeline.schedule(1, np.linspace(0, 1, 100, dtype=np.float32), at_sample=0)
    timeline.schedule(2, np.linspace(0, 1, 100, dtype=np.float32), at_sample=0)
    heard = timeline.render(100)
    assert heard[:40] == pytest.approx(np.linspace(0, 2, 100)[:40], abs=1e-6)
    assert np.abs(heard).max() <= 1
    assert (np.diff(heard) >= 0).all()
    assert heard[50] < heard[60], "still rising where a plain cut would be flat"


def test_hush_fades_to_zero_without_a_click(timeline: Timeline) -> None:
    timeline.queue(1, tone(500, 0.5), pause_s=0)
    timeline.queue(2, tone(500, 0.5), pause_s=0)
    timeline.schedule(3, tone(10), at_sample=700)
    before = timeline.render(100)
    timeline.hush()
    after = timeline.render(1000)
    assert timeline.hushed_at_sample == 100
    assert np.abs(np.diff(np.concatenate([before, after]))).max() <= 0.5 / (FADE_SAMPLES - 1) + 1e-6
    assert not after[FADE_SAMPLES:].any()
    assert timeline.finished() == []
    assert timeline.idle
    assert timeline.idle_since_sample == 100 + FADE_SAMPLES


def test_a_second_hush_does_not_prolong_the_first(timeline: Timeline) -> None:
    timeline.queue(1, tone(500), pause_s=0)
    timeline.render(100)
    timeline.hush()
    timeline.render(4)
    timeline.hush()
    assert not timeline.render(100)[FADE_SAMPLES - 4 :].any()


def test_a_hushed_placeholder_is_not_filled(timeline: Timeline) -> None:
    timeline.queue(1, None, pause_s=0)
    timeline.schedule(2, None, at_sample=10)
    timeline.hush()
    timeline.fill(1, tone(10))
    timeline.fill(2, tone(10))
    assert not timeline.render(100).any()
    assert timeline.idle


def test_words_after_a_hush_follow_the_fade(timeline: Timeline) -> None:
    timeline.queue(1, tone(500, 0.5), pause_s=0)
    timeline.render(100)
    timeline.hush()
    timeline.queue(2, tone(50, 0.25), pause_s=0.005)
    heard = timeline.render(100)
    assert sounding_spans(heard)[-1] == (FADE_SAMPLES + 5, FADE_SAMPLES + 55)
    assert timeline.finished() == [(2, 100 + FADE_SAMPLES + 55)]


def test_idle_says_since_when(timeline: Timeline) -> None:
    assert timeline.idle_since_sample == 0
    timeline.queue(1, tone(30), pause_s=0.010)
    assert timeline.idle_since_sample is None
    timeline.render(40)
    assert timeline.idle_since_sample == 40
    timeline.render(100)
    assert timeline.idle_since_sample == 40


def test_speech_without_samples_finishes_where_it_would_have_started(timeline: Timeline) -> None:
    timeline.queue(1, tone(0), pause_s=0.005)
    timeline.queue(2, tone(10), pause_s=0.005)
    assert sounding_spans(timeline.render(30)) == [(10, 20)]
    assert timeline.finished() == [(1, 5), (2, 20)]


def test_two_channels_are_refused(timeline: Timeline) -> None:
    with pytest.raises(ValueError, match="one channel"):
        timeline.queue(1, np.zeros((10, 2), np.float32), pause_s=0)


# --- whatever the blocks ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Step:
    """One command, then that many samples are rendered, in blocks of the size given (and a last one of the rest)."""

    command: str
    samples: int  # of speech
    late_fill: bool
    pause: int
    onset_ahead: int
    then_render: int
    block: int


steps = st.lists(
    st.builds(
        Step,
        command=st.sampled_from(["queue", "queue", "schedule", "schedule", "fill", "fill", "hush", "nothing"]),
        samples=st.integers(0, 60),
        late_fill=st.booleans(),
        pause=st.integers(0, 30),
        onset_ahead=st.integers(-20, 120),
        then_render=st.integers(0, 150),
        block=st.integers(1, 40),
    ),
    max_size=14,
)


def level_of(speech_id: int) -> float:
    """A power of two for each id: sums of any two can be told from every single one."""
    return float(2.0 ** -(speech_id + 1))


@dataclass
class Run:
    """What came of a programme of steps."""

    timeline: Timeline = field(default_factory=lambda: Timeline(RATE_HZ))
    heard: list[Pcm] = field(default_factory=list)
    finished: list[tuple[int, int]] = field(default_factory=list)
    waiting: list[int] = field(default_factory=list)
    alive: set[int] = field(default_factory=set)
    hushed: set[int] = field(default_factory=set)

    def render(self, frames: int) -> None:
        self.heard.append(self.timeline.render(frames))
        done = self.timeline.finished()
        self.finished += done
        self.alive -= {speech_id for speech_id, _ in done}

    def command(self, step: Step, speech_id: int) -> None:
        pcm = tone(step.samples, level_of(speech_id))
        if step.command in ("queue", "schedule"):
            self.alive.add(speech_id)
            if step.late_fill:
                self.waiting.append(speech_id)
        if step.command == "queue":
            self.timeline.queue(speech_id, None if step.late_fill else pcm, step.pause / RATE_HZ)
        elif step.command == "schedule":
            onset = self.timeline.position + step.onset_ahead
            self.timeline.schedule(speech_id, None if step.late_fill else pcm, onset)
        elif step.command == "fill" and self.waiting:
            self.timeline.fill(self.waiting.pop(0), pcm)
        elif step.command == "hush":
            self.timeline.hush()
            self.hushed |= self.alive
            self.alive = set()


def run_program(program: list[Step], in_blocks: bool) -> Run:
    run = Run()
    for speech_id, step in enumerate(program):
        run.command(step, speech_id)
        block = step.block if in_blocks else max(1, step.then_render)
        for done in range(0, step.then_render, block):
            run.render(min(block, step.then_render - done))
    return run


@given(steps)
def test_the_block_sizes_make_no_difference(program: list[Step]) -> None:
    whole, blocks = run_program(program, in_blocks=False), run_program(program, in_blocks=True)
    assert np.array_equal(np.concatenate([[], *whole.heard]), np.concatenate([[], *blocks.heard]))
    assert whole.finished == blocks.finished
    assert whole.timeline.late_samples == blocks.timeline.late_samples
    assert whole.timeline.idle_since_sample == blocks.timeline.idle_since_sample


@given(steps)
def test_each_speech_finishes_exactly_once_or_was_hushed(program: list[Step]) -> None:
    run = run_program(program, in_blocks=True)
    for speech_id in run.waiting:
        run.timeline.fill(speech_id, tone(10))
    run.render(5000)
    done = [speech_id for speech_id, _ in run.finished]
    spoken = {n for n, step in enumerate(program) if step.command in ("queue", "schedule")}
    assert len(done) == len(set(done))
    assert set(done) | run.hushed == spoken
    assert not set(done) & run.hushed
    assert [end for _, end in run.finished] == sorted(end for _, end in run.finished)
    assert run.timeline.idle


@given(steps)
def test_after_a_hush_and_its_fade_there_is_only_silence_and_never_too_loud(program: list[Step]) -> None:
    run = run_program(program, in_blocks=True)
    run.timeline.hush()
    run.render(FADE_SAMPLES)
    run.render(1000)
    assert not run.heard[-1].any()
    assert np.abs(np.concatenate(run.heard)).max() <= 1


@given(steps, st.integers(0, 300))
def test_queued_speech_never_overlaps_queued_speech(program: list[Step], more: int) -> None:
    run = run_program([step for step in program if step.command in ("queue", "fill", "nothing")], in_blocks=True)
    run.render(more)
    assert {0.0, *(level_of(n) for n in range(len(program)))} >= set(np.concatenate(run.heard).tolist())
