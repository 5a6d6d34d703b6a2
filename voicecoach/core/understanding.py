"""Words -> Intent: what a person says about pain, composed from places, sides, trends, movements and corrections.

Total and pure: any string gives an Intent. The way of the words: `lexer` finds phrases, `senses` settles words with two
meanings, `corrections` splits at what is taken back, `clauses` reads each part (`marks`, `motion`, `statements`), and
`asked` adds what the question makes of the answer. Where two readings remain, the doubt is part of the result.
"""

from __future__ import annotations

from dataclasses import replace

from voicecoach.core.asked import SCORE_QUESTIONS, as_answer, assent
from voicecoach.core.body import Claim, PainReport, Place, Trend
from voicecoach.core.clauses import Reading, read_clauses
from voicecoach.core.corrections import corrected, parts_of
from voicecoach.core.intent import Answer, Doubt, Intent
from voicecoach.core.language import Kind, Language
from voicecoach.core.lexer import Token, tokenize
from voicecoach.core.questions import QUESTIONS
from voicecoach.core.replies import answer_in, command_in, number_in, side_in
from voicecoach.core.senses import settle


def understand(words: str, language: Language, question: str = "") -> Intent:
    """The meaning of an utterance, given the name of the question that was asked ("" while nothing is asked)."""
    tokens = settle(tokenize(words, language), question)
    parts = parts_of(tokens, language)
    reading = corrected([read_clauses(part, language) for part in parts])
    answer = answer_in([token for part in parts for token in part])
    reading = as_answer(_with_new_side(reading, tokens, question), question, parts, answer)
    if isinstance(agreed := assent(tokens, question, language), Answer):
        reading, answer = Reading(), agreed
    elif agreed is not None:
        reading, answer = agreed, None
    number = number_in(parts)
    doubts = reading.doubts
    if number is not None:
        doubts = tuple(doubt for doubt in doubts if doubt is not Doubt.NUMBER_OR_PLACE)
    report = _report(reading, doubts, number, words, tokens, question)
    return Intent(
        words=words,
        command=command_in(words, tokens, language, reporting=report is not None),
        answer=answer,
        report=report,
        number=number,
        side=side_in(parts) if report is None else None,
        doubts=doubts,
        unused=tuple(token.words[0] for token in tokens if token.kind is Kind.UNKNOWN),
    )


_BESIDE_A_SIDE = ("also", "now", "is", "at", "person", "hedge", "and")


def _with_new_side(reading: Reading, tokens: list[Token], question: str) -> Reading:
    """ "It's on both sides now", "on the right too": a side without a place is news, and where it is has to be asked.
    Not where a side was asked for."""
    asked = QUESTIONS.get(question)
    if reading.claims or reading.movements or reading.doubts or (asked is not None and asked.side):
        return reading
    side = any(t.kind is Kind.SIDE for t in tokens)
    there_now = any(t.means(Kind.GLUE, "at") for t in tokens) and any("now" in t.words for t in tokens)
    also = any(t.means(Kind.GLUE, "also") for t in tokens)
    only_that = all(t.kind in (Kind.SIDE, Kind.IGNORE) or t.means(Kind.GLUE, *_BESIDE_A_SIDE) for t in tokens)
    if not (side and (there_now or also) and only_that) or tokens[0].words[-1] == "i":  # "am I on the right side now?"
        return reading
    return replace(reading, claims=(Claim(Trend.NEW),))


def _report(
    reading: Reading, doubts: tuple[Doubt, ...], number: int | None, words: str, tokens: list[Token], question: str
) -> PainReport | None:
    """A report, if pain was spoken of. A bare number is a score only where one was asked for or "out of ten" was said:
    the coach counts aloud itself."""
    speaks_of_pain = bool(reading.claims or reading.movements or doubts)
    of_ten = any(token.means(Kind.NUMBER, "out_of") or "/" in token.words[0] for token in tokens)
    # "it's gone down to three", "it was five, now it's three", "pain level seven"
    measured = any(t.kind is Kind.DIRECTION or t.means(Kind.GLUE, "past", "measure") for t in tokens)
    asked = question in SCORE_QUESTIONS
    score = number if speaks_of_pain or of_ten or measured or asked else None
    if score is None and asked and all(claim.trend is Trend.GONE for claim in reading.claims):
        score = 0 if any(claim.place is None for claim in reading.claims) else None  # "no pain, none in my leg"
    if not speaks_of_pain and score is None:
        return None
    return PainReport(reading.claims, reading.movements, score, words)


def places_of(report: PainReport) -> tuple[Place, ...]:
    """Every place that a report names as hurting, for the baseline; "no pain in my leg" names none."""
    named = [c.place for c in report.claims if c.place and c.trend is not Trend.GONE]
    for movement in report.movements:
        named += [place for place in (movement.start, movement.end) if place]
    return tuple(dict.fromkeys(named))
