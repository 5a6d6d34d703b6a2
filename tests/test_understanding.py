"""What holds for all utterances, whatever they say."""

from __future__ import annotations

from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.test_pain_language import ROWS, Row
from voicecoach.core.body import Baseline, Claim, Movement, PainReport, Place, Side, Site, Trend
from voicecoach.core.intent import Answer, Command, Intent
from voicecoach.core.language import Kind, parse_language
from voicecoach.core.questions import QUESTIONS
from voicecoach.core.rules import Decision, Verdict, decide
from voicecoach.core.understanding import places_of, understand
from voicecoach.languages import language

QUESTION_NAMES = st.sampled_from(["", *QUESTIONS])
UTTERANCES = st.sampled_from([row.utterance for row in ROWS])
VOCABULARY = sorted(language().known_words)
WORD_SALAD = st.lists(st.sampled_from([*VOCABULARY, "[unk]", ",", "...", "7", "10/10", "'", "%"]), max_size=25)
BASELINES = (
    Baseline(),
    Baseline((), 0),
    Baseline((Place(Site.CALF, Side.LEFT),), 5),
    Baseline((Place(Site.LOW_BACK),), 4),
    Baseline((Place(Site.LOW_BACK), Place(Site.LEG, Side.BOTH)), 6),
)


def decision(words: str, baseline: Baseline = BASELINES[2], question: str = "") -> Decision:
    intent = understand(words, language(), question)
    return decide(intent.report or PainReport(), baseline, intent.doubts)


@given(st.text(max_size=300), QUESTION_NAMES)
def test_any_string_gives_an_intent_and_a_decision(words: str, question: str) -> None:
    intent = understand(words, language(), question)
    assert isinstance(intent, Intent)
    assert intent.words == words
    for baseline in BASELINES:
        assert decide(intent.report or PainReport(), baseline, intent.doubts).rule


@given(WORD_SALAD, QUESTION_NAMES)
@settings(max_examples=500)
def test_any_words_of_the_lexicon_give_an_intent_and_a_decision(words: list[str], question: str) -> None:
    intent = understand(" ".join(words), language(), question)
    for baseline in BASELINES:
        assert decide(intent.report or PainReport(), baseline, intent.doubts).rule


@given(st.one_of(UTTERANCES, st.text(max_size=80), WORD_SALAD.map(" ".join)), st.data(), QUESTION_NAMES)
@settings(max_examples=500)
def test_stop_anywhere_is_a_stop(words: str, data: st.DataObject, question: str) -> None:
    parts = words.split()
    at = data.draw(st.integers(0, len(parts)))
    with_stop = " ".join([*parts[:at], data.draw(st.sampled_from(["stop", "Stop", "STOP!", "stop,"])), *parts[at:]])
    assert understand(with_stop, language(), question).command is Command.STOP


def test_stop_counts_however_much_was_said_before() -> None:
    assert understand("my leg " * 400 + "stop", language()).command is Command.STOP


@given(UTTERANCES, st.data())
@settings(max_examples=400)
def test_fillers_change_no_decision(words: str, data: st.DataObject) -> None:
    if any(character.isdigit() for character in words) or not words.split():
        return
    parts = words.split()
    for _ in range(data.draw(st.integers(1, 3))):
        parts.insert(
            data.draw(st.integers(0, len(parts))), data.draw(st.sampled_from(["um", "uh", "er", "erm", "hmm"]))
        )
    plain, filled = understand(words, language()), understand(" ".join(parts), language())
    assert (filled.command, filled.answer) == (plain.command, plain.answer)
    for baseline in BASELINES:
        assert decision(" ".join(parts), baseline) == decision(words, baseline)


@pytest.mark.parametrize("site", ["leg", "left calf", "buttock", "lower back", "spine", "neck", "groin"])
@pytest.mark.parametrize("trend", ["worse", "better", "the same", "numb", "much worse", "not worse"])
def test_word_order_changes_no_decision_on_a_single_claim(site: str, trend: str) -> None:
    groups = [f"in my {site}", trend, "now"]
    orders = [" ".join(order) for order in permutations(groups)]
    orders += [f"my {site} is {trend}", f"{site} {trend}", f"{trend} {site}", f"it's {trend} in my {site}"]
    for baseline in BASELINES:
        assert len({decision(order, baseline) for order in orders}) == 1, orders


HURTING = ("worse", "getting worse", "much worse", "a bit worse", "more painful", "hurting more")
LIMB = ("leg", "left leg", "calf", "foot", "thigh", "knee", "buttock", "bum", "hip", "back of my leg")
BESIDES = (
    "",
    "my back is better",
    "better in my back",
    "it's moving up",
    "no pain in my back",
    "the same overall",
    "i'm fine",
    "go on",
    "about a three",
)


@given(st.sampled_from(HURTING), st.sampled_from(LIMB), st.sampled_from(BESIDES), st.sampled_from(BASELINES), st.data())
@settings(max_examples=500)
def test_an_undenied_worsening_of_the_leg_never_goes_on(
    trend: str, site: str, besides: str, baseline: Baseline, data: st.DataObject
) -> None:
    claim = data.draw(st.sampled_from([f"my {site} is {trend}", f"{site} {trend}", f"it's {trend} in my {site}"]))
    joint = data.draw(st.sampled_from([" but ", " and ", ", ", " "]))
    both = [claim, besides] if data.draw(st.booleans()) else [besides, claim]
    words = joint.join(part for part in both if part)
    assert decision(words, baseline).verdict in (Verdict.STOP, Verdict.EMERGENCY), words


@pytest.mark.parametrize("row", [row for row in ROWS if not row.question], ids=lambda row: row.utterance[:60])
def test_a_worsening_said_along_with_anything_never_goes_on(row: Row) -> None:
    for words in (f"{row.utterance}, and my leg is worse", f"my leg is worse, and {row.utterance}"):
        assert decision(words).verdict in (Verdict.STOP, Verdict.EMERGENCY, Verdict.ASK), words


def test_what_was_not_used_is_told() -> None:
    assert understand("turn the light off", language()).unused == ("turn", "light")
    assert understand("my leg feels wobbly", language()).unused == ("wobbly",)
    assert understand("worse in my leg", language()).unused == ()


def test_the_report_keeps_the_words() -> None:
    report = understand("worse in my leg", language()).report
    assert report is not None
    assert report.words == "worse in my leg"


def test_yes_and_no_together_are_neither() -> None:
    assert understand("yes", language()).answer is Answer.YES
    assert understand("no", language()).answer is Answer.NO
    assert understand("yes and no", language()).answer is None


def test_places_for_the_baseline() -> None:
    report = understand("no pain in my leg but my lower back hurts", language(), "baseline").report
    assert report is not None
    assert places_of(report) == (Place(Site.LOW_BACK),)
    report = understand("it goes from my back into the left foot", language()).report
    assert report is not None
    assert places_of(report) == (Place(Site.BACK), Place(Site.FOOT, Side.LEFT))
    report = understand("it hurts", language(), "baseline").report
    assert report is not None
    assert places_of(report) == ()
    knee, foot = Place(Site.KNEE), Place(Site.FOOT)
    assert places_of(PainReport((Claim(Trend.PRESENT, knee),), (Movement(end=foot),))) == (knee, foot)


def test_the_same_words_mean_something_else_as_an_answer() -> None:
    bare = understand("my leg", language()).report
    asked = understand("my leg", language(), "where_worse").report
    assert bare is not None
    assert asked is not None
    assert bare.claims[0].trend is Trend.PRESENT
    assert asked.claims[0].trend is Trend.WORSE


def test_a_table_with_a_phrase_in_capitals_is_refused() -> None:
    with pytest.raises(ValueError, match="must be in lower case"):
        parse_language('code = "xx"\n[trend]\nworse = ["Worse"]\n')


def test_where_a_phrase_stands_twice_the_more_important_sense_counts() -> None:
    table = parse_language('code = "xx"\n[commands]\nstop = ["halt"]\n[ignore]\nwords = ["halt"]\n')
    assert understand("halt", language()).command is Command.STOP
    meaning = table.phrase_tree.next["halt"].meaning
    assert meaning is not None
    assert meaning.kind is Kind.COMMAND
