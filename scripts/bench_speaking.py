"""How fast the coach's lines become sound: rendered, read from disk, and from memory. Prints a table in Markdown."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from voicecoach.speaking.pcm import Pcm
from voicecoach.speaking.voice import Voice

NUMBERS = [
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "twenty",
    "thirty",
]
SENTENCES = [
    "Lie on your stomach, and turn your head to one side.",
    "Let your arms rest beside your body.",
    "Tuck your elbows into your sides, under your shoulders.",
    "Press your elbows into the floor, and raise your upper back.",
    "Let your hips and your pelvis stay on the floor.",
    "Where do you feel the pain now?",
    "Is it better, worse, or the same?",
    "How strong is the pain, from zero to ten?",
    "We stop here. Lie down and rest.",
    "That is a good sign. We go on.",
]
CUES = [
    "Up.",
    "Hold.",
    "Down.",
    "Rest.",
    "Breathe.",
    "Relax your back.",
    "Come down slowly.",
    "Half way.",
    "Well done.",
]
LINES = [(text, 140) for text in NUMBERS] + [(text, rate) for text in SENTENCES + CUES for rate in (140, 160)]


def measure(name: str, speak: Callable[[str, int], Pcm | None]) -> None:
    """Print one row: times per line and how much faster than its own length it is."""
    took_ms, spoken_s = [], 0.0
    for text, rate_wpm in LINES:
        began_s = time.perf_counter()
        samples = speak(text, rate_wpm)
        took_ms.append((time.perf_counter() - began_s) * 1000)
        assert samples is not None, f"not there: {text}"
        spoken_s += len(samples) / 48000
    total_s = sum(took_ms) / 1000
    p50, p95 = np.percentile(took_ms, [50, 95])
    print(f"| {name} | {p50:.2f} | {p95:.2f} | {len(LINES) / total_s:.0f} | {total_s / spoken_s:.5f} |")


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        began_s = time.perf_counter()
        first = Voice(Path(folder))
        engine = first.describe()
        started_s = time.perf_counter() - began_s
        print(f"{len(LINES)} lines, {engine.engine}, voice {engine.voice}, started in {started_s:.2f} s\n")
        print("| | p50 ms | p95 ms | lines per second | real-time factor |")
        print("|---|---|---|---|---|")
        measure("rendered", first.render)
        measure("from memory", first.cached)
        first.close()
        second = Voice(Path(folder))
        measure("from disk", second.cached)
        second.close()
        kept_bytes = sum(file.stat().st_size for file in Path(folder).iterdir())
        print(f"\nOn disk: {kept_bytes / 1e6:.1f} MB.")


if __name__ == "__main__":
    main()
