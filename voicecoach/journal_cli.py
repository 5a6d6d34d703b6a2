"""The commands about what was recorded: history, show, replay, export, forget."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from voicecoach.errors import CoachError

if TYPE_CHECKING:  # what a command needs is loaded by the command
    from voicecoach.journal import Journal

EXIT_DIFFERS = 3

app = typer.Typer()
AsJson = Annotated[bool, typer.Option("--json", help="One JSON object a line.")]
JournalFile = Annotated[Path | None, typer.Option("--journal", metavar="FILE", help="A journal of rehearsals.")]
SessionId = Annotated[int, typer.Argument(metavar="SESSION", min=1, help="Its number in `voicecoach history`.")]


@app.command()
def history(
    as_json: AsJson = False,
    plain: Annotated[bool, typer.Option("--audio-only", help="Plain sentences, for a screen reader.")] = False,
    everything: Annotated[bool, typer.Option("--all", help="Also simulated sessions.")] = False,
    journal: JournalFile = None,
) -> None:
    """Sessions, changes of the plan and releases, in their order."""
    from rich.console import Console

    from voicecoach.chronicle import chronicle
    from voicecoach.chronicle_text import NOTHING, json_lines, plain_lines, show_table

    with _opened(journal) as opened:
        items = chronicle(opened, simulated=everything)
    if as_json:
        _echo_all(json_lines(items))
    elif not items:
        typer.echo(NOTHING)
    elif plain or not sys.stdout.isatty():
        _echo_all(plain_lines(items))
    else:
        show_table(items, Console(highlight=False, markup=False))


@app.command()
def show(session: SessionId, as_json: AsJson = False, journal: JournalFile = None) -> None:
    """A session from its first word to its last: what was heard and said, with times and decisions."""
    from voicecoach.chronicle import told_session
    from voicecoach.chronicle_text import plain_lines
    from voicecoach.show import entry_json, find_session, transcript_lines

    with _opened(journal) as opened:
        record = find_session(opened, session)
        entries = opened.entries(session)
        told = told_session(opened, record, entries)
    if as_json:
        _echo_all(json.dumps(entry_json(entry)) for entry in entries)
        return
    _echo_all(plain_lines([told]))
    _echo_all(transcript_lines(session, entries))


@app.command()
def replay(session: SessionId, as_json: AsJson = False, journal: JournalFile = None) -> None:
    """A recorded session through today's rules: where they would decide otherwise. Exit status 3 where they would."""
    from voicecoach.replay import replay_session
    from voicecoach.replay_text import replay_json, replay_lines
    from voicecoach.show import find_session

    with _opened(journal) as opened:
        result = replay_session(opened, find_session(opened, session))
    if as_json:
        typer.echo(json.dumps(replay_json(session, result)))
    else:
        _echo_all(replay_lines(session, result))
    if not result.agrees:
        raise typer.Exit(EXIT_DIFFERS)


@app.command()
def export(
    out: Annotated[Path | None, typer.Option(metavar="FILE", help="Where to; otherwise it is printed.")] = None,
    journal: JournalFile = None,
) -> None:
    """Everything that is recorded, as JSON Lines."""
    from voicecoach.export import export_lines, export_to

    with _opened(journal) as opened:
        if out is None:
            with closing(export_lines(opened)) as lines:  # before the journal, also where nobody reads them to the end
                _echo_all(lines)
            return
        rows = export_to(opened, out)
    typer.echo(f"{rows} rows are in {out}. Only you can read it; it holds what you said about your health.")


@app.command()
def forget(
    yes: Annotated[bool, typer.Option("--yes", help="Don't ask first.")] = False, journal: JournalFile = None
) -> None:
    """Delete for good what was recorded, the plan and rendered speech. A lock stays until a clinician lifts it."""
    from voicecoach.forget import described, forget_everything, holdings, kept

    speech = journal is None  # rendered speech belongs to the real sessions
    with _opened(journal) as opened:
        opened.claim()
        what = holdings(opened)
        typer.echo(described(what, speech=speech))
        if not yes and not _confirmed():
            typer.echo("Nothing was deleted.")
            return
        forget_everything(opened, speech=speech)
    typer.echo("It is deleted." + kept(what))


def _opened(path: Path | None) -> Journal:
    """The journal at `path`, which has to be there, or the usual one. Raises CoachError."""
    from voicecoach.journal import Journal

    if path is not None and not path.is_file():
        raise CoachError(f"There is no journal {path}: `voicecoach rehearse PROGRAMME --journal {path}` begins one.")
    return Journal.open(path)


def _confirmed() -> bool:
    if not sys.stdin.isatty():
        raise CoachError("To delete it without being asked, say so: voicecoach forget --yes.")
    return typer.confirm("Delete it for good?")


def _echo_all(lines: Iterable[str]) -> None:
    for line in lines:
        typer.echo(line)
