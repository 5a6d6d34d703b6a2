"""Stage "align": which sound every 10 ms of a recording is, from its words and the best network so far."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from models.training.features import mfcc
from models.training.numpy_net import Floats, NumpyNet
from models.training.phones import GENERIC_PDFS, IGNORE, NOISE, SILENCE, Dictionary, Pronunciation
from models.training.sound_files import Samples

Labels = npt.NDArray[np.uint8]
STATES_PER_SOUND = 3  # of 10 ms each: no sound is shorter than 30 ms
STAY, MOVE, ACOUSTIC_SCALE, PRIOR_SCALE = -0.1, -0.1, 1.0, 0.8
UNLIKELY = 9.0  # log units that a frame's best sound may be ahead of its label
MISREAD = 3.5  # the same, on average over the speech of a recording
LEAST_SPEECH_FRAMES = 10
_NEVER = np.float32(-1e30)


@dataclass(slots=True)
class _Chain:
    """States in sequence: what each is scored as, its label, and from where it is entered (-1: at the start)."""

    scored: list[int]
    labels: list[int]
    before: list[list[int]]

    def add(self, scored: Iterable[int], labels: Iterable[int], entries: list[int]) -> int:
        """Add a sequence of sounds; its last state."""
        for score, label in zip(scored, labels, strict=True):
            for _ in range(STATES_PER_SOUND):
                self.before.append(entries)
                self.scored.append(score)
                self.labels.append(label)
                entries = [len(self.scored) - 1]
        return entries[0]

    def silence(self, entries: list[int]) -> list[int]:
        return [self.add([sound], [sound], entries) for sound in (SILENCE, NOISE)]


def _sentence(words: list[list[Pronunciation]], whole_words: bool) -> tuple[_Chain, list[int]]:
    """The states of a sentence with optional pauses between words, and where it may end."""
    chain = _Chain([], [], [])
    entries = [*chain.silence([-1]), -1]
    for ways in words:
        lasts = [chain.add(way.pdfs if whole_words else way.generic, way.pdfs, entries) for way in ways]
        entries = lasts + chain.silence(lasts)
    return chain, entries


def _best_path(scores: Floats, chain: _Chain, ends: list[int]) -> npt.NDArray[np.int64] | None:
    """Viterbi over (frames, states) scores; None when no path is long enough."""
    states, width = len(chain.scored), max(map(len, chain.before)) + 1
    before = np.full((states, width), states)
    before[:, 0] = np.arange(states)
    for state, entries in enumerate(chain.before):
        real = [entry for entry in entries if entry >= 0]
        before[state, 1 : 1 + len(real)] = real
    step = np.full(width, MOVE, np.float32)
    step[0] = STAY
    best = np.full(states + 1, _NEVER, np.float32)
    starts = [state for state, entries in enumerate(chain.before) if -1 in entries]
    best[starts] = scores[0, starts]
    came_from = np.zeros((len(scores), states), np.int32)
    rows = np.arange(states)
    for frame in range(1, len(scores)):
        ways = best[before] + step
        choice = ways.argmax(1)
        came_from[frame] = before[rows, choice]
        best[:-1] = ways[rows, choice] + scores[frame]
    state = max(ends, key=lambda end: float(best[end]))
    if best[state] < _NEVER / 2:
        return None
    path = np.zeros(len(scores), np.int64)
    for frame in range(len(scores) - 1, -1, -1):
        path[frame] = state
        state = int(came_from[frame, state])
    return path


class Aligner:
    """Aligns with one network, with or without whole-word sounds."""

    def __init__(self, net: NumpyNet, dictionary: Dictionary) -> None:
        self._net = net
        self._dictionary = dictionary
        self._whole_words = net.pdfs > GENERIC_PDFS

    def log_likelihoods(self, samples: Samples) -> Floats:
        """(10 ms frames, pdfs), scaled by the priors."""
        features = mfcc(samples)
        result = np.zeros((len(features), self._net.pdfs), np.float32)
        for phase in range(3):
            result[phase::3] = self._net.log_posteriors(features, phase)
        return result - np.float32(PRIOR_SCALE) * self._net.log_priors

    def labels(self, samples: Samples, text: str) -> Labels | None:
        """One label per 10 ms frame (IGNORE where the words cannot explain it); None for a recording that is not of
        these words, too short, or has an unknown word."""
        words = [self._dictionary.ways(word, 3) for word in text.split()]
        if len(samples) < 4000 or not words or not all(words):
            return None
        scores = self.log_likelihoods(samples)
        chain, ends = _sentence(words, self._whole_words)
        path = _best_path(scores[:, chain.scored], chain, ends)
        if path is None:
            return None
        labels = np.array(chain.labels, np.uint8)[path]
        behind = scores.max(1) - scores[np.arange(len(scores)), np.array(chain.scored)[path]]
        speech = labels > NOISE
        if speech.sum() < LEAST_SPEECH_FRAMES or behind[speech].mean() > MISREAD:
            return None
        labels[behind > UNLIKELY] = IGNORE
        return labels
