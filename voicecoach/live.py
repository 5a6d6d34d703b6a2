"""The live driver: real sound devices, the real recogniser, the keyboard; the audio clock is the session's clock."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from pathlib import Path

from voicecoach.audio import NONE, SilentLoudspeaker, SoundDevices, SoundError, Trouble, open_sound
from voicecoach.audio.loudspeaker import Loudspeaker
from voicecoach.conductor import Conductor, Record, Witness
from voicecoach.core.messages import (
    Effect,
    Event,
    Finish,
    Heard,
    HearingLost,
    HearingRestored,
    LeaveRequested,
    Listen,
    Source,
    Speak,
    SpeechFinished,
    Started,
)
from voicecoach.core.session import Session
from voicecoach.hearing.ears import Ears, HearingEvent
from voicecoach.hearing.frames import Samples
from voicecoach.keys import words_of
from voicecoach.patient import Patient, Script, Utterance
from voicecoach.speaking.mouth import Mouth
from voicecoach.speaking.voice import Voice

REOPEN_AFTER_S = (0.0, 1.0, 2.0, 4.0)  # a device that was unplugged takes its time to come back
_IDLE_S = 0.25  # how long to wait for an event before looking at the clock again
_SHORTEST_WAIT_S = 0.005  # the clock steps by one audio block, and stands still while a device is lost

Tell = Callable[[str], None]


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
        self._closing = threading.Event()
        self._losses: set[_Loss] = set()
        self._losses_lock = threading.Lock()
        self._ears: Ears | None = None
        self._sound = self._open(wishes)
        self._mouth = Mouth(voice, self._sound, lambda text: tell(f"(I can't say this aloud: {text})"))
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
        """Play until the session is over. Raises JournalError when `record` does."""
        self._conductor = Conductor(self._session, self, record, witnesses)
        self._begun = True
        try:
            self._deliver(Started(self._sound.now_s, self._hands_free))
            while self._conductor.finish is None:
                self._next()
            return self._conductor.finish
        finally:
            self.close()

    def close(self) -> None:
        self._closing.set()
        if self._ears is not None:
            self._ears.close()
        self._sound.close()

    def _next(self) -> None:
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

    def _open(self, wishes: Wishes) -> Loudspeaker:
        """The devices wished for. Without any loudspeaker time passes silently: everything is on the screen."""
        try:
            return open_sound(
                NONE if wishes.model is None else wishes.microphone,
                wishes.loudspeaker,
                on_microphone=self._microphone,
                on_finished=self._finished,
                on_trouble=self._trouble,
                on_recovered=lambda: self._found(_Loss.SOUND),
            )
        except SoundError as error:
            if wishes.model is not None or wishes.loudspeaker is not None:
                raise
            self._tell(f"{error} I go on without sound.")
            return SilentLoudspeaker(self._finished)

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
            case Heard() if self._begun:  # what was said before the session began was not said to it
                self._inbox.put(event)

    def _lost(self, loss: _Loss, reason: str) -> None:
        """Tell the session that it is deaf, unless it needs no ears."""
        if self._ears is not None:
            with self._losses_lock:
                self._losses.add(loss)
                self._inbox.put(HearingLost(self._sound.now_s, reason))

    def _found(self, loss: _Loss) -> None:
        """It hears again once nothing is lost any more."""
        with self._losses_lock:
            if loss in self._losses:
                self._losses.remove(loss)
                if not self._losses:
                    self._inbox.put(HearingRestored(self._sound.now_s))

    def _trouble(self, trouble: Trouble, sentence: str) -> None:
        """On the sound's own thread: a lost device is opened again, a few times at most; then time goes on silently."""
        self._tell(sentence)
        self._lost(_Loss.SOUND, sentence)
        sound = self._sound
        if trouble in (Trouble.ALL_ZERO, Trouble.BEHIND) or not isinstance(sound, SoundDevices):
            return
        for wait_s in REOPEN_AFTER_S:
            if self._closing.wait(wait_s):
                return
            try:
                sound.reopen()
            except SoundError as error:
                failure = str(error)
            else:
                return
        self._tell(f"{failure} I go on without sound.")
        self._sound = SilentLoudspeaker(self._finished, sound.timeline)
        self._mouth.loudspeaker = self._sound

    # --- a scripted patient, for `rehearse --aloud` ---

    def _follow_script(self, script: Script, event: Event, effects: Iterable[Effect]) -> None:
        spoke = False
        for effect in effects:
            spoke = spoke or isinstance(effect, Speak)
            self._say_later(script.follow(effect, self._sound.now_s))
        if isinstance(event, SpeechFinished) and not spoke and self._sound.idle:
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
