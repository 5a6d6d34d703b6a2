"""What travels between the coach and its recogniser process: frame kinds, and how their payloads are packed.

The process answers every frame it is given with exactly one DONE, in order and after the results it caused. So DONE
is acknowledgement, heartbeat and "all results delivered" in one.
"""

from __future__ import annotations

import json
import struct
from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray

SAMPLE_RATE_HZ = 16_000
Samples = NDArray[np.int16]

# into the process
AUDIO, LISTEN, FLUSH, SYNC, RESET = b"a", b"l", b"f", b"s", b"r"
# out of the process
READY, RESULT, VOICE, MISSING, ERROR, DONE = b"R", b"h", b"v", b"m", b"e", b"d"

_START = struct.Struct("<q")


@dataclass(frozen=True, slots=True)
class HeardWord:
    """One word of a final result; positions are absolute sample indices of the audio that was fed."""

    word: str
    confidence: float
    started_sample: int
    ended_sample: int


@dataclass(frozen=True, slots=True)
class RecogniserEvent:
    """A partial (`final` false) or final result. All positions are absolute sample indices of the audio fed.

    Every partial is followed by a final, whose `words` are empty when it was nothing after all. `confidence` is that of
    the least certain word of a final (0 where there is none, as in partials); `word_list` is empty in partials.
    A partial's `started_sample` is an estimate, a final's is measured. `at_sample`: how much had been heard by then.
    """

    words: str
    final: bool
    confidence: float
    started_sample: int
    ended_sample: int
    at_sample: int
    word_list: tuple[HeardWord, ...] = ()


@dataclass(frozen=True, slots=True)
class VoiceNews:
    """Somebody talks, whether or not a word of it is understood, from `started_sample` to `ended_sample` so far. Told
    when it begins and several times per second while it goes on; at last, `over`, when nobody has talked for a while
    and what was said has had its final result. Positions are absolute sample indices of the audio fed."""

    started_sample: int
    ended_sample: int
    over: bool = False


News = RecogniserEvent | VoiceNews


def pack_audio(block: Samples, start_sample: int) -> bytes:
    return _START.pack(start_sample) + block.astype("<i2", copy=False).tobytes()


def unpack_audio(payload: bytes) -> tuple[Samples, int]:
    """(int16 samples, absolute index of the first). Raises ValueError when the payload is cut."""
    if len(payload) < _START.size or (len(payload) - _START.size) % 2:
        raise ValueError(f"an audio frame cannot have {len(payload)} bytes")
    (start_sample,) = _START.unpack_from(payload)
    return np.frombuffer(payload, "<i2", offset=_START.size).astype(np.int16, copy=False), start_sample


def pack_news(news: News) -> tuple[bytes, bytes]:
    """(kind, payload)"""
    return VOICE if isinstance(news, VoiceNews) else RESULT, json.dumps(asdict(news)).encode()


def unpack_news(kind: bytes, payload: bytes) -> News:
    fields = json.loads(payload)
    if kind == VOICE:
        return VoiceNews(**fields)
    fields["word_list"] = tuple(HeardWord(**word) for word in fields["word_list"])
    return RecogniserEvent(**fields)
