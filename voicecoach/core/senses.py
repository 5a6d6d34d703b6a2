"""Words with several senses, told apart by their neighbours: "gone", "go", "more", "nothing", "right", ..."""

from __future__ import annotations

from collections.abc import Callable

from voicecoach.core.language import Kind
from voicecoach.core.lexer import Token
from voicecoach.core.look import IGNORED, Look, Sense, is_
from voicecoach.core.place_senses import back, behind, both, left, part_of, right

_SCORE_QUESTIONS = {"baseline", "baseline_score", "check", "check_score", "readback"}


def settle(tokens: list[Token], question: str = "") -> list[Token]:
    """The tokens, each with the sense that it has at its place; `question` is the name of the one that was asked."""
    settled: list[Token] = []
    for index, token in enumerate(tokens):
        look = _CHOICES.get(" ".join(token.words)) or _BY_KIND.get(token.kind)
        sense = look(Look(tokens, index, settled, question)) if look else None
        settled.append(token if sense is None else Token(*sense, token.words))
    return settled


def _okay(look: Look) -> Sense:
    """ "leg okay" is no yes."""
    return (Kind.TREND, "fine") if is_(look.before, Kind.SITE) else None


def _gone(look: Look) -> Sense:
    """Away, or a verb: "gone down my leg", "gone numb"."""
    following = look.next_said()
    if is_(following, Kind.QUALITY) or is_(following, Kind.TREND, "worse", "better", "bad", "awful"):
        return (Kind.GLUE, "is")
    if is_(look.before, Kind.GLUE, "person"):
        return (Kind.GLUE, "own")
    if is_(look.after, Kind.DIRECTION, "from", "out"):
        onward = any(token.means(Kind.DIRECTION, "to", "down_to", "up_to") for token in look.tokens[look.index :])
        return (Kind.MOTION, "light") if onward else None
    if is_(look.after, Kind.DIRECTION) or look.word_after in ("right", "back"):
        return (Kind.MOTION, "light")
    return None


def _go(look: Look) -> Sense:
    """A command, or a verb: "it doesn't go down my leg"."""
    if is_(look.before, Kind.GLUE, "person"):
        return (Kind.GLUE, "own")
    third_person = {"doesn't", "didn't", "won't", "does", "it"}
    if is_(look.after, Kind.DIRECTION) or look.word_after == "back" or look.word_before in third_person:
        return (Kind.MOTION, "light")
    if is_(look.after, Kind.QUALITY):
        return (Kind.GLUE, "is")
    return None


def _nothing(look: Look) -> Sense:
    """ "nothing worse", "none of it is worse", "nothing hurts": it denies what follows."""
    following = look.next_said(2 if look.word_after == "of" else 1)
    denies = is_(following, Kind.TREND, "worse", "better", "bad", "awful", "new") or is_(following, Kind.QUALITY)
    return (Kind.GLUE, "negation") if denies else None


def _neither(look: Look) -> Sense:
    """ "neither my leg nor my back is worse" denies the whole clause."""
    if not look.site_follows(2):
        return _nothing(look)
    says = any(token.kind in (Kind.TREND, Kind.QUALITY) for token in look.tokens[look.index + 1 :])
    return (Kind.GLUE, "denial" if says else "negation")


def _nor(look: Look) -> Sense:
    return (Kind.GLUE, "or") if any(token.means(Kind.GLUE, "denial") for token in look.settled) else None


def _could_be(look: Look) -> Sense:
    """ "could be worse" is well enough; "it could be worse in my leg" has to be asked."""
    before = (t for t in reversed(look.settled) if not t.means(Kind.GLUE, "much", "hedge"))
    if not is_(next(before, None), Kind.GLUE, "could"):
        return None
    placed = any(token.kind is Kind.SITE for token in look.tokens)
    return (Kind.TREND, "fine" if look.token.value == "worse" and not placed else "unsure")


def _stronger(look: Look) -> Sense:
    """The pain, unless "my leg feels stronger", which may be good."""
    subject = next((t for t in reversed(look.settled) if not t.means(Kind.GLUE) and t.kind is not Kind.IGNORE), None)
    felt = is_(look.before, Kind.GLUE, "is", "hedge", "much") and is_(subject, Kind.SITE)
    felt = felt and not any(token.means(Kind.QUALITY, "pain") for token in look.settled)
    return (Kind.TREND, "unsure") if felt else None


def _more(look: Look) -> Sense:
    """ "more than five" compares numbers; "more of an ache" is another pain."""
    if (
        look.word_after == "of"
        and look.index + 2 < len(look.tokens)
        and (look.tokens[look.index + 2].words[0] in ("a", "an"))
    ):
        return (Kind.TREND, "unsure")
    if (could := _could_be(look)) is not None:
        return could
    than = is_(look.after, Kind.GLUE, "than") and look.index + 2 < len(look.tokens)
    return IGNORED if than and look.tokens[look.index + 2].kind is Kind.NUMBER else None


def _as_before(look: Look) -> Sense:
    """The same; but "as bad as before" only compares."""
    return IGNORED if is_(look.before, Kind.TREND) else None


def _feel(look: Look) -> Sense:
    """ "I don't feel worse" denies it; "I don't feel my foot" is numbness."""
    following = look.next_said()
    denies = is_(following, Kind.TREND) or is_(following, Kind.QUALITY) or is_(following, Kind.SITE, "elsewhere")
    return (Kind.GLUE, "negation") if denies else None


def _return(look: Look) -> Sense:
    """It is back, or a way: "come back up"."""
    return (Kind.MOTION, "light") if is_(look.after, Kind.DIRECTION, "up", "down") else None


def _start(look: Look) -> Sense:
    """New, unless "starting to ease"."""
    ahead = look.tokens[look.index + 1 : look.index + 4]
    changes = any(token.kind is Kind.TREND and token.value != "new" for token in ahead)
    return (Kind.GLUE, "is") if changes and look.word_after == "to" else None


def _motion(look: Look) -> Sense:
    """Pain moves; but "I'm moving" is the person, and "going numb" is no motion."""
    following = look.next_said()
    if look.token.value == "light" and (
        is_(following, Kind.QUALITY) or is_(following, Kind.TREND, "worse", "better", "bad", "awful", "same")
    ):
        return (Kind.GLUE, "is")
    own = is_(look.before, Kind.GLUE, "person") and look.token.value in ("move", "light")
    return (Kind.GLUE, "own") if own else None


def _direction(look: Look) -> Sense:
    """A way of the pain; not of the person ("I'm going up"), and not "to" before a verb ("started to ease")."""
    for token in reversed(look.settled):
        if token.means(Kind.GLUE, "own"):
            return IGNORED
        if not (token.kind is Kind.IGNORE or token.means(Kind.GLUE, "or", "hedge", "now")):
            break
    stands_alone = not look.site_follows()
    if is_(look.before, Kind.GLUE, "posture") or (stands_alone and _ended_by_trend(look)):
        return IGNORED
    sided = any(token.kind is Kind.SIDE for token in look.tokens[look.index + 1 : look.index + 4])
    return IGNORED if look.token.value == "to" and stands_alone and not sided else None


def _ended_by_trend(look: Look) -> bool:
    """ "It's calmed right down": no way of its own."""
    said = (t for t in reversed(look.settled) if t.kind is not Kind.IGNORE and not t.means(Kind.GLUE, "hedge", "much"))
    return is_(next(said, None), Kind.TREND, "better", "worse")


def _number(look: Look) -> Sense:
    """A score, unless "ten seconds" or a difference: "up by two", "two points"."""
    if look.word_before == "by":
        return (Kind.NUMBER, "delta")
    if is_(look.after, Kind.NUMBER, "unit") and look.question != "released_days":
        return (Kind.NUMBER, "delta" if look.word_after in ("point", "points") else "count")
    if look.token.words == ("one",) and look.question not in _SCORE_QUESTIONS:
        counted = look.word_before in ("a", "to", "about", "around", "is", "it's", "") or is_(look.after, Kind.NUMBER)
        return None if counted or is_(look.before, Kind.NUMBER) else IGNORED
    return None


def _at(look: Look) -> Sense:
    """ "I'm on my stomach" is how somebody lies."""
    lies = look.token.words == ("on",) and look.word_before in ("i'm", "am")
    return (Kind.GLUE, "own") if lies else None


def _glue(look: Look) -> Sense:
    return _at(look) if look.token.value == "at" else None


def _command(look: Look) -> Sense:
    """ "I can't move" stops; "I can't move my leg" is weakness."""
    if look.token.words[:2] == ("i", "can't") and look.site_follows(2):
        return (Kind.QUALITY, "weak") if look.token.words[2:] == ("move",) else IGNORED
    return None


_CHOICES: dict[str, Callable[[Look], Sense]] = {
    "back": back,
    "left": left,
    "right": right,
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
    "both": both,
    "both my": both,
    "both the": both,
    "behind": behind,
    "bottom": part_of,
    "middle": part_of,
    "centre": part_of,
    "rear": part_of,
    "stronger": _stronger,
    "as before": _as_before,
    "as it was": _as_before,
    "more": _more,
    "less": _more,
    "don't feel": _feel,
    "do not feel": _feel,
    "not feel": _feel,
    "come back": _return,
    "came back": _return,
    "coming back": _return,
    "comes back": _return,
    "starting": _start,
    "started": _start,
    "starts": _start,
}
_BY_KIND: dict[Kind, Callable[[Look], Sense]] = {
    Kind.MOTION: _motion,
    Kind.DIRECTION: _direction,
    Kind.GLUE: _glue,
    Kind.COMMAND: _command,
    Kind.NUMBER: _number,
}
