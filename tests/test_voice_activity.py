"""Is somebody talking: the network's probabilities made into voices that begin and end, recorded people and noises."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.hearing_clips import PHRASES, SPOKEN, STOP, Ear, clip, in_room, room
from voicecoach.hearing.frames import SAMPLE_RATE_HZ, Samples, VoiceNews
from voicecoach.hearing.voice_activity import (
    BEGIN_FRAMES,
    FRAME_S,
    FRAME_SAMPLES,
    OF_FRAMES,
    PAUSE_S,
    Silero,
    VoiceActivity,
)

VOICES = sorted((Path(__file__).parent / "data" / "voices").glob("*.flac"))
PAUSE_FRAMES = round(PAUSE_S / FRAME_S + 0.5)


def told(probabilities: Iterable[float]) -> list[VoiceNews]:
    """What comes of frames with these probabilities, one after the other."""
    answers = iter(probabilities)
    activity = VoiceActivity(lambda _frame: next(answers))
    news: list[VoiceNews] = []
    for number, _ in enumerate(list(probabilities)):
        news += activity.feed(np.zeros(FRAME_SAMPLES, np.int16), number * FRAME_SAMPLES)
    return news


def frames(news: VoiceNews) -> tuple[int, int, bool]:
    return news.started_sample // FRAME_SAMPLES, news.ended_sample // FRAME_SAMPLES, news.over


def test_a_voice_begins_where_it_was_first_heard_and_ends_where_it_was_last_heard() -> None:
    news = [frames(one) for one in told([0.0] * 20 + [0.9] * 30 + [0.0] * 40)]
    assert news[0] == (20, 20 + BEGIN_FRAMES, False)
    assert news[-1] == (20, 50, True)
    assert [over for *_, over in news].count(True) == 1
    assert [end for _, end, _ in news] == sorted(end for _, end, _ in news), "told again while it goes on"
    assert len(news) > 3


def test_a_bark_is_too_short() -> None:
    assert told([0.0] * 20 + [0.9] * (BEGIN_FRAMES - 1) + [0.0] * 40) == []


def test_who_pauses_for_breath_has_not_stopped() -> None:
    news = told([0.9] * 20 + [0.0] * (PAUSE_FRAMES - 1) + [0.9] * 20 + [0.0] * 40)
    assert len({one.started_sample for one in news}) == 1
    assert frames(news[-1]) == (0, 40 + PAUSE_FRAMES - 1, True)


def test_after_a_longer_pause_it_is_another_voice() -> None:
    news = told([0.9] * 20 + [0.0] * (PAUSE_FRAMES + OF_FRAMES) + [0.9] * 20 + [0.0] * 40)
    assert [one.over for one in news].count(True) == 2


@given(st.lists(st.floats(0, 1), max_size=200))
def test_voices_follow_each_other(probabilities: list[float]) -> None:
    end, open_since = 0, None
    for one in told(probabilities):
        assert one.started_sample < one.ended_sample
        if open_since is None:
            assert one.started_sample >= end and not one.over
        else:
            assert one.started_sample == open_since
        assert one.ended_sample >= end
        end, open_since = one.ended_sample, None if one.over else one.started_sample


@given(st.lists(st.integers(1, 2000), min_size=1, max_size=30), st.integers(0, 10**9))
def test_how_it_was_delivered_makes_no_difference(blocks: list[int], start: int) -> None:
    sound = np.arange(sum(blocks), dtype=np.int16)
    heard: list[bytes] = []

    def loud(frame: bytes) -> float:
        heard.append(frame)
        return 1.0

    activity, at, news = VoiceActivity(loud), start, []
    for block in blocks:
        news += activity.feed(sound[at - start : at - start + block], at)
        at += block
    assert b"".join(heard) == sound[: len(sound) // FRAME_SAMPLES * FRAME_SAMPLES].tobytes()
    if news:
        assert news[0] == VoiceNews(start, start + BEGIN_FRAMES * FRAME_SAMPLES)


def test_quiet_is_when_nobody_has_talked_for_a_moment_however_noisy_it_is() -> None:
    answers = iter([0.9] * 20 + [0.1, 0.1, 0.7] + [0.4] * 7)
    activity = VoiceActivity(lambda _frame: next(answers))
    quiet = []
    for number in range(30):
        activity.feed(np.zeros(FRAME_SAMPLES, np.int16), number * FRAME_SAMPLES)
        quiet.append(activity.quiet)
    assert quiet.index(True, 2) == 29


def test_a_gap_ends_a_voice() -> None:
    activity = VoiceActivity(lambda _frame: 1.0)
    activity.feed(np.zeros(20 * FRAME_SAMPLES, np.int16), 0)
    assert activity.forget() == [VoiceNews(0, 20 * FRAME_SAMPLES, over=True)]
    assert activity.forget() == []


# --- the network itself ---


@pytest.fixture
def hear() -> Iterator[Callable[[Samples], list[VoiceNews]]]:
    activity, at = VoiceActivity(Silero()), 0

    def feed(sound: Samples) -> list[VoiceNews]:
        nonlocal at
        at += len(sound)
        return activity.feed(sound, at - len(sound))

    yield feed


@pytest.mark.parametrize("path", VOICES, ids=lambda path: path.stem)
def test_every_recorded_word_is_a_voice(path: Path, hear: Callable[[Samples], list[VoiceNews]]) -> None:
    news = hear(in_room(path))
    assert [one.over for one in news].count(True) == 1
    assert abs(news[0].started_sample / SAMPLE_RATE_HZ - 0.5 - onset_s(path)) < 0.15


def onset_s(path: Path) -> float:
    """Where the clip is loud for the first time."""
    if path.stem in SPOKEN:
        return SPOKEN[path.stem][0] / SAMPLE_RATE_HZ
    power = np.convolve(clip(path).astype(float) ** 2, np.ones(800) / 800, "same")
    return float(np.argmax(power > 0.05 * power.max())) / SAMPLE_RATE_HZ


def test_an_empty_room_has_no_voice(hear: Callable[[Samples], list[VoiceNews]]) -> None:
    assert hear(room(60.0)) == []
    assert hear(np.zeros(60 * SAMPLE_RATE_HZ, np.int16)) == []


def test_it_stays_awake_in_a_noise_that_goes_on(hear: Callable[[Samples], list[VoiceNews]]) -> None:
    """As loud as the word itself. Without forgetting it is deaf by then."""
    word = clip(STOP).astype(float)
    power = np.convolve(word**2, np.ones(400) / 400, "same")
    level = np.sqrt(power[power > 0.01 * power.max()].mean())
    sound = np.random.default_rng(1).normal(0, level, 40 * SAMPLE_RATE_HZ)
    sound[-SAMPLE_RATE_HZ - len(word) : -SAMPLE_RATE_HZ] += word
    news = hear(np.clip(sound, -32768, 32767).astype(np.int16))
    assert [one.over for one in news].count(True) == 1
    assert news[0].started_sample > len(sound) - SAMPLE_RATE_HZ - len(word)


@pytest.mark.parametrize("name", SPOKEN)
def test_a_final_comes_soon_after_the_voice_even_where_it_is_loud_then(name: str) -> None:
    """Somebody turns the tap on at the end of the word: by loudness alone the word goes on."""
    path = next(path for path in VOICES if path.stem == name)
    sound = np.concatenate([room(2.0), clip(path), room(2.0, seed=1)]).astype(float)
    end = 2 * SAMPLE_RATE_HZ + SPOKEN[name][1]
    sound[end:] += np.random.default_rng(2).normal(0, 500, len(sound) - end)
    with Ear() as ear:
        ear.recogniser.listen(PHRASES)
        ear.hear(sound.astype(np.int16))
        assert [final.words for final in ear.finals] == [name.split("_")[0]]
        assert ear.finals[0].at_sample - end < 0.4 * SAMPLE_RATE_HZ
        assert [voice.over for voice in ear.voices].count(True) == 1
