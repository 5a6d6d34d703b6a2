"""The patient of bench_open_laptop: answers whatever the coach asks, and interrupts it at moments set beforehand.

Only the voice is used, never the keyboard. Recorded people say "stop"; the rest is said by flite, an engine that the
coach does not use, in a voice that its model was not trained on.
"""

from __future__ import annotations

import random
import re
import shutil
import subprocess
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

import soundfile
import soxr
from bench_latency import stop_clips

from tests.end_to_end_session import Line, Scene, spoken
from tests.end_to_end_sound import spoken_part
from tests.virtual_room import VirtualRoom
from tests.virtual_room_process import RATE_HZ
from voicecoach.core.questions import QUESTIONS
from voicecoach.languages import sayings
from voicecoach.patient import WELL
from voicecoach.speaking.timeline import Pcm

FLITE_VOICE = "rms"
RECORDED = "stop"
# What is said to interrupt, and what the coach then says or prints: the decision.
INTERRUPTIONS = {
    "stop": "RULE +STOP-WORD",
    "ow": "RULE +STOP-WORD",
    "ouch": "RULE +STOP-WORD",
    "pause": "COACH .*We pause",
    "it hurts": "RULE +[A-Z-]+ -> (ask|stop)",
}
TEN = ("stop",) * 5 + ("ow", "ouch", "pause", "pause", "it hurts")
# What is said in turn where the first words were not understood; otherwise as a patient who is well.
IN_OTHER_WORDS = {
    "hearing_test": ("ready", "yes", "i can hear you"),
    "ready": ("ready", "yes", "go on"),
    "in_place": ("ready", "yes", "go on"),
    "paused": ("continue", "go on", "ready"),
    "go_on": ("yes", "go on"),
    "eased": ("yes", "go on"),
    "what_happened": ("nothing",),
    "confirm": ("no",),
    "where_worse": ("my back", "back"),
}
LEFT_CALF, FIVE = "left calf", "five"
ANSWERS = {name: IN_OTHER_WORDS.get(name, WELL[name]) for name in QUESTIONS}
UNSETTLED = {"what_happened", "go_on", "eased", "paused", "confirm", "confirm_new", "where_worse", "up_or_down"} | {
    name for name in QUESTIONS if name.startswith(("ladder", "leg_", "compared"))
}
_LOOK_S = 0.05
_QUIET_S = 0.7  # the coach has finished
_NO_REACTION_S = 6.0  # then it is said again
_NOT_HEARD_S = 3.5  # an interruption that had no effect by then was not heard
_ATTEMPTS = 4
_AFTER_THE_LAST_S = 6.0
_THINKING_S = (0.2, 1.0)


@dataclass(frozen=True, slots=True)
class Utterance:
    """What was said, on the room's count of samples: `ended` is where its sound ends, without the room's.
    `interruption`: which one, counted from 1 (0: an answer); `attempt` from 1; `decided`: the line that told so."""

    words: str
    began: int
    ended: int
    interruption: int = 0
    attempt: int = 1
    decided: Line | None = None
    clip: str = ""


@dataclass
class Voices:
    """The sounds of words."""

    folder: Path
    chance: random.Random
    _clips: list[Path] = field(default_factory=list)

    def of(self, words: str) -> tuple[Pcm, str]:
        """Samples at RATE_HZ, and which recording it is ("" for a synthetic voice)."""
        if words != RECORDED:
            return self._flite(words), ""
        if not self._clips:
            self._clips = stop_clips()
            self.chance.shuffle(self._clips)
        clip = self._clips.pop()
        return _at_rate(clip), clip.name

    def _flite(self, words: str) -> Pcm:
        wav = self.folder / f"{re.sub('[^a-z]', '_', words)}.wav"
        if not wav.exists():
            subprocess.run(["flite", "-voice", FLITE_VOICE, "-t", words, "-o", str(wav)], check=True)
        return _at_rate(wav)


def _at_rate(path: Path) -> Pcm:
    samples, rate_hz = soundfile.read(path, dtype="float32")
    resampled: Pcm = soxr.resample(samples, rate_hz, RATE_HZ)
    return resampled


def missing_programs() -> str:
    """Why there can be no patient here; "" where there can."""
    return "" if shutil.which("flite") else "no flite: apt-get install flite"


@dataclass
class LaptopPatient:
    """`moments_s`: when to interrupt with `interruptions`, in seconds after the first exercise began."""

    scene: Scene
    room: VirtualRoom
    voices: Voices
    chance: random.Random
    moments_s: tuple[float, ...]
    interruptions: tuple[str, ...]
    said: list[Utterance] = field(default_factory=list)
    _seen: int = 0
    _question: str = ""
    _asked: Line | None = None
    _tries: dict[str, int] = field(default_factory=dict)
    _answered_s: float | None = None
    _exercises_began_s: float | None = None
    _last_interruption_s: float = 0.0
    _interrupted: int = 0

    def play(self, timeout_s: float) -> bool:
        """Until the coach ends; False where it has not by then."""
        give_up_s = time.monotonic() + timeout_s
        pause = threading.Event()
        while time.monotonic() < give_up_s:
            if self._listen():
                return True
            if self._may_interrupt():
                self._interrupt()
            elif self._may_answer():
                self._answer()
            pause.wait(_LOOK_S)
        return False

    # --- what the coach says ---

    def _listen(self) -> bool:
        """Read the lines that are new; True where the session is over."""
        lines = self.scene.coach.lines
        while self._seen < len(lines):
            line = lines[self._seen]
            self._seen += 1
            if "] END" in line.text:
                return True
            if "] COACH" in line.text:
                self._hear(line)
        return self.scene.coach.process.poll() is not None

    def _hear(self, line: Line) -> None:
        if self._exercises_began_s is None and "COACH  Exercise one" in line.text:
            self._exercises_began_s = line.at_s
        question = asked_in(line.text)
        if question != self._question:
            self._tries.clear()
        self._question, self._asked, self._answered_s = question, line if question else None, None

    def _quiet(self) -> bool:
        return self.scene.heard.wait_for(_is_quiet, _QUIET_S, 0)

    # --- what the patient says ---

    def _may_answer(self) -> bool:
        now_s = time.monotonic()
        if self._asked is None or now_s - self._asked.at_s < _QUIET_S:
            return False
        if self._answered_s is not None and now_s - self._answered_s < _NO_REACTION_S:
            return False
        return self._quiet()

    def _answer(self) -> None:
        """Somebody who was not understood says it in other words, and what was understood wrongly is denied."""
        threading.Event().wait(self.chance.uniform(*_THINKING_S))
        question, line = self._question, self._asked
        assert line is not None
        if self._listen() or self._asked is not line:
            return
        tries = self._tries.get(question, 0)
        self._tries[question] = tries + 1
        answers = ANSWERS[question]
        words = answers[tries % len(answers)]
        if question == "readback":
            words = _correction(line.text)
        if words:  # silence is an answer too
            self._say(words)
        self._answered_s = time.monotonic()

    def _may_interrupt(self) -> bool:
        if self._exercises_began_s is None or self._interrupted >= len(self.moments_s):
            return False
        now_s = time.monotonic()
        settled = self._question not in UNSETTLED and now_s - self._last_interruption_s > _AFTER_THE_LAST_S
        return settled and now_s - self._exercises_began_s >= self.moments_s[self._interrupted]

    def _interrupt(self) -> None:
        """Say it, and again where it was not heard."""
        words = self.interruptions[self._interrupted]
        self._interrupted += 1
        for attempt in range(1, _ATTEMPTS + 1):
            first_line = len(self.scene.coach.lines)
            said = self._say(words)
            decided = self._wait_for_line(INTERRUPTIONS[words], first_line, self.room.moment(said.ended) + _NOT_HEARD_S)
            self.said[-1] = Utterance(words, said.began, said.ended, self._interrupted, attempt, decided, said.clip)
            if decided is not None or self._over():
                break
        self._last_interruption_s = time.monotonic()

    def _say(self, words: str) -> Utterance:
        voice, clip = self.voices.of(words)
        said = self.room.say(voice, re.sub("[^a-z]", "_", words))
        utterance = Utterance(words, said.began, said.began + spoken_part(voice, RATE_HZ)[1], clip=clip)
        self.said.append(utterance)
        threading.Event().wait(max(0.0, self.room.moment(said.ended) - time.monotonic()))
        return utterance

    def _wait_for_line(self, pattern: str, first_line: int, until_s: float) -> Line | None:
        pause = threading.Event()
        while True:
            lines = self.scene.coach.lines[first_line:]
            found = next((line for line in lines if re.search(pattern, line.text)), None)
            if found is not None or time.monotonic() > until_s or self._over():
                return found
            pause.wait(_LOOK_S)

    def _over(self) -> bool:
        return self.scene.coach.process.poll() is not None


def asked_in(text: str) -> str:
    """The question that this line of the coach asks, "" where it asks none."""
    found = [(len(sayings()[key]), key) for key in _SAYINGS if re.search(spoken(key) + "$", text)]
    return max(found)[1].removesuffix("_again").removesuffix("_none") if found else ""


_SAYINGS = [key for name in (*QUESTIONS, "readback_none") for key in (name, f"{name}_again") if key in sayings()]


def _correction(text: str) -> str:
    """What a patient says to "I have ...": yes, or what is wrong with it."""
    if "calf" not in text.lower():
        return LEFT_CALF
    return "yes" if FIVE in text.lower() else FIVE


def _is_quiet(last: Pcm) -> bool:
    return len(last) >= _QUIET_S * RATE_HZ and float(abs(last).max()) < 0.002
