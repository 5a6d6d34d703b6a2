"""docs/hazards.md says nothing that is not there: its tests and modules exist, and it leaves out no rule."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from voicecoach.core.rules import RULE_IDS

REPOSITORY = Path(__file__).parents[1]
PAGE = REPOSITORY / "docs" / "hazards.md"
HEADINGS = ("id", "hazard", "harm", "causes", "controls", "residual risk", "tests")
HARMS = {"serious", "moderate", "minor"}
_MODULE = re.compile(r"`([\w/]+\.(?:py|toml))`")
_TEST = re.compile(r"`(tests/\w+\.py)::(\w+)`")


def rows_of(page: str) -> list[dict[str, str]]:
    """Each hazard by its columns."""
    cells = [
        [cell.strip() for cell in line.strip("|").split("|")] for line in page.splitlines() if line.startswith("|")
    ]
    return [dict(zip(HEADINGS, row, strict=True)) for row in cells if re.fullmatch(r"H\d+", row[0])]


ROWS = rows_of(PAGE.read_text(encoding="utf-8"))
every_hazard = pytest.mark.parametrize("row", ROWS, ids=[row["id"] for row in ROWS])


def named_tests(file: str) -> set[str]:
    path = REPOSITORY / file
    tree = ast.parse(path.read_text(encoding="utf-8")) if path.is_file() else ast.Module([], [])
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")}


def test_hazards_are_numbered_without_a_gap() -> None:
    assert [row["id"] for row in ROWS] == [f"H{number}" for number in range(1, len(ROWS) + 1)]
    assert len(ROWS) >= 25


@every_hazard
def test_a_hazard_says_what_is_done_about_it_and_what_is_left(row: dict[str, str]) -> None:
    assert row["harm"] in HARMS
    assert all(row.values())
    modules = _MODULE.findall(row["controls"])
    assert modules, "no control names its module"
    assert [name for name in modules if not (REPOSITORY / "voicecoach" / name).is_file()] == []


@every_hazard
def test_a_hazard_names_tests_that_there_are(row: dict[str, str]) -> None:
    named = _TEST.findall(row["tests"])
    assert named
    assert len(named) == row["tests"].count("::"), "one of them is not written as an id"
    assert [f"{file}::{name}" for file, name in named if name not in named_tests(file)] == []


def test_every_rule_stands_in_some_hazard() -> None:
    told = " ".join(row["hazard"] + row["controls"] for row in ROWS)
    assert [rule for rule in RULE_IDS if not re.search(rf"\b{rule}\b", told)] == []


def test_hazards_that_are_not_controlled_are_in_the_summary() -> None:
    summary = PAGE.read_text(encoding="utf-8").split("## What is not controlled")[1]
    not_controlled = [row["id"] for row in ROWS if "not controlled" in row["residual risk"].lower()]
    assert not_controlled
    assert [name for name in not_controlled if not re.search(rf"\b{name}\b", summary)] == []
