"""The invariants of a session, each as a watch over a World. They know only events and effects."""

from __future__ import annotations

from functools import cache

from tests.session_world import Moment
from voicecoach.core.before import Before
from voicecoach.core.body import Baseline
from voicecoach.core.doses import planned, usual_plan
from voicecoach.core.findings import Finding, judge
from voicecoach.core.intent import Answer, Command, Intent
from voicecoach.core.messages import (
    CancelTimer,
    Effect,
    Finish,
    Heard,
    HearingLost,
    HearingRestored,
    Hush,
    Listen,
    Note,
    PlanChanged,
    Reached,
    Speak,
    SpeechFinished,
    SpeechKind,
    Started,
    StartTimer,
    Suspended,
)
from voicecoach.core.plan import Plan
from voicecoach.core.programme import Programme
from voicecoach.core.questions import PERFORMING
from voicecoach.core.scenes.warnings import only_good
from voicecoach.core.understanding import understand
from voicecoach.languages import language

GRAVE = {
    Finding.SADDLE_NUMB,
    Finding.BLADDER_BOWEL,
    Finding.LEG_WEAK,
    Finding.BOTH_LEGS,
    Finding.LEG_WORSE,
    Finding.LEG_NEW,
    Finding.MOVED_DOWN,
    Finding.MUCH_WORSE,
}
COUNTED = {SpeechKind.COUNT, SpeechKind.CUE}
PERFORMED = {"repetition", "hold"}
LED_ON = {
    *("greeting", "locks", "plan", "screening", "baseline", "progress", "resume"),
    *("position", "step", "ready", "repetition", "hold", "rest", "check"),
}
FIRST = {"screen_bladder", "screen_saddle", "screen_weak", "screen_both"}


@cache
def understood(words: str, question: str) -> Intent:
    """As the open question makes it understood."""
    return understand(words, language(), "" if question == PERFORMING else question)


def meant(moment: Moment) -> Intent:
    """What was said; nothing, where it is no final result, or one that has to be said again."""
    event = moment.event
    if not isinstance(event, Heard) or not event.final or moment.world.masked(event) or moment.world.doubted:
        return Intent("")
    return understood(event.words, moment.world.question)


def last_of(programme: Programme, plan: Plan | None) -> str:
    """The exercise that is done last."""
    return planned(programme, plan or usual_plan(programme, "", ""))[-1].id


def performs(effect: Effect) -> bool:
    """Whether somebody moves on it: a cue, a counted number, a repetition."""
    counted = isinstance(effect, Speak) and effect.kind in COUNTED
    return counted or (isinstance(effect, Reached) and effect.phase in PERFORMED)


class _Watch:
    def before(self, moment: Moment) -> None: ...

    def after(self, moment: Moment) -> None: ...

    def at_the_end(self, moment: Moment) -> None: ...


class HushFirst(_Watch):
    """Stop, and anything grave, is answered by silence before anything else, in every state, also as a partial."""

    def before(self, moment: Moment) -> None:
        self._alarming = False
        if isinstance(moment.event, Heard):
            intent = understood(moment.event.words, moment.world.question)
            report = intent.report
            grave = report is not None and bool(judge(report, Baseline(), intent.doubts).findings & GRAVE)
            own_voice = moment.world.masked(moment.event)
            if intent.command is Command.STOP and any(id_ in self._counting for id_ in moment.world.speech):
                assert not own_voice, "the coach took a stop for its own voice while it was counting"
            self._alarming = (intent.command is Command.STOP or grave) and not own_voice

    def __init__(self) -> None:
        self._alarming = False
        self._counting: set[int] = set()

    def after(self, moment: Moment) -> None:
        self._counting |= {e.id for e in moment.effects if isinstance(e, Speak) and e.kind in COUNTED}
        if self._alarming:
            assert moment.effects[:1] == [Hush()], f"not silenced by {moment.event}"


class OnlyClosingWords(_Watch):
    """Once it is over nothing is performed, counted or asked; one Finish, and then nothing but silence."""

    def __init__(self) -> None:
        self._closing = False
        self._finished = 0

    def after(self, moment: Moment) -> None:
        for effect in moment.effects:
            if self._finished:
                assert effect == Hush()
            if self._closing:
                assert not performs(effect)
                assert not isinstance(effect, Listen) or effect.question == PERFORMING
                assert not isinstance(effect, Reached)
            if isinstance(effect, Reached) and effect.phase == "closing":
                self._closing = True
            if isinstance(effect, Finish):
                assert self._closing
                self._finished += 1

    def at_the_end(self, moment: Moment) -> None:
        assert moment.world.finish is not None
        assert self._finished == 1


class Permitted(_Watch):
    """Nothing is performed without a plan that a clinician gave, warning signs that were denied, "ready", a baseline
    that was agreed to, an understood pain check of what was performed before, and ears that hear (or a keyboard that
    was taken up instead)."""

    def __init__(self, programme: Programme, before: Before | None = None) -> None:
        before = before or Before()
        self._allowed = not programme.needs_clinician or before.plan is not None
        self._baseline = before.cut_off is not None
        resumed = before.cut_off is not None
        self._sign = ""
        self._asked = set() if resumed or not programme.needs_clinician else {"screen"} if before.screened else FIRST
        self._deaf = False
        self._typing = False
        self._performed: set[str] = set()
        self._check = ""
        self._checked: set[str] = set()
        self._exercise = ""
        self._ready: set[str] = set()

    def before(self, moment: Moment) -> None:
        intent = meant(moment)
        willing = intent.answer is Answer.YES or intent.command in (Command.READY, Command.CONTINUE)
        if moment.world.question == "ready" and willing:
            self._ready.add(self._exercise)
        if moment.world.question == "plan_right" and intent.answer is Answer.YES:
            self._allowed = True
        self._screened(moment.world.question, intent)
        if moment.world.question == "readback" and intent.answer is Answer.YES:
            self._baseline = True
        if moment.world.question == "keyboard_test" and (
            intent.command is Command.READY or intent.answer is Answer.YES
        ):
            self._typing = True
        if isinstance(moment.event, Started):
            self._typing = not moment.event.hands_free
        if isinstance(moment.event, HearingLost | HearingRestored):
            self._deaf = isinstance(moment.event, HearingLost)

    def _screened(self, question: str, intent: Intent) -> None:
        """A clear no denies a sign; so does what is said along with the no when it is read back."""
        self._sign = question if question in {"screen", *FIRST} else self._sign
        good = intent.answer is Answer.NO or (intent.report is not None and only_good(intent))
        corrected = question == "confirm" and intent.answer is Answer.NO and intent.report is not None
        if (question == self._sign and good) or corrected:
            self._asked = self._asked - {self._sign}

    def after(self, moment: Moment) -> None:
        for effect in moment.effects:
            if isinstance(effect, Reached):
                self._exercise = effect.exercise
                self._check = effect.exercise if effect.phase == "check" else self._check
            if isinstance(effect, Note) and effect.verdict in ("go", "ease") and effect.exercise == self._check:
                self._checked.add(effect.exercise)
            if performs(effect):
                self._may_perform(begun=isinstance(effect, Speak))

    def _may_perform(self, *, begun: bool) -> None:
        assert self._allowed
        assert not self._asked
        assert self._baseline
        assert self._exercise in self._ready
        assert not self._deaf or self._typing
        assert self._performed - {self._exercise} <= self._checked
        if begun:
            self._performed.add(self._exercise)


class RestsUntilToldToGoOn(_Watch):
    """After a stop, a pause, lost hearing or an easing decision the session is not led on without an explicit word."""

    def __init__(self, programme: Programme, before: Before | None = None) -> None:
        self._resting = ""
        self._programme = programme
        self._last = last_of(programme, (before or Before()).plan)
        self._check = False

    def before(self, moment: Moment) -> None:
        intent = meant(moment)
        go = intent.answer is Answer.YES or intent.command in (Command.CONTINUE, Command.READY)
        if moment.world.question in ("go_on", "eased", "paused") and go and intent.answer is not Answer.NO:
            self._resting = ""
        if moment.world.question == "paused" and intent.command is Command.SKIP:
            self._resting = ""

    def after(self, moment: Moment) -> None:
        if isinstance(moment.event, HearingLost) and moment.effects and self._resting != "over":  # else it is typed to
            self._resting = "deaf"
        if isinstance(moment.event, Suspended) and self._resting != "over":
            self._resting = "asleep"
        for effect in moment.effects:
            if isinstance(effect, PlanChanged):
                self._last = last_of(self._programme, effect.plan)
            if self._resting and self._resting != "over":
                led_on = isinstance(effect, Reached) and effect.phase in LED_ON
                assert not led_on and not performs(effect), f"went on from {self._resting} by {moment.event}: {effect}"
            self._see(effect)

    def _see(self, effect: Effect) -> None:
        match effect:
            case Reached(phase="closing"):
                self._resting = "over"
            case Reached(phase="pause"):
                self._resting = "a pause"
            case Reached(phase=phase):
                self._check = phase == "check"
            case Note(rule="STOP-WORD") if self._resting != "over":
                self._resting = "a stop"
            case Note(verdict="ease", exercise=exercise) if self._resting != "over":
                over = self._check and exercise == self._last
                self._resting = self._resting if over else "easing"
            case _:
                pass


class GraveStands(_Watch):
    """A decision that ends the session stands until a clear no takes it back: nothing is led on before, and where it
    was never taken back, the session has ended by such a rule."""

    def __init__(self) -> None:
        self._standing: set[str] = set()
        self._closing = False

    def after(self, moment: Moment) -> None:
        for effect in moment.effects:
            match effect:
                case Note(rule=rule, verdict="stop" | "emergency") if rule != "STOP-WORD" and not self._closing:
                    self._standing.add(rule)
                case Note(rule=rule, verdict="withdrawn"):
                    assert isinstance(moment.event, Heard)
                    assert moment.event.final
                    self._standing.discard(rule)
                case Reached(phase="closing"):
                    self._closing = True
                case Reached(phase=phase) if phase in LED_ON:
                    assert not self._standing, f"led on after {self._standing} by {moment.event}"
                case _:
                    assert not (self._standing and performs(effect))

    def at_the_end(self, moment: Moment) -> None:
        assert moment.world.finish is not None
        if self._standing:
            assert moment.world.finish.outcome in ("stopped", "emergency")
            graver = moment.world.finish.outcome == "emergency"
            assert graver or moment.world.finish.rule in self._standing, (
                f"{moment.world.finish} in spite of {self._standing}"
            )


class Doses(_Watch):
    """Nothing is done more often than the plan says, and repetitions come in their order."""

    def __init__(self, programme: Programme, before: Before | None = None) -> None:
        self._programme = programme
        self._plan((before or Before()).plan or usual_plan(programme, "", ""))
        self._releases: dict[int, str] = {}
        self._held: dict[str, int] = {}
        self._exercise = ""
        self._number = 0

    def _plan(self, plan: Plan) -> None:
        self._exercises = {exercise.id: exercise.set for exercise in planned(self._programme, plan)}

    def after(self, moment: Moment) -> None:
        for effect in moment.effects:
            if isinstance(effect, PlanChanged):
                self._plan(effect.plan)
        if isinstance(moment.event, SpeechFinished) and (exercise := self._releases.pop(moment.event.id, "")):
            self._held[exercise] = self._held.get(exercise, 0) + 1
            doses = self._exercises[exercise]
            assert self._held[exercise] <= doses.repetitions * max(1, len(doses.sides))
        for effect in moment.effects:
            if isinstance(effect, Hush):
                self._releases.clear()
            if isinstance(effect, Reached):
                self._number = self._number if effect.exercise == self._exercise else 0
                self._exercise = effect.exercise
            if isinstance(effect, Reached) and effect.phase in PERFORMED:
                assert effect.number in (max(self._number, 1), self._number + 1)
                self._number = effect.number
            if isinstance(effect, Speak) and effect.at_s is not None and effect.kind is SpeechKind.CUE:
                self._releases[effect.id] = self._exercise


class Grammatical(_Watch):
    """Ids are unique, nothing is scheduled into the past, only what runs is cancelled."""

    def __init__(self) -> None:
        self._ids: set[int] = set()

    def after(self, moment: Moment) -> None:
        for effect in moment.effects:
            if isinstance(effect, Speak | StartTimer):
                assert effect.id not in self._ids
                self._ids.add(effect.id)
            if isinstance(effect, Speak):
                assert effect.text.strip()
                assert "{" not in effect.text
                assert effect.at_s is None or effect.at_s >= moment.event.at_s
            if isinstance(effect, StartTimer):
                assert effect.due_s > moment.event.at_s
            if isinstance(effect, CancelTimer):
                assert effect.id in self._ids


class Lively(_Watch):
    """It never waits for nothing: something is being said or a timer runs, until it is over and nothing runs."""

    def after(self, moment: Moment) -> None:
        if moment.world.finish is None:
            assert moment.world.speech or moment.world.timers, f"waits for ever after {moment.event}"
        else:
            assert not moment.world.timers
