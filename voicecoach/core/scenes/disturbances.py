"""Whatever interrupts a scene is settled here, before the scene is played again from where it was."""

from __future__ import annotations

from collections.abc import Callable, Generator

from voicecoach.core.intent import Command, Intent
from voicecoach.core.messages import TimerFired
from voicecoach.core.rules import decide_stop
from voicecoach.core.scenes.pain import Pain
from voicecoach.core.talk import (
    GAIN_STEP_DB,
    MAX_GAIN_DB,
    MAX_RATE_WPM,
    MIN_GAIN_DB,
    MIN_RATE_WPM,
    RATE_STEP_WPM,
    Disturbance,
    Interruption,
    SessionOver,
    Signal,
    Talk,
)

HEARING_PATIENCE_S = 20.0  # how long the coach tries to hear again before it ends the session

Scene = Generator[None, Signal, None]


class Skipped(Exception):  # noqa: N818 - control flow of the story, no error
    """The person wants to leave out the current exercise."""


class Disturbances:
    """`undisturbed(scene)` plays a scene to its end, however often it is interrupted."""

    def __init__(self, talk: Talk, pain: Pain) -> None:
        self._talk = talk
        self._pain = pain
        self.skippable = False

    def undisturbed(self, scene: Callable[[], Scene]) -> Scene:
        """Raises SessionOver where a disturbance ends the session, Skipped where the exercise is left out.

        What is unsettled stays on a stack: "louder" said to "what happened?" makes it louder and asks again; it never
        resumes the movement."""
        unsettled: list[Interruption] = []
        while True:
            try:
                while unsettled:
                    yield from self._settle(unsettled[-1], alone=len(unsettled) == 1)
                    unsettled.pop()
                yield from scene()
                return
            except Interruption as interruption:
                if interruption.kind is Disturbance.STOP:
                    unsettled = [earlier for earlier in unsettled if earlier.kind is not Disturbance.STOP]
                unsettled.append(interruption)
            self._talk.cancel_timers()
            self._talk.listen(None)

    def _settle(self, disturbance: Interruption, *, alone: bool) -> Scene:
        intent = disturbance.intent
        match disturbance.kind:
            case Disturbance.STOP:
                yield from self._stopped(intent)
            case Disturbance.END:
                raise SessionOver("ended")
            case Disturbance.PAIN if intent is not None:
                yield from self._pain.reported(intent)
            case Disturbance.COMMAND if intent is not None and intent.command is not None:
                yield from self._command(intent.command, skippable=self.skippable and alone)
            case Disturbance.DEAF:
                yield from self._deaf(disturbance.reason)
            case _:
                if not self._talk.moving and not disturbance.asked:
                    yield from self._talk.say("false_alarm")

    def _stopped(self, intent: Intent | None) -> Scene:
        """STOP-WORD: the movement has stopped; now, what happened? A report said along with it is judged at once."""
        talk = self._talk
        talk.note(decide_stop(), intent.words if intent else "")
        was_moving = talk.moving
        talk.moving, talk.came_down = False, True
        yield from talk.say("stopped" if was_moving else "stopped_still")
        if intent is not None and intent.report is not None:
            yield from self._pain.reported(intent)
            yield from self._pain.shall_we_go_on("go_on")
        else:
            yield from self._pain.what_happened()

    def _command(self, command: Command, *, skippable: bool) -> Scene:
        talk = self._talk
        match command:
            case Command.PAUSE:
                yield from self._pain.pause()
            case Command.SKIP if skippable:
                yield from talk.say("skipped")
                raise Skipped
            case Command.HOW_LONG:
                yield from talk.say_text(talk.how_long())
            case Command.HELP:
                yield from talk.say("help")
            case Command.SLOWER | Command.FASTER:
                step = RATE_STEP_WPM if command is Command.FASTER else -RATE_STEP_WPM
                talk.rate_wpm = min(max(talk.rate_wpm + step, MIN_RATE_WPM), MAX_RATE_WPM)
                yield from talk.say(command.value)
            case Command.LOUDER | Command.QUIETER:
                step_db = GAIN_STEP_DB if command is Command.LOUDER else -GAIN_STEP_DB
                talk.gain_db = min(max(talk.gain_db + step_db, MIN_GAIN_DB), MAX_GAIN_DB)
                yield from talk.say(command.value)
            case _:
                return  # repeat: the scene says it again by being played again

    def _deaf(self, reason: str) -> Scene:
        """Say so, wait for hearing to come back, and go on only when somebody then says so."""
        talk = self._talk
        talk.moving, talk.came_down = False, True
        talk.speak(talk.text("hearing_lost", reason=reason))
        timer_id = talk.start_timer(HEARING_PATIENCE_S)
        while talk.deaf:
            signal = yield
            if isinstance(signal, TimerFired) and signal.id == timer_id:
                yield from talk.say("hearing_gone")
                raise SessionOver("unheard")
        talk.cancel_timers()
        yield from talk.say("hearing_back")
        yield from self._pain.pause()
