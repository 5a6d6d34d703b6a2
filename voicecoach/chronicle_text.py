"""The chronicle for the eye, for a screen reader, and for other programs."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict

from rich.console import Console
from rich.table import Table

from voicecoach.chronicle import PlanTold, ReleaseTold, SessionTold, Told

NOTHING = "The journal is empty: no session has been recorded."
_OUTCOMES = {  # in words, where the journal's own are no sentence
    "unclear": "ended without a clear answer",
    "ended": "ended by the person",
    "left": "left, as the program was closed",
    "unheard": "ended because the coach could not hear",
    "unrecorded": "ended because it could not be written down",
    "not-approved": "not begun without a clinician's word",
    "locked": "not begun: locked",
}


def json_lines(items: Iterable[Told]) -> Iterator[str]:
    """One object a line; `what` tells its kind: session, plan, settings or release."""
    for item in items:
        what = {SessionTold: "session", ReleaseTold: "release"}.get(type(item))
        yield json.dumps({"what": what, **asdict(item)} if what else asdict(item))


def plain_lines(items: Iterable[Told]) -> Iterator[str]:
    """One sentence for each."""
    for item in items:
        yield f"{item.date} {item.time}: {_sentence(item)}"


def show_table(items: Iterable[Told], console: Console) -> None:
    """The same as wide as the screen, with the dates in a column of their own."""
    table = Table.grid(padding=(0, 2))
    table.add_column(no_wrap=True)
    table.add_column()
    for item in items:
        table.add_row(
            f"{item.date} {item.time}", _sentence(item), style="" if isinstance(item, SessionTold) else "cyan"
        )
    console.print(table)


def _sentence(item: Told) -> str:
    if isinstance(item, SessionTold):
        return f"{', '.join(_session_parts(item))}{_on_the_way(item)}."
    return f"{_change(item)}."


def _session_parts(item: SessionTold) -> Iterator[str]:
    yield f"session {item.id}" + (f" ({item.kind})" if item.kind not in ("live", "typed") else "")
    yield item.programme
    if item.went_on_at:
        yield f"went on at {item.went_on_at}"
    yield item.progress
    yield _ending(item)
    if pain := " and ".join(_pain(item)):
        yield f"pain {pain}"


def _pain(item: SessionTold) -> Iterator[str]:
    if item.pain_before is not None:
        yield f"{item.pain_before} before"
    if item.pain_after is not None:
        yield f"{item.pain_after} after"


def _on_the_way(item: SessionTold) -> str:
    return f"; on the way: {', '.join(item.on_the_way)}" if item.on_the_way else ""


def _ending(item: SessionTold) -> str:
    told = _OUTCOMES.get(item.outcome, item.outcome)
    says_so_already = item.outcome == "unclear"
    return f"{told} by {item.rule}" if item.rule and not says_so_already else told


def _change(item: PlanTold | ReleaseTold) -> str:
    said = f"in session {item.session}, " if item.session is not None else ""
    if isinstance(item, ReleaseTold):
        seen = f", who saw the person on {item.seen_on}" if item.seen_on else ""
        return f"{said}released by {item.clinician}{seen}"
    return f"{said}{item.what} changed by {item.by}" + (f": {item.why}" if item.why else "")
