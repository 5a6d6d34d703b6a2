"""The second line of defence against hearing oneself: words that coincide with what the coach says are masked.

Words of stop and hurt are never masked, unless the coach's own sentence says that very word (only lines that are
spoken before any movement do).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

LATENCY_S = 0.6  # how long after it was said a word is recognised, where hearing does not tell when it began
_WORDS = re.compile(r"[^\W_]+(?:'[^\W_]+)*")
_KEEP_S = 30.0  # how long a sentence is remembered: longer than any utterance


@dataclass(slots=True)
class _Line:
    id: int
    words: frozenset[str]
    start_s: float
    end_s: float | None = None


@dataclass(slots=True)
class SpokenMemory:
    """What the coach is saying and has just said. Times are the session clock's."""

    lines: list[_Line] = field(default_factory=list)

    def speaking(self, speech_id: int, text: str, start_s: float) -> None:
        """A line is queued (it may start any time from `start_s` on)."""
        words = frozenset(_WORDS.findall(text.lower().replace("\u2019", "'")))
        self.lines.append(_Line(speech_id, words, start_s))

    def finished(self, speech_id: int, at_s: float) -> None:
        """Its last sample was played."""
        for line in self.lines:
            if line.id == speech_id:
                line.end_s = at_s
        self._forget(at_s)

    def hushed(self, at_s: float) -> None:
        """Whatever was being said ended here."""
        for line in self.lines:
            line.end_s = min(at_s, line.end_s) if line.end_s is not None else at_s
        self._forget(at_s)

    def _forget(self, now_s: float) -> None:
        self.lines = [line for line in self.lines if line.end_s is None or line.end_s > now_s - _KEEP_S]

    def masks(self, words: str, started_s: float | None, at_s: float) -> bool:
        """Whether every one of these words was in the coach's mouth while they were heard."""
        since = at_s - LATENCY_S if started_s is None else started_s
        own: set[str] = set()
        for line in self.lines:
            if line.start_s <= at_s and (line.end_s is None or line.end_s > since):
                own |= line.words
        said = [word for word in _WORDS.findall(words.lower()) if word != "unk"]
        return bool(said) and all(_echoes(word, own) for word in said)


def _echoes(word: str, own: set[str]) -> bool:
    """The same word, or the beginning of one ("stop" of "stopped"): the grammar may not hold the longer one."""
    return word in own or (len(word) >= 4 and any(other.startswith(word) for other in own))
