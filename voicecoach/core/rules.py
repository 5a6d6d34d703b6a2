"""The rule table: ordered rows of data; the first row that matches a judged report decides.

Source of all rows but the first: the handout "Herniated Disc: Exercises" (Healthwise, topic code Z594). RED-FLAG is
from public patient cards about cauda equina syndrome (NHS, Chartered Society of Physiotherapy). STOP-WORD, NEXT-DAY and
the silence in UNCLEAR are not about a report: see `decide_stop`, `decide_next_day` and `decide_unclear`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from voicecoach.core.body import Baseline, PainReport, Place
from voicecoach.core.findings import Finding, Judged, judge
from voicecoach.core.intent import Doubt


class Verdict(StrEnum):
    """What a decision means for the session, from going on to the emergency."""

    GO = "go"
    EASE = "ease"
    ASK = "ask"
    REST = "rest"
    STOP = "stop"
    EMERGENCY = "emergency"


@dataclass(frozen=True, slots=True)
class Rule:
    """One row. It matches when one of `any_of` was found, and one of `together_with` (if there are any), and none of
    `unless`. `reason` says why, `say` names what the coach says ("{place}" is the place concerned; what is asked
    depends on the findings)."""

    id: str
    any_of: frozenset[Finding]
    verdict: Verdict
    reason: str
    say: str = ""
    together_with: frozenset[Finding] = frozenset()
    unless: frozenset[Finding] = frozenset()

    def matches(self, findings: frozenset[Finding]) -> bool:
        together = not self.together_with or bool(findings & self.together_with)
        return bool(findings & self.any_of) and together and not findings & self.unless


@dataclass(frozen=True, slots=True)
class Decision:
    """A decision with its rule and its reason. `say` is a key of the language's sayings, but where the verdict is ASK;
    there `ask` names the question that has to be asked."""

    rule: str
    verdict: Verdict
    reason: str
    say: str
    place: Place | None = None
    ask: str = ""


F = Finding
_TOWARD_SPINE = frozenset({F.LEG_BETTER, F.LEG_GONE, F.MOVED_UP})
_OPEN = frozenset({F.CONTRADICTION, F.UP_OR_DOWN, F.NUMBER_OR_PLACE, F.WHERE_WORSE, F.NEVER_NAMED, F.COMPARED})
RULES: tuple[Rule, ...] = (
    Rule(
        "RED-FLAG",
        frozenset({F.SADDLE_NUMB, F.BLADDER_BOWEL, F.LEG_WEAK, F.BOTH_LEGS}),
        Verdict.EMERGENCY,
        "a warning sign that nerves at the base of the spine may be pressed",
        "decide_red_flag",
    ),
    Rule(
        "LEG-WORSE",
        frozenset({F.LEG_WORSE}),
        Verdict.STOP,
        "pain got worse in the leg or buttock",
        "decide_leg_worse",
    ),
    Rule(
        "LEG-NEW",
        frozenset({F.LEG_NEW}),
        Verdict.STOP,
        "pain in the leg or buttock that was not there before",
        "decide_leg_new",
    ),
    Rule(
        "MOVED-DOWN",
        frozenset({F.MOVED_DOWN}),
        Verdict.STOP,
        "pain moved toward the leg or further down it",
        "decide_moved_down",
    ),
    Rule(
        "MUCH-WORSE",
        frozenset({F.MUCH_WORSE}),
        Verdict.STOP,
        "pain is much worse right after exercising",
        "decide_much_worse",
    ),
    Rule(
        "UNCLEAR",
        frozenset({F.ELSEWHERE}),
        Verdict.STOP,
        "pain in a place that these exercises are not for",
        "decide_elsewhere",
    ),
    Rule(
        "UNCLEAR",
        _OPEN,
        Verdict.ASK,
        "more than one reading remains",
    ),
    Rule(
        "BACK-WORSE",
        frozenset({F.BACK_WORSE}),
        Verdict.EASE,
        "more pain in the back alone is normal at first",
        "decide_back_worse",
        unless=_TOWARD_SPINE,
    ),
    Rule(
        "NECK",
        frozenset({F.NECK}),
        Verdict.EASE,
        "the lying position bothers the neck",
        "decide_neck",
    ),
    Rule(
        "CENTRALIZING",
        frozenset({F.LEG_GONE, F.MOVED_UP}),
        Verdict.GO,
        "pain left the leg or buttock toward the middle of the spine",
        "decide_centralizing",
    ),
    Rule(
        "CENTRALIZING",
        frozenset({F.LEG_BETTER}),
        Verdict.GO,
        "less in the leg or buttock, even if the middle hurts more",
        "decide_centralizing",
        together_with=frozenset({F.BACK_WORSE, F.BACK_COMPARED}),
    ),
    Rule(
        "UNCLEAR",
        frozenset({F.BACK_COMPARED, F.LEG_UNKNOWN, F.SAME_AS_WORSE}),
        Verdict.ASK,
        "not all that matters was said",
    ),
    Rule(
        "SAME-OR-BETTER",
        frozenset({F.SAME, F.BETTER, F.LEG_BETTER}),
        Verdict.GO,
        "no change, or less",
        "decide_same_or_better",
    ),
)
# The order of clinical rules as a clinician reads them, with those that are not about a report.
RULE_IDS = (
    "RED-FLAG",
    "STOP-WORD",
    "LEG-WORSE",
    "LEG-NEW",
    "MOVED-DOWN",
    "MUCH-WORSE",
    "NEXT-DAY",
    "BACK-WORSE",
    "NECK",
    "CENTRALIZING",
    "SAME-OR-BETTER",
    "UNCLEAR",
)
# Which question clears up what is open; the most dangerous first.
_QUESTIONS = (
    (F.CONTRADICTION, "leg_worse"),
    (F.UP_OR_DOWN, "up_or_down"),
    (F.NUMBER_OR_PLACE, "more_or_moving"),
    (F.WHERE_WORSE, "where_worse"),
    (F.NEVER_NAMED, "leg_worse"),
    (F.COMPARED, "compared"),
    (F.SAME_AS_WORSE, "still_worse"),
    (F.LEG_UNKNOWN, "leg_too"),
    (F.BACK_COMPARED, "compared"),
)


def decide(
    report: PainReport, baseline: Baseline, doubts: tuple[Doubt, ...] = (), checks: tuple[PainReport, ...] = ()
) -> Decision:
    """The decision on a report: the first row that matches. Where nothing was found, it has to be asked. `checks`: what
    was said at the pain checks so far."""
    judged = judge(report, baseline, doubts, checks)
    for rule in RULES:
        if rule.matches(judged.findings):
            return Decision(rule.id, rule.verdict, rule.reason, rule.say, judged.place, _question(rule, judged))
    return Decision("UNCLEAR", Verdict.ASK, "nothing was said that could be judged", "", ask="compared")


def _question(rule: Rule, judged: Judged) -> str:
    if rule.verdict is not Verdict.ASK:
        return ""
    return next(question for finding, question in _QUESTIONS if finding in judged.findings)


def decide_stop() -> Decision:
    """STOP-WORD: the movement stops at once; what happened is asked afterwards."""
    return Decision("STOP-WORD", Verdict.STOP, "the person said stop", "decide_stop", ask="what_happened")


def decide_next_day() -> Decision:
    """NEXT-DAY: the session before ended much worse and it is still worse today: none of the exercises."""
    return Decision(
        "NEXT-DAY", Verdict.STOP, "much worse after the last session and still worse today", "decide_next_day"
    )


def decide_unclear() -> Decision:
    """UNCLEAR: not understood, contradictory or silent, after it was asked again: rest, then end safely."""
    return Decision("UNCLEAR", Verdict.REST, "no clear answer", "decide_rest")
