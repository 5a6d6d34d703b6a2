"""Whatever interrupts a scene is settled here, before the scene is played again from where it was."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from voicecoach.core.intent import Command, Intent
from voicecoach.core.messages import TimerFired
from voicecoach.core.rules import decide, decide_stop
from voicecoach.core.scenes.pain import Pain
from voicecoach.core.talk import GRAVE, Disturbance, Interruption, Matter, Scene, SessionOver, Talk, Unsettled

HEARING_PATIENCE_S = 20.0  # how long the coach tries to hear again before it offers the keyboard

# What a new matter makes superfluous: it ends with an explicit word to go on itself.
_REPLACES = {
    Matter.STOPPED: {Matter.STOPPED, Matter.WHAT_HAPPENED, Matter.GO_ON, Matter.PAUSE},
    Matter.PAUSE: {Matter.PAUSE},
    Matter.DEAF: {Matter.DEAF, Matter.PAUSE},
}
_AGREED = {Matter.WHAT_HAPPENED, Matter.GO_ON, Matter.PAUSE}  # what a "yes, go on" settles along with its own question


class Skipped(Exception):  # noqa: N818 - control flow of the story, no error
    """The person wants to leave out the current exercise."""


class Disturbances:
    """`undisturbed(scene)` plays a scene to its end, however often it is interrupted."""

    def __init__(self, talk: Talk, pain: Pain) -> None:
        self._talk = talk
        self._pain = pain
        self._unsettled: list[Unsettled] = []
        self.skippable = False

    def undisturbed(self, scene: Callable[[], Scene]) -> Scene:
        """Raises SessionOver where a disturbance ends the session, Skipped where the exercise is left out.

        What is unsettled stays on a stack: "louder" said to "what happened?" makes it louder and asks again; it never
        resumes the movement."""
        talk = self._talk
        self._unsettled = []
        playing = True
        while True:
            try:
                yield from self._settle_all()
                if talk.came_down and not playing:
                    yield from talk.say("resumed")
                playing = True
                yield from scene()
                talk.owed = None
                return
            except Interruption as interruption:
                talk.came_down = talk.came_down and not playing
                playing = False
                self._take(interruption)
            talk.cancel_timers()
            talk.listen(None)

    def _settle_all(self) -> Scene:
        while self._unsettled:
            self._talk.agreed = False
            yield from self._unsettled[-1].scene()
            self._unsettled.pop()
            self._talk.owed = None
            if self._talk.agreed:
                self._drop(_AGREED)

    def _drop(self, matters: set[Matter]) -> None:
        self._unsettled = [unsettled for unsettled in self._unsettled if unsettled.matter not in matters]

    def _take(self, interruption: Interruption) -> None:
        """Put what is to be settled on the stack; its last is settled first."""
        if self._talk.owed is not None:  # the open question goes before whatever led to it
            self._unsettled[-1:] = [self._talk.owed]
            self._talk.owed = None
        matters = self._matters(interruption)
        for unsettled in matters:
            self._drop(_REPLACES.get(unsettled.matter, set()))
        self._unsettled += matters

    def _matters(self, interruption: Interruption) -> list[Unsettled]:
        intent = interruption.intent
        match interruption.kind:
            case Disturbance.STOP:
                return self._stop(intent or Intent(""))
            case Disturbance.PAIN if intent is not None:
                return [self._report(intent)]
            case Disturbance.COMMAND if intent is not None and intent.command is Command.PAUSE:
                return [Unsettled(Matter.PAUSE, self._pain.pause)]
            case Disturbance.COMMAND if intent is not None and intent.command is not None:
                if self._talk.adjust(intent.command):  # at once: what is said about it may be interrupted
                    return [Unsettled(Matter.OTHER, partial(self._say_text, self._talk.text(intent.command)))]
                return [Unsettled(Matter.OTHER, partial(self._command, intent.command))]
            case Disturbance.DEAF:
                return [Unsettled(Matter.DEAF, partial(self._deaf, interruption.reason))]
            case Disturbance.ASLEEP:
                return [Unsettled(Matter.PAUSE, partial(self._pain.pause, self._talk.text("asleep")))]
            case Disturbance.TALKED_OVER:
                return [Unsettled(Matter.PAUSE, partial(self._pain.pause, self._talk.text("talked_over")))]
            case Disturbance.END:
                raise SessionOver("ended")
            case _:
                return [Unsettled(Matter.OTHER, partial(self._false_alarm, asked=interruption.asked))]

    def _report(self, intent: Intent) -> Unsettled:
        """What is grave stands, and is written down, before anything else can be said."""
        grave = False
        if intent.report is not None and self._talk.baseline is not None:
            decision = decide(intent.report, self._talk.baseline, intent.doubts)
            grave = decision.verdict in GRAVE
            if grave:
                self._talk.note(decision, intent.words)
                self._talk.ends_unless_denied(decision)
        return Unsettled(Matter.REPORT, partial(self._pain.reported, intent, noted=grave))

    def _stop(self, intent: Intent) -> list[Unsettled]:
        """STOP-WORD: the movement has stopped; now, what happened? A report said along with it is judged first."""
        self._talk.note(decide_stop(), intent.words)
        stopped = f"{self._talk.text('stopped')} {self._talk.come_down() or self._talk.text('relax')}"
        words = Unsettled(Matter.STOPPED, partial(self._say_text, stopped))
        if intent.report is None and not intent.doubts:
            return [Unsettled(Matter.WHAT_HAPPENED, self._pain.what_happened), words]
        go_on = Unsettled(Matter.GO_ON, partial(self._pain.shall_we_go_on, "go_on"))
        return [go_on, self._report(intent), words]

    def _say_text(self, text: str) -> Scene:
        yield from self._talk.say_text(text)

    def _false_alarm(self, *, asked: bool) -> Scene:
        if len(self._unsettled) == 1 and not self._talk.moving and not asked:
            yield from self._talk.say("false_alarm")

    def _command(self, command: Command) -> Scene:
        talk = self._talk
        if command is Command.SKIP and self.skippable and self._nothing_else_than_a_pause:
            yield from talk.say_text(f"{talk.come_down()} {talk.text('skipped')}".strip())
            raise Skipped
        elif command is Command.HOW_LONG:
            yield from talk.say_text(talk.how_long() if talk.how_long else talk.text("how_long_opening"))
        elif command is Command.HELP:  # too long for holding a position meanwhile
            yield from talk.say_text(f"{talk.come_down()} {talk.text('help')}".strip())
        # repeat: the scene says it again by being played again

    @property
    def _nothing_else_than_a_pause(self) -> bool:
        return all(unsettled.matter is Matter.PAUSE for unsettled in self._unsettled[:-1])

    def _deaf(self, reason: str) -> Scene:
        """Say so, wait for hearing to come back, offer the keyboard; go on only when somebody then says so."""
        talk = self._talk
        if talk.deaf:
            talk.speak(f"{talk.come_down()} {talk.text('hearing_lost', reason=reason)}".strip())
            timer_id = talk.start_timer(HEARING_PATIENCE_S)
            while talk.deaf:
                signal = yield
                if isinstance(signal, TimerFired) and signal.id == timer_id:
                    yield from self._offer_the_keyboard()
                    break
            talk.cancel_timers()
        talk.come_down()
        yield from talk.say("keyboard" if talk.deaf else "hearing_back")
        yield from self._pain.pause()

    def _offer_the_keyboard(self) -> Scene:
        talk = self._talk
        yield from talk.say("hearing_gone")
        answered = (yield from talk.ask("keyboard_test")) is not None
        if not answered and talk.deaf:
            yield from talk.say("hearing_end")
            raise SessionOver("unheard")
        talk.hands_free = not talk.deaf
