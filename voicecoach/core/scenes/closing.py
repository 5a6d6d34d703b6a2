"""The last words: why it ends, what to do if it is much worse tomorrow, goodbye."""

from __future__ import annotations

from voicecoach.core.body import Baseline
from voicecoach.core.intent import Command, Intent
from voicecoach.core.messages import Finish
from voicecoach.core.programme import Programme
from voicecoach.core.rules import Decision, Verdict, decide
from voicecoach.core.talk import Disturbance, Interruption, Scene, SessionOver, Talk

_SAID_ALREADY = {"unheard", "not-approved", "locked"}
_SILENCING = {Command.STOP, Command.END, Command.PAUSE, Command.SKIP}


class Closing:
    """Speaks the closing words once; `silent`: nobody waits for them, and somebody in a movement is only brought down.
    A stop ends them at once; a warning sign reported now is still answered."""

    def __init__(self, talk: Talk, programme: Programme, over: SessionOver, *, silent: bool) -> None:
        self._talk = talk
        self._programme = programme
        self._outcome = over.outcome
        self._decision = over.decision
        self._lines = ("",) if silent else self._words()

    @property
    def finish(self) -> Finish:
        """How the session ended."""
        return Finish(self._outcome, self._decision.rule if self._decision else "")

    def play(self) -> Scene:
        """Ends when everything was said, or nobody wants to hear it."""
        talk = self._talk
        before = talk.come_down()
        talk.reached("closing")
        talk.listen(None)
        while self._lines:
            try:
                if words := f"{before} {self._lines[0]}".strip():
                    yield from talk.say_text(words)
                before, self._lines = "", self._lines[1:]
            except Interruption as disturbance:
                self._disturbed(disturbance.kind, disturbance.intent or Intent(""))

    def _disturbed(self, kind: Disturbance, intent: Intent) -> None:
        """Afterwards the line that was interrupted is said again, if there is still one to be said."""
        if intent.report is not None and kind in (Disturbance.PAIN, Disturbance.STOP):
            self._reported(intent)
        if intent.command in _SILENCING:
            self._lines = self._lines[1:][-1:] if self._outcome == "emergency" else ()
        elif intent.command is not None:
            self._talk.adjust(intent.command)

    def _reported(self, intent: Intent) -> None:
        report = intent.report
        assert report is not None
        decision = decide(report, self._talk.baseline or Baseline(), intent.doubts)
        self._talk.note(decision, intent.words)
        stops = decision.verdict is Verdict.STOP and self._outcome not in ("stopped", "emergency")
        if stops or (decision.verdict is Verdict.EMERGENCY and self._outcome != "emergency"):
            self._outcome = "stopped" if stops else "emergency"
            self._decision = decision
            self._lines = self._words()

    def _words(self) -> tuple[str, ...]:
        talk = self._talk
        if self._outcome in _SAID_ALREADY:
            return (talk.text("goodbye"),)
        reason = (self._reason(self._decision),) if self._decision else ()
        if self._outcome == "emergency":
            return (*reason, talk.text("emergency_again"))
        advice = (self._programme.much_worse_advice,) if talk.baseline is not None else ()
        if self._outcome == "completed":
            return (*self._programme.closing, *advice, talk.text("goodbye"))
        if self._outcome == "unrecorded":
            return (talk.text("unrecorded"), *advice, talk.text("goodbye"))
        ended = talk.text("closing_rest" if reason else "closing_ended")
        return (*reason, ended, *advice, talk.text("goodbye"))

    def _reason(self, decision: Decision) -> str:
        place = decision.place.spoken() if decision.place else "leg"
        return self._talk.text(decision.say, place=place, change="", neck="")
