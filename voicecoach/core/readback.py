"""A pain report in the coach's own words: what it understood, said back before anything follows from it."""

from __future__ import annotations

from collections.abc import Mapping

from voicecoach.core.body import Claim, Direction, Movement, PainReport, Place, Quality, Side, Trend, Zone, zone


def read_back(report: PainReport, sayings: Mapping[str, str]) -> str:
    """As in "Better in the left leg, more in the middle of the spine." Empty where nothing was said about pain."""
    parts = [_movement(movement, sayings) for movement in report.movements]
    parts += [_claim(claim, sayings) for claim in report.claims]
    text = ", ".join(dict.fromkeys(part for part in parts if part))
    return f"{text[:1].upper()}{text[1:]}." if text else ""


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
