"""What earlier sessions mean for today's, read from the journal."""

from __future__ import annotations

from datetime import date

from voicecoach.core.scenes.opening import Before
from voicecoach.journal import Journal


def before_today(journal: Journal, today: date) -> Before:
    """Locks, and a last session that ended much worse: on the same day it keeps the exercises closed, later it is
    asked about until a session has got past that question. A clock set back counts as the same day."""
    locked_by = journal.locked_by() or ""
    found = journal.last_note("MUCH-WORSE")
    if found is None:
        return Before(locked_by=locked_by)
    session, _note = found
    settled = any(journal.reached(later.id, "baseline") for later in journal.sessions() if later.id > session.id)
    return Before(locked_by=locked_by, much_worse=not settled, same_day=session.local_date >= today)
