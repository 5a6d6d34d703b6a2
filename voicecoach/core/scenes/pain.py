"""From a pain report to what follows from it: clearing up what is open, deciding by the rules, saying why."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import replace

from voicecoach.core.body import Baseline, Claim, PainReport, Place, Site, Trend
from voicecoach.core.intent import Answer, Command, Doubt, Intent
from voicecoach.core.programme import Exercise
from voicecoach.core.rules import Decision, Verdict, decide, decide_unclear
from voicecoach.core.talk import SessionOver, Signal, Talk

MAX_CLARIFICATIONS = 2  # UNCLEAR: asked again twice at most

Scene = Generator[None, Signal, None]


class Pain:
    """The one path from any report, wherever it was made, to a decision that was said aloud."""

    def __init__(self, talk: Talk) -> None:
        self._talk = talk
        self.exercise: Exercise | None = None  # the one being done, for its help for the neck
        self.last_exercise = False

    @property
    def baseline(self) -> Baseline:
        return self._talk.baseline or Baseline()

    def reported(self, intent: Intent) -> Scene:
        """Somebody said something about pain, asked or not: decide, say why, and go on only where the rules let us.

        Raises SessionOver where they don't."""
        report, decision = yield from self.cleared_up(intent.report or PainReport(words=intent.words), intent.doubts)
        yield from self.follow(decision, report)

    def cleared_up(
        self, report: PainReport, doubts: tuple[Doubt, ...] = ()
    ) -> Generator[None, Signal, tuple[PainReport, Decision]]:
        """The report with what was open in it asked for, and the decision on it (never ASK)."""
        for _ in range(MAX_CLARIFICATIONS + 1):
            decision = decide(report, self.baseline, doubts)
            if decision.verdict is not Verdict.ASK:
                return report, decision
            self._talk.note(decision, report.words)
            place = decision.place.spoken() if decision.place else "leg"
            intent = yield from self._talk.ask(decision.ask, place=place)
            if intent is None:
                break
            report, doubts = clarified(decision.ask, report, intent), intent.doubts
        return (yield from self.by_yes_and_no())

    def by_yes_and_no(self) -> Generator[None, Signal, tuple[PainReport, Decision]]:
        """The last resort, from the most dangerous answer down. Silence to it is UNCLEAR, and so is having said
        nothing at all before: then nobody is asked any further."""
        if not self._talk.misheard:
            raise SessionOver("unclear", self._unclear())
        for question, site in (("ladder_leg", Site.LEG), ("ladder_back", Site.BACK)):
            intent = yield from self._talk.ask(question)
            if intent is None:
                raise SessionOver("unclear", self._unclear())
            if intent.report is not None or intent.answer is Answer.YES:
                report = intent.report or PainReport(
                    (Claim(Trend.WORSE, Place(site)),), words=f"yes, {site.value} worse"
                )
                decision = decide(report, self.baseline, intent.doubts)
                if decision.verdict is not Verdict.ASK:
                    return report, decision
        report = PainReport((Claim(Trend.SAME),), words="no, no")
        return report, decide(report, self.baseline)

    def _unclear(self) -> Decision:
        decision = decide_unclear()
        self._talk.note(decision)
        return decision

    def follow(self, decision: Decision, report: PainReport, *, checked: bool = False) -> Scene:
        """Do what the decision says. `checked`: it was asked for after an exercise, when nobody is moving."""
        self._talk.note(decision, report.words)
        if decision.verdict in (Verdict.STOP, Verdict.EMERGENCY):
            yield from self._end_after_confirming(decision, report)
        elif decision.verdict is Verdict.EASE:
            yield from self._ease(decision)
        else:
            yield from self._talk.say(decision.say, change=self._change(report))
            if not (checked and self.last_exercise):
                yield from self._talk.say("resumed")

    def _change(self, report: PainReport) -> str:
        better = any(claim.trend in (Trend.BETTER, Trend.GONE) for claim in report.claims)
        return self._talk.text("change_better" if better else "change_same")

    def _end_after_confirming(self, decision: Decision, report: PainReport) -> Scene:
        """The movement has ended already. What was heard is read back; only a clear no takes it back, silence never."""
        talk = self._talk
        before = talk.text("come_down") if talk.moving else ""
        talk.moving, talk.came_down = False, True
        intent = yield from talk.ask("confirm", before=before, heard=heard_words(report))
        denied = intent is not None and intent.answer is Answer.NO
        if intent is not None and intent.report is not None:
            again, second = yield from self.cleared_up(intent.report, intent.doubts)
            if second.verdict in (Verdict.STOP, Verdict.EMERGENCY):
                talk.note(second, again.words)
                raise SessionOver(outcome_of(second), second)
            if denied:
                yield from self.follow(second, again)
                return
        if not denied:
            raise SessionOver(outcome_of(decision), decision)
        yield from talk.say("withdrawn")
        yield from self.what_happened()

    def what_happened(self) -> Scene:
        """After a stop or a mishearing: what is it? Going on needs an understood answer and an explicit yes."""
        talk = self._talk
        intent = yield from talk.ask("what_happened")
        if intent is None:
            report, decision = yield from self.by_yes_and_no()
            yield from self.follow(decision, report)
        elif intent.report is not None or intent.doubts:
            yield from self.reported(intent)
            if decide(intent.report or PainReport(), self.baseline, intent.doubts).verdict is not Verdict.GO:
                return
        yield from self.shall_we_go_on("go_on")

    def shall_we_go_on(self, question: str) -> Scene:
        """Ends with an explicit yes; raises SessionOver on no, end, silence."""
        talk = self._talk
        intent = yield from talk.ask(question)
        if intent is None:
            raise SessionOver("unclear", self._unclear())
        if intent.command is Command.PAUSE:
            yield from self.pause()
        elif intent.answer is Answer.NO or intent.command in (Command.END, Command.STOP):
            raise SessionOver("ended")
        else:
            yield from talk.say("resumed")

    def pause(self) -> Scene:
        """Wait for an explicit word; no noise, no silence and no other word ends it."""
        talk = self._talk
        talk.reached("pause")
        talk.moving, talk.came_down = False, True
        if (yield from talk.ask("paused")) is None:
            yield from talk.say("paused_end")
            raise SessionOver("unclear", self._unclear())
        yield from talk.say("resumed")

    def _ease(self, decision: Decision) -> Scene:
        talk = self._talk
        talk.moving, talk.came_down = False, True
        neck = talk.text("neck_general")
        if self.exercise is not None:
            helps = [alternative.say for alternative in self.exercise.alternatives if alternative.when == "neck"]
            neck = helps[0] if helps else neck
        yield from talk.say(decision.say, neck=neck)
        if decision.rule == "BACK-WORSE" and self.exercise is not None and self.exercise.set.easier_cue:
            yield from talk.say_text(self.exercise.set.easier_cue)
        yield from self.shall_we_go_on("eased")


def outcome_of(decision: Decision) -> str:
    """How a session ends that this decision ended."""
    return {Verdict.EMERGENCY: "emergency", Verdict.STOP: "stopped"}.get(decision.verdict, "unclear")


def heard_words(report: PainReport) -> str:
    """The person's own words, for reading them back."""
    return " ".join(word for word in report.words.split() if word != "[unk]") or "more pain"


def clarified(question: str, report: PainReport, intent: Intent) -> PainReport:
    """The report with the answer to the question put in the place that was open."""
    answer = intent.report or PainReport()
    words = f"{report.words}; {intent.words}"
    claims = answer.claims
    if question == "where_worse":
        open_trends = [claim for claim in report.claims if claim.place is None]
        much = any(claim.much for claim in open_trends)
        claims = tuple(
            replace(claim, trend=Trend.WORSE, much=much or claim.much) if claim.trend is Trend.PRESENT else claim
            for claim in claims
        )
        kept = [claim for claim in report.claims if claim.place is not None]
        return PainReport((*kept, *claims), (*report.movements, *answer.movements), _score(answer, report), words)
    if question in ("compared", "leg_too", "leg_worse"):
        return _compared(question, report, intent, words)
    return PainReport(report.claims + claims, answer.movements, _score(answer, report), words)


def _score(answer: PainReport, report: PainReport) -> int | None:
    return report.score if answer.score is None else answer.score


def _compared(question: str, report: PainReport, intent: Intent, words: str) -> PainReport:
    answer = intent.report or PainReport()
    claims = answer.claims
    if not claims and intent.answer is not None:
        claims = (Claim(Trend.WORSE if intent.answer is Answer.YES else Trend.SAME),)
    places = [claim.place for claim in report.claims if claim.place is not None and claim.trend is Trend.PRESENT]
    place = places[0] if places and question == "compared" else None
    if question in ("leg_worse", "leg_too"):
        place = Place(Site.LEG)
    settled = tuple(replace(claim, place=claim.place or place) for claim in claims)
    kept = tuple(claim for claim in report.claims if claim.place is not None and claim.trend is not Trend.PRESENT)
    if question == "leg_worse" and kept and any(claim.trend is Trend.SAME for claim in settled):
        kept = tuple(claim for claim in kept if claim.trend is not Trend.WORSE)
    return PainReport(kept + settled, answer.movements, _score(answer, report), words)
