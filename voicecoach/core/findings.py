"""A pain report judged against the baseline: the findings that the rules speak of. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from voicecoach.core.body import (
    LEG_SITES,
    Baseline,
    Claim,
    PainReport,
    Place,
    Quality,
    Side,
    Site,
    Trend,
    Zone,
    zone,
)
from voicecoach.core.courses import course, zone_of
from voicecoach.core.finding_kinds import OF_DOUBT, Finding
from voicecoach.core.intent import Doubt

__all__ = ["MEASUREMENT_NOISE", "MUCH_WORSE_RISE", "Finding", "Judged", "judge"]

MEASUREMENT_NOISE = 1  # a change of 2 points or more is more than noise (minimum detectable change; Childs 2005)
MUCH_WORSE_RISE = 4  # twice the minimum detectable change; this bound is ours
_NERVE = (Quality.NUMB, Quality.TINGLING, Quality.WEAK)
_THERE = (Trend.WORSE, Trend.NEW, Trend.PRESENT)
_Found = dict[Finding, Place | None]
_GRAVITY = {finding: order for order, finding in enumerate(Finding)}


@dataclass(frozen=True, slots=True)
class Judged:
    """Findings, and the place that the gravest of them is about (for the sentence that explains)."""

    findings: frozenset[Finding]
    place: Place | None = None


def judge(
    report: PainReport, baseline: Baseline, doubts: tuple[Doubt, ...] = (), checks: tuple[PainReport, ...] = ()
) -> Judged:
    """What the report means, given the pain before the first exercise (an empty Baseline before it is known) and what
    was said at the pain checks so far, the last one last."""
    found: _Found = {OF_DOUBT[doubt]: None for doubt in doubts}
    for movement in report.movements:
        found.setdefault(course(movement, baseline, report), movement.end or movement.start)
    for claim in report.claims:
        for finding in _claim(claim, baseline, report):
            found.setdefault(finding, claim.place)
    _both_legs(report, baseline, found)
    _score(report, baseline, found)
    _left_open(report, baseline, found)
    _same_as_when(report, checks, found)
    gravest = min(found, key=_GRAVITY.__getitem__, default=None)
    return Judged(frozenset(found), found[gravest] if gravest else None)


def _claim(claim: Claim, baseline: Baseline, report: PainReport) -> list[Finding]:
    found = [_in_zone(claim, baseline, report)]
    if claim.much and claim.trend in (Trend.WORSE, Trend.NEW):
        found.append(Finding.MUCH_WORSE)
    return found


def _in_zone(claim: Claim, baseline: Baseline, report: PainReport) -> Finding:
    there = claim.trend in _THERE
    match zone_of(claim.place):
        case Zone.PELVIC:
            return (Finding.COMPARED if claim.unsure else Finding.BLADDER_BOWEL) if there else Finding.SAME
        case Zone.ELSEWHERE:
            return Finding.ELSEWHERE if there else Finding.SAME
        case Zone.SADDLE:
            return _saddle(claim, baseline)
        case Zone.NECK:
            return Finding.NECK if there else Finding.SAME
        case Zone.LIMB:
            return _limb(claim, baseline, report)
        case Zone.SPINE:
            return _spine(claim, baseline)
        case _:
            return _nowhere(claim)


def _saddle(claim: Claim, baseline: Baseline) -> Finding:
    """Numbness there is the warning sign; pain there is away from the spine, as in the leg."""
    assert claim.place is not None
    if claim.trend not in _THERE:
        return Finding.SAME
    if claim.quality in _NERVE:
        return Finding.SADDLE_NUMB
    if claim.trend is Trend.PRESENT and (claim.unsure or baseline.includes(claim.place)):
        return Finding.COMPARED
    return Finding.LEG_WORSE if claim.trend is Trend.WORSE else Finding.LEG_NEW


def _limb(claim: Claim, baseline: Baseline, report: PainReport) -> Finding:
    assert claim.place is not None
    there = claim.trend in _THERE
    if there and claim.quality in _NERVE and _is_whole_seat(claim.place):
        return Finding.SADDLE_NUMB
    if there and claim.quality is Quality.WEAK and claim.place.site in LEG_SITES:
        return Finding.LEG_WEAK
    known = baseline.includes(claim.place)
    match claim.trend:
        case Trend.WORSE:
            return Finding.LEG_WORSE
        case Trend.NEW:
            return Finding.LEG_NEW
        case Trend.SAME:
            return Finding.SAME
        case Trend.GONE:
            return Finding.LEG_GONE if known or not baseline.known else Finding.SAME
        case Trend.BETTER:
            if known or not baseline.known or _no_worse_besides(report):
                return Finding.LEG_BETTER
            return Finding.NEVER_NAMED
    if claim.unsure:
        return Finding.COMPARED
    if not known:
        return Finding.LEG_NEW
    return Finding.LEG_WORSE if claim.quality in _NERVE else Finding.COMPARED


def _is_whole_seat(place: Place) -> bool:
    return place.site in (Site.BUTTOCK, Site.SEAT) and (
        place.side is Side.BOTH or (place.site is Site.SEAT and place.side is None)
    )


def _no_worse_besides(report: PainReport) -> bool:
    """Whether it was also said that the leg is no worse."""
    return any(zone_of(c.place) is Zone.LIMB and c.trend in (Trend.SAME, Trend.GONE) for c in report.claims)


def _spine(claim: Claim, baseline: Baseline) -> Finding:
    assert claim.place is not None
    match claim.trend:
        case Trend.WORSE | Trend.NEW:
            return Finding.BACK_WORSE
        case Trend.BETTER | Trend.GONE:
            return Finding.BETTER
        case Trend.SAME:
            return Finding.SAME
    return Finding.BACK_COMPARED if claim.unsure or baseline.includes(claim.place) else Finding.BACK_WORSE


def _nowhere(claim: Claim) -> Finding:
    """Nobody said where."""
    if claim.trend in (Trend.BETTER, Trend.GONE):
        return Finding.BETTER
    if claim.trend is Trend.SAME:
        return Finding.SAME
    return Finding.COMPARED if claim.unsure else Finding.WHERE_WORSE


def _both_legs(report: PainReport, baseline: Baseline, found: _Found) -> None:
    """Pain in both legs is a red flag when it was not there in both before."""
    places = [c.place for c in report.claims if c.place and c.trend in _THERE and not c.unsure]
    places += [m.end for m in report.movements if m.end]
    both = [place for place in places if place.site in LEG_SITES]
    known = {place.side for place in baseline.places if place.site in LEG_SITES}
    if _is_both({place.side for place in both}) and not _is_both(known):
        found[Finding.BOTH_LEGS] = both[0]


def _is_both(sides: set[Side | None]) -> bool:
    return Side.BOTH in sides or {Side.LEFT, Side.RIGHT} <= sides


_OUT_OF_LEG = {Finding.LEG_GONE, Finding.MOVED_UP}
_IN_BACK = {Finding.BACK_WORSE, Finding.BACK_COMPARED}


def _score(report: PainReport, baseline: Baseline, found: _Found) -> None:
    """A score that rose by more than noise is worse: in the leg, if that is where the pain was and nothing better is
    said of it. Any rise with the leg called the same stays the same: 1 point is noise."""
    if report.score is None or baseline.score is None:
        return
    rise = report.score - baseline.score
    if rise >= MUCH_WORSE_RISE:
        found.setdefault(Finding.MUCH_WORSE, None)
    if rise > MEASUREMENT_NOISE:
        if (finding := _rise(report, baseline, found)) is not None:
            found.setdefault(finding, _limb_place(baseline) if finding is Finding.LEG_WORSE else None)
    elif not found:
        found[Finding.BETTER if rise < -MEASUREMENT_NOISE else Finding.SAME] = None


def _rise(report: PainReport, baseline: Baseline, found: _Found) -> Finding | None:
    """Where the rise is, as far as can be told; None where what was said explains it."""
    if found.keys() & _OUT_OF_LEG:
        return None
    if Finding.LEG_BETTER in found:
        return None if found.keys() & _IN_BACK else Finding.CONTRADICTION
    if not baseline.has_zone(Zone.LIMB) or found.keys() & _IN_BACK:
        return Finding.BACK_WORSE
    named = {zone_of(claim.place) for claim in report.claims if claim.place}
    if baseline.has_zone(Zone.SPINE) and Zone.LIMB not in named:
        return Finding.BACK_WORSE if Zone.SPINE in named else Finding.WHERE_WORSE
    return Finding.LEG_WORSE


def _limb_place(baseline: Baseline) -> Place | None:
    return next((place for place in baseline.places if zone(place.site) is Zone.LIMB), None)


def _same_as_when(report: PainReport, checks: tuple[PainReport, ...], found: _Found) -> None:
    """ "The same", right after "more in my back": the same as that, or as before the first exercise?"""
    bare = found.keys() == {Finding.SAME} and all(claim.place is None for claim in report.claims)
    before = checks[-1].claims if checks else ()
    worse = any(zone_of(c.place) is Zone.SPINE and c.trend in (Trend.WORSE, Trend.NEW) for c in before)
    if bare and report.score is None and worse:
        found[Finding.SAME_AS_WORSE] = None


def _left_open(report: PainReport, baseline: Baseline, found: _Found) -> None:
    """ "My back is better" says nothing about the leg, where the pain was: that has to be asked."""
    named = [claim.place for claim in report.claims if claim.place is not None]
    only_good = bool(found) and found.keys() <= {Finding.SAME, Finding.BETTER}
    about_back = bool(named) and all(zone(place.site) is Zone.SPINE for place in named)
    if only_good and about_back and baseline.has_zone(Zone.LIMB):
        found[Finding.LEG_UNKNOWN] = _limb_place(baseline)
