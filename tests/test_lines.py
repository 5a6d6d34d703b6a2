"""What a session will say is known before it begins: nobody who stops waits for a voice to be rendered."""

from __future__ import annotations

import pytest

from voicecoach.core.before import Before
from voicecoach.core.messages import Effect, Event, Heard, Source, Speak
from voicecoach.core.session import Session
from voicecoach.languages import language, sayings
from voicecoach.lines import lines_ahead
from voicecoach.patient import Patient
from voicecoach.programmes import load
from voicecoach.rehearsal import Rehearsal

PROGRAMME = load("herniated_disc")


@pytest.mark.parametrize("words", ["stop", "pause", "it's worse", "up", "it moves"])
@pytest.mark.parametrize(
    "place", ["hold 1 of press-up, 2 s", "hold 1 of backward-bend, 0.5 s", "step 1 of press-up, 1 s"]
)
def test_the_answer_to_a_stop_is_ready(words: str, place: str) -> None:
    ready = {text for text, _ in lines_ahead(PROGRAMME, language(), sayings(), Before())}
    answers: list[str] = []

    def witness(event: Event, effects: list[Effect]) -> None:
        if isinstance(event, Heard) and event.words == words and event.source is Source.SCRIPT:
            answers.extend(effect.text for effect in effects if isinstance(effect, Speak))

    Rehearsal(Session(PROGRAMME, language(), sayings()), Patient(says=(f"at {place}: {words}",)), witness).run()
    assert answers
    assert set(answers) <= ready
