"""Unpacks a downloaded model safely and puts it in its place in one step."""

from __future__ import annotations

import shutil
import stat
import zipfile
from pathlib import Path, PurePosixPath
from typing import IO

from voicecoach.hearing.model import ModelError, check_model
from voicecoach.hearing.model_download import Progress, download
from voicecoach.hearing.registry import OfficialModel, models_folder

MAX_UNPACKED_BYTES = 600_000_000
MAX_FILES = 500
_BLOCK_BYTES = 1024 * 1024


def install(model: OfficialModel, progress: Progress, folder: Path | None = None) -> Path:
    """Download, check, unpack; the model's directory. One that is there already stays. Raises ModelError."""
    folder = folder or models_folder()
    place = folder / model.name
    if place.is_dir():
        return check_model(place).path
    archive = folder / f".{model.name}.zip"
    unpacked = folder / f".{model.name}.unpacked"
    if not archive.exists():
        download(model, archive, progress)
    shutil.rmtree(unpacked, ignore_errors=True)
    try:
        unpack(archive, unpacked)
        check_model(_only_folder(unpacked))
        _only_folder(unpacked).rename(place)
    except OSError as error:
        raise ModelError(
            f"{model.name} could not be unpacked in {folder} ({error.strerror}): make room there."
        ) from error
    finally:
        shutil.rmtree(unpacked, ignore_errors=True)
        archive.unlink(missing_ok=True)
    return place


def unpack(archive: Path, target: Path) -> None:
    """Raises ModelError for anything but plain files inside `target`, of a bearable size, and for damage."""
    try:
        with zipfile.ZipFile(archive) as packed:
            members = [member for member in packed.infolist() if not member.is_dir()]
            if len(members) > MAX_FILES:
                raise ModelError(f"{archive.name} holds too many files for a speech model: it was not unpacked.")
            left = MAX_UNPACKED_BYTES
            for member in members:
                path = target / _safe_path(archive, member)
                path.parent.mkdir(parents=True, exist_ok=True)
                with packed.open(member) as source, path.open("wb") as file:
                    left -= _copy(archive, source, file, left)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError) as error:
        raise ModelError(f"{archive.name} is not a whole zip archive: download it again.") from error


def _safe_path(archive: Path, member: zipfile.ZipInfo) -> PurePosixPath:
    path = PurePosixPath(member.filename.replace("\\", "/"))
    link = stat.S_ISLNK(member.external_attr >> 16)
    if link or path.is_absolute() or ".." in path.parts or ":" in member.filename:
        raise ModelError(
            f"{archive.name} tries to write outside its folder ({member.filename!r}): it was not unpacked."
        )
    return path


def _copy(archive: Path, source: IO[bytes], file: IO[bytes], most: int) -> int:
    """The header's sizes are not trusted: what comes out is counted."""
    size = 0
    while block := source.read(_BLOCK_BYTES):
        size += len(block)
        if size > most:
            raise ModelError(f"{archive.name} is too large when unpacked for a speech model: it was given up.")
        file.write(block)
    return size


def _only_folder(unpacked: Path) -> Path:
    children = list(unpacked.iterdir())
    return children[0] if len(children) == 1 and children[0].is_dir() else unpacked
