"""How the echo bench makes its scenes and measures what is left."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "scripts"))

import _echo_measures as measures
import _echo_scenes as scenes
from _echo_paths import PATHS, Nothing
from _hearing_people import Utterance
from _hearing_sounds import as_float, as_int16, decibels, mouth_response, pink
from _model_sounds import RATE_HZ

from tests.hearing_clips import STOP, clip

pytest.importorskip("pyroomacoustics", reason="rooms need pyroomacoustics: install the extra `bench`")

SECONDS = 12
RESPONSE = mouth_response(0.5)
STOP_SOUND = as_float(clip(STOP))


def scene(
    setting: scenes.Setting, people: np.ndarray[tuple[int], np.dtype[np.float64]] | None = None
) -> scenes.EchoScene:
    played = scenes.reading([("stop", STOP_SOUND)], SECONDS)
    return scenes.echo_scene(setting, RESPONSE, played, people, seed=1)


def test_the_loss_is_that_of_the_echo_and_not_of_the_noise() -> None:
    one = scene(scenes.Setting("any"))
    softer = as_int16(one.echo * decibels(-20.0) + one.noise)
    assert measures.erle_db(one, as_int16(one.echo + one.noise)) == pytest.approx([0.0] * 4, abs=0.5)
    assert measures.erle_db(one, softer) == pytest.approx([20.0] * 4, abs=1.0)


def test_the_loss_is_counted_from_where_it_is_asked_for() -> None:
    one, from_s = scene(scenes.Setting("any")), 9.0
    begin = round(from_s * RATE_HZ)
    gone = np.concatenate([one.echo[:begin], one.echo[begin:] * decibels(-20.0)]) + one.noise
    loss_db = measures.erle_db(one, as_int16(gone), from_s)
    assert loss_db[0] == pytest.approx(20.0, abs=1.0)
    assert measures.decibel_cells(loss_db)[-1] == "-", "so long it does not speak"


def test_people_are_measured_where_they_speak() -> None:
    silence = np.zeros(SECONDS * RATE_HZ)
    people = silence.copy()
    people[2 * RATE_HZ : 3 * RATE_HZ] = pink(RATE_HZ, np.random.default_rng(2)) * 0.1
    one = scene(scenes.Setting("any"), people)
    assert measures.segmental_snr_db(one, as_int16(people), 0.0) == pytest.approx(35.0)
    spoilt = people * (1 + decibels(-10.0))
    assert measures.segmental_snr_db(one, as_int16(spoilt), 0.0) == pytest.approx(10.0, abs=0.5)


def test_clocks_part_by_as_much_as_they_are_said_to() -> None:
    together, apart = (scene(scenes.Setting("any", drift_ppm=ppm, noise_dbfs=-120.0)).echo for ppm in (0.0, 500.0))
    end = slice(-RATE_HZ, None)
    correlation = np.correlate(apart[end], together[end], "same")
    lag = int(np.argmax(correlation)) - RATE_HZ // 2
    assert lag == pytest.approx(-500e-6 * (SECONDS - 0.5) * RATE_HZ, abs=8)


def test_a_measured_room_is_brought_nearer_and_never_farther() -> None:
    response = np.concatenate([[1.0], np.zeros(100), np.full(400, 0.05)])
    near = scenes.nearer(response, 12.0)
    assert np.sum(near[:48] ** 2) / np.sum(near[48:] ** 2) == pytest.approx(10**1.2)
    assert scenes.nearer(near, 6.0) == pytest.approx(near)


@pytest.mark.parametrize("name", PATHS)
def test_every_filter_gives_as_much_as_it_gets(name: str) -> None:
    one = scene(scenes.Setting("any"))
    done = measures.cancelled(PATHS[name](), one)
    assert len(done.sound) == len(one.heard) // 160 * 160
    assert done.processor_share > 0


def test_nothing_does_nothing() -> None:
    one = scene(scenes.Setting("any"))
    done = measures.cancelled(Nothing(), one)
    assert (done.sound == one.heard[: len(done.sound)]).all()


def test_people_take_turns() -> None:
    said = [Utterance(STOP_SOUND, (), str(number), "performing") for number in range(3)]
    sound = scenes.speaking(said, 8 * RATE_HZ, seed=3)
    assert np.sqrt(np.mean(sound**2)) > decibels(scenes.VOICE_DBFS - 12)
    assert (scenes.speaking(said, 8 * RATE_HZ, seed=3) == sound).all()
