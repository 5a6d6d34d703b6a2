"""Finds and checks a Vosk model directory before libvosk sees it: libvosk dies of some of what people may give it."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path

from voicecoach.errors import CoachError

_FST_MAGIC = 2125659606
_EMBEDDED = "coach-en"
_GET_ANOTHER = "Copy or download it again"


class ModelError(CoachError):
    """A speech model cannot be used; the text says why and what to do."""


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """A model that passed the check. `words`: how many it knows, where its files say so."""

    path: Path
    size_bytes: int
    words: int | None


@dataclass(frozen=True, slots=True)
class _Layout:
    """Where a model keeps its files: today's folders, or everything in one (older models)."""

    acoustic: str
    graph: str
    conf: tuple[str, ...]
    word_boundary: str

    def needed(self) -> list[str]:
        graph = [self.graph + name for name in ("HCLr.fst", "Gr.fst", "disambig_tid.int")]
        return [self.acoustic, *self.conf, *graph, self.word_boundary]


_LAYOUTS = (
    _Layout("am/final.mdl", "graph/", ("conf/mfcc.conf", "conf/model.conf"), "graph/phones/word_boundary.int"),
    _Layout("final.mdl", "", ("mfcc.conf",), "word_boundary.int"),
)
_IVECTOR_FILES = ("final.ie", "final.dubm", "final.mat", "global_cmvn.stats", "online_cmvn.conf", "splice.conf")


def embedded_model() -> Path:
    """The model that comes with the coach, in an installed package or a checkout. Raises ModelError."""
    package = Path(__file__).resolve().parents[1]
    for parent in (package, package.parent):
        if (model := parent / "models" / _EMBEDDED).is_dir():
            return model
    raise ModelError("The coach's own speech model is missing from this installation: install voicecoach again.")


def check_model(path: Path) -> ModelInfo:
    """A Vosk model that can listen for given phrases, by its files. Raises ModelError, one sentence, when it is not."""
    layout = _find_layout(path)
    if (path / layout.graph / "HCLG.fst").exists():
        raise ModelError(
            f"The model {path} has a fixed vocabulary (HCLG.fst) and cannot listen for the coach's phrases: choose one "
            "with a changeable vocabulary, such as vosk-model-small-en-us-0.15."
        )
    ivector = [f"ivector/{name}" for name in _IVECTOR_FILES] if (path / "ivector").is_dir() else []
    for name in [*layout.needed(), *ivector]:
        _check_file(path, name)
    if "conf/model.conf" in layout.conf:
        _check_endpoint_phones(path)
    size_bytes = sum(file.stat().st_size for file in path.rglob("*") if file.is_file())
    return ModelInfo(path, size_bytes, count_words(path))


def count_words(path: Path) -> int | None:
    """How many words the model's word list has, without silence, [unk] and the like; None where it has no list."""
    for words in (path / "graph" / "words.txt", path / "words.txt"):
        if words.is_file():
            with words.open(encoding="utf-8", errors="replace") as lines:
                return sum(1 for line in lines if line[:1] not in ("<", "#", "[", "!", "\n"))
    return None


def _find_layout(path: Path) -> _Layout:
    if not path.exists():
        raise ModelError(f"There is no speech model at {path}: check the path.")
    if path.is_file():
        packed = path.suffix.lower() in (".zip", ".gz", ".tgz", ".tar", ".7z")
        what = "is still packed: unpack it and give" if packed else "is a file: give"
        raise ModelError(f"{path} {what} the folder that has am, conf and graph in it.")
    for layout in _LAYOUTS:
        if (path / layout.acoustic).exists():
            return layout
    inner = [child for child in path.iterdir() if any((child / layout.acoustic).exists() for layout in _LAYOUTS)]
    if len(inner) == 1:
        raise ModelError(f"{path} only holds the model's folder: give {inner[0]} instead.")
    raise ModelError(f"{path} is not a speech model (it has no am/final.mdl): give the folder of a Vosk model.")


def _check_file(model: Path, name: str) -> None:
    """Raises ModelError when a file of the model is missing, empty or cut short."""
    file = model / name
    if not file.is_file():
        raise ModelError(f"The model {model} lacks {name}. {_GET_ANOTHER}.")
    # without disambiguation symbols their list is there and empty
    if name.endswith("disambig_tid.int"):
        return
    try:
        whole = _is_whole(file)
    except OSError as error:
        raise ModelError(f"{name} of the model {model} cannot be read ({error.strerror}). {_GET_ANOTHER}.") from error
    if not whole:
        raise ModelError(f"{name} of the model {model} is damaged or was not copied completely. {_GET_ANOTHER}.")


def _is_whole(file: Path) -> bool:
    if file.suffix == ".fst":
        return _is_whole_fst(file)
    if file.name == "final.mdl":
        return _is_whole_acoustic_model(file.read_bytes())
    return file.stat().st_size > 0


def _is_whole_acoustic_model(content: bytes) -> bool:
    """A binary Kaldi nnet3 model ends in <Priors> and a vector of floats: is all of that vector there?"""
    marker = b"<Priors> FV \x04"
    at = content.rfind(marker)
    if not content.startswith(b"\0B<TransitionModel>") or at < 0 or len(content) < at + len(marker) + 4:
        return False
    (floats,) = struct.unpack_from("<i", content, at + len(marker))
    return len(content) >= at + len(marker) + 4 + 4 * int(floats)


def _is_whole_fst(file: Path) -> bool:
    """Is it an OpenFst file, and where its header tells, is it as long as its states and arcs are?"""
    with file.open("rb") as opened:
        head = opened.read(256)
    try:
        magic, type_size = struct.unpack_from("<ii", head)
        if magic != _FST_MAGIC:
            return False
        fst_type = head[8 : 8 + type_size]
        (arc_size,) = struct.unpack_from("<i", head, 8 + type_size)
        # then: version, flags (int32), properties, start, states, arcs (int64)
        states, arcs = struct.unpack_from("<qq", head, 12 + type_size + arc_size + 24)
    except struct.error:
        return False
    # a state: float weight and int64 count; an arc: two labels, a weight, the next state
    least_bytes = states * 12 + arcs * 16 if fst_type == b"vector" else 0
    return file.stat().st_size >= least_bytes


def _check_endpoint_phones(path: Path) -> None:
    conf = (path / "conf" / "model.conf").read_text(encoding="utf-8", errors="replace")
    if "--endpoint.silence-phones=" not in conf:
        raise ModelError(
            f"conf/model.conf of the model {path} has no --endpoint.silence-phones, without which the recogniser "
            f"crashes. {_GET_ANOTHER}."
        )
