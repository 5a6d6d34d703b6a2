"""Whether we hear each other, and where the pain is before anything is done."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.rehearsed import Meanwhile, Rehearsed, at, rehearse
from voicecoach.core.messages import Effect, Event, HearingLost, HearingRestored, Listen
from voicecoach.patient import Patient

# --- the baseline ---


@pytest.mark.parametrize(
    ("scenario", "read_back"),
    [
        ("corrected_score", "Left calf, six. Is that right?"),
        ("corrected_side", "Right calf, five. Is that right?"),
        ("corrected_place", "Left thigh, five. Is that right?"),
    ],
)
def test_what_was_misheard_is_corrected_when_it_is_read_back(scenario: str, read_back: str) -> None:
    played = rehearse(scenario)
    played.expect("COACH Left calf, five. Is that right?", "YOU no", f"COACH {read_back}", "COACH Thank you.")
    assert played.finish.outcome == "completed"


def test_no_pain_at_all_is_a_baseline() -> None:
    played = rehearse("no_pain")
    played.expect("YOU no pain", "COACH No pain. Is that right?", "YOU yes", "COACH Thank you.", "END completed")


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ({"baseline": ("my leg",), "baseline_side": ("the right",)}, "Right leg, five."),
        ({"baseline": ("left calf seven",)}, "Left calf, seven."),
        ({"baseline": ("left calf",), "baseline_score": ("it is bad", "six")}, "Left calf, six."),
        ({"baseline": ("left calf",), "readback": ("no", "yes")}, "Left calf, five."),
    ],
)
def test_what_is_missing_is_asked_for(answers: dict[str, tuple[str, ...]], expected: str) -> None:
    played = Rehearsed(Patient(answers=answers))
    played.expect(f"COACH {expected} Is that right?", "COACH Thank you.")


def test_answers_that_lead_nowhere_end_somewhere() -> None:
    played = Rehearsed(Patient(answers={"readback": ("no",)}))
    assert played.finish.outcome == "unclear"
    assert len(played.story) < 100


@pytest.mark.parametrize("answers", [{"baseline_side": ("both",)}, {"readback": ("no both", "yes")}])
def test_both_legs_are_asked_about_however_it_was_said(answers: dict[str, tuple[str, ...]]) -> None:
    played = Rehearsed(Patient(answers={"baseline": ("leg",), "confirm_new": ("yes",), **answers}))
    assert played.finish.rule == "RED-FLAG"
    known = Rehearsed(Patient(answers={"baseline": ("leg",), **answers}))
    assert known.finish.outcome == "completed"


def test_pain_told_before_it_was_asked_for_is_no_news() -> None:
    played = Rehearsed(Patient(says=("at greeting, 6 s: my left calf hurts",)))
    played.follows("YOU my left calf hurts", "COACH I will ask you about that in a moment.")
    assert played.finish.outcome == "completed"


# --- hearing ---


def test_a_hearing_test_without_an_answer_offers_the_keyboard() -> None:
    played = rehearse("unheard")
    played.expect(
        "COACH Say ready when you can hear me.",
        "COACH I did not catch that.",
        "COACH I do not hear you well enough, so I won't start hands-free.",
        "COACH You can use the keyboard instead.",
        "COACH We end here. Nothing was started.",
        "END unheard",
    )
    taken = rehearse("typed_instead")
    taken.expect("COACH You can use the keyboard instead.", "YOU ready", "COACH Good. I will listen to the keyboard.")
    assert taken.finish.outcome == "completed"


def test_a_session_with_the_keyboard_alone_needs_no_ears() -> None:
    deaf = at("hold", "press-up", 1, lambda now_s: [HearingLost(now_s + 3.0, "The sound device has gone.")])
    played = Rehearsed(Patient(), hands_free=False, meanwhile=deaf)
    played.expect("COACH Type ready to begin.", "YOU ready", "COACH Good. I will listen to the keyboard.")
    assert played.count("COACH I do not hear you") == 0
    assert played.finish.outcome == "completed"


def lost(*later: Callable[[float], Event]) -> Meanwhile:
    return at(
        "hold",
        "press-up",
        1,
        lambda now_s: [HearingLost(now_s + 8.0, "The microphone has gone."), *(event(now_s) for event in later)],
    )


def test_lost_hearing_stops_the_movement_and_its_return_does_not_start_it() -> None:
    played = Rehearsed(Patient(), meanwhile=lost(lambda now_s: HearingRestored(now_s + 20.0)))
    played.expect(
        "AT hold 1 of press-up",
        "COACH Slowly down, and let go. I do not hear you at the moment. The microphone has gone.",
        "COACH I can hear you again.",
        "COACH We pause. Say continue",
        "YOU continue",
        "COACH We go on.",
        "AT hold 1 of press-up",
        "END completed",
    )


def test_lost_hearing_that_does_not_return_offers_the_keyboard() -> None:
    silent = Patient(answers={"keyboard_test": ("",)})
    played = Rehearsed(silent, meanwhile=lost())
    played.expect(
        "COACH I still do not hear you.", "COACH You can use the keyboard", "COACH Then we end here.", "END unheard"
    )
    assert len(played.holds_of("press-up")) == 1
    typing = Rehearsed(Patient(), meanwhile=lost())
    typing.expect("YOU ready", "COACH Good. I will listen to the keyboard.", "YOU continue", "AT hold 1 of press-up")
    assert typing.finish.outcome == "completed"


def test_losing_hearing_twice_is_settled_once() -> None:
    again = lost(lambda now_s: HearingLost(now_s + 9.0, "It does not come back."), lambda s: HearingRestored(s + 20.0))
    played = Rehearsed(Patient(), meanwhile=again)
    assert played.count("COACH Slowly down, and let go. I do not hear you") == 1
    assert played.count("COACH I do not hear you") == 0
    assert played.count("COACH I can hear you again.") == 1
    assert played.count("YOU continue") == 1
    assert played.finish.outcome == "completed"


def test_the_recogniser_can_listen_from_the_first_word_on() -> None:
    heard: list[Listen] = []

    def meanwhile(_rehearsed: Rehearsed, event: Event, effects: list[Effect]) -> None:
        if event.at_s == 0.0:
            heard.extend(effect for effect in effects if isinstance(effect, Listen))

    Rehearsed(Patient(), meanwhile=meanwhile)
    assert "stop" in heard[0].phrases
