"""Which numbers are counted aloud in a hold, and when."""

from __future__ import annotations

from dataclasses import dataclass

from voicecoach.core.plan import Counting

SHORT_HOLD_S = 10  # up to this long every second is counted
EVERY_HOLD_S = 30  # and up to this long, where every second is wanted: longer numbers take longer than a second
LAST_S = 5  # of a longer hold the last seconds are counted down
STEP_S = 10  # and before them every ten seconds

_TEENS = ("ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen")
_ONES = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", *_TEENS)
_TENS = ("zero", "ten", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")


@dataclass(frozen=True, slots=True)
class Count:
    """A number and the moment of its voice onset, in seconds from the beginning of the hold."""

    offset_s: float
    number: int


def counts(hold_s: int, counting: Counting = Counting.USUAL) -> tuple[Count, ...]:
    """The numbers of a hold. Short: one, two, three... at the beginning of each second. Long: the seconds that have
    passed, every ten; then five, four, three, two, one, so that the hold ends one second after "one"."""
    if hold_s <= (EVERY_HOLD_S if counting is Counting.EVERY else SHORT_HOLD_S):
        return tuple(Count(float(second), second + 1) for second in range(hold_s))
    tens = () if counting is Counting.FEW else range(STEP_S, hold_s - LAST_S, STEP_S)
    passed = tuple(Count(float(second), second) for second in tens)
    down = tuple(Count(float(hold_s - left), left) for left in range(LAST_S, 0, -1))
    return passed + down


def spoken_number(number: int) -> str:
    """0 to 999 in words, as speech engines read them most reliably."""
    if number >= 100:
        rest = f" {spoken_number(number % 100)}" if number % 100 else ""
        return f"{_ONES[number // 100]} hundred{rest}"
    if number < 20:
        return _ONES[number]
    return _TENS[number // 10] + (f" {_ONES[number % 10]}" if number % 10 else "")
