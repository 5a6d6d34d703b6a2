"""Words of place and side with several senses: "back", "left", "right", "both", "behind", "bottom"."""

from __future__ import annotations

from voicecoach.core.language import Kind
from voicecoach.core.lexer import Token
from voicecoach.core.look import DETERMINERS, IGNORED, Look, Sense, is_

SIDE_QUESTIONS = {"baseline_side", "readback"}
PLACE_QUESTIONS = {"baseline", "where_worse", "what_happened", "ladder_leg", "ladder_back", "leg_worse", "up_or_down"}
_LEAVERS = {"has", "have", "had", "it", "it's", "it'll", "pain", "is", "just", "all", "now", "numbness", "tingling"}


def part_of(look: Look) -> Sense:
    """ "the bottom of my foot", "the middle of my calf": the foot and the calf."""
    return IGNORED if look.word_after == "of" and look.site_follows() else None


def back(look: Look) -> Sense:
    """The place, unless "back of my leg", or an adverb ("moving back down"), or it has come back."""
    if part_of(look) or (look.before is None and is_(look.after, Kind.DIRECTION)):
        return IGNORED
    if look.word_before in DETERMINERS or is_(look.before, Kind.GLUE, "at"):
        return None
    moved = is_(look.before, Kind.MOTION) or is_(look.before, Kind.TREND, "gone")
    if moved:
        goes_on = is_(look.after, Kind.DIRECTION) or is_(look.after, Kind.GLUE, "at")
        return IGNORED if goes_on else (Kind.GLUE, "maybe_back")
    if is_(look.before, Kind.GLUE, "person"):
        return IGNORED
    is_before = look.word_before == "it's" or is_(look.before, Kind.GLUE, "is")
    ends = look.after is None or is_(look.after, Kind.GLUE, "break", "but", "and", "now")
    if is_before and not (ends and look.question in PLACE_QUESTIONS):
        returned = ends or is_(look.after, Kind.GLUE, "at") or is_(look.after, Kind.DIRECTION)
        return (Kind.TREND, "new") if returned else None
    return None


def left(look: Look) -> Sense:
    """A side, unless it is the verb ("it has left my leg"), or what remains ("nothing left", "a bit left")."""
    if is_(look.after, Kind.SITE) or look.word_before in DETERMINERS or is_(look.before, Kind.SIDE):
        return None
    if any(token.means(Kind.COMMAND, "how_long") for token in look.settled):
        return IGNORED
    little = {"any", "no", "some", "little", "bit", "much"}
    remains = is_(look.before, Kind.TREND, "gone") or any(set(t.words) & little for t in look.settled[-3:])
    if remains and (
        is_(look.before, Kind.QUALITY)
        or is_(look.before, Kind.TREND, "gone", "worse")
        or is_(look.before, Kind.GLUE, "hedge", "much")
    ):
        return IGNORED
    names_place = look.word_after in DETERMINERS and look.site_follows()
    ends = look.after is None or look.word_after == "me" or is_(look.after, Kind.GLUE, "and", "but", "break")
    side_asked = look.question in SIDE_QUESTIONS and look.word_before in ("it's", "", "not")
    verb = look.word_before in {"has", "have", "had", "hasn't", "haven't", "not", "never"} or (
        look.word_before in _LEAVERS and (names_place or ends)
    )
    return (Kind.MOTION, "leave") if verb and not side_asked else None


def right(look: Look) -> Sense:
    """A side beside a place or another side; elsewhere it agrees, or only stresses ("right down my leg")."""
    if is_(look.after, Kind.SITE) or look.word_before in DETERMINERS or look.question == "baseline_side":
        return None
    if all(token is look.token or token.kind is Kind.IGNORE for token in look.tokens):
        return (Kind.ANSWER, "yes")
    if any(token.words == ("left",) for token in look.tokens):
        return None
    if is_(look.before, Kind.GLUE, "negation") or (look.before and look.before.words[-2:] == ("doesn't", "feel")):
        return (Kind.TREND, "unsure")
    after_place = is_(look.before, Kind.SITE) or is_(look.before, Kind.GLUE, "at")
    if (after_place and look.after is None) or (look.question in SIDE_QUESTIONS and look.before and look.after is None):
        return None
    return IGNORED


def both(look: Look) -> Sense:
    """ "both legs" are two; "both my leg and my back" are one of each."""
    following = look.next_said()
    if following is None or following.kind is not Kind.SITE:
        return None
    return None if is_plural(following) else (Kind.GLUE, "also")


def is_plural(token: Token) -> bool:
    """Whether a place was named in the plural."""
    return token.words[-1].endswith("s") or token.words[-1] == "feet"


def behind(look: Look) -> Sense:
    return (Kind.GLUE, "at") if look.word_after in DETERMINERS and look.site_follows(2) else part_of(look)
