"""`voicecoach doctor`: will hands-free work in this room, and what should be changed?"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Annotated

import typer

from voicecoach.errors import CoachError

EXIT_GOOD, EXIT_NOT = 0, 1


def doctor(
    microphone: Annotated[
        str | None, typer.Option(metavar="NAME", help="Which microphone (see `voicecoach devices`).")
    ] = None,
    loudspeaker: Annotated[str | None, typer.Option(metavar="NAME", help="Which loudspeaker.")] = None,
    headset: Annotated[bool, typer.Option("--headset", help="The microphone can't hear the loudspeaker.")] = False,
    model: Annotated[Path | None, typer.Option(metavar="FOLDER", help="Another Vosk model to hear with.")] = None,
    alone: Annotated[bool, typer.Option("--alone", help="Only the room: nobody is there to say stop.")] = False,
    json_file: Annotated[
        Path | None, typer.Option("--json", metavar="FILE", help="Also write all measures to this file.")
    ] = None,
) -> None:
    """Measure the room: will hands-free work here, and what should be changed? Exit status 0 if it will, else 1."""
    from voicecoach.doctor.consultation import Wanted, consult
    from voicecoach.doctor.report import as_json, shown

    if json_file is not None:
        _check_place(json_file)
    try:
        measures, verdict = consult(Wanted(microphone, loudspeaker, headset, model, alone))
    except KeyboardInterrupt:
        typer.echo("Ended. Nothing is kept.")
        raise
    for line in shown(measures, verdict):
        typer.echo(line)
    if json_file is not None:
        _write(json_file, json.dumps(as_json(measures, verdict), indent=1))
    raise typer.Exit(EXIT_GOOD if verdict.hands_free else EXIT_NOT)


def _check_place(path: Path) -> None:
    """Before anybody lies down for it."""
    if path.is_dir() or not path.parent.is_dir() or not os.access(path if path.exists() else path.parent, os.W_OK):
        raise CoachError(f"{path} can't be written: choose a file in a folder that is there and is yours.")


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(f"{text}\n", encoding="utf-8")
    except OSError as error:
        raise CoachError(f"{path} can't be written ({error.strerror}): choose another place.") from error
