"""One part of an utterance (between corrections) -> claims and movements.

Clauses are split at "but", "and" and commas, where both sides say something about pain. Inside a clause trends belong
to the places named beside them, in either order ("leg worse, back better" and "worse in my leg, better in my back").
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from voicecoach.core.body import Claim, Movement, Place, Quality, Side, Site, Trend
from voicecoach.core.intent import Doubt
from voicecoach.core.language import Kind, Language
from voicecoach.core.lexer import BREAK, Token
from voicecoach.core.motion import motion_in, place_at

_SEPARATORS = {"but", "and"}


@dataclass(frozen=True, slots=True)
class Reading:
    """What was said about pain in one part of an utterance."""

    claims: tuple[Claim, ...] = ()
    movements: tuple[Movement, ...] = ()
    doubts: tuple[Doubt, ...] = ()
    side: Side | None = None


@dataclass(frozen=True, slots=True)
class Mark:
    """A token with what its neighbours do to it: negated, intensified, on which side."""

    token: Token
    negated: bool = False
    much: bool = False
    side: Side | None = None


def read_clauses(tokens: tuple[Token, ...], language: Language) -> Reading:
    """Claims and movements of all clauses together."""
    claims: list[Claim] = []
    movements: list[Movement] = []
    doubts: list[Doubt] = []
    for clause in _split(tokens):
        marks = _mark(clause)
        motion = motion_in(marks)
        movements += motion.movements
        claims += motion.claims
        doubts += motion.doubts
        said, doubtful = _claims(motion.rest)
        claims += said
        doubts += doubtful
    claims = _pelvic(claims, tokens, language)
    if _contradict(claims):
        doubts.append(Doubt.CONTRADICTION)
    sides = [Side(token.value) for token in tokens if token.means(Kind.SIDE)]
    return Reading(tuple(claims), tuple(movements), tuple(dict.fromkeys(doubts)), sides[-1] if sides else None)


def _is_predicate(token: Token) -> bool:
    return token.means(Kind.TREND) or token.means(Kind.QUALITY) or token.means(Kind.MOTION)


def _is_separator(token: Token) -> bool:
    return token.means(Kind.GLUE, *_SEPARATORS) or token.meaning == BREAK


def _split(tokens: tuple[Token, ...]) -> list[tuple[Token, ...]]:
    """Clauses; pieces without a place or without a predicate join the one before them."""
    pieces: list[list[Token]] = [[]]
    for token in tokens:
        if _is_separator(token):
            pieces.append([])
        else:
            pieces[-1].append(token)
    clauses: list[list[Token]] = []
    for piece in pieces:
        if clauses and not (_says_something(piece) and _says_something(clauses[-1])):
            clauses[-1] += piece
        else:
            clauses.append(list(piece))
    return [tuple(clause) for clause in clauses]


def _says_something(piece: list[Token]) -> bool:
    """A clause of its own has a predicate; and "worse, not in my leg" speaks of another place."""
    negated_place = any(t.means(Kind.GLUE, "negation") for t in piece) and any(t.means(Kind.SITE) for t in piece)
    moves_somewhere = any(t.means(Kind.DIRECTION) for t in piece) and any(t.means(Kind.SITE) for t in piece)
    return any(map(_is_predicate, piece)) or negated_place or moves_somewhere


def _mark(clause: tuple[Token, ...]) -> list[Mark]:
    """Meaningful tokens with their negation, intensity and side."""
    marks: list[Mark] = []
    negated = much = negated_much = False
    side: Side | None = None
    for index, token in enumerate(clause):
        if token.means(Kind.GLUE, "negation") or (token.means(Kind.ANSWER, "no") and _negates(clause[index + 1 :])):
            negated = True
        elif token.means(Kind.GLUE, "much"):
            much, negated_much = True, negated
        elif token.means(Kind.SIDE):
            side = _add_side(marks, Side(token.value), clause[index + 1 :])
        elif token.means(Kind.SITE):
            marks.append(Mark(token, negated=negated, side=side))
            side = None
            negated = False
        elif _is_predicate(token) or token.means(Kind.DIRECTION) or token.means(Kind.NUMBER):
            barely = negated_much and token.means(Kind.TREND, "worse")
            marks.append(Mark(token, negated=negated and not barely, much=much and not negated_much))
            if not token.means(Kind.DIRECTION):
                negated = much = negated_much = False
        elif token.means(Kind.GLUE, "maybe_back", "now"):
            marks.append(Mark(token))
    return marks


def _negates(after: tuple[Token, ...]) -> bool:
    """ "no worse", "no numbness", but not "no, it's worse": the very next token says it."""
    return bool(after) and (
        after[0].means(Kind.TREND) or after[0].means(Kind.QUALITY) or after[0].means(Kind.GLUE, "much")
    )


def _add_side(marks: list[Mark], side: Side, after: tuple[Token, ...]) -> Side | None:
    """A side belongs to the place that follows soon, else to the one before."""
    for token in after:
        if token.means(Kind.SITE):
            return side
        if not token.means(Kind.IGNORE) and not token.means(Kind.SIDE):
            break
    for index in range(len(marks) - 1, -1, -1):
        if marks[index].token.means(Kind.SITE) and marks[index].side is None:
            marks[index] = replace(marks[index], side=side)
            break
    return None


def _claims(marks: list[Mark]) -> tuple[list[Claim], list[Doubt]]:
    """Pair predicates with places: by their order in the clause, starting with whichever comes first."""
    doubts: list[Doubt] = []
    claims: list[Claim] = []
    places: list[Mark] = []
    predicate: Claim | None = None
    place_first = bool(marks) and marks[0].token.means(Kind.SITE)
    quality = _quality(marks)
    no_longer = any(mark.token.means(Kind.GLUE, "now") for mark in marks)
    trends = [mark for mark in marks if mark.token.means(Kind.TREND)]
    for mark in marks:
        if mark.token.means(Kind.SITE):
            if mark.negated:
                claims.append(Claim(Trend.GONE if no_longer and not trends else Trend.SAME, place_at(mark)))
            elif predicate is not None and not place_first:
                claims.append(replace(predicate, place=place_at(mark)))
            else:
                places.append(mark)
        elif mark.token.means(Kind.TREND):
            new, doubt = _trend(mark, quality)
            doubts += doubt
            if new is None:
                continue
            if places:
                claims += [replace(new, place=place_at(place)) for place in places]
                places = []
                predicate = new
            else:
                if predicate is not None and not any(replace(c, place=None) == predicate for c in claims):
                    claims.append(predicate)
                predicate = new
    claims += _leftovers(claims, places, predicate, marks, quality)
    return claims, doubts


def _leftovers(
    claims: list[Claim], places: list[Mark], predicate: Claim | None, marks: list[Mark], quality: Quality
) -> list[Claim]:
    """Places without a trend, a trend without a place, or only a quality ("it hurts", "my foot is numb")."""
    if places:
        pattern = predicate or _quality_claim(marks, quality)
        return [replace(pattern, place=place_at(place)) for place in places]
    if predicate is not None and not any(replace(claim, place=None) == predicate for claim in claims):
        return [predicate]
    if not claims and any(mark.token.means(Kind.QUALITY) for mark in marks):
        return [_quality_claim(marks, quality)]
    return []


def _quality(marks: list[Mark]) -> Quality:
    """The most telling quality that was said and not denied."""
    said = {Quality(mark.token.value) for mark in marks if mark.token.means(Kind.QUALITY) and not mark.negated}
    for quality in (Quality.WEAK, Quality.NUMB, Quality.TINGLING, Quality.SHARP, Quality.BURNING):
        if quality in said:
            return quality
    return Quality.PAIN


def _quality_claim(marks: list[Mark], quality: Quality) -> Claim:
    """ "it hurts": present; "doesn't hurt": gone; "not numb": the same as before."""
    qualities = [mark for mark in marks if mark.token.means(Kind.QUALITY)]
    if qualities and all(mark.negated for mark in qualities):
        painless = all(mark.token.value == "pain" for mark in qualities)
        return Claim(Trend.GONE if painless else Trend.SAME)
    return Claim(Trend.PRESENT, quality=quality)


def _trend(mark: Mark, quality: Quality) -> tuple[Claim | None, list[Doubt]]:
    trend = Trend(mark.token.value)
    if not mark.negated:
        return Claim(trend, much=mark.much, quality=quality), []
    if trend in (Trend.WORSE, Trend.NEW):
        return Claim(Trend.SAME, quality=Quality.PAIN), []
    if trend is Trend.GONE:
        return Claim(Trend.PRESENT, quality=quality), []
    return Claim(Trend.PRESENT), [Doubt.WORSE_OR_SAME]


def _contradict(claims: list[Claim]) -> bool:
    """Better and worse said of the same place, or of no place at all."""
    good = {claim.place for claim in claims if claim.trend in (Trend.BETTER, Trend.GONE, Trend.SAME)}
    bad = {claim.place for claim in claims if claim.trend in (Trend.WORSE, Trend.NEW)}
    return bool(good & bad)


def _pelvic(claims: list[Claim], tokens: tuple[Token, ...], language: Language) -> list[Claim]:
    """Bladder and bowel: a warning sign when trouble is said of them; "my bladder is fine" is none."""
    if not any(claim.place is not None and claim.place.site is Site.PELVIC for claim in claims):
        return claims
    words = " " + " ".join(word for token in tokens for word in token.words) + " "
    trouble = any(f" {phrase} " in words for phrase in language.tables["pelvic_trouble"]["trouble"])
    denied = any(token.means(Kind.GLUE, "negation") or token.means(Kind.ANSWER, "no") for token in tokens)
    others = [claim for claim in claims if claim.place is None or claim.place.site is not Site.PELVIC]
    fine = any(c.trend in (Trend.SAME, Trend.BETTER, Trend.GONE) for c in claims if c not in others)
    if (denied or fine) and not trouble:
        return others
    if denied and " no " in words and "can't" not in words:
        return others
    return [*others, Claim(Trend.NEW if trouble else Trend.PRESENT, Place(Site.PELVIC))]
