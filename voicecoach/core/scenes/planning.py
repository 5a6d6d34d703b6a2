"""The plan by voice, at the first start: did a clinician choose the exercises, and which? Read back and confirmed."""

from __future__ import annotations

from collections.abc import Generator

from voicecoach.core.before import Before
from voicecoach.core.counting import spoken_number
from voicecoach.core.doses import planned, usual, usual_plan
from voicecoach.core.intent import Answer
from voicecoach.core.messages import PlanChanged
from voicecoach.core.plan import Plan
from voicecoach.core.programme import Exercise, Programme
from voicecoach.core.talk import Scene, SessionOver, Signal, Talk

MAX_TRIES = 3  # a plan that is read back wrongly is asked for again


class Planning:
    """Asks only where there is no plan. Doses other than the usual ones, and names, are told on the command line."""

    def __init__(self, talk: Talk, programme: Programme, before: Before) -> None:
        self._talk = talk
        self._programme = programme
        self._today = before.today
        self._plan = before.plan
        if self._plan is not None and not planned(programme, self._plan):
            self._plan = None  # of a programme that has none of these exercises any more
        if self._plan is None and not programme.needs_clinician:
            self._plan = usual_plan(programme, "", before.today)
        self._approved = False
        self._doctor: bool | None = None
        self._chosen: dict[str, bool] = {}
        self._tries_left = MAX_TRIES

    @property
    def plan(self) -> Plan:
        """Once it was played."""
        assert self._plan is not None
        return self._plan

    def play(self) -> Scene:
        """Raises SessionOver where no clinician has chosen anything, or nobody says so."""
        if self._plan is not None:
            return
        self._talk.reached("plan")
        while self._plan is None:
            yield from self._ask_who()
            yield from self._ask_which()
            yield from self._read_back()

    # --- asking ---

    def _yes(self, question: str, **values: str) -> Generator[None, Signal, bool]:
        """Silence, and what can't be understood, is no plan."""
        intent = yield from self._talk.ask(question, silence_s=0.0, **values)
        if intent is None:
            yield from self._no_plan()
        return intent is not None and intent.answer is Answer.YES

    def _no_plan(self) -> Scene:
        yield from self._talk.say("not_approved")
        raise SessionOver("not-approved")

    def _ask_who(self) -> Scene:
        if not self._approved:
            self._approved = yield from self._yes("approved")
        if not self._approved:
            yield from self._no_plan()
        if self._doctor is None:
            self._doctor = yield from self._yes("plan_doctor")

    def _ask_which(self) -> Scene:
        exercises = self._programme.exercises
        if not self._chosen and len(exercises) > 1 and (yield from self._yes("plan_all")):
            self._chosen = dict.fromkeys((exercise.id for exercise in exercises), True)
        for exercise in exercises:
            if exercise.id not in self._chosen:
                self._chosen[exercise.id] = yield from self._yes("plan_exercise", exercise=exercise.name)
        if not any(self._chosen.values()):
            yield from self._no_plan()

    def _read_back(self) -> Scene:
        talk = self._talk
        chosen = tuple(exercise for exercise in self._programme.exercises if self._chosen[exercise.id])
        clinician = talk.text("clinician_doctor" if self._doctor else "clinician_physiotherapist")
        if (yield from self._yes("plan_right", clinician=clinician, exercises=self._named(chosen))):
            prescribed = tuple(usual(exercise) for exercise in chosen)
            self._plan = Plan(self._programme.id, clinician, self._today, prescribed)
            talk.emit(PlanChanged(self._plan, "chosen"))
            yield from talk.say("plan_kept")
            return
        self._tries_left -= 1
        self._doctor, self._chosen = None, {}
        if not self._tries_left:
            yield from self._no_plan()

    def _named(self, chosen: tuple[Exercise, ...]) -> str:
        total = len(self._programme.exercises)
        if len(chosen) == total > 1:
            return self._talk.text("all_exercises", number=spoken_number(total))
        return ", ".join(exercise.name for exercise in chosen)
