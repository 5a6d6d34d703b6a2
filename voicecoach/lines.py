"""Which lines a session will say and what it will listen for: known before it begins."""

from __future__ import annotations

from collections.abc import Mapping

from voicecoach.core.before import Before
from voicecoach.core.counting import spoken_number
from voicecoach.core.language import Language
from voicecoach.core.messages import Effect, Event, Speak
from voicecoach.core.programme import Programme
from voicecoach.core.questions import PERFORMING, QUESTIONS
from voicecoach.core.session import Session
from voicecoach.core.vocabulary import phrases_for
from voicecoach.patient import Patient
from voicecoach.rehearsal import Rehearsal

# What may have to be said to somebody who is in the middle of a movement.
MOVING_KEYS = ("paused", "where_worse", "up_or_down", "more_or_moving")


def lines_ahead(
    programme: Programme, language: Language, sayings: Mapping[str, str], before: Before
) -> tuple[tuple[str, int], ...]:
    """(text, rate in words per minute): everything a good session says, in its order; then every other sentence that
    has no part to be filled in, so that a stop, a pause or a bad sign is answered without waiting for rendering."""
    said: list[str] = []

    def collect(_event: Event, effects: list[Effect]) -> None:
        said.extend(effect.text for effect in effects if isinstance(effect, Speak))

    Rehearsal(Session(programme, language, sayings, before), Patient(), collect).run()
    fixed = [text for key, text in sayings.items() if "{" not in text and not key.startswith("doctor_")]
    numbers = [spoken_number(number) for number in range(11)]
    lines = dict.fromkeys([*said, *programme.spoken_lines(), *fixed, *numbers, *_stops(programme, sayings)])
    return tuple((text, before.settings.rate_wpm) for text in lines)


def _stops(programme: Programme, sayings: Mapping[str, str]) -> list[str]:
    """What is said to whoever stops, also in the middle of a movement: how to come down comes along with it."""
    stopped, cues = sayings["stopped"], [exercise.set.cue_down for exercise in programme.exercises]
    lines = [f"{stopped} {end}" for end in (sayings["relax"], *cues)]
    return lines + [f"{cue} {sayings[key]}" for cue in cues if cue for key in MOVING_KEYS]


def all_phrases(language: Language) -> tuple[str, ...]:
    """Whatever the recogniser may be asked to hear, in any question."""
    return tuple(dict.fromkeys(phrase for name in (PERFORMING, *QUESTIONS) for phrase in phrases_for(name, language)))
