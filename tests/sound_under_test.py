"""Run as `python -m tests.sound_under_test NAME [ARGUMENT]` in a process whose environment has the sound card to test:
PortAudio reads it only once. Each function's result is printed as JSON."""

from __future__ import annotations

import ctypes.util
import itertools
import json
import sys
import threading
import time
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from voicecoach.audio import SoundDevices, SoundError, Trouble, choose, list_devices, open_sound, streams
from voicecoach.speaking.timeline import Pcm

PATIENCE_S = 20.0
SETTLE_S = 2.5  # a server drifts while it settles
CLICK_EVERY_S = 0.5037  # no multiple of a block
CLICKS = 6


class Owner:
    """Opens the sound and collects what it is told."""

    def __init__(self, **wishes: Any) -> None:
        self.finished: list[int] = []
        self.troubles: list[str] = []
        self.blocks: list[tuple[int, npt.NDArray[np.int16]]] = []
        self.recoveries = 0
        self.threads: set[str] = set()
        self._changed = threading.Condition()
        self.sound: SoundDevices = open_sound(
            **wishes,
            on_microphone=lambda block, start, _played: self._note(self.blocks, (start, block)),
            on_finished=lambda speech_id, _at_s: self._note(self.finished, speech_id),
            on_trouble=lambda trouble, _sentence: self._note(self.troubles, trouble.value),
            on_recovered=self._recovered,
        )

    def __enter__(self) -> Owner:
        return self

    def __exit__(self, *_: object) -> None:
        self.sound.close()

    def wait_for(self, is_so: Any) -> None:
        with self._changed:
            if not self._changed.wait_for(is_so, PATIENCE_S):
                raise TimeoutError(f"waited in vain; troubles: {self.troubles}, finished: {self.finished}")

    def wait_finished(self, speech_id: int) -> None:
        self.wait_for(lambda: speech_id in self.finished)

    def silence(self, speech_id: int, duration_s: float) -> None:
        self.sound.queue(speech_id, self.level(duration_s, 0.0))
        self.wait_finished(speech_id)

    def level(self, duration_s: float, level: float) -> Pcm:
        return np.full(round(duration_s * self.sound.sample_rate_hz), level, np.float32)

    def tone(self, duration_s: float) -> Pcm:
        rate_hz = self.sound.sample_rate_hz
        return (0.4 * np.sin(2 * np.pi * 500 * np.arange(round(duration_s * rate_hz)) / rate_hz)).astype(np.float32)

    def _note(self, where: list[Any], what: Any) -> None:
        with self._changed:
            self.threads.add(threading.current_thread().name)
            where.append(what)
            self._changed.notify_all()

    def _recovered(self) -> None:
        with self._changed:
            self.recoveries += 1
            self._changed.notify_all()


def clicks(**wishes: Any) -> dict[str, Any]:
    """Clicks at exact distances."""
    with Owner(**wishes) as owner:
        owner.silence(0, SETTLE_S)
        first_s = owner.sound.now_s + 0.2
        for n in range(CLICKS):
            owner.sound.schedule(n + 1, owner.level(0.005, 0.5), first_s + n * CLICK_EVERY_S)
        owner.wait_finished(CLICKS)
        late = owner.sound.timeline.late_samples
        return {"rate_hz": owner.sound.sample_rate_hz, "late": late, "threads": sorted(owner.threads)}


def play_clicks() -> dict[str, Any]:
    return clicks()


def play_clicks_without_microphone() -> dict[str, Any]:
    return clicks(microphone="none")


def listen(file: str, **wishes: Any) -> dict[str, Any]:
    """Prints "listening" once settled, then hears until a line comes on stdin; writes what it heard."""
    with Owner(**wishes) as owner:
        owner.wait_for(lambda: sum(len(block) for _, block in owner.blocks) > SETTLE_S * 16_000)
        print("listening", flush=True)
        sys.stdin.readline()
        blocks, now_s, counts = list(owner.blocks), owner.sound.now_s, owner.sound.counts
    np.save(Path(file), np.concatenate([block for _, block in blocks]))
    gaps = [
        start - (before + len(block))
        for (before, block), (start, _) in itertools.pairwise(blocks)
        if start != before + len(block)
    ]
    last, block = blocks[-1]
    return {
        "first": blocks[0][0],
        "gaps": gaps,
        "behind_s": now_s - (last + len(block)) / 16_000,
        "kinds": sorted({str(block.dtype) for _, block in blocks}),
        "overflows": counts.overflows,
        "dropped": counts.dropped_blocks,
    }


def listen_in_duplex(file: str) -> dict[str, Any]:
    return listen(file)


def listen_only(file: str) -> dict[str, Any]:
    return listen(file, loudspeaker="none")


def listen_over_two_streams(file: str) -> dict[str, Any]:
    """As with a microphone and a loudspeaker that cannot be opened together."""

    def refuse(*_: Any) -> Any:
        raise SoundError("not together")

    streams._open_duplex = refuse  # type: ignore[assignment]
    return listen(file)


def fall_behind() -> dict[str, Any]:
    """The listener is stuck until the trouble is told."""
    told, well = threading.Event(), threading.Event()
    troubles: list[str] = []

    def note(trouble: Trouble, _sentence: str) -> None:
        troubles.append(trouble.value)
        told.set()

    with open_sound(
        on_microphone=lambda _block, _start, _played: told.wait(PATIENCE_S),
        on_trouble=note,
        on_recovered=well.set,
    ):
        return {"told": told.wait(PATIENCE_S), "recovered": well.wait(PATIENCE_S), "troubles": troubles}


def lose_the_microphone() -> dict[str, Any]:
    """What remains can still speak."""
    with Owner() as owner:
        owner.wait_for(lambda: owner.blocks)
        owner.sound.reopen(without_microphone=True)
        heard = len(owner.blocks)
        owner.silence(1, 0.3)
        return {"heard_since": len(owner.blocks) - heard, "troubles": owner.troubles}


def hush() -> dict[str, Any]:
    """A long tone is hushed, then a short one follows."""
    with Owner() as owner:
        owner.silence(0, SETTLE_S)
        owner.sound.queue(1, owner.tone(10))
        owner.sound.queue(2, owner.tone(10))
        enough = owner.sound.now_s + 1
        owner.wait_for(lambda: owner.sound.now_s > enough)
        hushed_at_s = time.monotonic()
        owner.sound.hush()
        owner.silence(3, 1.5)
        owner.sound.queue(4, owner.tone(0.25))
        owner.wait_finished(4)
        return {"hushed_at_s": hushed_at_s, "finished": owner.finished, "idle": owner.sound.idle}


def mute() -> dict[str, Any]:
    """Prints "muted" when it notices; then waits until it is over."""
    with Owner() as owner:
        print("listening", flush=True)
        owner.wait_for(lambda: owner.troubles)
        print("muted", flush=True)
        owner.wait_for(lambda: owner.recoveries)
        return {"troubles": owner.troubles, "recoveries": owner.recoveries}


def fail_in_callback() -> dict[str, Any]:
    """Our own code fails on the audio thread, and is well again."""
    with Owner() as owner:
        owner.silence(0, 0.2)
        render, before_s = owner.sound.timeline.render, owner.sound.now_s

        def broken(_frames: int) -> Pcm:
            raise ArithmeticError("broken for a test")

        owner.sound.timeline.render = broken  # type: ignore[method-assign, assignment]
        owner.wait_for(lambda: owner.troubles)
        owner.sound.timeline.render = render  # type: ignore[method-assign]
        owner.sound.reopen()
        reopened_s = owner.sound.now_s
        heard = owner.sound.wait_heard(PATIENCE_S)
        owner.silence(1, 0.2)
        going_on = before_s <= reopened_s < owner.sound.now_s
        return {"troubles": owner.troubles, "monotonic": going_on, "heard": heard, "recoveries": owner.recoveries}


def lose_the_device() -> dict[str, Any]:
    """Prints "playing"; the server then dies and, after the next line on stdin, has come back."""
    with Owner() as owner:
        owner.silence(0, 0.5)
        print("playing", flush=True)
        owner.wait_for(lambda: {Trouble.DEVICE, Trouble.STALLED} & set(owner.troubles))
        before_s = owner.sound.now_s
        sentence = ""
        try:
            owner.sound.reopen()
        except SoundError as error:
            sentence = str(error)
        print("lost", flush=True)
        sys.stdin.readline()
        owner.sound.reopen()
        reopened_s = owner.sound.now_s
        owner.silence(1, 0.5)
        return {"troubles": owner.troubles, "monotonic": before_s <= reopened_s, "sentence": sentence}


def names() -> list[str]:
    return [device.name for device in list_devices()]


def choose_unknown() -> str:
    return _sentence_of(lambda: choose(microphone="trumpet"))


def open_default() -> str:
    return _sentence_of(lambda: open_sound().close())


def open_without_portaudio() -> str:
    ctypes.util.find_library = lambda name: None  # noqa: ARG005 - as on a machine where it is not installed
    return open_default()


def _sentence_of(action: Any) -> str:
    try:
        action()
    except SoundError as error:
        return str(error)
    return ""


if __name__ == "__main__":
    print(json.dumps(globals()[sys.argv[1]](*sys.argv[2:])), flush=True)
