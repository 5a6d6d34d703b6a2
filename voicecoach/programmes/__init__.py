"""The exercise programmes: those that ship beside this file, and anyone's own."""

from __future__ import annotations

from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path

from voicecoach.core.programme import Programme, ProgrammeError, parse_programme
from voicecoach.core.speakable import LineCheck

MAX_BYTES = 1_000_000


def available() -> list[str]:
    """Names of the programmes that ship with the coach, sorted."""
    return sorted(file.name.removesuffix(".toml") for file in _shipped().iterdir() if file.name.endswith(".toml"))


def load(name_or_path: str, check_line: LineCheck | None = None) -> Programme:
    """A shipped programme by its name ("herniated_disc", "herniated-disc") or anyone's own by the path of its TOML
    file; for `check_line` see parse_programme(). Raises ProgrammeError."""
    shipped = name_or_path.strip().lower().replace("-", "_")
    if shipped in available():
        file: Traversable = _shipped() / f"{shipped}.toml"
        name = file.name
    else:
        file, name = Path(name_or_path), _printable(name_or_path)
    try:
        return parse_programme(_text(file, name), name, check_line)
    except OSError as error:
        raise ProgrammeError(
            f'"{name}" cannot be read: {error.strerror}; check the path and its permissions.'
        ) from error


def _shipped() -> Traversable:
    return resources.files(__name__)


def _text(file: Traversable, name: str) -> str:
    """What the file holds. Raises OSError, and ProgrammeError when it is not a short text file."""
    if name and file.is_dir():
        raise ProgrammeError(f'"{name}" is a folder; give the path of a .toml file.')
    if not file.is_file():  # nor do we read a pipe or a device: it may never end
        names = ", ".join(available())
        raise ProgrammeError(
            f'There is no programme or file "{name}"; take one of {names}, or the path of a .toml file.'
        )
    with file.open("rb") as opened:
        content = opened.read(MAX_BYTES + 1)
    if len(content) > MAX_BYTES:
        raise ProgrammeError(
            f'"{name}" is larger than 1 MB; give the path of a programme, which is a short .toml file.'
        )
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise ProgrammeError(f'"{name}" is not UTF-8 text in line {line}; save it as UTF-8.') from error


def _printable(name: str) -> str:
    return "".join(character if character.isprintable() else "?" for character in name[:200])
