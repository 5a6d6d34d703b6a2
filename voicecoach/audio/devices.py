"""Which loudspeaker and microphone there are, and choosing among them. Nothing is opened here."""

from __future__ import annotations

import atexit
import contextlib
import ctypes
import os
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from voicecoach.errors import CoachError

NONE = "none"  # instead of a device's name: do without it


class SoundError(CoachError):
    """There is no sound as wished; the sentence says what to do."""


@dataclass(frozen=True, slots=True)
class Device:
    index: int
    name: str
    host_api: str  # "ALSA", "Core Audio", ...
    inputs: int  # channels
    outputs: int  # channels
    default_rate_hz: int
    default_microphone: bool
    default_loudspeaker: bool


@dataclass(frozen=True, slots=True)
class Choice:
    """What to open; None: do without."""

    microphone: Device | None
    loudspeaker: Device | None

    @property
    def names(self) -> str:
        return " and ".join(f"“{device.name}”" for device in (self.loudspeaker, self.microphone) if device)


def portaudio() -> Any:
    """The sounddevice module, loaded only now so that all else works where PortAudio is missing. Raises SoundError."""
    try:
        import sounddevice
    except OSError as error:
        raise SoundError(
            "The sound library PortAudio is missing or broken: install it (Debian and Ubuntu: "
            "sudo apt-get install libportaudio2), or go on with the keyboard and the screen."
        ) from error
    _silence_alsa()
    return sounddevice


@cache
def _silence_alsa() -> None:
    """ALSA writes whatever goes wrong to the terminal, also on a healthy system; PortAudio reports what matters."""
    with contextlib.suppress(OSError, AttributeError):  # no Linux, or PortAudio does without ALSA
        ctypes.CDLL("libasound.so.2").snd_lib_error_set_handler(_IGNORE)


_IGNORE = ctypes.CFUNCTYPE(None)(lambda: None)  # its arguments are variadic: they are left alone


@contextlib.contextmanager
def without_stderr() -> Iterator[None]:
    """PortAudio, too, writes to the terminal, a line for each thing that it tries. Whoever tries reports a failure."""
    if sys.platform != "linux":
        yield
        return
    with _STDERR:
        nothing, stderr = os.open(os.devnull, os.O_WRONLY), os.dup(2)
        os.dup2(nothing, 2)
        try:
            yield
        finally:
            os.dup2(stderr, 2)
            os.close(stderr)
            os.close(nothing)


_STDERR = threading.Lock()


def look_again() -> None:
    """Have PortAudio see which devices there are now; it looks only when it starts. No stream may be open, not even
    one that hangs: that would crash. Raises SoundError."""
    sounddevice = portaudio()
    try:
        sounddevice._terminate()
        sounddevice._initialize()
    except sounddevice.PortAudioError as error:
        raise SoundError(f"The sound system does not start again ({error.args[0]}): restart the coach.") from error


def leave_as_it_is() -> None:
    """A stream hangs: at the end of the program PortAudio must not close it, which would end in a crash or never."""
    atexit.unregister(portaudio()._exit_handler)


def list_devices() -> list[Device]:
    """All that PortAudio knows, in its order. Raises SoundError."""
    sounddevice = portaudio()
    try:
        apis = sounddevice.query_hostapis()
        default_microphone, default_loudspeaker = sounddevice.default.device
        return [
            Device(
                index=raw["index"],
                name=raw["name"],
                host_api=apis[raw["hostapi"]]["name"],
                inputs=raw["max_input_channels"],
                outputs=raw["max_output_channels"],
                default_rate_hz=round(raw["default_samplerate"]),
                default_microphone=raw["index"] == default_microphone,
                default_loudspeaker=raw["index"] == default_loudspeaker,
            )
            for raw in sounddevice.query_devices()
        ]
    except sounddevice.PortAudioError as error:
        raise SoundError(f"The sound devices cannot be listed ({error.args[0]}): restart the sound system.") from error


def choose(microphone: str | int | None = None, loudspeaker: str | int | None = None) -> Choice:
    """Each by its name, a part of its name, its index, None for the default device, or "none" for doing without it.

    Raises SoundError where there is no such device, or none at all."""
    without_microphone, without_loudspeaker = _is_none(microphone), _is_none(loudspeaker)
    if without_microphone and without_loudspeaker:
        raise SoundError("Neither a loudspeaker nor a microphone is wanted: choose at least one of them.")
    devices = list_devices()
    if not devices:
        raise SoundError(
            "There is no sound device at all: connect a loudspeaker and a microphone, or go on with the keyboard "
            "and the screen."
        )
    return Choice(
        None if without_microphone else _microphone(devices, microphone),
        None if without_loudspeaker else _loudspeaker(devices, loudspeaker),
    )


def _is_none(wanted: str | int | None) -> bool:
    return isinstance(wanted, str) and wanted.strip().lower() == NONE


def _microphone(devices: list[Device], wanted: str | int | None) -> Device:
    found = [device for device in devices if device.inputs]
    return _pick("microphone", found, wanted, lambda device: device.default_microphone)


def _loudspeaker(devices: list[Device], wanted: str | int | None) -> Device:
    found = [device for device in devices if device.outputs]
    return _pick("loudspeaker", found, wanted, lambda device: device.default_loudspeaker)


def _pick(what: str, found: list[Device], wanted: str | int | None, is_default: Callable[[Device], bool]) -> Device:
    if not found:
        instead = "type your answers" if what == "microphone" else "read the screen"
        raise SoundError(f"There is no {what}: connect one, or do without it and {instead} instead.")
    # Windows lists a device once for each of its host interfaces: the default's comes first
    found.sort(key=lambda device: not is_default(device))
    if wanted is None:
        return found[0]
    if isinstance(wanted, int) or wanted.isdecimal():
        matching = [device for device in found if device.index == int(wanted)]
    else:
        name = wanted.strip().casefold()
        matching = [device for device in found if device.name.casefold() == name]
        matching = matching or [device for device in found if name in device.name.casefold()]
    if not matching:
        known = ", ".join(f"{device.index} {device.name}" for device in sorted(found, key=lambda one: one.index))
        raise SoundError(f"There is no {what} “{wanted}”: choose one of {known}.")
    return matching[0]
