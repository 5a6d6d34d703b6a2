"""The chronicle for the eye, for a screen reader, and for other programs."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict

from rich.console import Console
from rich.table import Table

from voicecoach.chronicle import PlanTold, ReleaseTold, SessionTold, Told

NOTHING = "The journal is empty: no session has been recorded."


def json_lines(items: Iterable[Told]) -> Iterator[str]:
    """One object a line; `what` tells its kind: session, plan, settings or release."""
    for item in items:
        what = {SessionTold: "session", ReleaseTold: "release"}.get(type(item))
        yield json.dumps({"what": what, **asdict(item)} if what else asdict(item))


def plain_lines(items: Iterable[Told]) -> Iterator[str]:
    """One sentence for each."""
    for item in items:
        moment = f"{item.date} {item.time}"
        if isinstance(item, SessionTold):
            pain = f", pain {_scores(item)}" if _scores(item) else ""
            kind = f" ({item.kind})" if item.kind not in ("live", "typed") else ""
            yield f"{moment}: session {item.id}{kind}, {item.programme}, {item.progress}, {_ending(item)}{pain}."
        else:
            yield f"{moment}: {_change(item)}."


def show_table(items: Iterable[Told], console: Console) -> None:
    """As a table as wide as the screen."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("Date", "Session", "Programme", "How far", "Ended", "Rule", "Pain"):
        table.add_column(heading, no_wrap=heading in ("Date", "Rule", "Pain"))
    for item in items:
        moment = f"{item.date} {item.time}"
        if isinstance(item, SessionTold):
            kind = f" {item.kind}" if item.kind not in ("live", "typed") else ""
            cells = (f"{item.id}{kind}", item.programme, item.progress, item.outcome, item.rule, _scores(item))
            table.add_row(moment, *cells)
        else:
            table.add_row(moment, "", "", _change(item), "", "", "", style="cyan")
    console.print(table)


def _scores(item: SessionTold) -> str:
    """As in "5 to 3"; what is not known is left out."""
    known = [str(score) for score in (item.pain_before, item.pain_after) if score is not None]
    return " to ".join(known)


def _ending(item: SessionTold) -> str:
    return f"{item.outcome} by {item.rule}" if item.rule else item.outcome


def _change(item: PlanTold | ReleaseTold) -> str:
    if isinstance(item, ReleaseTold):
        seen = f", who saw the person on {item.seen_on}" if item.seen_on else ""
        return f"released by {item.clinician}{seen}"
    return f"{item.what} changed by {item.by}" + (f": {item.why}" if item.why else "")
