"""Rehearsals: in virtual time or aloud; into a journal of their own also for days on end."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from voicecoach.conductor import Record
from voicecoach.core.before import Before
from voicecoach.core.messages import Effect, Event, Finish, Reached
from voicecoach.core.programme import Programme
from voicecoach.core.session import Session
from voicecoach.earlier import before_now
from voicecoach.errors import CoachError
from voicecoach.journal import Journal, SessionKind, default_path
from voicecoach.keeping import HOW_TO_RELEASE, check_unmixed, local_now, recorded
from voicecoach.languages import language, sayings
from voicecoach.live import Live, Wishes
from voicecoach.patient import Line, Patient, PatientError, check_exercises
from voicecoach.preparing import example_of, patient_for, ready_voice
from voicecoach.programmes import load
from voicecoach.rehearsal import Rehearsal
from voicecoach.rehearsal_sound import length_in, write_wav
from voicecoach.screen import Screen
from voicecoach.simulation import check_place
from voicecoach.transcript import Transcript


@dataclass(frozen=True, slots=True)
class Wanted:
    """What was asked for on the command line. `on`: when the rehearsal is to be; `journal`: what it remembers and is
    remembered in; `cut_off`: where it breaks off, as by a power cut ("hold 2 of press-up, 5 s")."""

    programme: str
    patient: Path | None = None
    wav: Path | None = None
    aloud: bool = False
    loudspeaker: str | None = None
    on: datetime | None = None
    journal: Path | None = None
    cut_off: str = ""


class PowerCut(Exception):  # noqa: N818 - what happens, no error
    """The rehearsal breaks off here."""


class VirtualClock:
    """The date and time of a rehearsal: its beginning, and the session's own clock."""

    def __init__(self, began_at: datetime) -> None:
        self.began_at = began_at
        self.at_s = 0.0

    def now(self) -> datetime:
        return self.began_at + timedelta(seconds=self.at_s)


def play_rehearsal(wanted: Wanted) -> Finish | None:
    """A rehearsal in virtual time, or in real time on the loudspeaker; None where it was cut off. Raises CoachError."""
    programme = load(wanted.programme)
    patient = patient_for(wanted.patient, programme)
    cut = _cut(wanted.cut_off, programme)
    if wanted.wav is not None:
        check_place(wanted.wav)
    screen = Screen(plain=True)
    clock = VirtualClock(wanted.on or local_now())
    with _remembered(wanted, programme, clock) as (before, record, end):

        def witness(event: Event, effects: Sequence[Effect]) -> None:
            clock.at_s = event.at_s
            record(event, effects)
            cut(event, effects)

        try:
            finish = _play(wanted, programme, before, patient, screen, witness)
        except PowerCut:
            screen.tell("Here the rehearsal is cut off.")
            return None
        end(finish)
        if finish.outcome == "locked" and before.locked_by:
            screen.tell(HOW_TO_RELEASE)
    return finish


def _play(
    wanted: Wanted, programme: Programme, before: Before, patient: Patient, screen: Screen, record: Record
) -> Finish:
    session = Session(programme, language(), sayings(), before)
    transcript = Transcript(screen.tell)

    def witness(event: Event, effects: list[Effect]) -> None:
        transcript(event, effects)
        record(event, effects)

    if wanted.aloud:
        with ready_voice(screen, programme, before) as voice:
            live = Live(session, voice, Wishes(loudspeaker=wanted.loudspeaker), screen.tell, patient)
            return live.run(record, [transcript])
    if wanted.wav is None:
        return Rehearsal(session, patient, witness).run()
    with ready_voice(screen, programme, before) as voice:
        rehearsal = Rehearsal(session, patient, witness, length_in(voice))
        finish = rehearsal.run()
        write_wav(wanted.wav, rehearsal.voice.lines, voice)
    screen.tell(f"What would be heard is in {wanted.wav}.")
    return finish


# --- a journal of rehearsals ------------------------------------------------------------------------------------------


@contextmanager
def _remembered(
    wanted: Wanted, programme: Programme, clock: VirtualClock
) -> Iterator[tuple[Before, Record, Callable[[Finish], None]]]:
    """What is known before, and how to write it down; without a journal it begins with an example of a plan."""
    path = _journal_of(wanted)
    if path is None:
        yield example_of(programme), lambda _event, _effects: None, lambda _finish: None
        return
    with Journal.open(path, clock.now) as journal:
        journal.claim()
        check_unmixed(journal, SessionKind.REHEARSED)
        before = before_now(journal, programme, clock.now())
        with recorded(journal, SessionKind.REHEARSED, programme, before, clock.now) as (record, end):
            yield before, record, end


def _journal_of(wanted: Wanted) -> Path | None:
    """The journal to rehearse into, if any. Raises CoachError where it would be the real one."""
    own_folder = bool(os.environ.get("VOICECOACH_DATA_DIR"))
    if wanted.journal is None and wanted.on is not None:
        if not own_folder:
            raise CoachError("--on needs a journal that knows the days before: add --journal FILE.")
        return default_path()
    if wanted.journal is not None and not own_folder and wanted.journal.resolve() == default_path().resolve():
        raise CoachError(f"{wanted.journal} is the journal of your real sessions: give the rehearsals another one.")
    return wanted.journal


def _cut(place: str, programme: Programme) -> Callable[[Event, Sequence[Effect]], None]:
    """Breaks off at the place, so many seconds after it was reached. Raises PatientError for no place."""
    if not place:
        return lambda _event, _effects: None
    line = _line(place, programme)
    due_s: list[float] = []

    def cut(event: Event, effects: Sequence[Effect]) -> None:
        reached = any(isinstance(effect, Reached) and line.begins_at(effect) for effect in effects)
        if reached and not due_s:
            due_s.append(event.at_s + line.after_s)
        if due_s and event.at_s >= due_s[0]:
            raise PowerCut

    return cut


def _line(place: str, programme: Programme) -> Line:
    try:
        patient = Patient(says=(f"at {place}: cut off",))
    except ValueError:
        raise PatientError(f'--cut-off has "{place}": write it like "hold 2 of press-up, 5 s".') from None
    check_exercises(patient, tuple(exercise.id for exercise in programme.exercises))
    return patient.lines()[0]
