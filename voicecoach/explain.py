"""Why the coach would decide as it does on one utterance. The page of all rules is in `rules_page`."""

from __future__ import annotations

from dataclasses import dataclass, replace

from voicecoach.core.asked import BASELINE_QUESTIONS
from voicecoach.core.body import Baseline, Claim, Movement, PainReport, Place, Site, Trend
from voicecoach.core.findings import Finding, judge
from voicecoach.core.intent import Answer, Command, Doubt, Intent
from voicecoach.core.questions import QUESTIONS
from voicecoach.core.readback import in_words, read_back, to_confirm
from voicecoach.core.rules import Decision, Verdict, decide, decide_next_day, decide_stop, decide_unclear
from voicecoach.core.scenes.clarifying import clarified
from voicecoach.core.scenes.screening import EACH_TIME, FIRST
from voicecoach.core.scenes.warnings import says_no
from voicecoach.core.understanding import places_of, understand
from voicecoach.errors import CoachError
from voicecoach.languages import language, sayings
from voicecoach.rules_page import rules_page

__all__ = ["Explanation", "NotExplainedError", "baseline_of", "decision_on", "explain", "rules_page"]
_SETTLED_BY_A_WORD = {"leg_worse", "still_worse", "ladder_leg", "ladder_back"}
_LADDER = {"ladder_leg": Site.LEG, "ladder_back": Site.BACK, "still_worse": Site.BACK}
_SIGNS = {sign.question: sign.claim for sign in (*FIRST, *EACH_TIME)}
_WARNINGS = {Finding.SADDLE_NUMB, Finding.BLADDER_BOWEL, Finding.LEG_WEAK}


class NotExplainedError(CoachError):
    """The baseline or the question is not one that the coach knows."""


@dataclass(frozen=True)
class Explanation:
    """What one utterance was taken for, and what the coach would do about it (`decision` is None for a mere command,
    and for an answer that decides nothing about pain)."""

    intent: Intent
    decision: Decision | None
    baseline: Baseline
    asked: str

    @property
    def say(self) -> str:
        """What the coach would say about the decision; where it has to ask, the question."""
        if self.decision is None:
            return ""
        return _text(self.decision, self.intent, self.asked)

    def as_json(self) -> dict[str, object]:
        """One object: `intent`, `command` and `decision`; everything in it is text, numbers, lists or null."""
        decision = self.decision
        return {
            "intent": _intent_json(self.intent),
            "command": self.intent.command.value if self.intent.command else None,
            "decision": decision
            and {
                "verdict": decision.verdict.value,
                "rule": decision.rule,
                "reason": decision.reason,
                "say": self.say,
            },
        }

    def as_text(self) -> str:
        """The same, for a person to read."""
        lines = [f"Heard:      {self.intent.words or '(nothing)'}"]
        if self.asked:
            lines.append(f"Asked:      {sayings()[self.asked]}")
        if self.baseline.known:
            lines.append(f"Before:     {_baseline_text(self.baseline)}")
        lines.append(f"Understood: {_understood(self.intent) or 'nothing'}")
        if self.intent.unused:
            lines.append(f"Not used:   {', '.join(self.intent.unused)}")
        if self.decision is None:
            lines.append("Decision:   none; this is no report of pain")
        else:
            lines.append(f"Decision:   {self.decision.verdict.value} (rule {self.decision.rule})")
            lines.append(f"Reason:     {self.decision.reason}")
            lines.append(f"Says:       {self.say}")
        return "\n".join(lines)


def explain(words: str, baseline_text: str = "", asked: str = "") -> Explanation:
    """What the coach takes `words` for, after the question `asked` (a question's name) and with the pain before the
    session as in "left calf five". Raises NotExplainedError when either is not understood."""
    if asked and asked not in QUESTIONS:
        raise NotExplainedError(f"There is no question {asked!r}. Choose one of: {', '.join(sorted(QUESTIONS))}.")
    baseline = baseline_of(baseline_text)
    intent = understand(words, language(), asked)
    return Explanation(intent, decision_on(intent, baseline, asked), baseline, asked)


def baseline_of(text: str) -> Baseline:
    """The pain before the session, as somebody would say it. Raises NotExplainedError where nothing was understood."""
    if not text.strip():
        return Baseline()
    report = understand(text, language(), "baseline").report
    places = places_of(report) if report else ()
    painless = report is not None and report.score == 0
    if report is None or not (places or painless):
        raise NotExplainedError(
            f'The baseline {text!r} was not understood. Say where and how strong, as in "left calf five".'
        )
    return Baseline(places, report.score)


def decision_on(intent: Intent, baseline: Baseline, asked: str = "") -> Decision | None:
    """The decision on what was said: None for a mere command, and for answers that are not about pain."""
    if asked in BASELINE_QUESTIONS or asked == "baseline_score":
        return _before_the_first_exercise(intent, asked)
    if asked == "next_day" and (intent.report is not None or intent.answer is Answer.YES):
        fine = says_no(intent, language(), better=True)
        return decide(intent.report or PainReport(), baseline, intent.doubts) if fine else decide_next_day()
    if asked in _SIGNS:
        return _warning(intent, asked)
    if asked in _SETTLED_BY_A_WORD and intent.report is None and intent.answer is not None:
        return _yes_or_no(intent, baseline, asked)
    if intent.report is None:
        return _without_report(intent, asked)
    decision = decide(intent.report, baseline, intent.doubts)
    if intent.command is Command.STOP and decision.verdict not in (Verdict.STOP, Verdict.EMERGENCY):
        return decide_stop()
    return decision


def _warning(intent: Intent, asked: str) -> Decision | None:
    """A yes to a question about a warning sign is that sign, unless another one is told along with it."""
    told = intent.report is not None and judge(intent.report, Baseline()).findings & _WARNINGS
    report = PainReport((_SIGNS[asked],)) if intent.answer is Answer.YES and not told else intent.report
    return decide(report, Baseline(), intent.doubts) if report is not None else _without_report(intent, asked)


def _before_the_first_exercise(intent: Intent, asked: str) -> Decision | None:
    """A baseline decides nothing, unless it names a warning sign."""
    if intent.report is None:
        return _without_report(intent, asked)
    warning = judge(intent.report, Baseline()).findings & _WARNINGS
    return decide(intent.report, Baseline()) if warning else None


def _yes_or_no(intent: Intent, baseline: Baseline, asked: str) -> Decision | None:
    if intent.answer is Answer.NO and asked in _LADDER:
        return None
    return decide(_meant(intent, asked), baseline)


def _meant(intent: Intent, asked: str) -> PainReport:
    """The report, also where a yes or no to a question about it stands for one."""
    if intent.report is not None or intent.answer is None:
        return intent.report or PainReport()
    if asked in _LADDER and intent.answer is Answer.YES:
        return PainReport((Claim(Trend.WORSE, Place(_LADDER[asked])),))
    return clarified(asked, PainReport(), intent) if asked == "leg_worse" else PainReport()


def _without_report(intent: Intent, asked: str) -> Decision | None:
    """Nothing was said of pain: a command and an answer to the question decide nothing, the rest is not understood."""
    question = QUESTIONS.get(asked)
    answered = question is not None and (
        question.answered_by(intent) or (question.yes_no and intent.answer is not None)
    )
    if intent.command is not None or answered or (question is None and intent.answer is not None):
        return None
    return replace(
        decide_unclear(), verdict=Verdict.ASK, reason="nothing was understood that could be judged", ask=asked
    )


# --- words for it ---


def _text(decision: Decision, intent: Intent, asked: str) -> str:
    place = decision.place.spoken() if decision.place else "leg"
    report = _meant(intent, asked)
    key = (decision.ask or "check_again") if decision.verdict is Verdict.ASK else decision.say
    if key == asked and f"{asked}_again" in sayings():
        key = f"{asked}_again"  # not understood: in simpler words
    if decision.rule == "STOP-WORD":
        key = "stopped"
    values = {"place": place, "neck": sayings()["neck_general"], "heard": to_confirm(report, sayings())}
    said_back = read_back(report, sayings()) if decision.verdict is Verdict.GO or decision.rule == "BACK-WORSE" else ""
    return f"{said_back} {sayings()[key].format_map(_Blank(values))}".strip()


class _Blank(dict[str, str]):
    """What a question about something else would be filled in with is left open."""

    def __missing__(self, key: str) -> str:
        return "..."


def _understood(intent: Intent) -> str:
    """As in "command stop; better in the left leg, seven out of ten"."""
    parts = [f"command {intent.command.value}"] if intent.command else []
    parts += [intent.answer.value] if intent.answer else []
    report = intent.report
    if report is not None:
        parts += [text] if (text := in_words(report, sayings())) else []
        unsure = [c.place.spoken() if c.place else "it" for c in report.claims if c.unsure]
        parts += [f"not whether {place} is worse, the same or better" for place in unsure]
    elif intent.number is not None:
        parts.append(f"number {intent.number}")
    parts += [f"side {intent.side.value}"] if intent.side else []
    parts += [f"left open: {_DOUBTS[doubt]}" for doubt in intent.doubts]
    return "; ".join(parts)


_DOUBTS = {
    Doubt.UP_OR_DOWN: "moving up, or down?",
    Doubt.NUMBER_OR_PLACE: "does the pain get less or more, or does its place change?",
    Doubt.WORSE_OR_SAME: "worse, or the same?",
    Doubt.CONTRADICTION: "which of the two holds?",
}


def _baseline_text(baseline: Baseline) -> str:
    places = " and ".join(place.spoken() for place in baseline.places) or "no pain"
    return places if baseline.score is None else f"{places}, {baseline.score}"


def _intent_json(intent: Intent) -> dict[str, object]:
    report = intent.report
    return {
        "words": intent.words,
        "answer": intent.answer.value if intent.answer else None,
        "claims": [_claim_json(claim) for claim in report.claims] if report else [],
        "movements": [_movement_json(movement) for movement in report.movements] if report else [],
        "score": report.score if report else None,
        "number": intent.number,
        "side": intent.side.value if intent.side else None,
        "doubts": [doubt.value for doubt in intent.doubts],
        "unused": list(intent.unused),
    }


def _claim_json(claim: Claim) -> dict[str, object]:
    return {
        "trend": claim.trend.value,
        "much": claim.much,
        "quality": claim.quality.value,
        "place": _place_json(claim.place),
        "unsure": claim.unsure,
    }


def _movement_json(movement: Movement) -> dict[str, object]:
    return {
        "from": _place_json(movement.start),
        "to": _place_json(movement.end),
        "direction": movement.direction.value,
        "spreading": movement.spreading,
    }


def _place_json(place: Place | None) -> dict[str, str | None] | None:
    return None if place is None else {"site": place.site.value, "side": place.side.value if place.side else None}
