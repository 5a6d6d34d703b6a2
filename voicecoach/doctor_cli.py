"""`voicecoach doctor`: will hands-free work in this room, and what should be changed?"""

from __future__ import annotations

import json
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

    measures, verdict = consult(Wanted(microphone, loudspeaker, headset, model, alone))
    for line in shown(measures, verdict):
        typer.echo(line)
    if json_file is not None:
        _write(json_file, json.dumps(as_json(measures, verdict), indent=1))
    raise typer.Exit(EXIT_GOOD if verdict.hands_free else EXIT_NOT)


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(f"{text}\n", encoding="utf-8")
    except OSError as error:
        raise CoachError(f"{path} can't be written ({error.strerror}): choose another place.") from error
