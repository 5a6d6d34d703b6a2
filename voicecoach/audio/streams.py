"""Opening the devices: one stream for both directions where that can be, or two, or one."""

from __future__ import annotations

import contextlib
import itertools
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from voicecoach.audio.devices import Choice, Device, SoundError, portaudio, without_stderr

BLOCK_S = 0.010  # a hush is heard one block later
LATENCY_S = 0.06  # PortAudio's "low" gives 30 ms instead, but breaks up as soon as the computer is busy
BEYOND_PORTAUDIO_S = 0.2  # what a sound server keeps to itself
_LAST_CALLBACK_S = 0.5
_RATES_HZ = (48_000, 44_100)
_TIMEOUT_S, _START_TIMEOUT_S = 2.0, 4.0


class Callbacks(Protocol):
    """What the streams call, PortAudio's way: (frames, channels) float32 arrays, and flags for what went wrong."""

    def duplex(self, indata: Any, outdata: Any, frames: int, time: Any, status: Any) -> None: ...
    def output(self, outdata: Any, frames: int, time: Any, status: Any) -> None: ...
    def input(self, indata: Any, frames: int, time: Any, status: Any) -> None: ...
    def ended(self) -> None: ...


@dataclass(slots=True)
class Streams:
    """Opened and not yet started."""

    streams: tuple[Any, ...]
    rate_hz: int  # of the loudspeaker; of the microphone where there is only that
    microphone_rate_hz: int | None
    hangs: bool = False  # a call has not returned: PortAudio ends the process when another one comes

    @property
    def one_clock(self) -> bool:
        return len(self.streams) == 1

    def start(self) -> None:
        """Raises SoundError, also where the driver never answers."""
        reasons: list[str] = []

        def start() -> bool:
            try:
                for stream in self.streams:
                    stream.start()
            except portaudio().PortAudioError as error:
                reasons.append(str(error.args[0]))
            return not reasons

        if not self._done_in_time(start, "starting sound", _START_TIMEOUT_S):
            reason = reasons[0] if reasons else "it does not answer"
            raise SoundError(f"The sound device does not start ({reason}): connect it again.")

    def stop(self) -> bool:
        """Whoever calls this has the callbacks raise CallbackAbort from now on; what waits in the driver is thrown
        away. False where it does not stop in time."""

        def stop() -> bool:
            self._wait_for_callbacks()
            for stream in self.streams:
                stream.abort()
            return True

        return self._done_in_time(stop, "stopping sound")

    def close(self) -> bool:
        """As `stop`, for good. False where a driver does not let go of its device in time; it is then left behind."""

        def close() -> bool:
            self._wait_for_callbacks()
            for stream in self.streams:
                with contextlib.suppress(portaudio().PortAudioError):
                    stream.close()
            return True

        return self._done_in_time(close, "closing sound")

    def _wait_for_callbacks(self) -> None:
        """Let each callback end its own stream. With ALSA, PortAudio cancels the thread of a stream that it is to
        abort or close: in the middle of our own code, or with a lock of the sound server's client in its hands, which
        ends the process (seen on a busy computer). A device that has gone calls nobody any more."""
        until_s = time.monotonic() + _LAST_CALLBACK_S
        while any(stream.active for stream in self.streams) and time.monotonic() < until_s:
            threading.Event().wait(BLOCK_S / 2)

    def _done_in_time(self, work: Callable[[], bool], name: str, timeout_s: float = _TIMEOUT_S) -> bool:
        """Whether the work was done. A driver that has lost its device may never return from a call. Nothing is asked
        of it again then."""
        if self.hangs:
            return False
        done: list[bool] = []

        def attempt() -> None:
            with contextlib.suppress(portaudio().PortAudioError):
                done.append(work())

        thread = threading.Thread(target=attempt, name=name, daemon=True)
        thread.start()
        thread.join(timeout_s)
        self.hangs = thread.is_alive()
        return done == [True]


def open_streams(choice: Choice, callbacks: Callbacks, rate_hz: int | None = None) -> Streams:
    """Open what was chosen, at `rate_hz` or else the first rate that it can do. Raises SoundError."""
    speaker, microphone = choice.loudspeaker, choice.microphone
    if speaker and microphone:
        with contextlib.suppress(SoundError):  # two devices with clocks of their own
            stream, rate_hz = _open_duplex(speaker, microphone, callbacks, rate_hz)
            return Streams((stream,), rate_hz, rate_hz)
    if not speaker:
        assert microphone is not None
        stream, rate_hz = _open_one("InputStream", microphone, callbacks.input, callbacks, rate_hz)
        return Streams((stream,), rate_hz, rate_hz)
    stream, rate_hz = _open_one("OutputStream", speaker, callbacks.output, callbacks, rate_hz)
    if not microphone:
        return Streams((stream,), rate_hz, None)
    try:
        second, microphone_rate_hz = _open_one("InputStream", microphone, callbacks.input, callbacks, None)
    except SoundError:
        stream.close()
        raise
    return Streams((stream, second), rate_hz, microphone_rate_hz)


def _open_duplex(speaker: Device, microphone: Device, callbacks: Callbacks, rate_hz: int | None) -> tuple[Any, int]:
    attempts = [
        {"device": (microphone.index, speaker.index), "samplerate": rate, "channels": channels}
        for rate, channels in itertools.product(_rates(speaker, rate_hz), itertools.product((1, 2), (1, 2)))
    ]
    return _first_that_opens("Stream", attempts, callbacks.duplex, callbacks, f"“{speaker.name}”")


def _open_one(kind: str, device: Device, callback: Any, callbacks: Callbacks, rate_hz: int | None) -> tuple[Any, int]:
    attempts = [
        {"device": device.index, "samplerate": rate, "channels": channels}
        for rate, channels in itertools.product(_rates(device, rate_hz), (1, 2))
    ]
    return _first_that_opens(kind, attempts, callback, callbacks, f"“{device.name}”")


def _rates(device: Device, rate_hz: int | None) -> tuple[int, ...]:
    return (rate_hz,) if rate_hz else tuple(dict.fromkeys((*_RATES_HZ, device.default_rate_hz)))


def _first_that_opens(
    kind: str, attempts: list[dict[str, Any]], callback: Any, callbacks: Callbacks, name: str
) -> tuple[Any, int]:
    """The stream and its rate. Some drivers do stereo only, or one rate only."""
    sounddevice = portaudio()
    reason = ""
    for attempt in attempts:
        try:
            with without_stderr():
                stream = getattr(sounddevice, kind)(
                    **attempt,
                    dtype="float32",
                    blocksize=round(BLOCK_S * attempt["samplerate"]),
                    latency=LATENCY_S,
                    callback=callback,
                    finished_callback=callbacks.ended,
                )
        except sounddevice.PortAudioError as error:
            reason = reason or str(error.args[0])
        else:
            return stream, attempt["samplerate"]
    raise SoundError(f"{name} cannot be opened ({reason}): close other programs that use it, or choose another device.")
