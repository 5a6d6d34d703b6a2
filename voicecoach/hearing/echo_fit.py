"""Which room turns what was played into what was heard: weighted least squares, improved by conjugate gradients.

Frequency-domain adaptive filters as in Speex or WebRTC follow the gradient of the last frame, which speech points in
few directions. The last seconds taken together tell nearly all of a room: a second of speech is enough for 20 dB.

What the room doesn't explain is noise or somebody's voice. Moments with much of that count for little, so that a voice
over the echo does not spoil what is known of it (iteratively reweighted least squares).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]

PREEMPHASIS = np.float32(0.9)  # speech and rooms are loudest where words differ least
FRAME = 160  # samples whose weight is one
WEIGHT_RANGE = 10**3.5  # in power: between the loudest and the softest rest, more makes no difference
FORGOTTEN = 0.25  # what the oldest frame counts for, against the newest
DECAY_PER_S = 10.0  # a room's response is expected to die away like exp(-10 t), 60 dB in 0.7 s
PRIOR_WEIGHT = 0.06
LEAST_GAIN = 5e-4  # the energy of a response is expected to be at least this
SILENT_POWER = 1e-11  # of full scale


@dataclass(frozen=True, slots=True)
class Drift:
    """By how many samples per sample what was played is heard ever later (negative: ever earlier) than expected, and
    how many standard errors that is away from nothing."""

    rate: float
    certainty: float


@dataclass(frozen=True, slots=True)
class Slip:
    """An echo that comes so many samples later, and the share of what was heard that it would leave unexplained."""

    samples: float
    unexplained: float


class Fit:
    """One look at the evidence. `played` is longer than `heard` by the response, whose context it is; 1 is
    full scale, `heard` is whole frames long. `response`: the best that is known so far."""

    def __init__(self, played: Floats, heard: Floats, response: Floats) -> None:
        self._response = response
        self._context = len(played) - len(heard)
        self._samples = len(heard)
        played, heard = _emphasised(played), _emphasised(heard)
        self._played = played
        self._size = fast_size(len(played) + len(response))
        self._spectrum = np.fft.rfft(played, self._size)
        self._echo = self._predicted(response)
        self._heard = heard
        self._rest = heard - self._echo
        self._weights = self._weighed()

    def _predicted(self, response: Floats) -> Floats:
        """What would be heard of it."""
        sound = np.fft.irfft(self._spectrum * np.fft.rfft(response, self._size), self._size)
        return np.asarray(sound[self._context : self._context + self._samples], np.float32)

    def _correlated(self, sound: Floats) -> Floats:
        """The adjoint of `_predicted`."""
        padded = np.zeros(self._size, np.float32)
        padded[self._context : self._context + self._samples] = sound
        lags = np.fft.irfft(np.conj(self._spectrum) * np.fft.rfft(padded), self._size)
        return np.asarray(lags[: len(self._response)], np.float32)

    def _weighed(self) -> Floats:
        """One over the power of what is not explained around each sample; older samples count less."""
        power = np.mean(self._rest.reshape(-1, FRAME) ** 2, axis=1)
        power = np.convolve(np.pad(power, 2, mode="edge"), np.full(5, 0.2), "valid")
        power = np.maximum(power, max(float(power.max()) / WEIGHT_RANGE, SILENT_POWER))
        weights = np.geomspace(FORGOTTEN, 1.0, len(power)) / power
        return np.repeat(weights, FRAME).astype(np.float32)

    @property
    def unexplained(self) -> float:
        """Of what was heard, the share of power that the response has no part in."""
        return float(self._rest @ self._rest) / max(float(self._heard @ self._heard), 1e-12)

    def slip(self, most: int) -> Slip:
        """By how much later (at most so many samples, negative: earlier) the echo fits best what was heard."""
        size = fast_size(self._samples + most)
        cross = np.fft.rfft(self._heard, size) * np.conj(np.fft.rfft(self._echo, size))
        lags = np.fft.irfft(cross, size)
        near = np.concatenate([lags[-most:], lags[: most + 1]])
        best = int(np.argmax(near[1:-1])) + 1
        before, there, after = near[best - 1 : best + 2]
        bend = before - 2 * there + after
        fraction = 0.0 if bend >= 0 else 0.5 * (before - after) / bend
        energies = max(float(self._heard @ self._heard) * float(self._echo @ self._echo), 1e-20)
        return Slip(best - most + float(fraction), 1.0 - float(there) ** 2 / energies if there > 0 else 1.0)

    def drift(self, frame_times: npt.NDArray[np.int_]) -> Drift | None:
        """From how the rest goes with the slope of the echo; None while the echo isn't known well enough to tell.
        `frame_times`: when each frame of `heard` began, in samples; there may be gaps."""
        if self._weights @ self._echo**2 < self._weights @ self._rest**2:
            return None
        times = (frame_times[:, None] + np.arange(FRAME)).reshape(-1).astype(np.float32)
        slope = np.gradient(self._echo)
        unit = 1e4  # samples, so that both columns are of similar size
        columns = np.stack([slope, slope * (times / unit)])
        normal = (columns * self._weights) @ columns.T.astype(np.float64)
        if np.linalg.cond(normal) > 1e8:
            return None
        inverse = np.linalg.inv(normal)
        earlier = inverse @ ((columns * self._weights) @ self._rest)
        return Drift(-float(earlier[1]) / unit, abs(float(earlier[1])) / float(np.sqrt(inverse[1, 1])))

    def improved(self, steps: int) -> Floats:
        """The response after so many steps of the conjugate gradient method, preconditioned."""
        response = self._response.copy()
        rest = self._correlated(self._weights * self._rest) - self._stiffness * response
        direction = self._conditioned(rest)
        slope = float(rest @ direction)
        for _ in range(steps):
            if slope <= 0.0:
                break
            image = self._correlated(self._weights * self._predicted(direction)) + self._stiffness * direction
            length = np.float32(slope / float(direction @ image))
            response += length * direction
            rest -= length * image
            conditioned = self._conditioned(rest)
            slope, before = float(rest @ conditioned), slope
            direction = conditioned + np.float32(slope / before) * direction
        return response

    @cached_property
    def _stiffness(self) -> Floats:
        """The prior: one over the energy that is expected at each tap."""
        taps = np.arange(len(self._response))
        expected = np.exp(-2 * DECAY_PER_S / 16_000 * taps)
        gain = max(float(self._response @ self._response), LEAST_GAIN)
        return np.asarray(PRIOR_WEIGHT * expected.sum() / (gain * expected), np.float32)

    @cached_property
    def _power_spectrum(self) -> Floats:
        """Of what was played, as the weights leave it: about what the normal equations do to a response."""
        taps = len(self._response)
        weighted = self._played[self._context :] * np.sqrt(self._weights)
        power = np.abs(np.fft.rfft(weighted, self._size)) ** 2
        lags = np.fft.irfft(power, self._size)[:taps] * np.linspace(1.0, 0.0, taps)
        spectrum = np.fft.rfft(np.concatenate([lags, [0.0], lags[:0:-1]])).real
        return np.asarray(np.maximum(spectrum, 0.0) + np.median(self._stiffness), np.float32)

    def _conditioned(self, response: Floats) -> Floats:
        size = 2 * len(response)
        taps = np.fft.irfft(np.fft.rfft(response, size) / self._power_spectrum, size)[: len(response)]
        return np.asarray(taps, np.float32)


def fast_size(least: int) -> int:
    """The smallest size of a Fourier transform that is fast: a product of small primes."""
    sizes = [2**i * 3**j * 5**k for i in range(4, 20) for j in range(3) for k in range(3)]
    return int(min(size for size in sizes if size >= least))


def _emphasised(sound: Floats) -> Floats:
    emphasised = sound.copy()
    emphasised[1:] -= PREEMPHASIS * sound[:-1]
    return emphasised
