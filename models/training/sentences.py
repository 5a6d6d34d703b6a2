"""What synthetic voices say: the coach's own phrases, its words in any order, and prose for everything else."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np

from models.training.phones import listed
from voicecoach.core.language import Kind
from voicecoach.core.questions import PERFORMING, QUESTIONS
from voicecoach.core.vocabulary import phrases_for
from voicecoach.hearing.grammar import UNKNOWN_SPEECH
from voicecoach.languages import language

OPENINGS = ("", "", "", "um ", "uh ", "well ", "please ", "okay ", "coach ", "now ", "i think ", "it feels ", "still ")
NUMBERS = listed(
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen twenty thirty forty "
    "fifty sixty hundred"
)
SHORT_WORDS = listed("stop yes no go left right up down on off")


def coach_phrases(code: str = "en") -> tuple[str, ...]:
    """Everything that the live coach listens for, over all its questions."""
    table = language(code)
    names = (PERFORMING, *QUESTIONS)
    phrases = dict.fromkeys(phrase for name in names for phrase in phrases_for(name, table))
    return tuple(phrase for phrase in phrases if UNKNOWN_SPEECH not in phrase)


def coach_words(code: str = "en") -> tuple[str, ...]:
    """Every word that the coach understands, sorted."""
    table = language(code)
    return tuple(sorted(table.known_words.union(*(phrase.split() for phrase in coach_phrases(code)))))


def understood_phrases(code: str = "en") -> tuple[str, ...]:
    """Every phrase of the language's table, also those that can only be typed."""
    tables = language(code).tables
    kinds = [kind for kind in Kind if kind in tables]
    return tuple(dict.fromkeys(p for kind in kinds for phrases in tables[kind].values() for p in phrases))


class Author:
    """An endless supply of sentences; the same seed says the same."""

    def __init__(self, seed: int, known: Iterable[str], prose: Path) -> None:
        self._random = np.random.default_rng(seed)
        words = set(known)
        self._phrases = [p for p in coach_phrases() if words.issuperset(p.split())]
        self._lexicon = [p for p in understood_phrases() if words.issuperset(p.split())]
        self._words = [word for word in coach_words() if word in words]
        lines = prose.read_text(encoding="utf-8").splitlines()
        self._prose = [line for line in lines if words.issuperset(line.split())]

    def sentences(self) -> Iterator[str]:
        kinds = [self._phrase, self._two_phrases, self._lexicon_words, self._numbers, self._short_words, self._chunk]
        while True:
            yield kinds[self._random.choice(len(kinds), p=(0.2, 0.12, 0.16, 0.07, 0.1, 0.35))]()

    def _pick(self, choices: list[str] | tuple[str, ...]) -> str:
        return choices[int(self._random.integers(len(choices)))]

    def _phrase(self) -> str:
        return self._pick(OPENINGS) + self._pick(self._phrases)

    def _two_phrases(self) -> str:
        return f"{self._phrase()}, {self._pick(self._phrases)}"

    def _lexicon_words(self) -> str:
        count = int(self._random.integers(1, 5))
        return ", ".join(
            self._pick(self._lexicon if self._random.random() < 0.6 else self._words) for _ in range(count)
        )

    def _numbers(self) -> str:
        return ", ".join(self._pick(NUMBERS) for _ in range(int(self._random.integers(1, 5))))

    def _short_words(self) -> str:
        return ", ".join(self._pick(SHORT_WORDS) for _ in range(int(self._random.integers(1, 4))))

    def _chunk(self) -> str:
        words = self._pick(self._prose).split()
        length = int(self._random.integers(3, 14))
        start = int(self._random.integers(max(1, len(words) - length + 1)))
        return " ".join(words[start : start + length])
