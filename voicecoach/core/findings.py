"""A pain report judged against the baseline: the findings that the rules speak of. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from voicecoach.core.body import (
    RANK,
    Baseline,
    Claim,
    Direction,
    Movement,
    PainReport,
    Place,
    Quality,
    Side,
    Site,
    Trend,
    Zone,
    zone,
)
from voicecoach.core.intent import Doubt

MEASUREMENT_NOISE = 1  # a change of 2 points or more is more than noise (minimum detectable change; Childs 2005)
MUCH_WORSE_RISE = 4  # twice the minimum detectable change; this bound is ours


class Finding(StrEnum):
    """What a report comes down to; a report may hold several."""

    SADDLE_NUMB = "numb in the groin, inner thighs or both buttocks"
    BLADDER_BOWEL = "new trouble with bladder or bowel"
    LEG_WEAK = "weakness in the leg"
    BOTH_LEGS = "new pain in both legs"
    LEG_WORSE = "worse in the leg or buttock"
    LEG_NEW = "new in the leg or buttock"
    MOVED_DOWN = "moved toward the leg or further down"
    MUCH_WORSE = "much worse"
    BACK_WORSE = "more in the back"
    NECK = "the neck is bothered"
    LEG_BETTER = "less or gone in the leg or buttock"
    MOVED_UP = "moved toward the middle of the spine"
    SAME = "no change"
    BETTER = "less"
    ELSEWHERE = "pain that these exercises are not for"
    # what remains open, and must be asked
    WHERE_WORSE = "worse, but where?"
    COMPARED = "there, but worse than before?"
    LEG_UNKNOWN = "nothing said about the leg"
    UP_OR_DOWN = "moving, but up or down?"
    NUMBER_OR_PLACE = "down or up: the number or the place?"
    WORSE_OR_SAME = "not better: worse, or the same?"
    CONTRADICTION = "better and worse at once"


_DOUBTS = {
    Doubt.UP_OR_DOWN: Finding.UP_OR_DOWN,
    Doubt.NUMBER_OR_PLACE: Finding.NUMBER_OR_PLACE,
    Doubt.WORSE_OR_SAME: Finding.WORSE_OR_SAME,
    Doubt.CONTRADICTION: Finding.CONTRADICTION,
}
_NERVE = {Quality.NUMB, Quality.TINGLING}


@dataclass(frozen=True, slots=True)
class Judged:
    """Findings, and the place that the gravest of them is about (for the sentence that explains)."""

    findings: frozenset[Finding]
    place: Place | None = None


def judge(report: PainReport, baseline: Baseline, doubts: tuple[Doubt, ...] = ()) -> Judged:
    """What the report means, given the pain before the first exercise (an empty Baseline before it is known)."""
    found: dict[Finding, Place | None] = {_DOUBTS[doubt]: None for doubt in doubts}
    for movement in report.movements:
        finding = _movement(movement, baseline)
        found.setdefault(finding, movement.end or movement.start)
    for claim in report.claims:
        for finding in _claim(claim, baseline):
            found.setdefault(finding, claim.place)
    _both_sides(report, baseline, found)
    _score(report, baseline, found)
    _left_open(report, baseline, found)
    gravest = min(found, key=list(Finding).index, default=None)
    return Judged(frozenset(found), found[gravest] if gravest else None)


def _movement(movement: Movement, baseline: Baseline) -> Finding:
    direction = _direction(movement, baseline)
    if direction is Direction.DOWN:
        return Finding.MOVED_DOWN
    if direction is Direction.UNKNOWN:
        return Finding.UP_OR_DOWN
    if movement.spreading:  # it grows toward the back without leaving the leg: no centralization
        return Finding.BACK_WORSE if _zone(movement.end) is Zone.SPINE else Finding.LEG_WORSE
    return Finding.MOVED_UP


def _direction(movement: Movement, baseline: Baseline) -> Direction:
    """Both ends decide by their distance from the spine, whatever was called up or down; one end is compared with
    the baseline; without any place only an outspoken direction counts."""
    start, end = _rank(movement.start), _rank(movement.end)
    if start is not None and end is not None and start != end:
        ends = Direction.DOWN if end < start else Direction.UP
        contradicts = movement.direction is not Direction.UNKNOWN and movement.direction is not ends
        return Direction.DOWN if contradicts and _zone(movement.end) is Zone.LIMB else ends
    if movement.direction is not Direction.UNKNOWN:
        return movement.direction
    if end is None:
        return Direction.DOWN if movement.spreading else Direction.UNKNOWN
    if _zone(movement.end) in (Zone.SPINE, Zone.NECK):
        return Direction.UP
    before = baseline.farthest_rank()
    if before is None or before >= end or movement.spreading:
        return Direction.DOWN
    return Direction.UP if movement.moving else Direction.UNKNOWN


def _rank(place: Place | None) -> int | None:
    return RANK.get(place.site) if place else None


def _zone(place: Place | None) -> Zone | None:
    return zone(place.site) if place else None


def _claim(claim: Claim, baseline: Baseline) -> list[Finding]:
    found = _claim_in_zone(claim, baseline)
    if claim.much and claim.trend is Trend.WORSE:
        found.append(Finding.MUCH_WORSE)
    return found


def _claim_in_zone(claim: Claim, baseline: Baseline) -> list[Finding]:
    grows = claim.trend in (Trend.WORSE, Trend.NEW, Trend.PRESENT)
    where = _zone(claim.place)
    if where is Zone.PELVIC:
        return [Finding.BLADDER_BOWEL] if grows else []
    if where is Zone.ELSEWHERE:
        return [Finding.ELSEWHERE] if grows else [Finding.SAME]
    if where is Zone.SADDLE:
        return _saddle(claim)
    if where is Zone.NECK:
        return [Finding.NECK] if grows else [Finding.SAME]
    if where is Zone.LIMB:
        return _limb(claim, baseline)
    if where is Zone.SPINE:
        return _spine(claim, baseline)
    return _nowhere(claim)


def _saddle(claim: Claim) -> list[Finding]:
    if claim.trend in (Trend.WORSE, Trend.NEW, Trend.PRESENT) and claim.quality in {*_NERVE, Quality.WEAK}:
        return [Finding.SADDLE_NUMB]
    if claim.trend in (Trend.WORSE, Trend.NEW, Trend.PRESENT):
        return [Finding.LEG_NEW]  # pain in groin or inner thigh is away from the spine: the same meaning as the leg
    return [Finding.SAME]


def _limb(claim: Claim, baseline: Baseline) -> list[Finding]:
    assert claim.place is not None
    weak = claim.quality is Quality.WEAK and claim.trend in (Trend.WORSE, Trend.NEW, Trend.PRESENT)
    numb_seat = claim.quality is Quality.NUMB and claim.place.site is Site.BUTTOCK and claim.place.side is Side.BOTH
    if numb_seat and claim.trend in (Trend.WORSE, Trend.NEW, Trend.PRESENT):
        return [Finding.SADDLE_NUMB]
    if weak:
        return [Finding.LEG_WEAK]
    if claim.trend is Trend.WORSE:
        return [Finding.LEG_WORSE]
    if claim.trend is Trend.NEW:
        return [Finding.LEG_NEW]
    if claim.trend in (Trend.BETTER, Trend.GONE):
        return [Finding.LEG_BETTER]
    if claim.trend is Trend.SAME:
        return [Finding.SAME]
    if not baseline.includes(claim.place):
        return [Finding.LEG_NEW]
    return [Finding.LEG_WORSE] if claim.quality in _NERVE else [Finding.COMPARED]


def _spine(claim: Claim, baseline: Baseline) -> list[Finding]:
    assert claim.place is not None
    if claim.trend in (Trend.WORSE, Trend.NEW):
        return [Finding.BACK_WORSE]
    if claim.trend in (Trend.BETTER, Trend.GONE):
        return [Finding.BETTER]
    if claim.trend is Trend.SAME:
        return [Finding.SAME]
    return [Finding.COMPARED] if baseline.includes(claim.place) else [Finding.BACK_WORSE]


def _nowhere(claim: Claim) -> list[Finding]:
    """Nobody said where."""
    if claim.trend in (Trend.BETTER, Trend.GONE):
        return [Finding.BETTER]
    if claim.trend is Trend.SAME:
        return [Finding.SAME]
    return [Finding.WHERE_WORSE]


def _both_sides(report: PainReport, baseline: Baseline, found: dict[Finding, Place | None]) -> None:
    """Pain in both legs is a red flag when it was not there in both before."""
    sides = {
        claim.place.side
        for claim in report.claims
        if claim.place and _zone(claim.place) is Zone.LIMB and claim.trend in (Trend.WORSE, Trend.NEW, Trend.PRESENT)
    } | {m.end.side for m in report.movements if m.end and _zone(m.end) is Zone.LIMB}
    both = Side.BOTH in sides or {Side.LEFT, Side.RIGHT} <= sides
    known = {p.side for p in baseline.places if _zone(p) is Zone.LIMB}
    if both and not (Side.BOTH in known or {Side.LEFT, Side.RIGHT} <= known):
        found[Finding.BOTH_LEGS] = next((c.place for c in report.claims if _zone(c.place) is Zone.LIMB), None)


def _score(report: PainReport, baseline: Baseline, found: dict[Finding, Place | None]) -> None:
    """A score that rose by more than noise is worse: in the leg, if that is where the pain is and nothing better is
    said of it. Any rise with the leg called the same stays the same: 1 point is noise."""
    if report.score is None or baseline.score is None:
        return
    rise = report.score - baseline.score
    if rise >= MUCH_WORSE_RISE:
        found.setdefault(Finding.MUCH_WORSE, None)
    good = {Finding.LEG_BETTER, Finding.MOVED_UP}
    if rise > MEASUREMENT_NOISE and not found.keys() & good:
        if baseline.has_zone(Zone.LIMB) and Finding.BACK_WORSE not in found:
            found.setdefault(Finding.LEG_WORSE, _limb_place(baseline))
        else:
            found.setdefault(Finding.BACK_WORSE, None)
    elif not found:
        found[Finding.BETTER if rise < -MEASUREMENT_NOISE else Finding.SAME] = None


def _limb_place(baseline: Baseline) -> Place | None:
    return next((place for place in baseline.places if _zone(place) is Zone.LIMB), None)


_ABOUT_LEG = {
    Finding.LEG_WORSE,
    Finding.LEG_NEW,
    Finding.MOVED_DOWN,
    Finding.LEG_BETTER,
    Finding.MOVED_UP,
    Finding.LEG_WEAK,
    Finding.COMPARED,
}


def _left_open(report: PainReport, baseline: Baseline, found: dict[Finding, Place | None]) -> None:
    """ "My back is better" says nothing about the leg, where the pain was: that has to be asked."""
    named = [claim.place for claim in report.claims if claim.place is not None]
    only_good = found.keys() <= {Finding.SAME, Finding.BETTER} and bool(found)
    about_limb = any(_zone(place) is Zone.LIMB for place in named)
    if only_good and named and not about_limb and baseline.has_zone(Zone.LIMB) and not found.keys() & _ABOUT_LEG:
        found[Finding.LEG_UNKNOWN] = _limb_place(baseline)
