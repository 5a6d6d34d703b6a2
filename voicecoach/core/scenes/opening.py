"""The first words: can we hear each other? Long at the first session, short at each later one."""

from __future__ import annotations

from voicecoach.core.before import Before
from voicecoach.core.programme import Programme
from voicecoach.core.talk import Scene, SessionOver, Talk


class Opening:
    """Greeting and hearing test, played once."""

    def __init__(self, talk: Talk, programme: Programme, before: Before) -> None:
        self._talk = talk
        self._programme = programme
        self._before = before
        self._greeted = False
        self._unheard = False

    def play(self) -> Scene:
        """Without an answer by voice nothing starts hands-free; the keyboard is offered."""
        talk = self._talk
        talk.reached("greeting")
        if not self._greeted:
            yield from self._greet()
            self._greeted = True
        if talk.hands_free:
            if (yield from talk.ask("hearing_test")) is not None:
                if self._before.first:
                    yield from talk.say("heard")
                return
            self._unheard, talk.hands_free = True, False
            yield from talk.say("unheard")
        if (yield from talk.ask("keyboard_test", saying="" if self._unheard else "typed_ready")) is None:
            yield from talk.say("unheard_end")
            raise SessionOver("unheard")
        yield from talk.say("keyboard")

    def _greet(self) -> Scene:
        talk = self._talk
        if not self._before.first:
            yield from talk.say("hello_again")
            return
        yield from talk.say("hello", programme=self._programme.title)
        if self._before.example:
            yield from talk.say("example")
        yield from talk.say_text(self._programme.about)
        yield from talk.say("safety")
        yield from talk.say("commands")
