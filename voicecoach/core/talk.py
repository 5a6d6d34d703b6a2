"""What the scenes are written with: saying, waiting, asking. Effects gather here; events arrive through `yield`.

A scene is a generator that yields nothing and receives signals. Whatever disturbs it (a stop, a report, a pause, a
false alarm) is thrown into it as an `Interruption`; the scene keeps its own progress and is played again afterwards.
A question on which going on depends is `owed` while it is open: interrupted, it is asked again before anything else.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from voicecoach.core.body import Baseline, PainReport
from voicecoach.core.intent import Command, Intent
from voicecoach.core.language import Language
from voicecoach.core.masking import SpokenMemory
from voicecoach.core.messages import (
    CancelTimer,
    Effect,
    HearingRestored,
    Hush,
    Listen,
    Note,
    Reached,
    SettingsChanged,
    Speak,
    SpeechFinished,
    SpeechKind,
    StartTimer,
    TimerFired,
)
from voicecoach.core.plan import Settings
from voicecoach.core.questions import PERFORMING, QUESTIONS, Question
from voicecoach.core.rules import Decision, Verdict
from voicecoach.core.vocabulary import phrases_for

LINE_PAUSE_S = 0.35
HEAR_OUT_S = 5.0  # how much longer an answer may take where somebody is talking just then
GRAVE = (Verdict.STOP, Verdict.EMERGENCY)  # what ends the session
WITHDRAWN = "withdrawn"  # a Note's verdict: this rule's decision no longer stands
MIN_RATE_WPM, MAX_RATE_WPM, RATE_STEP_WPM = 100, 220, 20
MIN_GAIN_DB, MAX_GAIN_DB, GAIN_STEP_DB = -18.0, 12.0, 4.0


@dataclass(frozen=True, slots=True)
class Answered:
    """Somebody answered the open question."""

    at_s: float
    intent: Intent


@dataclass(frozen=True, slots=True)
class Misheard:
    """Somebody spoke to the open question, but it was no answer."""

    at_s: float


Signal = SpeechFinished | TimerFired | Answered | Misheard | HearingRestored
Scene = Generator[None, Signal, None]


class Disturbance(StrEnum):
    """Kinds of interruption."""

    STOP = "stop"
    END = "end"
    PAIN = "pain"
    COMMAND = "command"
    FALSE_ALARM = "false_alarm"
    DEAF = "deaf"
    ASLEEP = "asleep"
    TALKED_OVER = "talked_over"


class Interruption(Exception):  # noqa: N818 - control flow of the story, no error
    """Thrown into the scene that is playing. `at_s`: when the coach fell silent, which is where a count froze."""

    def __init__(
        self, kind: Disturbance, at_s: float, intent: Intent | None = None, reason: str = "", *, asked: bool = False
    ) -> None:
        super().__init__(kind)
        self.kind = kind
        self.at_s = at_s
        self.intent = intent
        self.reason = reason
        self.asked = asked  # a question was open, which is asked again anyway


class Matter(StrEnum):
    """What can be left unsettled when a scene is interrupted."""

    STOPPED = "stopped"  # the words that follow a stop
    WHAT_HAPPENED = "what_happened"
    GO_ON = "go_on"
    PAUSE = "pause"
    REPORT = "report"
    CONFIRM = "confirm"
    DEAF = "deaf"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Unsettled:
    """Something that has to be settled before the interrupted scene is played again, and the scene that does it."""

    matter: Matter
    scene: Callable[[], Scene]


class SessionOver(Exception):  # noqa: N818 - control flow of the story, no error
    """Raised by a scene: the session ends with this outcome; only closing words follow."""

    def __init__(self, outcome: str, decision: Decision | None = None) -> None:
        super().__init__(outcome)
        self.outcome = outcome
        self.decision = decision


@dataclass
class Talk:
    """The conversation's state that is not a scene's own: the clock, the voice, the open question, the baseline."""

    language: Language
    sayings: Mapping[str, str]
    now_s: float = 0.0
    rate_wpm: int = 160
    gain_db: float = 0.0
    settings: Settings = field(default_factory=Settings)
    question: Question | None = None
    baseline: Baseline | None = None
    checks: tuple[PainReport, ...] = ()  # what was said at the pain checks so far
    exercise: str = ""
    hands_free: bool = True
    moving: bool = False  # the person is in the middle of a movement, and has to come down when stopped
    cue_down: str = ""  # how the current exercise calls that
    came_down: bool = False  # was brought to rest since the scene began: a repetition is then done anew
    easier: bool = False  # movements are made smaller from now on
    easier_told: str = ""  # the exercise whose easier cue was said last
    owed: Unsettled | None = None  # the open question, where going on depends on its answer
    agreed: bool = False  # an explicit word to go on was just given
    unconfirmed: list[Decision] = field(default_factory=list)  # each ends the session unless it is taken back
    effects: list[Effect] = field(default_factory=list)
    spoken: SpokenMemory = field(default_factory=SpokenMemory)
    timers: set[int] = field(default_factory=set)
    pending_speech: set[int] = field(default_factory=set)
    deaf: bool = False
    somebody_talks: bool = False  # whether or not it is understood
    misheard: bool = False  # something was said to the last question, though nothing was understood
    how_long: Callable[[], str] | None = None  # tells what is left, once there is something
    _last_id: int = 0

    # --- effects ---

    def emit(self, effect: Effect) -> None:
        self.effects.append(effect)

    def next_id(self) -> int:
        self._last_id += 1
        return self._last_id

    def text(self, key: str, **values: object) -> str:
        """A sentence of the language by its key."""
        return self.sayings[key].format(**values)

    def speak(
        self, text: str, *, at_s: float | None = None, kind: SpeechKind = SpeechKind.LINE, pause_s: float = LINE_PAUSE_S
    ) -> int:
        """Queue or schedule speech; returns its id. `at_s` in the past would be late, so it is never before now."""
        speech_id = self.next_id()
        text = text[:1].upper() + text[1:] if kind is SpeechKind.LINE else text
        onset_s = None if at_s is None else max(at_s, self.now_s)
        self.emit(Speak(speech_id, text, onset_s, pause_s, kind, self.rate_wpm, self.gain_db))
        self.spoken.speaking(speech_id, text, self.now_s if onset_s is None else onset_s)
        self.pending_speech.add(speech_id)
        return speech_id

    def hush(self) -> None:
        """Fall silent at once; what was being said or waited for is void."""
        self.emit(Hush())
        self.spoken.hushed(self.now_s)
        self.pending_speech.clear()

    def start_timer(self, seconds: float) -> int:
        timer_id = self.next_id()
        self.timers.add(timer_id)
        self.emit(StartTimer(timer_id, self.now_s + seconds))
        return timer_id

    def cancel_timer(self, timer_id: int) -> None:
        """Nothing happens where it has fired or was cancelled before."""
        if timer_id in self.timers:
            self.timers.discard(timer_id)
            self.emit(CancelTimer(timer_id))

    def cancel_timers(self) -> None:
        for timer_id in sorted(self.timers):
            self.emit(CancelTimer(timer_id))
        self.timers.clear()

    def note(self, decision: Decision, report: str = "") -> None:
        """Every decision is written down with its rule and its reason."""
        self.emit(Note(decision.rule, decision.verdict.value, decision.reason, report, self.exercise))

    def come_down(self) -> str:
        """From now on nobody moves. Returns what has to be said for that: nothing, where nobody moved."""
        words = self.cue_down if self.moving else ""
        self.moving, self.came_down = False, True
        return words

    def adjust(self, command: Command) -> bool:
        """Speak slower, faster, louder or quieter from now on; False for any other command."""
        if command in (Command.SLOWER, Command.FASTER):
            step = RATE_STEP_WPM if command is Command.FASTER else -RATE_STEP_WPM
            self.rate_wpm = min(max(self.rate_wpm + step, MIN_RATE_WPM), MAX_RATE_WPM)
        elif command in (Command.LOUDER, Command.QUIETER):
            step_db = GAIN_STEP_DB if command is Command.LOUDER else -GAIN_STEP_DB
            self.gain_db = min(max(self.gain_db + step_db, MIN_GAIN_DB), MAX_GAIN_DB)
        else:
            return False
        settings = replace(self.settings, rate_wpm=self.rate_wpm, gain_db=self.gain_db)
        if settings != self.settings:
            self.settings = settings
            self.emit(SettingsChanged(settings))
        return True

    def use(self, settings: Settings) -> None:
        """Speak and count as it was set before."""
        self.settings = settings
        self.rate_wpm = min(max(settings.rate_wpm, MIN_RATE_WPM), MAX_RATE_WPM)
        self.gain_db = min(max(settings.gain_db, MIN_GAIN_DB), MAX_GAIN_DB)

    def ends_unless_denied(self, decision: Decision) -> None:
        """A grave decision stands from the moment it is made, however the session ends before it is confirmed."""
        if decision.verdict in GRAVE and decision not in self.unconfirmed:
            self.unconfirmed.append(decision)

    def take_back(self, decision: Decision, words: str) -> None:
        """A grave decision was denied. The journal has both."""
        self.unconfirmed = [other for other in self.unconfirmed if other.rule != decision.rule]
        self.emit(Note(decision.rule, WITHDRAWN, "the person took it back", words, self.exercise))

    @property
    def standing(self) -> Decision | None:
        """The gravest decision that nobody took back; of equal ones the first."""
        emergencies = (decision for decision in self.unconfirmed if decision.verdict is Verdict.EMERGENCY)
        return next(emergencies, self.unconfirmed[0] if self.unconfirmed else None)

    def reached(self, phase: str, number: int = 0) -> None:
        self.emit(Reached(self.exercise, phase, number))

    def listen(self, question: Question | None) -> None:
        """Open a question (None: nothing is asked, only commands and reports are heard)."""
        self.question = question
        name = question.name if question else PERFORMING
        self.emit(Listen(name, phrases_for(name, self.language)))

    # --- waiting ---

    def say(self, key: str, **values: object) -> Generator[None, Signal, float]:
        """Say a sentence of the language; ends when it was said, at the returned time in seconds."""
        return (yield from self.say_text(self.text(key, **values)))

    def say_text(self, text: str, pause_s: float = LINE_PAUSE_S) -> Generator[None, Signal, float]:
        return (yield from self.until_spoken(self.speak(text, pause_s=pause_s)))

    def until_spoken(self, speech_id: int) -> Generator[None, Signal, float]:
        while True:
            signal = yield
            if isinstance(signal, SpeechFinished) and signal.id == speech_id:
                return signal.at_s

    def wait(self, seconds: float) -> Generator[None, Signal, None]:
        """Let time pass."""
        if seconds <= 0:
            return
        timer_id = self.start_timer(seconds)
        while True:
            signal = yield
            if isinstance(signal, TimerFired) and signal.id == timer_id:
                return

    def ask(
        self, name: str, *, saying: str = "", before: str = "", silence_s: float = 0.0, **values: object
    ) -> Generator[None, Signal, Intent | None]:
        """Ask until it is answered; None after silence or misunderstanding (UNCLEAR). The first time in full (after
        the sentence `before`, if any), then in simpler words; `saying` has other words for it. Answers are heard while
        it still speaks, and for at least `silence_s` after it."""
        question = QUESTIONS[name]
        silence_s = max(silence_s, question.silence_s)
        self.listen(question)
        saying = saying or name
        prompt = f"{before} {self.text(saying, **values)}".strip()
        again = self.sayings.get(f"{saying}_again", self.sayings[saying]).format(**values)
        self.misheard = False
        for _ in range(question.tries):
            intent = yield from self._one_answer(prompt, silence_s)
            if intent is not None:
                self.listen(None)
                return intent
            prompt = again
        self.listen(None)
        return None

    def _one_answer(self, prompt: str, silence_s: float) -> Generator[None, Signal, Intent | None]:
        speech_id = self.speak(prompt)
        timer_id, heard_out = 0, False
        while True:
            signal = yield
            match signal:
                case Answered(intent=intent):
                    self.cancel_timers()
                    return intent
                case Misheard():
                    self.cancel_timers()
                    self.misheard = True
                    return None
                case SpeechFinished(id=finished) if finished == speech_id:
                    timer_id = self.start_timer(silence_s)
                case TimerFired(id=fired) if fired == timer_id and self.somebody_talks and not heard_out:
                    timer_id, heard_out = self.start_timer(HEAR_OUT_S), True
                case TimerFired(id=fired) if fired == timer_id:
                    return None
                case _:
                    pass
