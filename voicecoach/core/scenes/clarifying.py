"""A report with the answer to a question about it put in the place that was open. Pure."""

from __future__ import annotations

from dataclasses import replace

from voicecoach.core.body import Claim, PainReport, Place, Quality, Site, Trend
from voicecoach.core.intent import Answer, Doubt, Intent

_WHICH_WAY = {Doubt.UP_OR_DOWN, Doubt.NUMBER_OR_PLACE}


def clarified(question: str, report: PainReport, intent: Intent) -> PainReport:
    """What is known after `intent` answered `question` about `report`."""
    answer = intent.report or PainReport()
    words = f"{report.words}; {intent.words}"
    movements = answer.movements or report.movements
    if question == "where_worse":
        claims = _where(report, answer)
        return PainReport(claims, (*report.movements, *answer.movements), _score(answer, report), words)
    if question == "still_worse":
        worse = (Claim(Trend.WORSE, Place(Site.BACK)),) if intent.answer is Answer.YES else ()
        claims = (*answer.claims, *worse) or (() if answer.movements else report.claims)
        return PainReport(claims, answer.movements, _score(answer, report), words)
    if question in ("compared", "leg_too", "leg_worse"):
        claims = _compared(question, report, intent)
        return PainReport(claims, movements, _score(answer, report), words)
    return PainReport(report.claims + answer.claims, movements, _score(answer, report), words)


def still_open(doubts: tuple[Doubt, ...], intent: Intent) -> tuple[Doubt, ...]:
    """Doubts that the answer has not cleared up, and its own: what was asked about is not forgotten over it."""
    answer = intent.report or PainReport()
    changes = intent.answer is not None or any(claim.trend is not Trend.PRESENT for claim in answer.claims)
    settled: set[Doubt] = set()
    if answer.movements or intent.number is not None:
        settled |= _WHICH_WAY
    if changes:
        settled |= {Doubt.WORSE_OR_SAME, Doubt.CONTRADICTION, Doubt.NUMBER_OR_PLACE}
    return tuple(dict.fromkeys((*(doubt for doubt in doubts if doubt not in settled), *intent.doubts)))


def corrected_check(report: PainReport, intent: Intent) -> PainReport:
    """The answer to a pain check after "no, eight" or "no, it's worse in my leg": the number alone, or all of it."""
    answer = intent.report or PainReport()
    score = answer.score if answer.score is not None else intent.number
    words = f"{report.words}; {intent.words}"
    if answer.claims or answer.movements or intent.doubts:
        return replace(answer, score=score, words=words)
    return replace(report, score=score, words=words)


def _score(answer: PainReport, report: PainReport) -> int | None:
    return report.score if answer.score is None else answer.score


def _where(report: PainReport, answer: PainReport) -> tuple[Claim, ...]:
    """Of a place that is only named, what was said before is meant: worse, much worse, or numb."""
    before = [claim for claim in report.claims if claim.place is None]
    much = any(claim.much for claim in before)
    quality = next((claim.quality for claim in before if claim.quality is not Quality.PAIN), Quality.PAIN)
    claims = tuple(
        replace(
            claim,
            trend=Trend.WORSE,
            much=much or claim.much,
            quality=quality if claim.quality is Quality.PAIN else claim.quality,
        )
        if claim.trend is Trend.PRESENT
        else claim
        for claim in answer.claims
    )
    return (*(claim for claim in report.claims if claim.place is not None), *claims)


def _compared(question: str, report: PainReport, intent: Intent) -> tuple[Claim, ...]:
    """What was said of no place in particular is said of those that were asked about."""
    claims = intent.report.claims if intent.report else ()
    if not claims and intent.answer is not None:
        claims = (Claim(Trend.WORSE if intent.answer is Answer.YES else Trend.SAME),)
    asked: list[Place | None] = [Place(Site.LEG)]
    if question == "compared":
        asked = [claim.place for claim in report.claims if claim.place is not None and claim.trend is Trend.PRESENT]
    settled = tuple(
        replace(claim, place=place)
        for claim in claims
        for place in ([claim.place] if claim.place is not None else asked or [None])
    )
    kept = tuple(claim for claim in report.claims if claim.place is not None and claim.trend is not Trend.PRESENT)
    if question == "leg_worse" and any(claim.trend is Trend.SAME for claim in settled):
        kept = tuple(claim for claim in kept if claim.trend is not Trend.WORSE)
    return kept + settled
