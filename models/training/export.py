"""Stage "export": a libvosk model directory from the network, the dictionary and the coach's words. numpy only."""

from __future__ import annotations

import math
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from models.training.decoys import OTHER_MACHINES, decoy_costs, near_words
from models.training.fst import ACCEPTOR, INPUT_SORTED, OUTPUT_SORTED, Arc, Fst
from models.training.graph import UNKNOWN, Costs, GraphBuilder, phone_bigram
from models.training.kaldi_files import write_acoustic_model
from models.training.kaldi_phones import kaldi_phones
from models.training.numpy_net import NumpyNet
from models.training.phones import Dictionary
from models.training.places import RecipeError
from models.training.sentences import coach_words

COMMON_WORDS = Path(__file__).with_name("common_words.txt")
MFCC_CONF = """--use-energy=false
--sample-frequency=16000
--num-mel-bins=40
--num-ceps=40
--low-freq=20
--high-freq=7600
--dither=0
"""


@dataclass(frozen=True, slots=True)
class Decoding:
    """What stands in conf/model.conf, and how the priors are divided out."""

    acoustic_scale: float = 0.4
    beam: float = 13.0
    lattice_beam: float = 6.0
    max_active: int = 3000
    frames_per_chunk: int = 3
    end_silence_s: float = 0.4
    prior_scale: float = 0.7
    prior_floor: float = 0.002

    def model_conf(self) -> str:
        # with Kaldi's phone determinization the [unk] loop makes single calls take up to a second
        return f"""--min-active=200
--max-active={self.max_active}
--beam={self.beam}
--lattice-beam={self.lattice_beam}
--acoustic-scale={self.acoustic_scale}
--frame-subsampling-factor=3
--frames-per-chunk={self.frames_per_chunk}
--phone-determinize=false
--endpoint.silence-phones=1:2
--endpoint.rule1.min-trailing-silence=5.0
--endpoint.rule2.min-trailing-silence={self.end_silence_s}
--endpoint.rule3.min-trailing-silence={self.end_silence_s + 0.3:.1f}
--endpoint.rule4.min-trailing-silence=1.5
--endpoint.rule5.min-utterance-length=20
"""

    def log_priors(self, net: NumpyNet) -> np.ndarray:
        return self.prior_scale * np.log(np.maximum(np.exp(net.log_priors), self.prior_floor))


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that is chosen when a network is made into a model."""

    costs: Costs = field(default_factory=Costs)
    decoding: Decoding = field(default_factory=Decoding)
    near_decoys: bool = True


def export(
    net_file: Path, target: Path, settings: Settings | None = None, dictionary: Dictionary | None = None
) -> None:
    """Write the directory; a README.md in it stays. Raises RecipeError when the network is not of this recipe."""
    settings = settings or Settings()
    net, dictionary = NumpyNet.load(net_file), dictionary or Dictionary.cmudict()
    phones = kaldi_phones()
    if net.pdfs != 1 + max(phone.pdf for phone in phones):
        raise RecipeError(f"{net_file} tells {net.pdfs} sounds apart; this recipe has another set: train it again.")
    common = [*COMMON_WORDS.read_text(encoding="utf-8").split(), *OTHER_MACHINES]
    vocabulary, missing = choose_words(dictionary, common)
    if missing:
        print(f"not in the dictionary, so left out: {' '.join(missing)}")
    words = ["<eps>", UNKNOWN, *vocabulary]
    numbers = {word: number for number, word in enumerate(words)}

    for folder in ("am", "conf", "graph"):
        shutil.rmtree(target / folder, ignore_errors=True)
    write_acoustic_model(target / "am" / "final.mdl", net, phones, settings.decoding.log_priors(net))
    near = near_words(dictionary, set(coach_words())) if settings.near_decoys else set()
    decoys = decoy_costs(dictionary, common, near, settings.costs.unknown_word, settings.costs.unknown_near)
    bigram = phone_bigram([way.generic for word in common for way in dictionary.ways(word, 1)])
    hcl = GraphBuilder(numbers, dictionary, settings.costs).build(decoys, bigram)
    hcl.write(target / "graph" / "HCLr.fst", OUTPUT_SORTED)
    _any_word(len(words)).write(target / "graph" / "Gr.fst", ACCEPTOR | INPUT_SORTED | OUTPUT_SORTED, words)
    _write_lists(target / "graph", words)
    (target / "conf").mkdir()
    (target / "conf" / "mfcc.conf").write_text(MFCC_CONF)
    (target / "conf" / "model.conf").write_text(settings.decoding.model_conf())
    arcs = sum(map(len, hcl.arcs))
    print(
        f"{target}: {net.parameters} parameters, context -{net.left_context}/+{net.right_context} frames, "
        f"{len(vocabulary)} words, {len(near)} near decoys, {len(hcl.arcs)} states, {arcs} arcs"
    )


def choose_words(dictionary: Dictionary, common: Sequence[str]) -> tuple[list[str], list[str]]:
    """The coach's words and the common ones, sorted; and those of the coach that nobody knows how to say."""
    wanted = {*coach_words(), *common}
    missing = sorted(word for word in coach_words() if word not in dictionary)
    return sorted(word for word in wanted if dictionary.ways(word)), missing


def _any_word(count: int) -> Fst:
    """The grammar when none is given: every word, equally likely."""
    grammar = Fst()
    state = grammar.state()
    for label in range(1, count):
        grammar.arc(state, Arc(label, label, math.log(count - 1), state))
    grammar.final[state] = 0.0
    return grammar


def _write_lists(graph: Path, words: Sequence[str]) -> None:
    phones = kaldi_phones()
    lists = {
        "words.txt": [f"{word} {number}" for number, word in enumerate(words)],
        "phones.txt": [f"{name} {number}" for number, name in enumerate(["<eps>", *(p.name for p in phones)])],
        "disambig_tid.int": [str(2 * len(phones) + 1)],  # must be there; this id never occurs
        "phones/word_boundary.int": [f"{number} {phone.place}" for number, phone in enumerate(phones, 1)],
    }
    for name, lines in lists.items():
        (graph / name).parent.mkdir(exist_ok=True)
        (graph / name).write_text("\n".join(lines) + "\n", encoding="utf-8")
