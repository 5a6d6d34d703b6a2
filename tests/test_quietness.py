"""When nobody speaks: only then may samples of the microphone be thrown away."""

from __future__ import annotations

import numpy as np
import pytest

from voicecoach.audio.quietness import Quietness

BLOCK_S, FRAMES = 0.01, 480


def heard(quietness: Quietness, level_dbfs: float, for_s: float) -> float:
    noise = np.random.default_rng(1)
    for _ in range(round(for_s / BLOCK_S)):
        quietness.note((noise.normal(0, 10 ** (level_dbfs / 20), FRAMES)).astype(np.float32), BLOCK_S)
    return quietness.quiet_s


def test_a_room_is_quiet_however_loud_its_noise_is() -> None:
    assert heard(Quietness(), -60, 2) == pytest.approx(2)
    assert heard(Quietness(), -30, 2) == pytest.approx(2)


def test_a_voice_is_not_quiet_and_quiet_begins_anew_after_it() -> None:
    quietness = Quietness()
    heard(quietness, -55, 2)
    assert heard(quietness, -30, 1) == 0
    assert heard(quietness, -55, 0.3) == pytest.approx(0.3)


def test_a_fan_that_was_switched_on_becomes_the_room() -> None:
    quietness = Quietness()
    heard(quietness, -55, 2)
    assert heard(quietness, -35, 2) == 0
    assert heard(quietness, -35, 10) > 2


def test_digital_silence_is_quiet() -> None:
    quietness = Quietness()
    quietness.note(np.zeros(FRAMES, np.float32), BLOCK_S)
    quietness.note(np.zeros(0, np.float32), 0.0)
    assert quietness.quiet_s == pytest.approx(BLOCK_S)
