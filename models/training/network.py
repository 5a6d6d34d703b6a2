"""The network in training form: plain tensors and functions, batch norms not yet folded away.

It is a stack of affines over spliced frames. Names of the tensors are those of the laboratory's checkpoint, so that
training can go on from there, also when layers are wider now.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812 - everyone's name for it

from models.training.features import BINS
from models.training.numpy_net import SUBSAMPLING, Layer, NumpyNet
from models.training.phones import GENERIC_PDFS, PDFS, generic_pdf

HIDDEN, NECK, FIRST = 448, 160, 320
_BLOCKS = ((-3, 0, 3), (-3, 0, 3), (-6, 0, 3), (-6, -3, 0), (-9, -3, 0), (-12, -6, 0))
NORM_MOMENTUM, EPSILON = 0.02, 1e-5


@dataclass(frozen=True, slots=True)
class Shape:
    """One layer: splicing in 10 ms frames, outputs, ReLU and batch norm after it or not."""

    offsets: tuple[int, ...]
    outputs: int
    relu: bool = True


def stack(pdfs: int = PDFS) -> tuple[Shape, ...]:
    """11 frames of right context, 56 of left."""
    shapes = [Shape((-1, 0, 1), FIRST), Shape((-1, 0, 1), HIDDEN)]
    for block in _BLOCKS:
        shapes += [Shape((0,), NECK, relu=False), Shape(block, HIDDEN)]
    return (*shapes, Shape((0,), pdfs, relu=False))


@dataclass
class Network:
    """`weights` are learned; `running` are the means and variances of the batch norms."""

    shapes: tuple[Shape, ...]
    weights: dict[str, torch.Tensor] = field(default_factory=dict)
    running: dict[str, torch.Tensor] = field(default_factory=dict)

    @classmethod
    def new(cls, seed: int, pdfs: int = PDFS) -> Network:
        generator = torch.Generator().manual_seed(seed)
        network = cls(stack(pdfs))
        network._norm("norm_in", BINS, learned=False)
        size = BINS
        for number, shape in enumerate(network.shapes):
            inputs = size * len(shape.offsets)
            weight = (torch.rand(shape.outputs, inputs, generator=generator) * 2 - 1) / inputs**0.5
            network.weights |= {f"affine.{number}.weight": weight, f"affine.{number}.bias": torch.zeros(shape.outputs)}
            if shape.relu:
                network._norm(f"norm.{number}", shape.outputs, learned=True)
            size = shape.outputs
        return network

    @classmethod
    def load(cls, path: Path, pdfs: int = PDFS) -> Network:
        """A checkpoint, of this recipe or of the laboratory, which may be narrower: at first it computes the same.
        Sounds that it lacks begin as the common sounds they are special cases of."""
        state = torch.load(path, map_location="cpu", weights_only=False)["net"]
        network = cls.new(0, pdfs)
        last = f"affine.{len(network.shapes) - 1}"
        for tensors in (network.weights, network.running):
            for name, fresh in tensors.items():
                value = state[name]
                if name.startswith(last) and len(value) == GENERIC_PDFS < pdfs:
                    value = value[[generic_pdf(pdf) for pdf in range(pdfs)]]
                number = name.split(".")[1]
                splices = len(network.shapes[int(number)].offsets) if value.ndim == 2 else 1
                tensors[name] = _grown(value, fresh, splices)
        return network

    def state(self) -> dict[str, torch.Tensor]:
        return {name: value.detach() for name, value in (*self.weights.items(), *self.running.items())}

    def learn(self, device: str) -> None:
        """Move to a device and ask for gradients."""
        self.weights = {name: value.to(device).requires_grad_(True) for name, value in self.weights.items()}
        self.running = {name: value.to(device) for name, value in self.running.items()}

    def logits(self, features: torch.Tensor, *, training: bool = False) -> torch.Tensor:
        """(batch, frames, 40) -> (batch, ceil(frames / 3), pdfs); the edges are repeated."""
        length = -(-features.shape[1] // SUBSAMPLING)
        x = self._normalised("norm_in", features, training)
        for number, shape in enumerate(self.shapes):
            x = _splice(x, shape.offsets, number, length)
            x = F.linear(x, self.weights[f"affine.{number}.weight"], self.weights[f"affine.{number}.bias"])
            if shape.relu:
                x = self._normalised(f"norm.{number}", F.relu(x), training)
        return x

    def folded(self, priors: np.ndarray) -> NumpyNet:
        """Without batch norms: each is an affine after its ReLU, so it goes into the next layer."""
        scale, shift = self._as_affine("norm_in")
        layers = []
        for number, shape in enumerate(self.shapes):
            weight = self.weights[f"affine.{number}.weight"].detach().cpu()
            bias = self.weights[f"affine.{number}.bias"].detach().cpu() + weight @ shift.repeat(len(shape.offsets))
            weight = weight * scale.repeat(len(shape.offsets))
            layers.append(Layer(shape.offsets, weight.numpy(), bias.numpy(), shape.relu))
            scale, shift = torch.ones(shape.outputs), torch.zeros(shape.outputs)
            if shape.relu:
                scale, shift = self._as_affine(f"norm.{number}")
        return NumpyNet(tuple(layers), np.log(priors).astype(np.float32))

    def _norm(self, name: str, size: int, *, learned: bool) -> None:
        self.running |= {f"{name}.running_mean": torch.zeros(size), f"{name}.running_var": torch.ones(size)}
        if learned:
            self.weights |= {f"{name}.weight": torch.ones(size), f"{name}.bias": torch.zeros(size)}

    def _normalised(self, name: str, x: torch.Tensor, training: bool) -> torch.Tensor:
        flat = x.reshape(-1, x.shape[-1])
        mean, variance = self.running[f"{name}.running_mean"], self.running[f"{name}.running_var"]
        weight, bias = self.weights.get(f"{name}.weight"), self.weights.get(f"{name}.bias")
        return F.batch_norm(flat, mean, variance, weight, bias, training, NORM_MOMENTUM, EPSILON).reshape(x.shape)

    def _as_affine(self, name: str) -> tuple[torch.Tensor, torch.Tensor]:
        scale = (self.running[f"{name}.running_var"].cpu() + EPSILON).rsqrt()
        shift = -self.running[f"{name}.running_mean"].cpu() * scale
        if f"{name}.weight" in self.weights:
            weight, bias = (self.weights[f"{name}.{part}"].detach().cpu() for part in ("weight", "bias"))
            return weight * scale, bias + weight * shift
        return scale, shift


def _splice(x: torch.Tensor, offsets: Sequence[int], number: int, length: int) -> torch.Tensor:
    """Put frames beside each other; layer 1 takes every third, later layers count in thirds."""
    if len(offsets) == 1:
        return x
    steps = [offset // SUBSAMPLING if number > 1 else offset for offset in offsets]
    low, high = min(steps), max(steps) + (SUBSAMPLING if number == 1 else 0)
    padded = torch.cat([x[:, :1].expand(-1, -low, -1), x, x[:, -1:].expand(-1, high, -1)], 1)
    if number == 1:
        spans = [padded[:, step - low : step - low + SUBSAMPLING * length : SUBSAMPLING][:, :length] for step in steps]
    else:
        spans = [padded[:, step - low : step - low + x.shape[1]] for step in steps]
    return torch.cat(spans, -1)


def _grown(value: torch.Tensor, fresh: torch.Tensor, splices: int) -> torch.Tensor:
    """`value` within the larger `fresh`: new outputs are as in `fresh`, and old outputs don't listen to new inputs."""
    outputs, grown = len(value), fresh.clone()
    if value.ndim == 1:
        grown[:outputs] = value
        return grown
    grown[:outputs] = 0
    wide, narrow = grown.reshape(len(fresh), splices, -1), value.reshape(outputs, splices, -1)
    wide[:outputs, :, : narrow.shape[-1]] = narrow
    return grown
