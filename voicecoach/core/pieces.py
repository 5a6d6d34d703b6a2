"""Where one clause ends and the next begins: at "but", "and" and commas, and where a sentence runs on."""

from __future__ import annotations

from voicecoach.core.language import Kind
from voicecoach.core.lexer import Token
from voicecoach.core.marks import PAIN_NOUNS


def split(tokens: list[Token]) -> list[list[Token]]:
    """The tokens clause by clause. What separates them stays at the beginning of the second."""
    pieces: list[list[Token]] = [[]]
    for index, token in enumerate(tokens):
        if _starts_piece(tokens, index, pieces[-1]) or _starts_subject(tokens, index, pieces[-1]):
            pieces.append([token])
        else:
            pieces[-1].append(token)
    clauses: list[list[Token]] = []
    for piece in pieces:
        if clauses and _belongs_to(piece, clauses[-1]):
            clauses[-1] += piece
        else:
            clauses.append(list(piece))
    return clauses


def _starts_piece(tokens: list[Token], index: int, piece: list[Token]) -> bool:
    """ "But", "and", a comma; "now" after what was; "it's" where all was said of another place."""
    token = tokens[index]
    if token.kind is Kind.GLUE and token.value in ("but", "and", "break"):
        return True
    return (token.means(Kind.GLUE, "now") and _was(piece)) or (_is_it(tokens, index) and _full(piece))


def _is_it(tokens: list[Token], index: int) -> bool:
    """ "It's", "it has", "it doesn't"."""
    words = tokens[index].words
    follows = index + 1 < len(tokens) and tokens[index + 1].means(Kind.GLUE, "is", "negation")
    return words == ("it's",) or (words == ("it",) and follows)


def _starts_subject(tokens: list[Token], index: int, piece: list[Token]) -> bool:
    """ "It's moving down my leg | my back is fine": a place that has a verb of its own."""
    if tokens[index].kind is not Kind.SITE or not _full(piece):
        return False
    before = next((t for t in reversed(piece) if t.kind not in (Kind.IGNORE, Kind.SIDE)), None)
    led = before is not None and (before.kind is Kind.DIRECTION or before.means(Kind.GLUE, "at"))
    after = next((t for t in tokens[index + 1 :] if t.kind is not Kind.IGNORE), None)
    hurts = after is not None and after.means(Kind.QUALITY, "pain") and not PAIN_NOUNS & set(after.words)
    verb = after is not None and (after.means(Kind.GLUE, "is", "negation") or hurts)
    return not led and verb


def _full(piece: list[Token]) -> bool:
    return says(piece) and has(piece, Kind.SITE)


def _was(piece: list[Token]) -> bool:
    past = any(token.means(Kind.GLUE, "past") for token in piece)
    return past and any(token.kind in (Kind.SITE, Kind.TREND, Kind.QUALITY) for token in piece)


def _belongs_to(piece: list[Token], before: list[Token]) -> bool:
    """Whether a piece only continues the clause before it: it lacks a place, or what is said of it."""
    if not _speaks(piece) or not _speaks(before):
        return True
    predicate, place = says(piece), has(piece, Kind.SITE)
    if place and has(before, Kind.SITE) and any(token.means(Kind.GLUE, "now", "past") for token in piece):
        return False
    denies = has(before, Kind.SITE) and any(token.means(Kind.GLUE, "negation", "denial") for token in before)
    if not says(before) and not denies:  # "my leg and my back | are worse", "my leg | it's worse"
        return not piece[0].means(Kind.GLUE, "but") or not place
    if predicate:
        return False
    denied = any(token.means(Kind.GLUE, "negation") for token in piece)
    if has(piece, Kind.DIRECTION):  # "out of my leg | and into my back"
        return has(before, Kind.DIRECTION, Kind.MOTION) and not has(before, Kind.TREND)
    continues = piece[0].means(Kind.GLUE, "and", "break") or piece[0].words in (("it's",), ("it",))
    return place and not denied and continues


def has(piece: list[Token], *kinds: Kind) -> bool:
    """Whether any token is of one of these kinds."""
    return any(token.kind in kinds for token in piece)


def says(piece: list[Token]) -> bool:
    """Whether anything is said of a place, or of no place: a trend, a quality, a movement."""
    return has(piece, Kind.TREND, Kind.QUALITY, Kind.MOTION)


def _speaks(piece: list[Token]) -> bool:
    return says(piece) or has(piece, Kind.SITE, Kind.DIRECTION) or any(t.means(Kind.GLUE, "negation") for t in piece)
