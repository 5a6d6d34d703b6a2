"""Finding and checking model directories."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from voicecoach.hearing.hear_file import missing_words
from voicecoach.hearing.model import ModelError, check_model, embedded_model
from voicecoach.hearing.recogniser import Recogniser


@pytest.fixture
def model(tmp_path: Path) -> Path:
    return Path(shutil.copytree(embedded_model(), tmp_path / "model"))


def _cut(name: str, bytes_left: int) -> Callable[[Path], None]:
    def cut(model: Path) -> None:
        content = (model / name).read_bytes()
        (model / name).write_bytes(content[:bytes_left])

    return cut


def _remove(name: str) -> Callable[[Path], None]:
    return lambda model: (model / name).unlink()


def _drop_silence_phones(model: Path) -> None:
    conf = model / "conf/model.conf"
    conf.write_text(conf.read_text().replace("--endpoint.silence-phones=1:2\n", ""))


def test_the_embedded_model_is_good() -> None:
    info = check_model(embedded_model())
    assert info.words is not None and info.words > 3000
    assert info.size_bytes > 1_000_000


def test_a_model_without_a_word_list_is_good(model: Path) -> None:
    (model / "graph/words.txt").unlink()
    assert check_model(model).words is None


def test_the_older_layout_in_one_folder_is_good(model: Path, tmp_path: Path) -> None:
    flat = tmp_path / "flat"
    flat.mkdir()
    for file in [path for path in model.rglob("*") if path.is_file()]:
        shutil.copy(file, flat / file.name)
    assert check_model(flat).path == flat
    (flat / "word_boundary.int").unlink()
    with pytest.raises(ModelError, match=r"lacks word_boundary\.int"):
        check_model(flat)


@pytest.mark.parametrize(
    ("damage", "complaint"),
    [
        (_remove("am/final.mdl"), "is not a speech model"),
        (_remove("conf/model.conf"), r"lacks conf/model\.conf"),
        (_remove("conf/mfcc.conf"), r"lacks conf/mfcc\.conf"),
        (_remove("graph/HCLr.fst"), r"lacks graph/HCLr\.fst"),
        (_remove("graph/Gr.fst"), r"lacks graph/Gr\.fst"),
        (_remove("graph/disambig_tid.int"), r"lacks graph/disambig_tid\.int"),
        (_remove("graph/phones/word_boundary.int"), r"lacks graph/phones/word_boundary\.int"),
        (_cut("am/final.mdl", 0), r"final\.mdl .* damaged"),
        (_cut("am/final.mdl", 200_000), r"final\.mdl .* damaged"),
        (_cut("am/final.mdl", -1), r"final\.mdl .* damaged"),
        (_cut("graph/HCLr.fst", 0), r"HCLr\.fst .* damaged"),
        (_cut("graph/HCLr.fst", 100_000), r"HCLr\.fst .* damaged"),
        (_cut("graph/Gr.fst", 40), r"Gr\.fst .* damaged"),
        (_cut("conf/mfcc.conf", 0), r"mfcc\.conf .* damaged"),
        (_drop_silence_phones, "no --endpoint.silence-phones"),
        (lambda model: (model / "ivector").mkdir(), r"lacks ivector/final\.ie"),
        (lambda model: (model / "graph/HCLG.fst").write_bytes(b"x"), "fixed vocabulary"),
        (lambda model: (model / "graph/Gr.fst").write_bytes(b"<html>not found</html>" * 9), r"Gr\.fst .* damaged"),
    ],
)
def test_a_damaged_model_is_refused_in_one_sentence(
    model: Path, damage: Callable[[Path], None], complaint: str
) -> None:
    damage(model)
    with pytest.raises(ModelError, match=complaint) as refused:
        check_model(model)
    assert "\n" not in str(refused.value)
    with pytest.raises(ModelError, match=complaint):
        Recogniser(model, lambda _event: None, lambda _reason: None).start()


def test_what_is_not_a_model_directory_is_refused(model: Path, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="There is no speech model at"):
        check_model(tmp_path / "nothing")
    packed = tmp_path / "vosk-model.zip"
    packed.write_bytes(b"PK")
    with pytest.raises(ModelError, match="unpack it"):
        check_model(packed)
    with pytest.raises(ModelError, match="is a file"):
        check_model(model / "README.md")
    (tmp_path / "empty").mkdir()
    with pytest.raises(ModelError, match=r"no am/final\.mdl"):
        check_model(tmp_path / "empty")


def test_the_folder_around_a_model_names_the_folder_inside(model: Path, tmp_path: Path) -> None:
    outer = tmp_path / "outer"
    shutil.move(model, outer / "vosk-model")
    with pytest.raises(ModelError, match=r"outer/vosk-model instead|outer\\vosk-model instead"):
        check_model(outer)


def test_a_model_that_only_libvosk_finds_bad_is_refused_at_start(model: Path) -> None:
    acoustic = model / "am/final.mdl"
    content = bytearray(acoustic.read_bytes())
    content[20:2000] = b"\xff" * 1980
    acoustic.write_bytes(content)
    check_model(model)
    losses: list[str] = []
    with pytest.raises(ModelError, match="cannot be loaded"):
        Recogniser(model, lambda _event: None, losses.append).start()
    assert losses == []


def test_words_that_a_model_lacks_are_named() -> None:
    phrases = ["stop", "my leg hurts", "Stop the xyzzy", "plugh xyzzy", "<eps>"]
    assert missing_words(phrases, embedded_model()) == ("<eps>", "plugh", "xyzzy")
