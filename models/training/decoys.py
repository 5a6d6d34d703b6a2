"""Words that [unk] may stand for: common ones, and ones that sound like the words that matter most."""

from __future__ import annotations

from collections.abc import Iterable

from models.training.phones import Dictionary, listed

# One sound away from these, every word of CMUdict is a decoy.
KEY_WORDS = listed(
    "stop yes no go left right up down on off worse better help wait pause pain numb next back leg more less ready "
    "again skip done same start"
)
# Other machines that people talk to at home; "Alexa" was heard as "less", "worse" or "legs".
OTHER_MACHINES = listed("alexa siri cortana google bixby")


def near_words(dictionary: Dictionary, vocabulary: set[str]) -> set[str]:
    """Words of other sounds than any of the vocabulary, one sound replaced, dropped or added from a key word."""
    own = {way.phones for word in vocabulary for way in dictionary.ways(word)}
    targets = {way.phones for word in KEY_WORDS for way in dictionary.ways(word)}
    found = set()
    for word in dictionary.words():
        ways = [way.phones for way in dictionary.ways(word)]
        if not any(way in own for way in ways) and any(_one_apart(way, targets) for way in ways[:1]):
            found.add(word)
    return found


def decoy_costs(
    dictionary: Dictionary, common: Iterable[str], near: Iterable[str], common_cost: float, near_cost: float
) -> dict[tuple[int, ...], float]:
    """Cost by sounds. A whole-word sound stays one: what is not asked for now must still be heard as itself."""
    costs: dict[tuple[int, ...], float] = {}
    for words, cost in ((near, near_cost), (common, common_cost)):
        for word in words:
            for way in dictionary.ways(word, 1):
                costs[way.pdfs] = min(cost, costs.get(way.pdfs, cost))
    return costs


def _one_apart(way: tuple[str, ...], targets: set[tuple[str, ...]]) -> bool:
    return any(_distance_is_one(way, target) for target in targets if abs(len(way) - len(target)) <= 1)


def _distance_is_one(a: tuple[str, ...], b: tuple[str, ...]) -> bool:
    """One replacement, insertion or removal apart."""
    if len(a) == len(b):
        return sum(x != y for x, y in zip(a, b, strict=True)) == 1
    short, long = sorted((a, b), key=len)
    return any(long[:at] + long[at + 1 :] == short for at in range(len(long)))
