"""How the model bench counts: shares and rates with 95 % confidence intervals."""

from __future__ import annotations

import math
from dataclasses import dataclass

_Z = 1.96


@dataclass(slots=True)
class Share:
    """`hits` of `total`."""

    hits: int = 0
    total: int = 0

    def count(self, hit: bool) -> None:
        self.hits += hit
        self.total += 1

    def interval(self) -> tuple[float, float]:
        """Wilson's, from 0 to 1."""
        if not self.total:
            return 0.0, 1.0
        share, z2 = self.hits / self.total, _Z**2 / self.total
        middle = (share + z2 / 2) / (1 + z2)
        half = _Z / (1 + z2) * math.sqrt(share * (1 - share) / self.total + z2 / self.total / 4)
        return max(0.0, middle - half), min(1.0, middle + half)

    def __str__(self) -> str:
        if not self.total:
            return "-"
        low, high = self.interval()
        return f"{100 * self.hits / self.total:.1f} % ({100 * low:.1f}-{100 * high:.1f})"


@dataclass(slots=True)
class Rate:
    """`events` in `hours`."""

    events: int = 0
    hours: float = 0.0

    def interval(self) -> tuple[float, float]:
        """Per hour; Byar's approximation of the exact Poisson interval."""
        if not self.hours:
            return 0.0, math.inf
        low = self.events * (1 - 1 / (9 * self.events) - _Z / (3 * math.sqrt(self.events))) ** 3 if self.events else 0.0
        above = self.events + 1
        high = above * (1 - 1 / (9 * above) + _Z / (3 * math.sqrt(above))) ** 3
        return max(0.0, low) / self.hours, high / self.hours

    def __str__(self) -> str:
        if not self.hours:
            return "-"
        low, high = self.interval()
        return f"{self.events / self.hours:.1f} ({low:.1f}-{high:.1f})"
