"""Words with several senses, told apart by their neighbours: "back", "left", "right", "gone", "go", "both", ..."""

from __future__ import annotations

from collections.abc import Callable

from voicecoach.core.language import Kind
from voicecoach.core.lexer import Token

SIDE_QUESTIONS = {"baseline_side", "readback"}
PLACE_QUESTIONS = {"baseline", "where_worse", "what_happened", "ladder_leg", "ladder_back", "leg_worse", "up_or_down"}
_SCORE_QUESTIONS = {"baseline", "baseline_score", "check", "check_score", "readback"}
_DETERMINERS = {"my", "the", "your", "this", "a"}
_IGNORED = (Kind.IGNORE, "words")
_Sense = tuple[Kind, str] | None  # the sense that it has here; None: the table's own


def settle(tokens: list[Token], question: str = "") -> list[Token]:
    """The tokens, each with the sense that it has at its place; `question` is the name of the one that was asked."""
    settled: list[Token] = []
    for index, token in enumerate(tokens):
        look = _CHOICES.get(" ".join(token.words)) or _BY_KIND.get(token.kind)
        sense = look(_Look(tokens, index, settled, question)) if look else None
        settled.append(token if sense is None else Token(*sense, token.words))
    return settled


class _Look:
    """A token and what stands around it. `before` has its sense already."""

    def __init__(self, tokens: list[Token], index: int, settled: list[Token], question: str) -> None:
        self.token = tokens[index]
        self.tokens, self.index, self.question = tokens, index, question
        self.settled = settled
        self.before = settled[-1] if settled else None
        self.after = tokens[index + 1] if index + 1 < len(tokens) else None

    @property
    def word_before(self) -> str:
        return self.before.words[-1] if self.before else ""

    @property
    def word_after(self) -> str:
        return self.after.words[0] if self.after else ""

    def next_said(self, start: int = 1) -> Token | None:
        """The next token that says something of its own."""
        for token in self.tokens[self.index + start :]:
            if token.kind is not Kind.IGNORE and not token.means(Kind.GLUE, "hedge", "much", "is", "person"):
                return token
        return None

    def site_follows(self, within: int = 4) -> bool:
        return any(token.kind is Kind.SITE for token in self.tokens[self.index + 1 : self.index + 1 + within])


def _is(token: Token | None, kind: Kind, *values: str) -> bool:
    return token is not None and token.means(kind, *values)


def _part_of(look: _Look) -> _Sense:
    """ "the bottom of my foot", "the middle of my calf": the foot and the calf."""
    return _IGNORED if look.word_after == "of" and look.site_follows() else None


def _back(look: _Look) -> _Sense:
    """The place, unless "back of my leg", or an adverb ("moving back down"), or it has come back."""
    if _part_of(look) or (look.before is None and _is(look.after, Kind.DIRECTION)):
        return _IGNORED
    if look.word_before in _DETERMINERS or _is(look.before, Kind.GLUE, "at"):
        return None
    moved = _is(look.before, Kind.MOTION) or _is(look.before, Kind.TREND, "gone")
    if moved:
        goes_on = _is(look.after, Kind.DIRECTION) or _is(look.after, Kind.GLUE, "at")
        return _IGNORED if goes_on else (Kind.GLUE, "maybe_back")
    if _is(look.before, Kind.GLUE, "person"):
        return _IGNORED
    is_before = look.word_before == "it's" or _is(look.before, Kind.GLUE, "is")
    ends = look.after is None or _is(look.after, Kind.GLUE, "break", "but", "and", "now")
    if is_before and not (ends and look.question in PLACE_QUESTIONS):
        returned = ends or _is(look.after, Kind.GLUE, "at") or _is(look.after, Kind.DIRECTION)
        return (Kind.TREND, "new") if returned else None
    return None


_LEAVERS = {"has", "have", "had", "it", "it's", "it'll", "pain", "is", "just", "all", "now", "numbness", "tingling"}


def _left(look: _Look) -> _Sense:
    """A side, unless it is the verb ("it has left my leg"), or what remains ("nothing left", "a bit left")."""
    if _is(look.after, Kind.SITE) or look.word_before in _DETERMINERS or _is(look.before, Kind.SIDE):
        return None
    if any(token.means(Kind.COMMAND, "how_long") for token in look.settled):
        return _IGNORED
    little = {"any", "no", "some", "little", "bit", "much"}
    remains = _is(look.before, Kind.TREND, "gone") or any(set(t.words) & little for t in look.settled[-3:])
    if remains and (
        _is(look.before, Kind.QUALITY)
        or _is(look.before, Kind.TREND, "gone", "worse")
        or _is(look.before, Kind.GLUE, "hedge", "much")
    ):
        return _IGNORED
    names_place = look.word_after in _DETERMINERS and look.site_follows()
    ends = look.after is None or look.word_after == "me" or _is(look.after, Kind.GLUE, "and", "but", "break")
    side_asked = look.question in SIDE_QUESTIONS and look.word_before in ("it's", "", "not")
    verb = look.word_before in {"has", "have", "had", "hasn't", "haven't", "not", "never"} or (
        look.word_before in _LEAVERS and (names_place or ends)
    )
    return (Kind.MOTION, "leave") if verb and not side_asked else None


def _right(look: _Look) -> _Sense:
    """A side beside a place or another side; elsewhere it agrees, or only stresses ("right down my leg")."""
    if _is(look.after, Kind.SITE) or look.word_before in _DETERMINERS or look.question == "baseline_side":
        return None
    if all(token is look.token or token.kind is Kind.IGNORE for token in look.tokens):
        return (Kind.ANSWER, "yes")
    if any(token.words == ("left",) for token in look.tokens):
        return None
    if _is(look.before, Kind.GLUE, "negation") or (look.before and look.before.words[-2:] == ("doesn't", "feel")):
        return (Kind.TREND, "unsure")
    after_place = _is(look.before, Kind.SITE) or _is(look.before, Kind.GLUE, "at")
    if (after_place and look.after is None) or (look.question in SIDE_QUESTIONS and look.before and look.after is None):
        return None
    return _IGNORED


def _okay(look: _Look) -> _Sense:
    """ "leg okay" is no yes."""
    return (Kind.TREND, "fine") if _is(look.before, Kind.SITE) else None


def _gone(look: _Look) -> _Sense:
    """Away, or a verb: "gone down my leg", "gone numb"."""
    following = look.next_said()
    if _is(following, Kind.QUALITY) or _is(following, Kind.TREND, "worse", "better", "bad", "awful"):
        return (Kind.GLUE, "is")
    if _is(look.before, Kind.GLUE, "person"):
        return (Kind.GLUE, "own")
    if _is(look.after, Kind.DIRECTION, "from", "out"):
        onward = any(token.means(Kind.DIRECTION, "to", "down_to", "up_to") for token in look.tokens[look.index :])
        return (Kind.MOTION, "light") if onward else None
    if _is(look.after, Kind.DIRECTION) or look.word_after in ("right", "back"):
        return (Kind.MOTION, "light")
    return None


def _go(look: _Look) -> _Sense:
    """A command, or a verb: "it doesn't go down my leg"."""
    if _is(look.before, Kind.GLUE, "person"):
        return (Kind.GLUE, "own")
    third_person = {"doesn't", "didn't", "won't", "does", "it"}
    if _is(look.after, Kind.DIRECTION) or look.word_after == "back" or look.word_before in third_person:
        return (Kind.MOTION, "light")
    if _is(look.after, Kind.QUALITY):
        return (Kind.GLUE, "is")
    return None


def _nothing(look: _Look) -> _Sense:
    """ "nothing worse", "none of it is worse", "nothing hurts": it denies what follows."""
    following = look.next_said(2 if look.word_after == "of" else 1)
    denies = _is(following, Kind.TREND, "worse", "better", "bad", "awful", "new") or _is(following, Kind.QUALITY)
    return (Kind.GLUE, "negation") if denies else None


def _neither(look: _Look) -> _Sense:
    """ "neither my leg nor my back is worse" denies the whole clause."""
    if not look.site_follows(2):
        return _nothing(look)
    says = any(token.kind in (Kind.TREND, Kind.QUALITY) for token in look.tokens[look.index + 1 :])
    return (Kind.GLUE, "denial" if says else "negation")


def _nor(look: _Look) -> _Sense:
    return (Kind.GLUE, "or") if any(token.means(Kind.GLUE, "denial") for token in look.settled) else None


def _both(look: _Look) -> _Sense:
    """ "both legs" are two; "both my leg and my back" are one of each."""
    following = look.next_said()
    if following is None or following.kind is not Kind.SITE:
        return None
    return None if is_plural(following) else (Kind.GLUE, "also")


def is_plural(token: Token) -> bool:
    """Whether a place was named in the plural."""
    return token.words[-1].endswith("s") or token.words[-1] == "feet"


def _behind(look: _Look) -> _Sense:
    return (Kind.GLUE, "at") if look.word_after in _DETERMINERS and look.site_follows(2) else _part_of(look)


def _could_be(look: _Look) -> _Sense:
    """ "could be worse" is well enough; "it could be worse in my leg" has to be asked."""
    before = (t for t in reversed(look.settled) if not t.means(Kind.GLUE, "much", "hedge"))
    if not _is(next(before, None), Kind.GLUE, "could"):
        return None
    placed = any(token.kind is Kind.SITE for token in look.tokens)
    return (Kind.TREND, "fine" if look.token.value == "worse" and not placed else "unsure")


def _stronger(look: _Look) -> _Sense:
    """The pain, unless "my leg feels stronger", which may be good."""
    subject = next((t for t in reversed(look.settled) if not t.means(Kind.GLUE) and t.kind is not Kind.IGNORE), None)
    felt = _is(look.before, Kind.GLUE, "is", "hedge", "much") and _is(subject, Kind.SITE)
    felt = felt and not any(token.means(Kind.QUALITY, "pain") for token in look.settled)
    return (Kind.TREND, "unsure") if felt else None


def _more(look: _Look) -> _Sense:
    """ "more than five" compares numbers; "more of an ache" is another pain."""
    if (
        look.word_after == "of"
        and look.index + 2 < len(look.tokens)
        and (look.tokens[look.index + 2].words[0] in ("a", "an"))
    ):
        return (Kind.TREND, "unsure")
    if (could := _could_be(look)) is not None:
        return could
    than = _is(look.after, Kind.GLUE, "than") and look.index + 2 < len(look.tokens)
    return _IGNORED if than and look.tokens[look.index + 2].kind is Kind.NUMBER else None


def _as_before(look: _Look) -> _Sense:
    """The same; but "as bad as before" only compares."""
    return _IGNORED if _is(look.before, Kind.TREND) else None


def _feel(look: _Look) -> _Sense:
    """ "I don't feel worse" denies it; "I don't feel my foot" is numbness."""
    following = look.next_said()
    denies = _is(following, Kind.TREND) or _is(following, Kind.QUALITY) or _is(following, Kind.SITE, "elsewhere")
    return (Kind.GLUE, "negation") if denies else None


def _start(look: _Look) -> _Sense:
    """New, unless "starting to ease"."""
    ahead = look.tokens[look.index + 1 : look.index + 4]
    changes = any(token.kind is Kind.TREND and token.value != "new" for token in ahead)
    return (Kind.GLUE, "is") if changes and look.word_after == "to" else None


def _motion(look: _Look) -> _Sense:
    """Pain moves; but "I'm moving" is the person, and "going numb" is no motion."""
    following = look.next_said()
    if look.token.value == "light" and (
        _is(following, Kind.QUALITY) or _is(following, Kind.TREND, "worse", "better", "bad", "awful", "same")
    ):
        return (Kind.GLUE, "is")
    own = _is(look.before, Kind.GLUE, "person") and look.token.value in ("move", "light")
    return (Kind.GLUE, "own") if own else None


def _direction(look: _Look) -> _Sense:
    """A way of the pain; not of the person ("I'm going up"), and not "to" before a verb ("started to ease")."""
    for token in reversed(look.settled):
        if token.means(Kind.GLUE, "own"):
            return _IGNORED
        if not (token.kind is Kind.IGNORE or token.means(Kind.GLUE, "or", "hedge", "now")):
            break
    stands_alone = not look.site_follows()
    if _is(look.before, Kind.GLUE, "posture") or (stands_alone and _ended_by_trend(look)):
        return _IGNORED
    sided = any(token.kind is Kind.SIDE for token in look.tokens[look.index + 1 : look.index + 4])
    return _IGNORED if look.token.value == "to" and stands_alone and not sided else None


def _ended_by_trend(look: _Look) -> bool:
    """ "It's calmed right down": no way of its own."""
    said = (t for t in reversed(look.settled) if t.kind is not Kind.IGNORE and not t.means(Kind.GLUE, "hedge", "much"))
    return _is(next(said, None), Kind.TREND, "better", "worse")


def _number(look: _Look) -> _Sense:
    """A score, unless "ten seconds" or a difference: "up by two", "two points"."""
    if look.word_before == "by":
        return (Kind.NUMBER, "delta")
    if _is(look.after, Kind.NUMBER, "unit"):
        return (Kind.NUMBER, "delta" if look.word_after in ("point", "points") else "count")
    if look.token.words == ("one",) and look.question not in _SCORE_QUESTIONS:
        counted = look.word_before in ("a", "to", "about", "around", "is", "it's", "") or _is(look.after, Kind.NUMBER)
        return None if counted or _is(look.before, Kind.NUMBER) else _IGNORED
    return None


def _at(look: _Look) -> _Sense:
    """ "I'm on my stomach" is how somebody lies."""
    lies = look.token.words == ("on",) and look.word_before in ("i'm", "am")
    return (Kind.GLUE, "own") if lies else None


def _glue(look: _Look) -> _Sense:
    return _at(look) if look.token.value == "at" else None


def _command(look: _Look) -> _Sense:
    """ "I can't move" stops; "I can't move my leg" is weakness."""
    if look.token.words[:2] == ("i", "can't") and look.site_follows(2):
        return (Kind.QUALITY, "weak") if look.token.words[2:] == ("move",) else _IGNORED
    return None


_CHOICES: dict[str, Callable[[_Look], _Sense]] = {
    "back": _back,
    "left": _left,
    "right": _right,
    "okay": _okay,
    "ok": _okay,
    "all right": _okay,
    "alright": _okay,
    "gone": _gone,
    "go": _go,
    "nothing": _nothing,
    "none": _nothing,
    "neither": _neither,
    "nor": _nor,
    "worse": _could_be,
    "better": _could_be,
    "both": _both,
    "both my": _both,
    "both the": _both,
    "behind": _behind,
    "bottom": _part_of,
    "middle": _part_of,
    "centre": _part_of,
    "rear": _part_of,
    "stronger": _stronger,
    "as before": _as_before,
    "as it was": _as_before,
    "more": _more,
    "less": _more,
    "don't feel": _feel,
    "do not feel": _feel,
    "not feel": _feel,
    "starting": _start,
    "started": _start,
    "starts": _start,
}
_BY_KIND: dict[Kind, Callable[[_Look], _Sense]] = {
    Kind.MOTION: _motion,
    Kind.DIRECTION: _direction,
    Kind.GLUE: _glue,
    Kind.COMMAND: _command,
    Kind.NUMBER: _number,
}
