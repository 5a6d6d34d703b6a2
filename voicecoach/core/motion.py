"""Pain that changes its place: "moving down my leg", "out of my calf into my back", "it has left my foot"."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from voicecoach.core.body import Claim, Direction, Movement, Place, Side, Site, Trend
from voicecoach.core.intent import Doubt
from voicecoach.core.language import Kind

if TYPE_CHECKING:
    from voicecoach.core.clauses import Mark

_TO = {"to", "down_to", "up_to"}
_AWAY = {"from", "out"}


@dataclass(frozen=True, slots=True)
class Motion:
    """Movements of a clause; `rest` are the marks that nothing was made of yet."""

    movements: list[Movement] = field(default_factory=list)
    claims: list[Claim] = field(default_factory=list)
    doubts: list[Doubt] = field(default_factory=list)
    rest: list[Mark] = field(default_factory=list)


@dataclass(slots=True)
class _Path:
    """What was found on the way through the clause."""

    start: Place | None = None
    end: Place | None = None
    direction: Direction = Direction.UNKNOWN
    way: str = ""  # the preposition that waits for its place


def motion_in(marks: Sequence[Mark]) -> Motion:
    """The movement said in a clause, if any."""
    verbs = [m for m in marks if m.token.means(Kind.MOTION)]
    ways = [m for m in marks if m.token.means(Kind.DIRECTION)]
    heavy = [m for m in verbs if not m.token.means(Kind.MOTION, "light")]
    numbers = [m for m in marks if m.token.means(Kind.NUMBER)]
    sites = [m for m in marks if m.token.means(Kind.SITE)]
    rest = [m for m in marks if not m.token.means(Kind.MOTION) and not m.token.means(Kind.DIRECTION)]
    if not heavy and not ways:
        return Motion(rest=rest)
    rest = [m for m in rest if not (m.token.means(Kind.QUALITY) and not m.negated)] if sites or heavy else rest
    if numbers and not sites:
        return Motion(rest=rest)
    if any(m.token.means(Kind.MOTION, "leave") for m in heavy):
        return _leaving(marks, rest)
    if any(m.negated for m in [*verbs, *ways]):
        places = [place_at(m) for m in sites]
        same = [Claim(Trend.SAME, place) for place in places] or [Claim(Trend.SAME)]
        return Motion(claims=same, rest=[m for m in rest if m not in sites])
    if any(m.token.means(Kind.MOTION, "central") for m in heavy):
        return Motion(movements=[Movement(end=Place(Site.SPINE), direction=Direction.UP)])
    return _moving(marks, rest, heavy)


def _moving(marks: Sequence[Mark], rest: list[Mark], heavy: list[Mark]) -> Motion:
    if not any(m.token.means(Kind.SITE) for m in marks):
        return _placeless(marks, rest, heavy)
    gone_somewhere = any(m.token.means(Kind.TREND, "gone") for m in marks)
    path, used, doubts = _path(marks, moving=bool(heavy) or gone_somewhere)
    if path.start is None and path.end is None and path.direction is Direction.UNKNOWN and not heavy:
        return Motion(rest=rest, doubts=doubts)
    spreading = any(m.token.means(Kind.MOTION, "spread") for m in heavy)
    left = [
        m for m in rest if m not in used and not (m.token.means(Kind.TREND, "gone") and (path.end or path.direction))
    ]
    if path.end is None and path.direction is Direction.UNKNOWN and not spreading and path.start is not None:
        if any(m.token.means(Kind.DIRECTION, "out") for m in marks):
            return Motion(claims=[Claim(Trend.GONE, path.start)], rest=left, doubts=doubts)
        doubts.append(Doubt.UP_OR_DOWN)
    moving = bool(heavy) or gone_somewhere
    return Motion([Movement(path.start, path.end, path.direction, spreading, moving)], rest=left, doubts=doubts)


def _path(marks: Sequence[Mark], *, moving: bool) -> tuple[_Path, list[Mark], list[Doubt]]:
    """Walk through the clause: prepositions say which end of the movement the next place is."""
    path = _Path()
    used: list[Mark] = []
    doubts: list[Doubt] = []
    seen_motion = False
    for mark in marks:
        token = mark.token
        if token.means(Kind.DIRECTION):
            path.way = token.value
            if token.value.startswith(("up", "down")):
                path.direction = Direction.UP if token.value.startswith("up") else Direction.DOWN
        elif token.means(Kind.MOTION):
            seen_motion, path.way = True, ""
        elif token.means(Kind.GLUE, "maybe_back"):
            doubts.append(Doubt.UP_OR_DOWN)
        elif token.means(Kind.SITE):
            place = place_at(mark)
            if path.way in _TO or (path.way == "down" and path.end is None):
                path.end = place
            elif path.way in _AWAY or path.way == "up":
                path.start = path.start or place
            elif moving and seen_motion:
                path.end = place
            elif moving or path.way == "":
                if not moving:
                    continue
                path.start = path.start or place
            used.append(mark)
    return path, used, doubts


def _placeless(marks: Sequence[Mark], rest: list[Mark], heavy: list[Mark]) -> Motion:
    """ "moving down", "it's going up", "it moved": some of these leave a question."""
    ways = {m.token.value for m in marks if m.token.means(Kind.DIRECTION)}
    maybe_back = any(m.token.means(Kind.GLUE, "maybe_back") for m in marks)
    light = any(m.token.means(Kind.MOTION, "light") for m in marks)
    down = bool(ways & {"down", "down_to"})
    up = bool(ways & {"up", "up_to"})
    kept = [m for m in rest if not m.token.means(Kind.GLUE)]
    if heavy and down:
        return Motion([Movement(direction=Direction.DOWN)], rest=kept)
    if heavy and up and not down:
        return Motion([Movement(direction=Direction.UP)], rest=kept)
    if heavy and any(m.token.means(Kind.MOTION, "spread") for m in heavy):
        return Motion([Movement(spreading=True)], rest=kept)
    if heavy or maybe_back:
        return Motion(doubts=[Doubt.UP_OR_DOWN], rest=kept)
    has_trend = any(m.token.means(Kind.TREND) for m in marks)
    if (down or up) and light and not has_trend:
        return Motion(doubts=[Doubt.NUMBER_OR_PLACE], rest=kept)
    return Motion(rest=kept)


def _leaving(marks: Sequence[Mark], rest: list[Mark]) -> Motion:
    """ "it has left my leg" is good news; "it hasn't left" is none."""
    sites = [m for m in marks if m.token.means(Kind.SITE)]
    negated = any(m.negated for m in marks)
    trend = Trend.PRESENT if negated else Trend.GONE
    claims = [Claim(trend, place_at(m)) for m in sites] or [Claim(trend)]
    return Motion(claims=claims, rest=[m for m in rest if m not in sites])


def place_at(mark: Mark) -> Place:
    """The place that a mark names; "legs" and "buttocks" mean both."""
    side = mark.side
    if side is None and mark.token.words[-1] in ("legs", "buttocks"):
        side = Side.BOTH
    return Place(Site[mark.token.value.upper()], side)
