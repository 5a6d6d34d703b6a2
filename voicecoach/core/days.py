"""When is it the next day? Clocks are set back and forth, people travel: in doubt it is not the next day yet. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

NIGHT = timedelta(hours=6)  # a session at ten to twelve at night and one at ten past are no two days


class Day(StrEnum):
    SAME = "same"
    NEXT = "next"
    BEFORE = "before"  # by the clock it is earlier than what has happened


def day_since(then: datetime, now: datetime) -> Day:
    """Both with their time zones. The next day has come where the date is a later one both here and in the zone that it
    was then, and a night has passed. Nothing that a clock says unlocks anything: it only changes what is asked."""
    if now < then:
        return Day.BEFORE
    later_here = now.date() > then.astimezone(now.tzinfo).date()
    later_there = now.astimezone(then.tzinfo).date() > then.date()
    return Day.NEXT if later_here and later_there and now - then >= NIGHT else Day.SAME
