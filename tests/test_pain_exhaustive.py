"""All sentences of a bounded grammar, each decided twice: by the coach, and by an oracle that knows what was meant."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain, product

from tests.pain_oracle import BACK, LIMB, Before, Moved, Said, opinion
from voicecoach.core.body import Baseline, Place, Side, Site
from voicecoach.core.rules import decide
from voicecoach.core.understanding import understand
from voicecoach.languages import language

SITES = {
    "leg": Site.LEG,
    "calf": Site.CALF,
    "thigh": Site.THIGH,
    "foot": Site.FOOT,
    "knee": Site.KNEE,
    "buttock": Site.BUTTOCK,
    "back": Site.BACK,
    "lower back": Site.LOW_BACK,
    "middle of my back": Site.SPINE,
}
BEFORE = (
    Before((("calf", "left"),)),
    Before((("lower back", ""),)),
    Before((("lower back", ""), ("leg", "left"))),
    Before((("leg", "both"),)),
    Before((("foot", ""), ("buttock", "right"))),
)
# {s}: the place with its side; the first of each list puts the place first, the second the predicate
CLAIMS = {
    ("worse", False): (
        "my {s} is worse",
        "worse in my {s}",
        "{s} worse",
        "it's worse in my {s}",
        "in my {s} it's worse",
    ),
    ("much worse", False): ("my {s} is much worse", "much worse in my {s}", "{s} a lot worse"),
    ("better", False): ("my {s} is better", "better in my {s}", "{s} better", "less pain in my {s}"),
    ("same", False): ("my {s} is the same", "the same in my {s}", "{s} the same", "no change in my {s}"),
    ("new", False): ("my {s} has a new pain", "new pain in my {s}", "it's started in my {s}"),
    ("gone", False): ("my {s} pain is gone", "nothing in my {s}", "it has left my {s}", "gone from my {s}"),
    ("hurts", False): ("my {s} hurts", "it hurts in my {s}", "{s} hurts", "pain in my {s}"),
    ("numb", False): ("my {s} is numb", "numbness in my {s}", "{s} numb", "i can't feel my {s}"),
    ("worse", True): ("my {s} is not worse", "not worse in my {s}", "{s} no worse", "my {s} isn't any worse"),
    ("better", True): ("my {s} isn't better", "not better in my {s}", "{s} not better"),
    ("new", True): ("my {s} has no new pain", "no new pain in my {s}"),
    ("hurts", True): ("my {s} doesn't hurt", "no pain in my {s}", "my {s} does not hurt"),
    ("numb", True): ("my {s} isn't numb", "no numbness in my {s}", "{s} not numb"),
    ("gone", True): ("my {s} pain hasn't gone", "it hasn't left my {s}"),
}
PLACELESS = {
    ("worse", False): ("worse", "it's worse", "it's getting worse"),
    ("much worse", False): ("it's much worse", "a lot worse"),
    ("better", False): ("better", "it's a bit better"),
    ("same", False): ("the same", "no change"),
    ("gone", False): ("it's gone", "no pain"),
    ("hurts", False): ("it hurts", "that hurts"),
    ("numb", False): ("it's numb",),
    ("worse", True): ("not worse", "it's no worse", "it isn't worse"),
    ("better", True): ("not better", "no better"),
    ("hurts", True): ("it doesn't hurt",),
}
MOVES = {
    ("down", False): ("it's moving down my {s}", "going down my {s}", "moving back down my {s}"),
    ("up", False): ("it's moving up my {s}", "going up my {s}"),
    ("into", False): ("it's moving into my {s}", "it's gone into my {s}", "going to my {s}"),
    ("out of", False): ("it's moving out of my {s}", "it's come out of my {s}"),
    ("down", True): ("it's not moving down my {s}", "it doesn't go down my {s}"),
    ("into", True): ("it's not going into my {s}", "it hasn't moved to my {s}"),
}
FILLED = ("{}", "um {}", "well {}", "i think {}", "[unk] {}", "{} now then")
CONNECTIONS = (" but ", " and ", ", ", " ")


def baseline_of(before: Before) -> Baseline:
    places = tuple(Place(SITES[place], Side(side) if side else None) for place, side in before.places)
    return Baseline(places, 5)


BASELINES = tuple((before, baseline_of(before)) for before in BEFORE)


def single_claims() -> Iterator[tuple[str, list[Said | Moved]]]:
    for (what, denied), place, side in product(CLAIMS, SITES, ("", "left", "right", "both")):
        if place == "middle of my back" and side:
            continue
        plural = {"calf": "calves", "foot": "feet"}.get(place, f"{place}s") if side == "both" else place
        if side == "both" and place in BACK:
            continue
        for form, filled in product(CLAIMS[what, denied], FILLED):
            sentence = filled.format(form.format(s=f"{side} {plural}".strip()))
            yield sentence, [Said(what, place, side, denied)]
    for (what, denied), forms in PLACELESS.items():
        for form, filled in product(forms, FILLED):
            yield filled.format(form), [Said(what, denied=denied)]


def single_moves() -> Iterator[tuple[str, list[Said | Moved]]]:
    for (way, denied), place, filled in product(MOVES, LIMB, FILLED):
        for form in MOVES[way, denied]:
            yield filled.format(form.format(s=place)), [Moved(way, place, denied=denied)]
    for start, end, filled in product(SITES, SITES, FILLED):
        if start == end or (start in BACK and end in BACK) or ("leg" in (start, end) and start in LIMB and end in LIMB):
            continue
        for form in (
            "it's moved from my {a} to my {b}",
            "from my {a} into my {b}",
            "it was in my {a} now it's in my {b}",
        ):
            yield filled.format(form.format(a=start, b=end)), [Moved("from", start, end)]


def two_claims() -> Iterator[tuple[str, list[Said | Moved]]]:
    """Two places with two trends in one breath, in every order of words."""
    places = ("leg", "calf", "thigh", "foot", "buttock", "back", "lower back", "middle of my back")
    for first, second in product(CLAIMS, CLAIMS):
        for place, other in product(places, places):
            if place == other:
                continue
            said: list[Said | Moved] = [
                Said(first[0], place, denied=first[1]),
                Said(second[0], other, denied=second[1]),
            ]
            orders = product(CLAIMS[first][:2], CLAIMS[second][:2], CONNECTIONS)
            for index, (form, other_form, connection) in enumerate(orders):
                if (index + hash_of(place, other)) % 2 or not understandable(form, other_form, connection):
                    continue
                yield form.format(s=place) + connection + other_form.format(s=other), said


def a_movement_and_a_claim() -> Iterator[tuple[str, list[Said | Moved]]]:
    for (way, not_moved), (what, denied) in product(MOVES, CLAIMS):
        for place, other in product(
            ("leg", "calf", "buttock", "foot"), ("leg", "thigh", "buttock", "back", "lower back")
        ):
            if place == other:
                continue
            said: list[Said | Moved] = [Moved(way, place, denied=not_moved), Said(what, other, denied=denied)]
            forms = product(MOVES[way, not_moved], CLAIMS[what, denied][:2], CONNECTIONS[:3])
            for index, (form, other_form, connection) in enumerate(forms):
                first, second = form.format(s=place), other_form.format(s=other)
                yield (f"{first}{connection}{second}" if index % 2 else f"{second}{connection}{first}"), said


def hash_of(place: str, other: str) -> int:
    """Every other order for each pair of places keeps the number of sentences in bounds."""
    return len(place) + len(other)


def understandable(form: str, other_form: str, connection: str) -> bool:
    """Without a word between them, "my leg is worse no new pain in my back" could be a correction as well, and "the
    pain hasn't gone worse in my back" could be one denial."""
    runs_on = connection == " " and (other_form.startswith("no ") or (form.endswith("gone") and other_form[:2] != "my"))
    return not runs_on


def corrections() -> Iterator[tuple[str, list[Said | Moved], bool]]:
    """(sentence, what stands, contradiction): the second reading replaces the first, unless it is more harmless."""
    places = ("leg", "calf", "buttock", "back")
    plain = [key for key in CLAIMS if not key[1] and key[0] not in ("much worse", "numb", "new")]
    for first, second, place, other in product(plain, plain, places, places):
        if (first == second) == (place == other):
            continue
        before, after = Said(first[0], place), Said(second[0], other)
        harmless = alarm(after) < alarm(before)
        stands: list[Said | Moved] = [before if harmless else after]
        for form, other_form, no in product(
            CLAIMS[first][:2], CLAIMS[second][:1], (", no, ", " no sorry ", " i mean ", "... no wait, ")
        ):
            yield form.format(s=place) + no + other_form.format(s=other), stands, harmless


def alarm(said: Said) -> int:
    if said.what not in ("worse", "new"):
        return 0
    return 2 if said.place in LIMB else 1


def check(
    sentence: str,
    said: list[Said | Moved],
    wrong: list[str],
    *,
    contradiction: bool = False,
    baselines: tuple[tuple[Before, Baseline], ...] = BASELINES,
) -> None:
    intent = understand(sentence, language())
    assert intent.report is not None, sentence
    for before, baseline in baselines:
        decision = decide(intent.report, baseline, intent.doubts)
        expected = opinion(said, before, contradiction)
        if (decision.rule, decision.verdict.value) != expected:
            wrong.append(f"{sentence!r} {before.places}: {decision.rule} {decision.verdict}, not {expected}")


def test_every_sentence_of_the_grammar_is_decided_as_the_oracle_does() -> None:
    wrong: list[str] = []
    sentences = set()
    for sentence, said in chain(single_claims(), single_moves()):
        sentences.add(sentence)
        check(sentence, said, wrong)
    for index, (sentence, said) in enumerate(chain(two_claims(), a_movement_and_a_claim())):
        sentences.add(sentence)
        first = index % len(BASELINES)
        check(sentence, said, wrong, baselines=(BASELINES[first], BASELINES[first - 2]))
    for sentence, said, contradiction in corrections():
        sentences.add(sentence)
        check(sentence, said, wrong, contradiction=contradiction)
    assert not wrong, f"{len(wrong)} of {len(sentences)}:\n" + "\n".join(wrong[:40])
    assert len(sentences) > 100_000
