"""What a replay has shown, for people and for other programs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict

from voicecoach.replay import Difference, Replay
from voicecoach.transcript import clock


def replay_lines(session_id: int, replay: Replay) -> Iterator[str]:
    """Each difference with its time, then the sum of it."""
    for difference in replay.differences:
        yield from _difference_lines(difference)
    if replay.parted_at_s is not None:
        left = replay.events - replay.compared
        yield (
            f"From [{clock(replay.parted_at_s)}] on, today's session takes another course: "
            f"{left} later events could not be compared."
        )
    reworded = f" {replay.reworded} times something is said in other words." if replay.reworded else ""
    verdict = "agrees with today's rules" if replay.agrees else "is not what it would be today"
    yield f"Session {session_id} {verdict}: {replay.decisions} decisions in {replay.compared} events.{reworded}"


def replay_json(session_id: int, replay: Replay) -> dict[str, object]:
    return {"session": session_id, "agrees": replay.agrees, **asdict(replay)}


def _difference_lines(difference: Difference) -> Iterator[str]:
    heard = f' on "{difference.heard}"' if difference.heard else ""
    yield f"[{clock(difference.at_s)}]{heard}"
    yield f"    then:  {'; '.join(difference.then) or 'no decision'}"
    yield f"    today: {'; '.join(difference.today) or 'no decision'}"
