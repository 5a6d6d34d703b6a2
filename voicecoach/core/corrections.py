"""What a speaker takes back: "seven, no, eight", "in my leg, I mean my back", "better no worse".

`parts_of` splits an utterance where something is taken back; `corrected` puts the readings of the parts together.
A correction to the harmless side is never silent: the dangerous reading stands, and a doubt says so.
"""

from __future__ import annotations

from dataclasses import replace

from voicecoach.core.body import Direction, Movement, Place, Quality, Trend, Zone, zone
from voicecoach.core.clauses import Reading
from voicecoach.core.intent import Doubt
from voicecoach.core.language import Kind, Language
from voicecoach.core.lexer import Token

_CONTENT = {Kind.SITE, Kind.SIDE, Kind.TREND, Kind.QUALITY, Kind.MOTION, Kind.DIRECTION, Kind.NUMBER}
_SORTS = ({Kind.NUMBER}, {Kind.TREND}, {Kind.MOTION, Kind.DIRECTION}, {Kind.SIDE}, {Kind.SITE})


def parts_of(tokens: list[Token], language: Language) -> list[list[Token]]:
    """The utterance split at corrections, in order; the words that correct are left out. Each "no" that denies what
    follows ("no worse") has become a negation."""
    parts: list[list[Token]] = [[]]
    for index, token in enumerate(tokens):
        after = tokens[index + 1 :]
        if token.means(Kind.ANSWER, "no") or _only_answers(token, parts):
            if _corrects(parts[-1], after, language):
                parts.append([])
            else:
                denies = _denies(after, language)
                parts[-1].append(Token(Kind.GLUE, "negation", token.words) if denies else token)
        elif token.means(Kind.GLUE, "correction") or (token.means(Kind.GLUE, "soft") and _same_sort(parts[-1], after)):
            parts.append([])
        else:
            parts[-1].append(token)
    filled = [part for part in parts if any(token.kind in _CONTENT for token in part)]
    return filled or [tokens]


def _only_answers(token: Token, parts: list[list[Token]]) -> bool:
    """ "No no" with nothing said before that it could take back."""
    ends_with_no = token.means(Kind.GLUE, "correction") and token.words[-1] == "no"
    return ends_with_no and not any(other.kind in _CONTENT for part in parts for other in part)


def _corrects(before: list[Token], after: list[Token], language: Language) -> bool:
    """Whether a "no" takes something back, rather than answering, or denying what follows."""
    content = [token for token in before if token.kind in _CONTENT]
    if not content or not any(token.kind in _CONTENT for token in after):
        return False
    if _denies(after, language):
        trend = next((token for token in reversed(content) if token.kind is Kind.TREND), None)
        if trend is None or not after or not after[0].means(Kind.TREND, "worse", "better", "bad", "awful"):
            return False
        goes_through_places = content[0].kind is Kind.SITE and content[-1].kind is Kind.SITE
        opposite = {trend.value, after[0].value} in ({"better", "worse"}, {"better", "awful"}, {"better", "bad"})
        return opposite and not goes_through_places and not _denied(trend, before)
    return before[-1].is_break or _same_sort(before, after)


def _same_sort(before: list[Token], after: list[Token]) -> bool:
    """The same sort of content stands on both sides."""
    return any(
        any(token.kind in kinds for token in before) and any(token.kind in kinds for token in after) for kinds in _SORTS
    )


def _denied(token: Token, among: list[Token]) -> bool:
    at = next(index for index, other in enumerate(among) if other is token)
    return at > 0 and among[at - 1].means(Kind.GLUE, "negation", "denial", "much")


def _denies(after: list[Token], language: Language) -> bool:
    """ "no worse", "no real numbness", "no leg pain"; but not "no, it's worse", "no a bit worse" or "no numb"."""
    if not after or after[0].is_break:
        return False
    said = [t for t in after[:3] if not t.means(Kind.GLUE, "much") and " ".join(t.words) not in ("real", "new", "big")]
    if not said:
        return False
    if said[0].means(Kind.SIDE) or said[0].kind is Kind.SITE:
        rest = said[1:] if said[0].kind is Kind.SITE else said[2:]
        pelvic = said[0].means(Kind.SITE, "pelvic", "toilet")
        return pelvic or (bool(rest) and rest[0].kind is Kind.QUALITY)
    adjective = " ".join(said[0].words) in language.words("adjectives")
    is_noun = said[0].kind is Kind.QUALITY and not adjective
    changes = said[0].means(Kind.TREND, "worse", "better", "awful", "bad", "new", "changed") and not adjective
    return changes or is_noun or " ".join(said[0].words) in language.words("pelvic_words", "trouble")


def corrected(readings: list[Reading]) -> Reading:
    """Later parts replace what they speak of again; a change to the harmless side becomes a doubt."""
    whole = readings[0]
    for later in readings[1:]:
        merged = _replaced(whole, later)
        if _alarm(merged) < _alarm(whole):
            whole = replace(whole, doubts=(*whole.doubts, Doubt.CONTRADICTION))
        else:
            whole = merged
    return whole


def _replaced(first: Reading, later: Reading) -> Reading:
    if first.movements and later.way is not None and not later.movements:
        return replace(first, movements=tuple(Movement(direction=later.way) for _ in first.movements[:1]))
    if later.movements:
        moved = any(movement.moving for movement in first.movements)
        return replace(later, movements=tuple(replace(m, moving=m.moving or moved) for m in later.movements))
    if later.doubts:
        return later
    if later.claims:
        return _claims_replaced(first, later)
    if later.side is not None:
        claims = tuple(
            replace(claim, place=Place(claim.place.site, later.side)) if claim.place else claim
            for claim in first.claims
        )
        movements = tuple(
            replace(movement, end=Place(movement.end.site, later.side)) if movement.end else movement
            for movement in first.movements
        )
        return replace(first, claims=claims, movements=movements, side=later.side)
    return first


def _claims_replaced(first: Reading, later: Reading) -> Reading:
    if later.names_only and all(claim.place is not None for claim in later.claims):
        return _places_replaced(first, later)
    if all(claim.place is None for claim in later.claims):
        places = [claim.place for claim in first.claims if claim.place is not None]
        if places:
            return replace(first, claims=tuple(replace(later.claims[-1], place=place) for place in places))
    return later


def _places_replaced(first: Reading, later: Reading) -> Reading:
    """ "worse in my back, I mean my leg": what was said holds for the place that was meant."""
    if first.movements and not first.claims:
        ends = [claim.place for claim in later.claims]
        if first.movements[-1].end is None:
            return first
        return replace(first, movements=tuple(replace(first.movements[-1], end=end) for end in ends))
    said = [claim for claim in first.claims if claim.trend is not Trend.PRESENT] or list(first.claims)
    if not said:
        return later
    return replace(first, claims=tuple(replace(said[-1], place=claim.place) for claim in later.claims))


def _toward_spine(movement: Movement) -> bool:
    """Whether a movement sounds harmless."""
    if movement.direction is not Direction.UNKNOWN or movement.end is None:
        return movement.direction is Direction.UP
    return zone(movement.end.site) is Zone.SPINE


def _alarm(reading: Reading) -> int:
    """What a correction must not silently undo: 3 for warning signs, 2 for anything grave in or toward the leg, 1 for
    the back, 0."""
    levels = [0 if _toward_spine(movement) else 2 for movement in reading.movements] or [0]
    for claim in reading.claims:
        grows = claim.trend in (Trend.WORSE, Trend.NEW)
        nerve = claim.trend is Trend.PRESENT and claim.quality in (Quality.NUMB, Quality.TINGLING, Quality.WEAK)
        where = zone(claim.place.site) if claim.place else None
        if where in (Zone.SADDLE, Zone.PELVIC) and (grows or nerve or claim.trend is Trend.PRESENT):
            levels.append(3)
        elif grows or nerve:
            levels.append(1 if where in (Zone.SPINE, Zone.NECK) else 2)
    return max(levels)
