"""What keeps a session from beginning, said aloud: somebody may not look at the screen."""

from __future__ import annotations

import contextlib
import re
import threading

from voicecoach.audio import NONE, open_sound
from voicecoach.languages import sayings
from voicecoach.speaking.voice import Voice

_RATE_WPM = 160
_LONGEST_S = 30.0
_PATH = re.compile(r"(?:[^\s:;,()\"]*[/\\])+([^\s:;,()\"/\\]+)")


def say_aloud(sentence: str, loudspeaker: str | None = None) -> None:
    """Say that it does not begin, and why. Does nothing where nothing can be said; never raises."""
    with contextlib.suppress(Exception), contextlib.closing(Voice()) as voice:
        spoken = threading.Event()
        with open_sound(NONE, loudspeaker, on_finished=lambda _speech_id, _at_s: spoken.set()) as sound:
            sound.queue(1, voice.render(f"{sayings()['not_begun']} {without_paths(sentence)}", _RATE_WPM))
            spoken.wait(_LONGEST_S)


def without_paths(sentence: str) -> str:
    """Files and folders by their last name only: nobody wants to hear the whole path."""
    return _PATH.sub(r"\1", sentence)
