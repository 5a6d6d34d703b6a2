"""The commands about what was recorded: history, show, replay, export, forget."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer

from voicecoach.errors import CoachError

EXIT_DIFFERS = 3

app = typer.Typer()
AsJson = Annotated[bool, typer.Option("--json", help="One JSON object a line.")]
SessionId = Annotated[int, typer.Argument(metavar="SESSION", min=1, help="Its number in `voicecoach history`.")]


@app.command()
def history(
    as_json: AsJson = False,
    plain: Annotated[bool, typer.Option("--audio-only", help="Plain sentences, for a screen reader.")] = False,
    everything: Annotated[bool, typer.Option("--all", help="Also simulated sessions.")] = False,
) -> None:
    """Sessions, changes of the plan and releases, in their order."""
    from rich.console import Console

    from voicecoach.chronicle import chronicle
    from voicecoach.chronicle_text import NOTHING, json_lines, plain_lines, show_table
    from voicecoach.journal import Journal

    with Journal.open() as journal:
        items = chronicle(journal, simulated=everything)
    if as_json:
        _echo_all(json_lines(items))
    elif not items:
        typer.echo(NOTHING)
    elif plain or not sys.stdout.isatty():
        _echo_all(plain_lines(items))
    else:
        show_table(items, Console(highlight=False))


@app.command()
def show(session: SessionId, as_json: AsJson = False) -> None:
    """A session from its first word to its last: what was heard and said, with times and decisions."""
    from voicecoach.chronicle import exercises_of, told_session
    from voicecoach.chronicle_text import plain_lines
    from voicecoach.journal import Journal
    from voicecoach.show import entry_json, find_session, transcript_lines

    with Journal.open() as journal:
        record = find_session(journal, session)
        entries = journal.entries(session)
        names = exercises_of(journal, record, entries)
    if as_json:
        _echo_all(json.dumps(entry_json(entry)) for entry in entries)
        return
    _echo_all(plain_lines([told_session(record, entries, names)]))
    _echo_all(transcript_lines(session, entries))


@app.command()
def replay(session: SessionId, as_json: AsJson = False) -> None:
    """A recorded session through today's rules: where they would decide otherwise. Exit status 3 where they would."""
    from voicecoach.journal import Journal
    from voicecoach.replay import replay_session
    from voicecoach.replay_text import replay_json, replay_lines
    from voicecoach.show import find_session

    with Journal.open() as journal:
        result = replay_session(journal, find_session(journal, session))
    if as_json:
        typer.echo(json.dumps(replay_json(session, result)))
    else:
        _echo_all(replay_lines(session, result))
    if not result.agrees:
        raise typer.Exit(EXIT_DIFFERS)


@app.command()
def export(
    out: Annotated[Path | None, typer.Option(metavar="FILE", help="Where to; otherwise it is printed.")] = None,
) -> None:
    """Everything that is recorded, as JSON Lines."""
    from voicecoach.export import export_lines, export_to
    from voicecoach.journal import Journal

    with Journal.open() as journal:
        if out is None:
            _echo_all(export_lines(journal))
            return
        rows = export_to(journal, out)
    typer.echo(f"{rows} rows are in {out}. Only you can read it; it holds what you said about your health.")


@app.command()
def forget(yes: Annotated[bool, typer.Option("--yes", help="Don't ask first.")] = False) -> None:
    """Delete for good what was recorded, the plan and rendered speech. A lock stays until a clinician lifts it."""
    from voicecoach.forget import described, forget_everything, holdings, kept
    from voicecoach.journal import Journal

    with Journal.open() as journal:
        journal.claim()
        what = holdings(journal)
        typer.echo(described(what))
        if not yes and not _confirmed():
            typer.echo("Nothing was deleted.")
            return
        forget_everything(journal)
    typer.echo("It is deleted." + kept(what))


def _confirmed() -> bool:
    if not sys.stdin.isatty():
        raise CoachError("To delete it without being asked, say so: voicecoach forget --yes.")
    return typer.confirm("Delete it for good?")


def _echo_all(lines: Iterable[str]) -> None:
    for line in lines:
        typer.echo(line)
