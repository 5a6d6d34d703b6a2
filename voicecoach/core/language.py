"""The words of one language: a lexicon from phrases to what they mean. Pure; the text of the table comes in."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum


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


@dataclass(frozen=True)
class Language:
    """`lexicon`: phrase (tuple of words) to meaning; `tables`: the file's own tables, for generating grammars."""

    code: str
    lexicon: Mapping[tuple[str, ...], Meaning]
    tables: Mapping[str, Mapping[str, tuple[str, ...]]]
    longest: int

    def phrases(self, kind: Kind, value: str) -> tuple[str, ...]:
        """All phrases that mean this, in the table's order (the most usual first)."""
        return self.tables[kind].get(value, ())


def parse_language(text: str) -> Language:
    """Read a language table (TOML). Raises ValueError (also tomllib's) when a phrase or section is not as expected."""
    raw = tomllib.loads(text)
    code = str(raw.pop("code"))
    tables = {name: {value: tuple(phrases) for value, phrases in table.items()} for name, table in raw.items()}
    lexicon: dict[tuple[str, ...], Meaning] = {}
    for kind in reversed(Kind):
        for value, phrase in _entries(kind, tables.get(kind, {})):
            if phrase != phrase.lower() or not phrase.strip():
                raise ValueError(f"phrase {phrase!r} in [{kind}] must be in lower case and not empty")
            lexicon[tuple(phrase.split())] = Meaning(kind, value)
    return Language(code, lexicon, tables, max(map(len, lexicon), default=0))


def _entries(kind: Kind, table: Mapping[str, tuple[str, ...]]) -> Iterator[tuple[str, str]]:
    """(value, phrase); number words mean their position in the table's list."""
    for value, phrases in table.items():
        for position, phrase in enumerate(phrases):
            yield (str(position) if (kind, value) == (Kind.NUMBER, "words") else value), phrase
