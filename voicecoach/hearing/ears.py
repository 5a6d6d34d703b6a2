"""The recogniser as a source of session events: words become Heard, voices VoiceStarted and VoiceStopped, a recogniser
that is dead or too slow becomes HearingLost."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

from voicecoach.core.messages import Heard, HearingLost, HearingRestored, Mishap, VoiceStarted, VoiceStopped
from voicecoach.hearing.echo import Cleaned, EchoCanceller, EchoState, open_canceller
from voicecoach.hearing.frames import SAMPLE_RATE_HZ, News, RecogniserEvent, Samples, VoiceNews
from voicecoach.hearing.lag import LagWatch
from voicecoach.hearing.model import ModelError
from voicecoach.hearing.recogniser import Recogniser

RESTART_ATTEMPTS = 3
SURE_SHARE = 0.3  # of the time in which the coach spoke too: so much of an utterance must be more than echo
SHORT_GAP_SAMPLES = SAMPLE_RATE_HZ  # longer, and the devices may be others
DOUBTED_FRAMES = 100  # 1 s: so long may it take to find out that the echo comes at another time
_SLACK = SAMPLE_RATE_HZ // 20
_REMEMBERED_FRAMES = 2000  # 20 s
_TOLD_EVERY_S = 1.0  # so much sound that was given up is told at once
_GAP_S = 0.02  # two devices' clocks part by less
_LOST = "My hearing has failed."
_LATE = "My hearing lags behind."

HearingEvent = Heard | VoiceStarted | VoiceStopped | HearingLost | HearingRestored | Mishap
MakeRecogniser = Callable[[Path, Callable[[News], None], Callable[[str], None]], Recogniser]


class Ears:
    """Feeds a Recogniser and posts what it hears. When its process is lost it is started again, a few times at most.

    `headset`: the microphone can't hear the loudspeaker, so nothing has to be cancelled or masked.
    `post` is called on threads of its own; `now_s` is the session's clock."""

    def __init__(
        self,
        model: Path,
        post: Callable[[HearingEvent], None],
        now_s: Callable[[], float],
        *,
        headset: bool = False,
        recogniser: MakeRecogniser = Recogniser,
        canceller: Callable[[], EchoCanceller | None] = open_canceller,
    ) -> None:
        self._post = post
        self._now_s = now_s
        self._recogniser = recogniser(model, self._heard, self._lost)
        self._restarts: threading.Thread | None = None
        self._restarting = threading.Lock()
        self._losses_in_a_row = 0  # without a word heard in between: something kills it each time
        self._closing = False
        self._fed_until: int | None = None  # sample
        self._lag = LagWatch()
        self._told_dropped = 0  # samples
        self._talking_since_s: float | None = None  # somebody who is surely not the coach
        self._voice_judged_until = 0
        self._headset = headset
        self._new_canceller = canceller
        self._echo = None if headset else canceller()
        self._expected_sample = self._cleaned_until = 0
        self._echo_states: deque[tuple[int, EchoState]] = deque(maxlen=_REMEMBERED_FRAMES)

    def open(self) -> None:
        """Load the model. Raises ModelError."""
        self._recogniser.start()

    def feed(self, block: Samples, start_sample: int, played: Samples | None = None) -> None:
        """16 kHz mono int16; `start_sample` / 16000 is the session's clock; `played`: what the loudspeaker was given
        at the same samples, which is taken out first. Returns at once."""
        self._tell_gap(start_sample, len(block))
        if played is None or self._echo is None:
            self._recogniser.feed(block, start_sample)
            self._watch_lag(len(block))
            return
        if start_sample != self._expected_sample:
            self._echo = self._after_gap(self._echo, start_sample - self._expected_sample)
            self._cleaned_until = start_sample
        self._expected_sample = start_sample + len(block)
        self._pass_on(self._echo.process(block, played))
        self._watch_lag(len(block))

    def _after_gap(self, echo: EchoCanceller, gap_samples: int) -> EchoCanceller:
        """After a long one the path may be another. After a short one, or where two clocks are set right, it is not,
        and to learn it anew would mean not to hear anybody over the coach meanwhile."""
        if abs(gap_samples) > SHORT_GAP_SAMPLES:
            return self._new_canceller() or echo
        self._pass_on(echo.skip())
        return echo

    def _pass_on(self, frames: Iterable[Cleaned]) -> None:
        for frame in frames:
            self._recogniser.feed(frame.samples, self._cleaned_until)
            self._cleaned_until += len(frame.samples)
            if frame.state.moved:
                self._doubt()
            self._echo_states.append((self._cleaned_until, frame.state))

    def _doubt(self) -> None:
        """Whoever spoke a moment ago was perhaps the coach."""
        last = len(self._echo_states) - DOUBTED_FRAMES
        for at, (end, state) in enumerate(self._echo_states):
            if at >= last:
                self._echo_states[at] = (end, replace(state, somebody_else=False))

    def listen(self, phrases: Iterable[str]) -> None:
        self._recogniser.listen(phrases)

    def sync(self, timeout_s: float = 10.0) -> bool:
        """Wait until all that was fed has been heard and posted; False when the recogniser was lost or is too slow."""
        return self._recogniser.sync(timeout_s)

    def missing_words(self) -> tuple[str, ...]:
        """Words of the last `listen` that the model lacks: they can be typed, but not heard."""
        return self._recogniser.missing_words

    @property
    def pid(self) -> int | None:
        return self._recogniser.pid

    def close(self) -> None:
        self._closing = True
        if self._restarts is not None:
            self._restarts.join()
        self._recogniser.close()

    def _heard(self, news: News) -> None:
        if isinstance(news, VoiceNews):
            self._voice(news)
        else:
            self._losses_in_a_row = 0
            self._words(news)

    def _words(self, event: RecogniserEvent) -> None:
        self._post(
            Heard(
                at_s=self._now_s(),
                words=event.words,
                final=event.final,
                confidence=event.confidence,
                started_s=event.started_sample / SAMPLE_RATE_HZ,
                ended_s=event.ended_sample / SAMPLE_RATE_HZ,
                surely_other=self._surely_other(event.started_sample, event.ended_sample),
            )
        )

    def _surely_other(self, started_sample: int, ended_sample: int) -> bool:
        """Nothing was played while it was said, or enough of it was far more than what is left of an echo."""
        if self._headset:
            return True
        states = [state for end, state in list(self._echo_states) if started_sample <= end <= ended_sample + _SLACK]
        beside = [state for state in states if state.playing]
        if len(beside) < 0.1 * len(states):
            return bool(states)
        return sum(state.somebody_else for state in beside) > SURE_SHARE * len(beside)

    def _voice(self, news: VoiceNews) -> None:
        """Somebody talks from where it is sure that it is not the coach itself; each piece of it is judged once."""
        if news.over:
            self._talking_ended(news.ended_sample / SAMPLE_RATE_HZ)
        elif self._talking_since_s is None:
            began = max(news.started_sample, self._voice_judged_until)
            self._voice_judged_until = news.ended_sample
            if self._surely_other(began, news.ended_sample):
                self._talking_since_s = began / SAMPLE_RATE_HZ
                self._post(VoiceStarted(self._now_s(), self._talking_since_s))

    def _talking_ended(self, ended_s: float) -> None:
        since_s, self._talking_since_s = self._talking_since_s, None
        if since_s is not None:
            self._post(VoiceStopped(self._now_s(), since_s, ended_s))

    def _tell_gap(self, start_sample: int, samples: int) -> None:
        before, self._fed_until = self._fed_until, start_sample + samples
        gap_s = 0.0 if before is None else (start_sample - before) / SAMPLE_RATE_HZ
        if gap_s > _GAP_S:
            self._post(Mishap(self._now_s(), f"{gap_s:.2f} s of sound did not come from the microphone"))

    def _watch_lag(self, samples: int) -> None:
        if not self._recogniser.alive:
            return
        if self._lag.note(self._recogniser.lag_s, samples / SAMPLE_RATE_HZ):
            if self._lag.late:
                self._post(HearingLost(self._now_s(), _LATE))
            else:
                self._tell_dropped()
                self._post(HearingRestored(self._now_s()))
        elif self._recogniser.dropped_samples - self._told_dropped >= _TOLD_EVERY_S * SAMPLE_RATE_HZ:
            self._tell_dropped()

    def _tell_dropped(self) -> None:
        """Sound that nobody has heard is never given up silently."""
        dropped = self._recogniser.dropped_samples - self._told_dropped
        if dropped:
            self._told_dropped += dropped
            seconds = dropped / SAMPLE_RATE_HZ
            self._post(Mishap(self._now_s(), f"{seconds:.1f} s of sound were given up: recognition was too slow"))

    def _lost(self, reason: str) -> None:
        now_s = self._now_s()
        self._talking_ended(now_s)
        self._post(HearingLost(now_s, _LOST))
        self._post(Mishap(now_s, reason))
        self._losses_in_a_row += 1
        if not self._closing and self._losses_in_a_row <= RESTART_ATTEMPTS:
            self._restarts = threading.Thread(target=self._restart, name="ears restart", daemon=True)
            self._restarts.start()

    def _restart(self) -> None:
        with self._restarting:
            for _ in range(RESTART_ATTEMPTS):
                if self._closing:
                    return
                try:
                    self._recogniser.restart()
                    break
                except ModelError as error:
                    self._post(Mishap(self._now_s(), str(error)))
            if self._recogniser.alive:
                self._post(HearingRestored(self._now_s()))
