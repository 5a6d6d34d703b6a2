"""A session that soon comes to a long hold, so that something can fail in the middle of it, and what must be so then.

It is somebody's second session, with the fastest voice and every second counted.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol

from tests.end_to_end_session import (
    REPOSITORY,
    Coach,
    Dialogue,
    Line,
    Scene,
    rendered,
    session,
    spoken,
)
from tests.end_to_end_sound import find
from tests.journalled import record_session
from tests.virtual_sound import RATE_HZ, Recording, VirtualSound
from voicecoach.core.messages import SpeechKind
from voicecoach.core.plan import Counting, Settings, change_of
from voicecoach.journal import Entry, Journal
from voicecoach.speaking.timeline import Pcm
from voicecoach.speaking.voice import Voice

PROGRAMME = str(REPOSITORY / "tests" / "data" / "sessions" / "fault.toml")
FASTEST_WPM = 220
HOLD = "press-up, hold 1"
GONE = ("The sound device has gone.", "The sound device has stalled.")
RECOGNISER, SPEECH = "voicecoach.hearing.recogniser_process", "voicecoach.speaking.render_process"
PIECE_S, BEGINNING_S = 0.5, 1.75  # the next loss may cut it short two seconds later
ALIKE = 0.8  # so much of a line that was played is more like itself than this; other speech is below 0.6
_TO_THE_HOLD = {
    "hearing_test": "ready",
    "typed_ready": "ready",
    "baseline": "left calf",
    "baseline_score": "five",
    "readback": "yes",
    "in_place": "ready",
    "ready": "ready",
    "paused": "continue",  # a busy computer has disturbed it before its time
}
_COUNTED = {SpeechKind.COUNT.value, SpeechKind.CUE.value}


NewCard = Callable[..., VirtualSound]  # see virtual_sound_card


class Begin(Protocol):
    """A session at its first count."""

    def __call__(self, card: VirtualSound) -> Scene: ...


@contextmanager
def live_session(card: VirtualSound, folder: Path, voice: Voice, cache: Path) -> Iterator[Scene]:
    """Hands-free over the card, at its first count."""
    prepare(folder / "data")
    with session(card, folder, PROGRAMME, voice=voice, cache=cache) as scene:
        come_to(scene, HOLD)
        scene.wait_sound()
        yield scene


@contextmanager
def typed_session(folder: Path, cache: Path, place: str = HOLD) -> Iterator[Dialogue]:
    """On the keyboard, at its first count, or at another place (the pattern of a line)."""
    data = folder / "data"
    prepare(data)
    with started(data, cache, "session", PROGRAMME, "--typed") as coach:
        dialogue = Dialogue(coach, data)
        come_to(dialogue, place)
        yield dialogue


@contextmanager
def started(data: Path, cache: Path, *arguments: str, before: Sequence[str] = ()) -> Iterator[Coach]:
    """The command line with these arguments. `before` goes before the command, as in `setpriv ...`."""
    env = os.environ | {"VOICECOACH_DATA_DIR": str(data), "XDG_CACHE_HOME": str(cache), "PYTHONFAULTHANDLER": "1"}
    coach = Coach(list(arguments), env, before)
    try:
        yield coach
    finally:
        coach.close()


def prepare(data: Path) -> None:
    """A journal with an earlier session and with settings."""
    now = datetime.now().astimezone()
    settings = Settings(rate_wpm=FASTEST_WPM, counting=Counting.EVERY)
    with Journal.open(data / "journal.sqlite3") as journal:
        record_session(journal, at=now - timedelta(days=2), programme=PROGRAMME)
        journal.note_plan(change_of(settings), now, "the person")


def come_to(dialogue: Dialogue, place: str) -> None:
    """Answer whatever is asked on the way to this line."""
    patterns = {spoken(saying): answer for saying, answer in _TO_THE_HOLD.items()}
    while not re.search(place, line := dialogue.coach.line("|".join([place, *patterns])).text):
        dialogue.coach.type_line(next(answer for pattern, answer in patterns.items() if re.search(pattern, line)))


def leave(dialogue: Dialogue) -> list[Entry]:
    """Everything that is in the journal in the end."""
    dialogue.coach.interrupt()
    dialogue.coach.line("END +left")
    assert dialogue.coach.wait() == 0
    return dialogue.journal()[1]


def pauses(scene: Scene) -> None:
    """It hears again, and counts no more."""
    scene.hears("hearing_back")
    scene.hears("paused")
    scene.wait_sound()
    scene.wait_quiet(1.5)  # it would count every second


# --- what must be so ------------------------------------------------------------------------------------------------


def tells_why(dialogue: Dialogue, *whys: str, timeout_s: float = 10.0) -> Line:
    """Wait until it says that it can't hear for one of these reasons."""
    reasons = "|".join(re.escape(why) for why in whys)
    return dialogue.coach.line(f"COACH .*I do not hear you at the moment. ({reasons})", timeout_s)


def was_heard(scene: Scene, line: Line, cache: Path) -> bool:
    """Whether the loudspeaker has played the beginning of this line."""
    words = line.text.split("COACH", 1)[1].strip()
    return is_in(scene.heard, rendered(cache, words, FASTEST_WPM)[: round(BEGINNING_S * RATE_HZ)])


def is_in(heard: Recording, line: Pcm) -> bool:
    """Whether most of this has been played, piece by piece (a busy computer may lose a moment of it)."""
    size = round(PIECE_S * RATE_HZ)
    pieces = [line[at : at + size] for at in range(0, len(line) - size, size)]
    found = [find(piece, heard.samples).likeness > ALIKE for piece in pieces]
    return sum(found) > len(found) / 2


def counts_nothing_while_deaf(entries: Iterable[Entry]) -> None:
    """From the loss until somebody says to go on, nothing is counted and nobody is moved; silence comes first."""
    deaf = lost = gone = False
    for entry in entries:
        if lost:
            assert entry.type == "Hush", "silence comes first"
        lost = entry.type == "HearingLost" and not gone  # twice is told once
        gone = lost or (gone and entry.type != "HearingRestored")
        deaf = deaf or lost
        if entry.type == "Heard" and entry.body["final"] and "continue" in entry.body["words"]:
            deaf = False
        assert not (deaf and is_counted(entry)), entry.body


def is_counted(entry: Entry) -> bool:
    """Whether somebody moves or holds on it."""
    return entry.body.get("kind") in _COUNTED or entry.body.get("phase") in ("hold", "repetition")


def of(entries: Iterable[Entry], kind: str) -> list[Entry]:
    """The entries of this type."""
    return [entry for entry in entries if entry.type == kind]


def reasons(entries: Iterable[Entry]) -> list[str]:
    """Why it could not hear."""
    return [entry.body["reason"] for entry in of(entries, "HearingLost")]


def mishaps(entries: Iterable[Entry]) -> list[str]:
    return [entry.body["what"] for entry in of(entries, "Mishap")]


def seconds_between(before: Entry, after: Entry) -> float:
    """On the computer's clock."""
    assert before.recorded_at is not None
    assert after.recorded_at is not None
    return (after.recorded_at - before.recorded_at).total_seconds()
