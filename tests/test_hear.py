"""Recordings through the coach's own hearing."""

from __future__ import annotations

from pathlib import Path

import pytest

from voicecoach.errors import CoachError
from voicecoach.hear import Observation, hear_files

VOICES = Path(__file__).parent / "data" / "voices"


def heard(name: str, question: str = "performing") -> list[Observation]:
    return list(hear_files([next(VOICES.glob(f"{name}*.flac"))], question, "left calf five", None))


def test_a_recorded_stop_hushes_and_is_decided() -> None:
    observations = heard("stop_105")
    kinds = [observation.kind for observation in observations]
    assert kinds.index("hush") < kinds.index("final")
    final = observations[-1]
    assert (final.command, final.verdict, final.rule) == ("stop", "stop", "STOP-WORD")
    assert set(final.as_dict()) == {"file", "at_s", "kind", "words", "command", "verdict", "rule"}


def test_a_yes_decides_nothing_and_hushes_nobody() -> None:
    observations = heard("yes", "go_on")
    assert [observation.words for observation in observations if observation.kind == "final"] == ["yes"]
    assert not [observation for observation in observations if observation.kind == "hush" or observation.rule]


def test_times_are_those_of_the_recording() -> None:
    times = [observation.at_s for observation in heard("stop_105")]
    assert times == sorted(times)
    assert 0 < times[0] < times[-1] < 2.0


@pytest.mark.parametrize(
    ("file", "question", "sentence"),
    [
        (Path("nothing.wav"), "performing", "no sound file"),
        (VOICES / "README.md", "performing", "not a sound file"),
        (VOICES / "README.md", "weather", "no question"),
    ],
)
def test_what_cannot_be_heard_is_one_sentence(file: Path, question: str, sentence: str) -> None:
    with pytest.raises(CoachError, match=sentence):
        list(hear_files([file], question, "", None))
