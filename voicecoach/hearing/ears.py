"""The recogniser as a source of session events: words become Heard, a dead recogniser becomes HearingLost."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from pathlib import Path

from voicecoach.core.messages import Heard, HearingLost, HearingRestored
from voicecoach.hearing.frames import SAMPLE_RATE_HZ, RecogniserEvent, Samples
from voicecoach.hearing.model import ModelError
from voicecoach.hearing.recogniser import Recogniser

RESTART_ATTEMPTS = 3
_LOST = "My hearing has failed."

HearingEvent = Heard | HearingLost | HearingRestored


class Ears:
    """Feeds a Recogniser and posts what it hears. When its process is lost it is started again, a few times at most.

    `post` is called on threads of its own; `now_s` is the session's clock."""

    def __init__(self, model: Path, post: Callable[[HearingEvent], None], now_s: Callable[[], float]) -> None:
        self._post = post
        self._now_s = now_s
        self._recogniser = Recogniser(model, self._result, self._lost)
        self._restarts: threading.Thread | None = None
        self._closing = False

    def open(self) -> None:
        """Load the model. Raises ModelError."""
        self._recogniser.start()

    def feed(self, block: Samples, start_sample: int) -> None:
        """16 kHz mono int16; `start_sample` / 16000 is the session's clock. Returns at once."""
        self._recogniser.feed(block, start_sample)

    def listen(self, phrases: Iterable[str]) -> None:
        self._recogniser.listen(phrases)

    def sync(self) -> bool:
        """Wait until all that was fed has been heard and posted; False when the recogniser was lost."""
        return self._recogniser.sync()

    def missing_words(self) -> tuple[str, ...]:
        """Words of the last `listen` that the model lacks: they can be typed, but not heard."""
        return self._recogniser.missing_words

    @property
    def pid(self) -> int | None:
        return self._recogniser.pid

    def close(self) -> None:
        self._closing = True
        if self._restarts is not None:
            self._restarts.join()
        self._recogniser.close()

    def _result(self, event: RecogniserEvent) -> None:
        self._post(
            Heard(
                at_s=self._now_s(),
                words=event.words,
                final=event.final,
                confidence=event.confidence,
                started_s=event.started_sample / SAMPLE_RATE_HZ,
                ended_s=event.ended_sample / SAMPLE_RATE_HZ,
            )
        )

    def _lost(self, _reason: str) -> None:
        self._post(HearingLost(self._now_s(), _LOST))
        if not self._closing:
            self._restarts = threading.Thread(target=self._restart, name="ears restart", daemon=True)
            self._restarts.start()

    def _restart(self) -> None:
        for _ in range(RESTART_ATTEMPTS):
            if self._closing:
                return
            try:
                self._recogniser.restart()
            except ModelError:
                continue
            self._post(HearingRestored(self._now_s()))
            return
