"""The coach's own test of a speech model: loads in a process of its own, knows all words, hears recorded people."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

from voicecoach.core.questions import PERFORMING
from voicecoach.core.vocabulary import phrases_for
from voicecoach.hearing.hear_file import hear_file, missing_words
from voicecoach.hearing.model import check_model
from voicecoach.languages import language

CLIPS = Path(__file__).with_name("check_clips")


@dataclass(frozen=True, slots=True)
class ModelReport:
    """`heard`: what each clip's word was taken for, "" for nothing."""

    name: str
    size_bytes: int
    words: int | None
    load_s: float
    missing: tuple[str, ...]
    heard: tuple[tuple[str, str], ...]

    @property
    def right(self) -> int:
        return sum(said == heard for said, heard in self.heard)

    @property
    def good(self) -> bool:
        return not self.missing and self.right == len(self.heard)


def live_phrases() -> tuple[str, ...]:
    """What is listened for during an exercise, and answers: yes, no, scores, sides, places."""
    table = language("en")
    return tuple(dict.fromkeys((*phrases_for(PERFORMING, table), *phrases_for("readback", table))))


def check(model: Path, clips: Path = CLIPS) -> ModelReport:
    """Raises ModelError when it is no model or does not load, CoachError when its process dies while hearing."""
    info = check_model(model)
    phrases = live_phrases()
    start = time.monotonic()
    missing = missing_words(phrases, model)
    load_s = time.monotonic() - start
    heard = []
    for clip in sorted(clips.glob("*.flac")):
        finals = [event.words for event in hear_file(clip, phrases, model) if event.final]
        heard.append((clip.name.split("_")[0], " ".join(word for word in finals if word)))
    return ModelReport(model.name, info.size_bytes, info.words, load_s, missing, tuple(heard))


def comparison(reports: list[ModelReport]) -> str:
    """The reports side by side, as plain lines."""
    rows = [["", *(report.name for report in reports)]]
    rows.append(["size", *(f"{report.size_bytes / 1e6:.1f} MB" for report in reports)])
    rows.append(["words", *(str(report.words or "not listed") for report in reports)])
    rows.append(["loads in", *(f"{report.load_s:.1f} s" for report in reports)])
    rows.append(["coach's words it lacks", *(str(len(report.missing)) for report in reports)])
    for position, (said, _) in enumerate(reports[0].heard):
        rows.append([f'"{said}" heard as', *(report.heard[position][1] or "nothing" for report in reports)])
    rows.append(["clips right", *(f"{report.right} of {len(report.heard)}" for report in reports)])
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    )
