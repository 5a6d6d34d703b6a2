"""The words of one language: a lexicon from phrases to what they mean. Pure; the text of the table comes in."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

_TYPED_ONLY = "..."  # what follows in a list is not listened for
_Tables = dict[str, dict[str, tuple[str, ...]]]


class Kind(StrEnum):
    """What a phrase can be. Where one phrase stands under several, the first of this list wins."""

    COMMAND = "commands"
    TREND = "trend"
    SITE = "site"
    SIDE = "side"
    QUALITY = "quality"
    MOTION = "motion"
    DIRECTION = "direction"
    GLUE = "glue"
    ANSWER = "answers"
    NUMBER = "numbers"
    IGNORE = "ignore"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Meaning:
    """A phrase's kind and its value in the table, such as (SITE, "calf")."""

    kind: Kind
    value: str


@dataclass(slots=True)
class Branch:
    """A node of the phrase tree: what the words so far mean, if anything, and how they may go on."""

    meaning: Meaning | None = None
    next: dict[str, Branch] = field(default_factory=dict)


@dataclass(frozen=True)
class Language:
    """`lexicon`: every phrase (tuple of words) and its meaning; `phrase_tree`: the same, word by word; `tables`: the
    file's own tables, in them all that is understood; `heard`: what of it is listened for, by table and value (in the
    tables it stands before "..."); `spelling`: other spellings to the one in the tables; `alone`: meanings of whole
    utterances; `known_words`: every single word of the phrases; `lists`: the tables' entries as sets."""

    code: str
    lexicon: Mapping[tuple[str, ...], Meaning]
    phrase_tree: Branch
    tables: Mapping[str, Mapping[str, tuple[str, ...]]]
    spelling: Mapping[str, str]
    alone: Mapping[str, Meaning]
    known_words: frozenset[str]
    lists: Mapping[tuple[str, str], frozenset[str]]
    heard: Mapping[tuple[str, str], tuple[str, ...]]

    def phrases(self, kind: Kind, value: str) -> tuple[str, ...]:
        """All phrases that mean this, in the table's order (the most usual first)."""
        return self.tables[kind].get(value, ())

    def words(self, table: str, value: str = "words") -> frozenset[str]:
        """The entries of one of the file's plain lists."""
        return self.lists[table, value]


def parse_language(text: str) -> Language:
    """Read a language table (TOML). Raises ValueError (also tomllib's) when a phrase or section is not as expected."""
    raw = tomllib.loads(text)
    code = str(raw.pop("code"))
    tables, heard = _tables(raw)
    lexicon: dict[tuple[str, ...], Meaning] = {}
    for kind in reversed(Kind):
        for value, phrase in _entries(kind, tables.get(kind, {})):
            if phrase != phrase.lower() or not phrase.strip():
                raise ValueError(f"phrase {phrase!r} in [{kind}] must be in lower case and not empty")
            lexicon[tuple(phrase.split())] = Meaning(kind, value)
    spelling = {variant: usual for usual, variants in tables.get("spelling", {}).items() for variant in variants}
    lists = {(name, value): frozenset(phrases) for name, table in tables.items() for value, phrases in table.items()}
    known_words = frozenset(word for phrase in lexicon for word in phrase)
    return Language(code, lexicon, _planted(lexicon), tables, spelling, dict(_alone(tables)), known_words, lists, heard)


def _tables(raw: dict[str, dict[str, list[str]]]) -> tuple[_Tables, dict[tuple[str, str], tuple[str, ...]]]:
    """All phrases, and those before the "..." of their list."""
    tables: _Tables = {}
    heard: dict[tuple[str, str], tuple[str, ...]] = {}
    for name, table in raw.items():
        tables[name] = {}
        for value, phrases in table.items():
            end = phrases.index(_TYPED_ONLY) if _TYPED_ONLY in phrases else len(phrases)
            heard[name, value] = tuple(phrases[:end])
            tables[name][value] = tuple(phrase for phrase in phrases if phrase != _TYPED_ONLY)
    return tables, heard


def _planted(lexicon: Mapping[tuple[str, ...], Meaning]) -> Branch:
    tree = Branch()
    for words, meaning in lexicon.items():
        branch = tree
        for word in words:
            branch = branch.next.setdefault(word, Branch())
        branch.meaning = meaning
    return tree


def _alone(tables: Mapping[str, Mapping[str, tuple[str, ...]]]) -> Iterator[tuple[str, Meaning]]:
    for value, phrases in tables.get("alone", {}).items():
        if value != "polite":
            kind = Kind.ANSWER if value in tables[Kind.ANSWER] else Kind.COMMAND
            yield from ((phrase, Meaning(kind, value)) for phrase in phrases)


def _entries(kind: Kind, table: Mapping[str, tuple[str, ...]]) -> Iterator[tuple[str, str]]:
    """(value, phrase); number words mean their position in the table's list."""
    for value, phrases in table.items():
        for position, phrase in enumerate(phrases):
            if kind is Kind.NUMBER and value in ("words", "zero"):
                yield str(position if value == "words" else 0), phrase
            else:
                yield value, phrase
