"""Puts a session together and plays it: programme, voice, ears, journal and the driver that fits the machine."""

from __future__ import annotations

import io
import signal
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from voicecoach.audio import SoundError, list_devices
from voicecoach.conductor import Record
from voicecoach.core.before import Before
from voicecoach.core.messages import Finish
from voicecoach.core.programme import Programme
from voicecoach.core.session import Session
from voicecoach.earlier import before_now
from voicecoach.errors import CoachError
from voicecoach.hearing.model import ModelError, check_model
from voicecoach.hearing.registry import chosen_model
from voicecoach.journal import Journal, SessionKind
from voicecoach.journal_file import AnotherCoach
from voicecoach.keeping import HOW_TO_RELEASE, check_unmixed, local_now, recorded
from voicecoach.keys import key_help
from voicecoach.languages import language, sayings
from voicecoach.lines import all_phrases, lines_ahead
from voicecoach.live import Live, Wishes, read_keyboard
from voicecoach.paths import recording_file
from voicecoach.preparing import example_of, open_voice, patient_for, prepare, ready_voice
from voicecoach.programmes import load
from voicecoach.safe_record import SafeRecord
from voicecoach.said_aloud import say_aloud
from voicecoach.screen import Screen
from voicecoach.simulation import Recording, Simulation, check_place
from voicecoach.transcript import Transcript

VITAL_WORDS = {"stop", "yes", "no", "ready"}
PATIENT_VOICE = "gmw/en-gb-x-rp"  # one that is not the coach's


class NoKeyboard(CoachError):  # noqa: N818 - what is missing
    """A typed session was wanted where nothing can be typed."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What was asked for on the command line; None is the usual."""

    programme: str
    typed: bool = False
    audio_only: bool = False
    model: Path | None = None
    microphone: str | None = None
    loudspeaker: str | None = None
    headset: bool = False
    simulate: bool = False
    patient: Path | None = None
    wav: Path | None = None


def play_session(wanted: Wanted) -> Finish:
    """A real session, or a simulated one where there is no sound device. Raises CoachError."""
    programme = load(wanted.programme)
    screen = Screen(plain=wanted.audio_only)
    model = chosen_model(tell=screen.tell) if wanted.model is None else wanted.model
    simulated = wanted.simulate or (not wanted.typed and not _wants_devices(wanted) and not _has_devices(screen))
    kind = SessionKind.SIMULATED if simulated else SessionKind.TYPED if wanted.typed else SessionKind.LIVE
    try:
        check_model(model)
        return _play(programme, model, kind, wanted, screen)
    except AnotherCoach:
        raise
    except CoachError as error:
        if kind is SessionKind.LIVE:
            say_aloud(str(error), wanted.loudspeaker)
        raise


def _play(programme: Programme, model: Path, kind: SessionKind, wanted: Wanted, screen: Screen) -> Finish:
    simulated = kind is SessionKind.SIMULATED
    with Journal.open() as journal:
        journal.claim()
        check_unmixed(journal, kind)
        before = example_of(programme) if simulated else before_now(journal, programme, local_now(), screen.tell)
        session = Session(programme, language(), sayings(), before)
        with recorded(journal, kind, programme, before, local_now) as (record, end):
            if simulated:
                finish = _simulate(session, programme, before, model, wanted, screen, record)
            else:
                journal.reserve_room()
                safe_record = SafeRecord(record, journal.make_room)
                finish = _live(session, programme, before, model, wanted, screen, safe_record)
                safe_record.write_the_rest()
            end(finish)
        if finish.outcome == "locked" and before.locked_by:
            screen.tell(HOW_TO_RELEASE)
    return finish


def _wants_devices(wanted: Wanted) -> bool:
    return wanted.microphone is not None or wanted.loudspeaker is not None


def _has_devices(screen: Screen) -> bool:
    try:
        return bool(list_devices())
    except SoundError as error:
        screen.tell(str(error))
        return False


def _simulate(
    session: Session,
    programme: Programme,
    before: Before,
    model: Path,
    wanted: Wanted,
    screen: Screen,
    record: Record,
) -> Finish:
    wav = wanted.wav or recording_file()  # in the journal's folder, which is there by now
    check_place(wav)
    patient = patient_for(wanted.patient, programme)
    screen.tell("There is no sound device in use, so a simulated patient does the session. This takes about a minute.")
    with (
        ready_voice(screen, programme, before) as voice,
        open_voice(PATIENT_VOICE) as patient_voice,
        Recording(wav) as recording,
    ):
        simulation = Simulation(session, voice, patient_voice, model, patient, recording)
        finish = simulation.run(record, [Transcript(screen.tell)])
    screen.tell(f"What would have been heard is in {wav}.")
    return finish


def _live(
    session: Session,
    programme: Programme,
    before: Before,
    model: Path,
    wanted: Wanted,
    screen: Screen,
    record: SafeRecord,
) -> Finish:
    wishes = Wishes(wanted.microphone, wanted.loudspeaker, None if wanted.typed else model, wanted.headset)
    keyboard = _keyboard(wanted)
    with open_voice(before.settings.voice) as voice:
        live = Live(session, voice, wishes, screen.tell)
        try:
            lines = lines_ahead(programme, language(), sayings(), before)
            if any(voice.cached(*line) is None for line in lines):
                live.announce(sayings()["preparing"])
            prepare(voice, lines, screen)
            missing = live.unheard_words(all_phrases(language()))
            check_vital_words(model, missing)
            if missing:
                screen.tell(f"This model can't hear these words; they can be typed: {', '.join(missing)}.")
        except BaseException:
            live.close()
            raise
        record.on_loss = live.journal_lost
        if keyboard is not None:
            screen.tell(key_help())
            read_keyboard(keyboard, live)
        with _leaving_on_signals(live):
            return live.run(record, [Transcript(screen.tell, rules=not wanted.audio_only)])


def check_vital_words(model: Path, missing: Iterable[str]) -> None:
    """Raises ModelError where a word that nobody can do without is missing."""
    unknown = " and ".join(sorted(VITAL_WORDS & set(missing)))
    if unknown:
        raise ModelError(
            f"The model {model} does not know {unknown}: it may be for another language. Choose an English one."
        )


def _keyboard(wanted: Wanted) -> TextIO | None:
    """What is typed, where somebody can type. Raises NoKeyboard."""
    if sys.stdin is None:  # closed before we began
        if wanted.typed:
            raise NoKeyboard("There is no keyboard to type on: start it in a terminal, or leave out --typed.")
        return None
    if not (wanted.typed or sys.stdin.isatty()):
        return None
    if isinstance(sys.stdin, io.TextIOWrapper):
        sys.stdin.reconfigure(errors="replace")  # a broken character is no reason to stop listening
    return sys.stdin


@contextmanager
def _leaving_on_signals(live: Live) -> Iterator[None]:
    """The first Ctrl-C (or the end of the terminal) ends the session safely; a second one ends the program."""
    signals = [signal.SIGINT, signal.SIGTERM, *([signal.SIGHUP] if hasattr(signal, "SIGHUP") else [])]
    before = {number: signal.getsignal(number) for number in signals}

    def leave(_number: int, _frame: object) -> None:
        for number in signals:
            signal.signal(number, signal.default_int_handler)
        live.leave()

    for number in signals:
        signal.signal(number, leave)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
