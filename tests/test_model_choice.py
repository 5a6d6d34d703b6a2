"""Which models there are, which one is in use, and the coach's own test of a model."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from voicecoach.errors import CoachError
from voicecoach.hearing.model import ModelError, embedded_model
from voicecoach.hearing.model_check import check, comparison
from voicecoach.hearing.registry import (
    choose_model,
    chosen_model,
    installed_models,
    official_model,
    read_registry,
)
from voicecoach.model_cli import app


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of downloaded models, empty."""
    monkeypatch.setenv("VOICECOACH_DATA_DIR", str(tmp_path))
    return tmp_path / "models"


@pytest.fixture
def another(folder: Path) -> Path:
    return Path(shutil.copytree(embedded_model(), folder / "another"))


def test_every_official_model_comes_encrypted_and_says_its_licence() -> None:
    registry = read_registry()
    assert {model.language.split(",")[0] for model in registry.values()} == {"English", "Spanish"}
    for model in registry.values():
        assert model.url.startswith("https://") and model.url.endswith(f"/{model.name}.zip")
        assert model.licence == "Apache-2.0"
        assert model.sha256 is None or len(bytes.fromhex(model.sha256)) == 32


def test_a_name_that_is_not_there_names_those_that_are() -> None:
    with pytest.raises(ModelError, match=r"choose one of vosk-model-small-en-us-0\.15, "):
        official_model("vosk", read_registry())


@pytest.mark.parametrize("text", ["[a", '[a]\nurl = "x"\n', '[a]\nunknown = "x"\n'])
def test_a_damaged_list_is_one_sentence(tmp_path: Path, text: str) -> None:
    (tmp_path / "registry.toml").write_text(text)
    with pytest.raises(ModelError, match="cannot be read"):
        read_registry(tmp_path / "registry.toml")


@pytest.mark.usefixtures("folder")
def test_without_a_choice_the_coach_hears_with_its_own_model() -> None:
    assert chosen_model() == embedded_model()
    assert installed_models() == []


def test_a_choice_lasts_and_can_be_taken_back(another: Path) -> None:
    assert choose_model("another") == another == chosen_model()
    assert installed_models() == [another]
    choose_model("coach-en")
    assert chosen_model() == embedded_model()


@pytest.mark.usefixtures("folder")
def test_any_folder_can_be_chosen(tmp_path: Path) -> None:
    elsewhere = Path(shutil.copytree(embedded_model(), tmp_path / "elsewhere"))
    choose_model(str(elsewhere))
    assert chosen_model() == elsewhere


def test_what_is_no_model_cannot_be_chosen(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="There is no speech model"):
        choose_model("nothing")
    (tmp_path / "empty").mkdir()
    with pytest.raises(ModelError, match="is not a speech model"):
        choose_model(str(tmp_path / "empty"))
    assert not folder.exists()


def test_a_chosen_model_that_is_gone_or_damaged_is_not_used(another: Path) -> None:
    choose_model("another")
    (another / "am/final.mdl").write_bytes(b"")
    assert chosen_model() == embedded_model()
    shutil.rmtree(another)
    assert chosen_model() == embedded_model()


def test_the_coachs_own_model_passes_its_own_test() -> None:
    report = check(embedded_model())
    assert report.missing == ()
    assert report.good and [said for said, _ in report.heard] == ["eight", "left", "no", "stop", "stop", "yes"]
    lines = comparison([report, report]).splitlines()
    assert lines[0].split() == ["coach-en", "coach-en"]
    assert len(lines) == 6 + len(report.heard)


def test_a_model_that_lacks_words_is_told_apart(another: Path) -> None:
    graph = another / "graph/Gr.fst"
    graph.write_bytes(graph.read_bytes().replace(b"\x05\0\0\0worse", b"\x05\0\0\0xorse"))
    assert check(another).missing == ("worse",)
    result = CliRunner().invoke(app, ["check", "another"])
    assert isinstance(result.exception, CoachError) and "does not know: worse" in str(result.exception)
    assert "another" in result.stdout and "coach-en" in result.stdout


@pytest.mark.usefixtures("another")
def test_the_list_marks_the_model_in_use() -> None:
    choose_model("another")
    lines = CliRunner().invoke(app, ["list"]).stdout.splitlines()
    assert lines[0].startswith("  coach-en:")
    assert any("vosk-model-small-en-in-0.4" in line and "no checksum known" in line for line in lines)
    assert not any(line.startswith("* vosk") for line in lines)
    CliRunner().invoke(app, ["use", "coach-en"])
    assert CliRunner().invoke(app, ["list"]).stdout.splitlines()[0].startswith("* coach-en:")
