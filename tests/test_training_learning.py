"""The learning part of the recipe, on a scale of seconds."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("scipy", reason="the recipe needs scipy: install the extra `training`")
torch = pytest.importorskip("torch", reason="learning needs torch: install the extra `training`")

from models.training import network as recipe_network  # noqa: E402
from models.training.alignment import Aligner  # noqa: E402
from models.training.augmentation import FRAMES, Augmenter, Chances, joined  # noqa: E402
from models.training.features import mfcc  # noqa: E402
from models.training.network import Network, stack  # noqa: E402
from models.training.noise import Noises  # noqa: E402
from models.training.numpy_net import NumpyNet  # noqa: E402
from models.training.phones import GENERIC_PDFS, PDFS, PHONE_PDF, WHOLE_WORD_PDFS, Dictionary  # noqa: E402
from models.training.shards import Piece, read_shard, write_shard  # noqa: E402
from models.training.train import Plan, Training  # noqa: E402


def _piece(seed: int, frames: int = 100) -> Piece:
    random = np.random.default_rng(seed)
    samples = (random.normal(size=frames * 160 + 240) * 1000).astype(np.int16)
    return Piece(samples, random.integers(0, PDFS, frames).astype(np.uint8))


@pytest.fixture
def augmenter() -> Augmenter:
    rooms = np.zeros((2, 8000), np.float32)
    rooms[:, 8] = 1
    pools = {"commands": [_piece(1), _piece(2)]}
    return Augmenter(pools, {"commands": 1.0}, Noises([]), rooms, Chances(noise=0.0))


def test_features_are_kaldis() -> None:
    fbank = pytest.importorskip("kaldi_native_fbank")
    options = fbank.MfccOptions()
    options.frame_opts.dither, options.use_energy, options.num_ceps = 0, False, 40
    options.mel_opts.num_bins, options.mel_opts.low_freq, options.mel_opts.high_freq = 40, 20.0, 7600.0
    kaldi = fbank.OnlineMfcc(options)
    samples = _piece(3).samples
    kaldi.accept_waveform(16000, samples.astype(np.float32).tolist())
    kaldi.input_finished()
    theirs = np.stack([kaldi.get_frame(frame) for frame in range(kaldi.num_frames_ready)])
    assert np.abs(theirs - mfcc(samples)).max() < 2e-2


def test_the_exported_network_computes_what_was_trained() -> None:
    network = Network.new(1)
    for name, value in network.running.items():
        network.running[name] = torch.rand_like(value) + 0.5
    features = np.random.default_rng(4).normal(size=(90, 40)).astype(np.float32)
    with torch.no_grad():
        trained = network.logits(torch.from_numpy(features)[None])[0].log_softmax(-1).numpy()
    exported = network.folded(np.full(PDFS, 1 / PDFS))
    assert np.abs(trained - exported.log_posteriors(features))[15:-4].max() < 1e-3
    assert exported.right_context <= 12


def test_a_network_without_whole_words_learns_them_from_its_common_sounds(tmp_path: Path) -> None:
    small = Network.new(2, GENERIC_PDFS)
    torch.save({"net": small.state()}, tmp_path / "small.pt")
    grown = Network.load(tmp_path / "small.pt")
    last = f"affine.{len(stack()) - 1}.weight"
    sounds = grown.weights[last][list(WHOLE_WORD_PDFS["no"])]
    common = small.weights[last][list(Dictionary(["no N OW"]).ways("no")[0].generic)]
    assert torch.equal(sounds, common)


def test_a_narrower_checkpoint_computes_the_same_in_wider_layers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recipe_network, "HIDDEN", 24)
    monkeypatch.setattr(recipe_network, "NECK", 10)
    monkeypatch.setattr(recipe_network, "FIRST", 16)
    narrow = Network.new(5)
    for name, value in narrow.running.items():
        narrow.running[name] = torch.rand_like(value) + 0.5
    torch.save({"net": narrow.state()}, tmp_path / "narrow.pt")
    monkeypatch.setattr(recipe_network, "HIDDEN", 32)
    monkeypatch.setattr(recipe_network, "NECK", 13)
    monkeypatch.setattr(recipe_network, "FIRST", 20)
    wide = Network.load(tmp_path / "narrow.pt")
    assert wide.weights["affine.3.weight"].shape == (32, 3 * 13)
    features = torch.from_numpy(np.random.default_rng(8).normal(size=(1, 60, 40)).astype(np.float32))
    with torch.no_grad():
        assert torch.allclose(narrow.logits(features), wide.logits(features), atol=1e-4)
    fresh = wide.weights["affine.1.weight"][24:]
    assert fresh.std() > 0.01  # new outputs have something to begin with


def test_the_same_step_makes_the_same_batch(augmenter: Augmenter) -> None:
    first, again = (augmenter.batch(np.random.default_rng([1, 7]), 3) for _ in range(2))
    other = augmenter.batch(np.random.default_rng([1, 8]), 3)
    assert torch.equal(first[0], again[0]) and torch.equal(first[1], again[1])
    assert not torch.equal(first[0], other[0])
    assert first[0].shape == (3, FRAMES, 40) and first[1].shape == (3, -(-FRAMES // 3))


def test_joined_recordings_keep_their_labels() -> None:
    piece = Piece(np.full(16240, 500, np.int16), np.full(100, 9, np.uint8))
    wave, labels = joined(np.random.default_rng(5), [piece], 48000)
    assert len(wave) == 48000 and len(labels) == 301
    assert all(labels[frame] == 9 for frame in range(300) if wave[frame * 160 : frame * 160 + 160].all())
    assert set(labels) == {0, 9}


def test_training_stops_and_goes_on(tmp_path: Path, augmenter: Augmenter) -> None:
    batches = [augmenter.batch(np.random.default_rng([1, step]), 2) for step in range(4)]
    rates = [Plan(4).rate(step) for step in range(4)]
    assert rates[1] > rates[2] > rates[3] > 0

    whole = Training(Network.new(3), "cpu")
    for batch, rate in zip(batches, rates, strict=True):
        whole.learn(*batch, rate)
    half = Training(Network.new(3), "cpu")
    for batch, rate in zip(batches[:2], rates[:2], strict=True):
        half.learn(*batch, rate)
    half.save(tmp_path / "half.pt")
    resumed = Training.resume(tmp_path / "half.pt", "cpu")
    for batch, rate in zip(batches[2:], rates[2:], strict=True):
        resumed.learn(*batch, rate)
    assert resumed.step == 4
    for name, value in whole.network.weights.items():
        assert torch.allclose(value, resumed.network.weights[name], atol=1e-3), name


def test_learning_lowers_the_loss(augmenter: Augmenter) -> None:
    training, batch = Training(Network.new(4), "cpu"), augmenter.batch(np.random.default_rng(6), 2)
    losses = [training.learn(*batch, 2e-3)[0] for _ in range(8)]
    assert losses[-1] < 0.8 * losses[0]


def test_words_are_found_where_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    """A network that is sure: silence for half a second, then the first and the second sound of the word."""
    truth = np.zeros(100, int)
    truth[50:60], truth[60:75] = PHONE_PDF["AA"], PHONE_PDF["B"]

    def sure(_net: NumpyNet, features: np.ndarray, phase: int = 0) -> np.ndarray:
        return np.log(np.full((len(features), GENERIC_PDFS), 1e-3) + np.eye(GENERIC_PDFS)[truth[: len(features)]])[
            phase::3
        ]

    monkeypatch.setattr(NumpyNet, "log_posteriors", sure)
    net = NumpyNet((), np.zeros(GENERIC_PDFS, np.float32))
    aligner, samples = Aligner(net, Dictionary(["ab AA B", "ba B AA", "shh SH"])), np.zeros(100 * 160 + 240, np.int16)
    labels = aligner.labels(samples, "ab")
    assert labels is not None and np.array_equal(labels, truth)
    assert aligner.labels(samples, "shh") is None  # the recording is not of this word
    assert aligner.labels(samples, "unheard-of") is None


def test_a_shard_comes_back_as_it_was(tmp_path: Path) -> None:
    pieces = [_piece(8, 50), _piece(9, 70)]
    write_shard(tmp_path / "deep" / "shard.npz", pieces)
    for piece, again in zip(pieces, read_shard(tmp_path / "deep" / "shard.npz"), strict=True):
        assert np.array_equal(piece.samples, again.samples) and np.array_equal(piece.labels, again.labels)
