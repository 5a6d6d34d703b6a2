"""The replay driver: a recorded session's events through today's session, and where today's decisions differ.

Events carry their times and ids, so as long as today's effects are those of then, the replay is exact. Other words
for the same thing change nothing in the course and are only counted. Where the course itself becomes another one, the
recorded events no longer fit, and the rest can't be compared.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from voicecoach.core.before import Before
from voicecoach.core.messages import Effect, Event, Finish, Heard, Listen, Note, Speak
from voicecoach.core.programme import Programme
from voicecoach.core.records import read
from voicecoach.core.session import Session
from voicecoach.errors import CoachError
from voicecoach.journal import Journal, SessionRecord
from voicecoach.languages import language, sayings
from voicecoach.show import Moment, moments_of


class NotReplayed(CoachError):  # noqa: N818 - what did not happen
    """The session can't be replayed; the text says why."""


@dataclass(frozen=True, slots=True)
class Difference:
    """An event on which today's decisions differ. `heard`: what was said, "" where the event is something else."""

    at_s: float
    heard: str
    then: tuple[str, ...]
    today: tuple[str, ...]


@dataclass(slots=True)
class Replay:
    """What came of it: `compared` of `events`, how many decisions among them, and in how many other words were said.
    `parted_at_s`: where the course becomes another one; None where it never does."""

    events: int
    compared: int = 0
    decisions: int = 0
    reworded: int = 0
    differences: list[Difference] = field(default_factory=list)
    parted_at_s: float | None = None

    @property
    def agrees(self) -> bool:
        """Today every decision would be the same, to the end."""
        return not self.differences and self.parted_at_s is None


def replay_session(journal: Journal, session: SessionRecord) -> Replay:
    """Raises NotReplayed, JournalError."""
    try:
        moments = list(moments_of(journal.entries(session.id)))
        today = Session(_programme(journal, session), language(), sayings(), _before(journal, session))
    except ValueError as error:
        raise NotReplayed(
            f"Session {session.id} was recorded by another version of the coach ({error}) and can't be replayed."
        ) from error
    return compare(moments, today)


def compare(moments: Sequence[Moment], today: Session) -> Replay:
    """Feed the events to a fresh session and compare what it decides."""
    replay = Replay(len(moments))
    for event, then in moments:
        now = [effect for effect in today.handle(event) if not isinstance(effect, Listen)]
        replay.compared += 1
        replay.decisions += len(_decisions(then))
        if _decisions(then) != _decisions(now):
            replay.differences.append(_difference(event, then, now))
        if _course(then) != _course(now):
            replay.parted_at_s = event.at_s
            break
        replay.reworded += then != now
    return replay


def _decisions(effects: Sequence[Effect]) -> list[tuple[str, str]]:
    """Rules and verdicts, and how it ended."""
    notes = [(e.rule, e.verdict) for e in effects if isinstance(e, Note)]
    return notes + [(e.rule, e.outcome) for e in effects if isinstance(e, Finish)]


def _course(effects: Sequence[Effect]) -> list[Effect]:
    """What later events depend on: everything but words and reasons."""
    course: list[Effect] = []
    for effect in effects:
        match effect:
            case Speak():
                course.append(replace(effect, text=""))
            case Note():
                course.append(replace(effect, reason="", report=""))
            case _:
                course.append(effect)
    return course


def _difference(event: Event, then: Sequence[Effect], now: Sequence[Effect]) -> Difference:
    heard = event.words if isinstance(event, Heard) else ""
    return Difference(event.at_s, heard, _told(then), _told(now))


def _told(effects: Sequence[Effect]) -> tuple[str, ...]:
    """As in "LEG-WORSE -> stop: pain got worse in the leg or buttock"."""
    told = []
    for effect in effects:
        if isinstance(effect, Note):
            told.append(f"{effect.rule} -> {effect.verdict}: {effect.reason}")
        elif isinstance(effect, Finish):
            told.append(f"the end: {effect.outcome}{f' ({effect.rule})' if effect.rule else ''}")
    return tuple(told)


def _programme(journal: Journal, session: SessionRecord) -> Programme:
    """As it was then: only the rules and the dialogue are today's."""
    body = journal.programme(session.programme_sha256)
    if not body:
        raise NotReplayed(
            f"Session {session.id} can't be replayed: it was recorded before the coach kept the programme with it."
        )
    return Programme.model_validate(body)


def _before(journal: Journal, session: SessionRecord) -> Before:
    return read(Before, journal.setup(session.id).get("before", {}))
