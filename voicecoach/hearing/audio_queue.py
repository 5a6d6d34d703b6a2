"""What waits to be sent to the recogniser process: everything in order, audio bounded, the oldest audio given up."""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import dataclass, field

from voicecoach.hearing.frames import AUDIO, Samples, pack_audio


@dataclass(slots=True)
class Ticket:
    """Somebody waits for one frame to be answered; `answered` stays false when the process was lost before."""

    settled: threading.Event = field(default_factory=threading.Event)
    answered: bool = False


@dataclass(frozen=True, slots=True)
class Item:
    kind: bytes
    payload: bytes
    samples: int = 0
    ticket: Ticket | None = None


class AudioQueue:
    """Not thread-safe: its owner holds a lock. Commands are never dropped, audio is when there is more than `limit`."""

    def __init__(self, limit_samples: int) -> None:
        self._limit_samples = limit_samples
        self._items: deque[Item] = deque()
        self.waiting_samples = 0
        self.dropped_samples = 0

    def __len__(self) -> int:
        return len(self._items)

    def put_audio(self, block: Samples, start_sample: int) -> None:
        if (excess := len(block) - self._limit_samples) > 0:
            self.dropped_samples += excess
            block, start_sample = block[excess:], start_sample + excess
        self._items.append(Item(AUDIO, pack_audio(block, start_sample), len(block)))
        self.waiting_samples += len(block)
        while self.waiting_samples > self._limit_samples:
            self._drop_oldest_audio()

    def put(self, kind: bytes, payload: bytes = b"", ticket: Ticket | None = None) -> None:
        self._items.append(Item(kind, payload, ticket=ticket))

    def pop(self) -> Item:
        """The next item in order. Raises IndexError when there is none."""
        item = self._items.popleft()
        self.waiting_samples -= item.samples
        return item

    def _drop_oldest_audio(self) -> None:
        position = next(i for i, item in enumerate(self._items) if item.samples)
        self.waiting_samples -= self._items[position].samples
        self.dropped_samples += self._items[position].samples
        del self._items[position]
