"""Which way a reported movement goes, and what that means against the baseline. Pure."""

from __future__ import annotations

from voicecoach.core.body import (
    ARM_SITES,
    RANK,
    Baseline,
    Direction,
    Movement,
    Place,
    Side,
    Site,
    Trend,
    Zone,
    covers,
    zone,
)
from voicecoach.core.body import PainReport as Report
from voicecoach.core.finding_kinds import Finding

_NECK_SITES = ARM_SITES | {Site.NECK, Site.UPPER_BACK}


def course(movement: Movement, baseline: Baseline, report: Report) -> Finding:
    """The finding that a movement amounts to: away from the spine, toward it, or to be asked."""
    end, place = movement.end, movement.end or movement.start
    if (elsewhere := _outside(end, baseline)) is not None:
        return elsewhere
    if _changed_sides(movement, baseline):
        return Finding.LEG_NEW
    if (named := _named_now(movement, baseline)) is not None:
        return named
    direction = _direction(movement, baseline, report)
    if direction is Direction.UP and movement.start is None and end is not None and zone(end.site) is Zone.LIMB:
        if _farther_than_ever(end, baseline):
            return Finding.LEG_NEW
        direction = _unless_there_before(end, baseline)
    if direction is Direction.DOWN:
        return Finding.MOVED_DOWN
    if direction is Direction.UNKNOWN:
        return Finding.UP_OR_DOWN
    if movement.spreading:  # it grows toward the back without leaving the leg: no centralization
        return Finding.BACK_WORSE if _is_spine(place) else Finding.LEG_WORSE
    return Finding.MOVED_UP


def _named_now(movement: Movement, baseline: Baseline) -> Finding | None:
    """ "It's in my back now" does not say that it left the leg; nor is it news that it's in the calf, where it was."""
    if movement.end is None or movement != Movement(end=movement.end, moving=False):
        return None
    if _is_spine(movement.end):
        return Finding.LEG_UNKNOWN if baseline.has_zone(Zone.LIMB) else Finding.BACK_COMPARED
    return Finding.COMPARED if baseline.includes(movement.end) else None


def _outside(end: Place | None, baseline: Baseline) -> Finding | None:
    """Ends that are neither back nor leg."""
    if end is None:
        return None
    where = zone(end.site)
    if where in (Zone.SADDLE, Zone.PELVIC):
        return Finding.LEG_NEW
    if where is Zone.ELSEWHERE:
        return Finding.ELSEWHERE
    neck_programme = any(place.site in _NECK_SITES for place in baseline.places)
    if where is Zone.NECK and not neck_programme:
        return Finding.NECK
    if where is Zone.LIMB and baseline.known and _is_other_limb(end, baseline, neck_programme=neck_programme):
        return Finding.LEG_NEW
    return None


def _is_other_limb(end: Place, baseline: Baseline, *, neck_programme: bool) -> bool:
    """The arm where it is about back and leg, or the leg where it is about neck and arm."""
    if end.site in ARM_SITES:
        return not neck_programme
    legs = any(zone(place.site) is Zone.LIMB and place.site not in ARM_SITES for place in baseline.places)
    return neck_programme and not legs


def _changed_sides(movement: Movement, baseline: Baseline) -> bool:
    """To the other leg, or about the other leg: new there."""
    start = movement.start
    place = movement.end or start
    if place is None or zone(place.site) is not Zone.LIMB or place.side not in (Side.LEFT, Side.RIGHT, Side.OTHER):
        return False
    if place.side is Side.OTHER:
        return True
    if start is not None and zone(start.site) is Zone.LIMB and start.side not in (None, place.side, Side.BOTH):
        return True
    sides = {known.side for known in baseline.places if zone(known.site) is Zone.LIMB}
    return bool(sides) and not sides & {place.side, Side.BOTH, None}


def _direction(movement: Movement, baseline: Baseline, report: Report) -> Direction:
    """Both ends decide by their distance from the spine, whatever was called up or down; one end is compared with
    the baseline; without any place only an outspoken direction counts."""
    start, end = _rank(movement.start), _rank(movement.end)
    if start is not None and end is not None:
        return _between(movement, start, end)
    if movement.direction is Direction.DOWN:
        return Direction.UNKNOWN if _is_spine(movement.end) else Direction.DOWN
    if movement.direction is Direction.UP:
        return Direction.UP
    if end is None:
        return Direction.DOWN if movement.spreading else Direction.UNKNOWN
    if _is_spine(movement.end) or zone_of(movement.end) is Zone.NECK:
        return Direction.UP
    return _against_baseline(movement, end, baseline, report)


def _between(movement: Movement, start: int, end: int) -> Direction:
    assert movement.start is not None and movement.end is not None
    if start == end or covers(movement.start.site, movement.end.site):
        return movement.direction
    by_rank = Direction.DOWN if end < start else Direction.UP
    contradicts = movement.direction not in (Direction.UNKNOWN, by_rank)
    return Direction.DOWN if contradicts and zone(movement.end.site) is Zone.LIMB else by_rank


def _against_baseline(movement: Movement, end: int, baseline: Baseline, report: Report) -> Direction:
    """Into a place of the limb, nothing said about where from: up only if it was farther out before."""
    assert movement.end is not None
    gone = [c.place for c in report.claims if c.trend is Trend.GONE and c.place and baseline.includes(c.place)]
    if any(RANK.get(place.site, end) < end for place in gone):
        return Direction.UP
    before = _farthest_before(movement.end, baseline)
    if before is None or before >= end or movement.spreading:
        return Direction.DOWN
    if not movement.moving:
        return Direction.UNKNOWN
    already = any(covers(place.site, movement.end.site) for place in baseline.places)
    return Direction.DOWN if already else Direction.UP


def _farther_than_ever(end: Place, baseline: Baseline) -> bool:
    """ "Up to my knee" is no good sign where the pain never was as far out as the knee."""
    before = _farthest_before(end, baseline)
    return baseline.known and (before is None or RANK[end.site] < before)


def _unless_there_before(end: Place, baseline: Baseline) -> Direction:
    """ "Up to my calf" has to be asked about where the calf was as far out as it went."""
    return Direction.UNKNOWN if RANK[end.site] == _farthest_before(end, baseline) else Direction.UP


def _farthest_before(end: Place, baseline: Baseline) -> int | None:
    """How far out it was on the same limb: an arm says nothing about the leg."""
    arm = end.site in ARM_SITES
    places = (p for p in baseline.places if zone(p.site) is not Zone.LIMB or (p.site in ARM_SITES) == arm)
    return Baseline(tuple(places)).farthest_rank()


def _rank(place: Place | None) -> int | None:
    return RANK.get(place.site) if place else None


def zone_of(place: Place | None) -> Zone | None:
    """The zone of a place, if there is one."""
    return zone(place.site) if place else None


def _is_spine(place: Place | None) -> bool:
    return zone_of(place) is Zone.SPINE
