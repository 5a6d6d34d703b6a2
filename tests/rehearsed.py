"""A rehearsed session as a test wants to look at it: what was said, decided and counted, in its order."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from voicecoach.core.before import Before
from voicecoach.core.messages import (
    Effect,
    Event,
    Finish,
    Heard,
    Hush,
    Note,
    Reached,
    ScoreTaken,
    Source,
    Speak,
)
from voicecoach.core.session import Session
from voicecoach.languages import language, sayings
from voicecoach.patient import Patient, load_patient
from voicecoach.programmes import load
from voicecoach.rehearsal import Rehearsal
from voicecoach.transcript import Transcript

SCENARIOS = Path(__file__).parent / "scenarios"
DISC, NECK = "herniated-disc", "neck-shoulder-break"

Meanwhile = Callable[["Rehearsed", Event, list[Effect]], None]


@dataclass
class Hold:
    """Counted numbers and the release, as (onset in seconds of the session's clock, text). `hushed_s`: cut there."""

    exercise: str
    number: int
    at_s: float
    counted: list[tuple[float, str]] = field(default_factory=list)
    hushed_s: float | None = None


class Rehearsed:
    """`story`: lines such as "COACH Up.", "YOU stop", "RULE LEG-WORSE stop", "AT hold 1 of press-up", "END stopped"."""

    def __init__(
        self,
        patient: Patient,
        programme: str = DISC,
        before: Before | None = None,
        *,
        hands_free: bool = True,
        meanwhile: Meanwhile = lambda _rehearsed, _event, _effects: None,
    ) -> None:
        self.story: list[str] = []
        self.speaks: list[Speak] = []
        self.holds: list[Hold] = []
        self.scores: list[ScoreTaken] = []
        self.transcript: list[str] = []
        self._meanwhile = meanwhile
        self._print = Transcript(self.transcript.append)
        session = Session(load(programme), language(), sayings(), before)
        self.rehearsal = Rehearsal(session, patient, self._witness, hands_free=hands_free)
        self.finish: Finish = self.rehearsal.run()

    def _witness(self, event: Event, effects: list[Effect]) -> None:
        self._print(event, effects)
        if isinstance(event, Heard):
            self.story.append(f"{'YOU' if event.final else 'PERHAPS'} {event.words}")
        for effect in effects:
            self._see(effect, event.at_s)
        self._meanwhile(self, event, effects)

    def _see(self, effect: Effect, now_s: float) -> None:
        match effect:
            case Hush() if self.holds and self.holds[-1].hushed_s is None:
                self.holds[-1].hushed_s = now_s
            case Speak(text=text, at_s=None):
                self.story.append(f"COACH {text}")
                self.speaks.append(effect)
            case Speak(text=text, at_s=float(at_s)):
                self.holds[-1].counted.append((at_s, text))
                self.speaks.append(effect)
            case Reached(phase=phase, number=number, exercise=exercise):
                self.story.append(f"AT {phase} {number} of {exercise}")
                if phase == "hold":
                    self.holds.append(Hold(exercise, number, now_s))
            case Note(rule=rule, verdict=verdict):
                self.story.append(f"RULE {rule} {verdict}")
            case ScoreTaken():
                self.scores.append(effect)
            case Finish(outcome=outcome):
                self.story.append(f"END {outcome}")
            case _:
                pass

    # --- looking ---

    def expect(self, *lines: str) -> None:
        """These stand in the story, in this order; "COACH Up" also stands for longer lines that begin so."""
        at = 0
        for line in lines:
            found = next((i for i in range(at, len(self.story)) if self.story[i].startswith(line)), None)
            assert found is not None, f"{line!r} does not follow; the story:\n" + "\n".join(self.story)
            at = found + 1

    def follows(self, line: str, *directly: str) -> None:
        """Nothing comes between the first such line and these."""
        start = next(i for i, told in enumerate(self.story) if told.startswith(line)) + 1
        told = self.story[start : start + len(directly)]
        assert all(t.startswith(d) for t, d in zip(told, directly, strict=True)), "\n".join(told)

    def count(self, line: str) -> int:
        return sum(told.startswith(line) for told in self.story)

    def holds_of(self, exercise: str) -> list[Hold]:
        return [hold for hold in self.holds if hold.exercise == exercise]

    @property
    def coach(self) -> list[str]:
        return [told.removeprefix("COACH ") for told in self.story if told.startswith("COACH ")]

    @property
    def rules(self) -> list[str]:
        return [told.removeprefix("RULE ") for told in self.story if told.startswith("RULE ")]


def programme_of(scenario: str) -> str:
    """Which programme it is for."""
    return NECK if scenario.startswith("neck_break") else DISC


def rehearse(name: str, programme: str = DISC, before: Before | None = None) -> Rehearsed:
    """The scenario of this name, played to its end."""
    return Rehearsed(load_patient(SCENARIOS / f"{name}.toml"), programme, before)


def offsets(hold: Hold, hold_s: float) -> list[tuple[float, str]]:
    """Counted numbers by seconds from the beginning of the hold, which ends with its release."""
    releases = [at_s for at_s, _ in hold.counted[-1:]]
    return [(round(at_s - releases[0] + hold_s, 6), text) for at_s, text in hold.counted]


def sounding(hold: Hold) -> list[str]:
    """What of it was really heard."""
    return [text for at_s, text in hold.counted if hold.hushed_s is None or at_s < hold.hushed_s]


# --- what else can happen ---


def at(phase: str, exercise: str, number: int, happens: Callable[[float], list[Event]]) -> Meanwhile:
    """Something else than words happens at this place (the first time that it is reached)."""
    done: list[bool] = []

    def meanwhile(rehearsed: Rehearsed, event: Event, effects: list[Effect]) -> None:
        here = any(
            isinstance(e, Reached) and (e.phase, e.exercise, e.number) == (phase, exercise, number) for e in effects
        )
        if here and not done:
            done.append(True)
            for other in happens(event.at_s):
                rehearsed.rehearsal.post(other)

    return meanwhile


def false_hush(words: str, after_s: float) -> Callable[[float], list[Event]]:
    """A partial result that no final one follows."""
    return lambda now_s: [Heard(now_s + after_s, words, final=False, source=Source.VOICE)]
