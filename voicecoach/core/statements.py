"""Which trend belongs to which place: the marks of a clause -> claims.

A statement is one or more places and what is said of them, in either order: "leg worse", "worse in my leg and foot".
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from voicecoach.core.body import Claim, Place, Quality, Trend
from voicecoach.core.language import Kind
from voicecoach.core.marks import Mark

_BAD = ("worse", "awful", "new")
_TELLING = (Quality.WEAK, Quality.NUMB, Quality.TINGLING, Quality.SHARP, Quality.BURNING)


@dataclass(frozen=True, slots=True)
class Said:
    """A claim, and whether its words spoke of pain itself: "the pain is better" takes back no numbness. `mild`: only
    that it is fine, which takes back no pain."""

    claim: Claim
    of_pain: bool = False
    mild: bool = False


@dataclass(slots=True)
class _Statement:
    places: list[Mark] = field(default_factory=list)
    predicates: list[Mark] = field(default_factory=list)
    place_first: bool = False

    @property
    def complete(self) -> bool:
        return bool(self.places and self.predicates)

    @property
    def bad(self) -> bool:
        """Whether anything in it may be dangerous to leave out."""
        return any(
            not mark.negated and (mark.means(Kind.TREND, *_BAD) or mark.token.kind is Kind.QUALITY)
            for mark in self.predicates
        )


def claims_in(marks: Sequence[Mark], inherited: tuple[Place, ...], *, compared: bool) -> list[Said]:
    """What a clause claims. `inherited`: the places that "it" stands for; `compared`: whether the utterance speaks of
    worse or better anywhere, so that "not in my leg" means not worse there, instead of gone from there."""
    denied = Claim(Trend.SAME if compared else Trend.GONE)
    said = [
        (index, [Said(_at(denied, place)) for place in mark.places()])
        for index, mark in enumerate(marks)
        if mark.is_site and mark.negated
    ]
    rest = [mark for mark in marks if mark.is_predicate or (mark.is_site and not mark.negated)]
    for statement in _statements(rest):
        first = statement.places[0] if statement.places else statement.predicates[0]
        said.append((marks.index(first), _claims(statement, inherited)))
    return [one for _, several in sorted(said, key=lambda pair: pair[0]) for one in several]


def _statements(marks: Sequence[Mark]) -> list[_Statement]:
    statements = [_Statement()]
    for index, mark in enumerate(marks):
        current = statements[-1]
        following = marks[index + 1] if index + 1 < len(marks) else None
        begins: Callable[[_Statement, Mark, Mark | None], bool] = _place_begins if mark.is_site else _predicate_begins
        if current.complete and begins(current, mark, following):
            current = _Statement()
            statements.append(current)
        if mark.is_site:
            current.place_first = current.place_first or not current.predicates
            current.places.append(mark)
        else:
            current.predicates.append(mark)
    return statements if statements[0].places or statements[0].predicates else []


def _place_begins(current: _Statement, mark: Mark, following: Mark | None) -> bool:
    """Whether a place after a complete statement begins the next one."""
    if mark.also or (mark.at and current.place_first):
        return False
    if following is not None and following.is_predicate and not (mark.at and mark.joined):
        return True
    return not current.bad and not (mark.joined and not current.place_first)


def _predicate_begins(current: _Statement, mark: Mark, following: Mark | None) -> bool:
    """Whether a predicate after a complete statement begins the next one: "worse in my leg | better in my back"."""
    leads = following is not None and following.is_site and not following.subject
    return leads and (not current.place_first or mark.token.kind is Kind.TREND or following is None or following.at)


def _claims(statement: _Statement, inherited: tuple[Place, ...]) -> list[Said]:
    of_pain = any(mark.means(Kind.QUALITY, "pain") for mark in statement.predicates) or any(
        "pain" in mark.token.words or "painful" in mark.token.words for mark in statement.predicates
    )
    patterns = _patterns(statement.predicates)
    near, apart = _near(statement)
    places: list[Place | None] = [place for mark in near for place in mark.places()]
    if not statement.places:
        places = list(inherited) or [None]
    said = [Said(Claim(Trend.PRESENT, place)) for mark in apart for place in mark.places()]
    mild = any(mark.means(Kind.TREND, "fine") for mark in statement.predicates)
    for place in places:
        said += [Said(_at(pattern, place), of_pain, mild) for pattern in patterns]
    return said


def _at(pattern: Claim, place: Place | None) -> Claim:
    return Claim(pattern.trend, place, pattern.much, pattern.quality, pattern.unsure)


def _near(statement: _Statement) -> tuple[list[Mark], list[Mark]]:
    """The places that the predicates are about, and those that only stand before them ("in my leg my back is better").
    What is bad is about all of them."""
    places = statement.places
    if statement.bad or not statement.place_first or not statement.predicates:
        return places, []
    first = len(places) - 1
    while first > 0 and (places[first].joined or places[first].at or places[first].also):
        first -= 1
    return places[max(first, 0) :], places[: max(first, 0)]


def _patterns(predicates: Sequence[Mark]) -> list[Claim]:
    """What is said, without the place. Not better and not worse is the same; a bare place is only named."""
    quality = _quality(predicates)
    trends = [mark for mark in predicates if mark.token.kind is Kind.TREND]
    if trends:
        patterns = [_trend(mark, quality) for mark in trends]
        denied = {mark.token.value for mark in trends if mark.negated}
        if denied >= {"better", "worse"} or ("better" in denied and any(p.trend is Trend.SAME for p in patterns)):
            patterns = [Claim(Trend.SAME) if pattern.unsure else pattern for pattern in patterns]
        return list(dict.fromkeys(patterns))
    qualities = [mark for mark in predicates if mark.token.kind is Kind.QUALITY]
    if qualities and all(mark.negated for mark in qualities):
        painless = all(mark.token.value == "pain" for mark in qualities)
        return [Claim(Trend.GONE if painless else Trend.SAME)]
    return [Claim(Trend.PRESENT, quality=quality)]


def _quality(predicates: Sequence[Mark]) -> Quality:
    """The most telling quality that was said and not denied."""
    said = {Quality(m.token.value) for m in predicates if m.token.kind is Kind.QUALITY and not m.negated}
    return next((quality for quality in _TELLING if quality in said), Quality.PAIN)


def _trend(mark: Mark, quality: Quality) -> Claim:
    value = mark.token.value
    if mark.negated:
        return _denied_trend(mark, quality)
    match value:
        case "awful":
            return Claim(Trend.WORSE, much=True, quality=quality)
        case "as_bad":
            return Claim(Trend.SAME, quality=quality)
        case "bad":
            return Claim(Trend.PRESENT, quality=quality)
        case "fine":
            return Claim(Trend.SAME, quality=quality)
        case "unsure" | "changed":
            return Claim(Trend.PRESENT, quality=quality, unsure=True)
        case "unfelt":
            return Claim(Trend.PRESENT, quality=Quality.NUMB, unsure=True)
        case _:
            much = mark.much and value in ("worse", "better", "new")
            return Claim(Trend(value), much=much, quality=quality)


def _denied_trend(mark: Mark, quality: Quality) -> Claim:
    match mark.token.value:
        case "worse" if mark.barely:
            return Claim(Trend.WORSE, quality=quality)  # "not much worse" is a little worse
        case "worse" | "awful" | "new" | "bad" | "changed":
            return Claim(Trend.SAME)
        case "better" if mark.barely:
            return Claim(Trend.SAME)
        case "as_bad":
            return Claim(Trend.BETTER, quality=quality)
        case _:
            return Claim(Trend.PRESENT, quality=quality, unsure=True)
