"""The last words: why it ends, what to do if it is much worse tomorrow, goodbye."""

from __future__ import annotations

from collections.abc import Generator

from voicecoach.core.body import Baseline
from voicecoach.core.intent import Command
from voicecoach.core.messages import Finish
from voicecoach.core.programme import Programme
from voicecoach.core.rules import Decision, Verdict, decide
from voicecoach.core.talk import Disturbance, Interruption, SessionOver, Signal, Talk

_SILENT = {"left"}  # the program is being closed: nobody waits for words
_SAID_ALREADY = {"unheard", "not-approved", "locked"}


class Closing:
    """Speaks the closing words once. A stop ends them at once; a warning sign reported now is still answered."""

    def __init__(self, talk: Talk, programme: Programme, over: SessionOver) -> None:
        self._talk = talk
        self._programme = programme
        self._outcome = over.outcome
        self._decision = over.decision
        self._lines = self._words(over)

    def play(self) -> Generator[None, Signal, None]:
        """Ends with the Finish effect."""
        talk = self._talk
        talk.moving = False
        talk.reached("closing")
        talk.listen(None)
        while self._lines:
            try:
                yield from talk.say_text(self._lines[0])
                self._lines = self._lines[1:]
            except Interruption as disturbance:
                self._disturbed(disturbance)
        talk.emit(Finish(self._outcome, self._decision.rule if self._decision else ""))

    def _disturbed(self, disturbance: Interruption) -> None:
        intent = disturbance.intent
        if disturbance.kind in (Disturbance.STOP, Disturbance.END):
            urgent = self._outcome == "emergency" and intent is not None and intent.command is Command.STOP
            self._lines = self._lines[-1:] if urgent else ()
        elif disturbance.kind is Disturbance.PAIN and intent is not None and intent.report is not None:
            decision = decide(intent.report, self._talk.baseline or Baseline(), intent.doubts)
            self._talk.note(decision, intent.words)
            graver = decision.verdict is Verdict.EMERGENCY and self._outcome != "emergency"
            if graver or (decision.verdict is Verdict.STOP and self._outcome == "completed"):
                self._outcome = "emergency" if graver else "stopped"
                self._decision = decision
                self._lines = self._words(SessionOver(self._outcome, decision))

    def _words(self, over: SessionOver) -> tuple[str, ...]:
        talk = self._talk
        if over.outcome in _SILENT:
            return ()
        if over.outcome in _SAID_ALREADY:
            return (talk.text("goodbye"),)
        reason = (self._reason(over.decision),) if over.decision else ()
        if over.outcome == "emergency":
            return (*reason, talk.text("emergency_again"))
        advice = (self._programme.much_worse_advice,) if talk.baseline is not None else ()
        if over.outcome == "completed":
            return (*self._programme.closing, *advice, talk.text("goodbye"))
        return (*reason, talk.text("closing_ended"), *advice, talk.text("goodbye"))

    def _reason(self, decision: Decision) -> str:
        place = decision.place.spoken() if decision.place else "leg"
        return self._talk.text(decision.say, place=place, change="", neck="")
