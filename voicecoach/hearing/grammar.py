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

    The more often "[unk]" stands there, the cheaper it is to take speech for something else: as often as given, but
    once at least.
    `phrases` of the result can be empty, when the model knows neither them nor "[unk]": libvosk dies of that list.
    """
    usable: dict[str, None] = {}
    missing: set[str] = set()
    verdicts: dict[str, bool] = {}
    unknown = 0
    for phrase in phrases:
        unknown += phrase == UNKNOWN_SPEECH
        words = [word for word in phrase.lower().split() if word != UNKNOWN_SPEECH]
        for word in words:
            if word not in verdicts:
                verdicts[word] = _WORD.fullmatch(word) is not None and knows(word)
        missing.update(word for word in words if not verdicts[word])
        if words and all(verdicts[word] for word in words):
            usable[" ".join(words)] = None
    rejects = (UNKNOWN_SPEECH,) * max(1, unknown) if knows(UNKNOWN_SPEECH) else ()
    return Grammar((*usable, *rejects), tuple(sorted(missing)))
