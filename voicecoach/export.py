"""Everything that the journal holds as JSON Lines, for the person, a clinician or another program."""

from __future__ import annotations

import json
import os
from collections.abc import Generator
from pathlib import Path
from typing import TextIO

from voicecoach import __version__
from voicecoach.errors import CoachError
from voicecoach.journal import Journal

_JSON_COLUMNS = {"body", "setup"}


class ExportError(CoachError):
    """The file can't be written."""


def export_lines(journal: Journal) -> Generator[str]:
    """One object a line. The first tells what this is; then all rows, table by table, in the order in which they were
    written: {"table": "entries", "id": 1, ...}; what is JSON in the journal is JSON here. Raises JournalError."""
    yield json.dumps({"table": "journal", "schema": journal.schema_version, "coach_version": __version__})
    for table, row in journal.all_rows():
        yield json.dumps({"table": table} | {key: _value(key, value) for key, value in row.items()})


def _value(column: str, value: object) -> object:
    if column not in _JSON_COLUMNS or not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError:
        return value  # a damaged row is given as it is


def export_to(journal: Journal, path: Path) -> int:
    """Write the lines to a new file that only its owner can read; returns how many rows. Raises ExportError, also where
    there is such a file already, and JournalError; no half file is left behind."""
    lines = 0
    with _new_private_file(path) as file:
        try:
            for line in export_lines(journal):
                file.write(f"{line}\n")
                lines += 1
            file.flush()
            os.fsync(file.fileno())
        except BaseException as error:
            path.unlink(missing_ok=True)
            if isinstance(error, OSError):
                raise ExportError(f"{path} can't be written ({error.strerror}): choose another place.") from error
            raise
    return lines - 1


def _new_private_file(path: Path) -> TextIO:
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise ExportError(f"{path} is there already: choose another name.") from None
    except OSError as error:
        raise ExportError(f"{path} can't be written ({error.strerror}): choose another place.") from error
    return os.fdopen(handle, "w", encoding="utf-8")
