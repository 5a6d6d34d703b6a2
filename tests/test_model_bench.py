"""How the model bench counts, and what it plays."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).parents[1] / "scripts"))

import _model_sounds as sounds
from _model_ears import Segment, VoskEar
from _model_scores import Rate, Share

from tests.hearing_clips import STOP, clip
from voicecoach.hearing.model import embedded_model


@given(st.integers(1, 2000), st.data())
def test_a_shares_interval_holds_the_share(total: int, data: st.DataObject) -> None:
    hits = data.draw(st.integers(0, total))
    low, high = Share(hits, total).interval()
    assert 0 <= low <= hits / total + 1e-9 and hits / total - 1e-9 <= high <= 1
    closer_low, closer_high = Share(4 * hits, 4 * total).interval()
    assert closer_high - closer_low < high - low


def test_known_intervals() -> None:
    assert Share(90, 100).interval() == pytest.approx((0.826, 0.945), abs=2e-3)
    assert Rate(0, 1.0).interval() == pytest.approx((0, 3.69), abs=0.1)
    assert Rate(10, 2.0).interval() == pytest.approx((4.79 / 2, 18.4 / 2), abs=0.1)
    assert (str(Share()), str(Rate())) == ("-", "-")


@pytest.mark.parametrize("condition", sorted(sounds.CONDITIONS))
def test_conditions_keep_the_length_and_are_always_alike(condition: str) -> None:
    samples = sounds.in_its_room(clip(STOP), 0.5, np.random.default_rng(0))
    change = sounds.CONDITIONS[condition]
    first, again = (change(samples, np.random.default_rng(1)) for _ in range(2))
    assert first.dtype == np.int16 and len(first) == len(samples)
    assert np.array_equal(first, again)
    assert (condition == "clean") == np.array_equal(first, samples)


def test_noise_is_as_loud_as_asked_for() -> None:
    speech = (np.random.default_rng(2).normal(size=32000) * 1000).astype(np.int16)
    noise = sounds.with_noise(speech, 10, np.random.default_rng(3)).astype(float) - speech
    assert 20 * np.log10(speech.std() / noise.std()) == pytest.approx(10, abs=0.5)


def test_the_same_room_goes_on_around_a_clip() -> None:
    room = (np.random.default_rng(4).normal(size=8000) * 50).astype(np.int16)
    around = sounds.in_its_room(room, 1.0, np.random.default_rng(5))
    assert len(around) == 40000
    assert around[:16000].std() == pytest.approx(50, rel=0.3)


def test_an_ear_hears_a_word_and_says_how_sure_it_is() -> None:
    ear = VoskEar("coach", embedded_model())
    ear.listen(["stop", "go", "[unk]"])
    segments = ear.hear(sounds.in_its_room(clip(STOP), 0.5, np.random.default_rng(6)))
    assert [segment.known for segment in segments] == [("stop",)]
    assert 0.5 < segments[0].confidence <= 1
    assert Segment(("[unk]", "stop"), 0.3).known == ("stop",)
    assert 0 < ear.real_time_factor(clip(STOP)) < 1
