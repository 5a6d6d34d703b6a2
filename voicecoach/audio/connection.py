"""One opening of the devices: its callbacks, and how it fares. A new opening is a new Connection."""

from __future__ import annotations

import contextlib
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from voicecoach.audio.devices import Choice, SoundError, portaudio
from voicecoach.audio.lateness import SLIGHTLY_S, VERY_S, Lateness
from voicecoach.audio.microphone import MicrophoneReader, OnMicrophone
from voicecoach.audio.streams import BEYOND_PORTAUDIO_S, LATENCY_S, open_streams
from voicecoach.speaking.timeline import Pcm

_SLOW_START_S = 3.0  # Bluetooth, or a sound server that has slept
_STALLED_S = 1.0  # after underflows a stream can die without a word
_QUIET_S = 0.5  # nobody speaks, and hardly anybody begins just now
_OVERFLOWS, _OVERFLOWS_WITHIN_S = 3, 3.0  # one hole is worth hearing across
_SKEW_OF_TWO_CLOCKS_S = 0.1  # two devices: their clocks part slowly, and blocks are stamped as they happen to come


class Trouble(StrEnum):
    CALLBACK = "callback"  # our own code failed on the audio thread
    DEVICE = "device"  # the driver has ended the stream
    STALLED = "stalled"  # the driver no longer asks for samples, or no longer gives any
    LATE = "late"  # the microphone's blocks come ever later
    BEHIND = "behind"  # nobody takes the microphone's blocks
    OVERFLOW = "overflow"  # the driver loses what the microphone gives, again and again
    ALL_ZERO = "all-zero"  # the microphone gives digital silence


@dataclass(slots=True)
class Counts:
    """What went wrong since the devices were opened."""

    underflows: int = 0  # the loudspeaker had to do without samples
    overflows: int = 0  # microphone samples were lost before we were given them
    dropped_blocks: int = 0  # microphone blocks that nobody took
    catch_ups: int = 0  # how often a small backlog of the microphone was thrown away


class Connection:
    """Opens what was chosen; nothing moves before `start`. Raises SoundError.

    `render(frames)` gives what is to be played and moves the clock `now_s()`. With only a microphone it is called all
    the same, and what it gives is thrown away."""

    def __init__(
        self,
        choice: Choice,
        rate_hz: int | None,
        render: Callable[[int], Pcm],
        now_s: Callable[[], float],
        on_microphone: OnMicrophone,
    ) -> None:
        self.failure: Exception | None = None
        self.heard = threading.Event()  # the microphone has given something
        self._render = render
        self._now_s = now_s
        self._abort: type[Exception] = portaudio().CallbackAbort
        self._counts = Counts()
        self._closed = False
        self._pausing = False  # closing is for good: somebody else may do it meanwhile
        self._ended = False
        self._lateness = Lateness()
        self._last_block_s: dict[str, float] = {}  # by direction, on the computer's clock
        self._overflows_s: deque[float] = deque(maxlen=_OVERFLOWS)
        self._streams = open_streams(choice, self, rate_hz)
        self.rate_hz = self._streams.rate_hz
        self._leads = "played" if choice.loudspeaker else "heard"  # which direction moves the clock
        self._reader: MicrophoneReader | None = None
        if self._streams.microphone_rate_hz:
            max_skew_s = 0.5 / self.rate_hz if self._streams.one_clock else _SKEW_OF_TWO_CLOCKS_S
            loudspeaker_hz = self.rate_hz if self._leads == "played" and not self._streams.one_clock else None
            self._reader = MicrophoneReader(self._streams.microphone_rate_hz, max_skew_s, on_microphone, loudspeaker_hz)

    def start(self) -> None:
        """Raises SoundError; it is closed then."""
        self._expect_blocks()
        try:
            self._streams.start()
        except SoundError:
            self.close()
            raise

    def _expect_blocks(self) -> None:
        directions = {self._leads, "heard"} if self._reader else {self._leads}
        self._last_block_s = dict.fromkeys(directions, time.monotonic() + _SLOW_START_S)

    def close(self, play_out: bool = False) -> bool:
        """Nothing is rendered or heard any more; `play_out`: after what has been rendered has been heard. False where
        the driver does not let go of the device."""
        if play_out:  # stopping a stream ought to do this, but cuts 60 ms off over PulseAudio
            threading.Event().wait(LATENCY_S + BEYOND_PORTAUDIO_S)
        self._closed = True
        released = self._streams.close()
        if self._reader:
            self._reader.close()
        return released

    def catch_up(self) -> None:
        """Throw away a small backlog of the microphone, before it grows. Costs a moment of sound and hearing: only
        while nobody speaks, or a "stop" could go with it."""
        quiet = self._reader is None or self._reader.quiet_s > _QUIET_S
        if quiet and SLIGHTLY_S < self._lateness.lag_s <= VERY_S:
            self._counts.catch_ups += 1
            self._expect_blocks()
            self._restart()

    def _restart(self) -> None:
        self._pausing = True
        if self._streams.stop():
            self._pausing = self._ended = False  # that was us
            with contextlib.suppress(SoundError):  # it is then found to have stalled
                self._streams.start()
        self._lateness.forget()

    @property
    def hangs(self) -> bool:
        """The driver has not returned from a call."""
        return self._streams.hangs

    @property
    def counts(self) -> Counts:
        if self._reader:
            self._counts.dropped_blocks = self._reader.dropped_blocks
        return self._counts

    @property
    def trouble(self) -> Trouble | None:
        """The gravest that there is now."""
        silent_s = time.monotonic() - min(self._last_block_s.values())
        troubles = {
            Trouble.CALLBACK: self.failure is not None,
            Trouble.DEVICE: self._ended,
            Trouble.STALLED: silent_s > _STALLED_S,
            Trouble.LATE: self._lateness.lag_s > VERY_S,
            Trouble.BEHIND: self._reader is not None and self._reader.behind,
            Trouble.OVERFLOW: self._overflows_often(),
            Trouble.ALL_ZERO: self._reader is not None and self._reader.all_zero,
        }
        return next((trouble for trouble, is_so in troubles.items() if is_so), None)

    def _overflows_often(self) -> bool:
        overflows_s = list(self._overflows_s)
        return len(overflows_s) == _OVERFLOWS and time.monotonic() - overflows_s[0] < _OVERFLOWS_WITHIN_S

    # --- on the audio thread: no waiting, no printing -----------------------------------------------------------

    def duplex(self, indata: Any, outdata: Any, frames: int, times: Any, status: Any) -> None:
        self._lateness.note(times.currentTime, times.inputBufferAdcTime)
        self._block(frames, indata, outdata, status)

    def output(self, outdata: Any, frames: int, _time: Any, status: Any) -> None:
        self._block(frames, None, outdata, status)

    def input(self, indata: Any, frames: int, _time: Any, status: Any) -> None:
        self._block(frames, indata, None, status)

    def ended(self) -> None:
        self._ended = True

    def _block(self, frames: int, heard: Any, played: Any, status: Any) -> None:
        if self._closed or self._pausing:  # one that comes back to life must not move a clock that another moves now
            raise self._abort
        try:
            start_s, samples = self._now_s(), None
            if played is not None or self._leads == "heard":
                samples = self._render(frames)
            if played is not None:
                assert samples is not None
                played[:] = samples[:, None]
                self._last_block_s["played"] = time.monotonic()
            if heard is None and samples is not None and self._reader:
                self._reader.put_played(samples)
            if heard is not None and self._reader:
                self._reader.put(start_s, heard[:, 0].copy(), samples if played is not None else None)
                self._last_block_s["heard"] = time.monotonic()
                self.heard.set()
        except Exception as error:
            self.failure = error  # the keeper tells it; raising anything else would print a traceback
            raise self._abort from error
        if status:
            self._counts.underflows += bool(status.output_underflow)
            if status.input_overflow:
                self._counts.overflows += 1
                self._overflows_s.append(time.monotonic())
