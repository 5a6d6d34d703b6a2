"""The decoding graph: what may be said, in sounds. libvosk composes it with a grammar of the moment.

State 0 is start, loop and end. From it go silence, noise, every word (its label on the FIRST sound, so that a plain
composition enters only words of the grammar), and [unk]: any sounds, or one or more words, or a burst of noise.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from models.training.fst import Arc, Fst
from models.training.kaldi_phones import PhoneTable, places
from models.training.numpy_net import Floats
from models.training.phones import FIRST_PHONE, GENERIC_PDFS, NOISE, PHONES, SILENCE, Dictionary

UNKNOWN = "[unk]"
EDGE = len(PHONES)  # the row and column of a word's edge in the phone bigram


@dataclass(frozen=True, slots=True)
class Costs:
    """Natural-log units, beside acoustic costs that are scaled by conf/model.conf's acoustic-scale."""

    word: float = 1.0
    unknown_sound: float = 2.0
    unknown_noise: float = 8.0
    unknown_word: float = 4.5
    unknown_near: float = 4.5
    bigram_scale: float = 0.5
    silence: float = 0.7
    noise: float = 3.0
    silence_stay: float = 0.05
    stay_probability: float = 0.6

    @property
    def stay(self) -> float:
        return -math.log(self.stay_probability)

    @property
    def leave(self) -> float:
        return -math.log(1 - self.stay_probability)


def phone_bigram(pronunciations: Sequence[tuple[int, ...]]) -> Floats:
    """(40, 40) log P(next | this) over generic pdfs, add one; the last row and column are the word's edges."""
    counts = np.ones((EDGE + 1, EDGE + 1))
    for pdfs in pronunciations:
        sequence = [EDGE, *(pdf - FIRST_PHONE for pdf in pdfs), EDGE]
        for this, following in pairwise(sequence):
            counts[this, following] += 1
    result: Floats = np.log(counts / counts.sum(1, keepdims=True)).astype(np.float32)
    return result


class GraphBuilder:
    """Builds HCLr.fst. `words`: label by word; `decoys`: the sounds [unk] may stand for, and what each costs."""

    def __init__(self, words: Mapping[str, int], dictionary: Dictionary, costs: Costs) -> None:
        self._words, self._dictionary, self._costs = words, dictionary, costs
        self._table = PhoneTable()
        self._fst = Fst()
        self._loop = self._fst.state()
        self._fst.final[self._loop] = 0.0

    def build(self, decoys: Mapping[tuple[int, ...], float], bigram: Floats) -> Fst:
        self._add_silences()
        for word, label in self._words.items():
            if word not in ("<eps>", UNKNOWN):
                for pdfs in dict.fromkeys(way.pdfs for way in self._dictionary.ways(word)):
                    self._add_word(label, pdfs)
        self._add_any_sounds(bigram)
        self._add_decoys(decoys)
        self._fst.sort_by_output()
        return self._fst

    def _sound(
        self, source: int, pdf: int, place: str, *, label: int = 0, cost: float = 0.0, stay: float | None = None
    ) -> int:
        """Enter a sound and stay in it; its state."""
        state = self._fst.state()
        self._fst.arc(source, Arc(self._table.enter(pdf, place), label, cost + self._costs.leave, state))
        stay = self._costs.stay if stay is None else stay
        self._fst.arc(state, Arc(self._table.stay(pdf, place), 0, stay, state))
        return state

    def _add_silences(self) -> None:
        for pdf, cost in ((SILENCE, self._costs.silence), (NOISE, self._costs.noise)):
            state = self._sound(self._loop, pdf, "nonword", cost=cost, stay=self._costs.silence_stay)
            self._fst.skip(state, self._loop)

    def _add_word(self, label: int, pdfs: tuple[int, ...]) -> None:
        state, cost = self._loop, self._costs.word
        for pdf, place in zip(pdfs, places(len(pdfs)), strict=True):
            state = self._sound(state, pdf, place, label=label, cost=cost)
            label, cost = 0, 0.0
        self._fst.skip(state, self._loop)

    def _add_any_sounds(self, bigram: Floats) -> None:
        """[unk] as noise, or as two or more generic sounds under a bigram."""
        costs, fst, label = self._costs, self._fst, self._words[UNKNOWN]
        fst.skip(self._sound(self._loop, NOISE, "singleton", label=label, cost=costs.unknown_noise), self._loop)
        price = costs.unknown_sound - costs.bigram_scale * bigram
        pdfs = range(FIRST_PHONE, GENERIC_PDFS)
        begins = [
            self._sound(self._loop, pdf, "begin", label=label, cost=float(price[EDGE, pdf - FIRST_PHONE]))
            for pdf in pdfs
        ]
        later = {place: [fst.state() for _ in pdfs] for place in ("internal", "end")}
        for place, states in later.items():
            for pdf, state in zip(pdfs, states, strict=True):
                fst.arc(state, Arc(self._table.stay(pdf, place), 0, costs.stay, state))
                for before, sources in enumerate(zip(begins, later["internal"], strict=True)):
                    cost = float(price[before, pdf - FIRST_PHONE]) + costs.leave
                    for source in sources:
                        fst.arc(source, Arc(self._table.enter(pdf, place), 0, cost, state))
        for phone, state in enumerate(later["end"]):
            fst.skip(state, self._loop, float(-costs.bigram_scale * bigram[phone, EDGE]))

    def _add_decoys(self, decoys: Mapping[tuple[int, ...], float]) -> None:
        """[unk] as words: a prefix tree from the loop, and one from a hub between two words of the same [unk].

        The cost is paid on the first sound for the cheapest word behind it, so that partial results stay honest."""
        label, hub = self._words[UNKNOWN], self._fst.state()
        cheapest: dict[tuple[int, ...], float] = {}
        for pdfs, cost in decoys.items():
            for length in range(1, len(pdfs)):
                cheapest[pdfs[:length]] = min(cost, cheapest.get(pdfs[:length], math.inf))
        first: dict[tuple[int, ...], int] = {}
        inner: dict[tuple[int, ...], int] = {}
        for pdfs, cost in sorted(decoys.items()):
            if len(pdfs) < 2:
                continue
            for length in range(1, len(pdfs)):
                prefix = pdfs[:length]
                if prefix in inner:
                    continue
                parent = prefix[:-1]
                step = cheapest[prefix] - (cheapest[parent] if parent else 0.0)
                inner[prefix] = self._sound(inner.get(parent, hub), prefix[-1], "internal", cost=step)
                if length == 1:
                    first[prefix] = self._sound(self._loop, prefix[0], "begin", label=label, cost=step)
                elif length == 2:
                    enter = self._table.enter(prefix[-1], "internal")
                    self._fst.arc(first[parent], Arc(enter, 0, step + self._costs.leave, inner[prefix]))
            rest = cost - cheapest[pdfs[:-1]]
            sources = [inner[pdfs[:-1]], *([first[pdfs[:-1]]] if len(pdfs) == 2 else [])]
            for source in sources:
                self._fst.skip(self._sound(source, pdfs[-1], "internal", cost=rest), hub)
                self._fst.skip(self._sound(source, pdfs[-1], "end", cost=rest), self._loop)
