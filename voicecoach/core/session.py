"""A session: events in, effects out. The story reads like the handout; the interlock stands in front of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from voicecoach.core.before import Before
from voicecoach.core.doses import planned
from voicecoach.core.interlock import Interlock
from voicecoach.core.language import Language
from voicecoach.core.messages import (
    Effect,
    Event,
    Finish,
    Heard,
    HearingLost,
    HearingRestored,
    Hush,
    JournalLost,
    LeaveRequested,
    SpeechFinished,
    Started,
    Suspended,
    TimerFired,
    VoiceStarted,
    VoiceStopped,
)
from voicecoach.core.programme import Exercise, Programme
from voicecoach.core.scenes.baseline import BaselineScene
from voicecoach.core.scenes.closing import Closing
from voicecoach.core.scenes.disturbances import Disturbances, Skipped
from voicecoach.core.scenes.exercise import ExerciseScene
from voicecoach.core.scenes.locks import Locks
from voicecoach.core.scenes.opening import Opening
from voicecoach.core.scenes.pain import Pain, outcome_of
from voicecoach.core.scenes.pain_check import PainCheck
from voicecoach.core.scenes.planning import Planning
from voicecoach.core.scenes.resuming import Resuming
from voicecoach.core.scenes.screening import Screening
from voicecoach.core.scenes.steps import PlanStep
from voicecoach.core.talk import GRAVE, Interruption, Scene, SessionOver, Signal, Talk

LONGEST_BREAK_S = 3600.0  # afterwards a session begins afresh


class Session:
    """The pure core of every driver. `handle()` the events in the order of their `at_s`; perform the effects it gives.

    The same events always give the same effects."""

    def __init__(
        self, programme: Programme, language: Language, sayings: Mapping[str, str], before: Before | None = None
    ) -> None:
        self._programme = programme
        self._talk = Talk(language, sayings)
        self._interlock = Interlock(self._talk)
        self._pain = Pain(self._talk)
        self._disturbances = Disturbances(self._talk, self._pain)
        self._before = before or Before()
        self._story: Scene | None = None
        self._closing = False
        self.finished = False

    def handle(self, event: Event) -> list[Effect]:
        """The effects of one event, in the order in which they are to be performed."""
        self._talk.now_s = max(self._talk.now_s, event.at_s)
        if self.finished:
            return [Hush()] if isinstance(event, Heard) else []
        if self._story is None:
            return self._begin(event)
        impulse = self._over(event) or self._seen(event)
        if isinstance(impulse, Exception):
            self._talk.cancel_timers()
            self._advance(lambda story: story.throw(impulse))
        elif impulse is not None:
            self._advance(lambda story: story.send(impulse))
        return self._drain()

    def _begin(self, event: Event) -> list[Effect]:
        if isinstance(event, Started):
            self._talk.hands_free = event.hands_free
            self._story = self._tell()
            self._advance(next)
        return self._drain()

    def _seen(self, event: Event) -> Signal | Interruption | SessionOver | None:
        """What the event is to the story, after the interlock has seen it."""
        match event:
            case Heard():
                return self._interlock.hear(event)
            case HearingLost():
                known, self._talk.deaf = self._talk.deaf, True
                return None if known else self._interlock.deaf(event)
            case Suspended():
                return self._interlock.asleep(event)
            case VoiceStarted() | VoiceStopped():
                return None if self._closing else self._interlock.voice(event)
            case TimerFired(id=timer_id):
                self._talk.timers.discard(timer_id)
                if self._interlock.is_hush_timer(timer_id):
                    return self._interlock.hush_expired()
            case SpeechFinished(id=speech_id, at_s=at_s):
                self._talk.pending_speech.discard(speech_id)
                self._talk.spoken.finished(speech_id, at_s)
            case HearingRestored():
                self._talk.deaf = False
            case _:
                return None
        return None if self._interlock.frozen_at_s is not None else event

    def _over(self, event: Event) -> SessionOver | None:
        """Where the event leaves no choice but to end."""
        match event:
            case LeaveRequested():
                outcome = "left"
            case Suspended(seconds=seconds) if seconds > LONGEST_BREAK_S and not self._closing:
                outcome = "ended"
            case JournalLost() if not self._closing:
                outcome = "unrecorded"
            case _:
                return None
        self._interlock.silence()
        return SessionOver(outcome)

    def _advance(self, step: Callable[[Scene], None]) -> None:
        assert self._story is not None
        try:
            step(self._story)
        except StopIteration:
            self.finished = True

    def _drain(self) -> list[Effect]:
        effects, self._talk.effects = self._talk.effects, []
        self.finished = self.finished or any(isinstance(effect, Finish) for effect in effects)
        return effects

    # --- the story ---

    def _tell(self) -> Scene:
        """A whole session, from the first word to the last."""
        try:
            yield from self._session()
            over = SessionOver("completed")
        except SessionOver as ended:
            over = ended
        self._closing = True
        self._talk.cancel_timers()
        closing = Closing(self._talk, self._programme, self._standing(over), silent=over.outcome == "left")
        try:
            yield from closing.play()
        except SessionOver:  # the program is closed: no more words, but the same end
            self._talk.cancel_timers()
        self._talk.emit(closing.finish)

    def _standing(self, over: SessionOver) -> SessionOver:
        """A report that nobody has taken back ends the session, whatever else happens to end it."""
        heard = self._talk.standing
        if heard is None or (over.decision is not None and over.decision.verdict in GRAVE):
            return over
        return SessionOver(outcome_of(heard), heard)

    def _session(self) -> Scene:
        """The way of the handout: may it begin, how is the pain, then one exercise after the other."""
        talk, before = self._talk, self._before
        talk.use(before.settings)
        talk.listen(None)
        yield from self._disturbances.undisturbed(Opening(talk, self._programme, before).play)
        locks = Locks(talk, before)
        yield from self._disturbances.undisturbed(locks.play)
        planning = Planning(talk, self._programme, before)
        yield from self._disturbances.undisturbed(planning.play)
        exercises = planned(self._programme, planning.plan)
        cut_off = before.cut_off
        if cut_off is not None and any(exercise.id == cut_off.exercise for exercise in exercises):
            yield from self._go_on(Resuming(talk, cut_off, exercises), exercises)
            return
        if self._programme.needs_clinician:
            screening = Screening(talk, self._pain, first=not before.screened or locks.released)
            yield from self._disturbances.undisturbed(screening.play)
        yield from self._disturbances.undisturbed(BaselineScene(talk).play)
        step = PlanStep(talk, self._programme, planning.plan, before.step)
        yield from self._disturbances.undisturbed(step.play)
        yield from self._exercises(planned(self._programme, step.plan), 0)

    def _go_on(self, resuming: Resuming, exercises: tuple[Exercise, ...]) -> Scene:
        """After a session that was cut off: the pain check of the exercise it was in, then what is left."""
        self._be_at(exercises, resuming.at)
        yield from self._disturbances.undisturbed(resuming.play)
        self._pain.last_exercise = resuming.goes_on_with == len(exercises)
        yield from self._disturbances.undisturbed(PainCheck(self._talk, self._pain).play)
        yield from self._exercises(exercises, resuming.goes_on_with)

    def _be_at(self, exercises: tuple[Exercise, ...], index: int) -> None:
        self._talk.exercise = exercises[index].id
        self._pain.exercise, self._pain.last_exercise = exercises[index], index + 1 == len(exercises)

    def _exercises(self, exercises: tuple[Exercise, ...], first: int) -> Scene:
        """From the one with this index (from 0) on."""
        talk, disturbances = self._talk, self._disturbances
        position = ""
        for index, exercise in enumerate(exercises[first:], start=first):
            self._be_at(exercises, index)
            changed = exercise.position != position
            scene = ExerciseScene(talk, exercise, index + 1, len(exercises), change_position=changed)
            disturbances.skippable = True
            try:
                yield from disturbances.undisturbed(scene.play)
            except Skipped:
                talk.moving = False
            position = exercise.position
            disturbances.skippable = False
            if scene.performed:
                yield from disturbances.undisturbed(PainCheck(talk, self._pain).play)
