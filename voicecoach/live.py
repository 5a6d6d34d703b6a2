"""The live driver: real sound devices, the real recogniser, the keyboard; the audio clock is the session's clock."""

from __future__ import annotations

import contextlib
import queue
import threading
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from pathlib import Path

from voicecoach.audio import NONE
from voicecoach.conductor import Conductor, Record, Witness
from voicecoach.core.messages import (
    Effect,
    Event,
    Finish,
    Heard,
    HearingLost,
    HearingRestored,
    JournalLost,
    LeaveRequested,
    Listen,
    Mishap,
    Source,
    Speak,
    SpeechFinished,
    Started,
    Suspended,
    VoiceStarted,
    VoiceStopped,
)
from voicecoach.core.session import Session
from voicecoach.hearing.ears import Ears, HearingEvent
from voicecoach.hearing.frames import Samples
from voicecoach.keys import words_of
from voicecoach.languages import sayings
from voicecoach.live_sound import LiveSound, Tell
from voicecoach.patient import Patient, Script, Utterance
from voicecoach.speaking.mouth import Mouth
from voicecoach.speaking.voice import Voice

_IDLE_S = 0.25  # how long to wait for an event before looking at the clock again
_SHORTEST_WAIT_S = 0.005  # the clock steps by one audio block, and stands still while a device is lost
ASLEEP_S = 3.0
_LAST_WORD_S = 8.0


class _Loss(Enum):
    """What can be lost that hearing needs."""

    SOUND = auto()
    RECOGNISER = auto()


@dataclass(frozen=True, slots=True)
class Wishes:
    """Which devices and model; None is the default device, `model` None does without hearing (keyboard only).
    `headset`: the microphone can't hear the loudspeaker."""

    microphone: str | None = None
    loudspeaker: str | None = None
    model: Path | None = None
    headset: bool = False


class Live:
    """Plays a session on real devices to its end. Events from all threads meet in one inbox; the thread that calls
    `run()` owns the session."""

    def __init__(
        self, session: Session, voice: Voice, wishes: Wishes, tell: Tell, patient: Patient | None = None
    ) -> None:
        self._session = session
        self._tell = tell
        self._inbox: queue.SimpleQueue[Event | str | None] = queue.SimpleQueue()
        self._script = Script(patient) if patient else None
        self._said_later: list[Utterance] = []
        self._begun = False
        self._losses: dict[_Loss, str] = {}  # why
        self._losses_lock = threading.Lock()
        self._ears: Ears | None = None
        self._sound = LiveSound(
            NONE if wishes.model is None else wishes.microphone,
            wishes.loudspeaker,
            on_microphone=self._microphone,
            on_finished=self._finished,
            on_lost=lambda sentence: self._lost(_Loss.SOUND, sentence),
            on_found=lambda: self._found(_Loss.SOUND),
            tell=tell,
        )
        self._mouth = Mouth(voice, lambda: self._sound.loudspeaker, self._unspoken)
        voice.on_mishap = self.mishap
        self._hands_free = wishes.model is not None or patient is not None
        if wishes.model is not None:
            self._ears = Ears(wishes.model, self._from_ears, lambda: self._sound.now_s, headset=wishes.headset)
            self._open_ears(self._ears)

    # --- for other threads ---

    def type_line(self, line: str) -> None:
        """A line from the keyboard."""
        self._inbox.put(line)

    def leave(self, why: str = "") -> None:
        """End the session: Ctrl-C, or the keyboard's input has ended."""
        if why:
            self._tell(why)
        self._inbox.put(LeaveRequested(self._sound.now_s))

    def mishap(self, what: str) -> None:
        """Something failed and was mended, or is shown: for the journal."""
        if self._begun:
            self._inbox.put(Mishap(self._sound.now_s, what))

    def journal_lost(self, reason: str) -> None:
        """What happens can't be written down any more: the session says so and ends."""
        self._tell(reason)
        self._inbox.put(JournalLost(self._sound.now_s, reason))

    # --- before the session ---

    def announce(self, text: str) -> None:
        """Say something that is not part of the session, so that nobody waits in silence."""
        self._tell(text)
        self._mouth.speak(Speak(0, text))

    def unheard_words(self, phrases: Iterable[str]) -> tuple[str, ...]:
        """Words of the phrases that the model in use can't hear."""
        if self._ears is None:
            return ()
        self._ears.listen(phrases)
        self._ears.sync()
        return self._ears.missing_words()

    # --- the session ---

    def run(self, record: Record, witnesses: Sequence[Witness]) -> Finish:
        """Play until the session is over. Raises whatever `record` does, after a last word."""
        self._conductor = Conductor(self._session, self, record, witnesses)
        self._looked_s = uptime_s()
        try:
            self._begin()
            while self._conductor.finish is None:
                self._next()
            return self._conductor.finish
        except Exception:
            self._say_that_it_is_broken()
            raise
        finally:
            self.close()

    def _begin(self) -> None:
        """What was lost before and is found again is nothing that the session has to know."""
        with self._losses_lock:
            self._begun = True
            for reason in self._losses.values():
                self._inbox.put(HearingLost(self._sound.now_s, reason))
        self._deliver(Started(self._sound.now_s, self._hands_free))

    def _say_that_it_is_broken(self) -> None:
        """Nobody is left waiting in a movement, whatever has failed."""
        with contextlib.suppress(Exception):
            self._mouth.hush()
            self._mouth.speak(Speak(0, sayings()["broken"]))
            self._sound.wait_idle(_LAST_WORD_S)

    def close(self) -> None:
        if self._ears is not None:
            self._ears.close()
        self._sound.close()

    def _next(self) -> None:
        self._notice_sleep()
        timer = self._conductor.due_timer(self._sound.now_s)
        if timer is not None:
            self._deliver(timer)
            return
        due_s = self._conductor.next_due_s
        wait_s = _IDLE_S if due_s is None else min(_IDLE_S, max(_SHORTEST_WAIT_S, due_s - self._sound.now_s))
        self._scripted()
        try:
            event = self._inbox.get(timeout=wait_s)
        except queue.Empty:
            return
        if isinstance(event, str):
            words = words_of(event, self._conductor.question)
            event = Heard(self._sound.now_s, words, source=Source.KEYBOARD)
        if event is not None:
            self._deliver(event)

    def _notice_sleep(self) -> None:
        """A closed lid, or a program that was stopped: this loop never stands still for long otherwise."""
        last_s, self._looked_s = self._looked_s, uptime_s()
        if self._looked_s - last_s > ASLEEP_S:
            self._tell(f"The computer was asleep for {self._looked_s - last_s:.0f} seconds.")
            self._deliver(Suspended(self._sound.now_s, self._looked_s - last_s))

    def _deliver(self, event: Event) -> None:
        effects = self._conductor.deliver(event)
        if self._script is not None:
            self._follow_script(self._script, event, effects)

    # --- the stage ---

    def hush(self) -> None:
        self._mouth.hush()

    def speak(self, speak: Speak) -> None:
        self._mouth.speak(speak)

    def listen(self, listen: Listen) -> None:
        if self._ears is not None:
            self._ears.listen(listen.phrases)

    # --- devices ---

    def _unspoken(self, text: str) -> None:
        self._tell(f"(I can't say this aloud: {text})")
        self.mishap(f"could not be spoken: {text}")

    def _microphone(self, block: Samples, start_sample: int, played: Samples) -> None:
        if self._ears is not None:
            self._ears.feed(block, start_sample, played)

    def _finished(self, speech_id: int, at_s: float) -> None:
        self._inbox.put(SpeechFinished(at_s, speech_id))

    def _open_ears(self, ears: Ears) -> None:
        try:
            ears.open()
        except BaseException:
            self.close()
            raise

    def _from_ears(self, event: HearingEvent) -> None:
        match event:
            case HearingLost(reason=reason):
                self._lost(_Loss.RECOGNISER, reason)
            case HearingRestored():
                self._found(_Loss.RECOGNISER)
            case Mishap(what=what):
                self.mishap(what)
            case Heard() | VoiceStarted() | VoiceStopped():
                if self._begun:  # what was said before the session began was not said to it
                    self._inbox.put(event)

    def _lost(self, loss: _Loss, reason: str) -> None:
        """Tell the session that it is deaf, unless it needs no ears."""
        if self._ears is None:
            self.mishap(reason)
        else:
            with self._losses_lock:
                self._losses[loss] = reason
                if self._begun:
                    self._inbox.put(HearingLost(self._sound.now_s, reason))

    def _found(self, loss: _Loss) -> None:
        """It hears again once nothing is lost any more."""
        with self._losses_lock:
            if loss in self._losses:
                del self._losses[loss]
                if self._begun and not self._losses:
                    self._inbox.put(HearingRestored(self._sound.now_s))

    # --- a scripted patient, for `rehearse --aloud` ---

    def _follow_script(self, script: Script, event: Event, effects: Iterable[Effect]) -> None:
        spoke = False
        for effect in effects:
            spoke = spoke or isinstance(effect, Speak)
            self._say_later(script.follow(effect, self._sound.now_s))
        if isinstance(event, SpeechFinished) and not spoke and self._sound.loudspeaker.idle:
            self._say_later(script.answer(self._sound.now_s))

    def _say_later(self, utterance: Utterance | None) -> None:
        if utterance is not None:
            self._said_later.append(utterance)

    def _scripted(self) -> None:
        now_s = self._sound.now_s
        for utterance in [one for one in self._said_later if one.at_s <= now_s]:
            self._said_later.remove(utterance)
            self._deliver(Heard(now_s, utterance.words, source=Source.SCRIPT))


def read_keyboard(lines: Iterable[str], live: Live) -> threading.Thread:
    """Type every line into the session, on a thread of its own; the end of the input ends the session."""

    def read() -> None:
        for line in lines:
            live.type_line(line)
        live.leave("The keyboard's input has ended, and so does the session.")

    thread = threading.Thread(target=read, name="keyboard", daemon=True)
    thread.start()
    return thread


def uptime_s() -> float:
    """A clock that goes on while the computer is asleep, and that nobody can set."""
    for name in ("CLOCK_BOOTTIME", "CLOCK_MONOTONIC"):  # Linux; macOS
        if hasattr(time, name):
            return time.clock_gettime(getattr(time, name))
    return time.monotonic()
