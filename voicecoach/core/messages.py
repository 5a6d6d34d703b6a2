"""What comes into the core (events) and what goes out of it (effects). All frozen, all serialisable.

Every event carries `at_s`: seconds on the session's own clock, which in a live session is the audio clock (samples
played divided by the sample rate). The core has no other notion of time.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from voicecoach.core.body import Baseline
from voicecoach.core.plan import Plan, Settings


class Source(StrEnum):
    """Who or what produced the words: the same rules hold for all."""

    VOICE = "voice"
    KEYBOARD = "keyboard"
    SCRIPT = "script"


# --- events -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Started:
    """The session begins. `hands_free` is false when only the keyboard can be heard."""

    at_s: float
    hands_free: bool = True


@dataclass(frozen=True, slots=True)
class Heard:
    """Words of one utterance. Partial results (`final` false) are proposals and may still change.

    `words` may contain "[unk]" where the recogniser heard speech outside its grammar.
    `started_s` and `ended_s` are when the utterance began and ended, on the session's clock. `surely_other`: it is
    certain that somebody other than the coach spoke (nothing was being played, or the echo canceller says so).
    """

    at_s: float
    words: str
    final: bool = True
    confidence: float = 1.0
    started_s: float | None = None
    ended_s: float | None = None
    source: Source = Source.VOICE
    surely_other: bool = False


@dataclass(frozen=True, slots=True)
class VoiceStarted:
    """Somebody is talking since `started_s`, whether or not a word of it will be understood. Never the coach itself:
    it is only sent where that is certain, as in `Heard.surely_other`."""

    at_s: float
    started_s: float


@dataclass(frozen=True, slots=True)
class VoiceStopped:
    """Nobody has talked since `ended_s`; what was said since the last VoiceStarted has had its final result."""

    at_s: float
    started_s: float
    ended_s: float


@dataclass(frozen=True, slots=True)
class SpeechFinished:
    """The last sample of Speak(id) has been played. A hushed Speak never finishes."""

    at_s: float
    id: int


@dataclass(frozen=True, slots=True)
class TimerFired:
    """StartTimer(id) is due."""

    at_s: float
    id: int


@dataclass(frozen=True, slots=True)
class HearingLost:
    """The microphone or the recogniser is gone; `reason` is a short clause that can be spoken."""

    at_s: float
    reason: str


@dataclass(frozen=True, slots=True)
class HearingRestored:
    """The coach can hear again."""

    at_s: float


@dataclass(frozen=True, slots=True)
class LeaveRequested:
    """The person closes the program (Ctrl-C, end of the keyboard's input): end safely."""

    at_s: float


@dataclass(frozen=True, slots=True)
class Suspended:
    """The computer was asleep, or too busy for anything, for so many seconds that the session's clock did not count."""

    at_s: float
    seconds: float


@dataclass(frozen=True, slots=True)
class JournalLost:
    """What happens can't be written down any more: say so and end safely."""

    at_s: float
    reason: str


@dataclass(frozen=True, slots=True)
class Mishap:
    """Something failed around the session and was mended, or was told on the screen: only for the journal."""

    at_s: float
    what: str


Event = (
    Started
    | Heard
    | VoiceStarted
    | VoiceStopped
    | SpeechFinished
    | TimerFired
    | HearingLost
    | HearingRestored
    | LeaveRequested
    | Suspended
    | JournalLost
    | Mishap
)


# --- effects ----------------------------------------------------------------------------------------------------


class SpeechKind(StrEnum):
    LINE = "line"  # a sentence
    COUNT = "count"  # a counted number
    CUE = "cue"  # up, hold, down


@dataclass(frozen=True, slots=True)
class Speak:
    """Say `text`. With `at_s` its voice onset is at exactly that moment of the session's clock; without, it follows
    what was queued before it after `pause_s` of silence. `rate_wpm`: words per minute; `gain_db`: relative level."""

    id: int
    text: str
    at_s: float | None = None
    pause_s: float = 0.35
    kind: SpeechKind = SpeechKind.LINE
    rate_wpm: int = 160
    gain_db: float = 0.0


@dataclass(frozen=True, slots=True)
class Hush:
    """Be silent within one audio block; everything spoken, queued or scheduled is dropped and never finishes."""


@dataclass(frozen=True, slots=True)
class StartTimer:
    """Send TimerFired(id) at `due_s` of the session's clock."""

    id: int
    due_s: float


@dataclass(frozen=True, slots=True)
class CancelTimer:
    id: int


@dataclass(frozen=True, slots=True)
class Listen:
    """From now on expect answers to `question`. `phrases` are what the recogniser should be able to hear (lower case;
    hearing adds "[unk]" for all other speech; a phrase with "[unk]" in it is heard in the midst of such speech, more
    readily where it is given more often). Stop and pain words are in every one of them."""

    question: str
    phrases: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Reached:
    """The session has come to a new place: for the screen, the journal and scripted patients.

    `phase` is one of greeting, locks, plan, screening, baseline, progress, resume, position, step, ready,
    hold, repetition, rest, check, pause, closing; `number` counts from 1 within the exercise (0 where nothing is
    counted); at "resume" it is 1 where the exercise had been begun.
    """

    exercise: str
    phase: str
    number: int = 0


@dataclass(frozen=True, slots=True)
class Note:
    """One decision for the journal: which rule, what it means for the session, why, and on what report."""

    rule: str
    verdict: str
    reason: str
    report: str
    exercise: str = ""


@dataclass(frozen=True, slots=True)
class BaselineTaken:
    """The pain before the first exercise, as it was agreed to."""

    baseline: Baseline


@dataclass(frozen=True, slots=True)
class PlanChanged:
    """The plan from now on, to be remembered. `why`: chosen (told at the first start), more (proposed and agreed to),
    kept (proposed and declined), less (a step back after a worse session)."""

    plan: Plan
    why: str


@dataclass(frozen=True, slots=True)
class SettingsChanged:
    """Personal settings from now on, to be remembered."""

    settings: Settings


@dataclass(frozen=True, slots=True)
class Released:
    """A clinician, who saw the person on the date `seen_on` (ISO 8601), allows the exercises again: read back and
    confirmed."""

    clinician: str
    seen_on: str


@dataclass(frozen=True, slots=True)
class ScoreTaken:
    """How strong the pain is after an exercise, as it was understood; None where no number could be had."""

    exercise: str
    score: int | None


@dataclass(frozen=True, slots=True)
class Finish:
    """The session is over; nothing follows. `outcome` is completed, stopped, emergency, unclear, ended (the
    person chose to), left (the program was closed), unheard, unrecorded (the journal failed), not-approved, or locked;
    `rule` is the rule that ended it ("" where none did)."""

    outcome: str
    rule: str = ""


Remembered = PlanChanged | SettingsChanged | Released  # what outlasts the session
Effect = (
    Speak | Hush | StartTimer | CancelTimer | Listen | Reached | Note | ScoreTaken | BaselineTaken | Remembered | Finish
)
