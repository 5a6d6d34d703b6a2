"""Levels, noise, voices, clipping and echo, measured in signals whose truth is known, and in recordings."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from tests.doctor_room import STOPS, laptop_response
from voicecoach.doctor.levels import (
    SILENCE_DBFS,
    Noise,
    active_level_dbfs,
    cut_off_peaks,
    level_dbfs,
    measure_noise,
    voice_level_dbfs,
)
from voicecoach.doctor.measures import measure_echo
from voicecoach.doctor.verdict import SPEECH_SHARE
from voicecoach.hearing.frames import SAMPLE_RATE_HZ, Samples
from voicecoach.hearing.hear_file import read_speech


def tone(level_dbfs: float, seconds: float = 1.0, hz: float = 440.0) -> Samples:
    """A sine of this RMS level."""
    amplitude = 32768 * np.sqrt(2) * 10 ** (level_dbfs / 20)
    return rounded(amplitude * np.sin(2 * np.pi * hz * np.arange(round(seconds * SAMPLE_RATE_HZ)) / SAMPLE_RATE_HZ))


def hiss(level_dbfs: float, seconds: float = 5.0) -> Samples:
    random = np.random.default_rng(2)
    return rounded(random.normal(0, 32768 * 10 ** (level_dbfs / 20), round(seconds * SAMPLE_RATE_HZ)))


def at_level(samples: Samples, level_dbfs: float) -> Samples:
    """Scaled, so that its active level is this."""
    return rounded(samples * 10 ** ((level_dbfs - active_level_dbfs(samples)) / 20))


def rounded(samples: npt.NDArray[Any]) -> Samples:
    samples_16: Samples = np.clip(np.rint(samples), -32768, 32767).astype(np.int16)
    return samples_16


def silence(seconds: float) -> Samples:
    return np.zeros(round(seconds * SAMPLE_RATE_HZ), np.int16)


@pytest.fixture(scope="module")
def people(shared_dir: Path) -> Samples:
    """Some people who read sentences."""
    files = sorted((shared_dir / "audio" / "speechocean762" / "dev").rglob("*.*"))[:6]
    return np.concatenate([read_speech(file) for file in files])


# --- levels ---


@pytest.mark.parametrize("level", [-60.0, -20.0, -3.1])
def test_the_level_of_a_tone(level: float) -> None:
    assert level_dbfs(tone(level)) == pytest.approx(level, abs=0.1)


def test_silence_has_the_least_level() -> None:
    assert level_dbfs(silence(1.0)) == SILENCE_DBFS
    assert level_dbfs(silence(0.0)) == SILENCE_DBFS
    assert active_level_dbfs(silence(1.0)) == SILENCE_DBFS


def test_pauses_do_not_count_for_the_active_level_and_neither_does_the_noise() -> None:
    sound = np.concatenate([tone(-30.0), silence(3.0)])
    assert active_level_dbfs(sound) == pytest.approx(-30.0, abs=0.2)
    beside = rounded(sound.astype(np.float64) + hiss(-36.0, 4.0))
    assert active_level_dbfs(beside, measure_noise(hiss(-36.0))) == pytest.approx(-30.0, abs=1.5)


# --- noise ---


def test_a_hiss_is_measured_and_is_not_like_speech() -> None:
    noise = measure_noise(hiss(-50.0))
    assert noise.level_dbfs == pytest.approx(-50.0, abs=0.2)
    assert -50.0 < noise.peak_dbfs < -48.0
    assert noise.speech_share == 0
    assert not noise.mute


def test_exact_zeros_are_a_mute_microphone_and_one_bit_is_not() -> None:
    assert measure_noise(silence(5.0)).mute
    one_bit = silence(5.0)
    one_bit[100] = 1
    assert not measure_noise(one_bit).mute


def test_nothing_can_be_measured_in_nothing() -> None:
    with pytest.raises(ValueError, match="too short"):
        measure_noise(silence(0.001))


@pytest.mark.parametrize("level", [-35.0, -45.0])
def test_people_talking_are_like_speech(people: Samples, level: float) -> None:
    talk = at_level(people, level)[: 5 * SAMPLE_RATE_HZ]
    assert measure_noise(rounded(talk + hiss(-68.0))).speech_share > SPEECH_SHARE


@pytest.mark.parametrize("name", ["doing_the_dishes", "exercise_bike", "pink_noise", "running_tap", "white_noise"])
def test_the_noise_of_a_household_is_not_like_speech(shared_dir: Path, name: str) -> None:
    noise = read_speech(shared_dir / "audio" / "noise" / "background" / f"{name}.opus")[: 20 * SAMPLE_RATE_HZ]
    parts = at_level(noise, -45.0).reshape(4, -1)
    assert max(measure_noise(part).speech_share for part in parts) < SPEECH_SHARE


# --- a voice ---


@pytest.mark.parametrize("clip", STOPS, ids=lambda clip: clip.stem)
@pytest.mark.parametrize("over_noise_db", [15.0, 30.0])
def test_a_stop_is_found_in_noise_with_its_level(clip: Path, over_noise_db: float) -> None:
    noise_dbfs = -65.0 + 30.0 - over_noise_db
    word = at_level(read_speech(clip), noise_dbfs + over_noise_db).astype(np.float64)
    room = hiss(noise_dbfs, 4.0).astype(np.float64)
    room[2 * SAMPLE_RATE_HZ : 2 * SAMPLE_RATE_HZ + len(word)] += word
    found = voice_level_dbfs(rounded(room), measure_noise(hiss(noise_dbfs)))
    assert found == pytest.approx(noise_dbfs + over_noise_db, abs=2.5)


def test_no_voice_is_found_in_mere_noise_or_in_a_knock() -> None:
    noise = measure_noise(hiss(-50.0))
    assert voice_level_dbfs(hiss(-50.0, 4.0), noise) is None
    knock = hiss(-50.0, 4.0)
    knock[SAMPLE_RATE_HZ : SAMPLE_RATE_HZ + 500] = 20000
    assert voice_level_dbfs(knock, noise) is None


def test_of_two_sounds_the_louder_is_the_voice() -> None:
    room = hiss(-65.0, 5.0)
    room[SAMPLE_RATE_HZ : 2 * SAMPLE_RATE_HZ] = tone(-45.0)
    room[3 * SAMPLE_RATE_HZ : 4 * SAMPLE_RATE_HZ] = tone(-30.0)
    assert voice_level_dbfs(room, measure_noise(hiss(-65.0))) == pytest.approx(-30.0, abs=0.5)


# --- overdriven ---


def test_flat_peaks_are_counted_and_round_ones_are_not() -> None:
    assert cut_off_peaks(tone(-4.0)) == 0
    assert cut_off_peaks(tone(3.0, hz=100.0)) == 200, "two for each of a hundred periods"


def test_a_voice_that_is_too_loud_is_cut_off() -> None:
    word = read_speech(STOPS[0])
    assert cut_off_peaks(at_level(word, -25.0)) == 0
    assert cut_off_peaks(at_level(word, -4.0)) > 3


# --- echo ---


QUIET = measure_noise(hiss(-70.0))


def heard_through(played: Samples, gain: float, delay_s: float = 0.06, noise_dbfs: float = -70.0) -> Samples:
    response = laptop_response(gain, delay_s)
    echo = np.convolve(played.astype(np.float64), response)[: len(played)]
    return rounded(echo + hiss(noise_dbfs, len(played) / SAMPLE_RATE_HZ))


@pytest.mark.parametrize(("gain", "delay_s"), [(0.3, 0.06), (0.1, 0.12), (0.6, 0.3)])
def test_delay_and_loss_of_an_echo_are_those_of_the_room(people: Samples, gain: float, delay_s: float) -> None:
    played = at_level(people, -20.0)[: 15 * SAMPLE_RATE_HZ]
    echo = measure_echo(heard_through(played, gain, delay_s), played, QUIET)
    assert echo.heard
    assert echo.referenced
    assert echo.delay_s == pytest.approx(delay_s, abs=0.002)
    assert echo.return_loss_db == pytest.approx(-20 * np.log10(gain), abs=2.0)
    assert echo.enhancement_db is not None
    assert echo.enhancement_db > 6
    assert echo.let_through is not None
    assert echo.let_through < 0.1
    assert echo.cut_off_peaks == 0


def test_with_a_headset_there_is_no_echo(people: Samples) -> None:
    played = at_level(people, -20.0)[: 10 * SAMPLE_RATE_HZ]
    echo = measure_echo(hiss(-70.0, 10.0), played, QUIET)
    assert not echo.heard
    assert echo.delay_s is None


def test_an_echo_in_loud_noise_is_found_by_its_delay(people: Samples) -> None:
    played = at_level(people, -20.0)[: 15 * SAMPLE_RATE_HZ]
    noise = measure_noise(hiss(-34.0))
    echo = measure_echo(heard_through(played, 0.2, noise_dbfs=-34.0), played, noise)
    assert echo.over_noise_db < 6
    assert echo.heard
    assert echo.delay_s == pytest.approx(0.06, abs=0.002)


def test_without_knowing_what_is_played_only_the_level_is_told(people: Samples) -> None:
    played = at_level(people, -20.0)[: 10 * SAMPLE_RATE_HZ]
    echo = measure_echo(heard_through(played, 0.3), np.zeros_like(played), QUIET)
    assert not echo.referenced
    assert echo.heard
    assert echo.level_dbfs == pytest.approx(-30.5, abs=2.0)
    assert echo.return_loss_db is None
    assert echo.enhancement_db is None


def test_an_echo_that_overdrives_the_microphone_shows(people: Samples) -> None:
    played = at_level(people, -20.0)[: 10 * SAMPLE_RATE_HZ]
    assert measure_echo(heard_through(played, 20.0), played, Noise(-70.0, -69.0, 0.0, mute=False)).cut_off_peaks > 50
