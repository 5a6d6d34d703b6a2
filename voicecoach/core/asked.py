"""What a reply means as the answer to the question that was asked: "my leg" to "where is it worse?" is worse there."""

from __future__ import annotations

from dataclasses import replace

from voicecoach.core.body import Claim, Direction, Movement, Place, Site, Trend, Zone, zone
from voicecoach.core.clauses import Reading
from voicecoach.core.intent import Answer, Doubt
from voicecoach.core.language import Kind, Language
from voicecoach.core.lexer import Token
from voicecoach.core.questions import QUESTIONS

BASELINE_QUESTIONS = {"baseline", "baseline_side", "readback", "readback_none"}
SCORE_QUESTIONS = {"baseline", "baseline_score", "check", "check_score", "checked"}
# asked about what is worse; the place that they name, if any
_ABOUT_WORSE = {
    "where_worse": None,
    "leg_worse": Site.LEG,
    "ladder_leg": Site.LEG,
    "ladder_back": Site.BACK,
    "still_worse": Site.BACK,
}


def as_answer(reading: Reading, question: str, parts: list[list[Token]], answer: Answer | None) -> Reading:
    """The reading, given what was asked; `parts` are the parts of the utterance between its corrections."""
    tokens = [token for part in parts for token in part]
    if question in BASELINE_QUESTIONS:
        return _described(reading)
    if question in _ABOUT_WORSE:
        return _about_worse(reading, _ABOUT_WORSE[question], tokens, answer)
    if question == "up_or_down":
        return _which_way(reading, parts)
    return reading


def _described(reading: Reading) -> Reading:
    """Before the exercises nothing has moved yet: "it goes down my left leg" says where it is."""
    ends = [place for m in reading.movements for place in (m.start, m.end) if place is not None]
    claims = (*reading.claims, *(Claim(Trend.PRESENT, place) for place in ends))
    if not claims:
        return reading
    return replace(reading, claims=tuple(dict.fromkeys(claims)), movements=(), doubts=())


def _about_worse(reading: Reading, site: Site | None, tokens: list[Token], answer: Answer | None) -> Reading:
    claims = []
    stays = [m for m in reading.movements if m.moving or m.end is None]
    named = [Claim(Trend.PRESENT, m.end) for m in reading.movements if not m.moving and m.end is not None]
    for claim in (*reading.claims, *named):
        limb = claim.place is not None and zone(claim.place.site) is Zone.LIMB
        if claim.trend is Trend.PRESENT and claim.place is not None and not (answer is Answer.NO and limb):
            claim = replace(claim, trend=Trend.WORSE, unsure=False)
        elif claim.trend is Trend.GONE and claim.place is not None and not _says_gone(tokens):
            claim = replace(claim, trend=Trend.SAME)
        elif claim.place is None and site is not None and claim.trend in (Trend.WORSE, Trend.NEW):
            claim = replace(claim, place=Place(site))
        claims.append(claim)
    hedged = any(token.means(Kind.GLUE, "hedge", "much") for token in tokens)
    if not claims and not stays and not reading.doubts and answer is None and hedged and site is not None:
        claims = [Claim(Trend.WORSE, Place(site))] if _only_hedges(tokens) else []
    return replace(reading, claims=tuple(claims), movements=tuple(stays))


def _says_gone(tokens: list[Token]) -> bool:
    return any(token.means(Kind.TREND, "gone") or token.kind is Kind.QUALITY for token in tokens)


def _only_hedges(tokens: list[Token]) -> bool:
    """ "A bit" to "is it worse?" is a yes."""
    return all(token.kind is Kind.IGNORE or token.means(Kind.GLUE, "hedge", "much") for token in tokens)


def _which_way(reading: Reading, parts: list[list[Token]]) -> Reading:
    """To "up to your back, or down into your leg?" a bare word or a place is an answer; both words are none."""
    contradiction = tuple(doubt for doubt in reading.doubts if doubt is Doubt.CONTRADICTION)
    if any(m.end is not None or m.start is not None for m in reading.movements):
        return replace(reading, movements=tuple(_directed(m) for m in reading.movements), doubts=contradiction)
    places = [c.place for c in reading.claims if c.trend is Trend.PRESENT and c.place is not None]
    if places:
        rest = tuple(c for c in reading.claims if c.trend is not Trend.PRESENT)
        return replace(
            reading, claims=rest, movements=tuple(_directed(Movement(end=p)) for p in places), doubts=contradiction
        )
    if any(claim.place is not None or (claim.trend is not Trend.SAME and not claim.unsure) for claim in reading.claims):
        return reading
    return _bare_way(reading, parts)


def _bare_way(reading: Reading, parts: list[list[Token]]) -> Reading:
    tokens = [token for part in parts for token in part]
    said = [{way for i, t in enumerate(part) if (way := _way(t)) and not _denied(part, i)} for part in parts]
    if said[-1] == {Direction.UP} and any(Direction.DOWN in ways for ways in said[:-1]):
        return replace(
            reading, claims=(), movements=(Movement(direction=Direction.DOWN),), doubts=(Doubt.CONTRADICTION,)
        )
    if len(said[-1]) == 1:
        return replace(reading, claims=(), movements=(Movement(direction=next(iter(said[-1]))),), doubts=())
    open_still = any(t.value == "both" or _way(t) or t.words == ("up", "and", "down") for t in tokens)
    return replace(reading, claims=(), doubts=(Doubt.UP_OR_DOWN,)) if open_still else reading


def _way(token: Token) -> Direction | None:
    if token.kind is not Kind.DIRECTION:
        return None
    return {"up": Direction.UP, "down": Direction.DOWN}.get(token.value.partition("_")[0])


def _denied(tokens: list[Token], index: int) -> bool:
    return index > 0 and tokens[index - 1].means(Kind.GLUE, "negation")


def _directed(movement: Movement) -> Movement:
    """A place alone says which way it was meant."""
    if movement.end is None or movement.start is not None:
        return replace(movement, moving=True)
    up = zone(movement.end.site) in (Zone.SPINE, Zone.NECK)
    direction = movement.direction
    if direction is Direction.UNKNOWN:
        direction = Direction.UP if up else Direction.DOWN
    return replace(movement, direction=direction, moving=True)


def assent(tokens: list[Token], question: str, language: Language) -> Answer | Reading | None:
    """ "Fine" or "okay", alone: a yes to a question of yes or no, no change to a question about the pain."""
    asked = QUESTIONS.get(question)
    words = " ".join(word for token in tokens for word in token.words)
    if asked is None or words not in language.words("assent"):
        return None
    if asked.yes_no and (not asked.report or question == "checked"):
        return Answer.YES
    about_change = asked.report and question not in BASELINE_QUESTIONS and not asked.yes_no and words != "right"
    return Reading((Claim(Trend.SAME),)) if about_change and question != "where_worse" else None
