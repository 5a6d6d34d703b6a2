"""Downloads a file with progress, goes on where an earlier try broke off, and checks what came."""

from __future__ import annotations

import hashlib
import http.client
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import IO

from voicecoach.hearing.model import ModelError
from voicecoach.hearing.registry import OfficialModel

MAX_BYTES = 300_000_000
_BLOCK_BYTES = 256 * 1024
_TIMEOUT_S = 30.0
_PARTIAL_CONTENT, _RANGE_NOT_SATISFIABLE = 206, 416

Progress = Callable[[int, int | None], None]  # bytes so far, bytes in all where known


def download(model: OfficialModel, target: Path, progress: Progress) -> None:
    """Write the model's archive to `target`. Raises ModelError; after a break the next call goes on with it."""
    if not model.url.startswith(("https://", "http://127.0.0.1:")):
        raise ModelError(f"The address of {model.name} is not safe (no https): install voicecoach again.")
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f"{target.name}.part")
    try:
        _fetch(model, part, progress)
    except (OSError, http.client.HTTPException) as error:
        raise ModelError(_broken(model, error)) from error
    _check_digest(model, part)
    part.replace(target)


def _fetch(model: OfficialModel, part: Path, progress: Progress) -> None:
    have = part.stat().st_size if part.exists() else 0
    if model.size_bytes is not None and have >= model.size_bytes:
        return
    headers = {"Range": f"bytes={have}-"} if have else {}
    request = urllib.request.Request(model.url, headers=headers)  # noqa: S310 - the scheme was checked
    try:
        response = urllib.request.urlopen(request, timeout=_TIMEOUT_S)  # noqa: S310 - likewise
    except urllib.error.HTTPError as error:
        with error:
            if error.code == _RANGE_NOT_SATISFIABLE and have:
                return  # all of it is here; the digest or the archive itself tells
            raise
    with response:
        if response.status != _PARTIAL_CONTENT:
            have = 0
        length = response.headers.get("Content-Length")
        total = have + int(length) if length and length.isdigit() else None
        with part.open("ab" if have else "wb") as file:
            have = _copy(model, response, file, have, total, progress)
    if total is not None and have < total:
        raise http.client.IncompleteRead(b"", total - have)


def _copy(
    model: OfficialModel, source: IO[bytes], file: IO[bytes], have: int, total: int | None, progress: Progress
) -> int:
    limit = model.size_bytes or MAX_BYTES
    while block := source.read(_BLOCK_BYTES):
        have += len(block)
        if have > limit:
            file.truncate(0)
            raise ModelError(f"{model.name} is larger than it should be, so it was given up: try again later.")
        file.write(block)
        progress(have, total)
    return have


def _check_digest(model: OfficialModel, part: Path) -> None:
    if model.sha256 is None:
        return
    with part.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    if digest != model.sha256:
        part.unlink()
        raise ModelError(f"What came for {model.name} is not what was expected and was deleted: try again later.")


def _broken(model: OfficialModel, error: Exception) -> str:
    if isinstance(error, urllib.error.HTTPError):
        return f"The server refused {model.name} ({error.code} {error.reason}): try again later."
    if isinstance(error, http.client.IncompleteRead | ConnectionResetError):
        return f"The download of {model.name} broke off: run the same command again, it goes on where it stopped."
    reason = error.reason if isinstance(error, urllib.error.URLError) else error
    return f"{model.name} could not be downloaded ({reason}): check the connection and run the same command again."
