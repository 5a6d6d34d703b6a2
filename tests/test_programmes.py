"""Finding and reading programme files: by name, by path, and every way in which a file cannot be read."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from voicecoach import programmes
from voicecoach.core.programme import ProgrammeError

VALID = (Path(__file__).parent / "data" / "programmes" / "valid.toml").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["herniated_disc", "herniated-disc", " Herniated-Disc "])
def test_a_shipped_programme_has_a_forgiving_name(name: str) -> None:
    assert programmes.load(name).id == "herniated-disc"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_ones_own_programme_is_loaded_by_its_path(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(VALID.replace("Tiny", "Café"), encoding=encoding)
    assert programmes.load(str(path)).title == "Café programme"


def test_a_mistake_in_a_file_names_the_file(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(VALID.replace("hold_s = 3", "hold_s = 30"), encoding="utf-8")
    assert file_refusal(str(path)) == f"{path}:30: exercises[1].set.hold_s: is 30, above hold_max_s; allowed: 2 to 5"


def file_refusal(name_or_path: str) -> str:
    with pytest.raises(ProgrammeError) as refused:
        programmes.load(name_or_path)
    assert "\n" not in str(refused.value)
    return str(refused.value)


@pytest.mark.parametrize("name", ["herniated_disk", "", "no/such.toml", "a\0b", "a\nb", "\udcff.toml"])
def test_an_unknown_name_lists_the_known_ones(name: str) -> None:
    assert "take one of herniated_disc, neck_shoulder_break, or the path of a .toml file." in file_refusal(name)
    file_refusal(name).encode()


def test_files_that_are_no_short_text_are_refused(tmp_path: Path) -> None:
    (tmp_path / "latin.toml").write_bytes(VALID.encode() + b"\n# caf\xe9")
    (tmp_path / "big.toml").write_bytes(b"#" * (programmes.MAX_BYTES + 1))
    assert file_refusal(str(tmp_path)) == f'"{tmp_path}" is a folder; give the path of a .toml file.'
    assert f"is not UTF-8 text in line {VALID.count(chr(10)) + 2}" in file_refusal(str(tmp_path / "latin.toml"))
    assert "is larger than 1 MB" in file_refusal(str(tmp_path / "big.toml"))
    assert file_refusal("x" * 5000).startswith('"xxx')


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_a_pipe_is_not_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.toml")
    assert "There is no programme or file" in file_refusal(str(tmp_path / "pipe.toml"))


def test_a_file_one_may_not_read_is_told_in_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "secret.toml"
    path.write_text(VALID, encoding="utf-8")
    path.chmod(0)
    if os.access(path, os.R_OK):
        pytest.skip("this user may read every file")
    assert "cannot be read: Permission denied" in file_refusal(str(path))
