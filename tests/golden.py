"""Whole sessions as a reviewer reads them. `python -m tests.golden` writes the files anew: look at the difference."""

from __future__ import annotations

from pathlib import Path

from tests.rehearsed import programme_of, rehearse

FOLDER = Path(__file__).parent / "data" / "golden"
SCENARIOS = (
    "well",
    "centralizing",
    "leg_worse_at_check",
    "back_worse_in_hold",
    "stop_then_nothing",
    "silent",
    "neck_break_well",
)


def file_of(scenario: str) -> Path:
    return FOLDER / f"{scenario}.txt"


def transcript_of(scenario: str) -> str:
    return "\n".join(rehearse(scenario, programme_of(scenario)).transcript) + "\n"


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for name in SCENARIOS:
        file_of(name).write_text(transcript_of(name), encoding="utf-8")
