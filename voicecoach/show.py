"""One session as it was: what was heard and said, with times, decisions and whatever failed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from voicecoach.core.codec import decode
from voicecoach.core.messages import Effect, Event, HearingLost, HearingRestored, JournalLost, Mishap
from voicecoach.errors import CoachError
from voicecoach.journal import Entry, Journal, SessionRecord
from voicecoach.journal_reading import known_messages
from voicecoach.transcript import Transcript, clock

Moment = tuple[Event, list[Effect]]


class NoSession(CoachError):  # noqa: N818 - what is missing
    """The journal has no such session."""


def find_session(journal: Journal, session_id: int) -> SessionRecord:
    """Raises NoSession."""
    for session in journal.sessions():
        if session.id == session_id:
            return session
    raise NoSession(f"There is no session {session_id} in the journal: `voicecoach history` lists them.")


def moments_of(entries: Iterable[Entry]) -> Iterator[Moment]:
    """Each event with its effects; without Listen, of which the journal keeps only the number of phrases. Raises
    ValueError where a message is not understood."""
    event: Event | None = None
    effects: list[Effect] = []
    for entry in entries:
        if entry.type == "Listen":
            continue
        message = decode(entry.body)
        if isinstance(message, Event):
            if event is not None:
                yield event, effects
            event, effects = message, []
        else:
            effects.append(message)
    if event is not None:
        yield event, effects


def transcript_lines(session_id: int, entries: Iterable[Entry]) -> Iterator[str]:
    """As a session shows it while it runs, and what failed meanwhile. Raises JournalError where it can't be read."""
    lines: list[str] = []
    transcript = Transcript(lines.append)
    with known_messages(session_id):
        for event, effects in moments_of(entries):
            if (failure := _failure(event)) is not None:
                lines.append(f"[{clock(event.at_s)}] FAULT  {failure}")
            transcript(event, effects)
            yield from lines
            lines.clear()


def entry_json(entry: Entry) -> dict[str, object]:
    """An entry as it is in the journal, with the computer's time."""
    recorded_at = entry.recorded_at.isoformat() if entry.recorded_at else None
    return {"seq": entry.seq, "at_s": entry.at_s, "recorded_at": recorded_at, "kind": entry.direction} | entry.body


def _failure(event: Event) -> str | None:
    match event:
        case HearingLost(reason=reason):
            return f"hearing lost: {reason}"
        case HearingRestored():
            return "hearing restored"
        case JournalLost(reason=reason):
            return f"the journal failed: {reason}"
        case Mishap(what=what):
            return what
        case _:
            return None
