"""What the recogniser should be able to hear for each question: generated from the same table that is understood."""

from __future__ import annotations

from functools import cache
from itertools import chain, product

from voicecoach.core.intent import Command
from voicecoach.core.language import Kind, Language
from voicecoach.core.questions import PERFORMING, QUESTIONS

_NAMES_PLACES = {"baseline", "where_worse", "what_happened", "readback"}
_NAMES_SIDES = {"baseline", "baseline_side", "readback"}
_NAMES_NUMBERS = {"baseline", "baseline_score", "readback", "check_score"}


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
    grammar = language.tables["grammar"]
    question = QUESTIONS.get(name)
    parts = [tuple(chain.from_iterable(language.phrases(Kind.COMMAND, command) for command in Command))]
    parts.append(_reports(language) if name == PERFORMING or (question and question.report) else grammar["always"])
    if question and question.yes_no:
        parts += [language.phrases(Kind.ANSWER, "yes"), language.phrases(Kind.ANSWER, "no")]
    if name in _NAMES_NUMBERS:
        parts.append(_numbers(language))
    if name in _NAMES_SIDES:
        parts.append(grammar["sides"])
    if name in _NAMES_PLACES:
        sites = grammar["sites"]
        parts.append((*sites, *(f"my {site}" for site in sites), *(f"in my {site}" for site in sites)))
    if name == "what_happened":
        parts.append(grammar["nothing"])
    if name == "up_or_down":
        parts.append(grammar["ways"])
    if name == "readback":
        corrections = (*language.phrases(Kind.NUMBER, "words"), *grammar["sides"], *grammar["sites"])
        parts.append(tuple(f"no {word}" for word in corrections))
    return tuple(dict.fromkeys(chain.from_iterable(parts)))


def _reports(language: Language) -> tuple[str, ...]:
    grammar = language.tables["grammar"]
    near = [pattern.format(site=site) for pattern, site in product(grammar["near_patterns"], grammar["sites"])]
    far = [pattern.format(site=site) for pattern, site in product(grammar["far_patterns"], grammar["far_sites"])]
    return (*grammar["reports"], *near, *far)


def _numbers(language: Language) -> tuple[str, ...]:
    words = language.phrases(Kind.NUMBER, "words")
    return (*words, *(f"{word} out of ten" for word in words))
