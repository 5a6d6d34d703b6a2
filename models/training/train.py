"""Stage "train": teach the network, from the laboratory's checkpoint or from nothing; goes on where it was stopped."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
import torch.nn.functional as F  # noqa: N812 - everyone's name for it

from models.training.augmentation import SECONDS, Augmenter, Chances
from models.training.features import COSINES, log_mels
from models.training.network import Network
from models.training.noise import Noises
from models.training.numpy_net import SUBSAMPLING
from models.training.phones import IGNORE, NOISE, PDFS, SILENCE
from models.training.places import Places, RecipeError
from models.training.shards import Piece, read_shard
from models.training.tables import TRAIN, noise_recordings

SHARES = {"commands": 0.23, "words": 0.10, "read": 0.24, "espeak": 0.25, "flite": 0.11, "noise": 0.07}
WATCHED = ("commands_test", "words_test", "read_test")
WATCHED_RECORDINGS = 150
SILENCE_WEIGHT = 0.5
REPORT_EVERY, SAVE_EVERY = 250, 250


@dataclass(frozen=True, slots=True)
class Plan:
    """`steps` of `batch` examples of 2.7 s; the learning rate rises for the first `warm_up` part, then falls to 0."""

    steps: int
    peak_rate: float = 1.2e-3
    batch: int = 20
    warm_up: float = 0.04
    seed: int = 1
    threads: int = 1

    def rate(self, step: int) -> float:
        done = step / self.steps
        return self.peak_rate * min(1.0, (done + 0.002) / self.warm_up) * max(0.005, 1 - done)


class Training:
    """The state that a checkpoint keeps: network, optimisers, step, how often each sound was seen."""

    def __init__(self, network: Network, device: str) -> None:
        self.network, self.device = network, device
        network.learn(device)
        last = f"affine.{len(network.shapes) - 1}"
        wide = [w for name, w in network.weights.items() if w.ndim == 2 and not name.startswith(last)]
        narrow = [w for name, w in network.weights.items() if w.ndim != 2 or name.startswith(last)]
        self.optimisers: list[Any] = [
            torch.optim.Muon(
                wide, lr=0.0, weight_decay=0.02, momentum=0.95, ns_steps=4, adjust_lr_fn="match_rms_adamw"
            ),
            torch.optim.AdamW(narrow, lr=0.0, weight_decay=0.0, betas=(0.9, 0.98)),
        ]
        self.step = 0
        self.counts: npt.NDArray[np.float64] = np.ones(PDFS)

    def save(self, path: Path) -> None:
        optimisers = [optimiser.state_dict() for optimiser in self.optimisers]
        state = {"net": self.network.state(), "optimisers": optimisers, "step": self.step, "counts": self.counts}
        unfinished = path.with_suffix(".part")
        torch.save(state, unfinished)
        unfinished.replace(path)

    @classmethod
    def resume(cls, path: Path, device: str) -> Training:
        training = cls(Network.load(path), device)
        state = torch.load(path, map_location=device, weights_only=False)
        for optimiser, kept in zip(training.optimisers, state["optimisers"], strict=True):
            optimiser.load_state_dict(kept)
        training.step, training.counts = state["step"], state["counts"]
        return training

    def learn(self, features: torch.Tensor, labels: torch.Tensor, rate: float) -> tuple[float, float]:
        """One step; the loss, and the accuracy over speech frames."""
        for optimiser in self.optimisers:
            for group in optimiser.param_groups:
                group["lr"] = rate
        weight = torch.ones(PDFS, device=self.device)
        weight[SILENCE] = SILENCE_WEIGHT
        with torch.autocast(self.device, dtype=torch.bfloat16):
            logits = self.network.logits(features.to(self.device), training=True).float()
        labels = labels[:, : logits.shape[1]].to(self.device)
        loss = F.cross_entropy(logits.reshape(-1, PDFS), labels.reshape(-1), weight, ignore_index=IGNORE)
        for value in self.network.weights.values():
            value.grad = None
        loss.backward()
        torch.nn.utils.clip_grad_norm_(list(self.network.weights.values()), 2.0)
        for optimiser in self.optimisers:
            optimiser.step()
        self.step += 1
        self.counts += np.bincount(labels[labels != IGNORE].cpu().numpy(), minlength=PDFS)
        speech = (labels > NOISE) & (labels != IGNORE)
        return float(loss.detach()), float((logits.argmax(-1) == labels)[speech].float().mean())

    def priors(self) -> npt.NDArray[np.float64]:
        counts = self.counts.copy()
        counts[SILENCE] *= SILENCE_WEIGHT
        priors: npt.NDArray[np.float64] = counts / counts.sum()
        return priors


def train(places: Places, plan: Plan, *, first: Path | None, name: str = "net") -> Path:
    """Write work/NAME.pt as it goes and work/NAME.npz at the end. `first`: a checkpoint to begin from."""
    torch.manual_seed(plan.seed)
    torch.set_num_threads(plan.threads)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    checkpoint = places.work / f"{name}.pt"
    if checkpoint.exists():
        training = Training.resume(checkpoint, device)
        print(f"going on at step {training.step}")
    else:
        training = Training(Network.load(first) if first else Network.new(plan.seed), device)
    augmenter, watched = _augmenter(places), _watched(places)
    next_batch = _prefetch(
        lambda step: augmenter.batch(np.random.default_rng([plan.seed, step]), plan.batch), training.step
    )
    recent: list[tuple[float, float]] = []
    began, began_at = time.monotonic(), training.step
    while training.step < plan.steps:
        recent.append(training.learn(*next_batch(), plan.rate(training.step)))
        if training.step % SAVE_EVERY == 0 or training.step == plan.steps:
            training.save(checkpoint)
        if training.step % REPORT_EVERY == 0:
            loss, accuracy = np.mean(recent, axis=0)
            per_step_s = (time.monotonic() - began) / (training.step - began_at)
            hours = training.step * plan.batch * SECONDS / 3600
            print(
                f"step {training.step} of {plan.steps}, {hours:.1f} h of audio, {per_step_s:.2f} s a step, "
                f"loss {loss:.3f}, accuracy {accuracy:.3f}; {_report(training, watched)}",
                flush=True,
            )
            recent.clear()
    net = checkpoint.with_suffix(".npz")
    training.network.folded(training.priors()).save(net)
    return net


def _augmenter(places: Places) -> Augmenter:
    pools = {source: read_shard(path) for source in SHARES if (path := places.aligned / f"{source}_train.npz").exists()}
    if not pools or not places.rooms.exists():
        raise RecipeError("Nothing is aligned yet or there are no rooms: run the stages before this one.")
    noises = Noises(noise_recordings(places.audio, TRAIN))
    return Augmenter(pools, SHARES, noises, np.load(places.rooms), Chances())


def _prefetch(make: Callable[[int], tuple[torch.Tensor, torch.Tensor]], first: int) -> Callable[[], tuple[Any, Any]]:
    """Batches by step number, made one ahead on another thread."""
    ready: queue.Queue[tuple[Any, Any]] = queue.Queue(4)

    def produce() -> None:
        step = first
        while True:
            ready.put(make(step))
            step += 1

    threading.Thread(target=produce, daemon=True).start()
    return ready.get


def _watched(places: Places) -> dict[str, list[Piece]]:
    paths = {name: places.aligned / f"{name}.npz" for name in WATCHED}
    return {name: read_shard(path)[:WATCHED_RECORDINGS] for name, path in paths.items() if path.exists()}


def _report(training: Training, watched: dict[str, list[Piece]]) -> str:
    """Accuracy over speech frames of people who are not trained on; to watch, not to choose by."""
    reports = []
    for name, pieces in watched.items():
        right = frames = 0
        for piece in pieces:
            wave = torch.from_numpy(piece.samples.astype(np.float32))[None]
            with torch.no_grad():
                best = (
                    training.network.logits((log_mels(wave) @ COSINES).to(training.device))[0].argmax(-1).cpu().numpy()
                )
            labels = piece.labels[::SUBSAMPLING]
            speech = (labels > NOISE) & (labels != IGNORE)
            right += int((best[: len(labels)] == labels)[speech].sum())
            frames += int(speech.sum())
        reports.append(f"{name} {right / max(frames, 1):.3f}")
    return ", ".join(reports)
