"""The sound of a live session: opens the devices, and brings them back when they are lost."""

from __future__ import annotations

import itertools
import queue
import threading
import time
from collections.abc import Callable, Iterator

from voicecoach.audio import NONE, Loudspeaker, SilentLoudspeaker, SoundDevices, SoundError, Trouble, open_sound
from voicecoach.audio.loudspeaker import OnFinished
from voicecoach.audio.microphone import OnMicrophone

REOPEN_AFTER_S = (0.0, 1.0, 2.0, 4.0)  # a device that was unplugged takes its time to come back
REOPEN_EVERY_S = 5.0  # after that
_SENTENCE_S = 10.0  # so long a sentence is waited for before the loudspeaker is opened anew
AGAIN_S, PROOF_S = 20.0, 3.0  # lost again within so long, it must go well for so long
_FIRST_SOUND_S = 3.0  # a device may be open, and asleep
_POLL_S = 0.1
_MENDS_ITSELF = (Trouble.ALL_ZERO, Trouble.BEHIND, Trouble.OVERFLOW)

Tell = Callable[[str], None]


class LiveSound:
    """`loudspeaker` is what plays now. Lost devices are opened again until that succeeds: both, or the loudspeaker
    alone, so that the coach can say why it does not hear; without any, time goes on silently.

    `on_lost(sentence)`: something is lost; `on_found()`: nothing is any more. Both come on threads of our own."""

    def __init__(
        self,
        microphone: str | None,
        loudspeaker: str | None,
        *,
        on_microphone: OnMicrophone,
        on_finished: OnFinished,
        on_lost: Callable[[str], None],
        on_found: Callable[[], None],
        tell: Tell,
    ) -> None:
        self._hears = microphone != NONE
        self._on_lost = on_lost
        self._on_found = on_found
        self._tell = tell
        self._found_s = float("-inf")
        self._alone = False  # the loudspeaker plays without the microphone
        self._silence: SilentLoudspeaker | None = None
        self._signals: queue.SimpleQueue[bool] = queue.SimpleQueue()  # True: lost, False: close
        self._thread: threading.Thread | None = None
        self._devices: SoundDevices | None = None
        self.loudspeaker: Loudspeaker = self._open(microphone, loudspeaker, on_microphone, on_finished)

    @property
    def now_s(self) -> float:
        """The session's clock."""
        return self.loudspeaker.now_s

    def wait_idle(self, timeout_s: float) -> None:
        """Until nothing sounds and nothing is to be said, or for so long."""
        until_s = time.monotonic() + timeout_s
        while not self.loudspeaker.idle and time.monotonic() < until_s:
            threading.Event().wait(_POLL_S)

    def close(self) -> None:
        """Returns when the last that was spoken has been heard. Safe to call twice."""
        self._signals.put(False)
        if self._thread is not None and threading.current_thread() is not self._thread:
            self._thread.join()
        for one in (self._silence, self._devices or self.loudspeaker):
            if one is not None:
                one.close()

    def _open(
        self, microphone: str | None, loudspeaker: str | None, on_microphone: OnMicrophone, on_finished: OnFinished
    ) -> Loudspeaker:
        """Without any loudspeaker a session that needs no ears goes on silently: everything is on the screen."""
        try:
            self._devices = open_sound(
                microphone,
                loudspeaker,
                on_microphone=on_microphone,
                on_finished=on_finished,
                on_trouble=self._trouble,
                on_recovered=self._recovered,
            )
        except SoundError as error:
            if self._hears or loudspeaker is not None:
                raise
            self._tell(f"{error} I go on without sound.")
            return SilentLoudspeaker(on_finished)
        self._thread = threading.Thread(target=self._bring_back_what_is_lost, name="lost sound", daemon=True)
        self._thread.start()
        return self._devices

    # --- on the devices' own thread ---

    def _trouble(self, trouble: Trouble, sentence: str) -> None:
        self._tell(sentence)
        self._on_lost(sentence)
        if trouble not in _MENDS_ITSELF:
            self._signals.put(True)

    def _recovered(self) -> None:
        if not self._alone and self._silence is None:
            self._on_found()

    # --- on a thread of its own ---

    def _bring_back_what_is_lost(self) -> None:
        while self._signals.get():
            for wait_s in _waits_s():
                if self._told_to_close(wait_s):
                    return
                if self._reopened():
                    break

    def _told_to_close(self, within_s: float) -> bool:
        """Other losses in the meantime are those of what we have opened for the time being."""
        until_s = time.monotonic() + within_s
        while True:
            try:
                lost = self._signals.get(timeout=max(0.0, until_s - time.monotonic()))
            except queue.Empty:
                return False
            if not lost:
                return True

    def _reopened(self) -> bool:
        devices = self._devices
        assert devices is not None
        self._let_it_finish(devices)
        if self._silence is not None:
            self._silence.close()
        try:
            devices.reopen()
        except SoundError as error:
            self._make_do(devices, str(error))
            return False
        self._use(devices)
        if self._is_back(devices):
            self._found_s = time.monotonic()
            self._on_found()
        return True

    def _is_back(self, devices: SoundDevices) -> bool:
        """What gives no sound yet is soon found to have stalled. And what was lost again so soon has to prove itself:
        nobody is helped by "I can hear you again" every other second."""
        if self._hears and not devices.wait_heard(_FIRST_SOUND_S):
            return False
        now_s = time.monotonic()
        until_s = now_s + (PROOF_S if now_s - self._found_s < AGAIN_S else 0.0)
        while self._signals.empty() and time.monotonic() < until_s:
            threading.Event().wait(_POLL_S)
        return self._signals.empty()

    def _let_it_finish(self, devices: SoundDevices) -> None:
        """Where it can speak, it is not cut short."""
        until_s = time.monotonic() + _SENTENCE_S
        while self._alone and not devices.idle and time.monotonic() < until_s and self._signals.empty():
            threading.Event().wait(_POLL_S)

    def _make_do(self, devices: SoundDevices, failure: str) -> None:
        """The loudspeaker alone, or silence."""
        before = (self._alone, self._silence is not None)
        try:
            if not self._hears:
                raise SoundError(failure)
            devices.reopen(without_microphone=True)
        except SoundError:
            silence = SilentLoudspeaker.taking_over(devices)
            self._use(silence, silence=silence)
        else:
            self._use(devices, alone=True)
        if before != (self._alone, self._silence is not None):
            self._tell(f"{failure} I go on without {'the microphone' if self._alone else 'sound'}, and keep trying.")

    def _use(self, loudspeaker: Loudspeaker, *, alone: bool = False, silence: SilentLoudspeaker | None = None) -> None:
        self._alone, self._silence = alone, silence
        self.loudspeaker = loudspeaker


def _waits_s() -> Iterator[float]:
    return itertools.chain(REOPEN_AFTER_S, itertools.repeat(REOPEN_EVERY_S))
