"""From a network to files that libvosk reads: a tiny network, the real formats."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest
import vosk

from models.training.decoys import decoy_costs, near_words
from models.training.export import Settings, choose_words, export
from models.training.fst import Arc, Fst
from models.training.kaldi_phones import PhoneTable, kaldi_phones, places
from models.training.numpy_net import Layer, NumpyNet
from models.training.phones import GENERIC_PDFS, PDFS, WHOLE_WORD_PDFS, Dictionary, generic_pdf
from models.training.places import RecipeError
from models.training.sentences import coach_phrases, coach_words

LINES = """hello HH AH L OW
hello(2) HH EH L OW
stop S T AA P
stock S T AA K
stob S T AA B
know N OW
two T UW1
broken XX YY
""".splitlines()


@pytest.fixture(scope="module")
def dictionary() -> Dictionary:
    given = {line.split()[0] for line in LINES}
    return Dictionary([*LINES, *(f"{word} B AH" for word in coach_words() if word not in given)])


@pytest.fixture(scope="module")
def net() -> NumpyNet:
    random = np.random.default_rng(0)

    def layer(offsets: tuple[int, ...], inputs: int, outputs: int, relu: bool) -> Layer:
        weight = random.normal(size=(outputs, inputs * len(offsets))).astype(np.float32) * np.float32(0.1)
        return Layer(offsets, weight, random.normal(size=outputs).astype(np.float32), relu)

    layers = (layer((-1, 0, 1), 40, 16, True), layer((-1, 0, 1), 16, 16, True), layer((-3, 0, 3), 16, PDFS, False))
    return NumpyNet(layers, np.log(np.full(PDFS, 1 / PDFS)).astype(np.float32))


def test_whole_words_have_sounds_of_their_own(dictionary: Dictionary) -> None:
    assert dictionary.ways("stop")[0].pdfs == WHOLE_WORD_PDFS["stop"]
    assert dictionary.ways("know")[0].pdfs == WHOLE_WORD_PDFS["no"]
    assert all(pdf < GENERIC_PDFS for pdf in dictionary.ways("stock")[0].pdfs)
    assert tuple(generic_pdf(pdf) for pdf in WHOLE_WORD_PDFS["stop"]) == dictionary.ways("stop")[0].generic
    assert sorted(pdf for pdfs in WHOLE_WORD_PDFS.values() for pdf in pdfs) == list(range(GENERIC_PDFS, PDFS))


def test_the_dictionary_has_all_ways_without_stress_and_drops_what_it_cannot_say(dictionary: Dictionary) -> None:
    assert [way.phones for way in dictionary.ways("hello")] == [("HH", "AH", "L", "OW"), ("HH", "EH", "L", "OW")]
    assert ("T", "UW") in [way.phones for way in dictionary.ways("two")]
    assert "broken" not in dictionary and "nothing-known" not in dictionary


def test_every_word_of_the_coach_can_be_said_with_cmudict() -> None:
    pytest.importorskip("pocketsphinx", reason="CMUdict comes with pocketsphinx")
    _, missing = choose_words(Dictionary.cmudict(), [])
    assert missing == ["0", "1", "10"]  # typed only
    assert not {"0", "1", "10"} & set(" ".join(coach_phrases()).split())


def test_near_words_are_one_sound_from_a_key_word_and_none_of_the_coachs(dictionary: Dictionary) -> None:
    assert near_words(dictionary, {"stop", "know"}) >= {"stock", "stob"}
    assert not near_words(dictionary, {"stop", "stock", "know"}) & {"stop", "stock", "know"}
    costs = decoy_costs(dictionary, ["stock"], ["stock", "stob"], 6.0, 5.0)
    assert costs[dictionary.ways("stock")[0].pdfs] == 5.0


def test_each_sound_has_its_transitions_in_every_place() -> None:
    table, phones = PhoneTable(), kaldi_phones()
    ids = {table.stay(phone.pdf, phone.place) for phone in phones} | {table.enter(p.pdf, p.place) for p in phones}
    assert ids == set(range(1, 2 * len(phones) + 1))
    assert [places(count) for count in (1, 2, 4)] == [
        ["singleton"],
        ["begin", "end"],
        ["begin", "internal", "internal", "end"],
    ]


def test_an_fst_file_says_what_it_holds(tmp_path: Path) -> None:
    fst = Fst()
    start, end = fst.state(), fst.state()
    fst.arc(start, Arc(2, 1, 0.5, end))
    fst.arc(start, Arc(1, 0, 1.5, end))
    fst.final[end] = 0.25
    fst.sort_by_output()
    fst.write(tmp_path / "a.fst", 0)
    content = (tmp_path / "a.fst").read_bytes()
    assert struct.unpack_from("<i", content) == (2125659606,)
    assert struct.unpack_from("<qq", content, 4 + 10 + 12 + 24) == (2, 2)
    assert struct.unpack_from("<fqiifi", content, 66) == (np.inf, 2, 1, 0, 1.5, end)
    assert struct.unpack("<fq", content[-12:]) == (0.25, 0)


def test_libvosk_reads_an_exported_model_and_knows_its_words(
    tmp_path: Path, net: NumpyNet, dictionary: Dictionary
) -> None:
    net.save(tmp_path / "net.npz")
    export(tmp_path / "net.npz", tmp_path / "model", Settings(), dictionary)
    vosk.SetLogLevel(-1)
    model = vosk.Model(str(tmp_path / "model"))
    assert all(model.vosk_model_find_word(word) >= 0 for word in ("stop", "worse", "hello", "[unk]"))
    assert model.vosk_model_find_word("broken") == -1
    recogniser = vosk.KaldiRecognizer(model, 16000, '["stop", "[unk]"]')
    noise = np.random.default_rng(1).normal(size=16000) * 300
    recogniser.AcceptWaveform(noise.astype(np.int16).tobytes())
    assert "text" in recogniser.FinalResult()


def test_a_network_of_other_sounds_is_refused(tmp_path: Path, net: NumpyNet, dictionary: Dictionary) -> None:
    smaller = Layer(net.layers[-1].offsets, net.layers[-1].weight[:41], net.layers[-1].bias[:41], False)
    NumpyNet((*net.layers[:-1], smaller), net.log_priors[:41]).save(tmp_path / "net.npz")
    with pytest.raises(RecipeError, match="tells 41 sounds apart"):
        export(tmp_path / "net.npz", tmp_path / "model", Settings(), dictionary)


def test_a_network_comes_back_as_it_was(tmp_path: Path, net: NumpyNet) -> None:
    net.save(tmp_path / "net.npz")
    loaded = NumpyNet.load(tmp_path / "net.npz")
    features = np.random.default_rng(2).normal(size=(50, 40)).astype(np.float32)
    assert np.array_equal(loaded.log_posteriors(features), net.log_posteriors(features))
    assert net.log_posteriors(features).shape == (17, PDFS)
    assert np.allclose(np.exp(net.log_posteriors(features, 1)).sum(1), 1, atol=1e-5)
    assert (net.left_context, net.right_context) == (5, 5)
