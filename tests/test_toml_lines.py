"""Lines of keys: every path that tomllib finds has one, and the key stands on it."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from voicecoach.core.toml_lines import KeyPath, key_lines, unfinished_line

PIECES = [
    "a = 1",
    "b.c = 'x # no remark'",
    '"d e" = "esc \\" aped" # remark = [',
    "[t]",
    "[t.u]  # remark",
    "[[l]]",
    "[[l.m]]",
    "[ 'q' . r ]",
    'text = """\nlines ] } = \\""" and ""quotes"""""',
    "raw = '''\nC:\\\\ ''' ",
    "list = [ 1, [2, # remark ]\n 3], {x = 1, y.z = [4]}, ]",
    "empty = [\n# nothing\n]",
    "inline = { a = { b = 'c' }, \"k,\" = 1979-05-27 07:32:00 }",
    "when = 1979-05-27 07:32:00",
    "f = -inf",
    "",
    "# remark",
]


def paths(value: object, path: KeyPath = ()) -> Iterator[KeyPath]:
    if path:
        yield path
    if isinstance(value, dict):
        for key, entry in value.items():
            yield from paths(entry, (*path, key))
    if isinstance(value, list):
        for index, entry in enumerate(value):
            yield from paths(entry, (*path, index))


def test_it_tells_the_line_of_keys_tables_and_entries() -> None:
    text = 'a = 1\n\n[t] # here\nb = [\n  1,\n  "x\\"]",\n]\n'
    text += '[[l]]\nc.d = 2\n[[l]]\n"e f" = {g = """\n""", h = 3}\n[l.m]\ni = 4\n'
    assert key_lines(text) == {
        ("a",): 1,
        ("t",): 3,
        ("t", "b"): 4,
        ("t", "b", 0): 5,
        ("t", "b", 1): 6,
        ("l",): 8,
        ("l", 0): 8,
        ("l", 0, "c"): 9,
        ("l", 0, "c", "d"): 9,
        ("l", 1): 10,
        ("l", 1, "e f"): 11,
        ("l", 1, "e f", "g"): 11,
        ("l", 1, "e f", "h"): 12,
        ("l", 1, "m"): 13,
        ("l", 1, "m", "i"): 14,
    }


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_line_ends_do_not_matter(newline: str) -> None:
    assert key_lines(newline.join(["a = 1", "b = [", "2]"])) == {("a",): 1, ("b",): 2, ("b", 0): 3}


@given(st.lists(st.sampled_from(PIECES), max_size=8))
def test_every_path_has_a_line_with_its_key(pieces: list[str]) -> None:
    text = "\n".join(pieces)
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        assume(False)
    lines = key_lines(text)
    assert set(lines) == set(paths(data))
    for path, line in lines.items():
        if isinstance(path[-1], str):
            assert path[-1] in text.split("\n")[line - 1]


@pytest.mark.parametrize(
    "opened", ["[t", "a = [", "a = [1, 2", "a = {b = 1", 'a = """x', "a = '''x", "a = 'x", "a", "a.b ="]
)
def test_what_the_text_ends_in_is_found(opened: str) -> None:
    assert unfinished_line(f"x = [\n1]\n{opened}\n\n") == 3
