#!/usr/bin/env python3
"""How well the coach hears: recorded people and synthetic patients in noise, in rooms and over the coach's own voice.

    python3 scripts/bench_hearing.py [--quick] [--shared ../shared] [--out NAME] [--jobs 2] [--resume FOLDER]

Prints tables in Markdown and writes NAME.md and NAME.json. Every recording goes through the same hearing as with
`voicecoach hear`; the same sounds through an ideal recogniser in the model's place, plain Vosk and PocketSphinx. Seeds
are fixed. Needs the recordings of ../shared/audio and the extra "bench", which it installs; synthetic patients whose
program (flite, festival, espeak-ng) is not installed stay silent.
"""

from __future__ import annotations

from _bootstrap import enter_bench, run_main

NEEDS = ("voicecoach", "pyroomacoustics", "pocketsphinx")


def main(args: list[str]) -> int:
    enter_bench(NEEDS, __file__, args)
    from _hearing_bench import run

    return run(args, __doc__ or "")


if __name__ == "__main__":
    run_main(main)
