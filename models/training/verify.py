"""Stage "verify": libvosk reads the exported model and hears what our own arithmetic says is there.

The graph is scored again in numpy: for a recording, the best path of a word through the network's posteriors must be
the word that libvosk finds among a few, wherever the two best words are not close.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from models.training.features import mfcc
from models.training.graph import Costs
from models.training.numpy_net import Floats, NumpyNet
from models.training.phones import NOISE, SILENCE, Dictionary
from models.training.places import REPOSITORY, RecipeError
from models.training.sound_files import RATE_HZ, Samples, read_sound

WORDS = ("stop", "yes", "no", "left", "eight", "go")
CLIPS = REPOSITORY / "tests" / "data" / "voices"
CLOSE = 2.0  # scaled log units


def verify(net_file: Path, model: Path) -> None:
    """Raises RecipeError when libvosk and numpy disagree about a recorded word."""
    import vosk

    vosk.SetLogLevel(-1)
    net, dictionary = NumpyNet.load(net_file), Dictionary.cmudict()
    loaded, scale = vosk.Model(str(model)), acoustic_scale(model)
    for clip in sorted(CLIPS.glob("*.flac")):
        samples = read_sound(clip)
        recogniser = vosk.KaldiRecognizer(loaded, RATE_HZ, json.dumps(WORDS))
        recogniser.AcceptWaveform(samples.tobytes())
        heard = json.loads(recogniser.FinalResult())["text"]
        scores = word_scores(net, dictionary, samples, WORDS, scale)
        best, second = sorted(scores, key=scores.__getitem__, reverse=True)[:2]
        if heard != best and scores[best] - scores[second] > CLOSE:
            raise RecipeError(f"{clip.name}: libvosk hears {heard!r}, but it should be {best!r}: the export is wrong.")
        print(f"{clip.stem}: {heard} (numpy: {best}, ahead of {second} by {scores[best] - scores[second]:.1f})")


def acoustic_scale(model: Path) -> float:
    lines = (model / "conf" / "model.conf").read_text(encoding="utf-8").splitlines()
    return next(float(line.partition("=")[2]) for line in lines if line.startswith("--acoustic-scale="))


def word_scores(
    net: NumpyNet, dictionary: Dictionary, samples: Samples, words: Sequence[str], scale: float
) -> dict[str, float]:
    """The best path of pause, word, pause for each word."""
    scores = (net.log_posteriors(mfcc(samples)) - 0.7 * net.log_priors) * np.float32(scale)
    return {word: max(_score(scores, way.pdfs) for way in dictionary.ways(word)) for word in words}


def _score(scores: Floats, pdfs: Sequence[int], costs: Costs | None = None) -> float:
    costs = costs or Costs()
    pause = np.maximum(scores[:, SILENCE], scores[:, NOISE])
    states: npt.NDArray[np.float32] = np.stack([pause, *(scores[:, pdf] for pdf in pdfs), pause], 1)
    best = np.full(states.shape[1], -np.inf)
    best[0], best[1] = states[0, 0], states[0, 1]
    for frame in states[1:]:
        entered = np.concatenate([[-np.inf], best[:-1] - costs.leave])
        best = np.maximum(best - costs.stay, entered) + frame
    return float(max(best[-1], best[-2]))
