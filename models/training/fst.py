"""Finite-state transducers in OpenFst's "vector" format, without OpenFst."""

from __future__ import annotations

import math
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

_FST_MAGIC, _SYMBOLS_MAGIC = 2125659606, 2125658996
_VERSION, _HAS_OUTPUT_SYMBOLS = 2, 2
_EXPANDED_MUTABLE = 0x3
ACCEPTOR, INPUT_SORTED, OUTPUT_SORTED = 0x10000, 0x10000000, 0x40000000


@dataclass(frozen=True, slots=True)
class Arc:
    """Labels 0 are empty; `cost` is a negative natural logarithm."""

    input: int
    output: int
    cost: float
    to: int


class Fst:
    """Tropical semiring; state 0 is the start."""

    def __init__(self) -> None:
        self.arcs: list[list[Arc]] = []
        self.final: dict[int, float] = {}

    def state(self) -> int:
        self.arcs.append([])
        return len(self.arcs) - 1

    def arc(self, source: int, arc: Arc) -> None:
        self.arcs[source].append(arc)

    def skip(self, source: int, to: int, cost: float = 0.0) -> None:
        self.arc(source, Arc(0, 0, cost, to))

    def sort_by_output(self) -> None:
        for arcs in self.arcs:
            arcs.sort(key=lambda arc: (arc.output, arc.input))

    def write(self, path: Path, properties: int, output_symbols: Sequence[str] = ()) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        flags = _HAS_OUTPUT_SYMBOLS if output_symbols else 0
        arc_count = sum(map(len, self.arcs))
        parts = [struct.pack("<i", _FST_MAGIC), _text("vector"), _text("standard")]
        parts.append(
            struct.pack("<iiQqqq", _VERSION, flags, _EXPANDED_MUTABLE | properties, 0, len(self.arcs), arc_count)
        )
        if output_symbols:
            parts.append(struct.pack("<i", _SYMBOLS_MAGIC) + _text("words"))
            parts.append(struct.pack("<qq", len(output_symbols), len(output_symbols)))
            parts += [_text(word) + struct.pack("<q", number) for number, word in enumerate(output_symbols)]
        for state, arcs in enumerate(self.arcs):
            parts.append(struct.pack("<fq", self.final.get(state, math.inf), len(arcs)))
            parts += [struct.pack("<iifi", arc.input, arc.output, arc.cost, arc.to) for arc in arcs]
        path.write_bytes(b"".join(parts))


def _text(text: str) -> bytes:
    data = text.encode()
    return struct.pack("<i", len(data)) + data
