"""What must hold whatever is said, whenever: random event streams against the session's invariants."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from tests.session_invariants import (
    Doses,
    Grammatical,
    GraveStands,
    HushFirst,
    Lively,
    OnlyClosingWords,
    Permitted,
    RestsUntilToldToGoOn,
)
from tests.session_world import World
from voicecoach.core.before import Before, CutOff
from voicecoach.core.body import Baseline, Place, Side, Site
from voicecoach.core.codec import decode_event, encode
from voicecoach.core.doses import more, usual_plan
from voicecoach.core.messages import Source, SpeechFinished, TimerFired
from voicecoach.core.programme import Programme
from voicecoach.core.progression import Step
from voicecoach.core.questions import PERFORMING
from voicecoach.core.session import Session
from voicecoach.languages import language, sayings
from voicecoach.programmes import load

PROGRAMMES = [load("herniated-disc"), load("neck-shoulder-break")]
COMMANDS = (
    *("stop", "ow", "help", "please stop", "enough", "don't stop", "pause", "wait", "hold on", "rest", "not ready"),
    *("continue", "go on", "ready", "repeat", "skip", "next exercise", "how long", "what can i say"),
    *("slower", "faster", "louder", "quieter", "yes", "no", "yeah", "no no", "right", "okay", "not really"),
)
REPORTS = (
    *("the same", "better", "not worse", "not better", "no pain", "nothing", "gone", "up", "out of my leg"),
    *("worse in my back", "more in the middle of my back", "better in my leg but worse in my back", "my neck hurts"),
    *("moving to my back", "it's moving", "it has left my leg", "worse", "it hurts", "it's going down", "back", "leg"),
    *("left calf", "low back", "left", "the right", "both", "five", "nine", "zero", "seven out of ten", "no six"),
)
NONSENSE = ("[unk]", "[unk] [unk]", "", "banana", "the weather is nice", "i go on", "keep holding", "when i say up")
GRAVE = (
    *(
        "worse in my leg",
        "my left calf is worse",
        "it's going down my leg",
        "new pain in my foot",
        "moving down",
        "down",
    ),
    *(
        "numb in the groin",
        "my bladder leaks",
        "my leg feels weak",
        "pain in both legs",
        "my chest hurts",
        "much worse",
    ),
    *("no it's worse in my leg", "yes in my calf", "stop my leg is worse", "continue it's worse in my leg"),
    *("wait my foot is numb", "end it my leg is worse", "my buttock hurts", "tingling", "end session", "quit"),
)
MIXED = ("yes wait", "ready no", "no the right", "no my calf", "yes louder", "stop nothing", "no the same", "yes five")

everyday = st.sampled_from(COMMANDS * 2 + REPORTS + NONSENSE + MIXED)
words = st.one_of(
    everyday,
    everyday,
    everyday,
    st.sampled_from(GRAVE),
    st.lists(st.sampled_from(COMMANDS + REPORTS + NONSENSE + GRAVE), min_size=2, max_size=3).map(" ".join),
)
moments = st.sampled_from([0.0, 0.1, 0.5, 0.9, 1.0])
Act = Callable[[World], None]


def well(steps: int, confirms: str = "no") -> Act:
    """A patient who is well, answers every question and takes back what was misheard."""

    def act(world: World) -> None:
        for _ in range(steps):
            if world.finish is None:
                world.answer({"confirm": confirms})

    return act


def reply(words: str) -> Act:
    """Say it to the next question that is asked."""

    def act(world: World) -> None:
        for _ in range(8):
            if world.question != PERFORMING and not world.speech:
                break
            world.next_by_itself()
        world.hear(words)

    return act


def silent(steps: int) -> Act:
    def act(world: World) -> None:
        for _ in range(steps):
            world.next_by_itself()

    return act


def said(words: str, final: bool, source: Source, moment: float, confidence: float = 1.0) -> Act:
    return lambda world: void(world.hear(words, final=final, source=source, into_next=moment, confidence=confidence))


def partial_then_final(partial: str, final: str, moment: float) -> Act:
    def act(world: World) -> None:
        world.hear(partial, final=False, source=Source.VOICE, into_next=moment)
        world.hear(final, source=Source.VOICE, into_next=0.5)

    return act


def stale(kind: int, stale_id: int) -> Act:
    """An event of something that is over or never was."""

    def act(world: World) -> None:
        if kind and stale_id not in world.speech:
            world.send(SpeechFinished(world.now_s, stale_id))
        elif not kind and stale_id not in world.timers:
            world.send(TimerFired(world.now_s, stale_id))

    return act


def talks(moment: float, seconds: float, stops: bool) -> Act:
    """Somebody talks, and nothing is understood."""

    def act(world: World) -> None:
        world.voice_begins(moment)
        if stops:
            world.voice_ends(seconds)

    return act


def void(_: object) -> None: ...


ACTS = st.one_of(
    st.builds(well, st.integers(1, 60)),
    st.builds(well, st.integers(1, 12)),
    st.builds(well, st.integers(1, 6), st.just("yes")),
    st.builds(said, words, st.booleans(), st.sampled_from(Source), moments),
    st.builds(said, words, st.just(True), st.sampled_from(Source), moments, st.sampled_from([1.0, 1.0, 0.5])),
    st.builds(partial_then_final, words, words, moments),
    st.builds(reply, words),
    st.builds(reply, words),
    st.builds(silent, st.integers(1, 5)),
    st.builds(stale, st.integers(0, 1), st.integers(1, 300)),
    st.builds(talks, moments, st.sampled_from([0.3, 1.0, 9.0]), st.sampled_from([True, True, True, False])),
    st.builds(lambda moment: lambda world: void(world.lose_hearing(moment)), moments),
    st.just(lambda world: void(world.restore_hearing())),
    st.just(lambda world: void(world.restore_hearing())),
    st.just(lambda world: void(world.sleep(60.0))),
)
FEWER = st.sampled_from([lambda world: void(world.leave()), lambda world: void(world.lose_journal())])
# Where a stream begins: after so many steps with a patient who is well. A whole session has about 300 of them.
SCRIPTS = st.tuples(
    st.sampled_from([0, 0, 12, 25, 40, 60, 90, 150, 250]),
    st.lists(ACTS, min_size=20, max_size=70),
    st.lists(FEWER, max_size=1),
)
TODAY = "2026-03-05"
BASELINE = Baseline((Place(Site.CALF, Side.LEFT), Place(Site.LOW_BACK)), 5)


def befores(programme: Programme) -> list[Before | None]:
    """What earlier sessions can have left behind."""
    plan = usual_plan(programme, "your doctor", "2026-03-01")
    usual = Before(plan=plan, first=False, screened=True, today=TODAY)
    grows = next(one for one in programme.exercises if more(one.set, (one.set.repetitions, one.set.hold_s)))
    dose = more(grows.set, (grows.set.repetitions, grows.set.hold_s))
    first, second = programme.exercises[0].id, programme.exercises[1].id
    return [
        *[None] * 4,
        *[usual] * 4,
        replace(usual, plan=replace(plan, exercises=plan.exercises[1:2])),
        replace(usual, step=Step(True, grows.id, dose, 7)),
        replace(usual, step=Step(False, second, None, 7)),
        replace(usual, cut_off=CutOff(second, True, BASELINE)),
        replace(usual, cut_off=CutOff(first, False, BASELINE, easier=True)),
        replace(usual, much_worse=True),
        replace(usual, much_worse=True, same_day=True),
        replace(usual, locked_by="RED-FLAG", locked_on="2026-03-04", screened=False),
        Before(much_worse=True),
        Before(locked_by="RED-FLAG"),
    ]


BEFORES = {programme.id: befores(programme) for programme in PROGRAMMES}

many = settings(
    max_examples=350,
    derandomize=True,
    deadline=None,
    database=None,
    phases=[Phase.explicit, Phase.generate],  # shrinking takes minutes; the failure tells the last moments instead
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example],
)


def play(world: World, script: tuple[int, list[Act], list[Act]]) -> World:
    prologue, acts, last = script
    well(prologue)(world)
    for act in (*acts, *last):
        act(world)
    return world


@pytest.mark.parametrize("programme", PROGRAMMES, ids=lambda programme: programme.id)
@given(script=SCRIPTS, data=st.data(), hands_free=st.sampled_from([True, True, True, True, False]))
@many
def test_whatever_happens_the_session_is_safe(
    programme: Programme,
    script: tuple[int, list[Act], list[Act]],
    data: st.DataObject,
    hands_free: bool,
) -> None:
    before = data.draw(st.sampled_from(BEFORES[programme.id]))
    watches = (
        HushFirst(),
        OnlyClosingWords(),
        Permitted(programme, before),
        RestsUntilToldToGoOn(programme, before),
        GraveStands(),
        Doses(programme, before),
        Grammatical(),
        Lively(),
    )
    world = play(World(programme, *watches, before=before, hands_free=hands_free), script)
    world.play_silently()
    world.end()


@given(script=SCRIPTS, programme=st.sampled_from(PROGRAMMES))
@settings(many, max_examples=60)
def test_a_replay_of_the_written_events_gives_the_same_effects(
    script: tuple[int, list[Act], list[Act]], programme: Programme
) -> None:
    world = play(World(programme), script)
    written = [json.dumps([encode(event), [encode(effect) for effect in effects]]) for event, effects in world.history]
    again = Session(programme, language(), sayings())
    for line in written:
        event, effects = json.loads(line)
        assert [encode(effect) for effect in again.handle(decode_event(event))] == effects


@example(events=0)
@given(events=st.integers(0, 320))
@settings(many, max_examples=80)
def test_a_patient_who_falls_silent_anywhere_ends_safely(events: int) -> None:
    world = World(PROGRAMMES[0])
    well(events)(world)
    finish = world.play_silently()
    assert finish.outcome in ("completed", "unclear", "unheard", "not-approved")
