#!/usr/bin/env python3
"""How well the coach's own voice is taken out of what the microphone hears, and what that leaves of the people.

    python3 scripts/bench_echo.py [--shared ../shared] [--stops 24] [--seconds 30] [--only echo|people|words]

Prints tables in Markdown: the echo's loss in measured rooms, with two clocks, and after a jump of the delay; people who
speak over the coach; which of their words the whole hearing gets right, with each filter in its place; and processor
time. Seeds are fixed. Needs the recordings of ../shared/audio and the extra "bench", which it installs.
"""

from __future__ import annotations

from _bootstrap import enter_bench, run_main

NEEDS = ("voicecoach", "pyroomacoustics", "pocketsphinx", "pyaec")


def main(args: list[str]) -> int:
    enter_bench(NEEDS, __file__, args)
    from _echo_bench import run

    return run(args, __doc__ or "")


if __name__ == "__main__":
    run_main(main)
