"""From measures to a verdict: what is wrong is found, the cause comes first, and every finding can be said."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from voicecoach.doctor.levels import Noise
from voicecoach.doctor.measures import Attempt, Echo, Measures
from voicecoach.doctor.report import as_json, shown, spoken
from voicecoach.doctor.verdict import Ailment, Fit, judge
from voicecoach.languages import sayings

QUIET = Noise(level_dbfs=-65.0, peak_dbfs=-64.0, speech_share=0.0, mute=False)
ECHO = Echo(
    level_dbfs=-32.0,
    over_noise_db=33.0,
    referenced=True,
    cut_off_peaks=0,
    delay_s=0.06,
    return_loss_db=12.0,
    enhancement_db=20.0,
    let_through=0.0,
)
NO_ECHO = Echo(level_dbfs=-65.0, over_noise_db=0.0, referenced=True, cut_off_peaks=0)
HEARD = Attempt(beside=False, heard=True, hushed_after_s=0.0, decided_after_s=0.4, words="stop", level_dbfs=-32.0)
HEARD_BESIDE = replace(HEARD, beside=True, level_dbfs=None)
MISSED = Attempt(beside=False, heard=False, level_dbfs=-32.0)
MISSED_BESIDE = Attempt(beside=True, heard=False)
NOBODY = Attempt(beside=False, heard=False)
ALL_HEARD = (HEARD, HEARD, HEARD_BESIDE, HEARD_BESIDE)
GOOD = Measures(QUIET, echo=ECHO, attempts=ALL_HEARD)


def with_noise(**changes: Any) -> Measures:
    return replace(GOOD, noise=replace(QUIET, **changes))


def with_echo(**changes: Any) -> Measures:
    return replace(GOOD, echo=replace(ECHO, **changes))


def with_voice(level_dbfs: float, *more: Attempt) -> Measures:
    return replace(GOOD, attempts=(replace(HEARD, level_dbfs=level_dbfs), *(more or (HEARD_BESIDE,))))


def test_a_good_room_has_no_findings() -> None:
    verdict = judge(GOOD)
    assert verdict.fit is Fit.GOOD
    assert verdict.hands_free
    assert verdict.findings == ()


def test_a_headset_in_a_good_room_is_good() -> None:
    assert judge(replace(GOOD, headset=True, echo=NO_ECHO)).fit is Fit.GOOD


CASES = [
    (Measures(Noise(-100.0, -100.0, 0.0, mute=True)), Ailment.MUTED, Fit.UNMEASURED),
    (replace(GOOD, attempts=(NOBODY, NOBODY)), Ailment.NO_VOICE, Fit.UNMEASURED),
    (replace(GOOD, headset=True), Ailment.HEADSET_LEAKS, Fit.NOT),
    (with_echo(referenced=False, delay_s=None), Ailment.TWO_CLOCKS, Fit.NOT),
    (with_echo(cut_off_peaks=50), Ailment.COACH_CUT_OFF, Fit.NOT),
    (replace(GOOD, attempts=(replace(HEARD, cut_off_peaks=9), HEARD_BESIDE)), Ailment.OVERDRIVEN, Fit.CARE),
    (with_noise(speech_share=0.4), Ailment.TALK, Fit.CARE),
    (replace(with_noise(speech_share=0.4), words_in_noise=1), Ailment.TALK, Fit.NOT),
    (replace(GOOD, words_in_noise=1), Ailment.FALSE_WORDS, Fit.CARE),
    (replace(GOOD, words_in_noise=2), Ailment.FALSE_WORDS, Fit.NOT),
    (with_noise(level_dbfs=-47.0), Ailment.NOISE, Fit.CARE),
    (with_noise(level_dbfs=-41.0), Ailment.NOISE, Fit.NOT),
    (replace(with_voice(-50.0), echo=NO_ECHO), Ailment.FAR, Fit.CARE),
    (replace(with_voice(-56.0), noise=replace(QUIET, level_dbfs=-85.0), echo=NO_ECHO), Ailment.FAINT, Fit.CARE),
    (with_echo(level_dbfs=-22.0), Ailment.LOUD_ECHO, Fit.CARE),
    (with_echo(hushes=1), Ailment.ANSWERS_ITSELF, Fit.CARE),
    (with_echo(hushes=2), Ailment.ANSWERS_ITSELF, Fit.NOT),
    (with_echo(decisions=1), Ailment.ANSWERS_ITSELF, Fit.NOT),
    (with_echo(enhancement_db=2.0), Ailment.ECHO_STAYS, Fit.CARE),
    (with_echo(delay_s=None), Ailment.ECHO_STAYS, Fit.CARE),
    (replace(GOOD, attempts=(HEARD, MISSED, HEARD_BESIDE)), Ailment.MISSED, Fit.CARE),
    (replace(GOOD, attempts=(MISSED, MISSED, HEARD_BESIDE)), Ailment.MISSED, Fit.NOT),
    (replace(GOOD, attempts=(HEARD, HEARD_BESIDE, MISSED_BESIDE)), Ailment.MISSED_BESIDE, Fit.CARE),
    (replace(GOOD, attempts=(HEARD, MISSED_BESIDE, MISSED_BESIDE)), Ailment.MISSED_BESIDE, Fit.NOT),
    (replace(GOOD, losses=("My hearing lags behind.",)), Ailment.NOT_KEEPING_UP, Fit.NOT),
    (replace(GOOD, attempts=(replace(HEARD, decided_after_s=2.0), HEARD_BESIDE)), Ailment.SLOW, Fit.CARE),
    (with_echo(delay_s=0.4), Ailment.LONG_DELAY, Fit.CARE),
]


@pytest.mark.parametrize(("measures", "ailment", "fit"), CASES, ids=[f"{a.name}-{f.name}" for _, a, f in CASES])
def test_one_thing_wrong_is_the_one_thing_found(measures: Measures, ailment: Ailment, fit: Fit) -> None:
    verdict = judge(measures)
    assert [(one.ailment, one.fit) for one in verdict.findings] == [(ailment, fit)]
    assert verdict.fit is fit
    assert verdict.hands_free is (fit is Fit.CARE)


def test_every_ailment_has_a_case() -> None:
    assert {ailment for _, ailment, _ in CASES} == set(Ailment)


def first(measures: Measures) -> Ailment:
    return judge(measures).findings[0].ailment


def test_the_cause_comes_before_what_follows_of_it() -> None:
    missed = (MISSED, MISSED, MISSED_BESIDE, MISSED_BESIDE)
    assert first(replace(with_noise(level_dbfs=-45.0), attempts=missed)) is Ailment.NOISE
    assert first(replace(with_noise(speech_share=0.4), attempts=missed)) is Ailment.TALK
    assert first(replace(with_echo(level_dbfs=-20.0), attempts=(HEARD, MISSED_BESIDE, MISSED_BESIDE))) is (
        Ailment.LOUD_ECHO
    )


def test_a_stop_in_noise_from_which_it_does_not_stand_out_is_not_hands_free() -> None:
    """Heard by luck: no voice was found, and yet stop was understood."""
    heard = replace(HEARD, level_dbfs=None)
    verdict = judge(replace(with_noise(level_dbfs=-36.0), attempts=(heard, heard)))
    assert [(one.ailment, one.fit) for one in verdict.findings] == [(Ailment.NOISE, Fit.NOT)]


def test_a_microphone_that_cuts_off_both_voices_is_turned_down_itself() -> None:
    cut_off = replace(HEARD, cut_off_peaks=9)
    verdict = judge(replace(with_echo(cut_off_peaks=50), attempts=(cut_off, HEARD_BESIDE)))
    assert [(one.ailment, one.fit) for one in verdict.findings] == [(Ailment.OVERDRIVEN, Fit.NOT)]


def test_words_that_are_heard_in_silence_too_are_not_blamed_on_the_echo() -> None:
    assert Ailment.ANSWERS_ITSELF not in {
        one.ailment for one in judge(replace(with_echo(hushes=5, decisions=3), words_in_noise=3)).findings
    }


def test_alone_nothing_is_said_about_a_voice() -> None:
    measures = replace(GOOD, attempts=())
    verdict = judge(measures)
    assert verdict.fit is Fit.GOOD
    assert spoken(verdict, alone=True) == [sayings()["doctor_room_good"]]
    assert not any("voice  " in line and "Your" in line for line in shown(measures, verdict))


def test_the_gravest_is_said_with_one_change_and_the_rest_is_shown() -> None:
    measures = replace(with_echo(delay_s=0.4, level_dbfs=-22.0), attempts=(HEARD, MISSED_BESIDE, MISSED_BESIDE))
    verdict = judge(measures)
    said = spoken(verdict, alone=False)
    assert said == [
        sayings()[key]
        for key in ("doctor_not", "doctor_loud_echo", "doctor_loud_echo_do", "doctor_afterwards", "doctor_typed")
    ]
    page = "\n".join(shown(measures, verdict))
    for words in ("1. (not hands-free)", "2. (not hands-free)", "3. (with care)", "Bluetooth", "--headset", "--typed"):
        assert words in page


def test_json_has_every_measure_and_the_verdict() -> None:
    measures = with_voice(-50.0)
    told = json.loads(json.dumps(as_json(measures, judge(measures))))
    assert told["verdict"] == "with care"
    assert told["hands_free"] is True
    assert told["findings"][0]["name"] == "far"
    assert told["findings"][0]["change"] == sayings()["doctor_far_do"]
    assert told["measures"]["voice_over_noise_db"] == 15.0
    assert told["measures"]["echo_over_voice_db"] == 18.0
    assert told["measures"]["attempts"][0]["words"] == "stop"
