"""docs/faults.md: its tests are there, every fault and every test of one has its row, and what it quotes is said."""

from __future__ import annotations

import importlib
import re
from dataclasses import dataclass
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[1]
TABLE = REPOSITORY / "docs" / "faults.md"
FAULTS = (
    *("microphone lost", "microphone muted", "microphone silent", "loudspeaker lost"),
    *("microphone and loudspeaker lost", "default device changed (headset plugged in)", "input overflow"),
    *("recogniser killed", "recogniser hung", "recogniser slower than real time", "recogniser out of memory"),
    *("speech process killed", "speech process hung", "speech process out of memory"),
    *("60 s suspend (clock jump)", "SIGINT", "SIGTERM", "SIGHUP", "kill -9"),
    *("journal full", "journal read-only", "journal locked", "journal with a corrupted page"),
    *("plan damaged", "settings damaged", "model missing", "model truncated", "model of a wrong language"),
)


@dataclass(frozen=True, slots=True)
class Row:
    fault: str
    says: str
    kept: str
    tests: tuple[str, ...]


def rows() -> list[Row]:
    lines = [line for line in TABLE.read_text(encoding="utf-8").splitlines() if line.startswith("|")]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]
    return [Row(fault, says, kept, tuple(re.split(r",\s*", tests))) for fault, says, kept, tests in cells]


def module_of(file: str) -> object:
    return importlib.import_module(f"tests.{Path(file).stem}")


def said() -> str:
    """Whatever the coach may say or show, without line breaks within a sentence."""
    package = REPOSITORY / "voicecoach"
    sources = sorted([*package.rglob("*.py"), *package.glob("languages/*.toml")])
    text = "\n".join(source.read_text(encoding="utf-8") for source in sources)
    return re.sub(r'"\s*\n\s*f?"', "", text)


def test_every_row_tells_everything() -> None:
    for row in rows():
        assert row.fault and row.says and row.kept and row.tests, row


@pytest.mark.parametrize("test", sorted({test for row in rows() for test in row.tests}))
def test_what_proves_it_is_there(test: str) -> None:
    file, name = test.split("::")
    assert callable(getattr(module_of(file), name))


def test_every_fault_has_one_row() -> None:
    named = [row.fault for row in rows()]
    assert len(named) == len(set(named))
    assert set(FAULTS) <= set(named)


def test_every_test_of_a_fault_has_its_row() -> None:
    proved = {test for row in rows() for test in row.tests}
    for file in sorted(Path(__file__).parent.glob("test_faults_*.py")):
        if file != Path(__file__):
            names = [name for name in vars(module_of(file.name)) if name.startswith("test_")]
            assert names
            assert {f"{file.name}::{name}" for name in names} <= proved


def test_what_it_quotes_is_said() -> None:
    everything = said()
    for row in rows():
        for quoted in re.findall(r"(?<!\w)_([^_]+)_(?!\w)", row.says):
            assert quoted in everything, quoted
