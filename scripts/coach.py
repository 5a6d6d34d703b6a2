#!/usr/bin/env python3
"""Start the coach, on a fresh clone too: python3 scripts/coach.py [arguments of voicecoach]; without any, a session."""

from __future__ import annotations

from _bootstrap import ensure_environment, ensure_sound_libraries, hand_over, run_main


def main(args: list[str]) -> int:
    python = ensure_environment([])
    ensure_sound_libraries(python)
    hand_over([str(python), "-m", "voicecoach", *(args or ["session"])])


if __name__ == "__main__":
    run_main(main)
