"""What the recogniser should be able to hear for each question: generated from the same table that is understood."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from itertools import chain, product

from voicecoach.core.language import Kind, Language
from voicecoach.core.questions import PERFORMING, QUESTIONS, Question

_NAMES_PLACES = {"baseline", "where_worse", "what_happened", "readback"}
_NAMES_SIDES = {"baseline_side", "readback"}
_NAMES_NUMBERS = {"baseline", "baseline_score", "readback", "check_score", "checked", "released_days"}
_CORRECTS_NUMBERS = {"readback", "checked"}
_SCREENING = {"screen", "screen_bladder", "screen_saddle", "screen_weak", "screen_both"}
_HOW_MUCH_WORSE = {"ladder_leg", "ladder_back", "leg_worse", "still_worse"}  # "a bit" is a yes
_ABOUT_WORSE = {"next_day", "confirm", "confirm_new", *_HOW_MUCH_WORSE, *_SCREENING}
# In the midst of other talk (a radio, or more words than the coach knows) all was one "[unk]", and of ten "stop" nine
# were lost. Given three times, it is one or two.
_AMONG_OTHERS = ("[unk] stop [unk]",) * 3
# no places that somebody would call "my ..."
_NO_BODY_PARTS = {"toilet", "everywhere", "elsewhere", "pelvic"}


def phrases_for(question: str, language: Language) -> tuple[str, ...]:
    """The phrases to listen for while this question (or "performing") is open; stop and pain words are in all."""
    return _phrases(question, _Table(language))


class _Table:
    """A language as a cache key: the same code is the same table."""

    def __init__(self, language: Language) -> None:
        self.language = language

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Table) and other.language.code == self.language.code

    def __hash__(self) -> int:
        return hash(self.language.code)


@cache
def _phrases(name: str, table: _Table) -> tuple[str, ...]:
    language = table.language
    question = QUESTIONS.get(name)
    parts: list[Iterable[str]] = [_heard(language, Kind.COMMAND)]
    reports = name == PERFORMING or (question is not None and question.report)
    parts.append(_reports(language) if reports else language.tables["grammar"]["always"])
    if question is not None:
        parts += _answers(question, language)
    phrases = tuple(dict.fromkeys(chain.from_iterable(parts)))
    return phrases if question is not None else (*phrases, *_AMONG_OTHERS)


def _answers(question: Question, language: Language) -> list[Iterable[str]]:
    """What only this question is answered by."""
    grammar = language.tables["grammar"]
    parts: list[Iterable[str]] = []
    if question.yes_no:
        parts.append(_heard(language, Kind.ANSWER))
    if question.name in _ABOUT_WORSE:
        parts.append(grammar["agreement"])
    if question.name in _HOW_MUCH_WORSE:
        parts.append(grammar["degrees"])
    if question.name in _NAMES_NUMBERS:
        parts.append(_numbers(language))
    if question.name in _NAMES_SIDES:
        parts += [_heard(language, Kind.SIDE), grammar["sides"]]
    if question.name in _NAMES_PLACES:
        parts.append(_sided(language))
    if question.name == "what_happened":
        parts.append(grammar["nothing"])
    if question.name == "more_or_moving":
        parts.append(grammar["amounts"])
    if question.name == "up_or_down":
        parts.append(grammar["ways"])
    if question.name in _CORRECTS_NUMBERS:
        parts.append(f"no {word}" for word in language.phrases(Kind.NUMBER, "words"))
    if question.name == "readback":
        parts.append(f"no {word}" for word in ("left", "right", *grammar["often"]))
    return parts


def _heard(language: Language, kind: Kind) -> Iterable[str]:
    return chain.from_iterable(phrases for (table, _), phrases in language.heard.items() if table == kind)


def _reports(language: Language) -> Iterable[str]:
    """Every trend, quality and place by itself, and patterns from which the recogniser can mix the rest."""
    grammar = language.tables["grammar"]
    patterns = (
        (grammar["any_patterns"], _body_parts(language)),
        (grammar["often_patterns"], grammar["often"]),
        (grammar["limb_patterns"], grammar["limb"]),
        (grammar["no_longer_patterns"], grammar["limb"]),
        (grammar["contracted_patterns"], grammar["contracted"]),
    )
    return chain(
        grammar["reports"],
        *(_heard(language, kind) for kind in (Kind.TREND, Kind.QUALITY, Kind.SITE)),
        *([pattern.format(site=site) for pattern, site in product(some, sites)] for some, sites in patterns),
    )


def _body_parts(language: Language) -> list[str]:
    """Places that fit "my ..."."""
    parts = (
        phrase
        for (table, value), phrases in language.heard.items()
        if table == Kind.SITE and value not in _NO_BODY_PARTS
        for phrase in phrases
    )
    return [part for part in parts if not {"of", "my"} & set(part.split())]


def _sided(language: Language) -> Iterable[str]:
    grammar = language.tables["grammar"]
    sites = [f"{side} {site}" for side, site in product(("left", "right"), grammar["sided"])]
    return chain(sites, (f"my {site}" for site in sites))


def _numbers(language: Language) -> Iterable[str]:
    patterns = product(language.tables["grammar"]["scores"], language.phrases(Kind.NUMBER, "words"))
    return (pattern.format(number=word) for pattern, word in patterns)
