"""The loudspeaker and the microphone of a live session, and the watch over them."""

from __future__ import annotations

import threading
from collections.abc import Callable

from voicecoach.audio.connection import Connection, Counts, Trouble
from voicecoach.audio.devices import NONE, Device, choose, leave_as_it_is, look_again
from voicecoach.audio.loudspeaker import Loudspeaker, OnFinished
from voicecoach.audio.microphone import OnMicrophone
from voicecoach.speaking.timeline import Timeline

_WATCH_S = 0.2
_SENTENCES = {
    Trouble.DEVICE: "The sound device has gone.",
    Trouble.STALLED: "The sound device has stalled.",
    Trouble.LATE: "The microphone lags behind.",
    Trouble.BEHIND: "The computer does not keep up with the microphone.",
    Trouble.OVERFLOW: "The computer loses parts of what the microphone hears.",
    Trouble.ALL_ZERO: "The microphone gives no sound at all: it may be muted or unplugged.",
}
OnTrouble = Callable[[Trouble, str], None]  # what, and a sentence for the user


class SoundDevices(Loudspeaker):
    """One full-duplex stream where possible; see `open_sound`.

    The stream runs all the time, silence included: an HDMI or Bluetooth device that has gone to sleep would swallow
    the first word. The owner is called back on threads of our own, never on the audio thread: `on_microphone` on one,
    all others on another. `on_trouble` comes once for each trouble, `on_recovered` when it has gone by itself.
    """

    def __init__(
        self,
        microphone: str | int | None,
        loudspeaker: str | int | None,
        on_microphone: OnMicrophone,
        on_finished: OnFinished,
        on_trouble: OnTrouble,
        on_recovered: Callable[[], None],
    ) -> None:
        self._on_microphone = on_microphone
        self._on_trouble = on_trouble
        self._on_recovered = on_recovered
        self._trouble: Trouble | None = None
        self._just_reopened = False
        self._something_hangs = False  # a driver has kept one of our streams
        choice = choose(microphone, loudspeaker)
        self._wished = (_lasting(microphone, choice.microphone), _lasting(loudspeaker, choice.loudspeaker))
        self._connection: Connection | None = Connection(choice, None, self._render, self._clock_s, self._on_microphone)
        super().__init__(Timeline(self._connection.rate_hz), on_finished)
        self._start(self._connection)
        self._closing = threading.Event()
        self._keeper = threading.Thread(target=self._keep, name="sound keeper", daemon=True)
        self._keeper.start()

    @property
    def counts(self) -> Counts:
        return self._connection.counts if self._connection else Counts()

    def reopen(self, without_microphone: bool = False) -> None:
        """Close what is open, look again which devices there are, and open those wished for. Speech and clock go on
        where they stood. Raises SoundError; everything then stands still until the next `reopen`, or until `timeline`
        is handed to a SilentLoudspeaker."""
        self._disconnect()
        if not self._something_hangs:
            look_again()
        microphone, loudspeaker = self._wished
        choice = choose(NONE if without_microphone else microphone, loudspeaker)
        connection = Connection(choice, self.sample_rate_hz, self._render, self._clock_s, self._on_microphone)
        self._start(connection)
        self._just_reopened = True
        self._connection = connection

    def wait_heard(self, timeout_s: float) -> bool:
        """Until the microphone gives something, or for so long; False where it gave nothing."""
        connection = self._connection
        return connection is not None and connection.heard.wait(timeout_s)

    def close(self) -> None:
        """Returns when the last that was spoken has been heard (`hush` before, to be silent at once)."""
        self._closing.set()
        self._disconnect(play_out=True)
        if threading.current_thread() is not self._keeper:
            self._keeper.join()
            self._disconnect()  # what was being opened again meanwhile

    def _clock_s(self) -> float:
        return self.now_s

    def _disconnect(self, play_out: bool = False) -> None:
        connection, self._connection = self._connection, None
        if connection and not connection.close(play_out):
            self._leave_what_hangs()

    def _start(self, connection: Connection) -> None:
        try:
            connection.start()
        finally:
            if connection.hangs:
                self._leave_what_hangs()

    def _leave_what_hangs(self) -> None:
        self._something_hangs = True
        leave_as_it_is()

    def _keep(self) -> None:
        while not self._closing.is_set():
            self._tell_finished(_WATCH_S)
            if connection := self._connection:
                self._watch(connection)

    def _watch(self, connection: Connection) -> None:
        connection.catch_up()
        before, self._trouble = self._trouble, connection.trouble
        anew, self._just_reopened = self._just_reopened, False  # the same trouble is then another one
        if self._trouble and (anew or self._trouble != before):
            self._on_trouble(self._trouble, _sentence(self._trouble, connection.failure))
        elif before and not self._trouble and not anew:  # whoever opens it again knows
            self._on_recovered()


def open_sound(
    microphone: str | int | None = None,
    loudspeaker: str | int | None = None,
    *,
    on_microphone: OnMicrophone = lambda _block, _start_sample_16k, _played: None,
    on_finished: OnFinished = lambda _speech_id, _at_s: None,
    on_trouble: OnTrouble = lambda _trouble, _sentence: None,
    on_recovered: Callable[[], None] = lambda: None,
) -> SoundDevices:
    """Open the devices chosen (see `choose`) and let the clock run. Raises SoundError.

    `on_microphone(block, start_sample_16k, played)`: int16 at 16 kHz; start_sample_16k / 16000 is the session's clock;
    `played` is what was handed to the loudspeaker meanwhile (with two separate streams: about then; their clocks part).
    `on_finished(speech_id, at_s)`: its last sample has been handed to the device.
    """
    return SoundDevices(microphone, loudspeaker, on_microphone, on_finished, on_trouble, on_recovered)


def _sentence(trouble: Trouble, failure: Exception | None) -> str:
    if trouble is Trouble.CALLBACK:
        return f"Playing sound has failed inside the program ({failure!r})."
    return _SENTENCES[trouble]


def _lasting(wished: str | int | None, device: Device | None) -> str | None:
    """A wish that still means the same when the devices are numbered anew. The default stays the default, so that a
    headset plugged in meanwhile is taken."""
    if wished is None:
        return None
    return device.name if device else NONE
