"""Checked blobs on disk: what is read back is what was written, or nothing. The coach works without it."""

from __future__ import annotations

import contextlib
import hashlib
import os
import tempfile
from collections.abc import Callable
from pathlib import Path

_CHECK_BYTES = 16
MAX_BYTES = 100_000_000  # more than an hour of speech
_KEPT_WHEN_FULL = 0.8


class DiskCache:
    """Files under `folder`, readable by this user only. Nothing here raises: the first write that fails is told to
    `on_warning` in a sentence, and from then on nothing is written."""

    def __init__(self, folder: Path, on_warning: Callable[[str], None], max_bytes: int = MAX_BYTES) -> None:
        self._folder = folder
        self._on_warning = on_warning
        self._max_bytes = max_bytes
        self._total_bytes: int | None = None  # unknown before the first write
        self._writable = True

    def read(self, key: str) -> bytes | None:
        """None when it was never written, or has been damaged."""
        try:
            content = self._path(key).read_bytes()
        except OSError:
            return None
        check, blob = content[:_CHECK_BYTES], content[_CHECK_BYTES:]
        return blob if check == _checksum(blob) else None

    def write(self, key: str, blob: bytes) -> None:
        if not self._writable:
            return
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._replace(self._path(key), _checksum(blob) + blob)
            self._prune()
        except OSError as error:
            self._writable = False
            self._on_warning(
                f"Spoken lines cannot be kept in {self._folder} ({error.strerror}): they are rendered again each time."
            )

    def _path(self, key: str) -> Path:
        return self._folder / f"{hashlib.sha256(key.encode()).hexdigest()}.line"

    def _replace(self, path: Path, content: bytes) -> None:
        """The file appears whole or not at all. mkstemp makes it private."""
        handle, name = tempfile.mkstemp(dir=self._folder, suffix=".part")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
            Path(name).replace(path)
        except OSError:
            with contextlib.suppress(OSError):
                Path(name).unlink()
            raise
        if self._total_bytes is not None:
            self._total_bytes += len(content)

    def _prune(self) -> None:
        """When there is too much, remove what was written longest ago (also parts that a crash left behind)."""
        if self._total_bytes is not None and self._total_bytes <= self._max_bytes:
            return
        files = sorted(
            (stat.st_mtime_ns, stat.st_size, path) for path in self._folder.iterdir() if (stat := path.stat())
        )
        self._total_bytes = sum(size for _written, size, _path in files)
        if self._total_bytes <= self._max_bytes:
            return
        for _written, size, path in files:
            if self._total_bytes <= self._max_bytes * _KEPT_WHEN_FULL:
                return
            path.unlink(missing_ok=True)
            self._total_bytes -= size


def _checksum(blob: bytes) -> bytes:
    return hashlib.sha256(blob).digest()[:_CHECK_BYTES]
