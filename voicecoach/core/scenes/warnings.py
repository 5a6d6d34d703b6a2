"""A grave answer before the first exercise: read back, and believed unless it is clearly denied."""

from __future__ import annotations

from collections.abc import Generator
from functools import partial

from voicecoach.core.body import PainReport, Trend
from voicecoach.core.intent import Answer, Intent
from voicecoach.core.language import Kind, Language
from voicecoach.core.rules import Decision, decide_unclear
from voicecoach.core.scenes.pain import outcome_of
from voicecoach.core.talk import Matter, SessionOver, Signal, Talk, Unsettled

_FINE = {Trend.BETTER, Trend.GONE, Trend.SAME}


def denied(talk: Talk, decision: Decision, heard: str, words: str) -> Generator[None, Signal, Intent]:
    """Returns the clear "no" that takes the decision back, with whatever was said along with it; anything else raises
    SessionOver. `heard` is read back; `words` are what the person said, for the journal."""
    talk.note(decision, words)
    talk.ends_unless_denied(decision)
    return (yield from _confirmed(talk, decision, heard))


def _confirmed(talk: Talk, decision: Decision, heard: str) -> Generator[None, Signal, Intent]:
    talk.owed = Unsettled(Matter.CONFIRM, partial(_again, talk, decision, heard))
    intent = yield from talk.ask("confirm", heard=heard)
    talk.owed = None
    if intent is None or intent.answer is not Answer.NO:
        raise SessionOver(outcome_of(decision), decision)
    talk.take_back(decision, intent.words)
    yield from talk.say("withdrawn")
    return intent


def _again(talk: Talk, decision: Decision, heard: str) -> Generator[None, Signal, None]:
    yield from _confirmed(talk, decision, heard)


def unclear(talk: Talk) -> SessionOver:
    """UNCLEAR, to be raised: nothing goes on by guessing."""
    decision = decide_unclear()
    talk.note(decision)
    return SessionOver("unclear", decision)


def only_good(intent: Intent) -> bool:
    """Whether nothing bad, and nothing doubtful, is said of any place."""
    report = intent.report or PainReport()
    return not intent.doubts and not report.movements and all(claim.trend in _FINE for claim in report.claims)


def says_no(intent: Intent, language: Language, *, better: bool) -> bool:
    """A clear no to whether there is something bad: "no", "nothing", "not numb"; nothing bad is said with it. "The same"
    is none: it may be as bad as before. `better`: less of it is a no too."""
    report = intent.report or PainReport()
    if not only_good(intent):
        return False
    if intent.answer is not None:
        return intent.answer is Answer.NO
    if not better and any(claim.trend is Trend.BETTER for claim in report.claims):
        return False
    same = (f" {phrase} " in f" {intent.words.lower()} " for phrase in language.phrases(Kind.TREND, "same"))
    return bool(report.claims) and not any(same)
