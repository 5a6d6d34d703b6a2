"""Language tables: what is understood (`en.toml`) and what is said (`en_say.toml`)."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources

from voicecoach.core.language import Language, parse_language


@cache
def language(code: str = "en") -> Language:
    """The lexicon of a shipped language. Raises FileNotFoundError for one that is not shipped."""
    return parse_language(resources.files(__package__).joinpath(f"{code}.toml").read_text(encoding="utf-8"))


@cache
def sayings(code: str = "en") -> dict[str, str]:
    """What the coach says, by key; `{name}` marks what is filled in."""
    text = resources.files(__package__).joinpath(f"{code}_say.toml").read_text(encoding="utf-8")
    table: dict[str, str] = tomllib.loads(text)
    return table
