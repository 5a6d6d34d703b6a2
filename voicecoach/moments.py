"""Dates and times from the command line."""

from __future__ import annotations

from datetime import date, datetime, time

from voicecoach.errors import CoachError

NOON = time(12)


def date_of(text: str, option: str) -> date:
    """As in 2026-03-02. Raises CoachError."""
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise CoachError(f'{option} has "{text}", which is no date: write it like 2026-03-02.') from None


def moment_of(text: str, option: str) -> datetime:
    """As in 2026-03-02 (at noon), "2026-03-02 18:30" or 2026-03-02T18:30+01:00; in the computer's time zone, unless it
    names one. Raises CoachError."""
    wrong = CoachError(f'{option} has "{text}", which is no date: write it like 2026-03-02 or "2026-03-02 18:30".')
    try:
        moment = datetime.fromisoformat(text.strip())
        if len(text.strip()) <= len("2026-03-02"):
            moment = datetime.combine(moment.date(), NOON)
        return moment if moment.tzinfo is not None else moment.astimezone()
    except (ValueError, OverflowError, OSError):  # years before the epoch have no time zone everywhere
        raise wrong from None
