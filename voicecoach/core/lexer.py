"""Words to tokens: finds the phrases of the language's table in an utterance and settles words with two meanings."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from voicecoach.core.language import Kind, Language, Meaning

UNKNOWN_WORD = "[unk]"
BREAK = Meaning(Kind.GLUE, "break")  # a comma or full stop, which only typed words have
_MAX_WORDS = 200  # nobody reports pain in more; keeps nonsense input fast
_WORD = re.compile(
    r"\[unk\]|[^\W\d_]+\d\w*|\d+[^\W\d_]\w*|\d+(?:/\d+)?|[^\W\d_]+(?:'[^\W\d_]+)*|[,.;:!?\u2026\u2014-]+"
)


@dataclass(frozen=True, slots=True)
class Token:
    """A phrase as it was said and what it means."""

    meaning: Meaning
    words: tuple[str, ...]

    def means(self, kind: Kind, *values: str) -> bool:
        """Whether it is of this kind and (if any are given) one of these values."""
        return self.meaning.kind is kind and (not values or self.meaning.value in values)

    @property
    def value(self) -> str:
        return self.meaning.value


def tokenize(words: str, language: Language) -> tuple[Token, ...]:
    """Tokens of an utterance: longest phrases first, then the words that context decides (left, right, back)."""
    raw = _WORD.findall(words.lower().replace("\u2019", "'"))[:_MAX_WORDS]
    tokens: list[Token] = []
    at = 0
    while at < len(raw):
        token = _longest(raw, at, language)
        tokens.append(token)
        at += len(token.words)
    return _settle(tokens)


def _longest(raw: list[str], at: int, language: Language) -> Token:
    for length in range(min(language.longest, len(raw) - at), 0, -1):
        phrase = tuple(raw[at : at + length])
        if (meaning := language.lexicon.get(phrase)) is not None:
            return Token(meaning, phrase)
    word = raw[at]
    if word == UNKNOWN_WORD:
        return Token(Meaning(Kind.UNKNOWN, word), (word,))
    if word[0].isdigit():
        number, _, of = word.partition("/")
        in_range = len(number) <= 2 and int(number) <= 10 and of in ("", "10")
        return Token(Meaning(Kind.NUMBER, str(int(number)) if in_range else "out_of_range"), (word,))
    if not word[0].isalpha():
        return Token(BREAK, (word,))
    return Token(Meaning(Kind.UNKNOWN, word), (word,))


def _settle(tokens: list[Token]) -> tuple[Token, ...]:
    settled: list[Token] = []
    for index, token in enumerate(tokens):
        before = settled[-1] if settled else None
        after = tokens[index + 1 : index + 4]
        if token.words == ("back",):
            token = _back(token, before, after)
        elif token.words == ("left",):
            token = _left(token, before, after)
        elif token.words == ("right",):
            token = _right(token, before, after)
        settled.append(token)
    return tuple(settled)


_DETERMINERS = {"my", "the", "your"}
_HAVE = {"has", "have", "had", "it", "it's", "it'll", "pain", "pain's", "that's", "just", "all", "completely", "now"}


def _back(token: Token, before: Token | None, after: list[Token]) -> Token:
    """The place, unless "back of my leg" (then only the leg counts) or an adverb: "moving back down", "coming back"."""
    words = [word for follower in after for word in follower.words]
    if words[:1] == ["of"] and any(follower.means(Kind.SITE) for follower in after):
        return replace(token, meaning=Meaning(Kind.IGNORE, "words"))
    moved = before is not None and (before.means(Kind.MOTION) or before.means(Kind.TREND, "gone"))
    follows_direction = bool(after) and after[0].means(Kind.DIRECTION)
    if moved and follows_direction:
        return replace(token, meaning=Meaning(Kind.IGNORE, "words"))
    if moved and before is not None and before.means(Kind.MOTION, "light"):
        return replace(token, meaning=Meaning(Kind.TREND, "new"))
    if moved:
        return replace(token, meaning=Meaning(Kind.GLUE, "maybe_back"))
    if follows_direction and before is None:
        return replace(token, meaning=Meaning(Kind.IGNORE, "words"))
    return token


def _left(token: Token, before: Token | None, after: list[Token]) -> Token:
    """A side, unless it is the verb: "it has left my leg", "the pain left the calf"."""
    said_before = set(before.words[-1:]) if before else set()
    names_place_next = bool(after) and bool(set(after[0].words) & _DETERMINERS)
    if said_before & {"has", "have", "had"} or (said_before & _HAVE and (names_place_next or not after)):
        return replace(token, meaning=Meaning(Kind.MOTION, "leave"))
    return token


def _right(token: Token, before: Token | None, after: list[Token]) -> Token:
    """A side next to a place or a determiner; alone it agrees; "right down my leg" only stresses."""
    beside_place = (bool(after) and after[0].means(Kind.SITE)) or (before is not None and before.means(Kind.SITE))
    determined = before is not None and bool(set(before.words[-1:]) & (_DETERMINERS | {"on", "in"}))
    if beside_place or determined:
        return token
    if before is None and not after:
        return replace(token, meaning=Meaning(Kind.ANSWER, "right"))
    if after and after[0].means(Kind.DIRECTION):
        return replace(token, meaning=Meaning(Kind.IGNORE, "words"))
    if before is None and after[0].meaning == BREAK:
        return replace(token, meaning=Meaning(Kind.ANSWER, "yes"))
    return token
