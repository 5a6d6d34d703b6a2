"""One part of an utterance (between corrections) -> claims, movements and doubts.

Clauses are split at "but", "and" and commas where both sides say something. What "it" is about is carried over from
the clause before; what was, and is no longer, is told from what is now.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import pairwise

from voicecoach.core.body import Claim, Direction, Movement, Place, Quality, Side, Trend
from voicecoach.core.intent import Doubt
from voicecoach.core.language import Kind, Language
from voicecoach.core.lexer import UNKNOWN_WORD, Token
from voicecoach.core.marks import Mark, mark
from voicecoach.core.motion import motion_in
from voicecoach.core.pelvic import pelvic_claim
from voicecoach.core.pieces import has, says, split
from voicecoach.core.statements import Said, claims_in

_GOOD = (Trend.BETTER, Trend.SAME, Trend.GONE)
_BAD = (Trend.WORSE, Trend.NEW)
_NERVE = (Quality.NUMB, Quality.TINGLING, Quality.WEAK)
_TELLING = list(Quality)


@dataclass(frozen=True, slots=True)
class Reading:
    """What was said about pain in one part of an utterance."""

    claims: tuple[Claim, ...] = ()
    movements: tuple[Movement, ...] = ()
    doubts: tuple[Doubt, ...] = ()
    side: Side | None = None
    way: Direction | None = None  # "up" or "down", where only that was said
    names_only: bool = False  # places, and nothing said of them


@dataclass(slots=True)
class _Clause:
    """A clause on its way: its tokens, then what it came to mean."""

    tokens: list[Token] = field(default_factory=list)
    marks: list[Mark] = field(default_factory=list)
    said: list[Said] = field(default_factory=list)
    movements: list[Movement] = field(default_factory=list)
    doubts: list[Doubt] = field(default_factory=list)
    _values: set[tuple[Kind, str]] = field(init=False)
    _kinds: set[Kind] = field(init=False)

    def __post_init__(self) -> None:
        self._values = {(token.kind, token.value) for token in self.tokens}
        self._kinds = {token.kind for token in self.tokens}

    def has(self, kind: Kind, *values: str) -> bool:
        return any((kind, value) in self._values for value in values) if values else kind in self._kinds

    @property
    def past(self) -> bool:
        return self.has(Kind.GLUE, "past")

    @property
    def began(self) -> bool:
        """ "It started in my back, and now ...": where it was."""
        return any(t.means(Kind.TREND, "new") and t.words[0] in ("started", "began", "begun") for t in self.tokens)


def read_clauses(tokens: list[Token], language: Language) -> Reading:
    """Claims and movements of all clauses together."""
    compared = any(token.means(Kind.TREND, "worse", "better", "awful", "same", "as_bad") for token in tokens)
    clauses = [_Clause(part) for part in split(tokens)]
    pelvic = pelvic_claim(_about_toilet(clauses), language)
    inherited: tuple[Place, ...] = ()
    for clause in clauses:
        inherited = _read(clause, inherited, compared=compared)
    _tell_past_from_now(clauses)
    claims = _tidy([said for clause in clauses for said in clause.said])
    movements = [movement for clause in clauses for movement in clause.movements]
    doubts = [doubt for clause in clauses for doubt in clause.doubts]
    if _contradict(claims):
        doubts.append(Doubt.CONTRADICTION)
    if pelvic is not None:
        claims.append(pelvic)
    sides = [Side(token.value) for token in tokens if token.kind is Kind.SIDE]
    side = Side.BOTH if {Side.LEFT, Side.RIGHT} <= set(sides) else sides[-1] if sides else None
    names_only = not says(tokens) and not has(tokens, Kind.DIRECTION)
    return Reading(tuple(claims), tuple(movements), tuple(dict.fromkeys(doubts)), side, _way(tokens), names_only)


def _way(tokens: list[Token]) -> Direction | None:
    if any(token.kind in (Kind.SITE, Kind.TREND) for token in tokens):
        return None
    ways = {token.value for token in tokens if token.kind is Kind.DIRECTION}
    return {frozenset({"up"}): Direction.UP, frozenset({"down"}): Direction.DOWN}.get(frozenset(ways))


def _about_toilet(clauses: list[_Clause]) -> list[Token]:
    """The clauses that name bladder, bowel or toilet, and what follows without another place: "but I can't go"."""
    about: list[Token] = []
    names = False
    for clause in clauses:
        if clause.has(Kind.SITE):
            names = clause.has(Kind.SITE, "pelvic", "toilet")
        if names:
            about += clause.tokens
    return about


# --- reading ---


def _read(clause: _Clause, inherited: tuple[Place, ...], *, compared: bool) -> tuple[Place, ...]:
    """Fill in what the clause says; returns the places that a following "it" is about."""
    tokens = [token for token in clause.tokens if not token.means(Kind.SITE, "pelvic", "toilet")]
    if len(tokens) < len(clause.tokens) and not has(tokens, Kind.SITE):
        return ()
    if clause.has(Kind.GLUE, "overall"):
        inherited = ()
    clause.marks = mark(tokens)
    if any(m.is_site for m in clause.marks) and not any(m.is_predicate for m in clause.marks):
        if _is_posture(clause):
            return inherited
        if clause.has(Kind.UNKNOWN) and not clause.has(Kind.MOTION) and not _leads_somewhere(clause.marks):
            places = tuple(place for m in clause.marks if m.is_site for place in m.places())
            clause.said = [Said(Claim(Trend.PRESENT, place, unsure=True)) for place in places]
            return places
    if _of_a_stranger(clause):
        return inherited
    only = any(token.words[-1] in ("only", "just") for token in clause.tokens)
    motion = motion_in(clause.marks, only=only, now=clause.has(Kind.GLUE, "now") and not clause.has(Kind.GLUE, "still"))
    clause.movements, clause.doubts = motion.movements, motion.doubts
    clause.said = [Said(claim) for claim in motion.claims]
    moved = tuple(place for m in motion.movements for place in (m.end or m.start,) if place is not None)
    clause.said += claims_in(motion.rest, moved or inherited, compared=compared)
    if clause.has(Kind.GLUE, "unsure"):
        clause.said = [Said(replace(Claim(Trend.PRESENT), place=s.claim.place, unsure=True)) for s in clause.said]
    if not clause.said and not clause.movements and not clause.doubts and _not_any_more(clause, inherited):
        clause.said = [Said(Claim(Trend.GONE, place)) for place in inherited or (None,)]
    named = tuple(said.claim.place for said in clause.said if said.claim.place is not None)
    named += tuple(movement.end for movement in clause.movements if movement.end is not None)
    return named or inherited


def _of_a_stranger(clause: _Clause) -> bool:
    """ "The dog jumped on me": a motion, but of somebody else."""
    if not clause.has(Kind.MOTION) or clause.has(Kind.SITE) or clause.has(Kind.QUALITY) or clause.has(Kind.DIRECTION):
        return False
    before = clause.tokens[: next(i for i, token in enumerate(clause.tokens) if token.kind is Kind.MOTION)]
    return any(token.kind is Kind.UNKNOWN and token.value != UNKNOWN_WORD for token in before)


def _leads_somewhere(marks: list[Mark]) -> bool:
    """ "Down my leg" does; "my foot has woken up" does not."""
    return any(a.token.kind is Kind.DIRECTION and b.is_site for a, b in pairwise(marks))


def _is_posture(clause: _Clause) -> bool:
    """ "My elbows are under my shoulders", "I'm on my belly", "my hands are in the small of my back"."""
    if clause.has(Kind.GLUE, "posture", "own"):
        return True
    sites = [m for m in clause.marks if m.is_site]
    return len(sites) > 1 and sites[0].means(Kind.SITE, "hand", "arm") and sites[1].at


def _not_any_more(clause: _Clause, inherited: tuple[Place, ...]) -> bool:
    """ "Not any more"; "... but not now"."""
    ended = clause.has(Kind.GLUE, "anymore") or (bool(inherited) and clause.has(Kind.GLUE, "now"))
    return ended and clause.has(Kind.GLUE, "negation") and not clause.has(Kind.UNKNOWN)


# --- putting together ---


def _tell_past_from_now(clauses: list[_Clause]) -> None:
    """ "It was in my calf, now it's in my back" is a movement; "it was better, now it's worse" is worse."""
    for index, clause in enumerate(clauses):
        later = [other for other in clauses[index + 1 :] if other.said or other.movements or other.doubts]
        if not (clause.past or clause.began):
            continue
        start = next((s.claim.place for s in clause.said if s.claim.place is not None), None)
        arrived = next((c for c in later if c.movements and c.movements[0].start is None), None)
        if start is not None and arrived is not None and not arrived.movements[0].spreading:
            arrived.movements[0] = replace(arrived.movements[0], start=start, moving=True)
            clause.said = [s for s in clause.said if s.claim.trend not in (Trend.PRESENT, Trend.NEW)]
        elif clause.past and clause.has(Kind.GLUE, "earlier_day"):
            clause.said = (
                [] if later else [Said(replace(s.claim, trend=Trend.PRESENT, unsure=True)) for s in clause.said]
            )
        elif clause.past and later:
            now = {s.claim.place for other in later for s in other.said if s.claim.trend in _GOOD}
            clause.said = [
                s
                for s in clause.said
                if s.claim.trend not in _GOOD and not (s.claim.trend is Trend.PRESENT and s.claim.place in now)
            ]


def _tidy(all_said: list[Said]) -> list[Claim]:
    """One place, one claim, as far as they agree: "my leg hurts and it's getting worse" is worse in the leg."""
    kept: list[Said] = []
    for said in all_said:
        claim = said.claim
        same = [other for other in kept if other.claim.place == claim.place]
        if any(other.claim.trend is claim.trend and _covers(other.claim, claim) for other in same):
            continue
        bare = claim.trend is Trend.PRESENT and claim.quality not in _NERVE and not claim.unsure
        if bare and any(other.claim.trend is not Trend.PRESENT and not other.mild for other in same):
            continue
        superseded = [other for other in same if _supersedes(said, other)]
        kept = [other for other in kept if other not in superseded]
        telling = min((claim.quality, *(o.claim.quality for o in superseded)), key=_worth)
        keeps = claim.trend in (*_BAD, Trend.PRESENT)
        kept.append(replace(said, claim=replace(claim, quality=telling if keeps else claim.quality)))
    return [said.claim for said in kept]


def _worth(quality: Quality) -> int:
    order = (Quality.WEAK, Quality.NUMB, Quality.TINGLING, Quality.SHARP, Quality.BURNING, Quality.PAIN)
    return order.index(quality)


def _covers(earlier: Claim, later: Claim) -> bool:
    """Whether the earlier claim of the same trend says all that the later says."""
    return (
        _worth(earlier.quality) <= _worth(later.quality)
        and (earlier.much or not later.much)
        and (earlier.unsure == later.unsure)
    )


def _supersedes(later: Said, earlier: Said) -> bool:
    """Whether what was only named, or said less tellingly, is contained in the later claim of the same place."""
    if later.claim.trend is earlier.claim.trend:
        return True
    if earlier.claim.trend is not Trend.PRESENT:
        return False
    nerve = earlier.claim.quality in _NERVE
    return later.claim.trend in _BAD or not (later.mild or (nerve and later.of_pain))


def _contradict(claims: list[Claim]) -> bool:
    """Better and worse said of the same place, or of no place at all."""
    good = {claim.place for claim in claims if claim.trend in _GOOD}
    bad = {claim.place for claim in claims if claim.trend in _BAD}
    return bool(good & bad)
