"""Is somebody else speaking while the coach speaks? Told from how much a strict echo canceller usually leaves.

The usual loudness of that rest is learned while the coach speaks alone; a rest that is clearly louder, for longer than
a burst, is somebody else.
"""

from __future__ import annotations

from collections import deque

import numpy as np
import numpy.typing as npt

FRAME_S = 0.010
DECAY_DB_PER_S = 150.0  # how fast an ordinary room forgets: 60 dB in 0.4 s
LEARNING_S = 1.5  # so much of the coach's own voice is heard before anybody else can be told from it
MEMORY_S = 6.0
USUAL_PERCENT = 98  # of the frames of mere echo leave less than what is taken for usual
MARGIN_DB = 4.0  # above that it may be somebody
FILTER_MARGIN_DB = 7.0  # the same of a linear filter, whose rest varies more
CANCELLED_DB = 25.0  # so far below what was heard a rest of the filter is what usually remains of a loud echo
DOUBTFUL_MARGIN_DB = 10.0  # the same while the path is new
OPEN_FRAMES, OF_FRAMES = 3, 5  # a burst is shorter
HANG_S = 0.40  # a word has quiet parts
STUCK_S = 4.0  # "somebody else" for so long while the coach speaks: rather the path has changed; learn again
LEAST_DB = 30.0  # of the square of a 16 bit step: softer than this is never called speech
SMOOTHING = 0.2  # of powers, per frame: about 50 ms
TAKEN_OUT = 3.0  # 5 dB
MOST_OF_VOICE = 4.0  # a voice is in the filter's rest, too, but for what is above 3 kHz
LOUDER = 1.6  # 2 dB
ADDED_MAX_S = 0.3
_SILENT_POWER = 100.0  # played below this is silence
_LEARN_EVERY = 10  # frames
_LOW_PASS = np.array([1, 4, 6, 4, 1]) / 16


class NearEnd:
    """Fed once per frame with mean powers (16 bit steps squared). `speaking`: somebody other than the coach is."""

    def __init__(self, margin_db: float = MARGIN_DB) -> None:
        self.speaking = False
        self.playing = False
        self._margin_db = margin_db
        self._envelope = 0.0
        self._levels_db: deque[float] = deque(maxlen=round(MEMORY_S / FRAME_S))
        self._usual_db = 0.0
        self._knew = False  # what is usual, of this path or of the one before
        self._over: deque[bool] = deque(maxlen=OF_FRAMES)
        self._hang_s = self._stuck_s = 0.0
        self._since_learned = _LEARN_EVERY

    @property
    def learned(self) -> bool:
        """It has heard enough of the coach alone."""
        return len(self._levels_db) >= LEARNING_S / FRAME_S

    def update(self, played_power: float, rest_power: float, least_db: float = LEAST_DB) -> bool:
        """One more frame; returns `speaking`. A rest softer than `least_db` is nobody."""
        decay = 10 ** (-DECAY_DB_PER_S * FRAME_S / 10)
        self._envelope = max(played_power, self._envelope * decay)
        self.playing = self._envelope > _SILENT_POWER
        if not self.playing:
            self.speaking, self._hang_s = False, 0.0
            return False
        level_db = float(10 * np.log10(rest_power + 1.0))
        margin_db = self._margin_db if self.learned else DOUBTFUL_MARGIN_DB
        over = self._knew and level_db > max(self._usual_db + margin_db, least_db)
        self._over.append(over)
        if sum(self._over) >= OPEN_FRAMES:
            self._hang_s = HANG_S
        else:
            self._hang_s = max(0.0, self._hang_s - FRAME_S)
        self.speaking = self._hang_s > 0
        self._learn(level_db)
        return self.speaking

    def forget(self) -> None:
        """The path from loudspeaker to microphone is another one. Until enough was heard of it, what was usual before
        still serves, with a wider margin: deaf to a "stop" it must not be."""
        self._levels_db.clear()
        self._over.clear()
        self._hang_s = self._stuck_s = 0.0

    def _learn(self, level_db: float) -> None:
        self._stuck_s = self._stuck_s + FRAME_S if self.speaking else 0.0
        if self._stuck_s > STUCK_S:
            self.forget()
            self._knew = False  # what was usual is wrong
        if not self.speaking:
            self._levels_db.append(level_db)
        self._since_learned += 1
        if self._since_learned >= _LEARN_EVERY and self._levels_db:
            self._since_learned = 0
            if not self.learned and self._knew:
                return
            self._knew = self._knew or self.learned
            self._usual_db = float(np.percentile(self._levels_db, USUAL_PERCENT))


class TwoJudges:
    """The strict canceller damages a voice that is softer than the echo beside it; what the filter leaves shows such a
    voice, but as long as the filter doesn't know the path, it shows the echo, too. So the filter's rest is evidence
    only while it still takes most of the sound out: a loud voice is for the strict one to tell. And what the strict one
    leaves is no voice where the filter could explain it by what was played: it lets a room's reverberation pass.

    The filter knows least of the high frequencies, which speech seldom has: an "s" of the coach leaves much more of
    itself than its vowels. So of the filter's rest only what is below some 3 kHz is evidence (see voiced_power)."""

    def __init__(self) -> None:
        self.speaking = self.playing = False
        self._strict, self._soft = NearEnd(), NearEnd(FILTER_MARGIN_DB)

    def update(self, played_power: float, heard_power: float, strict_power: float, filter_power: float) -> bool:
        """One more frame, and the powers of what each of the two leaves of it; `heard_power` and `filter_power` are
        voiced. Returns `speaking`."""
        by_strict = self._strict.update(played_power, min(strict_power, filter_power * MOST_OF_VOICE))
        self.playing = self._strict.playing
        taken_out = filter_power * TAKEN_OUT < heard_power
        least_db = max(LEAST_DB, float(10 * np.log10(heard_power)) - CANCELLED_DB)
        by_filter = (taken_out or not self.playing) and self._soft.update(played_power, filter_power, least_db)
        self.speaking = by_strict or by_filter
        return self.speaking

    def forget(self) -> None:
        """As of NearEnd."""
        self._strict.forget()
        self._soft.forget()


def voiced_power(samples: npt.NDArray[np.int16]) -> float:
    """Mean power of what is below some 3 kHz (-12 dB at 4 kHz, -33 dB at 6 kHz), one at least."""
    voiced = np.convolve(samples.astype(np.float64), _LOW_PASS, "valid")
    return float(np.mean(np.square(voiced))) + 1.0


class Guard:
    """A filter that has learned an echo where there is none, from words that coincided, puts the coach's own words in:
    what comes out louder than it went in must not be used. Powers as above, one frame at a time."""

    def __init__(self) -> None:
        self._in_power = self._out_power = 1.0
        self._added_s = 0.0

    def adds(self, heard_power: float, cleaned_power: float) -> bool:
        """Whether the filter makes this frame, or the moment around it, louder."""
        self._in_power += SMOOTHING * (heard_power - self._in_power)
        self._out_power += SMOOTHING * (cleaned_power - self._out_power)
        louder = max(self._out_power, cleaned_power) > LOUDER * max(self._in_power, heard_power)
        self._added_s = self._added_s + FRAME_S if louder else 0.0
        return louder

    @property
    def stuck(self) -> bool:
        """It has done so for long enough to begin anew."""
        return self._added_s > ADDED_MAX_S
