"""The coach's voice: text and a rate in, samples out, rendered once and then kept in memory and on disk."""

from __future__ import annotations

import json
import logging
import platform
import threading
import unicodedata
from collections import OrderedDict
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from functools import partial
from importlib.metadata import version
from pathlib import Path

import numpy as np

from voicecoach.paths import speech_cache
from voicecoach.speaking import pcm
from voicecoach.speaking.cache import DiskCache
from voicecoach.speaking.pcm import Pcm
from voicecoach.speaking.renderer import Description, Renderer, SpeechFailed, shortened
from voicecoach.speaking.worker import Urgency, Worker

RATES_WPM = (80, 450)  # what espeak takes; it ignores others
MAX_CHARACTERS = 5000
MEMORY_BYTES = 64 * 1024 * 1024
_CACHE_FORMAT = 1  # change it when what is on disk changes its meaning

_log = logging.getLogger(__name__)


class Voice:
    """Thread-safe. All rendering happens on one thread of its own, what is needed now before what is needed later.

    `voice` "" is the best English voice there is. `cache_folder` None: the user's cache folder. `on_warning` gets
    a sentence, from any thread, when lines cannot be kept on disk.
    """

    def __init__(
        self,
        cache_folder: Path | None = None,
        voice: str = "",
        sample_rate_hz: int = 48000,
        line_timeout_s: float = 1.5,
        start_timeout_s: float = 20.0,
        on_warning: Callable[[str], None] = _log.warning,
    ) -> None:
        self.sample_rate_hz = sample_rate_hz
        self._disk = DiskCache(cache_folder or speech_cache(), on_warning)
        self.on_mishap: Callable[[str], None] = lambda _what: None  # told when the helper had to be replaced
        self._renderer = Renderer(voice, line_timeout_s, start_timeout_s, lambda what: self.on_mishap(what))
        self._worker = Worker("voice")
        self._memory: OrderedDict[tuple[str, int], Pcm] = OrderedDict()
        self._memory_lock = threading.Lock()
        # Which engine and voice speak can be told without starting them: they are those of the last time.
        self._identity_key = f"{_CACHE_FORMAT}|{voice}|{version('pyttsx3')}|{platform.platform()}"
        known = self._disk.read(self._identity_key)
        self._identity = known.decode() if known is not None else ""

    @property
    def helper_pid(self) -> int | None:
        """Of the process that renders; None while there is none."""
        return self._renderer.pid

    def render(self, text: str, rate_wpm: int) -> Pcm:
        """Samples (frames,) at `sample_rate_hz`, read-only; sample 0 is the onset of the voice, and every line is
        equally loud. Empty where there is nothing to say. Waits for the rendering. Raises SpeechFailed."""
        return self._rendered(text, rate_wpm, Urgency.NOW).result()

    def cached(self, text: str, rate_wpm: int) -> Pcm | None:
        """The same when it can be had at once (from memory, or some milliseconds from disk), else None. Starts and
        waits for nothing. Raises SpeechFailed for what no engine could speak."""
        line = _checked_line(text, rate_wpm)
        if not line[0]:
            return np.zeros(0, np.float32)
        with self._memory_lock:
            if line in self._memory:
                self._memory.move_to_end(line)
                return self._memory[line]
        return self._from_disk(line)

    def render_all(
        self, lines: Sequence[tuple[str, int]], progress: Callable[[int, int], None] = lambda _done, _of: None
    ) -> None:
        """Have all (text, rate_wpm) ready; `progress(done, total)` follows each. Raises SpeechFailed at the first
        that fails, and leaves the rest."""
        futures = [self._rendered(text, rate_wpm, Urgency.AHEAD) for text, rate_wpm in lines]
        try:
            for done, future in enumerate(futures, start=1):
                future.result()
                progress(done, len(futures))
        finally:
            for future in futures:
                future.cancel()

    def submit(self, text: str, rate_wpm: int, done: Callable[[Pcm | None], None]) -> None:
        """Render and then call `done(samples)`, or `done(None)` when it failed, on the voice's thread."""
        future = self._rendered(text, rate_wpm, Urgency.NOW)
        future.add_done_callback(lambda settled: done(None if settled.exception() else settled.result()))

    def describe(self) -> Description:
        """The engine and its voices; starts it. Raises SpeechFailed."""
        return self._worker.do(Urgency.NOW, self._renderer.describe).result()

    def close(self) -> None:
        """End the helper process. What is still to be rendered fails."""
        self._renderer.close()
        self._worker.close()

    def _rendered(self, text: str, rate_wpm: int, urgency: Urgency) -> Future[Pcm]:
        return self._worker.do(urgency, partial(self._render, text, rate_wpm))

    def _render(self, text: str, rate_wpm: int) -> Pcm:
        cached = self.cached(text, rate_wpm)
        if cached is not None:
            return cached
        line = _checked_line(text, rate_wpm)
        samples, rate_hz = self._renderer.render(*line)
        self._remember_identity()
        self._disk.write(self._disk_key(line), pcm.to_flac(samples, rate_hz))
        return self._keep(line, pcm.line_to_play(samples, rate_hz, self.sample_rate_hz))

    def _remember_identity(self) -> None:
        """Lines of another engine or voice are not mixed with those of this one."""
        description = self._renderer.description
        assert description is not None  # something has just been rendered
        identity = json.dumps([description.engine, description.voice])
        if identity != self._identity:
            self._identity = identity
            self._disk.write(self._identity_key, identity.encode())
            with self._memory_lock:
                self._memory.clear()

    def _disk_key(self, line: tuple[str, int]) -> str:
        return json.dumps([_CACHE_FORMAT, self._identity, *line])

    def _from_disk(self, line: tuple[str, int]) -> Pcm | None:
        flac = self._disk.read(self._disk_key(line)) if self._identity else None
        if flac is None:
            return None
        return self._keep(line, pcm.line_to_play(*pcm.from_flac(flac), self.sample_rate_hz))

    def _keep(self, line: tuple[str, int], samples: Pcm) -> Pcm:
        with self._memory_lock:
            self._memory[line] = samples
            self._memory.move_to_end(line)
            while sum(kept.nbytes for kept in self._memory.values()) > MEMORY_BYTES and len(self._memory) > 1:
                self._memory.popitem(last=False)
        return samples


def speakable(text: str) -> str:
    """`text` without what engines choke on or take for commands; "" when no letter or digit is in it."""
    spaced = "".join(" " if character.isspace() or character in "<>[]" else character for character in text)
    visible = "".join(character for character in spaced if unicodedata.category(character)[0] != "C")
    return " ".join(visible.split()) if any(character.isalnum() for character in visible) else ""


def _checked_line(text: str, rate_wpm: int) -> tuple[str, int]:
    """Raises SpeechFailed."""
    if not RATES_WPM[0] <= rate_wpm <= RATES_WPM[1]:
        raise SpeechFailed(
            f"Speech at {rate_wpm} words per minute is not possible: choose {RATES_WPM[0]} to {RATES_WPM[1]}."
        )
    if len(text) > MAX_CHARACTERS:
        raise SpeechFailed(f'"{shortened(text)}" is too long to be spoken: split it into lines.')
    return speakable(text), rate_wpm
