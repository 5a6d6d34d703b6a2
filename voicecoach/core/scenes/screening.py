"""Warning signs, asked before anything is done: one by one the first time, in one question at each later session.

After public patient cards about cauda equina syndrome (NHS, Chartered Society of Physiotherapy), in our own words:
bladder and bowel, numbness of the saddle, a leg that becomes weaker, new pain in both legs.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass

from voicecoach.core.body import Baseline, Claim, PainReport, Place, Quality, Side, Site, Trend
from voicecoach.core.intent import Answer, Intent
from voicecoach.core.rules import Verdict, decide
from voicecoach.core.scenes.pain import Pain, heard_words
from voicecoach.core.scenes.warnings import denied, only_good, says_no, unclear
from voicecoach.core.talk import Scene, Signal, Talk

MAX_ANSWERS = 12  # answers that lead nowhere must end somewhere


@dataclass(frozen=True, slots=True)
class Sign:
    """What is asked for, and what a yes to it means. What is read back is the question's name + "_heard"."""

    question: str
    claim: Claim


FIRST = (
    Sign("screen_bladder", Claim(Trend.NEW, Place(Site.PELVIC))),
    Sign("screen_saddle", Claim(Trend.NEW, Place(Site.SADDLE), quality=Quality.NUMB)),
    Sign("screen_weak", Claim(Trend.WORSE, Place(Site.LEG), quality=Quality.WEAK)),
    Sign("screen_both", Claim(Trend.NEW, Place(Site.LEG, Side.BOTH))),
)
EACH_TIME = (Sign("screen", Claim(Trend.NEW, Place(Site.SADDLE), quality=Quality.NUMB)),)  # any one of them


class Screening:
    """Keeps which signs were denied, so that it can be played again."""

    def __init__(self, talk: Talk, pain: Pain, *, first: bool) -> None:
        self._talk = talk
        self._pain = pain
        self._left: tuple[Sign, ...] = FIRST if first else EACH_TIME
        self._first = first
        self._answers_left = MAX_ANSWERS

    def play(self) -> Scene:
        """Ends only when every sign was clearly denied. Raises SessionOver."""
        talk = self._talk
        talk.reached("screening")
        if self._left == FIRST:
            yield from talk.say("screening")
        while self._left:
            self._answers_left -= 1
            intent = yield from talk.ask(self._left[0].question)
            if intent is None or self._answers_left < 0:
                raise unclear(talk)
            if (yield from self._denies(self._left[0], intent)):
                self._left = self._left[1:]
        if self._first:
            yield from talk.say("screening_done")

    def _denies(self, sign: Sign, intent: Intent) -> Generator[None, Signal, bool]:
        """Whether the sign is not there. What was read back wrongly is asked for again."""
        if says_no(intent, self._talk.language, better=False):
            return True
        report = intent.report or PainReport(words=intent.words)
        decision = decide(report, Baseline(), intent.doubts)
        if decision.verdict is Verdict.EMERGENCY:
            correction = yield from denied(self._talk, decision, heard_words(report), intent.words)
        elif intent.answer is Answer.YES:
            decision = decide(PainReport((sign.claim,)), Baseline())
            heard = self._talk.text(f"{sign.question}_heard")
            correction = yield from denied(self._talk, decision, heard, intent.words)
        else:  # about something else, which is judged as at any other time
            if not only_good(intent):
                yield from self._pain.reported(intent)
            return False
        return correction.report is not None and (yield from self._denies(sign, correction))
