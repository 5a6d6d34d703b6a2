"""After each exercise: how is the pain now, and how strong? Nothing follows without an understood answer."""

from __future__ import annotations

from collections.abc import Generator

from voicecoach.core.body import PainReport
from voicecoach.core.intent import Answer, Doubt, Intent
from voicecoach.core.messages import ScoreTaken
from voicecoach.core.readback import read_back
from voicecoach.core.rules import Decision, Verdict, decide
from voicecoach.core.scenes.clarifying import corrected_check
from voicecoach.core.scenes.pain import Pain
from voicecoach.core.talk import GRAVE, Scene, Signal, Talk


class PainCheck:
    """A scene that keeps the answers it already has."""

    def __init__(self, talk: Talk, pain: Pain) -> None:
        self._talk = talk
        self._pain = pain
        self._change: PainReport | None = None
        self._checks_before = talk.checks
        self._stands = PainReport()
        self._decided = False

    def play(self) -> Scene:
        """Ask for the change first: a grave answer ends the session before any number is asked for. What the person
        takes back is asked for again."""
        while not self._decided:
            self._talk.reached("check")
            report, decision = yield from self._ask()
            self._change = None
            yield from self._settle(report, decision)
        self._talk.emit(ScoreTaken(self._talk.exercise, self._stands.score))

    def _settle(self, report: PainReport, decision: Decision) -> Scene:
        """Do what follows from it, and from what it is corrected to. Leaves it undecided, to be asked again, where a
        grave answer was denied or all of it taken back."""
        while True:
            self._decide(report, decided=decision.verdict not in GRAVE)
            settled = yield from self._pain.follow(decision, report, checked=True)
            if settled is None:
                self._decided = False
                return
            report, decision = settled
            self._decide(report, decided=True)
            if decision.verdict is Verdict.EASE:
                return
            correction = yield from self._say_back(report, decision)
            if correction is None:
                return
            self._decided = False  # not so, whatever disturbs what follows
            if correction.report is None and not correction.doubts:
                return
            report = corrected_check(report, correction)
            report, decision = yield from self._pain.cleared_up(report, correction.doubts)

    def _decide(self, report: PainReport, *, decided: bool) -> None:
        """Kept before anything is said about it: a disturbance meanwhile does not ask again."""
        self._decided = decided
        if decided:
            self._stands = report
            self._talk.checks = (*self._checks_before, report)

    def _say_back(self, report: PainReport, decision: Decision) -> Generator[None, Signal, Intent | None]:
        """Say what was understood and why it is well, and leave a moment to correct it: "no, eight", or a bare no.
        None where nobody does: silence agrees."""
        talk = self._talk
        intent = yield from talk.ask("checked", saying=decision.say, before=read_back(report, talk.sayings))
        corrects = intent is not None and (
            intent.report is not None or bool(intent.doubts) or intent.answer is Answer.NO
        )
        return intent if corrects else None

    def _ask(self) -> Generator[None, Signal, tuple[PainReport, Decision]]:
        if self._change is None:
            report, decision = yield from self._ask_for_change()
            if decision.verdict is not Verdict.GO:
                return report, decision
            self._change = report
        report, doubts = yield from self._with_score(self._change)
        return (yield from self._pain.cleared_up(report, doubts))

    def _ask_for_change(self) -> Generator[None, Signal, tuple[PainReport, Decision]]:
        intent = yield from self._talk.ask("check")
        if intent is None:
            return (yield from self._pain.by_yes_and_no(spoken_to=self._talk.misheard))
        return (yield from self._pain.cleared_up(intent.report or PainReport(words=intent.words), intent.doubts))

    def _with_score(self, change: PainReport) -> Generator[None, Signal, tuple[PainReport, tuple[Doubt, ...]]]:
        """The change and the number together; the number is missing where it could not be had."""
        if change.score is not None:
            return change, ()
        intent = yield from self._talk.ask("check_score")
        if intent is None:
            return change, ()
        more = intent.report or PainReport()
        score = more.score if more.score is not None else intent.number
        claims = more.claims if decide(more, self._pain.baseline).verdict is not Verdict.GO else ()
        words = f"{change.words}, {intent.words}"
        return PainReport(change.claims + claims, change.movements + more.movements, score, words), intent.doubts
