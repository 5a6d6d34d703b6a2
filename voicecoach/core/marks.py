"""The tokens of a clause that matter, each with what its neighbours do to it: denied, intensified, on which side."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise

from voicecoach.core.body import Place, Side, Site
from voicecoach.core.language import Kind
from voicecoach.core.lexer import Token

_PREDICATES = (Kind.TREND, Kind.QUALITY)
_PLURALS = {"legs", "buttocks", "calves", "feet", "thighs", "cheeks"}  # mean both sides
PAIN_NOUNS = {"pain", "pains", "ache"}  # "leg pain"


@dataclass(slots=True, eq=False)
class Mark:
    """`barely`: "not much worse". For a place: `at` if a preposition leads to it, `subject` if a verb follows it,
    `joined` if "and" or a comma joins it to what was before, `also` for "my back too"."""

    token: Token
    negated: bool = False
    much: bool = False
    barely: bool = False
    side: Side | None = None
    at: bool = False
    subject: bool = False
    joined: bool = False
    also: bool = False

    @property
    def is_site(self) -> bool:
        return self.token.kind is Kind.SITE

    @property
    def is_predicate(self) -> bool:
        return self.token.kind in _PREDICATES

    def means(self, kind: Kind, *values: str) -> bool:
        return self.token.means(kind, *values)

    def places(self) -> tuple[Place, ...]:
        """What the mark names: mostly one place; "everywhere" is leg and back."""
        side = self.side
        if side is None and self.token.words[-1] in _PLURALS and self.token.value not in ("saddle", "everywhere"):
            side = Side.BOTH
        if self.token.value == "everywhere":
            return (Place(Site.LEG), Place(Site.BACK))
        return (Place(Site[self.token.value.upper()], side),)


def mark(clause: list[Token]) -> list[Mark]:
    """Meaningful tokens with their negation, intensity and side, in order."""
    return _Marker(clause).marks()


class _Marker:
    def __init__(self, clause: list[Token]) -> None:
        self._clause = clause
        self._marks: list[Mark] = []
        self._negated = False  # waits for what it denies
        self._denied = False  # "I don't think ...": denies the predicate, wherever it stands
        self._much = self._barely = False
        self._side: Side | None = None
        self._joined = self._than = False

    def marks(self) -> list[Mark]:
        for index, token in enumerate(self._clause):
            if token.kind is Kind.GLUE:
                self._glue(token, index)
            elif token.kind is Kind.SIDE:
                if not (self._negated and self._answers_side(index)):
                    self._take_side(Side(token.value), index)
            elif token.kind is Kind.SITE:
                self._site(token, index)
            elif token.kind in _PREDICATES:
                self._predicate(token, index)
            elif token.kind in (Kind.DIRECTION, Kind.MOTION, Kind.NUMBER):
                self._marks.append(Mark(token, negated=self._negated or self._denied))
                if token.kind is Kind.NUMBER:
                    self._negated = False
        if self._denied and not any(m.is_predicate for m in self._marks):
            self._marks = [replace(m, negated=True) if m.is_site else m for m in self._marks]
        if self._negated and self._marks and self._marks[-1].is_site and self._ends_in_denial():
            self._marks[-1].negated = True  # "but my leg isn't"
        return self._without_nouns()

    def _ends_in_denial(self) -> bool:
        """Nothing follows the last negation that could be what it denies."""
        for token in reversed(self._clause):
            if token.means(Kind.GLUE, "negation"):
                return True
            if not token.means(Kind.GLUE, "also", "anymore", "now", "break", "and", "but"):
                return False
        return False

    def _without_nouns(self) -> list[Mark]:
        """ "More leg pain": with a trend beside it, the pain is no predicate of its own."""
        if not any(m.token.kind is Kind.TREND for m in self._marks):
            return self._marks
        return [
            m
            for index, m in enumerate(self._marks)
            if not (m.means(Kind.QUALITY, "pain") and not m.negated and index and self._adjoins(index))
        ]

    def _adjoins(self, index: int) -> bool:
        before, noun = self._marks[index - 1], self._marks[index]
        if not (PAIN_NOUNS & set(noun.token.words) and before.is_site):
            return False
        return any(a is before.token and b is noun.token for a, b in pairwise(self._clause))

    def _answers_side(self, index: int) -> bool:
        return not any(token.kind is Kind.SITE for token in self._clause[index:])

    def _glue(self, token: Token, index: int) -> None:
        match token.value:
            case "negation":
                self._negated, self._barely = True, False
            case "denial":
                self._denied = True
            case "much" if self._negated:
                self._barely = True
            case "much":
                self._much = True
            case "than":
                self._than = True
            case "and" | "break":
                self._joined, self._than = token.value == "and", False
            case "or":
                self._joined = True
                last = self._marks[-1] if self._marks else None
                self._negated = self._negated or (last is not None and last.negated)
            case "also":
                self._mark_also(index)
            case "maybe_back" | "measure":
                self._marks.append(Mark(token))
            case _:
                pass

    def _mark_also(self, index: int) -> None:
        """ "my back too", "so is my back": the place before it, else the one after it."""
        if any(token.kind is Kind.SITE for token in self._clause[index + 1 : index + 4]):
            self._joined = True
            self._marks.append(Mark(Token(Kind.GLUE, "also", ())))
        else:
            for later in reversed(self._marks):
                if later.is_site:
                    later.also = True
                    return

    def _site(self, token: Token, index: int) -> None:
        after = next((t for t in self._clause[index + 1 :] if t.kind is not Kind.IGNORE), None)
        names_pain = after is not None and after.kind is Kind.QUALITY and after is self._next(index)
        at = self._led_to(index)
        if self._than:
            return
        negated = self._negated and not (names_pain and not at and not self._determined(index))
        verb = after is not None and (after.means(Kind.GLUE, "is", "negation") or after.kind in _PREDICATES)
        subject = verb and not (names_pain and after is not None and set(after.words) & PAIN_NOUNS)
        also = bool(self._marks) and self._marks[-1].means(Kind.GLUE, "also")
        if also:
            self._marks.pop()
        self._marks.append(
            Mark(token, negated=negated, side=self._side, at=at, subject=subject, joined=self._joined, also=also)
        )
        self._side, self._joined = None, False
        if negated:
            self._negated = False

    def _next(self, index: int) -> Token | None:
        return self._clause[index + 1] if index + 1 < len(self._clause) else None

    def _determined(self, index: int) -> bool:
        return index > 0 and self._clause[index - 1].words[-1:] in (("my",), ("the",), ("your",))

    def _led_to(self, index: int) -> bool:
        for token in reversed(self._clause[:index]):
            if token.means(Kind.GLUE, "at") or token.kind is Kind.DIRECTION:
                return True
            if token.kind not in (Kind.IGNORE, Kind.SIDE) and not token.means(Kind.GLUE, "hedge"):
                return False
        return False

    def _predicate(self, token: Token, index: int) -> None:
        negated = self._negated or self._denied
        than = any(later.means(Kind.GLUE, "than") for later in self._clause[index:])
        words = " ".join(token.words)
        if than and token.value == "gone" and words.startswith("no more"):
            token = Token(Kind.TREND, "same", token.words)  # "no more pain than before"
        elif self._negated and token.means(Kind.QUALITY, "pain") and self._softened(index):
            token, negated = Token(Kind.TREND, "fine", token.words), False  # "not too painful"
        elif than and negated and token.means(Kind.QUALITY, "pain"):
            token, negated = Token(Kind.TREND, "same", token.words), False  # "doesn't hurt any more than before"
        self._marks.append(Mark(token, negated=negated, much=self._much, barely=self._barely))
        self._negated = self._much = self._barely = False

    def _softened(self, index: int) -> bool:
        before = [token.words[-1] for token in self._clause[max(0, index - 2) : index]]
        return bool(set(before) & {"too", "very", "that", "so", "particularly"})

    def _take_side(self, side: Side, index: int) -> None:
        """A side belongs to the place that follows soon, else to the one before; "to the right" is that side of it."""
        if self._than:
            return
        for token in self._clause[index + 1 :]:
            if token.kind is Kind.SITE:
                self._side = side
                return
            if token.kind not in (Kind.IGNORE, Kind.SIDE) and not token.means(Kind.GLUE, "at", "hedge"):
                break
        sites = [m for m in self._marks if m.is_site]
        if sites and self._marks[-1].token.kind is Kind.DIRECTION:
            self._marks.append(Mark(sites[-1].token, side=side, at=True))
            return
        for earlier in reversed(sites):
            if earlier.side is None:
                earlier.side = side
                return
