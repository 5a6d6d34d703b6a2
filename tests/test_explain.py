"""One utterance explained, for programs and for people; and the page of rules that a clinician signs."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicecoach.core.body import Baseline, Place, Side, Site
from voicecoach.core.questions import QUESTIONS
from voicecoach.core.rules import RULE_IDS
from voicecoach.errors import CoachError
from voicecoach.explain import NotExplainedError, baseline_of, explain, rules_page
from voicecoach.languages import sayings

VERDICTS = {"go", "ease", "ask", "rest", "stop", "emergency"}


def test_a_report_is_explained_as_json() -> None:
    told = explain("better in the left leg, more in the middle of the back", "left leg five").as_json()
    assert json.loads(json.dumps(told)) == told
    assert told["command"] is None
    assert told["decision"] == {
        "verdict": "go",
        "rule": "CENTRALIZING",
        "reason": "less in the leg or buttock, even if the middle hurts more",
        "say": "Better in the left leg, more in the middle of the spine. That is a good sign.",
    }
    intent = told["intent"]
    assert isinstance(intent, dict)
    assert [claim["trend"] for claim in intent["claims"]] == ["better", "worse"]
    assert intent["claims"][0]["place"] == {"site": "leg", "side": "left"}


@pytest.mark.parametrize("command", ["stop", "pause", "louder", "skip"])
def test_a_mere_command_decides_nothing(command: str) -> None:
    told = explain(command).as_json()
    assert told["command"] == command
    assert told["decision"] is None


@pytest.mark.parametrize(
    ("words", "baseline", "rule", "verdict"),
    [
        ("stop, it's in my leg", "low back 4", "LEG-NEW", "stop"),
        ("stop, it's worse in my leg", "left leg 4", "LEG-WORSE", "stop"),
        ("stop my back is worse", "low back 4", "STOP-WORD", "stop"),
        ("stop it's better", "low back 4", "STOP-WORD", "stop"),
        ("stop i can't feel my groin", "low back 4", "RED-FLAG", "emergency"),
        ("banana", "", "UNCLEAR", "ask"),
        ("", "", "UNCLEAR", "ask"),
    ],
)
def test_stop_with_a_report_is_at_least_a_stop(words: str, baseline: str, rule: str, verdict: str) -> None:
    decision = explain(words, baseline).decision
    assert decision is not None
    assert (decision.rule, decision.verdict.value) == (rule, verdict)


def test_what_has_to_be_asked_is_what_the_coach_says() -> None:
    assert explain("moving back").say == sayings()["up_or_down"]
    assert explain("it's worse").say == sayings()["where_worse"]
    assert explain("my leg hurts", "left leg 3").say == sayings()["compared"]
    assert explain("my back is better", "left calf 3").say == sayings()["leg_too"].format(place="left calf")
    assert explain("banana", asked="compared").say == sayings()["compared_again"]
    assert explain("yes").say == ""


def test_the_same_words_as_an_answer() -> None:
    asked = explain("yes", asked="ladder_leg").decision
    assert asked is not None
    assert asked.rule == "LEG-WORSE"
    assert explain("no", asked="ladder_leg").decision is None
    assert explain("yes", asked="ladder_back").say == "More in the back. That is normal at first."
    day_after = explain("yes", asked="next_day").decision
    assert day_after is not None
    assert day_after.rule == "NEXT-DAY"
    assert explain("left calf five", asked="baseline").decision is None
    warning = explain("my groin is numb", asked="baseline").decision
    assert warning is not None
    assert warning.rule == "RED-FLAG"


def test_a_person_can_read_it() -> None:
    text = explain("my leg feels wobbly", "left calf five", "check").as_text()
    assert "Heard:      my leg feels wobbly" in text
    assert f"Asked:      {sayings()['check']}" in text
    assert "Before:     left calf, 5" in text
    assert "not whether leg is worse, the same or better" in text
    assert "Not used:   wobbly" in text
    assert "Decision:   ask (rule UNCLEAR)" in text
    assert "Decision:   none" in explain("louder").as_text()
    assert "Understood: nothing" in explain("banana").as_text()
    assert "left open: moving up, or down?" in explain("it moved").as_text()
    assert "Understood: command stop; much worse in the left leg, seven out of ten" in (
        explain("stop my left leg is much worse about a seven").as_text()
    )


def test_the_baseline_as_somebody_would_say_it() -> None:
    assert baseline_of("") == Baseline()
    assert baseline_of("no pain") == Baseline((), 0)
    assert baseline_of("low back and left calf, five") == Baseline(
        (Place(Site.LOW_BACK), Place(Site.CALF, Side.LEFT)), 5
    )


@pytest.mark.parametrize("baseline", ["banana", "seven", "go on"])
def test_a_baseline_that_is_none_says_what_to_do(baseline: str) -> None:
    with pytest.raises(NotExplainedError, match=r'as in "left calf five"'):
        explain("worse", baseline)


def test_an_unknown_question_names_those_there_are() -> None:
    with pytest.raises(CoachError, match=r"There is no question 'wheer'\. Choose one of: approved, baseline"):
        explain("worse", asked="wheer")


@given(st.text(max_size=60), st.sampled_from(["", "left calf five", "no pain"]), st.sampled_from(["", *QUESTIONS]))
def test_anything_at_all_is_explained(words: str, baseline: str, asked: str) -> None:
    told = explain(words, baseline, asked)
    assert told.as_text().startswith("Heard:")
    decision = told.as_json()["decision"]
    if decision is not None:
        assert isinstance(decision, dict)
        assert decision["verdict"] in VERDICTS
        assert decision["rule"] in RULE_IDS
        assert decision["say"]


def test_the_page_has_every_rule_with_source_and_tests() -> None:
    rows = [line.split(" | ") for line in rules_page().splitlines() if line.startswith("| ") and line[2].isdigit()]
    assert {row[1] for row in rows} == set(RULE_IDS)
    assert [int(row[0].strip("| ")) for row in rows] == list(range(1, len(rows) + 1))
    order = [row[1] for row in rows]
    assert order.index("RED-FLAG") < order.index("STOP-WORD") < order.index("LEG-WORSE")
    assert order.index("MUCH-WORSE") < order.index("NEXT-DAY") < order.index("BACK-WORSE")
    for row in rows:
        assert all(cell.strip() for cell in row)
        assert "handout" in row[6] or "ours" in row[6] or "patient cards" in row[6]
        assert "test_rules::" in row[7], row[1]
        assert "utterances of pain_language.tsv" in row[7], row[1]
    assert "Checked by" in rules_page()
