"""Loudspeaker and microphone, and the session's clock, which is the number of samples played."""

from voicecoach.audio.connection import Counts, Trouble
from voicecoach.audio.devices import NONE, Choice, Device, SoundError, choose, list_devices
from voicecoach.audio.loudspeaker import Loudspeaker, SilentLoudspeaker
from voicecoach.audio.microphone import MICROPHONE_RATE_HZ
from voicecoach.audio.sound import SoundDevices, open_sound

__all__ = [
    "MICROPHONE_RATE_HZ",
    "NONE",
    "Choice",
    "Counts",
    "Device",
    "Loudspeaker",
    "SilentLoudspeaker",
    "SoundDevices",
    "SoundError",
    "Trouble",
    "choose",
    "list_devices",
    "open_sound",
]
