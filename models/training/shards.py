"""Aligned recordings on disk: all samples and labels of one source in one file."""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from models.training.alignment import Aligner, Labels
from models.training.numpy_net import NumpyNet
from models.training.phones import Dictionary
from models.training.places import Places, RecipeError
from models.training.sound_files import RATE_HZ, Samples, read_sound
from models.training.tables import Utterance, read_table


@dataclass(frozen=True, slots=True)
class Piece:
    """One aligned recording: int16 samples, one label per 10 ms."""

    samples: Samples
    labels: Labels


def write_shard(path: Path, pieces: list[Piece]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(".part.npz")
    np.savez(
        unfinished,
        samples=np.concatenate([piece.samples for piece in pieces]),
        labels=np.concatenate([piece.labels for piece in pieces]),
        sample_ends=np.cumsum([len(piece.samples) for piece in pieces]),
        label_ends=np.cumsum([len(piece.labels) for piece in pieces]),
    )
    unfinished.replace(path)


def read_shard(path: Path) -> list[Piece]:
    with np.load(path) as file:
        samples = np.split(file["samples"], file["sample_ends"][:-1])
        labels = np.split(file["labels"], file["label_ends"][:-1])
    return [Piece(*pair) for pair in zip(samples, labels, strict=True)]


def align_source(places: Places, source: str, split: str, net: Path, jobs: int) -> None:
    """Write aligned/SOURCE_SPLIT.npz, with `jobs` processes; kept when it is there."""
    target = places.aligned / f"{source}_{split}.npz"
    if target.exists():
        print(f"{target.name} is there already; remove it to align again")
        return
    chosen = [u for u in all_utterances(places) if (u.source, u.split) == (source, split)]
    if not chosen:
        raise RecipeError(f"There are no recordings of {source} {split}: run the stages before this one.")
    pieces: list[Piece] = []
    with ProcessPoolExecutor(jobs, initializer=_begin, initargs=(net,)) as pool:
        paths, texts = [places.audio / utterance.path for utterance in chosen], [utterance.text for utterance in chosen]
        for done, piece in enumerate(pool.map(_align, paths, texts, chunksize=20), 1):
            if piece is not None:
                pieces.append(piece)
            if done % 500 == 0:
                print(f"{source} {split}: {len(pieces)} of {done} aligned, {len(chosen)} in all", flush=True)
    write_shard(target, pieces)
    hours = sum(len(piece.samples) for piece in pieces) / RATE_HZ / 3600
    print(f"{source} {split}: {len(pieces)} of {len(chosen)} aligned, {hours:.2f} h", flush=True)


def all_utterances(places: Places) -> list[Utterance]:
    tables = [places.tables / f"{name}.tsv" for name in ("human", "synthetic")]
    return [utterance for table in tables if table.exists() for utterance in read_table(table)]


_aligner: Aligner | None = None  # one per process of the pool


def _begin(net: Path) -> None:
    global _aligner
    _aligner = Aligner(NumpyNet.load(net), Dictionary.cmudict())


def _align(path: Path, text: str) -> Piece | None:
    assert _aligner is not None
    try:
        samples: npt.NDArray[np.int16] = read_sound(path)
    except (OSError, RuntimeError):  # a few damaged recordings
        return None
    labels = _aligner.labels(samples, text)
    return None if labels is None else Piece(samples, labels)
