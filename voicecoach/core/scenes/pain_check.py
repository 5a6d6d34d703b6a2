"""After each exercise: how is the pain now, and how strong? Nothing follows without an understood answer."""

from __future__ import annotations

from collections.abc import Generator

from voicecoach.core.body import PainReport
from voicecoach.core.rules import Decision, Verdict, decide
from voicecoach.core.scenes.pain import Pain
from voicecoach.core.talk import Signal, Talk


class PainCheck:
    """A scene that keeps the answers it already has."""

    def __init__(self, talk: Talk, pain: Pain) -> None:
        self._talk = talk
        self._pain = pain
        self._change: PainReport | None = None

    def play(self) -> Generator[None, Signal, None]:
        """Ask for the change first: a grave answer ends the session before any number is asked for."""
        self._talk.reached("check")
        if self._change is None:
            report, decision = yield from self._ask_for_change()
            if decision.verdict is not Verdict.GO:
                yield from self._pain.follow(decision, report, checked=True)
                return
            self._change = report
        report = yield from self._with_score(self._change)
        report, decision = yield from self._pain.cleared_up(report)
        yield from self._pain.follow(decision, report, checked=True)

    def _ask_for_change(self) -> Generator[None, Signal, tuple[PainReport, Decision]]:
        intent = yield from self._talk.ask("check")
        if intent is None:
            return (yield from self._pain.by_yes_and_no())
        return (yield from self._pain.cleared_up(intent.report or PainReport(words=intent.words), intent.doubts))

    def _with_score(self, change: PainReport) -> Generator[None, Signal, PainReport]:
        """The change and the number together; the number is missing where it could not be had."""
        if change.score is not None:
            return change
        intent = yield from self._talk.ask("check_score")
        if intent is None:
            return change
        more = intent.report or PainReport()
        score = more.score if more.score is not None else intent.number
        claims = more.claims if decide(more, self._pain.baseline).verdict is not Verdict.GO else ()
        return PainReport(
            change.claims + claims, change.movements + more.movements, score, f"{change.words}, {intent.words}"
        )
