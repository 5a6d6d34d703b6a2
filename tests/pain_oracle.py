"""A second, slow, obvious opinion on what follows from a report, for checking the first one.

It never reads a sentence: it is given what was meant (`Said`, `Moved`) and follows the clinical rules from the top.
Nothing here is shared with the code under test but the names of the rules.
"""

from __future__ import annotations

from dataclasses import dataclass

LEG = ("leg", "calf", "thigh", "foot", "knee")
BUTTOCK = ("buttock",)
LIMB = LEG + BUTTOCK
BACK = ("back", "lower back", "middle of my back")
# the nearer to the spine, the higher
NEARNESS = {"foot": 1, "calf": 3, "leg": 4, "knee": 4, "thigh": 5, "buttock": 6, "lower back": 9, "back": 9}
NEARNESS["middle of my back"] = 10


@dataclass(frozen=True)
class Said:
    """One claim: `what` is worse, much worse, better, same, new, gone, hurts, numb; `denied`: with a "not" before it.
    `place` "" where none was named; `side` left, right, both or ""."""

    what: str
    place: str = ""
    side: str = ""
    denied: bool = False


@dataclass(frozen=True)
class Moved:
    """Pain that moves: `way` is down, up, into or out of `place`, or from `place` to `to`."""

    way: str
    place: str = ""
    to: str = ""
    denied: bool = False


@dataclass(frozen=True)
class Before:
    """The baseline: places as (site, side)."""

    places: tuple[tuple[str, str], ...]

    def was(self, place: str, side: str) -> bool:
        for known, known_side in self.places:
            same_place = known == place or (known in BACK and place in BACK)
            same_place = same_place or ("leg" in (known, place) and known in LEG and place in LEG)
            if same_place and (not side or not known_side or side == known_side or known_side == "both"):
                return True
        return False

    @property
    def had_limb(self) -> bool:
        return any(place in LIMB for place, _ in self.places)

    @property
    def farthest(self) -> int:
        return min((NEARNESS[place] for place, _ in self.places), default=99)

    @property
    def both_legs(self) -> bool:
        sides = {side for place, side in self.places if place in LEG}
        return "both" in sides or {"left", "right"} <= sides


def opinion(said: list[Said | Moved], before: Before, contradiction: bool = False) -> tuple[str, str]:
    """(rule, verdict): from the gravest rule down, each asked of everything that was said."""
    claims = [_plain(one) for one in said if isinstance(one, Said)]
    claims += [_still(one) for one in said if isinstance(one, Moved) and (one.denied or one.way == "out of")]
    moves = [one for one in said if isinstance(one, Moved) and not one.denied and one.way != "out of"]
    if _red_flag(claims, before):
        return "RED-FLAG", "emergency"
    if any(c.place in LIMB and (c.what in ("worse", "much worse") or _numb_again(c, before)) for c in claims):
        return "LEG-WORSE", "stop"
    if any(c.place in LIMB and _new_in_limb(c, before) for c in claims):
        return "LEG-NEW", "stop"
    ways = [_heading(move, before, claims) for move in moves]
    if "down" in ways:
        return "MOVED-DOWN", "stop"
    if any(c.what == "much worse" for c in claims):
        return "MUCH-WORSE", "stop"
    if contradiction or any(_to_be_asked(c, claims, before) for c in claims):
        return "UNCLEAR", "ask"
    if "unknown" in ways:
        return "UNCLEAR", "ask"
    better = any(c.place in LIMB and c.what == "better" for c in claims)
    left = any(c.place in LIMB and c.what == "gone" and before.was(c.place, c.side) for c in claims)
    up = "up" in ways
    back_more = any(c.place in BACK and _more_in_back(c, before) for c in claims)
    back_there = any(c.place in BACK and _there_in_back(c, before) for c in claims)
    if back_more and not (better or left or up):
        return "BACK-WORSE", "ease"
    if left or up or (better and (back_more or back_there)):
        return "CENTRALIZING", "go"
    if back_there:
        return "UNCLEAR", "ask"
    only_of_back = [c for c in claims if c.place]
    if only_of_back and all(c.place in BACK for c in only_of_back) and before.had_limb:
        return "UNCLEAR", "ask"
    return "SAME-OR-BETTER", "go"


def _plain(claim: Said) -> Said:
    """The claim without its "not". "there": it is there, and nobody knows whether it is more than before."""
    if not claim.denied:
        return claim
    opposite = {"worse": "same", "much worse": "worse", "new": "same", "better": "there", "same": "there"}
    opposite |= {"gone": "there", "hurts": "gone", "numb": "same"}
    return Said(opposite[claim.what], claim.place, claim.side)


def _still(move: Moved) -> Said:
    return Said("gone" if not move.denied else "same", move.place)


def _red_flag(claims: list[Said], before: Before) -> bool:
    for claim in claims:
        if claim.place == "buttock" and claim.side == "both" and claim.what == "numb":
            return True
    hurting = [c for c in claims if c.place in LEG and c.what in ("worse", "much worse", "new", "hurts", "numb")]
    sides = {c.side for c in hurting}
    return ("both" in sides or {"left", "right"} <= sides) and not before.both_legs


def _numb_again(claim: Said, before: Before) -> bool:
    return claim.what == "numb" and before.was(claim.place, claim.side)


def _new_in_limb(claim: Said, before: Before) -> bool:
    return claim.what == "new" or (claim.what in ("hurts", "numb") and not before.was(claim.place, claim.side))


def _to_be_asked(claim: Said, claims: list[Said], before: Before) -> bool:
    if not claim.place:
        return claim.what in ("worse", "new", "hurts", "numb", "there")
    if claim.place in BACK:
        return False
    if claim.what in ("hurts", "there"):
        return True
    never_named = claim.what == "better" and not before.was(claim.place, claim.side)
    said_besides = any(c is not claim and c.place in LIMB and c.what in ("same", "gone") for c in claims)
    return never_named and not said_besides


def _more_in_back(claim: Said, before: Before) -> bool:
    if claim.what in ("worse", "much worse", "new"):
        return True
    return claim.what in ("hurts", "numb") and not before.was(claim.place, claim.side)


def _there_in_back(claim: Said, before: Before) -> bool:
    return claim.what == "there" or (claim.what in ("hurts", "numb") and before.was(claim.place, claim.side))


def _heading(move: Moved, before: Before, claims: list[Said]) -> str:
    if move.way == "from":
        if NEARNESS[move.to] == NEARNESS[move.place]:
            return "unknown"
        return "up" if NEARNESS[move.to] > NEARNESS[move.place] else "down"
    if move.way in ("down", "up"):
        return move.way
    if move.place in BACK:
        return "up"
    left_farther = [c for c in claims if c.what == "gone" and c.place in LIMB and before.was(c.place, c.side)]
    if any(NEARNESS[claim.place] < NEARNESS[move.place] for claim in left_farther):
        return "up"
    for known, _ in before.places:
        if known == move.place or ("leg" in (known, move.place) and known in LEG and move.place in LEG):
            return "down"
    return "up" if before.farthest < NEARNESS[move.place] else "down"
