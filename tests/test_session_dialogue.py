"""What a person can say in between, and how the session goes on after it."""

from __future__ import annotations

import pytest

from tests.rehearsed import Rehearsed, at, offsets, rehearse, sounding
from voicecoach.core.messages import Event, LeaveRequested
from voicecoach.patient import Patient

# --- stop and pause ---


def test_stop_then_nothing_then_yes_does_the_same_repetition_anew() -> None:
    played = rehearse("stop_then_nothing")
    assert played.finish.outcome == "completed"
    played.follows(
        "YOU stop",
        "RULE STOP-WORD stop",
        "COACH Stopped. Slowly down, and let go.",
        "COACH What happened?",
        "YOU nothing",
        "RULE SAME-OR-BETTER go",
        "COACH Shall we go on? Yes or no?",
        "YOU yes",
        "COACH We go on.",
        "AT repetition 2 of press-up",
        "COACH Number two.",
    )
    first, stopped, again = played.holds_of("press-up")
    assert (first.number, stopped.number, again.number) == (1, 2, 2)
    assert sounding(stopped) == []  # eight seconds of fifteen, before the first number
    assert offsets(again, 15) == offsets(first, 15)


def test_a_pause_in_a_hold_does_that_repetition_anew() -> None:
    played = rehearse("pause_in_hold")
    played.follows(
        "YOU wait",
        "AT pause",
        "COACH Slowly down, and let go. We pause. Say continue when you want to go on.",
        "YOU continue",
        "COACH We go on.",
        "AT repetition 1 of press-up",
    )
    assert [hold.number for hold in played.holds_of("press-up")] == [1, 1, 2]
    assert played.finish.outcome == "completed"


def test_a_pause_that_nobody_ends_ends_the_session() -> None:
    played = rehearse("long_pause")
    assert (played.finish.outcome, played.finish.rule) == ("unclear", "UNCLEAR")
    assert len(played.holds_of("press-up")) == 1


@pytest.mark.parametrize("words", ["louder", "how long", "[unk]", "banana", "yes", "repeat", "the same", "five", "no"])
def test_only_continue_ends_a_pause(words: str) -> None:
    patient = Patient(
        says=("at hold 1 of press-up, 8 s: pause", f"at pause of press-up, 9 s: {words}"), answers={"paused": ("",)}
    )
    played = Rehearsed(patient)
    assert played.finish.outcome == "unclear"
    assert len(played.holds_of("press-up")) == 1


def test_skipping_out_of_a_pause() -> None:
    patient = Patient(
        says=("at hold 1 of press-up, 8 s: pause", "at pause of press-up, 9 s: skip this one"),
        answers={"paused": ("",)},
    )
    Rehearsed(patient).expect(
        "AT pause", "YOU skip", "COACH We leave this one out.", "AT check", "COACH Exercise three"
    )


def test_a_rest_after_easing_outlasts_other_commands() -> None:
    """The rest was agreed on inside the pain check: "louder" must not play the check again."""
    patient = Patient(
        says=("at pause of rest-on-belly, 9 s: louder",),
        answers={"check": ("worse in my back",), "eased": ("rest",), "paused": ("",)},
    )
    played = Rehearsed(patient)
    played.expect("YOU rest", "AT pause", "YOU louder", "AT pause", "END unclear")
    assert played.count("AT check") == 1


def test_stop_in_the_opening_in_a_question_and_in_the_closing() -> None:
    rehearse("stop_in_greeting").expect("YOU stop", "COACH Stopped. Relax.", "COACH What happened?", "END completed")
    question = rehearse("stop_in_question")
    question.expect(
        "AT ready", "YOU stop", "COACH Stopped. Relax.", "COACH What happened?", "AT ready", "END completed"
    )
    closing = rehearse("stop_in_closing")
    closing.follows("YOU stop", "END completed")


def test_a_report_along_with_the_stop_is_judged_at_once() -> None:
    played = Rehearsed(Patient(says=("at hold 1 of press-up, 8 s: stop my leg got worse",)))
    played.expect(
        "RULE STOP-WORD stop", "RULE LEG-WORSE stop", "COACH Stopped. Slowly down", "COACH I heard", "END stopped"
    )
    assert played.count("COACH What happened?") == 0


def test_a_second_stop_does_not_wipe_out_the_report_of_the_first() -> None:
    patient = Patient(
        says=("at hold 1 of press-up, 8 s: stop my leg got worse", "at hold 1 of press-up, 9 s: stop"),
        answers={"confirm": ("",)},
    )
    assert Rehearsed(patient).finish.rule == "LEG-WORSE"


def test_ending_in_a_hold_says_how_to_come_down_first() -> None:
    played = rehearse("ends_early")
    played.follows("YOU end session", "AT closing", "COACH Slowly down, and let go. We end the session.")
    assert (played.finish.outcome, played.finish.rule) == ("ended", "")


# --- commands ---


def test_louder_and_how_long_go_on_where_the_hold_froze() -> None:
    played = rehearse("commands_in_hold")
    played.expect("YOU louder", "COACH Louder.", "COACH Keep holding.", "YOU how long")
    played.follows("YOU how long", "COACH Seven seconds left. It is the last one.", "COACH Keep holding.", "AT hold 2")
    first, resumed, *_ = played.holds_of("press-up")
    gone_s = 8.0 - 0.25
    assert resumed.counted[-1][0] - (resumed.at_s + 0.25) == pytest.approx(15 - gone_s)
    assert first.hushed_s == pytest.approx(first.at_s + 8.0)


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        ("at greeting, 6 s", "We have not begun yet."),
        ("at step 2 of press-up, 1 s", "This is exercise two of four."),
        ("at hold 1 of press-up, 5 s", "Ten seconds left in this one, and one after it."),
        ("at repetition 3 of full-press-up, 1 s", "Eight to go in this exercise."),
        ("at rest 1 of press-up, 1 s", "One to go in this exercise."),
        ("at check of press-up, 1 s", "This is exercise two of four."),
    ],
)
def test_how_long_is_answered_anywhere(line: str, answer: str) -> None:
    played = Rehearsed(Patient(says=(f"{line}: how long",)))
    assert played.coach[played.coach.index(answer)] == answer
    assert played.finish.outcome == "completed"


def test_skipping_leads_to_the_check_of_what_was_done_and_to_no_other() -> None:
    played = rehearse("skip")
    played.follows("YOU skip", "COACH Slowly down, and let go. We leave this one out.", "AT check 0 of press-up")
    played.follows("YOU next exercise", "COACH We leave this one out.", "COACH Exercise four")
    assert played.count("AT check 0 of full-press-up") == 0


def test_a_step_is_said_again() -> None:
    played = rehearse("repeat")
    step = "COACH When I say up, press your elbows into the floor."
    assert played.count(step) == 2
    played.follows("YOU say that again", "AT step 3 of press-up", step)


def test_rate_and_level_hold_for_whatever_is_said_from_then_on() -> None:
    played = rehearse("rates_and_levels")
    said = {speak.text: speak for speak in played.speaks}
    assert said["Slower."].rate_wpm == 120  # the second time
    assert said["Faster."].rate_wpm == 140
    assert said["Louder."].gain_db == -4.0
    after = played.speaks[played.speaks.index(said["Louder."]) + 1 :]
    assert {(speak.rate_wpm, speak.gain_db) for speak in after} == {(140, -4.0)}


def test_rate_and_level_have_limits() -> None:
    says = tuple(f"at step {n} of {name}, 1 s: faster" for name in ("press-up", "full-press-up") for n in (1, 2, 3, 4))
    says += tuple(f"at hold {n} of full-press-up, 1 s: quieter" for n in range(1, 9))
    played = Rehearsed(Patient(says=says))
    assert (played.speaks[-1].rate_wpm, played.speaks[-1].gain_db) == (220, -18.0)


def test_the_list_of_commands_is_too_long_to_hold_a_position_for() -> None:
    played = Rehearsed(Patient(says=("at hold 1 of press-up, 8 s: what can i say",)))
    played.follows("YOU what can i say", "COACH Slowly down, and let go. You can say: stop", "COACH We go on.")


# --- the end ---


def leaving(now_s: float) -> list[Event]:
    return [LeaveRequested(now_s + 2.0)]


def test_closing_the_program_only_brings_somebody_down() -> None:
    """Whoever closes it may not be who lies there with closed eyes."""
    played = Rehearsed(Patient(), meanwhile=at("hold", "press-up", 1, leaving))
    assert (played.finish.outcome, played.finish.rule) == ("left", "")
    down = "COACH Slowly down, and let go."
    assert played.story[-3:] == ["AT closing 0 of press-up", down, "END left"]


def test_closing_the_program_ends_without_a_word_where_nobody_moves() -> None:
    played = Rehearsed(Patient(), meanwhile=at("step", "press-up", 1, leaving))
    assert (played.finish.outcome, played.finish.rule) == ("left", "")
    assert played.story[-2:] == ["AT closing 0 of press-up", "END left"]


def test_closing_the_program_does_not_wipe_out_why_it_ended() -> None:
    """In the closing words, and while a grave report was being read back."""
    patient = Patient(answers={"check": ("my bladder leaks",)})
    in_closing = Rehearsed(patient, meanwhile=at("closing", "rest-on-belly", 0, leaving))
    assert (in_closing.finish.outcome, in_closing.finish.rule) == ("emergency", "RED-FLAG")
    in_confirm = Rehearsed(
        Patient(says=("at hold 1 of press-up, 1 s: my bladder leaks",)), meanwhile=at("hold", "press-up", 1, leaving)
    )
    assert (in_confirm.finish.outcome, in_confirm.finish.rule) == ("emergency", "RED-FLAG")


@pytest.mark.parametrize(
    ("words", "outcome"), [("numb in the groin", "emergency"), ("my leg is worse", "stopped"), ("louder", "completed")]
)
def test_what_is_reported_in_the_closing_words_still_counts(words: str, outcome: str) -> None:
    played = Rehearsed(Patient(says=(f"at closing, 4 s: {words}",)))
    assert played.finish.outcome == outcome
    assert played.speaks[-1].gain_db == (4.0 if words == "louder" else 0.0)


def test_an_emergency_is_said_to_its_end_even_after_stop() -> None:
    patient = Patient(says=("at closing, 2 s: stop",), answers={"check": ("my bladder leaks",)})
    played = Rehearsed(patient)
    played.follows("YOU stop", "COACH I say it again. Get emergency care now.", "END emergency")
