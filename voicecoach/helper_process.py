"""A helper process and its pipe: libraries that can hang or abort live in one, so that the coach survives them.

Messages in both directions are frames: a one-byte kind, a four-byte little-endian length, the payload.
The helper is `python -m MODULE`; it uses `serve_frames()` for its side of the pipe.
"""

from __future__ import annotations

import contextlib
import os
import struct
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from typing import IO

_HEADER = struct.Struct("<cI")
MAX_PAYLOAD_BYTES = 256 * 1024 * 1024


class HelperDied(Exception):  # noqa: N818 - it is an event in the helper's life more than an error of ours
    """The helper process has ended or its pipe broke."""


def write_frame(pipe: IO[bytes], kind: bytes, payload: bytes = b"") -> None:
    """Write one frame and flush it. Raises OSError when the other side is gone."""
    pipe.write(_HEADER.pack(kind, len(payload)) + payload)
    pipe.flush()


def read_frame(pipe: IO[bytes]) -> tuple[bytes, bytes] | None:
    """The next (kind, payload), or None at the end of the pipe or when it is not a frame."""
    header = pipe.read(_HEADER.size)
    if len(header) < _HEADER.size:
        return None
    kind, size = _HEADER.unpack(header)
    if size > MAX_PAYLOAD_BYTES:
        return None
    payload = pipe.read(size)
    return (kind, payload) if len(payload) == size else None


def serve_frames() -> tuple[IO[bytes], IO[bytes]]:
    """For the helper's side: its frames in and out. Anything printed goes to stderr instead of into the pipe."""
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return sys.stdin.buffer, out


def frames(pipe: IO[bytes]) -> Iterator[tuple[bytes, bytes]]:
    """Frames until the pipe ends."""
    while (frame := read_frame(pipe)) is not None:
        yield frame


class HelperProcess:
    """Starts `python -m module args...`; every frame it sends is given to `on_frame(kind, payload)` on a reader
    thread; when it ends, however, `on_exit(returncode, last_words)` follows once, with the tail of its stderr."""

    def __init__(
        self,
        module: str,
        args: list[str],
        on_frame: Callable[[bytes, bytes], None],
        on_exit: Callable[[int, str], None] = lambda _code, _words: None,
    ) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", module, *args],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        self._write_lock = threading.Lock()
        self._on_frame = on_frame
        self._on_exit = on_exit
        self._last_words = b""
        self._stderr = threading.Thread(target=self._drain_stderr, name=f"{module} stderr", daemon=True)
        self._reader = threading.Thread(target=self._read, name=f"{module} frames", daemon=True)
        self._stderr.start()
        self._reader.start()

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    def send(self, kind: bytes, payload: bytes = b"") -> None:
        """Raises HelperDied when it is gone."""
        assert self._process.stdin is not None
        try:
            with self._write_lock:
                write_frame(self._process.stdin, kind, payload)
        except (OSError, ValueError) as error:
            raise HelperDied(str(error)) from error

    def close(self, timeout_s: float = 2.0) -> None:
        """Close its input, wait for it to end, kill it when it does not. `on_exit` has been called on return."""
        assert self._process.stdin is not None
        with contextlib.suppress(OSError):
            self._process.stdin.close()
        try:
            self._process.wait(timeout_s)
        except subprocess.TimeoutExpired:
            self._process.kill()
        self._join()

    def kill(self) -> None:
        self._process.kill()
        self._join()

    def _join(self) -> None:
        if threading.current_thread() is not self._reader:
            self._reader.join(2.0)
        assert self._process.stdin is not None
        with contextlib.suppress(OSError):
            self._process.stdin.close()

    def _drain_stderr(self) -> None:
        assert self._process.stderr is not None
        with self._process.stderr as stderr:
            for line in stderr:
                self._last_words = (self._last_words + line)[-2000:]

    def _read(self) -> None:
        assert self._process.stdout is not None
        with self._process.stdout as stdout:
            for kind, payload in frames(stdout):
                self._on_frame(kind, payload)
        code = self._process.wait()
        self._stderr.join(1.0)
        self._on_exit(code, self._last_words.decode(errors="replace").strip())
