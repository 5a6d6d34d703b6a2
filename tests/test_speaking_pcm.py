"""A line starts with its voice, is as loud as every other, and never clips."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicecoach.speaking import pcm

RATE_HZ = 48000


def noise(duration_s: float, level: float, seed: int = 1) -> pcm.Pcm:
    samples = np.random.default_rng(seed).uniform(-level, level, round(duration_s * RATE_HZ))
    return samples.astype(np.float32)


def silence(duration_s: float) -> pcm.Pcm:
    return np.zeros(round(duration_s * RATE_HZ), np.float32)


def db(ratio: float) -> float:
    return float(20 * np.log10(ratio))


@given(before_ms=st.integers(0, 300), after_ms=st.integers(0, 300), voice_ms=st.integers(30, 500))
def test_silence_around_the_voice_is_trimmed_to_the_millisecond(before_ms: int, after_ms: int, voice_ms: int) -> None:
    voice = noise(voice_ms / 1000, 0.5)
    trimmed = pcm.trimmed_to_voice(
        np.concatenate([silence(before_ms / 1000), voice, silence(after_ms / 1000)]), RATE_HZ
    )
    kept_ms = len(trimmed) * 1000 / RATE_HZ
    assert voice_ms <= kept_ms <= voice_ms + 12
    ramped = RATE_HZ // 500
    np.testing.assert_array_equal(trimmed[ramped : len(voice) - RATE_HZ // 50], voice[ramped : -RATE_HZ // 50])


def test_a_soft_consonant_before_a_loud_vowel_stays() -> None:
    consonant, vowel = noise(0.1, 0.5 * 10 ** (-42 / 20)), noise(0.2, 0.5)
    trimmed = pcm.trimmed_to_voice(np.concatenate([silence(0.1), consonant, vowel]), RATE_HZ)
    assert len(trimmed) / RATE_HZ >= 0.299


def test_the_noise_floor_of_an_engine_is_not_taken_for_voice() -> None:
    floor = noise(0.2, 0.5 * 10 ** (-56 / 20))
    trimmed = pcm.trimmed_to_voice(np.concatenate([floor, noise(0.2, 0.5), floor]), RATE_HZ)
    assert len(trimmed) / RATE_HZ <= 0.212


def test_both_ends_are_silent_so_that_nothing_clicks() -> None:
    trimmed = pcm.trimmed_to_voice(np.full(RATE_HZ // 2, 0.5, np.float32), RATE_HZ)
    assert trimmed[0] == 0
    assert trimmed[-1] == 0


@given(scale=st.floats(0.001, 1.0), pause_s=st.floats(0.0, 2.0))
def test_how_loud_the_engine_was_and_how_long_it_paused_do_not_matter(scale: float, pause_s: float) -> None:
    line = np.concatenate([noise(0.5, scale), silence(pause_s), noise(0.5, scale)])
    spoken = pcm.levelled(line, RATE_HZ)
    rms = float(np.sqrt(np.mean(np.square(spoken[: RATE_HZ // 2], dtype=np.float64))))
    assert db(rms) == pytest.approx(pcm.ACTIVE_LEVEL_DBFS, abs=0.3)


@given(spike=st.floats(0.0, 1.0), level=st.floats(0.001, 0.1))
def test_nothing_clips(spike: float, level: float) -> None:
    line = noise(0.5, level)
    line[1000] = spike
    assert db(float(np.abs(pcm.levelled(line, RATE_HZ)).max())) <= pcm.PEAK_LIMIT_DBFS + 0.001


@pytest.mark.parametrize("length", [0, 1, 7, 1000])
def test_silence_becomes_nothing(length: int) -> None:
    assert len(pcm.line_to_play(np.zeros(length, np.int16), 22050, RATE_HZ)) == 0


@pytest.mark.parametrize("to_rate_hz", [16000, 22050, 44100, 48000])
def test_a_tone_keeps_its_pitch_and_length_at_every_rate(to_rate_hz: int) -> None:
    tone = np.sin(2 * np.pi * 440 * np.arange(22050) / 22050) * 10000
    played = pcm.line_to_play(tone.astype(np.int16), 22050, to_rate_hz)
    assert len(played) / to_rate_hz == pytest.approx(1.0, abs=0.002)
    spectrum = np.abs(np.fft.rfft(played, to_rate_hz))
    assert int(spectrum.argmax()) == 440


def test_a_line_cannot_be_changed_by_those_who_share_it() -> None:
    played = pcm.line_to_play(np.full(2205, 1000, np.int16), 22050, RATE_HZ)
    with pytest.raises(ValueError, match="read-only"):
        played[0] = 1


@pytest.mark.parametrize("length", [1, 5000])
def test_flac_gives_back_the_same_samples(length: int) -> None:
    samples: npt.NDArray[np.int16] = np.random.default_rng(1).integers(-32768, 32767, length, np.int16, endpoint=True)
    back, rate_hz = pcm.from_flac(pcm.to_flac(samples, 22050))
    assert rate_hz == 22050
    np.testing.assert_array_equal(back, samples)
