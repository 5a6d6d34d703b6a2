"""`python -m models.training STAGE`, from the repository's root; see README.md beside this file."""

from __future__ import annotations

import argparse
import os
import sys
import time
from pathlib import Path

from models.training.places import REPOSITORY, Places, RecipeError

ALIGNED = ("commands_train", "words_train", "read_train", "espeak_train", "flite_train")
WATCHED = ("commands_test", "words_test", "read_test")
STAGES = ("tables", "synth", "rooms", "align", "train", "export", "verify")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m models.training", description=__doc__)
    parser.add_argument("stage", choices=(*STAGES, "all"), help="all: one after the other, in this order")
    parser.add_argument("--shared", type=Path, default=REPOSITORY.parent / "shared", help="the folder with audio/")
    parser.add_argument(
        "--work", type=Path, default=REPOSITORY / "build" / "training", help="for everything in between"
    )
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--espeak", type=int, default=16000, help="sentences by espeak-ng")
    parser.add_argument("--flite", type=int, default=5000, help="sentences by flite")
    parser.add_argument("--sources", nargs="*", default=[*ALIGNED, *WATCHED], help="what to align: SOURCE_SPLIT")
    parser.add_argument("--aligner", type=Path, help="a network (.npz) to align with (default: the laboratory's)")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="recordings to align at a time")
    parser.add_argument("--steps", type=int, default=19000, help="of 54 s of audio each")
    parser.add_argument("--rate", type=float, default=1.2e-3, help="the highest learning rate")
    parser.add_argument("--threads", type=int, default=1, help="of the training; one more makes its examples")
    parser.add_argument("--first", type=Path, help="a checkpoint to begin from (default: the laboratory's)")
    parser.add_argument("--from-nothing", action="store_true", help="begin with random weights")
    parser.add_argument("--name", default="net", help="of the network in the work folder")
    parser.add_argument("--out", type=Path, default=REPOSITORY / "models" / "coach-en", help="the model directory")
    return parser


def _tables(places: Places, _wanted: argparse.Namespace) -> None:
    from models.training.tables import make_tables

    make_tables(places)


def _synth(places: Places, wanted: argparse.Namespace) -> None:
    from models.training.synthesis import synthesize

    synthesize(places, espeak=wanted.espeak, flite=wanted.flite, seed=wanted.seed)


def _rooms(places: Places, wanted: argparse.Namespace) -> None:
    from models.training.rooms import make_rooms

    make_rooms(places, wanted.seed)


def _align(places: Places, wanted: argparse.Namespace) -> None:
    from models.training.shards import align_source

    for name in wanted.sources:
        source, _, split = name.partition("_")
        align_source(places, source, split, wanted.aligner or places.first_net, wanted.jobs)


def _train(places: Places, wanted: argparse.Namespace) -> None:
    from models.training.train import Plan, train

    first = None if wanted.from_nothing else wanted.first or places.first_checkpoint
    plan = Plan(wanted.steps, peak_rate=wanted.rate, seed=wanted.seed, threads=wanted.threads)
    train(places, plan, first=first, name=wanted.name)


def _export(places: Places, wanted: argparse.Namespace) -> None:
    from models.training.export import export

    export(places.work / f"{wanted.name}.npz", wanted.out)


def _verify(places: Places, wanted: argparse.Namespace) -> None:
    from models.training.verify import verify

    verify(places.work / f"{wanted.name}.npz", wanted.out)


def main() -> None:
    wanted = _parser().parse_args()
    places = Places(wanted.shared, wanted.work)
    run = dict(zip(STAGES, (_tables, _synth, _rooms, _align, _train, _export, _verify), strict=True))
    try:
        places.check()
        for stage in STAGES if wanted.stage == "all" else (wanted.stage,):
            start = time.monotonic()
            run[stage](places, wanted)
            print(f"{stage}: {time.monotonic() - start:.0f} s", flush=True)
    except RecipeError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
