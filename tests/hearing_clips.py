"""Recorded words for the hearing tests, and a recogniser whose results are collected."""

from __future__ import annotations

import threading
from pathlib import Path
from types import TracebackType

import numpy as np
import soundfile

from voicecoach.hearing.frames import SAMPLE_RATE_HZ, News, RecogniserEvent, Samples, VoiceNews
from voicecoach.hearing.model import embedded_model
from voicecoach.hearing.recogniser import Recogniser

VOICES = Path(__file__).parent / "data" / "voices"
STOP = VOICES / "stop_105a0eea_0.flac"
PHRASES = ("stop", "yes", "no", "left", "eight", "go")
# Where the loud part of each clip is, in samples, by ear and eye.
SPOKEN = {"stop_105a0eea_0": (480, 10080), "eight_8a325749_1": (7360, 14560)}


def clip(path: Path) -> Samples:
    samples: Samples = soundfile.read(path, dtype="int16")[0]
    return samples


def room(seconds: float, seed: int = 0) -> Samples:
    """A quiet room."""
    noise = np.random.default_rng(seed).normal(size=round(seconds * SAMPLE_RATE_HZ)) * 4
    samples: Samples = noise.round().astype(np.int16)
    return samples


def in_room(path: Path) -> Samples:
    """A word with half a second of room before it and a second after."""
    return np.concatenate([room(0.5), clip(path), room(1.0, seed=1)])


class Ear:
    """A started Recogniser with its results and losses."""

    def __init__(self, queue_s: float = 2.0, patience_s: float = 20.0) -> None:
        self.events: list[RecogniserEvent] = []
        self.voices: list[VoiceNews] = []
        self.losses: list[str] = []
        self.lost = threading.Event()
        self.recogniser = Recogniser(
            embedded_model(), self._on_news, self._on_lost, queue_s=queue_s, patience_s=patience_s
        )
        self.recogniser.start()

    def __enter__(self) -> Ear:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.recogniser.close()

    @property
    def finals(self) -> list[RecogniserEvent]:
        return [event for event in self.events if event.final]

    @property
    def partials(self) -> list[RecogniserEvent]:
        return [event for event in self.events if not event.final]

    def hear(self, samples: Samples, start_sample: int = 0, block_samples: int = 1600) -> int:
        """In lockstep; where the audio ended."""
        for offset in range(0, len(samples), block_samples):
            self.recogniser.feed(samples[offset : offset + block_samples], start_sample + offset)
            assert self.recogniser.sync(60)
        return start_sample + len(samples)

    def _on_news(self, news: News) -> None:
        if isinstance(news, VoiceNews):
            self.voices.append(news)
        else:
            self.events.append(news)

    def _on_lost(self, reason: str) -> None:
        self.losses.append(reason)
        self.lost.set()
