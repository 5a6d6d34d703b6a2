"""Somebody talks, and nothing of it is understood: when the coach asks, when it waits, and that it does not nag."""

from __future__ import annotations

from tests.session_world import World
from voicecoach.core.messages import Hush, Reached, Speak, StartTimer
from voicecoach.core.overlap import LEAST_S, WITHIN_S, Overlap
from voicecoach.core.questions import PERFORMING, SILENCE_S
from voicecoach.core.talk import HEAR_OUT_S
from voicecoach.languages import sayings
from voicecoach.programmes import load

TALKED_OVER = sayings()["talked_over"]


def talk_over(overlap: Overlap, *at_s: float, seconds: float = 1.0) -> list[bool]:
    """Somebody talks over the coach so often, ending at these moments; when it is time to ask."""
    asked = []
    for ended_s in at_s:
        overlap.started(over=True)
        asked.append(overlap.stopped(ended_s - seconds, ended_s))
    return asked


def counting() -> World:
    """A session in which the coach counts a hold, and asks nothing."""
    world = World(load("herniated-disc"))
    while not any(isinstance(effect, Reached) and effect.phase == "hold" for effect in world.effects):
        world.answer()
    return world


def talked_over(world: World, times: int) -> World:
    for _ in range(times):
        while not world.speech or world.question != PERFORMING:
            world.answer()
        world.voice_begins()
        world.voice_ends()
    return world


def said(world: World) -> list[str]:
    return [effect.text for effect in world.effects if isinstance(effect, Speak)]


# --- when to ask ---


def test_the_second_time_it_is_time_to_ask() -> None:
    assert talk_over(Overlap(), 1.0, 5.0) == [False, True]


def test_two_that_are_far_apart_have_nothing_to_do_with_each_other() -> None:
    assert talk_over(Overlap(), 1.0, 1.0 + WITHIN_S, 3.0 + WITHIN_S) == [False, False, True]


def test_a_cough_is_no_talk() -> None:
    assert talk_over(Overlap(), 1.0, 2.0, 3.0, seconds=LEAST_S - 0.1) == [False, False, False]


def test_what_was_understood_needs_no_question() -> None:
    overlap = Overlap()
    assert talk_over(overlap, 1.0) == [False]
    overlap.understood()
    assert talk_over(overlap, 4.0, 6.0) == [False, True]


def test_a_television_is_asked_about_ever_less_often() -> None:
    asked = talk_over(Overlap(), *(2.0 * moment for moment in range(1, 15)))
    assert [moment for moment, ask in enumerate(asked, 1) if ask] == [2, 6, 14]


def test_what_does_not_begin_over_the_coach_does_not_count() -> None:
    overlap = Overlap()
    overlap.started(over=False)
    assert not overlap.stopped(0.0, 2.0)
    assert talk_over(overlap, 4.0) == [False]


# --- what the session does ---


def test_talked_over_twice_it_falls_silent_pauses_and_asks() -> None:
    world = talked_over(counting(), 1)
    assert TALKED_OVER not in " ".join(said(world))
    talked_over(world, 1)
    assert world.history[-1][1][0] == Hush()
    assert said(world)[-1].endswith(f"{TALKED_OVER} {sayings()['paused']}")
    assert world.question == "paused"


def test_it_goes_on_only_on_a_word() -> None:
    world = talked_over(counting(), 2)
    world.voice_begins()
    world.voice_ends()
    assert world.question == "paused"
    world.hear("continue")
    assert world.question == PERFORMING


def test_words_that_are_understood_in_between_begin_the_count_anew() -> None:
    world = talked_over(counting(), 1)
    world.hear("louder")
    talked_over(world, 1)
    assert TALKED_OVER not in " ".join(said(world))


def test_a_question_waits_for_somebody_who_is_still_talking() -> None:
    world = counting()
    world.hear("pause")
    while world.speech:
        world.next_by_itself()
    asked = len(said(world))
    world.voice_begins(into_next=0.9)
    effects = world.history[-1][1] if world.next_by_itself() else []
    assert [effect.due_s - world.now_s for effect in effects if isinstance(effect, StartTimer)] == [HEAR_OUT_S]
    assert len(said(world)) == asked
    world.next_by_itself()  # but not for ever
    assert len(said(world)) == asked + 1


def test_a_question_does_not_wait_for_somebody_who_has_finished() -> None:
    world = counting()
    world.hear("pause")
    while world.speech:
        world.next_by_itself()
    asked = len(said(world))
    world.voice_begins()
    world.voice_ends(SILENCE_S / 2)
    world.next_by_itself()
    assert len(said(world)) == asked + 1
