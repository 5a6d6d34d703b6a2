"""What the disk gives back is what was put there, or nothing; and nothing that happens to it stops the coach."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from voicecoach.speaking.cache import DiskCache

posix_only = pytest.mark.skipif(os.name != "posix", reason="POSIX file modes and limits")
same_folder_is_fine = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)


@pytest.fixture
def warnings() -> list[str]:
    return []


@pytest.fixture
def cache(tmp_path: Path, warnings: list[str]) -> DiskCache:
    return DiskCache(tmp_path / "speech", warnings.append)


def only_file(cache_folder: Path) -> Path:
    (file,) = cache_folder.iterdir()
    return file


@same_folder_is_fine
@given(key=st.text(st.characters(codec="utf-8")), blob=st.binary())
def test_it_gives_back_what_was_written(cache: DiskCache, key: str, blob: bytes) -> None:
    cache.write(key, blob)
    assert cache.read(key) == blob


def test_what_was_never_written_is_not_there(cache: DiskCache) -> None:
    cache.write("known", b"1")
    assert cache.read("unknown") is None


@same_folder_is_fine
@given(data=st.data())
def test_a_damaged_file_counts_as_missing(tmp_path: Path, data: st.DataObject) -> None:
    cache = DiskCache(tmp_path, lambda _text: None)
    cache.write("line", b"some samples")
    file = only_file(tmp_path)
    content = bytearray(file.read_bytes())
    content[data.draw(st.integers(0, len(content) - 1))] ^= data.draw(st.integers(1, 255))
    file.write_bytes(content[: data.draw(st.integers(0, len(content)))])
    assert cache.read("line") is None
    cache.write("line", b"some samples")
    assert cache.read("line") == b"some samples"


def test_a_folder_that_cannot_be_made_is_told_once_and_does_no_harm(tmp_path: Path, warnings: list[str]) -> None:
    (tmp_path / "file").write_text("in the way")
    cache = DiskCache(tmp_path / "file" / "speech", warnings.append)
    cache.write("line", b"1")
    cache.write("line", b"1")
    assert cache.read("line") is None
    assert len(warnings) == 1
    assert "cannot be kept" in warnings[0]


@posix_only
def test_a_full_disk_is_told_once_and_leaves_no_parts(cache: DiskCache, tmp_path: Path, warnings: list[str]) -> None:
    cache.write("before", b"1")
    with largest_file_bytes(1000):
        cache.write("too large", bytes(5000))
        cache.write("too large", bytes(5000))
    assert len(warnings) == 1
    assert cache.read("before") == b"1"
    only_file(tmp_path / "speech")


@contextmanager
def largest_file_bytes(limit: int) -> Iterator[None]:
    if sys.platform == "win32":
        yield
        return
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@posix_only
def test_only_the_user_can_read_it(cache: DiskCache, tmp_path: Path) -> None:
    cache.write("line", b"1")
    assert stat.S_IMODE((tmp_path / "speech").stat().st_mode) == 0o700
    assert stat.S_IMODE(only_file(tmp_path / "speech").stat().st_mode) == 0o600


def test_when_it_is_full_the_oldest_goes_first(tmp_path: Path, warnings: list[str]) -> None:
    cache = DiskCache(tmp_path, warnings.append, max_bytes=10_000)
    for age in range(20):
        cache.write(str(age), bytes(1000))
        for file in tmp_path.iterdir():  # everything there is becomes a second older
            os.utime(file, ns=(0, file.stat().st_mtime_ns - 1_000_000_000))
    assert sum(file.stat().st_size for file in tmp_path.iterdir()) <= 10_000
    kept = [cache.read(str(age)) is not None for age in range(20)]
    assert kept == sorted(kept), "an older one was kept although a newer one went"
    assert sum(kept) >= 5
    assert warnings == []
