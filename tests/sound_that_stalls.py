"""Run as `python -m tests.sound_that_stalls` with a sound card to test in the environment: says "ready", and after it
was stopped for a moment (SIGSTOP, SIGCONT) what the watch over the devices did about it."""

from __future__ import annotations

import threading

from voicecoach.audio import open_sound

SETTLE_BLOCKS = 100
PATIENCE_S = 20.0


def main() -> None:
    blocks = threading.Semaphore(0)
    troubles: list[str] = []
    told = threading.Event()

    def trouble(what: str, _sentence: str) -> None:
        troubles.append(str(what))
        told.set()

    with open_sound(on_microphone=lambda *_: blocks.release(), on_trouble=trouble) as sound:
        for _ in range(SETTLE_BLOCKS):
            assert blocks.acquire(timeout=PATIENCE_S)
        print("ready", flush=True)
        for _ in range(int(PATIENCE_S / 0.1)):
            if told.wait(0.1):
                print(f"told of {troubles[0]}", flush=True)
                break
            if sound.counts.catch_ups:
                print("caught up", flush=True)
                break


if __name__ == "__main__":
    main()
