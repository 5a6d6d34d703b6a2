"""The session when something around it fails: what is said, and that nothing is performed any more."""

from __future__ import annotations

import pytest

from tests.session_invariants import performs
from tests.session_world import World
from voicecoach.core.messages import Finish, Hush, Mishap, Reached, Speak
from voicecoach.languages import sayings
from voicecoach.programmes import load

PROGRAMME = load("herniated-disc")


def until(world: World, phase: str) -> World:
    while not any(isinstance(effect, Reached) and effect.phase == phase for effect in world.effects):
        world.answer()
    return world


def said_since(world: World, moment: int) -> list[str]:
    return [e.text for _, effects in world.history[moment:] for e in effects if isinstance(e, Speak)]


@pytest.mark.parametrize("phase", ["greeting", "baseline", "step", "hold", "check"])
def test_without_a_journal_it_comes_down_says_so_and_ends(phase: str) -> None:
    world = until(World(PROGRAMME), phase)
    moment = len(world.history)
    effects = world.lose_journal()
    assert effects[0] == Hush()
    assert world.play_silently() == Finish("unrecorded")
    assert sayings()["unrecorded"] in " ".join(said_since(world, moment))
    assert not any(performs(effect) for _, later in world.history[moment:] for effect in later)


def test_somebody_in_a_movement_is_brought_down_first() -> None:
    world = until(World(PROGRAMME), "rest")  # of the press-up
    for _ in range(40):
        if world.session._talk.moving:
            break
        world.answer()
    moment = len(world.history)
    world.lose_journal()
    assert said_since(world, moment)[0].startswith(PROGRAMME.exercises[1].set.cue_down)


def test_a_warning_sign_is_still_answered_where_it_cannot_be_written_down() -> None:
    world = until(World(PROGRAMME), "hold")
    world.hear("numb in the groin")
    moment = len(world.history)
    world.lose_journal()
    assert world.play_silently() == Finish("emergency", "RED-FLAG")
    assert sayings()["decide_red_flag"] in said_since(world, moment)


def test_closing_words_are_said_to_their_end() -> None:
    world = until(World(PROGRAMME), "hold")
    world.hear("worse in my leg")
    world.answer({"confirm": "yes"})
    while not any(isinstance(effect, Reached) and effect.phase == "closing" for effect in world.effects):
        world.answer({"confirm": "yes"})
    assert world.lose_journal() == []
    world.lose_journal()
    assert world.play_silently() == Finish("stopped", "LEG-WORSE")


def test_a_mishap_is_only_written_down() -> None:
    world = until(World(PROGRAMME), "hold")
    assert world.send(Mishap(world.now_s, "a line could not be spoken")) == []


@pytest.mark.parametrize("hands_free", [True, False])
def test_after_a_minute_asleep_it_pauses_until_told_to_go_on(hands_free: bool) -> None:
    world = until(World(PROGRAMME, hands_free=hands_free), "hold")
    moment = len(world.history)
    assert world.sleep(60.0)[0] == Hush()
    for _ in range(8):
        world.next_by_itself()
    assert sayings()["asleep"] in " ".join(said_since(world, moment))
    assert world.question == "paused"
    assert not any(performs(effect) for _, later in world.history[moment:] for effect in later)
    world.hear("continue")
    for _ in range(20):
        world.next_by_itself()
    assert any(performs(effect) for _, later in world.history[moment:] for effect in later)


def test_after_more_than_an_hour_asleep_it_ends() -> None:
    world = until(World(PROGRAMME), "hold")
    assert world.sleep(3601.0)[0] == Hush()
    assert world.play_silently() == Finish("ended")
