"""Rehearsed sessions that are written into a journal, as the live driver would."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta, timezone

from voicecoach.core.before import Before
from voicecoach.core.messages import Effect, Event, Finish, Reached
from voicecoach.core.records import plain
from voicecoach.core.session import Session
from voicecoach.journal import Journal
from voicecoach.languages import language, sayings
from voicecoach.patient import Patient
from voicecoach.preparing import example_of
from voicecoach.programmes import load
from voicecoach.rehearsal import Rehearsal

ZONE = timezone(timedelta(hours=-5))
MONDAY = datetime(2026, 3, 2, 18, 0, tzinfo=ZONE)
WELL = Patient()
LEG_WORSE = Patient(says=("at hold 1 of press-up, 3 s: it's worse in my leg",))
RED_FLAG = Patient(says=("at step 1 of press-up: numb in my groin",))
MUCH_WORSE = Patient(answers={"check": ("the same", "much worse")})
PROGRAMME = "herniated-disc"

Seen = Callable[[int, int], None]  # a session, and the last `seq` of it that is written


class CutOff(Exception):  # noqa: N818 - what happened
    """The session is over before its end."""


def record_session(
    journal: Journal,
    patient: Patient = WELL,
    *,
    kind: str = "live",
    at: datetime = MONDAY,
    before: Before | None = None,
    cut_off_at: tuple[str, str] | None = None,
    seen: Seen = lambda _session, _seq: None,
    programme: str = PROGRAMME,
) -> int:
    """A session's id. `cut_off_at`: (exercise, phase) at which it is left without an ending."""
    loaded, before = load(programme), before or example_of(load(programme))
    body = loaded.model_dump_json()
    sha256 = hashlib.sha256(body.encode()).hexdigest()
    session_id = journal.begin(kind, loaded.id, sha256, at, programme=body, setup={"before": plain(before)})

    def witness(event: Event, effects: list[Effect]) -> None:
        seen(session_id, journal.record(session_id, event, effects))
        places = [(effect.exercise, effect.phase) for effect in effects if isinstance(effect, Reached)]
        if cut_off_at in places:
            raise CutOff

    try:
        finish: Finish = Rehearsal(Session(loaded, language(), sayings(), before), patient, witness).run()
    except CutOff:
        return session_id
    journal.finish(session_id, finish.outcome, finish.rule, at + timedelta(minutes=12))
    return session_id
