"""From a pain report to what follows from it: clearing up what is open, deciding by the rules, saying why."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import replace
from functools import partial

from voicecoach.core.body import Baseline, Claim, PainReport, Place, Site, Trend
from voicecoach.core.intent import Answer, Command, Doubt, Intent
from voicecoach.core.programme import Exercise
from voicecoach.core.readback import read_back, to_confirm
from voicecoach.core.rules import Decision, Verdict, decide, decide_unclear
from voicecoach.core.scenes.clarifying import clarified, still_open
from voicecoach.core.talk import GRAVE, Matter, Scene, SessionOver, Signal, Talk, Unsettled

MAX_CLARIFICATIONS = 3  # UNCLEAR: asked, and asked again twice at most

Decided = Generator[None, Signal, tuple[PainReport, Decision]]


class Pain:
    """The one path from any report, wherever it was made, to a decision that was said aloud."""

    def __init__(self, talk: Talk) -> None:
        self._talk = talk
        self.exercise: Exercise | None = None  # the one being done, for its help for the neck
        self.last_exercise = False

    @property
    def baseline(self) -> Baseline:
        return self._talk.baseline or Baseline()

    # --- a report that nobody asked for ---

    def reported(self, intent: Intent, *, noted: bool = False) -> Scene:
        """Decide, say why, and go on only where the rules let us. Raises SessionOver where they don't. `noted`: it is
        grave and in the journal already."""
        if self._talk.baseline is None and self._can_wait(intent):
            yield from self._talk.say("asked_soon")
            return
        report, decision = yield from self.cleared_up(intent.report or PainReport(words=intent.words), intent.doubts)
        if (yield from self.follow(decision, report, noted=noted)) is None:
            yield from self.what_happened()

    def _can_wait(self, intent: Intent) -> bool:
        """Before the first question about pain, pain is no news; what got worse or new is, and warning signs are."""
        report = intent.report or PainReport()
        if report.movements or any(claim.trend is not Trend.PRESENT for claim in report.claims):
            return False
        decision = decide(report, self.baseline, intent.doubts)
        return decision.verdict not in GRAVE or decision.rule == "LEG-NEW"

    def cleared_up(self, report: PainReport, doubts: tuple[Doubt, ...] = ()) -> Decided:
        """The report with what was open in it asked for, and the decision on it, which is never to ask or to rest."""
        talk = self._talk
        checks = talk.checks
        for _ in range(MAX_CLARIFICATIONS):
            decision = decide(report, self.baseline, doubts, checks)
            if decision.verdict is Verdict.REST:
                break
            if decision.verdict is not Verdict.ASK:
                return report, decision
            talk.note(decision, report.words)
            place = decision.place.spoken() if decision.place else "leg"
            intent = yield from talk.ask(decision.ask, before=talk.come_down(), place=place)
            if intent is None:
                return (yield from self.by_yes_and_no(spoken_to=talk.misheard))
            report, doubts = clarified(decision.ask, report, intent), still_open(doubts, intent)
            checks = () if decision.ask == "still_worse" else checks  # it has been cleared up
        else:
            decision = decide(report, self.baseline, doubts, checks)
            if decision.verdict not in (Verdict.ASK, Verdict.REST):
                return report, decision
        return (yield from self.by_yes_and_no(spoken_to=True))

    def by_yes_and_no(self, *, spoken_to: bool) -> Decided:
        """The last resort, from the most dangerous answer down. Silence to it is UNCLEAR, and so is having said
        nothing at all before (not `spoken_to`): then nobody is asked any further. Nothing is guessed here."""
        if not spoken_to:
            raise SessionOver("unclear", self._unclear())
        for question, site in (("ladder_leg", Site.LEG), ("ladder_back", Site.BACK)):
            intent = yield from self._talk.ask(question)
            if intent is None:
                raise SessionOver("unclear", self._unclear())
            report = intent.report or PainReport(words=intent.words)
            if intent.answer is Answer.YES:
                report = replace(report, claims=(*report.claims, Claim(Trend.WORSE, Place(site))))
            if intent.answer is Answer.YES or intent.report is not None or intent.doubts:
                decision = decide(report, self.baseline, intent.doubts)
                if decision.verdict in (Verdict.ASK, Verdict.REST):
                    raise SessionOver("unclear", self._unclear())
                return report, decision
        report = PainReport((Claim(Trend.SAME),), words="no, no")
        return report, decide(report, self.baseline)

    def _unclear(self) -> Decision:
        decision = decide_unclear()
        self._talk.note(decision)
        return decision

    # --- what follows from a decision ---

    def follow(
        self, decision: Decision, report: PainReport, *, checked: bool = False, noted: bool = False
    ) -> Generator[None, Signal, tuple[PainReport, Decision] | None]:
        """Do what the decision says; returns what stands in the end, None where the person took the report back.
        `checked`: it was asked for after an exercise, when nobody is moving; whoever asked says that all is well.
        Raises SessionOver where the session ends."""
        talk = self._talk
        taken_back = False
        while decision.verdict in GRAVE:
            if not noted:
                talk.note(decision, report.words)
            correction = yield from self._denied(decision, report, checked=checked)
            talk.owed = None if checked else Unsettled(Matter.WHAT_HAPPENED, self.what_happened)
            taken_back = True
            if correction.report is None and not correction.doubts:
                yield from talk.say("withdrawn")
                return None
            report = correction.report or PainReport(words=correction.words)
            report, decision = yield from self.cleared_up(report, correction.doubts)
            noted = False
        talk.note(decision, report.words)
        if decision.verdict is Verdict.EASE:
            yield from self._ease(decision, report, checked=checked)
        elif not checked:
            yield from self._good_sign(decision, report, asks=taken_back)
        return report, decision

    def _good_sign(self, decision: Decision, report: PainReport, *, asks: bool) -> Scene:
        """Say what was understood, and why it is well. With more pain somewhere, going on is the person's to say."""
        talk = self._talk
        asks = asks or any(claim.trend in (Trend.WORSE, Trend.NEW) for claim in report.claims)
        before = talk.come_down() if asks else ""
        yield from talk.say_text(f"{before} {read_back(report, talk.sayings)} {talk.text(decision.say)}".strip())
        if asks and not talk.agreed:
            yield from self.shall_we_go_on("go_on")

    def _denied(self, decision: Decision, report: PainReport, *, checked: bool) -> Generator[None, Signal, Intent]:
        """Returns the clear no that takes the report back, with what was said along with it. Silence, unclear words
        and yes raise SessionOver. The movement has ended already."""
        talk = self._talk
        before = talk.come_down()
        talk.ends_unless_denied(decision)
        talk.owed = Unsettled(Matter.CONFIRM, partial(self._confirm_again, decision, report, checked))
        intent = yield from talk.ask("confirm", before=before, heard=to_confirm(report, talk.sayings))
        talk.owed = None
        if intent is None or intent.answer is not Answer.NO:
            if intent is not None and intent.report is not None:
                more = decide(intent.report, self.baseline, intent.doubts)
                if more.verdict is Verdict.EMERGENCY and decision.verdict is not Verdict.EMERGENCY:
                    talk.note(more, intent.words)
                    decision = more
            raise SessionOver(outcome_of(decision), decision)
        talk.take_back(decision, intent.words)
        return intent

    def _confirm_again(self, decision: Decision, report: PainReport, checked: bool) -> Scene:
        if (yield from self.follow(decision, report, checked=checked, noted=True)) is None and not checked:
            yield from self.what_happened()

    def what_happened(self) -> Scene:
        """After a stop or a mishearing: what is it? Going on needs an understood answer and an explicit yes."""
        talk = self._talk
        talk.agreed = settled = False
        while not settled:
            talk.owed = Unsettled(Matter.WHAT_HAPPENED, self.what_happened)
            intent = yield from talk.ask("what_happened")
            if intent is None:
                report, decision = yield from self.by_yes_and_no(spoken_to=talk.misheard)
            elif intent.report is not None or intent.doubts:
                told = intent.report or PainReport(words=intent.words)
                report, decision = yield from self.cleared_up(told, intent.doubts)
            else:
                break
            if decision.rule == "SAME-OR-BETTER":  # nothing has to be said about nothing
                talk.note(decision, report.words)
                break
            settled = (yield from self.follow(decision, report)) is not None
        if not talk.agreed:
            yield from self.shall_we_go_on("go_on")

    def shall_we_go_on(self, question: str) -> Scene:
        """Ends with an explicit yes; raises SessionOver on no, end, silence."""
        talk = self._talk
        talk.owed = Unsettled(Matter.GO_ON, partial(self.shall_we_go_on, question))
        intent = yield from talk.ask(question)
        talk.owed = None
        if intent is None:
            raise SessionOver("unclear", self._unclear())
        if intent.command is Command.PAUSE:
            yield from self.pause()
        elif intent.answer is Answer.NO or intent.command in (Command.END, Command.STOP):
            raise SessionOver("ended")
        talk.agreed = True

    def pause(self, why: str = "") -> Scene:
        """Wait for an explicit word; no noise, no silence and no other word ends it. `why`: said first."""
        talk = self._talk
        talk.reached("pause")
        talk.owed = Unsettled(Matter.PAUSE, self.pause)
        if (yield from talk.ask("paused", before=f"{talk.come_down()} {why}".strip())) is None:
            raise SessionOver("unclear", self._unclear())
        talk.owed = None

    def _ease(self, decision: Decision, report: PainReport, *, checked: bool) -> Scene:
        """Come down, do it differently, and ask; after the last exercise there is nothing to ask."""
        talk = self._talk
        before = talk.come_down()
        if decision.rule == "BACK-WORSE":
            before = f"{before} {read_back(report, talk.sayings)}"
        over = checked and self.last_exercise
        smaller = decision.rule == "BACK-WORSE" and not over
        talk.easier = talk.easier or smaller
        if not over:
            talk.owed = Unsettled(Matter.GO_ON, partial(self.shall_we_go_on, "eased"))
        yield from talk.say_text(f"{before} {talk.text(decision.say, neck=self._help_for_neck())}".strip())
        if smaller and checked:
            yield from talk.say("easier_from_now")
        elif smaller and self.exercise is not None:
            yield from talk.say_text(self.exercise.set.easier_cue)
            talk.easier_told = self.exercise.id
        if not over:
            yield from self.shall_we_go_on("eased")

    def _help_for_neck(self) -> str:
        alternatives = self.exercise.alternatives if self.exercise is not None else ()
        helps = (alternative.say for alternative in alternatives if alternative.when == "neck")
        return next(helps, self._talk.text("neck_general"))


def outcome_of(decision: Decision) -> str:
    """How a session ends that this decision ended."""
    return {Verdict.EMERGENCY: "emergency", Verdict.STOP: "stopped"}.get(decision.verdict, "unclear")
