"""Whole examinations in virtual time: real voices, canceller and recogniser; rooms that are good, and bad ones."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from tests.doctor_room import Acoustics, VirtualApparatus
from voicecoach.core.messages import Heard
from voicecoach.core.questions import PERFORMING
from voicecoach.doctor.examination import LINES_AHEAD, RATE_WPM, Examination
from voicecoach.doctor.measures import Measures
from voicecoach.doctor.verdict import Ailment, Fit, Verdict, judge
from voicecoach.hear import Judge
from voicecoach.hearing.frames import Samples
from voicecoach.hearing.hear_file import read_speech
from voicecoach.languages import language, sayings
from voicecoach.speaking.voice import Voice


@dataclass(frozen=True, slots=True)
class Examined:
    measures: Measures
    verdict: Verdict
    said: list[str]
    lasted_s: float

    @property
    def first(self) -> Ailment:
        return self.verdict.findings[0].ailment

    @property
    def heard(self) -> list[bool]:
        return [attempt.heard for attempt in self.measures.attempts]


SAID_BEFORE_A_STOP = (
    *("doctor_own_voice", "doctor_talking", "doctor_say_stop", "doctor_once_more"),
    *("doctor_beside", "doctor_beside_again", "doctor_interrupt_me"),
)
Examine = Callable[..., Examined]


@pytest.fixture(scope="module")
def voice(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Voice]:
    coach = Voice(tmp_path_factory.mktemp("voice"))
    coach.render_all([(sayings()[key], RATE_WPM) for key in LINES_AHEAD])
    yield coach
    coach.close()


@pytest.fixture(scope="module")
def examine(voice: Voice) -> Examine:
    def one(acoustics: Acoustics, *, headset: bool = False, alone: bool = False) -> Examined:
        said: list[str] = []
        with VirtualApparatus(voice, acoustics, headset=headset) as apparatus:
            examination = Examination(apparatus, said.append, alone=alone, headset=headset)
            assert "stop" not in examination.prepare()
            measures = examination.run()
            return Examined(measures, judge(measures), said, apparatus.now_s)

    return one


def background(shared_dir: Path, name: str, level_dbfs: float) -> Samples:
    noise = read_speech(shared_dir / "audio" / "noise" / "background" / f"{name}.opus").astype(np.float64)
    samples: Samples = np.rint(noise * 32768 * 10 ** (level_dbfs / 20) / noise.std()).astype(np.int16)
    return samples


def test_a_quiet_room_with_an_open_laptop_is_good(examine: Examine) -> None:
    examined = examine(Acoustics())
    assert examined.verdict.fit is Fit.GOOD, examined.verdict
    assert examined.heard == [True] * 4
    measures = examined.measures
    assert measures.voice_dbfs == pytest.approx(-32.0, abs=3.0)
    assert measures.echo is not None
    assert measures.echo.delay_s == pytest.approx(0.06, abs=0.002)
    assert measures.echo.return_loss_db == pytest.approx(10.5, abs=2.0)
    assert (measures.words_in_noise, measures.echo.hushes, measures.echo.decisions) == (0, 0, 0)
    assert measures.slowest_s is not None
    assert measures.slowest_s < 1.5
    assert examined.lasted_s < 105, "with the verdict less than two minutes"
    assert examined.said[-1] == f"COACH  {sayings()['doctor_heard']}"


def test_what_it_says_while_it_listens_means_nothing_to_it() -> None:
    for key in SAID_BEFORE_A_STOP:
        judge_of_words = Judge(language(), PERFORMING)
        heard = Heard(1.0, sayings()[key].lower(), surely_other=True)
        assert not any(seen.kind == "hush" or seen.decides for seen in judge_of_words.see(heard)), key


def test_a_headset_is_good(examine: Examine) -> None:
    examined = examine(Acoustics(echo_gain=0.0), headset=True)
    assert examined.verdict.fit is Fit.GOOD, examined.verdict
    assert examined.measures.echo is not None
    assert not examined.measures.echo.heard


def test_a_muted_microphone_ends_it_at_once(examine: Examine) -> None:
    examined = examine(Acoustics(muted=True))
    assert (examined.first, examined.verdict.fit) == (Ailment.MUTED, Fit.UNMEASURED)
    assert examined.lasted_s < 30, "nobody is to talk to a microphone that is muted"


def test_where_nobody_answers_nothing_is_known(examine: Examine) -> None:
    examined = examine(Acoustics(voice_dbfs=None))
    assert (examined.first, examined.verdict.fit) == (Ailment.NO_VOICE, Fit.UNMEASURED), examined.measures
    assert examined.heard == [False, False], "nobody is asked to interrupt who was never heard"


def test_alone_only_the_room_is_measured(examine: Examine) -> None:
    examined = examine(Acoustics(voice_dbfs=None), alone=True)
    assert examined.verdict.fit is Fit.GOOD
    assert examined.measures.attempts == ()
    assert not any("stop" in line for line in examined.said)
    assert examined.lasted_s < 60


def test_a_tap_that_runs_is_too_loud(examine: Examine, shared_dir: Path) -> None:
    examined = examine(Acoustics(noise=background(shared_dir, "running_tap", -38.0)))
    assert (examined.first, examined.verdict.fit) == (Ailment.NOISE, Fit.NOT), examined.measures
    assert examined.measures.noise.level_dbfs == pytest.approx(-38.0, abs=1.0)


def test_a_radio_is_somebody_who_talks(examine: Examine, shared_dir: Path) -> None:
    files = sorted((shared_dir / "audio" / "speechocean762" / "dev").rglob("*.*"))[:30]
    radio = np.concatenate([read_speech(file) for file in files]).astype(np.float64)
    noise = np.rint(radio * 32768 * 10 ** (-45.0 / 20) / radio.std()).astype(np.int16)
    examined = examine(Acoustics(noise=noise), alone=True)
    assert examined.first is Ailment.TALK, examined.measures
    assert examined.verdict.fit is not Fit.GOOD


def test_a_loudspeaker_that_drowns_the_person_is_turned_down(examine: Examine) -> None:
    examined = examine(Acoustics(echo_gain=1.0, voice_dbfs=-42.0))
    assert examined.first is Ailment.LOUD_ECHO, examined.verdict
    assert examined.measures.echo_over_voice_db == pytest.approx(22.0, abs=4.0)


def test_an_overdriven_microphone_is_turned_down(examine: Examine) -> None:
    examined = examine(Acoustics(microphone_gain=30.0))
    assert (examined.first, examined.verdict.fit) == (Ailment.OVERDRIVEN, Fit.NOT), examined.verdict


def test_only_the_coach_overdrives_the_microphone(examine: Examine) -> None:
    examined = examine(Acoustics(echo_gain=12.0, voice_dbfs=None), alone=True)
    assert (examined.first, examined.verdict.fit) == (Ailment.COACH_CUT_OFF, Fit.NOT), examined.verdict


def test_a_headset_that_is_none(examine: Examine) -> None:
    examined = examine(Acoustics(), headset=True, alone=True)
    assert (examined.first, examined.verdict.fit) == (Ailment.HEADSET_LEAKS, Fit.NOT), examined.verdict
    assert examined.measures.words_in_noise == 0, "the end of its own sentence is no noise of the room"
    assert examined.measures.echo is not None
    assert examined.measures.echo.hushes > 0, "it does take its own words for the person's"


def test_two_devices_with_clocks_of_their_own(examine: Examine) -> None:
    examined = examine(Acoustics(separate=True), alone=True)
    assert (examined.first, examined.verdict.fit) == (Ailment.TWO_CLOCKS, Fit.NOT), examined.verdict
