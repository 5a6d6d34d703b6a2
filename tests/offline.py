"""Whether the coach keeps to itself, seen from outside: which ways out of this computer a process opens, and what lies
on the disk after it."""

from __future__ import annotations

import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import wave
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import soundfile

REPOSITORY = Path(__file__).parents[1]
PATIENCE_S = 200.0
LONGEST_WORD = 64  # a SHA-256 in hexadecimal digits; audio that is written as text makes longer ones
LONGEST_LIST = 16  # of numbers; one millisecond of audio has as many

# Sockets that stay on this computer: between its processes, and to its own kernel.
_STAYS_HERE = {"AF_UNIX", "AF_NETLINK"}
# A service that asks the network on behalf of whoever asks it; asking it counts as asking the network.
_NAME_SERVICE = "/run/systemd/resolve"
_TEXT = re.compile(r'"(?:[^"\\]|\\.)*"')  # what is sent and received may look like anything
_FAMILY = re.compile(r"\b(?:socket|socketpair)\((\w+)|\b(AF_\w+)")


@dataclass(frozen=True, slots=True)
class Folders:
    """Fresh ones for everything that a program may keep of its own."""

    root: Path

    @classmethod
    def under(cls, folder: Path) -> Self:
        root = folder / "folders"
        root.mkdir()
        return cls(root)

    @property
    def data(self) -> Path:
        return self.root / "data"

    @property
    def cache(self) -> Path:
        return self.root / "XDG_CACHE_HOME"

    def env(self) -> dict[str, str]:
        """What to add to the environment, so that they are used."""
        names = ["HOME", "TMPDIR", *(f"XDG_{what}_HOME" for what in ("CACHE", "CONFIG", "DATA", "STATE"))]
        for name in names:
            (self.root / name).mkdir(exist_ok=True)
        return {name: str(self.root / name) for name in names} | {"VOICECOACH_DATA_DIR": str(self.data)}

    def files(self) -> list[Path]:
        return sorted(path for path in self.root.rglob("*") if not path.is_dir())


# --- the network ------------------------------------------------------------------------------------------------------


def traced(trace: Path, network: str = "%network") -> list[str]:
    """What to write before a command to have what it and its children ask of the network (which system calls, as strace
    names them) written to `trace`, and which programs they start. io_uring does without system calls: the one that
    begins it is what can be seen. Each traced call takes a moment longer: a session at a sound card, whose samples go
    through a socket, stalls unless only the making of sockets is traced."""
    options = ["-f", "--seccomp-bpf", "-qq", "--string-limit=200", "-e", "signal=none"]
    return ["strace", *options, "-e", f"trace={network},execve,io_uring_setup", "-o", str(trace)]


def why_not_traced() -> str:
    """Why nothing can be traced here; "" where it can."""
    if shutil.which("strace") is None:
        return "no strace: apt-get install strace"
    return "" if _works([*traced(Path(os.devnull)), "true"]) else "nobody may trace a process here"


WITHOUT_NETWORK = ["unshare", "--map-root-user", "--net"]


def why_not_without_network() -> str:
    if shutil.which("unshare") is None:
        return "no unshare"
    return "" if _works([*WITHOUT_NETWORK, "true"]) else "nobody may make a network of their own here"


def _works(command: list[str]) -> bool:
    return subprocess.run(command, capture_output=True, stdin=subprocess.DEVNULL, timeout=PATIENCE_S).returncode == 0


def ways_out(trace: str) -> list[str]:
    """The traced calls that name a way out of this computer.

    Each socket that can reach another computer counts, from the moment at which it is made, whether or not it is
    connected, and this computer's own address counts as well. What does not count: sockets of the families AF_UNIX
    (between processes; but asking the name service does) and AF_NETLINK (to the kernel). Calls on a socket that is
    there already need no look: it was counted when it was made. What a sound server does with what it is given can't
    be seen here."""
    return [line for line in trace.splitlines() if _goes_out(line)]


def _goes_out(line: str) -> bool:
    call = _TEXT.sub('""', line)
    families = {made or named for made, named in _FAMILY.findall(call)}
    return bool(families - _STAYS_HERE) or f'sun_path="{_NAME_SERVICE}' in line or "io_uring_setup(" in call


def run(*arguments: str, folders: Folders, under: list[str]) -> subprocess.CompletedProcess[str]:
    """A Python of ours, under that program."""
    command = [*under, sys.executable, *arguments]
    return subprocess.run(
        command,
        cwd=REPOSITORY,
        env=os.environ | folders.env(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
    )


# --- what is left over ------------------------------------------------------------------------------------------------


def recordings(files: list[Path]) -> list[Path]:
    """Those that can be listened to."""
    return [path for path in files if _is_audio(path)]


def _is_audio(path: Path) -> bool:
    with suppress(soundfile.LibsndfileError):
        soundfile.info(path)
        return True
    with suppress(wave.Error, EOFError), wave.open(str(path)):
        return True
    return False


def audio_in_database(path: Path) -> list[str]:
    """Values in which audio could be hidden: bytes, long lists of numbers, words longer than any."""
    found = []
    with closing(sqlite3.connect(path)) as database:
        for (table,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
            for row in database.execute(f"SELECT * FROM {table}"):  # noqa: S608 - a name from the database itself
                found += [f"{table}: {value!r:.80}" for value in row if _could_be_audio(value)]
    return found


def _could_be_audio(value: object) -> bool:
    if isinstance(value, bytes):
        return True
    if not isinstance(value, str):
        return False
    try:
        return any(_too_long(part) for part in _parts(json.loads(value)))
    except ValueError:
        return _too_long(value)


def _parts(value: Any) -> Iterator[Any]:
    """A value of JSON, and whatever is in it."""
    yield value
    for part in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _parts(part)


def _too_long(part: Any) -> bool:
    if isinstance(part, str):
        return any(len(word) > LONGEST_WORD for word in part.split())
    return isinstance(part, list) and len([item for item in part if isinstance(item, int | float)]) > LONGEST_LIST
