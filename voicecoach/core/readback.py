"""A pain report in the coach's own words: what it understood, said back before anything follows from it."""

from __future__ import annotations

from collections.abc import Mapping

from voicecoach.core.body import Claim, Direction, Movement, PainReport, Place, Quality, Side, Trend, Zone, zone
from voicecoach.core.counting import spoken_number

MAX_HEARD_WORDS = 15  # of the person's own; typed words can be any number
_SUMMED_UP = (Zone.PELVIC, Zone.ELSEWHERE)  # one name stands for many things there: own words tell more


def read_back(report: PainReport, sayings: Mapping[str, str]) -> str:
    """As in "Better in the left leg, more in the middle of the spine, four out of ten." Empty where nothing was said
    about pain."""
    text = in_words(report, sayings)
    return f"{text[:1].upper()}{text[1:]}." if text else ""


def in_words(report: PainReport, sayings: Mapping[str, str]) -> str:
    """The same, as a part of a sentence."""
    parts = [_movement(movement, sayings) for movement in report.movements]
    improved = {claim.place for claim in report.claims if claim.trend in (Trend.BETTER, Trend.GONE)}
    telling = [c for c in report.claims if not (c.trend is Trend.SAME and c.place in improved)]
    parts += [_claim(claim, sayings) for claim in telling]
    painless = report.score == 0 and all(claim.trend is Trend.GONE for claim in report.claims)
    if report.score is not None and not (painless and parts):
        parts.append(sayings["read_score"].format(score=spoken_number(report.score)))
    return ", ".join(dict.fromkeys(part for part in parts if part))


def to_confirm(report: PainReport, sayings: Mapping[str, str]) -> str:
    """What was understood, for asking whether it is so; where that says too little, the person's own words."""
    summed_up = any(claim.place and zone(claim.place.site) in _SUMMED_UP for claim in report.claims)
    return ("" if summed_up else in_words(report, sayings)) or heard_words(report)


def heard_words(report: PainReport) -> str:
    """The person's own words."""
    words = [word for word in report.words.split() if word != "[unk]"]
    return " ".join(words[:MAX_HEARD_WORDS]) or "more pain"


def _claim(claim: Claim, sayings: Mapping[str, str]) -> str:
    key = f"read_{claim.trend.value}"
    if claim.trend is Trend.PRESENT and claim.quality is not Quality.PAIN:
        key = f"read_{claim.quality.value}"
    elif claim.trend is Trend.WORSE and claim.much:
        key = "read_much_worse"
    elif claim.trend is Trend.WORSE and claim.place is not None and zone(claim.place.site) is Zone.SPINE:
        key = "read_more"
    if claim.place is None:
        return sayings[f"{key}_alone"]
    return sayings[key].format(place=_the(claim.place, sayings))


def _movement(movement: Movement, sayings: Mapping[str, str]) -> str:
    verb = sayings["read_spreading" if movement.spreading else "read_moving"]
    ends = ""
    if movement.start is not None:
        ends += " " + sayings["read_from"].format(place=_the(movement.start, sayings))
    if movement.end is not None:
        ends += " " + sayings["read_to"].format(place=_the(movement.end, sayings))
    if movement.direction is Direction.UNKNOWN:
        return verb + ends
    return f"{verb} {sayings['read_up' if movement.direction is Direction.UP else 'read_down']}{ends}"


def _the(place: Place, sayings: Mapping[str, str]) -> str:
    """ "the left leg", but "both legs"."""
    if place.side is Side.BOTH:
        return place.spoken()
    return sayings["read_the"].format(place=place.spoken())
