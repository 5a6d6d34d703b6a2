"""A session as lines of text, one for each thing that happens: for the screen and for screen readers."""

from __future__ import annotations

from collections.abc import Callable

from voicecoach.core.messages import Effect, Event, Finish, Heard, Hush, Note, Reached, Source, Speak, SpeechKind

Print = Callable[[str], None]


class Transcript:
    """Prints `[m:ss.s] WHO  text`. Counted numbers gather in one line. `rules`: also decisions and their ids."""

    def __init__(self, output: Print, *, rules: bool = True) -> None:
        self._print = output
        self._rules = rules
        self._counts: list[tuple[float, str]] = []

    def __call__(self, event: Event, effects: list[Effect]) -> None:
        """A witness for any driver: what was heard, and what the coach does about it."""
        if any(isinstance(effect, Hush) for effect in effects):
            self._counts = [(at_s, text) for at_s, text in self._counts if at_s <= event.at_s]
        if isinstance(event, Heard) and event.final and event.words.strip():
            who = {Source.VOICE: "YOU", Source.KEYBOARD: "YOU (typed)", Source.SCRIPT: "YOU"}[event.source]
            self._line(event.at_s, who, event.words)
        for effect in effects:
            self._effect(effect, event.at_s)

    def _effect(self, effect: Effect, now_s: float) -> None:
        match effect:
            case Speak(kind=SpeechKind.COUNT, text=text, at_s=float(at_s)):
                self._counts.append((at_s, text))
            case Speak(text=text, at_s=at_s):
                if at_s is None:
                    self._line(now_s, "COACH", text)
                else:
                    self._counts.append((at_s, text))
            case Note(rule=rule, verdict=verdict, reason=reason) if self._rules:
                self._line(now_s, "RULE", f"{rule} -> {verdict}: {reason}")
            case Reached(phase="hold", number=number, exercise=exercise) if self._rules:
                self._line(now_s, "", f"({exercise}, hold {number})")
            case Finish(outcome=outcome, rule=rule):
                self._line(now_s, "END", f"{outcome}{f' ({rule})' if rule else ''}")
            case _:
                pass

    def _line(self, at_s: float, who: str, text: str) -> None:
        self._flush(at_s)
        self._print(f"[{clock(at_s)}] {who:<6} {text}")

    def _flush(self, now_s: float) -> None:
        """Print the numbers counted so far, before anything that comes after them."""
        counted = [count for count in self._counts if count[0] <= now_s]
        if counted:
            self._counts = [count for count in self._counts if count[0] > now_s]
            self._print(f"[{clock(counted[0][0])}] {'COUNT':<6} {' ... '.join(text for _, text in counted)}")


def clock(at_s: float) -> str:
    """As in 3:07.4"""
    minutes, seconds = divmod(round(at_s, 1), 60)
    return f"{int(minutes)}:{seconds:04.1f}"
