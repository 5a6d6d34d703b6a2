"""Pain that changes its place: "moving down my leg", "out of my calf into my back", "it has left my foot"."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import takewhile

from voicecoach.core.body import Claim, Direction, Movement, Place, Site, Trend, Zone, zone
from voicecoach.core.intent import Doubt
from voicecoach.core.language import Kind
from voicecoach.core.marks import PAIN_NOUNS, Mark

_TO = {"to", "down_to", "up_to"}
_AWAY = {"from", "out"}
_UP, _DOWN = ("up", "up_to"), ("down", "down_to")


@dataclass(frozen=True, slots=True)
class Motion:
    """Movements of a clause; `rest` are the marks that nothing was made of yet."""

    movements: list[Movement] = field(default_factory=list)
    claims: list[Claim] = field(default_factory=list)
    doubts: list[Doubt] = field(default_factory=list)
    rest: list[Mark] = field(default_factory=list)


def motion_in(marks: Sequence[Mark], *, now: bool = False, only: bool = False) -> Motion:
    """The movement said in a clause, if any. `now`: it says where the pain is now; `only`: that it goes no farther."""
    clause = _MotionClause(marks, only)
    if clause.is_motion:
        return clause.read()
    sites = [m for m in marks if m.is_site and not m.negated]
    if now and sites and not clause.predicates and not clause.ways:
        ends = [place for m in sites for place in m.places()]
        return Motion([Movement(end=place, moving=False) for place in ends], rest=[m for m in marks if m.negated])
    return Motion(rest=list(marks))


class _MotionClause:
    """A clause and the parts of it that matter to a movement."""

    def __init__(self, marks: Sequence[Mark], only: bool) -> None:
        self.marks = list(marks)
        self.only = only
        self.heavy = [m for m in marks if m.token.kind is Kind.MOTION and m.token.value != "light"]
        self.light = [m for m in marks if m.means(Kind.MOTION, "light")]
        self.ways = [m for m in marks if m.token.kind is Kind.DIRECTION or m.means(Kind.GLUE, "maybe_back")]
        self.sites = [m for m in marks if m.is_site]
        self.predicates = [m for m in marks if m.is_predicate]
        self.number = any(m.token.kind is Kind.NUMBER for m in marks)
        self.measured = any(m.means(Kind.GLUE, "measure") or m.means(Kind.NUMBER, "delta") for m in marks)
        self.rest = [m for m in marks if m.token.kind not in (Kind.MOTION, Kind.DIRECTION, Kind.GLUE)]

    @property
    def is_motion(self) -> bool:
        """A verb of motion; or a way to a place, of which nothing else is said ("worse down my leg" is no motion)."""
        if self.light and self.ways and not self.heavy and self._while_doing:
            return False
        if self.heavy or (self.light and self.ways):
            return True
        return bool(self.ways) and not self.predicates

    @property
    def _while_doing(self) -> bool:
        """ "It hurts going up": the person goes up, not the pain."""
        verbs = [i for i, m in enumerate(self.marks) if m.means(Kind.QUALITY, "pain") and "pain" not in m.token.words]
        return (
            bool(verbs)
            and self.marks.index(self.light[0]) > verbs[0]
            and not any(m.is_site for m in self.marks[self.marks.index(self.ways[-1]) :])
        )

    @property
    def denied(self) -> bool:
        return any(m.negated for m in (*self.heavy, *self.light, *self.ways))

    def _way(self, *values: str) -> bool:
        return any(m.token.value in values for m in self.ways)

    @property
    def direction(self) -> Direction:
        up, down = self._way(*_UP), self._way(*_DOWN)
        up = up or any(m.token.words[-1] == "up" for m in self.heavy)
        down = down or any(m.token.words[-1] == "down" for m in self.heavy)
        if up == down:
            return Direction.UNKNOWN
        return Direction.UP if up else Direction.DOWN

    def read(self) -> Motion:
        if any(m.token.value == "leave" for m in self.heavy):
            return self._leaving()
        if not self.sites and self.direction is not Direction.UNKNOWN and self.measured:
            better = self.direction is Direction.DOWN
            return Motion(claims=[Claim(Trend.BETTER if better else Trend.WORSE)], rest=self._trends())
        if self.number and not self.sites and not self.heavy:  # "it's gone down to three"
            return Motion(rest=self.rest)
        if self.denied or any(m.negated for m in self.sites):
            places = [place for m in self.sites for place in m.places()]
            claims = [Claim(Trend.SAME, place) for place in places] or [Claim(Trend.SAME)]
            return Motion(claims=claims, rest=self._trends())
        if any(m.token.value == "central" for m in self.heavy):
            return self._central()
        return self._with_places() if self.sites else self._without_places()

    def _trends(self) -> list[Mark]:
        """What else is said in the clause; "pain" there is only what moves, and "nothing" was made of it above."""
        return [m for m in self.predicates if m.token.kind is Kind.TREND and m.token.value != "gone"]

    def _leaving(self) -> Motion:
        """ "It has left my leg" is good news; "it hasn't left" is none."""
        verb = next(index for index, m in enumerate(self.marks) if m.token.value == "leave")
        left = list(takewhile(lambda m: m.is_site or m.token.kind is Kind.DIRECTION, self.marks[verb + 1 :]))
        left = [m for m in left if m.is_site][:1] + [m for m in left if m.is_site and m.joined]
        left = list(dict.fromkeys(left)) or ([] if self.predicates else self.sites)
        places: list[Place | None] = [place for m in left for place in m.places()]
        places = places or [None]
        negated = self.marks[verb].negated or any(m.negated for m in left)
        claims = [Claim(Trend.PRESENT, p, unsure=True) if negated else Claim(Trend.GONE, p) for p in places]
        moved = {m for m in self.predicates if m.means(Kind.QUALITY, "pain") and PAIN_NOUNS & set(m.token.words)}
        rest = [m for m in self.rest if m not in left and (m.negated or m not in moved)]
        return Motion(claims=claims, rest=rest)

    def _central(self) -> Motion:
        end = (
            None
            if any("retreat" in m.token.words[0] or "withdraw" in m.token.words[0] for m in self.heavy)
            else (Place(Site.SPINE))
        )
        return Motion([Movement(end=end, direction=Direction.UP)], rest=self._trends())

    def _with_places(self) -> Motion:
        starts, ends, bare = self._ends()
        direction = self.direction
        spreading = any(m.token.value == "spread" for m in self.heavy)
        moving = bool(self.heavy or self.light)
        if self.only and self.light and not self.heavy and ends and not starts:  # "it only goes down to my knee"
            moving, direction = False, Direction.UNKNOWN
        if not starts and not ends and direction is not Direction.UNKNOWN:  # "leg, moving down"
            starts, ends = (bare, []) if direction is Direction.UP else ([], bare)
        elif not starts and not ends:
            doubts = [Doubt.UP_OR_DOWN] if self.heavy or self.ways else []
            return Motion(claims=[Claim(Trend.PRESENT, place) for place in bare], doubts=doubts, rest=self._trends())
        if not ends and direction is Direction.UNKNOWN and not spreading:
            return self._only_away(starts)
        doubts = [Doubt.UP_OR_DOWN] if self._way("maybe_back") and direction is Direction.UNKNOWN else []
        start = starts[0] if starts else None
        movements = [Movement(start, end, direction, spreading, moving) for end in ends]
        movements = movements or [Movement(start, None, direction, spreading, moving)]
        movements += [Movement(other, ends[0], direction, spreading, moving) for other in starts[1:] if ends]
        named = [] if bare is ends or bare is starts else [Claim(Trend.PRESENT, place) for place in bare]
        return Motion(movements, named, doubts, self._trends())

    def _only_away(self, starts: list[Place]) -> Motion:
        """ "Out of my leg": it is gone from there. Out of the back it may have gone anywhere."""
        gone = [Claim(Trend.GONE, place) for place in starts if zone(place.site) is not Zone.SPINE]
        from_spine = [Movement(start=place) for place in starts if zone(place.site) is Zone.SPINE]
        return Motion(from_spine, gone, [Doubt.UP_OR_DOWN] if from_spine else [], self._trends())

    def _ends(self) -> tuple[list[Place], list[Place], list[Place]]:
        """Where it comes from, where it goes to, and places that no preposition assigns."""
        starts: list[Place] = []
        ends: list[Place] = []
        bare: list[Place] = []
        role: list[Place] = bare
        way, reached = "", False
        for m in self.marks:
            if m.token.kind is Kind.DIRECTION:
                way = m.token.value
            elif m.token.kind is Kind.MOTION:
                reached = m.token.words[0].startswith("reach")
            elif m.is_site:
                if way in _TO or way == "down":
                    role = ends
                elif way in _AWAY or way == "up":
                    role = starts
                elif reached and not m.at:
                    role = ends
                elif not m.joined:
                    role = bare
                role += m.places()
                way = ""
        return starts, ends, bare

    def _without_places(self) -> Motion:
        """ "Moving down", "it's going up", "it moved": some of these leave a question."""
        rest = self._trends()
        if any(m.token.value == "spread" for m in self.heavy) and self.direction is Direction.UNKNOWN:
            return Motion([Movement(spreading=True)], rest=rest)
        if self.heavy and self.direction is not Direction.UNKNOWN:
            return Motion([Movement(direction=self.direction)], rest=rest)
        if self.heavy or self._way("maybe_back") or (self._way(*_UP) and self._way(*_DOWN)):
            return Motion(doubts=[Doubt.UP_OR_DOWN], rest=rest)
        if self._way(*_UP, *_DOWN) and not rest:
            return Motion(doubts=[Doubt.NUMBER_OR_PLACE])
        return Motion(rest=self.rest)
