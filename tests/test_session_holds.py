"""Counting on the seconds, and going on at the frozen one after a mere hush."""

from __future__ import annotations

import pytest

from tests.rehearsed import NECK, Rehearsed, at, false_hush, offsets, rehearse, sounding
from voicecoach.core.messages import Effect, Event, Heard, Reached, Speak, SpeechKind
from voicecoach.patient import Patient

# --- counting ---


def test_numbers_stand_on_the_seconds_of_the_hold() -> None:
    played = rehearse("well")
    short, long, rest = (played.holds_of(name)[0] for name in ("full-press-up", "press-up", "rest-on-belly"))
    assert offsets(short, 5) == [
        (0, "one"),
        (1, "two"),
        (2, "three"),
        (3, "four"),
        (4, "five"),
        (5, "Down, and relax."),
    ]
    assert offsets(long, 15) == [
        (10, "five"),
        (11, "four"),
        (12, "three"),
        (13, "two"),
        (14, "one"),
        (15, "Slowly down, and let go."),
    ]
    assert offsets(rest, 120)[:2] == [(10, "ten"), (20, "twenty")]
    assert offsets(rest, 120)[-7:-5] == [(110, "one hundred ten"), (115, "five")]


def test_every_repetition_is_held_once() -> None:
    played = rehearse("well")
    assert [(hold.exercise, hold.number) for hold in played.holds] == [
        ("rest-on-belly", 1),
        ("press-up", 1),
        ("press-up", 2),
        *(("full-press-up", number) for number in range(1, 11)),
        ("backward-bend", 1),
        ("backward-bend", 2),
    ]


def test_sides_are_announced_and_done_one_after_the_other() -> None:
    played = rehearse("neck_break_well", NECK)
    assert played.finish.outcome == "completed"
    played.expect(
        "COACH Exercise two: Head turn.",
        "COACH We do it once on each side, and hold for ten seconds.",
        "COACH First the left side.",
        "AT hold 1 of head-turn",
        "COACH Now the right side.",
        "AT hold 2 of head-turn",
        "AT check",
    )


# --- a mere hush ---


@pytest.mark.parametrize("words", ["stop", "worse in my leg", "it hurts"])
def test_a_false_hush_in_a_hold_goes_on_at_the_frozen_second(words: str) -> None:
    played = Rehearsed(Patient(), meanwhile=at("hold", "full-press-up", 3, false_hush(words, 2.5)))
    played.follows(f"PERHAPS {words}", "COACH Keep holding.", "AT hold 3 of full-press-up")
    cut, resumed = (hold for hold in played.holds_of("full-press-up") if hold.number == 3)
    assert sounding(cut) == ["one", "two", "three"]
    assert [text for _, text in resumed.counted] == ["four", "five", "Down, and relax."]
    assert offsets(resumed, 5) == [(3, "four"), (4, "five"), (5, "Down, and relax.")]
    began_s = cut.counted[0][0]
    held_before_s = 2.5 - (began_s - cut.at_s)
    held_after_s = resumed.counted[-1][0] - (resumed.at_s + 0.25)
    assert held_before_s + held_after_s == pytest.approx(5.0)


def test_many_false_hushes_still_make_one_hold() -> None:
    """Each freezes and goes on; no second is lost or counted twice."""
    hushes: list[float] = []

    def meanwhile(rehearsed: Rehearsed, event: Event, effects: list[Effect]) -> None:
        begins = any(isinstance(e, Reached) and e.phase == "hold" and e.exercise == "full-press-up" for e in effects)
        if begins and len(hushes) < 5:
            hushes.append(event.at_s)
            rehearsed.rehearsal.post(Heard(event.at_s + 1.0, "stop", final=False))

    played = Rehearsed(Patient(), meanwhile=meanwhile)
    parts = [hold for hold in played.holds_of("full-press-up") if hold.number == 1]
    assert len(parts) == 6
    heard = [text for hold in parts for text in sounding(hold)]
    assert heard == ["one", "two", "three", "four", "five", "Down, and relax."]


def test_a_hush_while_going_up_says_up_again_and_nothing_else() -> None:
    def meanwhile(rehearsed: Rehearsed, event: Event, effects: list[Effect]) -> None:
        up = [e for e in effects if isinstance(e, Speak) and e.text == "Up." and e.kind is SpeechKind.CUE]
        if up and rehearsed.count("PERHAPS") == 0:
            rehearsed.rehearsal.post(Heard(event.at_s + 2.0, "stop", final=False))

    played = Rehearsed(Patient(), meanwhile=meanwhile)
    played.follows("PERHAPS stop", "COACH Up.", "COACH Hold")


def test_a_hush_while_resting_repeats_no_repetition() -> None:
    played = Rehearsed(Patient(), meanwhile=at("rest", "press-up", 1, false_hush("stop", 3.0)))
    assert [hold.number for hold in played.holds_of("press-up")] == [1, 2]


@pytest.mark.parametrize("after_s", [16.5, 17.5, 19.0])
def test_a_stop_once_it_was_held_to_its_end_repeats_nothing(after_s: float) -> None:
    """While the release is being said, and while coming down."""
    played = Rehearsed(Patient(says=(f"at hold 1 of press-up, {after_s} s: stop",)))
    assert played.finish.outcome == "completed"
    assert [hold.number for hold in played.holds_of("press-up")] == [1, 2]
