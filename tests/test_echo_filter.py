"""The filter that takes the coach's own voice out: how fast, with two clocks, under somebody's voice, after a jump."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile
import soxr

from tests.coach_voice import FloatPcm, coach_voice, path
from voicecoach.hearing.echo_filter import EchoFilter
from voicecoach.hearing.echo_fit import FRAME, Fit
from voicecoach.hearing.frames import SAMPLE_RATE_HZ
from voicecoach.hearing.played_history import AHEAD, PlayedHistory

ROOMS = Path(__file__).parents[2] / "shared" / "audio" / "rooms"
STOP = Path(__file__).parent / "data" / "voices" / "stop_105a0eea_0.flac"
DELAY_S, GAIN = 0.06, 0.3
JUMP_S = 0.15  # more than what counts as a slip
NOISE = 4e-4  # of full scale: a quiet room
SECOND = SAMPLE_RATE_HZ


@pytest.fixture(scope="module")
def coach(tmp_path_factory: pytest.TempPathFactory) -> FloatPcm:
    return coach_voice(tmp_path_factory.mktemp("cache"))


def through(played: FloatPcm, response: FloatPcm) -> FloatPcm:
    size = len(played) + len(response)
    sound = np.fft.irfft(np.fft.rfft(played, size) * np.fft.rfft(response, size), size)[: len(played)]
    return np.asarray(sound, np.float32)


def noise(samples: int) -> FloatPcm:
    return np.random.default_rng(4).normal(0, NOISE, samples).astype(np.float32)


def run(path_filter: EchoFilter, heard: FloatPcm, played: FloatPcm) -> FloatPcm:
    """What is left; whole frames."""
    both = [np.clip(np.rint(sound * 32768), -32768, 32767).astype(np.int16) for sound in (heard, played)]
    frames = [
        path_filter.cancel(both[0][at : at + FRAME], both[1][at : at + FRAME])
        for at in range(0, len(heard) - FRAME + 1, FRAME)
    ]
    return np.concatenate(frames).astype(np.float32) / np.float32(32768)


def loss_db(echo: FloatPcm, left: FloatPcm, begin: int, end: int) -> float:
    """The room's noise is not counted."""
    rest = float(np.mean(left[begin:end] ** 2)) - NOISE**2
    return float(10 * np.log10(np.mean(echo[begin:end] ** 2) / max(rest, 1e-12)))


def knowing(delay_s: float = DELAY_S) -> EchoFilter:
    path_filter = EchoFilter()
    path_filter.hold_back((delay_s - 0.01) * SAMPLE_RATE_HZ)
    return path_filter


def test_two_seconds_of_speech_are_enough_for_25_db(coach: FloatPcm) -> None:
    echo = through(coach, path(DELAY_S, GAIN))
    left = run(knowing(), echo + noise(len(echo)), coach)
    assert loss_db(echo, left, SECOND, 2 * SECOND) > 12
    assert loss_db(echo, left, 2 * SECOND, 6 * SECOND) > 25


@pytest.mark.skipif(not ROOMS.is_dir(), reason="needs the measured rooms of ../shared")
def test_so_they_are_in_a_measured_living_room(coach: FloatPcm) -> None:
    response, _ = soundfile.read(ROOMS / "rir1.flac", dtype="float32")
    direct = int(np.argmax(np.abs(response)))
    response = response[direct - 8 : direct + SECOND // 2]
    response[40:] *= 0.2  # loudspeaker and microphone are a hand apart
    delayed = np.concatenate([np.zeros(round(DELAY_S * SECOND), np.float32), GAIN * response])
    echo = through(coach, delayed)
    left = run(knowing(), echo + noise(len(echo)), coach)
    assert loss_db(echo, left, 2 * SECOND, 6 * SECOND) > 25


@pytest.mark.parametrize("ppm", [-200, -50, 100])
def test_two_clocks_that_part_are_found_out_and_followed(coach: FloatPcm, ppm: int) -> None:
    echo = through(coach, path(DELAY_S, GAIN))
    late = soxr.resample(echo, SECOND, SECOND * (1 + ppm * 1e-6), quality="VHQ")[: len(echo)]
    late = np.pad(late, (0, len(echo) - len(late)))
    path_filter = knowing()
    left = run(path_filter, late + noise(len(late)), coach)
    assert path_filter.drift * 1e6 == pytest.approx(ppm, abs=2)
    assert loss_db(late, left, 3 * SECOND, len(left)) > 25


def test_one_clock_is_not_taken_for_two(coach: FloatPcm) -> None:
    path_filter = knowing()
    run(path_filter, through(coach, path(DELAY_S, GAIN)) + noise(len(coach)), coach)
    assert abs(path_filter.drift) < 1e-6


def test_a_voice_over_the_echo_passes_and_spoils_nothing(coach: FloatPcm) -> None:
    echo = through(coach, path(DELAY_S, GAIN))
    word, _ = soundfile.read(STOP, dtype="float32")
    somebody = np.zeros_like(coach)
    for at in range(3 * SECOND, 7 * SECOND, 2 * SECOND):
        somebody[at : at + len(word)] += word * (0.2 / np.abs(word).max())
    left = run(knowing(), echo + somebody + noise(len(echo)), coach)
    said = slice(5 * SECOND, 5 * SECOND + len(word))
    wrong = np.mean((left[said] - somebody[said]) ** 2)
    assert 10 * np.log10(np.mean(somebody[said] ** 2) / wrong) > 15
    assert loss_db(echo, left, 8 * SECOND, 10 * SECOND) > 25


def test_where_no_echo_comes_nothing_is_taken_from_a_voice(coach: FloatPcm) -> None:
    """A headset: words that coincide with the coach's must not teach it an echo."""
    word, _ = soundfile.read(STOP, dtype="float32")
    somebody = np.zeros_like(coach)
    for at in range(SECOND // 2, 8 * SECOND, 2 * SECOND):
        somebody[at : at + len(word)] += word * (0.2 / np.abs(word).max())
    left = run(EchoFilter(), somebody + noise(len(coach)), coach)
    said = slice(6 * SECOND, 8 * SECOND)
    wrong = np.mean((left[said] - somebody[said]) ** 2)
    assert 10 * np.log10(np.mean(somebody[said] ** 2) / wrong) > 15


def test_a_delay_found_late_keeps_what_is_known(coach: FloatPcm) -> None:
    echo, path_filter = through(coach, path(DELAY_S, GAIN)), EchoFilter()
    heard, known = echo + noise(len(echo)), 4 * SECOND
    run(path_filter, heard[:known], coach[:known])
    path_filter.hold_back((DELAY_S - 0.01) * SECOND)
    left = run(path_filter, heard[known:], coach[known:])
    assert loss_db(echo[known:], left, 0, SECOND) > 20


def test_a_delay_beyond_the_response_begins_anew(coach: FloatPcm) -> None:
    late = through(coach, path(0.5, GAIN))
    heard, path_filter, known = late + noise(len(late)), EchoFilter(), 4 * SECOND
    run(path_filter, heard[:known], coach[:known])
    path_filter.hold_back(0.49 * SECOND)
    left = run(path_filter, heard[known:], coach[known:])
    assert loss_db(late[known:], left, 3 * SECOND, 6 * SECOND) > 25


def jumped(coach: FloatPcm, by_s: float, response: FloatPcm) -> tuple[FloatPcm, FloatPcm, int]:
    """(echo, heard, where the devices begin to take longer)"""
    at = 6 * SECOND
    echo = through(coach, path(DELAY_S, GAIN))
    later = np.concatenate([np.zeros(round(by_s * SECOND), np.float32), response])
    echo[at:] = through(coach, later)[at:]
    return echo, echo + noise(len(echo)), at


def test_in_the_same_room_a_jump_of_the_delay_costs_nothing_once_it_is_found(coach: FloatPcm) -> None:
    echo, heard, at = jumped(coach, JUMP_S, path(DELAY_S, GAIN))
    path_filter, found = knowing(), at + SECOND
    run(path_filter, heard[:found], coach[:found])
    assert path_filter.jump(path_filter.lag + JUMP_S * SECOND)
    left = run(path_filter, heard[found:], coach[found:])
    assert loss_db(echo[found:], left, 0, SECOND) > 20


def slipped(coach: FloatPcm, samples: int) -> tuple[EchoFilter, FloatPcm, FloatPcm, int]:
    """(a filter that has heard all of it, echo, what it left, where the echo begins to come so much later)"""
    at = 6 * SECOND
    echo = through(coach, path(DELAY_S, GAIN))
    echo[at:] = through(coach, path(DELAY_S + samples / SECOND, GAIN))[at:]
    path_filter = knowing()
    return path_filter, echo, run(path_filter, echo + noise(len(echo)), coach), at


@pytest.mark.parametrize("samples", [1, 2, -2, 13, 127, -300])
def test_samples_that_are_lost_or_added_are_noticed_within_a_syllable(coach: FloatPcm, samples: int) -> None:
    path_filter, echo, left, at = slipped(coach, samples)
    assert path_filter.slips == 1
    assert loss_db(echo, left, at + SECOND // 2, at + 2 * SECOND) > 18
    assert abs(path_filter.drift) < 10e-6, "the clocks do not part"


@pytest.mark.parametrize("samples", [1000, 1900, -700])
def test_a_whole_buffer_that_is_lost_or_added_is_noticed_within_a_word(coach: FloatPcm, samples: int) -> None:
    path_filter, echo, left, at = slipped(coach, samples)
    assert path_filter.slips == 1
    assert loss_db(echo, left, at + 3 * SECOND // 4, at + 2 * SECOND) > 18


def test_a_voice_is_no_slip(coach: FloatPcm) -> None:
    path_filter = knowing()
    echo = through(coach, path(DELAY_S, GAIN))
    word, _ = soundfile.read(STOP, dtype="float32")
    somebody = np.zeros_like(coach)
    for number, at in enumerate(range(3 * SECOND, 9 * SECOND, SECOND)):
        somebody[at : at + len(word)] += word * (0.02 * 2**number / np.abs(word).max())
    run(path_filter, echo + somebody + noise(len(echo)), coach)
    assert path_filter.slips == 0


def test_a_jump_that_is_none_is_not_believed(coach: FloatPcm) -> None:
    echo = through(coach, path(DELAY_S, GAIN))
    heard, path_filter, at = echo + noise(len(echo)), knowing(), 6 * SECOND
    run(path_filter, heard[:at], coach[:at])
    assert not path_filter.jump(path_filter.lag + JUMP_S * SECOND)
    left = run(path_filter, heard[at:], coach[at:])
    assert loss_db(echo[at:], left, 0, SECOND) > 25


def test_another_room_is_learned_anew(coach: FloatPcm) -> None:
    other = path(DELAY_S, -GAIN)
    other[round(DELAY_S * SECOND) + 300 :] *= -3
    echo, heard, at = jumped(coach, JUMP_S, other)
    path_filter, found = knowing(), at + SECOND
    run(path_filter, heard[:found], coach[:found])
    assert path_filter.jump(path_filter.lag + JUMP_S * SECOND)
    left = run(path_filter, heard[found:], coach[found:])
    assert loss_db(echo[found:], left, 3 * SECOND, 6 * SECOND) > 20


def test_a_fit_finds_the_response_that_the_evidence_is_made_of() -> None:
    random = np.random.default_rng(1)
    response = (0.02 * random.normal(size=320) * np.exp(-np.arange(320) / 80)).astype(np.float32)
    played = random.normal(0, 0.1, 320 + 40 * FRAME).astype(np.float32)
    heard = np.convolve(played, response)[320 : len(played)].astype(np.float32)
    found, unexplained = np.zeros(320, np.float32), []
    for _ in range(6):
        fit = Fit(played, heard, found)
        unexplained.append(fit.unexplained)
        found = fit.improved(4)
    assert unexplained[0] == 1.0
    assert unexplained[-1] < 1e-4
    assert np.sum((found - response) ** 2) < 1e-3 * np.sum(response**2)


def test_what_was_played_is_read_between_its_samples() -> None:
    history, hz = PlayedHistory(FRAME, 20), 3000.0
    times = np.arange(30 * FRAME) / SAMPLE_RATE_HZ
    for at in range(0, len(times), FRAME):
        history.add(np.sin(2 * np.pi * hz * times[at : at + FRAME]).astype(np.float32))
    late = history.read([0, 5], [AHEAD + 0.25, 100.6])
    newest = np.sin(2 * np.pi * hz * (times[-FRAME:] - (AHEAD + 0.25) / SAMPLE_RATE_HZ))
    older = np.sin(2 * np.pi * hz * (times[-6 * FRAME : -5 * FRAME] - 100.6 / SAMPLE_RATE_HZ))
    assert late == pytest.approx(np.stack([newest, older]), abs=2e-3)
