"""Where it hurts, how it changes, and what a person has reported about it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Zone(StrEnum):
    """What the rules tell apart."""

    LIMB = "limb"  # leg, buttock and hip; for neck programmes arm and shoulder: pain here must not grow
    SPINE = "spine"  # back and middle of the spine: some more pain here is normal at first
    NECK = "neck"
    SADDLE = "saddle"  # groin, genitals, inner thighs: numbness here is a red flag
    PELVIC = "pelvic"  # bladder and bowel
    ELSEWHERE = "elsewhere"  # chest, head, belly: not what these exercises are for


class Site(StrEnum):
    """Places, named as they are spoken of. `RANK` orders them from far to near the middle of the spine."""

    TOES = "toes"
    FOOT = "foot"
    ANKLE = "ankle"
    CALF = "calf"
    LEG = "leg"
    KNEE = "knee"
    THIGH = "thigh"
    BUTTOCK = "buttock"
    SEAT = "bottom"  # both buttocks: numb, it is a warning sign
    HIP = "hip"
    BACK_SIDE = "side of the back"
    LOW_BACK = "low back"
    BACK = "back"
    SPINE = "middle of the spine"
    FINGERS = "fingers"
    HAND = "hand"
    ARM = "arm"
    SHOULDER = "shoulder"
    UPPER_BACK = "upper back"
    NECK = "neck"
    SADDLE = "groin"
    PELVIC = "bladder or bowel"
    ELSEWHERE = "head or chest"


# Far to near, as listed in the clinical rules; "leg" alone counts as its farthest common meaning but the toes.
RANK = {
    Site.TOES: 0,
    Site.FOOT: 1,
    Site.ANKLE: 2,
    Site.CALF: 3,
    Site.LEG: 4,
    Site.KNEE: 4,
    Site.THIGH: 5,
    Site.BUTTOCK: 6,
    Site.SEAT: 6,
    Site.HIP: 7,
    Site.BACK_SIDE: 8,
    Site.LOW_BACK: 9,
    Site.BACK: 9,
    Site.SPINE: 10,
    Site.FINGERS: 0,
    Site.HAND: 1,
    Site.ARM: 4,
    Site.SHOULDER: 6,
    Site.UPPER_BACK: 8,
    Site.NECK: 9,
}

_ZONES = {
    Site.BACK_SIDE: Zone.SPINE,
    Site.LOW_BACK: Zone.SPINE,
    Site.BACK: Zone.SPINE,
    Site.SPINE: Zone.SPINE,
    Site.UPPER_BACK: Zone.SPINE,
    Site.NECK: Zone.NECK,
    Site.SADDLE: Zone.SADDLE,
    Site.PELVIC: Zone.PELVIC,
    Site.ELSEWHERE: Zone.ELSEWHERE,
}

ARM_SITES = frozenset({Site.FINGERS, Site.HAND, Site.ARM, Site.SHOULDER})
LEG_SITES = frozenset({Site.TOES, Site.FOOT, Site.ANKLE, Site.CALF, Site.LEG, Site.KNEE, Site.THIGH})


def zone(site: Site) -> Zone:
    """The zone of a site; whatever is not listed otherwise is limb."""
    return _ZONES.get(site, Zone.LIMB)


def covers(a: Site, b: Site) -> bool:
    """Whether pain at `a` may be the same pain as at `b`: equal, or one of them is the unspecific word."""
    if a == b:
        return True
    if Site.LEG in (a, b):
        return (b if a is Site.LEG else a) in LEG_SITES
    if Site.SEAT in (a, b):
        return Site.BUTTOCK in (a, b)
    if Site.ARM in (a, b):
        other = b if a is Site.ARM else a
        return other in (Site.FINGERS, Site.HAND)
    return zone(a) is Zone.SPINE and zone(b) is Zone.SPINE


class Side(StrEnum):
    LEFT = "left"
    RIGHT = "right"
    BOTH = "both"
    MIDDLE = "middle"
    OTHER = "other"  # not the one that was spoken of before


class Trend(StrEnum):
    """How pain at a place changed since before. PRESENT: only named, nothing said about change."""

    WORSE = "worse"
    BETTER = "better"
    SAME = "same"
    NEW = "new"
    GONE = "gone"
    PRESENT = "present"


class Quality(StrEnum):
    """How it feels. Numbness, tingling and weakness matter more than pain."""

    PAIN = "pain"
    NUMB = "numb"
    TINGLING = "tingling"
    SHARP = "sharp"
    BURNING = "burning"
    WEAK = "weak"


@dataclass(frozen=True, slots=True)
class Place:
    """A site and, where it was said, its side."""

    site: Site
    side: Side | None = None

    def spoken(self) -> str:
        """As in "left calf" or "both legs"."""
        name = self.site.value
        if self.side is Side.BOTH:
            plural = {"calf": "calves", "foot": "feet", "toes": "toes", "fingers": "fingers"}.get(name, name + "s")
            return f"both {plural}"
        if self.side in (Side.LEFT, Side.RIGHT, Side.OTHER):
            return f"{self.side.value} side" if self.site is Site.BACK_SIDE else f"{self.side.value} {name}"
        return name


@dataclass(frozen=True, slots=True)
class Claim:
    """One thing said about pain at one place (None: no place was named). `unsure`: it was not said, or not understood,
    whether it changed, so that it has to be asked."""

    trend: Trend
    place: Place | None = None
    much: bool = False
    quality: Quality = Quality.PAIN
    unsure: bool = False


class Direction(StrEnum):
    UP = "up"  # toward the spine
    DOWN = "down"  # away from it
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Movement:
    """Pain that changes its place. Whichever of the ends were named; `direction` only when it was said."""

    start: Place | None = None
    end: Place | None = None
    direction: Direction = Direction.UNKNOWN
    spreading: bool = False  # it reaches a new place without leaving the old one
    moving: bool = True  # a verb of motion was said; "it's in my thigh now" leaves open whether it left where it was


@dataclass(frozen=True, slots=True)
class PainReport:
    """All that one utterance says about pain. `score`: 0 to 10."""

    claims: tuple[Claim, ...] = ()
    movements: tuple[Movement, ...] = ()
    score: int | None = None
    words: str = ""

    @property
    def empty(self) -> bool:
        return not self.claims and not self.movements and self.score is None


@dataclass(frozen=True, slots=True)
class Baseline:
    """Pain before the first exercise, which later reports are judged against. `score`: 0 to 10, None if not given."""

    places: tuple[Place, ...] = ()
    score: int | None = None

    @property
    def known(self) -> bool:
        """Whether it was given at all; without any places it then says that there was no pain."""
        return bool(self.places) or self.score is not None

    def has_zone(self, wanted: Zone) -> bool:
        return any(zone(place.site) is wanted for place in self.places)

    def includes(self, place: Place) -> bool:
        """Whether pain at `place` was there before: same or covering site, and no other side."""
        return any(
            covers(known.site, place.site)
            and (None in (known.side, place.side) or known.side == place.side or known.side is Side.BOTH)
            for known in self.places
        )

    def farthest_rank(self) -> int | None:
        """Rank of the place farthest from the spine, None without any."""
        return min((RANK[place.site] for place in self.places if place.site in RANK), default=None)
