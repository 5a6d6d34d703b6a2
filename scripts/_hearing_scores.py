"""How the hearing bench counts what came of each utterance, and false alarms per hour."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any

import numpy as np
from _hearing_scenes import Placed
from _model_scores import Rate, Share
from _model_sounds import RATE_HZ

from voicecoach.core.intent import Intent
from voicecoach.core.interlock import is_evidence
from voicecoach.core.messages import Heard
from voicecoach.core.rules import Verdict
from voicecoach.core.understanding import understand
from voicecoach.explain import baseline_of
from voicecoach.hear import Judge, Observation
from voicecoach.languages import language

_GRAVITY = {verdict.value: gravity for gravity, verdict in enumerate(Verdict)}
_CUT_S = 0.05  # a final result so long before the end of the words has cut them
MISSES_KEPT = 400


@dataclass(frozen=True, slots=True)
class Truth:
    """What the words of an utterance mean when every one is heard. `alarm`: the sample at which the words said so far
    are reason to hush for the first time; None where the whole is no such reason: then it is not "stop or worse".
    `harmless`: nor is any beginning of it ("it hurts" of "it hurts less" is)."""

    intent: Intent
    verdict: str | None
    rule: str | None
    alarm: int | None
    harmless: bool


def truth_of(placed: Placed, baseline: str) -> Truth:
    final = truth_of_text(placed.utterance.text, baseline, placed.utterance.question)
    assert final.intent is not None
    alarming = _alarming(placed)
    grave = final.verdict not in (None, Verdict.GO)  # "it hurts less" hushes, and is neither stop nor worse
    alarm = placed.words[alarming.index(True)].end if alarming[-1] and grave else None
    return Truth(final.intent, final.verdict, final.rule, alarm, harmless=not any(alarming))


def truth_of_text(text: str, baseline: str, question: str = "performing") -> Observation:
    """What would be decided if every word were heard."""
    return Judge(language(), question, baseline_of(baseline)).see(Heard(0.0, text, surely_other=True))[-1]


def _alarming(placed: Placed) -> list[bool]:
    """After each word: is what was said so far reason to hush?"""
    asked = "" if placed.utterance.question == "performing" else placed.utterance.question
    words = [word.word for word in placed.words]
    said = (" ".join(words[:count]) for count in range(1, len(words) + 1))
    return [is_evidence(understand(text, language(), asked)) for text in said]


def meaning(intent: Intent) -> Intent:
    """The intent without the words that said it."""
    report = None if intent.report is None else replace(intent.report, words="")
    return replace(intent, words="", unused=(), report=report)


@dataclass(slots=True)
class Tally:
    """Of one ear under one condition. `right`, `wrong`, `rejected`: what an utterance with a meaning was taken for;
    `accepted`: an utterance without one was taken for something. `hushed`, `decided` (with the very rule and verdict),
    `careful` (at least as grave a verdict): of the utterances that are stop or worse. `startled`: hushed without cause.
    `cut`: a final result came before the words had ended. Delays in milliseconds of audio time: from the end of the
    alarming word to the hush, and from the end of the utterance to its right decision."""

    right: Share = field(default_factory=Share)
    wrong: Share = field(default_factory=Share)
    rejected: Share = field(default_factory=Share)
    accepted: Share = field(default_factory=Share)
    hushed: Share = field(default_factory=Share)
    decided: Share = field(default_factory=Share)
    careful: Share = field(default_factory=Share)
    startled: Share = field(default_factory=Share)
    cut: Share = field(default_factory=Share)
    hush_ms: list[float] = field(default_factory=list)
    decision_ms: list[float] = field(default_factory=list)
    misses: list[str] = field(default_factory=list)

    def count(self, placed: Placed, truth: Truth, seen: Sequence[Observation]) -> None:
        """`seen`: what was observed from the beginning of this utterance to that of the next."""
        finals = [one for one in seen if one.kind == "final"]
        meanings = {meaning(one.intent) for one in finals if one.intent is not None and not one.intent.empty}
        if truth.intent.empty:
            self.accepted.count(bool(meanings))
        else:
            self.right.count(right := meanings == {meaning(truth.intent)})
            self.wrong.count(bool(meanings) and not right)
            self.rejected.count(not meanings)
        self.cut.count(any(one.at_s < placed.end / RATE_HZ - _CUT_S for one in finals))
        hush_s = next((one.at_s for one in seen if one.kind == "hush"), None)
        if truth.harmless:
            self.startled.count(hush_s is not None)
        if truth.alarm is not None:
            self._alarm(placed, truth, truth.alarm, finals, hush_s)
        if meanings != ({meaning(truth.intent)} if not truth.intent.empty else set()):
            heard = " | ".join(f"{one.kind} {one.words}" for one in seen if one.kind != "partial")
            self.misses.append(f"{placed.utterance.who}: {placed.utterance.text} > {heard}")

    def _alarm(
        self, placed: Placed, truth: Truth, alarm: int, finals: Sequence[Observation], hush_s: float | None
    ) -> None:
        self.hushed.count(hush_s is not None)
        if hush_s is not None:
            self.hush_ms.append(1000 * (hush_s - alarm / RATE_HZ))
        decisions = [one for one in finals if one.decides]
        same = [one for one in decisions if (one.verdict, one.rule) == (truth.verdict, truth.rule)]
        self.decided.count(bool(same))
        if same:
            self.decision_ms.append(1000 * (same[0].at_s - placed.end / RATE_HZ))
        gravity = _GRAVITY.get(truth.verdict or "", 0)
        self.careful.count(any(_GRAVITY.get(one.verdict or "", -1) >= gravity for one in decisions))

    def add(self, other: Tally) -> None:
        for name in (one.name for one in fields(self)):
            mine, theirs = getattr(self, name), getattr(other, name)
            if isinstance(mine, Share):
                mine.hits, mine.total = mine.hits + theirs.hits, mine.total + theirs.total
            else:
                mine.extend(theirs)
        del self.misses[MISSES_KEPT:]


@dataclass(slots=True)
class Alarms:
    """What other people and noise did in so many hours of them. `stops`: decisions that stop or end the session."""

    hours: float = 0.0
    hushes: int = 0
    decisions: int = 0
    stops: int = 0
    examples: list[str] = field(default_factory=list)

    def count(self, hours: float, seen: Iterable[Observation]) -> None:
        self.hours += hours
        for one in seen:
            self.hushes += one.kind == "hush"
            if one.kind == "final" and one.decides:
                self.decisions += 1
                self.stops += one.verdict in (Verdict.STOP, Verdict.EMERGENCY) or one.command in ("stop", "end")
                self.examples.append(one.words)

    def add(self, other: Alarms) -> None:
        self.hours += other.hours
        self.hushes += other.hushes
        self.decisions += other.decisions
        self.stops += other.stops
        self.examples = [*self.examples, *other.examples][:MISSES_KEPT]

    def rate(self, events: int) -> Rate:
        return Rate(events, self.hours)


def by_utterance(placed: Sequence[Placed], seen: Sequence[Observation]) -> Iterator[tuple[Placed, list[Observation]]]:
    """Each utterance with what was observed between its beginning and the next one's; what came before the first
    belongs to none."""
    starts = [one.start / RATE_HZ for one in placed]
    places = np.searchsorted(starts, [one.at_s for one in seen], side="right") - 1
    for number, one in enumerate(placed):
        yield one, [observation for observation, place in zip(seen, places, strict=True) if place == number]


def counted(placed: Sequence[Placed], seen: Sequence[Observation], baseline: str) -> Tally:
    tally = Tally()
    for one, its in by_utterance(placed, seen):
        tally.count(one, truth_of(one, baseline), its)
    return tally


def delays(values_ms: Sequence[float]) -> str:
    """Median, 95th percentile and greatest."""
    if not values_ms:
        return "-"
    return f"{np.median(values_ms):.0f} / {np.percentile(values_ms, 95):.0f} / {max(values_ms):.0f}"


def tally_from(stored: dict[str, Any]) -> Tally:
    values: dict[str, Any] = {
        name: Share(**value) if isinstance(value, dict) else value for name, value in stored.items()
    }
    return Tally(**values)
