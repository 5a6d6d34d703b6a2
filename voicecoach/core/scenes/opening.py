"""Before the first exercise: can we hear each other, may we start, and where is the pain now?"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass, replace

from voicecoach.core.body import Baseline, PainReport, Place, Side, Trend, Zone, zone
from voicecoach.core.counting import spoken_number
from voicecoach.core.findings import Finding, judge
from voicecoach.core.intent import Answer, Intent
from voicecoach.core.programme import Programme
from voicecoach.core.rules import decide, decide_next_day, decide_unclear
from voicecoach.core.scenes.pain import heard_words, outcome_of
from voicecoach.core.talk import SessionOver, Signal, Talk
from voicecoach.core.understanding import places_of

Scene = Generator[None, Signal, None]

MAX_READBACKS = 5
# Warning signs that may be old and known to the clinician: asked whether they are new, before the first exercise.
_MAY_BE_KNOWN = {Finding.LEG_WEAK, Finding.BOTH_LEGS}
_RED_FLAGS = {Finding.SADDLE_NUMB, Finding.BLADDER_BOWEL, *_MAY_BE_KNOWN}


@dataclass(frozen=True, slots=True)
class Before:
    """What earlier sessions leave behind. `locked_by`: the rule that locked the exercises until a clinician releases
    them ("" if none); `much_worse`: the last session ended so; `same_day`: that was today."""

    locked_by: str = ""
    much_worse: bool = False
    same_day: bool = False


class Opening:
    """Greeting, hearing test, permission, the day after, the baseline: each a scene that is played once."""

    def __init__(self, talk: Talk, programme: Programme, before: Before) -> None:
        self._talk = talk
        self._programme = programme
        self._before = before
        self._greeted = False
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
            self._greeted = True
        if not talk.hands_free:
            yield from self._keyboard_test("typed_ready")
            return
        answer = yield from talk.ask("hearing_test")
        if answer is not None and answer.answer is not Answer.NO:
            yield from talk.say("heard")
            return
        yield from talk.say("unheard")
        yield from self._keyboard_test("keyboard_test")
        yield from talk.say("keyboard")

    def _keyboard_test(self, question: str) -> Scene:
        if (yield from self._talk.ask(question)) is None:
            yield from self._talk.say("unheard_end")
            raise SessionOver("unheard")

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
        if not self._next_day_asked:
            yield from self._next_day()
            self._next_day_asked = True

    def _next_day(self) -> Scene:
        """NEXT-DAY: only a clear "no" or "not worse" lets the session begin."""
        intent = yield from self._talk.ask("next_day")
        if intent is None:
            decision = decide_unclear()
            self._talk.note(decision)
            raise SessionOver("unclear", decision)
        claims = intent.report.claims if intent.report else ()
        fine = intent.answer is Answer.NO or (claims and all(c.trend in _FINE for c in claims))
        if not fine or any(c.trend in (Trend.WORSE, Trend.NEW) for c in claims):
            decision = decide_next_day()
            self._talk.note(decision, intent.words)
            raise SessionOver("stopped", decision)
        yield from self._talk.say("next_day_fine")


_FINE = {Trend.BETTER, Trend.GONE, Trend.SAME}


class BaselineScene:
    """Where the pain is and how strong, read back and corrected until the person says yes."""

    def __init__(self, talk: Talk) -> None:
        self._talk = talk
        self._places: tuple[Place, ...] | None = None
        self._score: int | None = None
        self._known_flags: frozenset[Finding] = frozenset()

    def play(self) -> Scene:
        talk = self._talk
        talk.reached("baseline")
        while self._places is None:
            yield from self._ask_where()
        yield from self._complete()
        for _ in range(MAX_READBACKS):
            intent = yield from self._read_back()
            if intent is None:
                break
            if self._agreed(intent):
                talk.baseline = Baseline(self._places or (), self._score)
                yield from talk.say("baseline_done")
                return
            yield from self._correct(intent)
            yield from self._complete()
        self._unclear()

    def _unclear(self) -> None:
        decision = decide_unclear()
        self._talk.note(decision)
        raise SessionOver("unclear", decision)

    def _ask_where(self) -> Scene:
        for _ in range(2):
            intent = yield from self._talk.ask("baseline")
            if intent is None:
                break
            yield from self._take_places(intent)
            if self._places is not None:
                return
        self._unclear()

    def _take_places(self, intent: Intent) -> Scene:
        """Places and, if it was said along, the score; no pain at all is an answer too."""
        report = intent.report
        if report is None:
            return
        yield from self._warning_signs(report)
        places = places_of(report)
        painless = bool(report.claims) and all(claim.trend is Trend.GONE for claim in report.claims)
        if places:
            self._places, self._score = places, report.score if report.score is not None else self._score
        elif painless or report.score == 0:
            self._places, self._score = (), 0

    def _warning_signs(self, report: PainReport) -> Scene:
        """Red flags count from the first word; what may be long known is asked about."""
        talk = self._talk
        flags = (judge(report, Baseline()).findings & _RED_FLAGS) - self._known_flags
        if not flags:
            return
        decision = decide(report, Baseline())
        talk.note(decision, report.words)
        question = "confirm_new" if flags <= _MAY_BE_KNOWN else "confirm"
        intent = yield from talk.ask(question, heard=heard_words(report))
        if intent is None or intent.answer is not Answer.NO:
            raise SessionOver(outcome_of(decision), decision)
        self._known_flags |= flags
        yield from talk.say("withdrawn")

    def _complete(self) -> Scene:
        """Ask for what is still missing: the side of a leg, the number."""
        if any(place.side is None and zone(place.site) is Zone.LIMB for place in self._places or ()):
            intent = yield from self._talk.ask("baseline_side")
            if intent is not None and (side := _side_of(intent)) is not None:
                self._places = tuple(_on_side(place, side) for place in self._places or ())
        if self._score is None:
            intent = yield from self._talk.ask("baseline_score")
            if intent is None:
                self._unclear()
            elif intent.report is not None and intent.report.score is not None:
                self._score = intent.report.score
            else:
                self._score = intent.number

    def _read_back(self) -> Generator[None, Signal, Intent | None]:
        if not self._places:
            return (yield from self._talk.ask("readback_none"))
        places = " and ".join(place.spoken() for place in self._places)
        score = spoken_number(self._score or 0)
        return (yield from self._talk.ask("readback", places=places, score=score))

    def _agreed(self, intent: Intent) -> bool:
        """A yes without anything that differs from what was read back."""
        same_number = intent.number is None or intent.number == self._score
        return intent.answer is Answer.YES and same_number and intent.report is None

    def _correct(self, intent: Intent) -> Scene:
        """ "No, six", "no, the right one", "no, my calf"; a bare no asks everything again."""
        if intent.report is not None:
            before = self._places
            self._places = None
            yield from self._take_places(intent)
            self._places = before if self._places is None else self._places
        elif intent.side is not None and self._places:
            self._places = tuple(_on_side(replace(place, side=None), intent.side) for place in self._places)
        elif intent.number is None:
            self._places, self._score = None, None
            yield from self._ask_where()
        if intent.number is not None:
            self._score = intent.number


def _side_of(intent: Intent) -> Side | None:
    if intent.side is not None:
        return intent.side
    sides = [place.side for place in places_of(intent.report)] if intent.report else []
    return sides[-1] if sides else None


def _on_side(place: Place, side: Side) -> Place:
    lateral = zone(place.site) is Zone.LIMB
    return replace(place, side=side) if lateral and place.side is None else place
