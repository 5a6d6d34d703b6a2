"""What a room is examined with: a loudspeaker, a microphone and the coach's own ears. Sound is kept in memory only."""

from __future__ import annotations

import itertools
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from pathlib import Path
from typing import Self

import numpy as np

from voicecoach.audio import Loudspeaker, SoundDevices, SoundError, Trouble, open_sound
from voicecoach.core.messages import Heard, HearingLost, Speak, SpeechFinished
from voicecoach.hearing.ears import Ears, HearingEvent
from voicecoach.hearing.frames import SAMPLE_RATE_HZ, Samples
from voicecoach.speaking.mouth import Mouth
from voicecoach.speaking.voice import Voice

_POLL_S = 0.05
_MEASURED_AS_SILENCE = Trouble.ALL_ZERO  # a muted microphone is a result, not a failure
_SLOWNESS = (Trouble.LATE, Trouble.BEHIND, Trouble.OVERFLOW)

Happening = Heard | SpeechFinished


class Apparatus(ABC):
    """Speaks, hears and remembers. One thread uses it; what happens comes from others. Times are the session's clock,
    in seconds. `losses`: why it could not hear for a while."""

    loudspeaker: Loudspeaker

    def __init__(self, voice: Voice, model: Path, *, headset: bool = False) -> None:
        self.losses: list[str] = []
        self._happened: list[Happening] = []
        self._blocks: list[tuple[int, Samples, Samples]] = []
        self._changed = threading.Condition()
        self._ids = itertools.count(1)
        self._ears = Ears(model, self._from_ears, lambda: self.now_s, headset=headset)
        self._mouth = Mouth(voice, lambda: self.loudspeaker)

    @property
    def now_s(self) -> float:
        return self.loudspeaker.now_s

    def listen(self, phrases: Iterable[str]) -> tuple[str, ...]:
        """Which words of them can't be heard."""
        self._ears.listen(phrases)
        self._ears.sync()
        return self._ears.missing_words()

    def speak(self, text: str, rate_wpm: int) -> int:
        """Begins, after what is being said, and returns the speech's id."""
        speech_id = next(self._ids)
        self._mouth.speak(Speak(speech_id, text, rate_wpm=rate_wpm))
        return speech_id

    def hush(self) -> None:
        self._mouth.hush()

    def wait(self, is_so: Callable[[], bool], timeout_s: float) -> bool:
        """Let time pass until something is so, for `timeout_s` at most: whether it is. Raises SoundError when the
        devices are lost."""
        until_s = self.now_s + timeout_s
        while not is_so():
            if self.now_s >= until_s:
                return False
            self._let_time_pass()
        return True

    def happened(self) -> list[Happening]:
        """Since this was last asked, in order."""
        with self._changed:
            happened, self._happened = self._happened, []
        return happened

    def sound(self, from_s: float, until_s: float) -> tuple[Samples, Samples]:
        """(heard, played) between two moments, int16 at 16 kHz, without the gaps there were."""
        first, last = round(from_s * SAMPLE_RATE_HZ), round(until_s * SAMPLE_RATE_HZ)
        with self._changed:
            blocks = list(self._blocks)
        cut = [
            (heard[max(0, first - start) : max(0, last - start)], played[max(0, first - start) : max(0, last - start)])
            for start, heard, played in blocks
        ]
        nothing = np.zeros(0, np.int16)
        return (
            np.concatenate([nothing, *(heard for heard, _ in cut)]),
            np.concatenate([nothing, *(played for _, played in cut)]),
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @abstractmethod
    def close(self) -> None:
        """Be silent and deaf."""

    @abstractmethod
    def _let_time_pass(self) -> None:
        """Return when a little time has passed. Raises SoundError when none will."""

    def _microphone(self, heard: Samples, start_sample: int, played: Samples) -> None:
        self._ears.feed(heard, start_sample, played)
        with self._changed:
            self._blocks.append((start_sample, heard, played))
            self._changed.notify_all()

    def _from_ears(self, event: HearingEvent) -> None:
        with self._changed:
            if isinstance(event, Heard):
                self._happened.append(event)
            elif isinstance(event, HearingLost):
                self.losses.append(event.reason)
            self._changed.notify_all()

    def _finished(self, speech_id: int, at_s: float) -> None:
        with self._changed:
            self._happened.append(SpeechFinished(at_s, speech_id))
            self._changed.notify_all()


class RealApparatus(Apparatus):
    """With the sound devices that were wished for, as for a session. Raises SoundError, ModelError."""

    loudspeaker: SoundDevices

    def __init__(
        self,
        voice: Voice,
        model: Path,
        *,
        microphone: str | None = None,
        loudspeaker: str | None = None,
        headset: bool = False,
    ) -> None:
        super().__init__(voice, model, headset=headset)
        self._failure = ""
        with ExitStack() as undo:
            self.loudspeaker = open_sound(
                microphone,
                loudspeaker,
                on_microphone=self._microphone,
                on_finished=self._finished,
                on_trouble=self._trouble,
            )
            undo.callback(self.close)
            self._ears.open()
            undo.pop_all()

    def close(self) -> None:
        self.loudspeaker.hush()
        self.loudspeaker.close()
        self._ears.close()

    def _let_time_pass(self) -> None:
        with self._changed:
            if self._failure:
                raise SoundError(f"{self._failure} Nothing can be measured: check the device, then start again.")
            self._changed.wait(_POLL_S)

    def _trouble(self, trouble: Trouble, sentence: str) -> None:
        with self._changed:
            if trouble in _SLOWNESS:
                self.losses.append(sentence)
            elif trouble is not _MEASURED_AS_SILENCE:
                self._failure = sentence
