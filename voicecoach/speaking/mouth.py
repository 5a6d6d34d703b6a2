"""Speak effects -> samples on a loudspeaker's timeline, from the cache where possible, rendered on demand otherwise."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from voicecoach.audio.loudspeaker import Loudspeaker
from voicecoach.core.messages import Speak
from voicecoach.speaking.timeline import Pcm
from voicecoach.speaking.voice import Voice

_BEEP_HZ, _BEEP_S, _BEEP_LEVEL = 880.0, 0.25, 0.1


def beep(sample_rate_hz: int) -> Pcm:
    """What is heard in place of a line that could not be rendered: a coach that cannot speak shows and beeps."""
    seconds = np.arange(round(_BEEP_S * sample_rate_hz)) / sample_rate_hz
    envelope = np.sin(np.pi * seconds / _BEEP_S)
    return np.asarray(_BEEP_LEVEL * envelope * np.sin(2 * np.pi * _BEEP_HZ * seconds), np.float32)


class Mouth:
    """Places each line on the timeline at once; `on_failure(text)` is told of lines that became a beep. `loudspeaker()`
    is the one that plays now."""

    def __init__(
        self,
        voice: Voice,
        loudspeaker: Callable[[], Loudspeaker],
        on_failure: Callable[[str], None] = lambda _text: None,
    ) -> None:
        self._voice = voice
        self._loudspeaker = loudspeaker
        self._on_failure = on_failure

    def speak(self, speak: Speak) -> None:
        pcm = self._voice.cached(speak.text, speak.rate_wpm)
        loudspeaker = self._loudspeaker()
        if speak.at_s is None:
            loudspeaker.queue(speak.id, pcm, speak.pause_s, speak.gain_db)
        else:
            loudspeaker.schedule(speak.id, pcm, speak.at_s, speak.gain_db)
        if pcm is None:
            self._voice.submit(speak.text, speak.rate_wpm, lambda samples: self._rendered(speak, samples))

    def hush(self) -> None:
        self._loudspeaker().hush()

    def _rendered(self, speak: Speak, samples: Pcm | None) -> None:
        if samples is None:
            self._on_failure(speak.text)
            samples = beep(self._loudspeaker().sample_rate_hz)
        self._loudspeaker().fill(speak.id, samples)
