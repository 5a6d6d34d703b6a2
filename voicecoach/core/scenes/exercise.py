"""One exercise: its name, into position, the steps one at a time, "say ready", then the set with its repetitions.

`ExerciseScene` keeps its own progress, so that it can be played again from where a disturbance left it: a step is
said again; a hold goes on from the second at which the coach fell silent, unless the person was told to come down:
then that repetition is done anew. What was held to its end is never repeated.
"""

from __future__ import annotations

from enum import IntEnum

from voicecoach.core.counting import counts, spoken_number
from voicecoach.core.messages import SpeechKind
from voicecoach.core.programme import Exercise
from voicecoach.core.rules import decide_unclear
from voicecoach.core.talk import Interruption, Scene, SessionOver, Talk

STEP_PAUSE_S = 0.9  # time to do what was said before the next step
LEAD_S = 0.25  # between "hold" and the first counted moment; also keeps scheduled speech in the future
SPOKEN_REST_S = 5.0  # a rest shorter than this needs no word


class Stage(IntEnum):
    NAME = 0
    POSITION = 1
    STEPS = 2
    READY = 3
    INTRODUCTION = 4
    SET = 5
    DONE = 6


class Part(IntEnum):
    """Of one repetition."""

    ANNOUNCE = 0
    UP = 1
    HOLD = 2
    DOWN = 3
    REST = 4
    OVER = 5


class ExerciseScene:
    """Plays an exercise. `performed` tells whether any of it was done: only then its pain check is due."""

    def __init__(self, talk: Talk, exercise: Exercise, number: int, total: int, *, change_position: bool) -> None:
        self._talk = talk
        self.exercise = exercise
        self._number, self._total = number, total
        self._change_position = change_position
        self._stage = Stage.NAME
        self._step = 0
        self._side = 0
        self._repetition = 0
        self._part = Part.ANNOUNCE
        self._held_s: float | None = None  # None: the hold has not begun
        self.performed = False

    def play(self) -> Scene:
        """From wherever it is to its end."""
        self._talk.how_long, self._talk.cue_down = self.how_long, self.exercise.set.cue_down
        if self._talk.came_down:
            self._begin_repetition_anew()
        self._talk.came_down = False
        scenes = (self._name, self._position, self._steps, self._ready, self._introduction, self._set)
        while self._stage is not Stage.DONE:
            yield from scenes[self._stage]()
            self._stage = Stage(self._stage + 1)

    def _begin_repetition_anew(self) -> None:
        """Somebody who came down has to get up again; lying still goes on, and what was held to its end is done."""
        doses = self.exercise.set
        if self._part is Part.HOLD and self._held_s is not None and self._held_s >= doses.hold_s:
            self._held_s, self._part = None, Part.DOWN
        elif self._part <= Part.HOLD and doses.kind != "stay":
            self._held_s, self._part = None, Part.ANNOUNCE

    # --- before the set ---

    def _name(self) -> Scene:
        number = spoken_number(self._number)
        yield from self._talk.say("exercise", number=number, name=self.exercise.name)

    def _position(self) -> Scene:
        self._talk.reached("position")
        yield from self._talk.say_text(self.exercise.position_line)
        if self._change_position:
            yield from self._wait_until_ready("in_place", self.exercise.change_position_s)
        else:
            yield from self._talk.wait(STEP_PAUSE_S)

    def _steps(self) -> Scene:
        while self._step < len(self.exercise.steps):
            self._talk.reached("step", self._step + 1)
            yield from self._talk.say_text(self.exercise.steps[self._step])
            yield from self._talk.wait(STEP_PAUSE_S)
            self._step += 1

    def _ready(self) -> Scene:
        self._talk.reached("ready")
        yield from self._wait_until_ready("ready")

    def _wait_until_ready(self, question: str, silence_s: float = 0.0) -> Scene:
        if (yield from self._talk.ask(question, silence_s=silence_s)) is None:
            decision = decide_unclear()
            self._talk.note(decision)
            raise SessionOver("unclear", decision)

    def _introduction(self) -> Scene:
        doses = self.exercise.set
        hold = duration_text(self._talk, doses.hold_s)
        sides = self._talk.text("each_side") if len(doses.sides) > 1 else ""
        if doses.kind == "stay":
            yield from self._talk.say("set_stay", hold=hold)
        elif doses.repetitions == 1:
            yield from self._talk.say("set_hold_once", hold=hold, sides=sides)
        else:
            repetitions = times_text(self._talk, doses.repetitions)
            yield from self._talk.say("set_hold", repetitions=repetitions, hold=hold, sides=sides)

    # --- the set ---

    @property
    def _sides(self) -> tuple[str, ...]:
        return self.exercise.set.sides or ("",)

    def _set(self) -> Scene:
        doses = self.exercise.set
        parts = (self._announce, self._up, self._hold, self._down, self._rest)
        while self._side < len(self._sides):
            while self._repetition < doses.repetitions:
                while self._part is not Part.OVER:
                    yield from parts[self._part]()
                    self._part = Part(self._part + 1)
                self._repetition += 1
                self._part = Part.ANNOUNCE
            self._side += 1
            self._repetition = 0
        if doses.kind != "stay":
            yield from self._talk.say("set_done")

    def _announce(self) -> Scene:
        """Which side, which repetition, and what to mind this time."""
        doses, talk = self.exercise.set, self._talk
        talk.reached("repetition", self._done_before + 1)
        if self._repetition == 0 and self._sides[self._side]:
            order = "side_then" if self._side else "side"
            yield from talk.say(f"{order}_{self._sides[self._side]}")
        if doses.repetitions > 1:
            yield from talk.say("repetition", number=spoken_number(self._repetition + 1))
        if talk.easier:  # no "a little higher" from now on
            if talk.easier_told != self.exercise.id:
                yield from talk.say_text(doses.easier_cue)
                talk.easier_told = self.exercise.id
        elif doses.repetitions > 1 and doses.repetition_cues:
            yield from talk.say_text(doses.repetition_cues[min(self._repetition, len(doses.repetition_cues) - 1)])

    def _up(self) -> Scene:
        doses, talk = self.exercise.set, self._talk
        self.performed = True
        if doses.cue_up:
            talk.moving = True
            yield from talk.until_spoken(talk.speak(doses.cue_up, kind=SpeechKind.CUE))
            yield from talk.wait(doses.move_s)

    def _hold(self) -> Scene:
        """Numbers stand on the clock: each one's onset, and that of the release, is scheduled ahead."""
        doses, talk = self.exercise.set, self._talk
        talk.moving = doses.kind != "stay"
        if self._held_s is None:
            yield from talk.until_spoken(talk.speak(doses.cue_hold, kind=SpeechKind.CUE))
        elif self._held_s < doses.hold_s:
            yield from talk.say("keep_staying" if doses.kind == "stay" else "keep_holding")
        held_s = self._held_s or 0.0
        if held_s < doses.hold_s:
            talk.reached("hold", self._done_before + 1)
        started_s = talk.now_s + LEAD_S - held_s
        try:
            yield from talk.until_spoken(self._count(started_s, held_s))
        except Interruption as disturbance:
            self._held_s = min(max(disturbance.at_s - started_s, held_s), float(doses.hold_s))
            raise
        self._held_s = None

    def _count(self, started_s: float, held_s: float) -> int:
        """Schedule what is left of the hold; returns the id of the release."""
        doses, talk = self.exercise.set, self._talk
        for count in counts(doses.hold_s, talk.settings.counting):
            if count.offset_s >= held_s:
                talk.speak(spoken_number(count.number), at_s=started_s + count.offset_s, kind=SpeechKind.COUNT)
        return talk.speak(doses.cue_down, at_s=started_s + doses.hold_s, kind=SpeechKind.CUE)

    def _down(self) -> Scene:
        self._talk.moving = False
        yield from self._talk.wait(self.exercise.set.return_s)

    def _rest(self) -> Scene:
        between_s = self.exercise.set.between_s
        if self._is_last:
            return
        if between_s >= SPOKEN_REST_S:
            self._talk.reached("rest", self._done_before + 1)
            yield from self._talk.say("rest_between")
        yield from self._talk.wait(between_s)

    # --- what is asked about it ---

    @property
    def _done_before(self) -> int:
        return self._side * self.exercise.set.repetitions + self._repetition

    @property
    def _is_last(self) -> bool:
        return self._done_before + 1 >= len(self._sides) * self.exercise.set.repetitions

    def how_long(self) -> str:
        """What is left, in a sentence. Asked after the coach fell silent, so the held time is frozen."""
        talk, doses = self._talk, self.exercise.set
        after_this = len(self._sides) * doses.repetitions - self._done_before - 1
        if self._stage is Stage.SET and self._held_s is not None:
            left = duration_text(talk, max(1, round(doses.hold_s - self._held_s)))
            if after_this == 0:
                return talk.text("how_long_last", left=left)
            return talk.text("how_long_repetitions", left=left, after=spoken_number(after_this))
        to_go = after_this + (self._part <= Part.HOLD)
        if self._stage is Stage.SET and to_go > 0:
            return talk.text("how_long_set", left=spoken_number(to_go))
        return talk.text("how_long_exercises", number=spoken_number(self._number), total=spoken_number(self._total))


def duration_text(talk: Talk, seconds: int) -> str:
    """As in "two minutes", "one minute and ten seconds", "fifteen seconds"."""
    minutes, rest = divmod(seconds, 60)
    rest_text = talk.text("seconds_one") if rest == 1 else talk.text("seconds", n=spoken_number(rest))
    if minutes == 0:
        return rest_text
    minute_text = talk.text("minute_one") if minutes == 1 else talk.text("minutes", n=spoken_number(minutes))
    return talk.text("minutes_seconds", m=minute_text, s=rest_text) if rest else minute_text


def times_text(talk: Talk, repetitions: int) -> str:
    """As in "once", "twice", "ten times"."""
    if repetitions in (1, 2):
        return talk.text("times_one" if repetitions == 1 else "times_two")
    return talk.text("times", n=spoken_number(repetitions))
