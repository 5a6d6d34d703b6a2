"""Kaldi's binary files, written byte by byte: the acoustic model of a libvosk directory."""

from __future__ import annotations

import math
import struct
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO

import numpy as np
import numpy.typing as npt

from models.training.kaldi_phones import KaldiPhone
from models.training.numpy_net import Layer, NumpyNet

_STAY_PROBABILITY = 0.5  # nominal; the graph has the real costs


class KaldiWriter:
    """Tokens end in a space; numbers begin with their size."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        file.write(b"\0B")

    def text(self, text: str) -> None:
        self._file.write(text.encode())

    def tokens(self, *tokens: str) -> None:
        self.text("".join(f"{token} " for token in tokens))

    def integers(self, *values: int) -> None:
        self._file.write(b"".join(b"\4" + struct.pack("<i", value) for value in values))

    def float32(self, value: float) -> None:
        self._file.write(b"\4" + struct.pack("<f", value))

    def float64(self, value: float) -> None:
        self._file.write(b"\10" + struct.pack("<d", value))

    def integer_vector(self, values: Sequence[int]) -> None:
        self.integers(len(values))
        self._file.write(np.asarray(values, "<i4").tobytes())

    def vector(self, values: npt.ArrayLike) -> None:
        floats = np.ascontiguousarray(values, "<f4")
        self.tokens("FV")
        self.integers(len(floats))
        self._file.write(floats.tobytes())

    def matrix(self, values: npt.ArrayLike) -> None:
        floats = np.ascontiguousarray(values, "<f4")
        self.tokens("FM")
        self.integers(*floats.shape)
        self._file.write(floats.tobytes())


def write_acoustic_model(path: Path, net: NumpyNet, phones: Sequence[KaldiPhone], log_priors: npt.ArrayLike) -> None:
    """am/final.mdl. `log_priors` are what libvosk will subtract."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        writer = KaldiWriter(file)
        _write_transitions(writer, phones)
        _write_net(writer, net)
        writer.tokens("<LeftContext>")
        writer.integers(net.left_context)
        writer.tokens("<RightContext>")
        writer.integers(net.right_context)
        writer.tokens("<Priors>")
        writer.vector(np.exp(log_priors))


def _write_transitions(writer: KaldiWriter, phones: Sequence[KaldiPhone]) -> None:
    count = len(phones)
    writer.tokens("<TransitionModel>", "<Topology>")
    writer.integer_vector(range(1, count + 1))
    writer.integer_vector([-1] + [0] * count)  # phone to topology; there is only one
    writer.integers(1, 2, 0, 2, 0)  # one topology of two states; the first: pdf class 0, two transitions, to itself
    writer.float32(_STAY_PROBABILITY)
    writer.integers(1)  # and on to the second, which is final
    writer.float32(1 - _STAY_PROBABILITY)
    writer.integers(-1, 0)
    writer.tokens("</Topology>", "<Triples>")
    writer.integers(count)
    for number, phone in enumerate(phones, 1):
        writer.integers(number, 0, phone.pdf)
    writer.tokens("</Triples>", "<LogProbs>")
    writer.vector([0.0, *[math.log(_STAY_PROBABILITY), math.log(1 - _STAY_PROBABILITY)] * count])
    writer.tokens("</LogProbs>", "</TransitionModel>")


def _write_net(writer: KaldiWriter, net: NumpyNet) -> None:
    inputs = net.layers[0].weight.shape[1] // len(net.layers[0].offsets)
    lines, node = [f"input-node name=input dim={inputs}"], "input"
    components: list[tuple[str, str, Layer | int]] = []

    def add(name: str, kind: str, content: Layer | int, source: str) -> str:
        lines.append(f"component-node name={name} component={name} input={source}")
        components.append((name, kind, content))
        return name

    for number, layer in enumerate(net.layers):
        # fixed affines: libvosk would multiply out plain ones behind a bottleneck
        node = add(f"affine{number}", "FixedAffineComponent", layer, _spliced(node, layer.offsets))
        if layer.relu:
            node = add(f"relu{number}", "RectifiedLinearComponent", len(layer.bias), node)
    node = add("logsoftmax", "LogSoftmaxComponent", net.pdfs, node)
    lines.append(f"output-node name=output input={node} objective=linear")

    writer.tokens("<Nnet3>")
    writer.text("\n" + "\n".join(lines) + "\n\n")
    writer.tokens("<NumComponents>")
    writer.integers(len(components))
    for name, kind, content in components:
        writer.tokens("<ComponentName>", name, f"<{kind}>")
        if isinstance(content, Layer):
            writer.tokens("<LinearParams>")
            writer.matrix(content.weight)
            writer.tokens("<BiasParams>")
            writer.vector(content.bias)
        else:
            _write_nonlinearity(writer, content)
        writer.tokens(f"</{kind}>")
    writer.tokens("</Nnet3>")


def _spliced(node: str, offsets: Sequence[int]) -> str:
    parts = [node if offset == 0 else f"Offset({node}, {offset})" for offset in offsets]
    return parts[0] if len(parts) == 1 else f"Append({', '.join(parts)})"


def _write_nonlinearity(writer: KaldiWriter, size: int) -> None:
    """With empty statistics of its training."""
    writer.tokens("<Dim>")
    writer.integers(size)
    for token in ("<ValueAvg>", "<DerivAvg>"):
        writer.tokens(token)
        writer.vector([])
    writer.tokens("<Count>")
    writer.float64(0.0)
    writer.tokens("<OderivRms>")
    writer.vector([])
    for token in ("<OderivCount>", "<NumDimsSelfRepaired>", "<NumDimsProcessed>"):
        writer.tokens(token)
        writer.float64(0.0)
