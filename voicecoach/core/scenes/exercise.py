"""One exercise: into position, the steps one at a time, "say ready", then the set with its holds and repetitions.

`ExerciseScene` keeps its own progress, so that it can be played again from where a disturbance left it: a step is
said again; a hold goes on from the second at which the coach fell silent, unless the person was told to come down.
"""

from __future__ import annotations

from collections.abc import Generator
from enum import IntEnum

from voicecoach.core.counting import counts, spoken_number
from voicecoach.core.messages import SpeechKind
from voicecoach.core.programme import Exercise
from voicecoach.core.rules import decide_unclear
from voicecoach.core.talk import Interruption, SessionOver, Signal, Talk

STEP_PAUSE_S = 0.9  # time to do what was said before the next step
LEAD_S = 0.25  # between "hold" and the first counted moment; also keeps scheduled speech in the future

Scene = Generator[None, Signal, None]


class Stage(IntEnum):
    POSITION = 0
    NAME = 1
    STEPS = 2
    READY = 3
    INTRODUCTION = 4
    SET = 5
    DONE = 6


class ExerciseScene:
    """Plays an exercise. `performed` tells whether any of it was done: only then its pain check is due."""

    def __init__(self, talk: Talk, exercise: Exercise, number: int, total: int, *, change_position: bool) -> None:
        self._talk = talk
        self.exercise = exercise
        self._number, self._total = number, total
        self._change_position = change_position
        self._stage = Stage.POSITION
        self._step = 0
        self._side = 0
        self._repetition = 0
        self._hold_started_s: float | None = None
        self._held_s: float | None = None
        self.performed = False

    def play(self) -> Scene:
        """From wherever it is to its end."""
        self._talk.how_long = self.how_long
        self._held_s = None if self._talk.came_down else self._held_s
        self._talk.came_down = False
        scenes = (self._position, self._name, self._steps, self._ready, self._introduction, self._set)
        while self._stage is not Stage.DONE:
            yield from scenes[self._stage]()
            self._stage = Stage(self._stage + 1)

    # --- before the set ---

    def _position(self) -> Scene:
        if not self._change_position:
            return
        self._talk.reached("position")
        yield from self._talk.say_text(self.exercise.position_line)
        yield from self._wait_until_ready("in_place")

    def _name(self) -> Scene:
        number = spoken_number(self._number)
        yield from self._talk.say("exercise", number=number, name=self.exercise.name)

    def _steps(self) -> Scene:
        while self._step < len(self.exercise.steps):
            self._talk.reached("step", self._step + 1)
            yield from self._talk.say_text(self.exercise.steps[self._step])
            yield from self._talk.wait(STEP_PAUSE_S)
            self._step += 1

    def _ready(self) -> Scene:
        self._talk.reached("ready")
        yield from self._wait_until_ready("ready")

    def _wait_until_ready(self, question: str) -> Scene:
        if (yield from self._talk.ask(question)) is None:
            decision = decide_unclear()
            self._talk.note(decision)
            raise SessionOver("unclear", decision)

    def _introduction(self) -> Scene:
        doses = self.exercise.set
        hold = duration_text(self._talk, doses.hold_s)
        if doses.kind == "stay":
            yield from self._talk.say("set_stay", hold=hold)
        elif doses.repetitions == 1:
            yield from self._talk.say("set_hold_once", hold=hold)
        else:
            repetitions = times_text(self._talk, doses.repetitions)
            yield from self._talk.say("set_hold", repetitions=repetitions, hold=hold)

    # --- the set ---

    @property
    def _sides(self) -> tuple[str, ...]:
        return self.exercise.set.sides or ("",)

    def _set(self) -> Scene:
        doses = self.exercise.set
        while self._side < len(self._sides):
            while self._repetition < doses.repetitions:
                yield from self._one_repetition()
                self._repetition += 1
            self._side += 1
            self._repetition = 0
        yield from self._talk.say("stay_done" if doses.kind == "stay" else "set_done")

    def _one_repetition(self) -> Scene:
        """Up, hold, down, and the rest after it. A hold that was disturbed goes on from where it froze."""
        doses, talk = self.exercise.set, self._talk
        talk.reached("repetition", self._done_before + 1)
        self.performed = True
        if self._held_s is None:
            yield from self._up()
            yield from talk.until_spoken(talk.speak(doses.cue_hold, kind=SpeechKind.CUE))
        else:
            yield from talk.say("keep_staying" if doses.kind == "stay" else "keep_holding")
        yield from self._hold()
        talk.moving = False
        yield from talk.wait(doses.return_s)
        if not self._is_last:
            if doses.between_s >= SPOKEN_REST_S:
                talk.reached("rest", self._done_before + 1)
                yield from talk.say("rest_between")
            yield from talk.wait(doses.between_s)

    def _up(self) -> Scene:
        doses, talk = self.exercise.set, self._talk
        if self._repetition == 0 and self._sides[self._side]:
            order = "side_then" if self._side else "side"
            yield from talk.say(f"{order}_{self._sides[self._side]}")
        if doses.repetitions > 1:
            yield from talk.say("repetition", number=spoken_number(self._repetition + 1))
            if doses.repetition_cues:
                cue = doses.repetition_cues[min(self._repetition, len(doses.repetition_cues) - 1)]
                yield from talk.say_text(cue)
        if doses.cue_up:
            talk.moving = True
            yield from talk.until_spoken(talk.speak(doses.cue_up, kind=SpeechKind.CUE))
            yield from talk.wait(doses.move_s)

    def _hold(self) -> Scene:
        """Numbers stand on the clock: each one's onset, and that of the release, is scheduled ahead."""
        doses, talk = self.exercise.set, self._talk
        talk.reached("hold", self._done_before + 1)
        talk.moving = doses.kind != "stay"
        held_s = self._held_s or 0.0
        started_s = talk.now_s + LEAD_S - held_s
        self._hold_started_s = started_s
        try:
            for count in counts(doses.hold_s):
                if count.offset_s >= held_s:
                    number = spoken_number(count.number)
                    talk.speak(number, at_s=started_s + count.offset_s, kind=SpeechKind.COUNT)
            release = talk.speak(doses.cue_down, at_s=started_s + doses.hold_s, kind=SpeechKind.CUE)
            yield from talk.until_spoken(release)
        except Interruption as disturbance:
            self._held_s = min(max(disturbance.at_s - started_s, 0.0), float(doses.hold_s))
            raise
        finally:
            self._hold_started_s = None
        self._held_s = None

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
        if self._stage is not Stage.SET or self._held_s is None:
            number, total = spoken_number(self._number), spoken_number(self._total)
            return talk.text("how_long_exercises", number=number, total=total)
        left = duration_text(talk, max(1, round(doses.hold_s - self._held_s)))
        more = len(self._sides) * doses.repetitions - self._done_before - 1
        if more == 0:
            return talk.text("how_long_last", left=left)
        after = talk.text("more_one") if more == 1 else talk.text("more", n=spoken_number(more).capitalize())
        return talk.text("how_long_repetitions", left=left, more=after)


SPOKEN_REST_S = 5.0  # a rest shorter than this needs no word


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
