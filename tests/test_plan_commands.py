"""`voicecoach plan`: every mistake is one sentence, and nothing is changed by it."""

from __future__ import annotations

import pytest

from tests.test_cli import Call, call, is_one_sentence, own_folders

__all__ = ["call", "own_folders"]
SET = ("plan", "set", "--clinician", "Dr Sand", "--words", "start gently")


def test_without_a_plan_it_says_how_to_make_one(call: Call) -> None:
    shown = call("plan")
    assert shown.status == 0
    assert "there is no plan yet" in shown.output
    assert "voicecoach plan set" in shown.output


def test_a_plan_is_set_changed_and_shown(call: Call) -> None:
    assert call(*SET, "--exercise", "press-up", "--exercise", "backward-bend").status == 0
    assert call("plan", "dose", "press-up", "--repetitions", "3", "--hold", "30").status == 0
    assert call("plan", "add", "rest-on-belly").status == 0
    assert call("plan", "remove", "backward-bend").status == 0
    shown = call("plan").output
    assert "chosen by Dr Sand" in shown
    assert '"start gently"' in shown
    assert "press-up       3 x 30 s" in shown
    assert "backward-bend  not in the plan" in shown
    history = call("history").output.splitlines()
    assert "plan changed by Dr Sand" in history[0]
    assert all("plan changed by the person" in line for line in history[1:]), "no clinician said so"


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("plan", "set"), "add --clinician"),
        (("plan", "set", "--clinician", "Dr Sand", "--exercise", "headstand"), "is no exercise of this programme"),
        (("plan", "set", "--clinician", "Dr Sand", "--since", "2999-01-01"), "is still to come"),
        (("plan", "set", "--clinician", "Dr Sand", "--since", "yesterday"), "--since"),
        (("plan", "set", "--clinician", "<b>"), "the coach says it aloud"),
        (("plan", "dose", "press-up", "--hold", "121"), "the programme allows 15 to 120 s"),
        (("plan", "dose", "press-up", "--repetitions", "5"), "the programme allows 2 to 4"),
        (("plan", "dose", "press-up"), "Say what is to change"),
        (("plan", "dose", "press-up", "--sides", "left"), "has no sides"),
        (("plan", "add", "press-up"), "is in the plan already"),
        (("plan", "settings", "--rate", "999"), "words a minute"),
        (("plan", "release", "--clinician", "Dr Sand", "--on", "soon"), "--on"),
    ],
)
def test_a_mistake_is_one_sentence_and_changes_nothing(call: Call, words: tuple[str, ...], why: str) -> None:
    call(*SET)
    before = call("plan").output
    answer = call(*words)
    assert answer.status == 1
    assert why in answer.error
    is_one_sentence(answer)
    assert call("plan").output == before


def test_the_last_exercise_stays(call: Call) -> None:
    call(*SET, "--exercise", "press-up")
    answer = call("plan", "remove", "press-up")
    assert answer.status == 1
    assert "only exercise" in answer.error


def test_settings_are_remembered(call: Call) -> None:
    assert call("plan", "settings", "--rate", "140", "--volume", "4", "--counting", "few").status == 0
    shown = call("plan").output
    assert "140 words a minute, +4 dB" in shown
    assert "only the last five seconds" in shown


def test_nothing_is_released_that_is_not_locked(call: Call) -> None:
    answer = call("plan", "release", "--clinician", "Dr Sand", "--on", "2026-03-01")
    assert answer.status == 0
    assert "not locked; nothing was changed" in answer.output
