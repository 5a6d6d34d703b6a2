"""Before the first exercise: can we hear each other, and may we start?"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass

from voicecoach.core.body import Baseline, PainReport, Trend
from voicecoach.core.intent import Answer
from voicecoach.core.programme import Programme
from voicecoach.core.rules import Verdict, decide, decide_next_day, decide_unclear
from voicecoach.core.scenes.pain import Pain
from voicecoach.core.talk import Scene, SessionOver, Signal, Talk

_FINE = {Trend.BETTER, Trend.GONE, Trend.SAME}


@dataclass(frozen=True, slots=True)
class Before:
    """What earlier sessions leave behind. `locked_by`: the rule that locked the exercises until a clinician releases
    them ("" if none); `much_worse`: the last session ended so; `same_day`: that was today."""

    locked_by: str = ""
    much_worse: bool = False
    same_day: bool = False


class Opening:
    """Greeting, hearing test, permission, the day after: scenes that are played once."""

    def __init__(self, talk: Talk, pain: Pain, programme: Programme, before: Before) -> None:
        self._talk = talk
        self._pain = pain
        self._programme = programme
        self._before = before
        self._greeted = False
        self._unheard = False
        self._approved = not programme.needs_clinician
        self._next_day_asked = not before.much_worse

    def hearing_test(self) -> Scene:
        """Without an answer by voice nothing starts hands-free; the keyboard is offered."""
        talk = self._talk
        talk.reached("greeting")
        if not self._greeted:
            yield from talk.say("hello", programme=self._programme.title)
            yield from talk.say_text(self._programme.about)
            yield from talk.say("safety")
            yield from talk.say("commands")
            self._greeted = True
        if talk.hands_free:
            if (yield from talk.ask("hearing_test")) is not None:
                yield from talk.say("heard")
                return
            self._unheard, talk.hands_free = True, False
            yield from talk.say("unheard")
        if (yield from talk.ask("keyboard_test", saying="" if self._unheard else "typed_ready")) is None:
            yield from talk.say("unheard_end")
            raise SessionOver("unheard")
        yield from talk.say("keyboard")

    def permission(self) -> Scene:
        """Locks first, then the clinician's word, then the day after a bad session."""
        talk = self._talk
        if self._before.locked_by:
            yield from talk.say("locked")
            raise SessionOver("locked")
        if self._before.much_worse and self._before.same_day:
            yield from talk.say("same_day")
            raise SessionOver("locked")
        if not self._approved:
            intent = yield from talk.ask("approved")
            if intent is None or intent.answer is not Answer.YES:
                yield from talk.say("not_approved")
                raise SessionOver("not-approved")
            self._approved = True
        while not self._next_day_asked:
            self._next_day_asked = yield from self._next_day()

    def _next_day(self) -> Generator[None, Signal, bool]:
        """NEXT-DAY: only a clear "no" or "not worse" lets the session begin. False: has to be asked again."""
        intent = yield from self._talk.ask("next_day")
        if intent is None:
            decision = decide_unclear()
            self._talk.note(decision)
            raise SessionOver("unclear", decision)
        decision = decide(intent.report or PainReport(), Baseline(), intent.doubts)
        if decision.verdict is Verdict.EMERGENCY:
            yield from self._pain.reported(intent)
            return False
        claims = intent.report.claims if intent.report else ()
        fine = intent.answer is Answer.NO or (claims and all(c.trend in _FINE for c in claims))
        if not fine or any(c.trend in (Trend.WORSE, Trend.NEW) for c in claims):
            decision = decide_next_day()
            self._talk.note(decision, intent.words)
            raise SessionOver("stopped", decision)
        yield from self._talk.say("next_day_fine")
        return True
