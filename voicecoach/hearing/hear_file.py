"""What would be heard in a sound file, and whether a model knows the words of some phrases."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import soundfile
import soxr

from voicecoach.errors import CoachError
from voicecoach.hearing.frames import SAMPLE_RATE_HZ, News, RecogniserEvent, Samples
from voicecoach.hearing.recogniser import Recogniser

_BLOCK_SAMPLES = SAMPLE_RATE_HZ // 10


class SoundFileError(CoachError):
    """A sound file cannot be read."""


def read_speech(path: Path) -> Samples:
    """A sound file of any rate and number of channels as mono int16 at 16 kHz. Raises SoundFileError."""
    if not path.is_file():
        raise SoundFileError(f"There is no sound file at {path}: check the path.")
    try:
        sound, rate_hz = soundfile.read(path, dtype="float32", always_2d=True)
    except (soundfile.SoundFileError, OSError) as error:
        raise SoundFileError(f"{path} is not a sound file that can be read (WAV, FLAC, Ogg, MP3).") from error
    mono = np.nan_to_num(sound.mean(axis=1))
    if rate_hz != SAMPLE_RATE_HZ:
        mono = soxr.resample(mono, rate_hz, SAMPLE_RATE_HZ)
    speech: Samples = np.clip(np.round(mono * 32768), -32768, 32767).astype(np.int16)
    return speech


def hear_file(path: Path, phrases: Iterable[str], model: Path) -> list[RecogniserEvent]:
    """All partial and final results for a file, as in a live session. Raises SoundFileError, ModelError, CoachError
    when the recogniser is lost on the way."""
    speech = read_speech(path)
    heard: list[News] = []
    recogniser = Recogniser(model, heard.append, lambda _reason: None)
    recogniser.start()
    try:
        recogniser.listen(phrases)
        for start in range(0, len(speech), _BLOCK_SAMPLES):
            recogniser.feed(speech[start : start + _BLOCK_SAMPLES], start)
            _sync(recogniser, path)
        recogniser.flush()
        _sync(recogniser, path)
    finally:
        recogniser.close()
    return [news for news in heard if isinstance(news, RecogniserEvent)]


def missing_words(phrases: Iterable[str], model: Path) -> tuple[str, ...]:
    """Words of the phrases that a model lacks, sorted. Raises ModelError."""
    recogniser = Recogniser(model, lambda _news: None, lambda _reason: None)
    recogniser.start()
    try:
        recogniser.listen(phrases)
        if not recogniser.sync():
            raise CoachError(f"The speech recogniser stopped while looking up words in {model}.")
        return recogniser.missing_words
    finally:
        recogniser.close()


def _sync(recogniser: Recogniser, path: Path) -> None:
    if not recogniser.sync():
        raise CoachError(f"The speech recogniser stopped while it heard {path}.")
