"""After each exercise: how is the pain now, and how strong? Nothing follows without an understood answer."""

from __future__ import annotations

from collections.abc import Generator

from voicecoach.core.body import PainReport
from voicecoach.core.intent import Doubt
from voicecoach.core.messages import ScoreTaken
from voicecoach.core.rules import Decision, Verdict, decide
from voicecoach.core.scenes.pain import Pain
from voicecoach.core.talk import GRAVE, Scene, Signal, Talk


class PainCheck:
    """A scene that keeps the answers it already has."""

    def __init__(self, talk: Talk, pain: Pain) -> None:
        self._talk = talk
        self._pain = pain
        self._change: PainReport | None = None
        self._decided = False

    def play(self) -> Scene:
        """Ask for the change first: a grave answer ends the session before any number is asked for. What the person
        takes back is asked for again."""
        while not self._decided:
            self._talk.reached("check")
            report, decision = yield from self._ask()
            if decision.verdict not in GRAVE:
                self._talk.checks += (report,)
            self._change = None
            self._decided = decision.verdict not in GRAVE  # a disturbance while it is said does not ask again
            self._decided = yield from self._pain.follow(decision, report, checked=True)
            if self._decided:
                self._talk.emit(ScoreTaken(self._talk.exercise, report.score))

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
