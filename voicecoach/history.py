"""What earlier sessions mean for today's, read from the journal."""

from __future__ import annotations

from datetime import date

from voicecoach.core.messages import Note
from voicecoach.core.scenes.opening import Before
from voicecoach.journal import Journal, SessionRecord


def before_today(journal: Journal, today: date) -> Before:
    """Locks, and a last session that ended much worse: on the same day it keeps the exercises closed, later it is
    asked about until a session has got past that question. A clock set back counts as the same day."""
    locked_by = journal.locked_by() or ""
    found = journal.last_note("MUCH-WORSE")
    if found is None:
        return Before(locked_by=locked_by)
    much_worse = unsettled_much_worse(journal) is not None
    return Before(locked_by=locked_by, much_worse=much_worse, same_day=found[0].local_date >= today)


def unsettled_much_worse(journal: Journal) -> tuple[SessionRecord, Note] | None:
    """The session that ended much worse, while it has not been asked about."""
    found = journal.last_note("MUCH-WORSE")
    if found is None:
        return None
    later = (session.id for session in journal.sessions() if session.id > found[0].id)
    return None if any(journal.reached(session_id, "baseline") for session_id in later) else found
