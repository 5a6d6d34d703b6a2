"""Which phrases can be given to libvosk: it dies on some lists, and silently shortens phrases with words it lacks."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

UNKNOWN_SPEECH = "[unk]"
# letters and digits of any script, with ' . - inside; keeps out <eps>, #0, brackets, quotes, control characters
_WORD = re.compile(r"[^\W_](?:['.\-]?[^\W_])*['.]?|'[^\W_]+")


@dataclass(frozen=True, slots=True)
class Grammar:
    """`phrases` are safe for libvosk as they are; `missing_words` are why other phrases were left out, sorted."""

    phrases: tuple[str, ...]
    missing_words: tuple[str, ...]


def plan_grammar(phrases: Iterable[str], knows: Callable[[str], bool]) -> Grammar:
    """Lower-case, single-spaced, without repeats, "[unk]" last; a phrase with a word that is not known is left out.

    What stands there more often is heard more readily. So "[unk]", and phrases with it ("[unk] stop [unk]": in the
    midst of other talk), are kept as often as they are given; "[unk]" once at least.
    `phrases` of the result can be empty, when the model knows neither them nor "[unk]": libvosk dies of that list.
    """
    usable: dict[str, None] = {}
    with_others: list[str] = []
    rejects: list[str] = []
    verdicts = {UNKNOWN_SPEECH: bool(knows(UNKNOWN_SPEECH))}
    for phrase in phrases:
        words = phrase.lower().split()
        for word in words:
            if word not in verdicts:
                verdicts[word] = _WORD.fullmatch(word) is not None and knows(word)
        if not words or not all(verdicts[word] for word in words):
            continue
        if UNKNOWN_SPEECH in words:
            (rejects if set(words) == {UNKNOWN_SPEECH} else with_others).append(" ".join(words))
        else:
            usable[" ".join(words)] = None
    if verdicts.pop(UNKNOWN_SPEECH):
        rejects = rejects or [UNKNOWN_SPEECH]
    return Grammar(
        (*usable, *with_others, *rejects), tuple(sorted(word for word, known in verdicts.items() if not known))
    )
