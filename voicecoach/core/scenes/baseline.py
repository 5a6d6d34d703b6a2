"""Where is the pain before the first exercise, and how strong? Read back and corrected until the person says yes."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import replace
from functools import partial

from voicecoach.core.body import Baseline, Claim, PainReport, Place, Side, Trend, Zone, zone
from voicecoach.core.counting import spoken_number
from voicecoach.core.findings import Finding, judge
from voicecoach.core.intent import Answer, Intent
from voicecoach.core.messages import BaselineTaken
from voicecoach.core.readback import to_confirm
from voicecoach.core.rules import Decision, decide, decide_unclear
from voicecoach.core.scenes.pain import outcome_of
from voicecoach.core.talk import Matter, Scene, SessionOver, Signal, Talk, Unsettled
from voicecoach.core.understanding import places_of

MAX_QUESTIONS = 15  # answers that lead nowhere must end somewhere
# Warning signs that may be old and known to the clinician: asked whether they are new.
_MAY_BE_KNOWN = {Finding.LEG_WEAK, Finding.BOTH_LEGS}
_WARNINGS = {Finding.SADDLE_NUMB, Finding.BLADDER_BOWEL, Finding.ELSEWHERE, *_MAY_BE_KNOWN}


class BaselineScene:
    """Keeps the answers it already has, so that it can be played again."""

    def __init__(self, talk: Talk) -> None:
        self._talk = talk
        self._places: tuple[Place, ...] | None = None
        self._score: int | None = None
        self._side_asked = False
        self._known: frozenset[Finding] = frozenset()
        self._questions_left = MAX_QUESTIONS

    def play(self) -> Scene:
        """Sets the baseline of the talk. Raises SessionOver."""
        self._talk.reached("baseline")
        while self._talk.baseline is None:
            yield from self._complete()
            intent = yield from self._read_back()
            if self._agreed(intent):
                self._talk.baseline = Baseline(self._places or (), self._score)
                self._talk.emit(BaselineTaken(self._talk.baseline))
            else:
                yield from self._correct(intent)
        yield from self._talk.say("baseline_done")

    # --- asking ---

    def _answer(self, question: str, saying: str = "", **values: str) -> Generator[None, Signal, Intent]:
        """Silence is UNCLEAR, and so are too many answers that lead nowhere."""
        self._questions_left -= 1
        intent: Intent | None = None
        if self._questions_left >= 0:
            intent = yield from self._talk.ask(question, saying=saying, silence_s=0.0, **values)
        if intent is None:
            decision = decide_unclear()
            self._talk.note(decision)
            raise SessionOver("unclear", decision)
        return intent

    def _complete(self) -> Scene:
        """Ask for what is still missing: the place, the side of a leg, the number."""
        while self._places is None:
            yield from self._take((yield from self._answer("baseline")))
        if self._needs_side and not self._side_asked:
            yield from self._ask_side()
        while self._score is None:
            yield from self._take((yield from self._answer("baseline_score")))

    @property
    def _needs_side(self) -> bool:
        return any(place.side is None and zone(place.site) is Zone.LIMB for place in self._places or ())

    def _ask_side(self) -> Scene:
        self._side_asked = True
        intent = yield from self._talk.ask("baseline_side")
        if intent is not None and (side := _side_of(intent)) is not None:
            yield from self._take_places(tuple(_on_side(place, side) for place in self._places or ()))

    # --- taking answers ---

    def _take(self, intent: Intent) -> Scene:
        """Places and score, where they were said; no pain at all is an answer too. Warning signs come first."""
        report = intent.report
        if report is None:
            self._score = self._score if intent.number is None else intent.number
            return
        self._score = report.score if report.score is not None else self._score
        painless = bool(report.claims) and all(claim.trend is Trend.GONE for claim in report.claims)
        if (yield from self._stands(report)):
            places = places_of(report)
            if places:
                self._places, self._side_asked = places, False
            elif painless or (report.score == 0 and not self._places):
                self._places, self._score = (), 0

    def _take_places(self, places: tuple[Place, ...]) -> Scene:
        """Places with another side: both legs may be a warning sign."""
        claims = tuple(Claim(Trend.PRESENT, place) for place in places)
        words = " and ".join(place.spoken() for place in places)
        if (yield from self._stands(PainReport(claims, words=words))):
            self._places = places

    def _stands(self, report: PainReport) -> Generator[None, Signal, bool]:
        """False where a warning sign was heard but denied: then nothing of the report is taken."""
        flags = self._warnings(report)
        if not flags:
            return True
        if flags == {Finding.ELSEWHERE}:  # other places must not explain it
            claims = tuple(c for c in report.claims if c.place and zone(c.place.site) is Zone.ELSEWHERE)
            report = replace(report, claims=claims, movements=())
        decision = decide(report, Baseline())
        self._talk.note(decision, report.words)
        yield from self._confirm(decision, report, flags)
        return flags <= self._known

    def _warnings(self, report: PainReport) -> frozenset[Finding]:
        return (judge(report, Baseline()).findings & _WARNINGS) - self._known

    def _confirm(self, decision: Decision, report: PainReport, flags: frozenset[Finding]) -> Scene:
        """Only a clear no ends without SessionOver: it is not so, or not new."""
        talk = self._talk
        may_be_known = flags <= _MAY_BE_KNOWN
        talk.ends_unless_denied(decision)
        talk.owed = Unsettled(Matter.CONFIRM, partial(self._confirm, decision, report, flags))
        question = "confirm_new" if may_be_known else "confirm"
        intent = yield from talk.ask(question, heard=to_confirm(report, talk.sayings))
        talk.owed = None
        if intent is None or intent.answer is not Answer.NO:
            raise SessionOver(outcome_of(decision), decision)
        talk.take_back(decision, intent.words)
        self._known |= flags if may_be_known else frozenset()
        yield from talk.say("known" if may_be_known else "withdrawn")

    # --- reading back ---

    def _read_back(self) -> Generator[None, Signal, Intent]:
        if not self._places:
            return (yield from self._answer("readback", saying="readback_none"))
        places = " and ".join(place.spoken() for place in self._places)
        return (yield from self._answer("readback", places=places, score=spoken_number(self._score or 0)))

    def _agreed(self, intent: Intent) -> bool:
        """A yes without anything that differs from what was read back."""
        report = intent.report or PainReport()
        same_places = set(places_of(report)) <= set(self._places or ()) and not self._warnings(report)
        return intent.answer is Answer.YES and intent.number in (None, self._score) and same_places

    def _correct(self, intent: Intent) -> Scene:
        """ "No, six", "no, the right one", "no, my calf"; a bare no asks everything again."""
        if intent.report is not None or intent.number is not None:
            yield from self._take(intent)
        elif intent.side is not None and self._places:
            turned = (_on_side(replace(place, side=None), intent.side) for place in self._places)
            yield from self._take_places(tuple(turned))
        else:
            self._places, self._score, self._side_asked = None, None, False


def _side_of(intent: Intent) -> Side | None:
    if intent.side is not None:
        return intent.side
    sides = [place.side for place in places_of(intent.report)] if intent.report else []
    return sides[-1] if sides else None


def _on_side(place: Place, side: Side) -> Place:
    lateral = zone(place.site) is Zone.LIMB
    return replace(place, side=side) if lateral and place.side is None else place
