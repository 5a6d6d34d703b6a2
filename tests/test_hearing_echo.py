"""The echo canceller and its verdict, on real speech through a simulated path from loudspeaker to microphone."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from tests.coach_voice import FloatPcm, coach_voice, path
from tests.hearing_clips import SPOKEN
from voicecoach.hearing.echo import Cleaned, EchoCanceller
from voicecoach.hearing.echo_delay import DelayEstimator, peak_lag
from voicecoach.hearing.echo_fit import FRAME
from voicecoach.hearing.frames import SAMPLE_RATE_HZ, Samples
from voicecoach.hearing.near_end import HANG_S, LEARNING_S, Guard, NearEnd, TwoJudges, voiced_power
from voicecoach.room import Room

VOICES = Path(__file__).parent / "data" / "voices"


@pytest.fixture(scope="module")
def coach(tmp_path_factory: pytest.TempPathFactory) -> FloatPcm:
    return coach_voice(tmp_path_factory.mktemp("cache"))


def clip(name: str) -> FloatPcm:
    samples, rate_hz = soundfile.read(next(VOICES.glob(f"{name}*.flac")), dtype="float32")
    assert rate_hz == SAMPLE_RATE_HZ
    return np.asarray(samples, np.float32)


def cancel(coach: FloatPcm, patient: FloatPcm, response: FloatPcm) -> tuple[list[Cleaned], Samples]:
    """(cleaned frames, what was heard)"""
    room, canceller = Room(SAMPLE_RATE_HZ, response), EchoCanceller()
    frames: list[Cleaned] = []
    heard_blocks = []
    for at in range(0, len(coach) - 400, 400):
        heard, played = room.hear(patient[at : at + 400], coach[at : at + 400])
        heard_blocks.append(heard)
        frames += canceller.process(heard, played)
    return frames, np.concatenate(heard_blocks)


def silence(like: FloatPcm) -> FloatPcm:
    return np.zeros_like(like)


@pytest.mark.parametrize("delay_s", [0.01, 0.06, 0.15, 0.3])
def test_the_delay_of_the_path_is_found(coach: FloatPcm, delay_s: float) -> None:
    frames, _ = cancel(coach, silence(coach), path(delay_s, 0.3))
    found = frames[-1].state.delay_s
    assert found == pytest.approx(delay_s, abs=0.003)


def test_the_coach_alone_is_taken_out_and_nobody_else_is_reported(coach: FloatPcm) -> None:
    frames, _ = cancel(coach, silence(coach), path(0.06, 0.3))
    assert frames[-1].state.erle_db > 10
    assert not any(frame.state.somebody_else for frame in frames)
    loudest = max(float(np.abs(frame.samples.astype(np.int32)).max()) for frame in frames[300:] if frame.state.playing)
    assert loudest < 64, "what is left of the coach is replaced by quiet noise"


@pytest.mark.parametrize("word", ["stop_022", "stop_105"])
def test_a_person_who_speaks_over_the_coach_is_let_through_whole(coach: FloatPcm, word: str) -> None:
    at, said = 8 * SAMPLE_RATE_HZ, clip(word)
    patient = silence(coach)
    patient[at : at + len(said)] += said * (0.3 / np.abs(said).max())
    frames, _ = cancel(coach, patient, path(0.06, 0.3))
    own = (patient[: len(frames) * FRAME] * 32767).reshape(-1, FRAME)
    loud_db = 10 * np.log10(np.mean(own**2, axis=1) + 1.0)
    spoken = np.flatnonzero(loud_db > loud_db.max() - 25)
    passed = [10 * np.log10(np.mean(frames[i].samples.astype(float) ** 2) + 1.0) > loud_db[i] - 6 for i in spoken]
    assert np.mean(passed) > 0.9, "also the soft beginning, before it could be noticed"
    assert any(frames[i].state.somebody_else for i in spoken)


def test_no_sample_is_lost_or_moved_whatever_the_blocks(coach: FloatPcm) -> None:
    room, canceller = Room(SAMPLE_RATE_HZ), EchoCanceller()
    random = np.random.default_rng(5)
    quiet = np.zeros(3 * SAMPLE_RATE_HZ, np.float32)
    played = np.concatenate([coach[: 2 * SAMPLE_RATE_HZ], quiet])
    heard_all, cleaned_all, at = [], [], 0
    while at < len(played):
        size = int(random.integers(1, 900))
        heard, reference = room.hear(silence(played[at : at + size]), played[at : at + size])
        heard_all.append(heard)
        cleaned_all += [frame.samples for frame in canceller.process(heard, reference)]
        at += size
    heard, cleaned = np.concatenate(heard_all), np.concatenate(cleaned_all)
    assert len(cleaned) == len(heard) // FRAME * FRAME, "in silence nothing is held back"


def test_a_new_path_is_followed(coach: FloatPcm) -> None:
    canceller = EchoCanceller()
    for delay_s in (0.03, 0.2):
        room = Room(SAMPLE_RATE_HZ, path(delay_s, 0.3))
        for at in range(0, len(coach) - 400, 400):
            frames = canceller.process(*room.hear(silence(coach[at : at + 400]), coach[at : at + 400]))
        assert frames[-1].state.delay_s == pytest.approx(delay_s, abs=0.003)


def test_an_echo_that_moves_is_not_somebody_else_for_long(coach: FloatPcm) -> None:
    canceller, frames = EchoCanceller(), list[Cleaned]()
    for delay_s, began_s, ended_s in ((0.05, 0, 8), (0.12, 8, 16)):
        room = Room(SAMPLE_RATE_HZ, path(delay_s, 0.3))
        for at in range(began_s * SAMPLE_RATE_HZ, ended_s * SAMPLE_RATE_HZ, 400):
            frames += canceller.process(*room.hear(silence(coach[at : at + 400]), coach[at : at + 400]))
    mistaken = [frame.state.somebody_else for frame in frames]
    assert not any(mistaken[:800])
    assert sum(mistaken) < 30, "0.3 s"
    assert sum(frame.state.moved for frame in frames) == 1


def test_no_delay_is_made_up_from_noise() -> None:
    random = np.random.default_rng(1)
    assert peak_lag(random.normal(0, 100, 16_000), random.normal(0, 100, 16_000)) is None


def test_one_measurement_alone_is_not_believed() -> None:
    random = np.random.default_rng(2)
    played = random.normal(0, 1000, 5 * SAMPLE_RATE_HZ).astype(np.int16)
    heard = np.roll(played, 800)
    estimator, beliefs = DelayEstimator(), []
    for at in range(0, len(played) - FRAME, FRAME):
        estimator.feed(heard[at : at + FRAME], played[at : at + FRAME])
        beliefs.append(estimator.delay_samples)
    assert beliefs.index(800) > 1.4 * SAMPLE_RATE_HZ / FRAME
    assert set(beliefs) == {None, 800}


LOUD, REST, VOICE = 1e6, 200.0, 1e5


def after_learning() -> NearEnd:
    near_end = NearEnd()
    for _ in range(round(LEARNING_S * 100) + 20):
        assert not near_end.update(LOUD, REST)
    return near_end


def test_before_it_has_learned_nobody_can_be_told_apart() -> None:
    near_end = NearEnd()
    assert not any(near_end.update(LOUD, VOICE) for _ in range(20))
    assert not near_end.learned


def test_a_voice_is_noticed_and_let_go_after_it_ends() -> None:
    near_end = after_learning()
    assert any(near_end.update(LOUD, VOICE) for _ in range(4))
    held = [near_end.update(LOUD, REST) for _ in range(round(HANG_S * 100) + 6)]
    assert held[10]
    assert not held[-1]


def test_a_burst_is_no_voice() -> None:
    near_end = after_learning()
    assert not any(near_end.update(LOUD, power) for power in (VOICE, VOICE, REST, REST, REST, REST))


def test_without_the_coach_everything_passes() -> None:
    near_end = after_learning()
    for _ in range(60):
        near_end.update(0.0, REST)
    assert not near_end.playing
    assert not near_end.update(0.0, VOICE)


def test_somebody_else_for_ever_is_rather_another_path() -> None:
    near_end = after_learning()
    spoke = [near_end.update(LOUD, VOICE) for _ in range(1000)]
    assert spoke[10]
    assert not spoke[-1]


def judges_after_learning() -> TwoJudges:
    judges = TwoJudges()
    for _ in range(round(LEARNING_S * 100) + 20):
        assert not judges.update(LOUD, LOUD, REST, 10 * REST)
    return judges


def test_a_voice_softer_than_the_echo_is_noticed_in_what_the_filter_leaves() -> None:
    judges = judges_after_learning()
    assert any(judges.update(LOUD, LOUD, REST, VOICE) for _ in range(5)), "the strict canceller has swallowed it"


def test_an_echo_that_the_filter_does_not_know_is_nobodys_voice() -> None:
    judges = judges_after_learning()
    assert not any(judges.update(LOUD, LOUD, REST, LOUD) for _ in range(200))
    assert any(judges.update(LOUD, LOUD, VOICE, LOUD) for _ in range(5)), "but the strict one still hears voices"


def test_what_the_filter_explains_is_nobodys_voice() -> None:
    judges = judges_after_learning()
    assert not any(judges.update(LOUD, VOICE, VOICE, REST / 2) for _ in range(20)), "AEC3 lets reverberation pass"
    assert any(judges.update(LOUD, VOICE, VOICE, VOICE) for _ in range(5))


def test_what_remains_of_a_louder_moment_of_the_coach_is_nobodys_voice() -> None:
    judges = judges_after_learning()
    louder, remains = 100 * LOUD, VOICE  # 30 dB below it; more than usual
    assert not any(judges.update(louder, louder, REST, remains) for _ in range(20))
    assert any(judges.update(louder, louder, REST, 10 * remains) for _ in range(5)), "20 dB below may be somebody"


def test_an_s_of_the_coach_is_not_voiced() -> None:
    seconds = np.arange(FRAME) / SAMPLE_RATE_HZ
    vowel, sibilant = ((3000 * np.sin(2 * np.pi * hz * seconds)).astype(np.int16) for hz in (500, 6000))
    assert voiced_power(vowel) > 0.8 * 3000**2 / 2
    assert voiced_power(sibilant) < 0.001 * 3000**2 / 2


def test_a_person_softer_than_the_coach_is_let_through(coach: FloatPcm) -> None:
    at, said = 8 * SAMPLE_RATE_HZ, clip("stop_105")
    response, patient = path(0.06, 0.3), silence(coach)
    patient[at : at + len(said)] += said * (0.03 / np.abs(said).max())
    frames, _ = cancel(coach, patient, response)
    first, last = (at + sample for sample in SPOKEN["stop_105a0eea_0"])
    assert np.mean([frame.state.somebody_else for frame in frames[first // FRAME : last // FRAME]]) > 0.5


def test_a_filter_that_adds_is_not_used_and_begins_anew_after_a_while() -> None:
    guard = Guard()
    assert [guard.adds(heard_power=100.0, cleaned_power=1e5) for _ in range(3)] == [True] * 3
    assert not guard.stuck
    for _ in range(40):
        guard.adds(heard_power=100.0, cleaned_power=1e5)
    assert guard.stuck


def test_a_filter_that_takes_out_is_used_also_where_a_word_begins() -> None:
    guard = Guard()
    assert not any(guard.adds(heard_power=1e5, cleaned_power=1e3) for _ in range(50))
    assert not any(guard.adds(heard_power=1e6, cleaned_power=9e5) for _ in range(50)), "somebody speaks over it"
    assert not guard.stuck


def test_a_new_path_does_not_make_it_deaf() -> None:
    near_end = after_learning()
    near_end.forget()
    assert not any(near_end.update(LOUD, 3 * REST) for _ in range(20)), "an echo a little louder than before"
    assert any(near_end.update(LOUD, VOICE) for _ in range(5)), "but a voice is one"


def test_after_a_short_gap_a_person_is_heard_over_the_coach_at_once(coach: FloatPcm) -> None:
    """Learning the room anew would take 1.5 s of the coach's voice, in which nobody is heard over it."""
    room, canceller, said = Room(SAMPLE_RATE_HZ, path(0.06, 0.3)), EchoCanceller(), clip("stop_022")
    at, gap = 6 * SAMPLE_RATE_HZ // 400 * 400, 2000
    patient = silence(coach)
    patient[at + 2 * gap : at + 2 * gap + len(said)] += said * (0.3 / np.abs(said).max())
    for start in range(0, at, 400):
        canceller.process(*room.hear(patient[start : start + 400], coach[start : start + 400]))
    room.hear(patient[at : at + gap], coach[at : at + gap])  # lost on the way
    canceller.skip()
    frames = []
    for start in range(at + gap, at + 2 * gap + len(said), 400):
        frames += canceller.process(*room.hear(patient[start : start + 400], coach[start : start + 400]))
    assert any(frame.state.somebody_else for frame in frames)
