"""The parent's side of the render process: starts it, asks it, replaces it when it hangs or dies."""

from __future__ import annotations

import contextlib
import json
import queue
import tempfile
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from voicecoach.errors import CoachError
from voicecoach.helper_process import HelperDied, HelperProcess
from voicecoach.speaking.render_process import DESCRIBE, DESCRIPTION, PCM, REFUSED, RENDER, SAMPLE_RATE

_TIMEOUT_S_PER_CHARACTER = 0.005  # long texts may take longer: 200 characters per second is far below any engine


T = TypeVar("T")


class SpeechFailed(CoachError):  # noqa: N818 - what happened, in the words of those who catch it
    """A line cannot be spoken."""


class _NoAnswer(Exception):  # noqa: N818 - a new process may do better
    """The process hung, died, or failed at this request; the text is a clause that says which."""


@dataclass(frozen=True, slots=True)
class InstalledVoice:
    id: str
    name: str
    languages: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Description:
    """The engine with its version, the voice in use, and all voices there are."""

    engine: str
    voice: str
    voices: tuple[InstalledVoice, ...]


class _RunningHelper:
    """One process from its start to its end, and its folder, which goes with it."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="voicecoach-", ignore_cleanup_errors=True)
        self._answers: queue.SimpleQueue[tuple[bytes, bytes] | str] = queue.SimpleQueue()
        self.process = HelperProcess(
            "voicecoach.speaking.render_process",
            [self._folder.name],
            on_frame=lambda kind, payload: self._answers.put((kind, payload)),
            on_exit=lambda code, words: self._answers.put(_how_it_ended(code, words)),
        )

    def ask(self, kind: bytes, request: dict[str, Any], timeout_s: float) -> bytes:
        """The answer's payload. Raises SpeechFailed (refused) or _NoAnswer; then this process is no longer of use."""
        with contextlib.suppress(HelperDied):  # it may have left its reason in the answers
            self.process.send(kind, json.dumps(request).encode())
        try:
            answer = self._answers.get(timeout=timeout_s)
        except queue.Empty:
            raise _NoAnswer(f"no answer within {timeout_s:.1f} seconds") from None
        if isinstance(answer, str):
            raise _NoAnswer(answer)
        if answer[0] == REFUSED:
            raise SpeechFailed(answer[1].decode())
        if answer[0] not in (DESCRIPTION, PCM):
            raise _NoAnswer(answer[1].decode(errors="replace"))
        return answer[1]

    def kill(self) -> None:
        self.process.kill()
        self._folder.cleanup()


class Renderer:
    """Lines to samples, one at a time, from one thread; only `close` may come from another.

    `wanted_voice` "" is the best English voice. `start_timeout_s` covers starting the process and its engine.
    `on_loss(why)` is told when a process is replaced because it hung, died or failed.
    """

    def __init__(
        self,
        wanted_voice: str = "",
        line_timeout_s: float = 1.5,
        start_timeout_s: float = 20.0,
        on_loss: Callable[[str], None] = lambda _why: None,
    ) -> None:
        self.description: Description | None = None  # of the process that ran last
        self._wanted_voice = wanted_voice
        self._line_timeout_s = line_timeout_s
        self._start_timeout_s = start_timeout_s
        self._on_loss = on_loss
        self._helper: _RunningHelper | None = None
        self._closed = False
        self._starting_or_closing = threading.Lock()

    @property
    def pid(self) -> int | None:
        """Of the helper process; None while there is none."""
        helper = self._helper
        return helper.process.pid if helper is not None else None

    def describe(self) -> Description:
        """Raises SpeechFailed."""
        return self._try_twice("The speech engine does not start", lambda: self._started()[1])

    def render(self, text: str, rate_wpm: int) -> tuple[npt.NDArray[np.int16], int]:
        """Mono samples (frames,) as the engine gave them, and their rate in Hz. Raises SpeechFailed."""
        timeout_s = self._line_timeout_s + _TIMEOUT_S_PER_CHARACTER * len(text)

        def ask() -> bytes:
            helper, description = self._started()
            return helper.ask(RENDER, {"text": text, "voice": description.voice, "rate_wpm": rate_wpm}, timeout_s)

        payload = self._try_twice(f'"{shortened(text)}" could not be spoken', ask)
        (rate_hz,) = SAMPLE_RATE.unpack_from(payload)
        return np.frombuffer(payload, dtype="<i2", offset=SAMPLE_RATE.size).astype(np.int16), rate_hz

    def close(self) -> None:
        """End the process, also in the middle of a line, which then fails."""
        with self._starting_or_closing:
            self._closed = True
            helper, self._helper = self._helper, None
        if helper is not None:
            helper.kill()

    def _started(self) -> tuple[_RunningHelper, Description]:
        with self._starting_or_closing:
            if self._closed:
                raise SpeechFailed("The voice has been closed: nothing more can be spoken.")
            if self._helper is not None and self.description is not None:
                return self._helper, self.description
            helper = self._helper = _RunningHelper()
        try:
            payload = helper.ask(DESCRIBE, {"voice": self._wanted_voice}, self._start_timeout_s)
        except SpeechFailed:
            self._drop_helper()
            raise
        self.description = _description(json.loads(payload))
        return helper, self.description

    def _try_twice(self, what: str, ask: Callable[[], T]) -> T:
        """The second time with a new process. `what` begins the sentence of the SpeechFailed that may be raised."""
        try:
            return ask()
        except _NoAnswer as failure:
            self._drop_helper()
            if not self._closed:
                self._on_loss(f"the speech process had to be started again: {failure}")
        try:
            return ask()
        except _NoAnswer as failure:
            self._drop_helper()
            raise SpeechFailed(f"{what}: {failure}.") from failure

    def _drop_helper(self) -> None:
        with self._starting_or_closing:
            helper, self._helper = self._helper, None
        if helper is not None:
            helper.kill()


def shortened(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:57]}..."


def _description(answer: dict[str, Any]) -> Description:
    voices = tuple(InstalledVoice(v["id"], v["name"], tuple(v["languages"])) for v in answer["voices"])
    return Description(answer["engine"], answer["voice"], voices)


def _how_it_ended(code: int, last_words: str) -> str:
    last_line = last_words.splitlines()[-1] if last_words else "it said nothing"
    return f"the speech process ended with code {code} ({last_line})"
