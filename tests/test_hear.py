"""Recordings through the coach's own hearing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile

from tests.hearing_clips import STOP, clip, room
from voicecoach.core.messages import Heard
from voicecoach.errors import CoachError
from voicecoach.explain import baseline_of
from voicecoach.hear import FileListener, Judge, Observation, hear_files
from voicecoach.hearing.frames import SAMPLE_RATE_HZ, Samples
from voicecoach.hearing.model import embedded_model
from voicecoach.languages import language
from voicecoach.room import Room
from voicecoach.speaking.timeline import Pcm

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


def test_files_do_not_influence_each_other() -> None:
    stop = next(VOICES.glob("stop_105*.flac"))
    both = list(hear_files([stop, stop], "performing", "", None))
    first, second = both[: len(both) // 2], both[len(both) // 2 :]
    assert [(one.kind, one.words, one.verdict) for one in first] == [
        (one.kind, one.words, one.verdict) for one in second
    ]
    assert second[0].at_s == pytest.approx(first[0].at_s, abs=0.05)


@pytest.mark.parametrize(
    ("file", "question", "sentence"),
    [
        (Path("nothing.wav"), "performing", "no sound file"),
        (VOICES, "performing", "no sound file"),
        (VOICES / "README.md", "performing", "not a sound file"),
        (VOICES / "README.md", "weather", "no question"),
    ],
)
def test_what_cannot_be_heard_is_one_sentence(file: Path, question: str, sentence: str) -> None:
    with pytest.raises(CoachError, match=sentence):
        list(hear_files([file], question, "", None))


def test_an_empty_recording_is_one_sentence(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "empty.wav", np.zeros(0, np.int16), SAMPLE_RATE_HZ)
    with pytest.raises(CoachError, match="no sound in"):
        list(hear_files([tmp_path / "empty.wav"], "performing", "", None))


def test_what_was_played_belongs_to_one_recording() -> None:
    with pytest.raises(CoachError, match="one file"):
        list(hear_files([STOP, STOP], "performing", "", None, played=STOP))


# --- what the coach played meanwhile ---


@pytest.fixture
def listener() -> Iterator[FileListener]:
    with FileListener(embedded_model(), language(), "performing") as listener:
        yield listener


def in_the_room(played: Samples) -> Samples:
    """The coach's voice at the microphone: 40 ms later and softer."""
    response = np.zeros(800, np.float32)
    response[640] = 0.5
    sound: Pcm = (played / 32768).astype(np.float32)
    echo, _ = Room(SAMPLE_RATE_HZ, response).hear(np.zeros(len(played), np.float32), sound)
    return echo


def test_the_coachs_own_words_are_not_heard_where_it_is_told_of_them(listener: FileListener) -> None:
    played = np.concatenate([clip(STOP), room(0.3)] * 4)
    echo = in_the_room(played)
    assert [one for one in listener.hear(echo, "unknown") if one.kind == "hush"]
    assert not [one for one in listener.hear(echo, "known", played, "Stop.") if one.kind == "hush" or one.verdict]


# --- the interlock over a question that stays open ---


def judge(*events: Heard, question: str = "performing") -> list[Observation]:
    judge = Judge(language(), question, baseline_of("left calf five"))
    return [seen for event in events for seen in judge.see(event)]


def test_only_the_first_hush_of_an_utterance_counts() -> None:
    seen = judge(Heard(1.0, "stop", final=False), Heard(1.2, "stop it", final=False), Heard(1.6, "stop it"))
    assert [one.kind for one in seen] == ["partial", "hush", "partial", "final"]


def test_a_final_that_was_not_foreseen_hushes_and_decides() -> None:
    seen = judge(Heard(1.0, "it's worse in my leg"))
    assert [(one.kind, one.verdict, one.rule, one.decides) for one in seen] == [
        ("hush", None, None, False),
        ("final", "stop", "LEG-WORSE", True),
    ]


def test_a_hush_that_nothing_follows_ends_by_itself() -> None:
    seen = judge(Heard(1.0, "stop", final=False), Heard(4.0, "stop", final=False))
    assert [one.at_s for one in seen if one.kind == "hush"] == [1.0, 4.0]


def test_what_the_coach_says_itself_is_masked_unless_somebody_else_surely_spoke() -> None:
    judge = Judge(language(), "performing")
    judge.spoken.speaking(1, "Say stop at any time.", 0.0)
    (masked,) = judge.see(Heard(1.0, "stop", started_s=0.6))
    assert (masked.kind, masked.intent, masked.decides) == ("final", None, False)
    assert judge.see(Heard(2.0, "stop", started_s=1.6, surely_other=True))[-1].decides


def test_an_answer_decides_only_where_it_was_asked_for() -> None:
    (answer,) = judge(Heard(1.0, "yes"), question="go_on")
    (idle,) = judge(Heard(1.0, "yes"))
    assert (answer.decides, idle.decides) == (True, False)
