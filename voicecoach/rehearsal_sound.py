"""What a rehearsal would sound like: its lines, rendered and placed on their times, as a WAV file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from voicecoach.core.messages import Speak
from voicecoach.rehearsal import SpeechLength, Spoken
from voicecoach.simulation import Recording
from voicecoach.speaking.timeline import FADE_S, Pcm, Timeline
from voicecoach.speaking.voice import Voice


def length_in(voice: Voice) -> SpeechLength:
    """How long lines really are in this voice."""
    return lambda speak: len(_samples(voice, speak)) / voice.sample_rate_hz


def write_wav(path: Path, lines: Sequence[Spoken], voice: Voice) -> None:
    """Mono 16 bit at the voice's rate. Raises RecordingError when the file cannot be written."""
    rate_hz = voice.sample_rate_hz
    timeline = Timeline(rate_hz)
    for line in lines:
        samples = _samples(voice, line.speak)
        if line.hushed:
            samples = _cut(samples, round((line.end_s - line.start_s) * rate_hz), round(FADE_S * rate_hz))
        timeline.schedule(line.speak.id, samples, round(line.start_s * rate_hz), line.speak.gain_db)
    end_s = max((line.end_s for line in lines), default=0.0)
    with Recording(path) as recording:
        while timeline.position < end_s * rate_hz:
            recording.write(timeline.render(rate_hz))


def _samples(voice: Voice, speak: Speak) -> Pcm:
    return voice.render(speak.text, speak.rate_wpm)


def _cut(samples: Pcm, frames: int, fade: int) -> Pcm:
    cut = samples[: frames + fade].copy()
    rest = len(cut) - frames
    if rest > 0:
        cut[frames:] *= np.linspace(1, 0, rest, dtype=np.float32)
    return cut
