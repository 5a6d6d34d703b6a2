"""How long understanding and deciding take per utterance: everything in tests/data/pain_language.tsv, and long strings.

Run from the repository's root: python -m scripts.bench_understanding [--rounds 20] [--json FILE]. What is measured is
processor time, the least of the rounds of each utterance, so that a busy machine counts little. Prints Markdown tables.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from tests.test_pain_language import ROWS
from voicecoach.core.body import Baseline
from voicecoach.core.questions import QUESTIONS
from voicecoach.core.understanding import understand
from voicecoach.explain import baseline_of, decision_on
from voicecoach.languages import language

GOAL_US = 1000  # a millisecond, for what somebody may say
SLOWEST_SHOWN = 5
LENGTHS_WORDS = (25, 50, 100, 200, 400)
# What a confused recogniser or a cat on the keyboard could send: words said again and again, and strings without end.
REPEATED = (
    "no",
    "worse no better no",
    "my leg is worse and my back is better but",
    "it was in my leg now it's in my back",
    "it's moving from my back to my calf and",
    "not",
    "um",
    "both my",
    "gone",
    "up down",
    "i mean",
    "[unk]",
    "xyzzy",
    ",",
)
CHARACTERS = 100_000
ENDLESS = ("no ", "a", "7", "7 / ", " ", "'", "don't", "st op-", "\u2026")


@dataclass(frozen=True, slots=True)
class Timed:
    """`least_us`: microseconds of the quickest round."""

    words: str
    question: str
    least_us: float


def main() -> None:
    options = _options()
    said = [(row.utterance, row.question, baseline_of(row.baseline)) for row in ROWS]
    load_before = os.getloadavg()[0]
    _time(said, rounds=2)  # a warm-up
    spoken = _time(said, options.rounds)
    long = {words: _by_length(words, options.rounds) for words in REPEATED}
    endless = {part: _longest_us(part * (CHARACTERS // len(part)), options.rounds) for part in ENDLESS}
    load = f"load {load_before:.1f} before and {os.getloadavg()[0]:.1f} after"
    machine = f"{os.cpu_count()} cores ({platform.machine()}), Python {platform.python_version()}, {load}"
    tables = (_table(spoken), _slowest(spoken), _long_table(long), _endless_table(endless))
    print(*tables, f"Machine: {machine}.", sep="\n\n")
    if options.json is not None:
        everything = {
            "machine": machine,
            "spoken": [asdict(timed) for timed in spoken],
            "long_us": long,
            "endless_us": endless,
        }
        options.json.write_text(json.dumps(everything, indent=1))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=20, help="how often each utterance is measured")
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write every time to this file")
    return parser.parse_args()


def _time(said: Sequence[tuple[str, str, Baseline]], rounds: int) -> list[Timed]:
    least_ns = [2**63] * len(said)
    table = language()
    for _ in range(rounds):
        for index, (words, question, baseline) in enumerate(said):
            began_ns = time.thread_time_ns()
            decision_on(understand(words, table, question), baseline, question)
            least_ns[index] = min(least_ns[index], time.thread_time_ns() - began_ns)
    return [Timed(words, asked, ns / 1000) for (words, asked, _), ns in zip(said, least_ns, strict=True)]


def _by_length(words: str, rounds: int) -> list[float]:
    """Microseconds for these words said again and again, at each length."""
    return [_longest_us(" ".join((words.split() * length)[:length]), rounds) for length in LENGTHS_WORDS]


def _longest_us(words: str, rounds: int) -> float:
    """Microseconds after the question that it takes longest after."""
    asked = [(words, question, baseline_of("left calf five")) for question in ("", *QUESTIONS)]
    return max(timed.least_us for timed in _time(asked, max(2, rounds // 10)))


def _table(timed: Sequence[Timed]) -> str:
    rows = [
        "| utterances | median | p95 | p99 | max (µs) | over 1 ms |",
        "|---|---|---|---|---|---|",
    ]
    nothing_asked = [one for one in timed if not one.question]
    answers = [one for one in timed if one.question]
    for name, some in (("reports and commands", nothing_asked), ("answers", answers), ("all", timed)):
        times_us = [one.least_us for one in some]
        figures = [np.median(times_us), *np.percentile(times_us, (95, 99)), max(times_us)]
        over = sum(us > GOAL_US for us in times_us)
        rows.append(f"| {name}: {len(some)} | {' | '.join(f'{figure:.0f}' for figure in figures)} | {over} |")
    return "\n".join(rows)


def _slowest(timed: Sequence[Timed]) -> str:
    slowest = sorted(timed, key=lambda one: one.least_us, reverse=True)[:SLOWEST_SHOWN]
    rows = [f"| {one.words} | {one.question} | {one.least_us:.0f} |" for one in slowest]
    return "\n".join(["| the slowest | asked | µs |", "|---|---|---|", *rows])


def _long_table(long: dict[str, list[float]]) -> str:
    heads = " | ".join(f"{length} words" for length in LENGTHS_WORDS)
    rows = [f"| said again and again (ms) | {heads} |", "|---" * (len(LENGTHS_WORDS) + 1) + "|"]
    for words, times_us in long.items():
        figures = " | ".join(f"{us / 1000:.2f}" for us in times_us)
        rows.append(f"| {words} | {figures} |")
    return "\n".join(rows)


def _endless_table(endless: dict[str, float]) -> str:
    rows = [f"| {CHARACTERS} characters of | ms |", "|---|---|"]
    return "\n".join([*rows, *(f"| {part!r} | {us / 1000:.1f} |" for part, us in endless.items())])


if __name__ == "__main__":
    main()
