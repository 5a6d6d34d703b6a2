"""The coach as a process over a sound card in software, and a patient who listens to it and answers.

The patient hears what the coach plays (to wait until it is silent) and reads its lines (to know what was asked); it
speaks with a synthetic voice, or with recordings of people.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile
import soxr

from tests.virtual_sound import RATE_HZ, Recording, VirtualSound
from voicecoach.journal import Entry, Journal, SessionRecord
from voicecoach.languages import sayings
from voicecoach.speaking.timeline import Pcm
from voicecoach.speaking.voice import Voice

REPOSITORY = Path(__file__).parents[1]
SHORT = REPOSITORY / "tests" / "data" / "sessions" / "short.toml"
PATIENCE_S = 30.0
PATIENT_VOICE = "gmw/en-gb-x-rp"
PATIENT_RATE_WPM = 140
PATIENT_LEVEL = 0.5
SOUND_LEVEL = 0.002  # anything louder is speech: the virtual loudspeaker gives exact zeros otherwise
# What somebody without warning signs types before the first question about pain, at the first session.
FIRST_START = {
    "approved": "yes",
    "plan_doctor": "no",
    "plan_all": "yes",
    "plan_right": "yes",
    "screen_bladder": "no",
    "screen_saddle": "no",
    "screen_weak": "no",
    "screen_both": "no",
}
_NICENESS = -10
QUIET_S = 0.6  # so long after its last sound the coach has finished its sentence


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the coach's screen, and when it came (time.monotonic())."""

    text: str
    at_s: float


class Coach:
    """The running command line, at a terminal; what it prints is collected. `under`: a program that runs it, as in
    `setpriv ...`."""

    def __init__(self, arguments: list[str], env: dict[str, str], under: Sequence[str] = ()) -> None:
        self.lines: list[Line] = []
        self._next = 0  # the first line that nobody has waited for
        self._ended = False
        self._changed = threading.Condition()
        self._keyboard, terminal = os.openpty()
        self.process = subprocess.Popen(
            [*under, sys.executable, "-m", "voicecoach", *arguments],
            stdin=terminal,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=env,
            cwd=REPOSITORY,
            text=True,
        )
        os.close(terminal)
        if hasattr(os, "setpriority"):
            with suppress(PermissionError):  # what else this computer does is no fault that is to be tested
                os.setpriority(os.PRIO_PROCESS, self.process.pid, _NICENESS)
        self._reader = threading.Thread(target=self._collect, name="lines of the coach", daemon=True)
        self._reader.start()

    @property
    def transcript(self) -> str:
        return "\n".join(line.text for line in self.lines)

    def line(self, pattern: str, timeout_s: float = PATIENCE_S) -> Line:
        """Wait for the next line in which the pattern is found; those before it are passed over. Where none comes,
        the coach is ended, and what its threads were doing is part of the AssertionError."""
        line = self.line_if_any(pattern, timeout_s)
        if line is None:
            if self.process.poll() is None:
                self.process.send_signal(signal.SIGABRT)  # see PYTHONFAULTHANDLER
            self.wait()
            raise AssertionError(f"no line with {pattern!r} came:\n{self.transcript}")
        return line

    def line_if_any(self, pattern: str, timeout_s: float) -> Line | None:
        """The same, or None where none comes."""
        give_up_s = time.monotonic() + timeout_s
        with self._changed:
            while True:
                while self._next < len(self.lines):
                    line = self.lines[self._next]
                    self._next += 1
                    if re.search(pattern, line.text):
                        return line
                left_s = give_up_s - time.monotonic()
                if self._ended or not self._changed.wait(max(0.0, left_s)):
                    return None

    def wait(self, timeout_s: float = PATIENCE_S) -> int:
        """Its exit status."""
        status = self.process.wait(timeout_s)
        self._reader.join(timeout_s)
        return status

    def interrupt(self) -> None:
        self.process.send_signal(signal.SIGINT)

    def type_line(self, line: str) -> None:
        os.write(self._keyboard, f"{line}\n".encode())

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.wait()
        os.close(self._keyboard)

    def _collect(self) -> None:
        assert self.process.stdout is not None
        with self.process.stdout as stdout:
            for text in stdout:
                with self._changed:
                    self.lines.append(Line(text.rstrip("\n"), time.monotonic()))
                    self._changed.notify_all()
        with self._changed:
            self._ended = True
            self._changed.notify_all()


class Mouth:
    """Speaks into the coach's microphone: words in a synthetic voice, or a recording of a person. `sink`: where the
    card takes what is said."""

    def __init__(self, card: VirtualSound, voice: Voice, folder: Path, sink: str = "mouth") -> None:
        self._card = card
        self._voice = voice
        self._folder = folder
        self._sink = sink

    def moved_to(self, sink: str) -> Mouth:
        """The same person in front of another microphone."""
        return Mouth(self._card, self._voice, self._folder, sink)

    def say(self, words: str) -> None:
        """Returns when it has been said."""
        wav = self._folder / f"{re.sub('[^a-z]', '_', words)}.wav"
        if not wav.exists():
            soundfile.write(wav, self._voice.render(words, PATIENT_RATE_WPM) * PATIENT_LEVEL, RATE_HZ)
        self._card.play_to_microphone(wav, self._sink)

    def play(self, clip: Path) -> None:
        """Returns when it has been played."""
        wav = self._folder / f"{clip.stem}.wav"
        if not wav.exists():
            samples, rate_hz = soundfile.read(clip, dtype="float32")
            soundfile.write(wav, soxr.resample(samples, rate_hz, RATE_HZ), RATE_HZ)
        self._card.play_to_microphone(wav, self._sink)


@dataclass(frozen=True, slots=True)
class Dialogue:
    """The coach, and what it is told on the keyboard."""

    coach: Coach
    data: Path  # its data folder

    def hears(self, saying: str, timeout_s: float = PATIENCE_S) -> Line:
        """Wait until the coach says this: the key of a sentence in its language."""
        return self.coach.line(spoken(saying), timeout_s)

    def type_to(self, saying: str, words: str) -> None:
        """Answer on the keyboard, as soon as the coach begins to say this."""
        self.hears(saying)
        self.coach.type_line(words)

    def journal(self) -> tuple[SessionRecord, list[Entry]]:
        """The last session as it is written down."""
        with Journal.open(self.data / "journal.sqlite3") as journal:
            session = journal.sessions()[-1]
            return session, journal.entries(session.id)


@dataclass(frozen=True, slots=True)
class Scene(Dialogue):
    """Everything that takes part in a session."""

    mouth: Mouth
    heard: Recording  # what the coach plays

    def wait_quiet(self, quiet_s: float = QUIET_S, timeout_s: float = PATIENCE_S) -> None:
        """Wait until the coach has been silent for so long."""
        if not self.heard.wait_for(lambda last: _silent(last, quiet_s), quiet_s, timeout_s):
            raise AssertionError(f"the coach never falls silent:\n{self.coach.transcript}")

    def wait_sound(self, timeout_s: float = PATIENCE_S) -> None:
        """Wait until the coach sounds."""
        if not self.heard.wait_for(lambda last: bool((np.abs(last) > SOUND_LEVEL).any()), 0.05, timeout_s):
            raise AssertionError(f"the coach is silent:\n{self.coach.transcript}")

    def hears_out(self, saying: str) -> None:
        """Wait until the coach has said this and is silent."""
        self.hears(saying)
        self.wait_sound()
        self.wait_quiet()

    def is_stopped_by(self, clip: Path) -> None:
        """A person says stop, and says it again where it wasn't heard, as people do."""
        for _ in range(3):
            self.mouth.play(clip)
            if self.coach.line_if_any("RULE +STOP-WORD", 5.0):
                return
        raise AssertionError(f"a stop is not heard:\n{self.coach.transcript}")

    def answer(self, saying: str, words: str) -> None:
        """Answer by voice, when the coach has said this."""
        self.hears_out(saying)
        self.mouth.say(words)


def spoken(saying: str) -> str:
    """The pattern of a line in which the coach says this sentence, whatever is filled in."""
    return "COACH .*" + re.sub(r"\\\{\w+\\\}", ".*", re.escape(sayings()[saying]))


def rendered(cache: Path, text: str, rate_wpm: int = 160) -> Pcm:
    """What the coach's voice made of a line."""
    coach = Voice(cache / "voicecoach" / "speech")
    try:
        return coach.render(text, rate_wpm)
    finally:
        coach.close()


def _silent(last: Pcm, quiet_s: float) -> bool:
    return len(last) >= quiet_s * RATE_HZ and not (np.abs(last) > SOUND_LEVEL).any()


@contextmanager
def session(
    card: VirtualSound,
    folder: Path,
    *arguments: str,
    voice: Voice,
    cache: Path,
    under: Sequence[str] = (),
    env: Mapping[str, str] | None = None,
) -> Iterator[Scene]:
    """A session by the command line over the card, its data in `folder`; `under` a program that runs it, with more in
    its environment."""
    data = folder / "data"
    own = {"VOICECOACH_DATA_DIR": str(data), "XDG_CACHE_HOME": str(cache), "PYTHONFAULTHANDLER": "1"}
    with card.record_speaker() as heard:
        coach = Coach(["session", *arguments], {**card.env, **own, **(env or {})}, under)
        try:
            yield Scene(coach, data, Mouth(card, voice, folder), heard)
        finally:
            coach.close()


def helper_pid(coach_pid: int, module: str) -> int:
    """The process id of one of the coach's helper processes. Raises StopIteration where there is none."""
    children = Path(f"/proc/{coach_pid}/task/{coach_pid}/children")
    pids = [int(pid) for pid in children.read_text().split()]
    threads = Path(f"/proc/{coach_pid}/task").iterdir()
    pids += [int(pid) for thread in threads for pid in (thread / "children").read_text().split()]
    return next(pid for pid in pids if module in Path(f"/proc/{pid}/cmdline").read_text())


def stall(pid: int, seconds: float) -> None:
    """Have a process do nothing for a while, as on a computer that is too busy."""
    os.kill(pid, signal.SIGSTOP)
    threading.Event().wait(seconds)
    os.kill(pid, signal.SIGCONT)
