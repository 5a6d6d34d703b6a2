"""What keeps the exercises closed: a lock that only a clinician's release opens, and a last session that ended badly.

Time opens nothing here: whatever the clock says, it only changes what is asked."""

from __future__ import annotations

from collections.abc import Generator
from datetime import date, timedelta

from voicecoach.core.before import Before
from voicecoach.core.body import Baseline, PainReport
from voicecoach.core.counting import spoken_number
from voicecoach.core.intent import Answer
from voicecoach.core.messages import Released
from voicecoach.core.rules import Decision, Verdict, decide, decide_next_day
from voicecoach.core.scenes.pain import heard_words
from voicecoach.core.scenes.warnings import denied, says_no, unclear
from voicecoach.core.talk import Scene, SessionOver, Signal, Talk

MAX_TRIES = 3  # what is read back wrongly is asked for again


class Locks:
    """First thing at every start. `released`: a clinician's release was told and confirmed just now."""

    def __init__(self, talk: Talk, before: Before) -> None:
        self._talk = talk
        self._before = before
        self._told = False
        self._settled = not before.much_worse
        self._tries_left = MAX_TRIES
        self.released = False

    def play(self) -> Scene:
        """Ends only where the exercises may be done. Raises SessionOver."""
        before = self._before
        if not before.locked_by and self._settled:
            return
        self._talk.reached("locks")
        while before.locked_by and not self.released:
            yield from self._ask_for_release()
        if self.released:
            return
        if before.much_worse and (before.same_day or before.clock_back):
            yield from self._talk.say("clock_back" if before.clock_back else "same_day")
            raise SessionOver("locked")
        while not self._settled:
            self._settled = yield from self._next_day()

    # --- a release ---

    def _ask_for_release(self) -> Scene:
        """By voice the clinician is the one of the plan: names can't be heard. Any other one is told on the command
        line."""
        talk, plan = self._talk, self._before.plan
        if not self._told:
            yield from talk.say("locked_next_day" if self._before.locked_by == "NEXT-DAY" else "locked")
            self._told = True
        self._tries_left -= 1
        if plan is None or not plan.clinician or not self._before.today or self._tries_left < 0:
            raise SessionOver("locked")
        intent = yield from talk.ask("released", clinician=plan.clinician)
        if intent is None or intent.answer is not Answer.YES:
            yield from self._stay_locked("locked_still")
            return
        intent = yield from talk.ask("released_days")
        if intent is None or intent.number is None:
            yield from self._stay_locked("locked_still")
            return
        seen_on = date.fromisoformat(self._before.today) - timedelta(days=intent.number)
        if not may_release(seen_on.isoformat(), self._before.locked_on, self._before.today):
            yield from self._stay_locked("released_before")
        day = _spoken_days(talk, intent.number)
        intent = yield from talk.ask("release_right", clinician=plan.clinician, day=day)
        if intent is None:
            yield from self._stay_locked("locked_still")
        elif intent.answer is Answer.YES:
            self.released = True
            talk.emit(Released(plan.clinician, seen_on.isoformat()))
            yield from talk.say("released_done")

    def _stay_locked(self, saying: str) -> Scene:
        yield from self._talk.say(saying)
        raise SessionOver("locked")

    # --- the day after ---

    def _next_day(self) -> Generator[None, Signal, bool]:
        """NEXT-DAY: only a clear "no" or "not worse" lets the session begin. False: has to be asked again."""
        talk = self._talk
        self._tries_left -= 1
        intent = yield from talk.ask("next_day")
        if intent is None or self._tries_left < 0:
            raise unclear(talk)
        if says_no(intent, talk.language, better=True):
            talk.note(_not_worse_any_more(), intent.words)
            yield from talk.say("next_day_fine")
            return True
        report = intent.report or PainReport(words=intent.words)
        decision = decide(report, Baseline(), intent.doubts)
        if decision.verdict is Verdict.EMERGENCY:
            yield from denied(talk, decision, heard_words(report), intent.words)
        else:
            yield from denied(talk, decide_next_day(), talk.text("next_day_heard"), intent.words)
        return False


def _not_worse_any_more() -> Decision:
    return Decision("SAME-OR-BETTER", Verdict.GO, "no longer worse than before the last session", "next_day_fine")


def may_release(seen_on: str, locked_on: str, today: str) -> bool:
    """Whether a clinician who saw the person on that date can have released the lock: not before it, and not in the
    future. All are dates (ISO 8601). A lock of a day that is still to come was written with a wrong clock: its date
    proves nothing."""
    return seen_on <= today and (locked_on > today or seen_on >= locked_on)


def _spoken_days(talk: Talk, days: int) -> str:
    if days < 2:
        return talk.text("yesterday" if days else "today")
    return talk.text("days_ago", n=spoken_number(days))
