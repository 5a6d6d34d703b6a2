"""One leg or two sound alike ("my leg's worse"), and both are a warning sign: the real recogniser tells them apart."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from tests.end_to_end_session import PATIENT_VOICE
from tests.hearing_clips import Ear, room
from voicecoach.core.body import PainReport
from voicecoach.core.questions import PERFORMING
from voicecoach.core.understanding import understand
from voicecoach.core.vocabulary import phrases_for
from voicecoach.hearing.frames import SAMPLE_RATE_HZ, Samples
from voicecoach.languages import language
from voicecoach.speaking.voice import Voice


@pytest.fixture(scope="module")
def voice() -> Iterator[Voice]:
    speaking = Voice(voice=PATIENT_VOICE, sample_rate_hz=SAMPLE_RATE_HZ)
    yield speaking
    speaking.close()


@pytest.fixture(scope="module")
def ear() -> Iterator[Ear]:
    with Ear() as started:
        started.recogniser.listen(phrases_for(PERFORMING, language()))
        yield started
        assert started.losses == []


def reported(words: str) -> PainReport | None:
    report = understand(words, language(), PERFORMING).report
    return report and replace(report, words="")


@pytest.mark.parametrize(
    "said",
    [
        "my leg's worse",
        "my leg's better",
        "my leg's numb",
        "my leg's sore",
        "my calf's worse",
        "my back's fine but my calf's worse",
        "nothing in my leg any more",
        "my legs are worse",
        "my legs are numb",
        "both legs are worse",
    ],
)
def test_one_leg_is_told_from_two(said: str, voice: Voice, ear: Ear) -> None:
    spoken: Samples = (voice.render(said, 150) * 20_000).astype(np.int16)
    ear.events.clear()
    ear.hear(np.concatenate([room(0.5), spoken, room(1.0, seed=1)]))
    ear.recogniser.flush()
    assert ear.recogniser.sync()
    heard = " ".join(final.words for final in ear.finals)
    assert reported(heard) == reported(said), heard
