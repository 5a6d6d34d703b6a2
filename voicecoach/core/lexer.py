"""Words to tokens: finds the phrases of the language's table in an utterance, longest first."""

from __future__ import annotations

import re
from dataclasses import dataclass

from voicecoach.core.language import Branch, Kind, Language, Meaning

UNKNOWN_WORD = "[unk]"
BREAK = Meaning(Kind.GLUE, "break")  # a comma or full stop, which only typed words have
_MAX_WORDS = 200  # nobody reports pain in more; keeps nonsense input fast
_OUT_OF_RANGE = Meaning(Kind.NUMBER, "out_of_range")
_INNER_HYPHEN = re.compile(r"(?<=[^\W_])[-\u2010\u2011](?=[^\W_])")
_WORD = re.compile(
    r"(?P<unk>\[unk\])"
    r"|(?P<num>\d+(?:\.\d+|\s*/\s*\d+|\s*%)?(?![^\W_]))"
    r"|(?P<word>[^\W_]+(?:'[^\W_]+)*)"
    r"|(?P<punct>[.,;:!?\u2026\u2014\u2013-]+)"
)


@dataclass(slots=True)
class Token:
    """A phrase as it was said and what it means."""

    kind: Kind
    value: str
    words: tuple[str, ...]

    def means(self, kind: Kind, *values: str) -> bool:
        """Whether it is of this kind and (if any are given) one of these values."""
        return self.kind is kind and (not values or self.value in values)

    @property
    def is_break(self) -> bool:
        return self.kind is Kind.GLUE and self.value == "break"


def tokenize(words: str, language: Language) -> list[Token]:
    """Tokens of an utterance, longest phrases first. Words with several senses keep their first one."""
    raw = _raw_words(words, language)
    if (whole := _alone(raw, language)) is not None:
        return [whole]
    tokens: list[Token] = []
    fillers = language.words("fillers")
    at = 0
    while at < len(raw):
        end, meaning = _longest(raw, at, language.phrase_tree, fillers)
        if meaning is not None:
            said = tuple(raw[at:end])
            if said not in language.lexicon:  # fillers stand in between
                said = tuple(word for word in said if word not in fillers)
            tokens.append(Token(meaning.kind, meaning.value, said))
        elif raw[at] not in fillers:
            tokens.append(_single(raw[at]))
        at = max(end, at + 1)
    return tokens


def _raw_words(words: str, language: Language) -> list[str]:
    """Lower-case words, numbers and punctuation, in the table's spelling; "leg's" becomes "leg", "is"."""
    text = _INNER_HYPHEN.sub(" ", words.lower().replace("\u2019", "'"))
    raw: list[str] = []
    for match in _WORD.finditer(text):
        word = match.group()
        if match.lastgroup == "word":
            word = language.spelling.get(word, word)
            stem = word[:-2]
            if word.endswith("'s") and word not in language.known_words and stem in language.known_words:
                raw += [stem, "is"]
                continue
        raw.append(word)
        if len(raw) >= _MAX_WORDS:
            break
    return raw


def _alone(raw: list[str], language: Language) -> Token | None:
    """What the utterance means as a whole, polite words and fillers aside."""
    beside = language.words("alone", "polite") | language.words("fillers")
    said = " ".join(word for word in raw if word not in beside and (word[0].isalnum() or word[0] == "["))
    meaning = language.alone.get(said)
    return None if meaning is None else Token(meaning.kind, meaning.value, tuple(raw))


def _longest(raw: list[str], at: int, tree: Branch, fillers: frozenset[str]) -> tuple[int, Meaning | None]:
    """The longest phrase from here on, fillers inside it skipped: where it ends, and what it means."""
    found: tuple[int, Meaning | None] = (at, None)
    branch = tree
    for index in range(at, len(raw)):
        following = branch.next.get(raw[index])
        if following is None:
            if raw[index] in fillers and index > at:
                continue
            break
        branch = following
        if branch.meaning is not None:
            found = (index + 1, branch.meaning)
    return found


def _single(word: str) -> Token:
    """A number in figures, punctuation, or a word that the table does not know."""
    meaning = Meaning(Kind.UNKNOWN, word)
    if match := re.match(r"\d+", word):
        meaning = _figure(word, match.group())
    elif word != UNKNOWN_WORD and not word[0].isalnum():
        meaning = BREAK
    return Token(meaning.kind, meaning.value, (word,))


def _figure(word: str, digits: str) -> Meaning:
    """ "7", "7/10" and "7.5" are seven; "70", "7/12" and "7%" are no score."""
    rest = word[len(digits) :].replace(" ", "")
    if len(digits) > 2 or int(digits) > 10 or (rest and rest != "/10" and not rest.startswith(".")):
        return _OUT_OF_RANGE
    return Meaning(Kind.NUMBER, str(int(digits)))
