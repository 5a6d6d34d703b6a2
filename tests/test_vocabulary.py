"""What can be heard can be understood, and the other way round; and the coach does not talk to itself."""

from __future__ import annotations

from pathlib import Path

import pytest

from voicecoach.core.body import Baseline, PainReport, Place, Side, Site, Trend
from voicecoach.core.intent import Command, Intent
from voicecoach.core.language import Kind, parse_language
from voicecoach.core.masking import SpokenMemory
from voicecoach.core.questions import PERFORMING, QUESTIONS
from voicecoach.core.rules import Verdict, decide
from voicecoach.core.understanding import understand
from voicecoach.core.vocabulary import phrases_for
from voicecoach.hearing.grammar import plan_grammar
from voicecoach.languages import language, sayings
from voicecoach.programmes import available, load

MODEL_WORDS = Path(__file__).parents[1] / "models" / "coach-en" / "graph" / "words.txt"
# Everyday words that stay in the grammar for larger models; the shipped one leaves out the phrases that need them.
NOT_IN_SHIPPED_MODEL = {
    "aching",
    "calves",
    "chest",
    "cramp",
    "dizzy",
    "easing",
    "elbow",
    "goodbye",
    "halt",
    "hurting",
    "legs",
    "nope",
    "options",
    "pardon",
    "shin",
    "stronger",
    "shoulders",
    "sore",
    "yep",
    "breathe",
    "bothers",
}


def test_a_stop_is_listened_for_in_the_midst_of_other_talk_while_somebody_moves() -> None:
    assert "[unk] stop [unk]" in phrases_for(PERFORMING, language())


def known_words() -> set[str]:
    return {line.split()[0] for line in MODEL_WORDS.read_text(encoding="utf-8").splitlines()}


def means_something(intent: Intent, name: str) -> bool:
    """An answer to the question, a command, or a report."""
    question = QUESTIONS.get(name)
    answers = question is not None and (question.answered_by(intent) or intent.answer is not None)
    return answers or intent.command is not None or intent.report is not None


@pytest.mark.parametrize("name", [PERFORMING, *QUESTIONS])
def test_whatever_can_be_heard_is_understood(name: str) -> None:
    asked = "" if name == PERFORMING else name
    meaningless = [
        phrase
        for phrase in phrases_for(name, language())
        if "[unk]" not in phrase
        if not means_something(understand(phrase, language(), asked), name)
        or understand(phrase, language(), asked).unused
    ]
    assert meaningless == []


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        (Kind.COMMAND, PERFORMING),
        (Kind.TREND, PERFORMING),
        (Kind.QUALITY, PERFORMING),
        (Kind.SITE, PERFORMING),
        (Kind.MOTION, PERFORMING),
        (Kind.DIRECTION, PERFORMING),
        (Kind.ANSWER, "go_on"),
        (Kind.SIDE, "baseline_side"),
        (Kind.NUMBER, "baseline_score"),
    ],
)
def test_whatever_is_understood_can_be_heard_but_for_what_is_typed_only(kind: Kind, name: str) -> None:
    heard = [f" {phrase} " for phrase in phrases_for(name, language())]
    table = {value for table, value in language().heard if table == kind}
    if kind is Kind.NUMBER:
        table = {"words"}  # what else stands there is no score
    unheard = [
        phrase
        for value in sorted(table)
        for phrase in language().heard[kind, value]
        if not any(f" {phrase} " in other for other in heard)
    ]
    assert unheard == []


def test_the_shipped_model_knows_what_it_listens_for() -> None:
    known = known_words()
    missing: set[str] = set()
    for name in (PERFORMING, *QUESTIONS):
        missing.update(plan_grammar(phrases_for(name, language()), known.__contains__).missing_words)
    assert missing <= NOT_IN_SHIPPED_MODEL


@pytest.mark.parametrize("name", [PERFORMING, *QUESTIONS])
def test_stop_and_pain_are_heard_whatever_is_asked(name: str) -> None:
    phrases = set(phrases_for(name, language()))
    assert {"stop", "ow", "help", "pause", "worse", "it hurts", "my leg hurts", "worse in my leg", "numb"} <= phrases


@pytest.mark.parametrize("name", [PERFORMING, *QUESTIONS])
def test_grammars_stay_small(name: str) -> None:
    asks_for_pain = name == PERFORMING or QUESTIONS[name].report
    assert len(phrases_for(name, language())) <= (900 if asks_for_pain else 200)


def test_what_stands_after_the_dots_is_understood_and_not_listened_for() -> None:
    table = parse_language('code = "xx"\n[trend]\nworse = ["worse", "...", "deteriorated"]\n')
    assert table.phrases(Kind.TREND, "worse") == ("worse", "deteriorated")
    assert table.heard[Kind.TREND, "worse"] == ("worse",)


# --- the coach does not talk to itself ---

# what it says while somebody moves; the rest is said when nobody does
WHILE_MOVING = (
    "repetition", "rest_between", "side_left", "side_right", "side_then_left", "side_then_right", "set_done",
    "stay_done",
    "keep_holding", "keep_staying", "false_alarm", "resumed", "slower", "faster", "louder", "quieter", "skipped",
    "how_long_hold", "how_long_repetitions", "how_long_last", "how_long_set", "how_long_exercises", "repeat_hold",
    "seconds", "seconds_one", "minutes", "minute_one", "minutes_seconds", "times", "count_seconds", "more", "more_one",
)  # fmt: skip
# lines of a movement that would alarm the coach if its own voice were not masked: the chest that is breathed into
MASKED_WHILE_MOVING = {"Hold, and breathe into your chest."}
BEFORE = Baseline((Place(Site.LOW_BACK), Place(Site.LEG, Side.LEFT)), 5)


def sentences() -> list[str]:
    return [text.format_map(_Filled()) for text in sayings().values()]


class _Filled(dict[str, str]):
    """Something harmless for everything that a sentence leaves open."""

    def __missing__(self, key: str) -> str:
        return {"place": "left leg", "places": "left leg", "number": "two", "n": "ten", "left": "ten seconds"}.get(
            key, ""
        )


def alarms(sentence: str) -> bool:
    """Whether it would be understood as stop, or as something that got worse."""
    intent = understand(sentence, language())
    report = intent.report or PainReport()
    grows = any(claim.trend in (Trend.WORSE, Trend.NEW) for claim in report.claims)
    grave = intent.report is not None and decide(report, BEFORE, intent.doubts).verdict in (
        Verdict.STOP,
        Verdict.EMERGENCY,
    )
    return intent.command is Command.STOP or grows or grave


def test_nothing_said_during_a_movement_means_stop_or_worse() -> None:
    said = [sayings()[key].format_map(_Filled()) for key in WHILE_MOVING if key in sayings()]
    for name in available():
        for exercise in load(name).exercises:
            dose = exercise.set
            said += [dose.cue_up, dose.cue_hold, dose.cue_down, *dose.repetition_cues]
    assert {line for line in said if line and alarms(line)} == MASKED_WHILE_MOVING


def test_whatever_would_alarm_the_coach_is_masked_while_it_says_it() -> None:
    lines = sentences() + [line for name in available() for line in load(name).spoken_lines()]
    alarming = [line for line in lines if alarms(line)]
    assert "You said stop." in alarming or any("stop" in line for line in alarming)
    for line in alarming:
        memory = SpokenMemory()
        memory.speaking(1, line, 10.0)
        assert memory.masks(line.lower(), 10.2, 12.0)
        assert not memory.masks(f"{line.lower()} ouch", 10.2, 12.0)
        memory.finished(1, 14.0)
        assert not memory.masks(line.lower(), 14.1, 15.0)
