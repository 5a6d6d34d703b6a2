"""Words -> Intent: what a person says about pain, composed from places, sides, trends, movements and corrections.

Total and pure: any string gives an Intent. Where two readings remain, the doubt is part of the result; where a
correction would turn a dangerous reading into a harmless one, the dangerous one stands until it is cleared up.
"""

from __future__ import annotations

from dataclasses import replace

from voicecoach.core.body import Direction, Movement, PainReport, Place, Quality, Side, Trend, Zone, zone
from voicecoach.core.clauses import Reading, read_clauses
from voicecoach.core.intent import Answer, Command, Doubt, Intent
from voicecoach.core.language import Kind, Language
from voicecoach.core.lexer import BREAK, Token, tokenize

# In a sentence that also reports pain, only these are taken as commands; "started again" is no "repeat".
_WITH_REPORT = {Command.STOP, Command.END, Command.PAUSE, Command.CONTINUE}
SCORE_QUESTIONS = {"baseline", "baseline_score", "check", "check_score"}


def understand(words: str, language: Language, question: str = "") -> Intent:
    """The meaning of an utterance, given the name of the question that was asked ("" while nothing is asked)."""
    tokens = tokenize(words, language)
    parts = _parts(tokens)
    readings = [read_clauses(part, language) for part in parts]
    whole = _corrected(readings)
    if question == "up_or_down":
        whole = _which_way(whole, tokens)
    number = _number(parts)
    report = _report(whole, number, words, tokens, question)
    command = _command(tokens, reporting=report is not None)
    doubts = whole.doubts
    if number is not None and Doubt.NUMBER_OR_PLACE in doubts:
        doubts = tuple(doubt for doubt in doubts if doubt is not Doubt.NUMBER_OR_PLACE)
    return Intent(
        words=words,
        command=command,
        answer=_answer(tokens, alone=report is None and command is None and not doubts),
        report=report,
        number=number,
        side=_side(tokens) if report is None else None,
        doubts=doubts,
        unused=tuple(" ".join(token.words) for token in tokens if token.means(Kind.UNKNOWN)),
    )


def _parts(tokens: tuple[Token, ...]) -> list[tuple[Token, ...]]:
    """The utterance split at corrections: "seven, no, eight", "in my leg, I mean my back", "better no worse"."""
    parts: list[list[Token]] = [[]]
    for index, token in enumerate(tokens):
        is_no = token.means(Kind.ANSWER, "no") and _corrects(parts[-1], tokens[index + 1 :])
        if token.means(Kind.GLUE, "correction") or is_no:
            parts.append([])
        else:
            parts[-1].append(token)
    filled = [tuple(part) for part in parts if any(_has_content(token) for token in part)]
    return filled or [tokens]


def _corrects(before: list[Token], after: tuple[Token, ...]) -> bool:
    """Whether a "no" in between takes something back: the same sort of content stands on both sides of it."""
    sorts = [{Kind.NUMBER}, {Kind.TREND}, {Kind.MOTION, Kind.DIRECTION}, {Kind.SIDE}, {Kind.SITE}]
    for kinds in sorts:
        if any(t.meaning.kind in kinds for t in before) and any(t.meaning.kind in kinds for t in after):
            return not _lists(before, after)
    return bool(before) and before[-1].meaning == BREAK and any(_has_content(t) for t in before)


def _lists(before: list[Token], after: tuple[Token, ...]) -> bool:
    """ "leg no worse, back no worse" goes through places one by one; its "no" denies and takes nothing back."""
    content = [token for token in before if _has_content(token)]
    places_first = bool(content) and content[0].means(Kind.SITE) and content[-1].means(Kind.SITE)
    return places_first and bool(after) and after[0].means(Kind.TREND)


def _has_content(token: Token) -> bool:
    return token.meaning.kind in {
        Kind.SITE,
        Kind.SIDE,
        Kind.TREND,
        Kind.QUALITY,
        Kind.MOTION,
        Kind.DIRECTION,
        Kind.NUMBER,
    }


def _corrected(readings: list[Reading]) -> Reading:
    """Later parts replace what they speak of again; a change to the harmless side becomes a doubt."""
    whole = readings[0]
    for later in readings[1:]:
        merged = _replace(whole, later)
        if _alarm(merged) < _alarm(whole):
            whole = replace(whole, doubts=(*whole.doubts, Doubt.CONTRADICTION))
        else:
            whole = merged
    return whole


def _replace(first: Reading, later: Reading) -> Reading:
    if later.movements:
        return later
    if later.claims and all(claim.trend is Trend.PRESENT and claim.quality is Quality.PAIN for claim in later.claims):
        places = [claim.place for claim in later.claims]
        trends = [claim for claim in first.claims if claim.trend is not Trend.PRESENT] or list(first.claims)
        if trends:
            pattern = trends[-1]
            return replace(first, claims=tuple(replace(pattern, place=place) for place in places))
        return later
    if later.claims:
        if first.movements and all(claim.place is None for claim in later.claims):
            return replace(first, claims=later.claims)
        places = [claim.place for claim in first.claims if claim.place is not None]
        if places and all(claim.place is None for claim in later.claims):
            return replace(first, claims=tuple(replace(later.claims[-1], place=place) for place in places))
        return later
    if later.side is not None:
        return replace(
            first,
            claims=tuple(
                replace(claim, place=Place(claim.place.site, later.side)) if claim.place else claim
                for claim in first.claims
            ),
            side=later.side,
        )
    return first


def _which_way(whole: Reading, tokens: tuple[Token, ...]) -> Reading:
    """To "up or down?" the bare word is an answer; both words are none."""
    ways = {token.value.partition("_")[0] for token in tokens if token.means(Kind.DIRECTION)} & {"up", "down"}
    if whole.movements or len(ways) != 1:
        return whole
    direction = Direction.UP if ways == {"up"} else Direction.DOWN
    return replace(whole, movements=(Movement(direction=direction),), doubts=())


def _alarm(reading: Reading) -> int:
    """What a correction must not silently undo: 2 for anything grave in or toward the leg, 1 for the back, 0."""
    if reading.movements:
        return 2
    levels = [0]
    for claim in reading.claims:
        grows = claim.trend in (Trend.WORSE, Trend.NEW)
        nerve = claim.quality in (Quality.NUMB, Quality.TINGLING, Quality.WEAK) and claim.trend is Trend.PRESENT
        where = zone(claim.place.site) if claim.place else None
        if where in (Zone.SADDLE, Zone.PELVIC):
            levels.append(2)
        elif grows or nerve:
            levels.append(1 if where in (Zone.SPINE, Zone.NECK) else 2)
    return max(levels)


def _number(parts: list[tuple[Token, ...]]) -> int | None:
    """The score: the last part's; of two in one breath ("six or seven") the higher; "from four to six" is six."""
    for part in reversed(parts):
        numbers = [
            (index, int(token.value))
            for index, token in enumerate(part)
            if token.means(Kind.NUMBER) and token.value.isdigit()
        ]
        if numbers:
            last_index, last = numbers[-1]
            if last_index and part[last_index - 1].means(Kind.DIRECTION):
                return last
            return max(number for _, number in numbers)
    return None


def _report(
    whole: Reading, number: int | None, words: str, tokens: tuple[Token, ...], question: str
) -> PainReport | None:
    """A report, if pain was spoken of. A bare number is a score only where one was asked for or "out of ten" was said:
    the coach counts aloud itself."""
    speaks_of_pain = bool(whole.claims or whole.movements or whole.doubts)
    of_ten = any(token.means(Kind.NUMBER, "out_of") for token in tokens)
    score = number if number is not None and (speaks_of_pain or of_ten or question in SCORE_QUESTIONS) else None
    if score is None and question in SCORE_QUESTIONS and whole.claims:
        score = 0 if all(claim.trend is Trend.GONE for claim in whole.claims) else None
    if not speaks_of_pain and score is None:
        return None
    return PainReport(whole.claims, whole.movements, score, words)


def _command(tokens: tuple[Token, ...], *, reporting: bool) -> Command | None:
    """The command that matters most; "stop" anywhere is a stop, also in "don't stop"."""
    said = [Command(token.value) for token in tokens if token.means(Kind.COMMAND)]
    if Command.STOP in said:
        return Command.STOP
    if reporting:
        said = [command for command in said if command in _WITH_REPORT]
    negated = any(token.means(Kind.GLUE, "negation") or token.words == ("don't",) for token in tokens)
    if said and negated:
        return Command.PAUSE if said[-1] in (Command.CONTINUE, Command.READY) else None
    for urgent in (Command.END, Command.PAUSE):
        if urgent in said:
            return urgent
    return said[-1] if said else None


def _answer(tokens: tuple[Token, ...], *, alone: bool) -> Answer | None:
    """Yes or no: the first one said, but "yes... no" is nobody's yes."""
    said = [token.value for token in tokens if token.means(Kind.ANSWER)]
    if alone and not said and tokens and all(token.words == ("right",) for token in tokens):
        said = ["right"]
    if "no" in said:
        return Answer.NO
    return Answer.YES if said else None


def _side(tokens: tuple[Token, ...]) -> Side | None:
    sides = [Side(token.value) for token in tokens if token.means(Kind.SIDE)]
    if not sides and any(token.means(Kind.ANSWER, "right") for token in tokens):
        return Side.RIGHT
    if Side.LEFT in sides and Side.RIGHT in sides and Side.BOTH not in sides:
        return Side.BOTH
    return sides[-1] if sides else None


def places_of(report: PainReport) -> tuple[Place, ...]:
    """Every place that a report names as hurting, for the baseline; "no pain in my leg" names none."""
    named = [c.place for c in report.claims if c.place and c.trend is not Trend.GONE]
    for movement in report.movements:
        named += [place for place in (movement.start, movement.end) if place]
    return tuple(dict.fromkeys(named))
