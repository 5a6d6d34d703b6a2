"""Words from audio: the recogniser process as the rest of the coach sees it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from pathlib import Path

from voicecoach.hearing.frames import FLUSH, LISTEN, RESET, SAMPLE_RATE_HZ, SYNC, News, Samples
from voicecoach.hearing.link import Link
from voicecoach.hearing.model import ModelError, check_model

UNHURRIED_S = 60.0


class Recogniser:
    """`start()`, `restart()` and `close()` belong to one thread; the others can be called from any, at any time.

    `on_news` and `on_lost` are called on threads of its own; they must return soon and not call `sync()`.

    `on_lost(reason)` is called once when the process died or did not answer for `patience_s`; after `restart()` it can
    be lost again. Audio that was fed faster than it could be recognised is dropped beyond `queue_s`, the oldest first.
    """

    def __init__(
        self,
        model: Path,
        on_news: Callable[[News], None],
        on_lost: Callable[[str], None],
        *,
        queue_s: float = 2.0,
        patience_s: float = 1.5,
    ) -> None:
        self._model = model
        self._on_news = on_news
        self._on_lost = on_lost
        self._queue_samples = round(queue_s * SAMPLE_RATE_HZ)
        self._patience_s = patience_s
        self._phrases: tuple[str, ...] = ()
        self._dropped_before = 0
        self._link: Link | None = None

    def start(self, timeout_s: float = 30.0) -> None:
        """Load the model in a new process and wait until it can hear. Raises ModelError when it cannot."""
        check_model(self._model)
        self.close()
        link = Link(
            self._model,
            self._on_news,
            self._on_lost,
            queue_samples=self._queue_samples,
            patience_s=self._patience_s,
        )
        if not link.wait_ready(timeout_s):
            too_slow = not link.ended
            link.close()
            raise ModelError(
                f"The model {self._model} was not loaded within {timeout_s:.0f} seconds: choose a smaller one."
                if too_slow
                else f"The model {self._model} cannot be loaded; it may be damaged. Copy or download it again."
            )
        self._link = link
        self.listen(self._phrases)

    def restart(self, timeout_s: float = 30.0) -> None:
        """A new process that listens for the same phrases. What was being said is forgotten. Raises ModelError."""
        self.start(timeout_s)

    def feed(self, block: Samples, start_sample: int) -> None:
        """16 kHz mono int16 audio of any length; `start_sample` is the absolute index of its first sample. Returns at
        once. A jump in the index is a gap; one of more than 0.2 s, or backwards, ends the utterance."""
        link = self._link
        if link is not None and len(block):
            link.feed(block, start_sample)

    def listen(self, phrases: Iterable[str]) -> None:
        """From now on hear these phrases and "[unk]" for other speech. Phrases with words that the model lacks are left
        out; `missing_words` names the words after the next `sync()`."""
        self._phrases = tuple(phrases)
        self._send(LISTEN, json.dumps(self._phrases).encode())

    def flush(self) -> None:
        """The utterance has ended: its final result comes now. Also when a file has no more audio."""
        self._send(FLUSH)

    def reset(self) -> None:
        """Forget what is being said; what had been proposed is followed by an empty final."""
        self._send(RESET)

    def sync(self, timeout_s: float = 10.0) -> bool:
        """Wait until everything before it has been heard and all its results delivered, but for up to 20 ms of audio
        that do not fill a chunk. False when the process was lost or is too slow."""
        link = self._link
        if link is None:
            return False
        ticket = link.send(SYNC)
        ticket.settled.wait(timeout_s)
        return ticket.answered

    def close(self) -> None:
        """End the process. `on_lost` is not called."""
        link, self._link = self._link, None
        if link is not None:
            self._dropped_before += link.dropped_samples
            link.close()

    @property
    def alive(self) -> bool:
        """It can hear."""
        link = self._link
        return link is not None and not link.ended

    @property
    def pid(self) -> int | None:
        link = self._link
        return None if link is None else link.pid

    @property
    def lag_s(self) -> float:
        """Seconds of audio that were fed and are not recognised yet."""
        link = self._link
        return 0.0 if link is None else link.lag_s

    @property
    def dropped_samples(self) -> int:
        """Audio given up because recognition was too slow, over all restarts."""
        link = self._link
        return self._dropped_before + (0 if link is None else link.dropped_samples)

    @property
    def missing_words(self) -> tuple[str, ...]:
        """Words of the last `listen()` that the model lacks, as far as it has answered."""
        link = self._link
        return () if link is None else link.missing_words

    @property
    def last_error(self) -> str:
        """Why the process refused something, "" when it never did; for the journal."""
        link = self._link
        return "" if link is None else link.last_error

    def _send(self, kind: bytes, payload: bytes = b"") -> None:
        link = self._link
        if link is not None:
            link.send(kind, payload)


def unhurried(model: Path, on_news: Callable[[News], None], on_lost: Callable[[str], None]) -> Recogniser:
    """For sound that nobody is waiting for: on a busy computer it takes longer, and nothing is lost of it."""
    return Recogniser(model, on_news, on_lost, patience_s=UNHURRIED_S)
