"""Everything that was measured in a room. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from voicecoach.doctor.levels import Noise, active_level_dbfs, cut_off_peaks
from voicecoach.hearing.echo import open_canceller
from voicecoach.hearing.frames import SAMPLE_RATE_HZ, Samples

ECHO_OVER_NOISE_DB = 6.0  # softer, and it can't be told from the noise
_LEARNING_SHARE = 0.4  # so much of what is played is left out: the filter learns meanwhile
_SECOND = SAMPLE_RATE_HZ


@dataclass(frozen=True, slots=True)
class Echo:
    """The coach's own voice at the microphone while nobody else speaks.

    `over_noise_db`: above the room's noise. `referenced`: what is played is known sample by sample (not with two
    devices that run on clocks of their own). `delay_s`: from played to heard. `return_loss_db`: from what is played to
    what is heard. `enhancement_db`: how much of the rest the coach's canceller takes out (ERLE). `let_through`: the
    share of that time in which the canceller takes the echo for somebody else. None where it can't be told. `hushes`
    and `decisions`: how often the coach would have fallen silent, or done something, because of its own words."""

    level_dbfs: float
    over_noise_db: float
    referenced: bool
    cut_off_peaks: int
    delay_s: float | None = None
    return_loss_db: float | None = None
    enhancement_db: float | None = None
    let_through: float | None = None
    hushes: int = 0
    decisions: int = 0

    @property
    def heard(self) -> bool:
        """By the microphone: it is louder than the noise, or can be found in it."""
        return self.delay_s is not None or self.over_noise_db >= ECHO_OVER_NOISE_DB


@dataclass(frozen=True, slots=True)
class Attempt:
    """Somebody was asked to say stop. `beside`: while the coach was speaking. `heard`: it was decided that it is a
    stop. `hushed_after_s`, `decided_after_s`: from the end of the word until it silences the coach, and is decided;
    None where it was not heard. `words`: whatever was heard. `level_dbfs`: the voice at the microphone, None where none
    stands out from the noise, or the coach was speaking as well."""

    beside: bool
    heard: bool
    hushed_after_s: float | None = None
    decided_after_s: float | None = None
    words: str = ""
    level_dbfs: float | None = None
    cut_off_peaks: int = 0


@dataclass(frozen=True, slots=True)
class Measures:
    """`words_in_noise`: how often the coach would have reacted while nobody was to speak. `attempts` is empty where
    nobody was asked to speak. `losses`: why the coach could not hear for a while, each time."""

    noise: Noise
    headset: bool = False
    words_in_noise: int = 0
    echo: Echo | None = None
    attempts: Sequence[Attempt] = ()
    losses: Sequence[str] = ()

    @property
    def voice_dbfs(self) -> float | None:
        """The voice of whoever said stop."""
        known = [attempt.level_dbfs for attempt in self.attempts if attempt.level_dbfs is not None]
        return float(np.median(known)) if known else None

    @property
    def voice_over_noise_db(self) -> float | None:
        """The signal-to-noise ratio."""
        return None if self.voice_dbfs is None else self.voice_dbfs - self.noise.level_dbfs

    @property
    def echo_over_voice_db(self) -> float | None:
        """How much louder the coach is at the microphone than the person."""
        if self.voice_dbfs is None or self.echo is None or not self.echo.heard:
            return None
        return self.echo.level_dbfs - self.voice_dbfs

    @property
    def slowest_s(self) -> float | None:
        """From the end of a stop to its decision."""
        return max((one.decided_after_s for one in self.attempts if one.decided_after_s is not None), default=None)

    def tries(self, *, beside: bool) -> list[Attempt]:
        return [attempt for attempt in self.attempts if attempt.beside == beside]


def measure_echo(heard: Samples, played: Samples, noise: Noise, hushes: int = 0, decisions: int = 0) -> Echo:
    """`heard` and `played`: int16 at 16 kHz, of equal length, while the coach speaks and nobody else does."""
    level = active_level_dbfs(heard, noise)
    echo = Echo(
        level_dbfs=level,
        over_noise_db=level - noise.level_dbfs,
        referenced=bool(played.any()),
        cut_off_peaks=cut_off_peaks(heard),
        hushes=hushes,
        decisions=decisions,
    )
    if not echo.referenced:
        return echo
    delay_s, enhancement_db, let_through = _cancelled(heard, played)
    return replace(
        echo,
        delay_s=delay_s,
        return_loss_db=active_level_dbfs(played) - level,
        enhancement_db=enhancement_db,
        let_through=let_through,
    )


def _cancelled(heard: Samples, played: Samples) -> tuple[float | None, float | None, float | None]:
    """(delay in s, enhancement in dB, share let through), as the coach's own canceller says once it has learned."""
    canceller = open_canceller()
    if canceller is None:
        return None, None, None
    states = [
        frame.state
        for at in range(0, len(heard), _SECOND)
        for frame in canceller.process(heard[at : at + _SECOND], played[at : at + _SECOND])
    ]
    playing = [state for state in states if state.playing]
    known = playing[round(_LEARNING_SHARE * len(playing)) :]
    if not known:
        return None, None, None
    let_through = sum(state.somebody_else for state in known) / len(known)
    return known[-1].delay_s, float(np.median([state.erle_db for state in known])), let_through
