"""The exported network in plain numpy: what libvosk computes, for alignment and for checks.

A file holds `n_layers`, `log_priors` and for each layer i `offsets_i` (10 ms frames), `W_i`, `b_i`, `relu_i`: an affine
over the spliced input, then a ReLU except after the last. Layers 0 and 1 see 10 ms frames, the others 30 ms frames.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
SUBSAMPLING = 3


@dataclass(frozen=True, slots=True)
class Layer:
    """weight: (out, in * len(offsets)); bias: (out,)."""

    offsets: tuple[int, ...]
    weight: Floats
    bias: Floats
    relu: bool


@dataclass(frozen=True, slots=True)
class NumpyNet:
    """log_priors: (pdfs,)."""

    layers: tuple[Layer, ...]
    log_priors: Floats

    @classmethod
    def load(cls, path: Path) -> NumpyNet:
        with np.load(path) as file:
            layers = tuple(
                Layer(
                    tuple(int(offset) for offset in np.atleast_1d(file[f"offsets_{i}"])),
                    file[f"W_{i}"].astype(np.float32),
                    file[f"b_{i}"].astype(np.float32),
                    bool(file[f"relu_{i}"]),
                )
                for i in range(int(file["n_layers"]))
            )
            return cls(layers, file["log_priors"].astype(np.float32))

    def save(self, path: Path) -> None:
        arrays: dict[str, npt.ArrayLike] = {"n_layers": len(self.layers), "log_priors": self.log_priors}
        for i, layer in enumerate(self.layers):
            arrays |= {f"offsets_{i}": np.array(layer.offsets), f"relu_{i}": int(layer.relu)}
            arrays |= {f"W_{i}": layer.weight, f"b_{i}": layer.bias}
        np.savez(path, **arrays)  # type: ignore[arg-type]

    @property
    def pdfs(self) -> int:
        return len(self.log_priors)

    @property
    def parameters(self) -> int:
        return sum(layer.weight.size + layer.bias.size for layer in self.layers)

    @property
    def left_context(self) -> int:
        """10 ms frames before the one that is judged."""
        return -sum(min(*layer.offsets, 0) for layer in self.layers)

    @property
    def right_context(self) -> int:
        return sum(max(*layer.offsets, 0) for layer in self.layers)

    def log_posteriors(self, features: Floats, phase: int = 0) -> Floats:
        """(frames, 40) -> (frames / 3, pdfs) at frames phase, phase + 3...; the edges are repeated, as in Kaldi."""
        wanted = len(range(phase, len(features), SUBSAMPLING))
        edge = SUBSAMPLING * (max(self.left_context, self.right_context) // SUBSAMPLING + 1)
        x = np.concatenate([features[:1].repeat(edge, 0), features, features[-1:].repeat(edge, 0)])
        for number, layer in enumerate(self.layers):
            step = SUBSAMPLING if number > 1 else 1
            start, stride = (phase, SUBSAMPLING) if number == 1 else (0, 1)
            rows = np.arange(start, len(x), stride)
            spliced = [x[np.clip(rows + offset // step, 0, len(x) - 1)] for offset in layer.offsets]
            x = np.concatenate(spliced, 1) @ layer.weight.T + layer.bias
            if layer.relu:
                x = np.maximum(x, 0)
        x = x[edge // SUBSAMPLING : edge // SUBSAMPLING + wanted]
        x = x - x.max(1, keepdims=True)
        result: Floats = (x - np.log(np.exp(x).sum(1, keepdims=True))).astype(np.float32)
        return result
