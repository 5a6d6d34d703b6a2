"""The next step of the plan: more is proposed and done only on a yes; after a worse session there is less, unasked."""

from __future__ import annotations

from voicecoach.core.doses import Dose
from voicecoach.core.intent import Answer
from voicecoach.core.messages import PlanChanged
from voicecoach.core.plan import Plan
from voicecoach.core.programme import Programme
from voicecoach.core.progression import Step
from voicecoach.core.scenes.exercise import duration_text, times_text
from voicecoach.core.talk import Scene, Talk


class PlanStep:
    """Played once, before the first exercise. `plan` is the one that holds from then on."""

    def __init__(self, talk: Talk, programme: Programme, plan: Plan, step: Step | None) -> None:
        self._talk = talk
        self._programme = programme
        self._step = step
        self.plan = plan

    def play(self) -> Scene:
        """Silence and anything but a yes leave the dose as it is."""
        step = self._step
        if step is None:
            return
        self._talk.reached("progress")
        if step.up:
            yield from self._propose(step)
        else:
            yield from self._step_back(step)

    def _settle(self, step: Step, dose: Dose | None, why: str) -> None:
        """Decided, whatever interrupts what is said about it. `dose` None leaves it as it is."""
        self._step = None
        prescribed = self.plan.prescribed(step.exercise)
        kept = prescribed.dose if prescribed is not None else (0, 0)
        self.plan = self.plan.with_dose(step.exercise, dose or kept, step.after)
        self._talk.emit(PlanChanged(self.plan, why))

    # --- more ---

    def _propose(self, step: Step) -> Scene:
        talk, exercise = self._talk, self._programme.exercise(step.exercise)
        prescribed = self.plan.prescribed(step.exercise)
        if exercise is None or prescribed is None or step.dose is None:
            return
        hold = step.dose[1] != prescribed.hold_s
        saying = "progress" if hold else "progress_repetitions"
        more, now = self._spoken(step.dose, hold=hold), self._spoken(prescribed.dose, hold=hold)
        before = talk.text("progress_good")
        intent = yield from talk.ask(
            "progress", saying=saying, before=before, exercise=exercise.name, more=more, now=now
        )
        agreed = intent is not None and intent.answer is Answer.YES
        self._settle(step, step.dose if agreed else None, "more" if agreed else "kept")
        yield from talk.say("progress_yes" if agreed else "progress_no")

    def _spoken(self, dose: Dose, *, hold: bool) -> str:
        repetitions, hold_s = dose
        return duration_text(self._talk, hold_s) if hold else times_text(self._talk, repetitions)

    # --- less ---

    def _step_back(self, step: Step) -> Scene:
        talk, exercise = self._talk, self._programme.exercise(step.exercise)
        prescribed = self.plan.prescribed(step.exercise)
        name = talk.text("step_back_in", exercise=exercise.name) if exercise is not None else ""
        self._settle(step, step.dose, "less")
        if step.dose is None or prescribed is None:
            talk.easier = True
            yield from talk.say("step_back_smaller", where=name)
            return
        hold = step.dose[1] != prescribed.hold_s
        saying = "step_back_hold" if hold else "step_back_repetitions"
        yield from talk.say(saying, where=name, less=self._spoken(step.dose, hold=hold))
