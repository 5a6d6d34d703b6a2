"""The course of an examination: silence, the coach's own voice, somebody's "stop"; then what was measured.

What is heard is judged by a session's own interlock, as during a movement: what counts is what the coach would do.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from voicecoach.core.intent import Command
from voicecoach.core.messages import Heard
from voicecoach.core.questions import PERFORMING
from voicecoach.doctor.apparatus import Apparatus
from voicecoach.doctor.levels import Noise, cut_off_peaks, measure_noise, voice_level_dbfs
from voicecoach.doctor.measures import Attempt, Echo, Measures, measure_echo
from voicecoach.hear import Judge, Observation
from voicecoach.languages import language, sayings

RATE_WPM = 160
SILENCE_S = 5.0
RINGING_S = 0.4  # of a room, until it is as quiet as before
SETTLE_S = 1.0  # the devices' latency and the room's reverberation, after the coach's last sound
LONGEST_LINE_S = 60.0  # with its rendering: longer, and nothing plays
LIE_DOWN_S = 12.0  # as it is said
ANSWER_S = 6.0  # for somebody to say stop
FINAL_S = 2.5  # from silencing to the decision
WORD_S = 1.0  # no "stop" is longer: what silenced the coach earlier than that before its end was something else
QUIET_TRIES, BESIDE_TRIES = 2, 2
LINES_AHEAD = (
    *("doctor_hello", "doctor_quiet", "doctor_own_voice", "doctor_talking", "doctor_lie_down", "doctor_say_stop"),
    *("doctor_once_more", "doctor_interrupt_me"),
    *("doctor_beside", "doctor_beside_again", "doctor_heard", "doctor_not_heard", "doctor_thanks"),
)
"""What an examination says, whatever it finds."""


@dataclass(frozen=True, slots=True)
class _Seen:
    """Something that was heard, and what a session would do."""

    event: Heard
    observations: tuple[Observation, ...]

    @property
    def began_s(self) -> float:
        return self.event.at_s if self.event.started_s is None else self.event.started_s

    @property
    def ended_s(self) -> float:
        return self.event.at_s if self.event.ended_s is None else self.event.ended_s

    @property
    def hushes(self) -> bool:
        return any(one.kind == "hush" for one in self.observations)

    @property
    def decides(self) -> bool:
        return any(one.decides for one in self.observations)

    @property
    def stops(self) -> bool:
        return any(one.decides and one.command == Command.STOP for one in self.observations)


class Examination:
    """`tell` is shown whatever is said. `alone`: nobody is there to say stop. Raises SoundError when the devices are
    lost."""

    def __init__(
        self, apparatus: Apparatus, tell: Callable[[str], None], *, alone: bool = False, headset: bool = False
    ) -> None:
        self._apparatus = apparatus
        self._tell = tell
        self._alone = alone
        self._headset = headset
        self._judge = Judge(language(), PERFORMING)
        self._seen: list[_Seen] = []

    def prepare(self) -> tuple[str, ...]:
        """Listen as in a session; the words that can't be heard with this model."""
        return self._apparatus.listen(self._judge.phrases)

    def run(self) -> Measures:
        self.say(sayings()["doctor_hello"])
        noise, words = self._measure_silence()
        if noise.mute:
            return Measures(noise, self._headset)
        echo = self._measure_own_voice(noise)
        attempts = [] if self._alone else self._ask_for_stops(noise, echo.delay_s or 0.0)
        return Measures(noise, self._headset, words, echo, tuple(attempts), tuple(self._apparatus.losses))

    def say(self, text: str) -> None:
        """Returns when it has been said."""
        self._begin(text)
        self._wait(lambda: self._idle, LONGEST_LINE_S)

    # --- the three parts ---

    def _measure_silence(self) -> tuple[Noise, int]:
        self.say(sayings()["doctor_quiet"])
        self._pause(SETTLE_S)
        began_s = self._apparatus.now_s
        self._pause(SILENCE_S)
        self.say(sayings()["doctor_thanks"])  # meanwhile the last words of the silence are decided
        until_s = began_s + SILENCE_S
        words = sum(one.hushes and began_s <= one.began_s < until_s for one in self._seen)
        return measure_noise(self._apparatus.sound(began_s, until_s)[0]), words

    def _measure_own_voice(self, noise: Noise) -> Echo:
        self._seen.clear()
        began_s = self._apparatus.now_s
        self.say(sayings()["doctor_own_voice"])
        self.say(sayings()["doctor_talking"])
        self._pause(SETTLE_S)
        heard, played = self._apparatus.sound(began_s, self._apparatus.now_s)
        self._pause(SETTLE_S)
        hushes, decisions = sum(one.hushes for one in self._seen), sum(one.decides for one in self._seen)
        return measure_echo(heard, played, noise, hushes, decisions)

    def _ask_for_stops(self, noise: Noise, delay_s: float) -> list[Attempt]:
        attempts = []
        self.say(sayings()["doctor_lie_down"])
        self._pause(LIE_DOWN_S)
        for number in range(QUIET_TRIES):
            self.say(sayings()["doctor_once_more" if number else "doctor_say_stop"])
            attempts.append(self._told(self._listen_in_silence(noise, delay_s + RINGING_S)))
        if not any(one.heard or one.level_dbfs is not None for one in attempts):
            return attempts  # there is nobody, or nothing reaches the microphone
        for number in range(BESIDE_TRIES):
            self.say(sayings()["doctor_beside_again" if number else "doctor_beside"])
            attempts.append(self._told(self._listen_while_talking()))
        return attempts

    def _listen_in_silence(self, noise: Noise, own_s: float) -> Attempt:
        """`own_s`: so long the microphone may still get the end of what the coach said."""
        self._seen.clear()
        began_s = self._apparatus.now_s
        self._wait(lambda: self._stop is not None, own_s + ANSWER_S)
        heard, _ = self._apparatus.sound(began_s + own_s, self._apparatus.now_s)
        return self._attempt(False, voice_level_dbfs(heard, noise), cut_off_peaks(heard))

    def _listen_while_talking(self) -> Attempt:
        self._seen.clear()
        self._begin(sayings()["doctor_interrupt_me"])
        self._wait(lambda: self._idle or any(one.hushes for one in self._seen), LONGEST_LINE_S)
        if not self._idle:
            self._apparatus.hush()
            self._judge.spoken.hushed(self._apparatus.now_s)
        self._wait(lambda: self._stop is not None, FINAL_S)
        return self._attempt(True)

    @property
    def _stop(self) -> _Seen | None:
        return next((one for one in self._seen if one.stops), None)

    def _attempt(self, beside: bool, level_dbfs: float | None = None, peaks: int = 0) -> Attempt:
        """From what was seen since it began."""
        stop = self._stop
        words = " ".join(one.event.words for one in self._seen if one.event.final).strip()
        if stop is None:
            return Attempt(beside, heard=False, words=words, level_dbfs=level_dbfs, cut_off_peaks=peaks)
        hushes_s = [one.event.at_s for one in self._seen if one.hushes and one.event.at_s > stop.ended_s - WORD_S]
        return Attempt(
            beside,
            heard=True,
            hushed_after_s=max(0.0, min(hushes_s, default=stop.ended_s) - stop.ended_s),
            decided_after_s=max(0.0, stop.event.at_s - stop.ended_s),
            words=words,
            level_dbfs=level_dbfs,
            cut_off_peaks=peaks,
        )

    def _told(self, attempt: Attempt) -> Attempt:
        if attempt.words:
            self._tell(f"YOU    {attempt.words}")
        self.say(sayings()["doctor_heard" if attempt.heard else "doctor_not_heard"])
        self._pause(SETTLE_S)
        return attempt

    # --- time ---

    @property
    def _idle(self) -> bool:
        return self._apparatus.loudspeaker.idle

    def _begin(self, text: str) -> None:
        self._tell(f"COACH  {text}")
        speech_id = self._apparatus.speak(text, RATE_WPM)
        self._judge.spoken.speaking(speech_id, text, self._apparatus.now_s)

    def _pause(self, duration_s: float) -> None:
        self._wait(lambda: False, duration_s)

    def _wait(self, is_so: Callable[[], bool], timeout_s: float) -> None:
        """Until something is so, having looked at all that has happened, or for so long."""

        def looked() -> bool:
            self._look()
            return is_so()

        self._apparatus.wait(looked, timeout_s)

    def _look(self) -> None:
        for happening in self._apparatus.happened():
            if isinstance(happening, Heard):
                self._seen.append(_Seen(happening, tuple(self._judge.see(happening))))
            else:
                self._judge.spoken.finished(happening.id, happening.at_s)
