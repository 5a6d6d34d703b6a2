"""On which line each key of a TOML text stands: tomllib does not say, and a mistake should be shown where it is.

`key_lines()` only reads text that tomllib has accepted, so it skips over values instead of checking them:
header lines choose the table, `key = value` lines record the key, lists and inline tables record what is in them.
"""

from __future__ import annotations

import contextlib
import re
import tomllib

KeyPath = tuple[str | int, ...]
"""Keys and, for entries of lists and of [[tables]], indexes from 0."""

_STRING = re.compile(
    r'"""(?:\\.|[^\\])*?""""{0,2}'
    r"|'''.*?''''{0,2}"
    r'|"(?!"")(?:\\.|[^"\\\n])*"'
    r"|'(?!'')[^'\n]*'",
    re.DOTALL,
)
_BARE_VALUE = re.compile(r"[^,\]}\n#]*")
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_SPACE = re.compile(r"[ \t]*")
_GAP = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")


def key_lines(text: str) -> dict[KeyPath, int]:
    """Path of every table, key and list entry -> its line, from 1. `text` must be valid TOML.
    Raises RecursionError for lists in lists hundreds deep."""
    scanner = _Scanner(text)
    scanner.scan()
    return scanner.lines


def unfinished_line(text: str) -> int:
    """Of the newest key, table or list entry in a text that ends too early: tomllib only says "end of document"."""
    scanner = _Scanner(text)
    with contextlib.suppress(ValueError):
        scanner.scan()
    return scanner.line


class _Scanner:
    """Reads from `_at` on. `lines` is filled on the way, `line` is that of the newest entry. A table that is opened
    twice keeps its first line."""

    def __init__(self, text: str) -> None:
        self._text = text.replace("\r\n", "\n")
        self._at = 0
        self._counted_to = 0
        self.line = 1
        self.lines: dict[KeyPath, int] = {}
        self._table_counts: dict[KeyPath, int] = {}

    def scan(self) -> None:
        """Raises ValueError where the text ends too early."""
        table: KeyPath = ()
        self._skip(_GAP)
        while self._at < len(self._text):
            if self._sees("["):
                table = self._header()
            else:
                self._key_and_value(table)
            self._skip(_GAP)

    def _header(self) -> KeyPath:
        """[a.b] or [[a.b]]: the table that the following keys belong to."""
        opens_list = self._text.startswith("[[", self._at)
        self._at += 2 if opens_list else 1
        *parents, last = self._key()
        path: KeyPath = ()
        for part in parents:
            path = self._enter(path, part)
        if opens_list:
            listed = (*path, last)
            self._table_counts[listed] = self._table_counts.get(listed, 0) + 1
        path = self._enter(path, last)
        self._at += 2 if opens_list else 1
        return path

    def _enter(self, path: KeyPath, part: str) -> KeyPath:
        """Into a table; where it is a list of tables, into its newest one."""
        path = (*path, part)
        self._record(path)
        if path in self._table_counts:
            path = (*path, self._table_counts[path] - 1)
            self._record(path)
        return path

    def _key_and_value(self, path: KeyPath) -> None:
        for part in self._key():
            path = (*path, part)
            self._record(path)
        self._at += 1  # the equals sign
        self._skip(_SPACE)
        self._value(path)

    def _key(self) -> list[str]:
        """A dotted key, and the space around it."""
        parts: list[str] = []
        while not parts or self._sees("."):
            self._at += 1 if parts else 0
            self._skip(_SPACE)
            quoted = self._sees('"') or self._sees("'")
            written = self._skip(_STRING if quoted else _BARE_KEY)
            parts.append(tomllib.loads(f"key = {written}")["key"] if quoted else written)
            self._skip(_SPACE)
        return parts

    def _value(self, path: KeyPath) -> None:
        if self._sees("["):
            self._entries(path, "]")
        elif self._sees("{"):
            self._entries(path, "}")
        elif self._sees('"') or self._sees("'"):
            self._skip(_STRING)
        else:
            self._skip(_BARE_VALUE)

    def _entries(self, path: KeyPath, closing: str) -> None:
        """What a list or an inline table holds, up to and with its closing bracket."""
        self._at += 1
        self._skip(_GAP)
        index = 0
        while not self._sees(closing):
            if self._at >= len(self._text):
                raise ValueError(f"{closing} is missing")
            if closing == "]":
                self._record((*path, index))
                self._value((*path, index))
            else:
                self._key_and_value(path)
            index += 1
            self._skip(_GAP)
            if self._sees(","):
                self._at += 1
                self._skip(_GAP)
        self._at += 1

    def _record(self, path: KeyPath) -> None:
        self.line += self._text.count("\n", self._counted_to, self._at)
        self._counted_to = self._at
        self.lines.setdefault(path, self.line)

    def _sees(self, character: str) -> bool:
        return self._text.startswith(character, self._at)

    def _skip(self, pattern: re.Pattern[str]) -> str:
        match = pattern.match(self._text, self._at)
        if match is None:
            raise ValueError(f"not valid TOML at character {self._at}")
        self._at = match.end()
        return match.group()
