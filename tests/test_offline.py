"""Everything runs on this computer, nothing leaves it, and no sound of a person is kept: whole sessions, from outside.

The simulated session renders and recognises real sound; only devices and time are not real. The session at a sound card
in software has a real microphone, and a recorded person at it.
"""

from __future__ import annotations

import shutil
import sqlite3
import wave
from collections.abc import Collection, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.end_to_end_session import SHORT, Scene, session
from tests.offline import (
    WITHOUT_NETWORK,
    Folders,
    audio_in_database,
    recordings,
    run,
    traced,
    ways_out,
    why_not_traced,
    why_not_without_network,
)
from tests.virtual_sound import VirtualSound
from voicecoach.core.before import Before
from voicecoach.journal import Entry, Journal
from voicecoach.languages import language, sayings
from voicecoach.lines import lines_ahead
from voicecoach.patient import WELL
from voicecoach.play import PATIENT_VOICE
from voicecoach.programmes import load
from voicecoach.simulation import PATIENT_RATE_WPM
from voicecoach.speaking.voice import Voice, speakable

DATA = Path(__file__).parent / "data"
TINY = DATA / "sessions" / "tiny.toml"
STOP = DATA / "voices" / "stop_105a0eea_0.flac"
TRIES, HEARING_S = 6, 8.0
WORSE = "worse in my leg"
COMPLAINS = f'says = ["at hold 1 of press-up, 3 s: {WORSE}"]\n'
HELPERS = ("voicecoach.speaking.render_process", "voicecoach.hearing.recogniser_process")
JOURNAL = {"journal.sqlite3", "journal.sqlite3.lock"}
RESERVE = "journal.sqlite3.reserve"  # nothing but room on the disk

needs_strace = pytest.mark.skipif(bool(why := why_not_traced()), reason=why)
needs_namespace = pytest.mark.skipif(bool(why := why_not_without_network()), reason=why)


@dataclass(frozen=True, slots=True)
class Done:
    """A session that is over: what it kept, and what was traced of it."""

    folders: Folders
    trace: str


def entries(folders: Folders) -> list[Entry]:
    """Of its one session."""
    with Journal.open(folders.data / "journal.sqlite3") as journal:
        (one,) = journal.sessions()
        return journal.entries(one.id)


def simulate(folder: Path, under: list[str]) -> Folders:
    """The command line, with a patient whose leg gets worse."""
    folders = Folders.under(folder)
    patient = folder / "patient.toml"
    patient.write_text(COMPLAINS)
    wav = folder / "asked_for.wav"  # what the user asks for is not among what the coach keeps
    arguments = ["session", str(TINY), "--simulate", "--patient", str(patient), "--wav", str(wav)]
    ended = run("-m", "voicecoach", *arguments, folders=folders, under=under)
    assert ended.returncode == 0, ended.stderr
    assert "END    stopped (LEG-WORSE)" in ended.stdout
    assert recordings([wav]) == [wav]
    return folders


@pytest.fixture(scope="module")
def simulated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Done]:
    folder = tmp_path_factory.mktemp("simulated")
    trace = folder / "trace"
    yield Done(simulate(folder, traced(trace)), trace.read_text())
    shutil.rmtree(folder)


# --- the network ------------------------------------------------------------------------------------------------------


@needs_strace
def test_a_session_with_voice_and_recogniser_opens_no_way_out(simulated: Done) -> None:
    assert all(helper in simulated.trace for helper in HELPERS), "not all of its processes were traced"
    assert ways_out(simulated.trace) == []


@needs_strace
def test_a_rehearsal_opens_no_way_out(tmp_path: Path) -> None:
    trace = tmp_path / "trace"
    folders = Folders.under(tmp_path)
    rehearsed = run(
        "-m", "voicecoach", "rehearse", str(TINY), "--on", "2026-03-02", folders=folders, under=traced(trace)
    )
    assert "END    completed" in rehearsed.stdout, rehearsed.stderr
    assert "execve" in trace.read_text()
    assert ways_out(trace.read_text()) == []
    assert {path.name for path in folders.files()} == JOURNAL


@needs_namespace
def test_a_session_gets_to_its_end_where_there_is_no_network(tmp_path: Path) -> None:
    folders = simulate(tmp_path, WITHOUT_NETWORK)
    assert {entry.body["words"] for entry in entries(folders) if entry.type == "Heard"} >= {"ready", WORSE}


REACHING_OUT = {
    "TCP": "socket.socket(socket.AF_INET, socket.SOCK_STREAM).connect_ex(('127.0.0.1', 9))",
    "UDP": "socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'', ('127.0.0.1', 9))",
    "IPv6, only made": "socket.socket(socket.AF_INET6)",
    "a child": "subprocess.run([sys.executable, '-c', 'import socket; socket.socket()'])",
    "a thread": "t = threading.Thread(target=socket.socket); t.start(); t.join()",
    "another family": "socket.socket(40, socket.SOCK_STREAM)",
    "the name service": "socket.socket(socket.AF_UNIX).connect_ex('/run/systemd/resolve/io.systemd.Resolve')",
}
STAYING_HERE = {
    "a pair": "socket.socketpair()[0].send(b'AF_INET')",
    "a socket of this computer": "socket.socket(socket.AF_UNIX).connect_ex('/nobody/listens')",
    "the kernel": "socket.socket(socket.AF_NETLINK, socket.SOCK_RAW)",
    "a child": "subprocess.run([sys.executable, '-c', 'pass'])",
}


def trace_of(code: str, folder: Path) -> str:
    trace = folder / "trace"
    ended = run(
        "-c",
        f"import contextlib, socket, subprocess, sys, threading\nwith contextlib.suppress(OSError):\n {code}",
        folders=Folders(folder),
        under=traced(trace),
    )
    assert ended.returncode == 0, ended.stderr
    return trace.read_text()


@needs_strace
@pytest.mark.parametrize("code", REACHING_OUT.values(), ids=REACHING_OUT)
def test_what_reaches_out_would_be_caught(code: str, tmp_path: Path) -> None:
    assert ways_out(trace_of(code, tmp_path)) != []


@needs_strace
@pytest.mark.parametrize("code", STAYING_HERE.values(), ids=STAYING_HERE)
def test_what_stays_here_is_let_through(code: str, tmp_path: Path) -> None:
    trace = trace_of(code, tmp_path)
    assert "execve" in trace
    assert ways_out(trace) == []


@needs_namespace
def test_without_a_network_nothing_can_be_reached(tmp_path: Path) -> None:
    code = "import socket; print(socket.socket().connect_ex(('192.0.2.1', 9)))"
    assert run("-c", code, folders=Folders(tmp_path), under=WITHOUT_NETWORK).stdout.strip() == "101"  # ENETUNREACH


# --- what is left over ------------------------------------------------------------------------------------------------


@needs_strace
def test_a_session_leaves_its_journal_and_rendered_lines_and_nothing_else(simulated: Done) -> None:
    """The rendered lines are the coach's own voice, and here also that of the synthetic patient."""
    said = {(words, PATIENT_RATE_WPM) for words in (*(word for words in WELL.values() for word in words), WORSE)}
    leaves_only_its_journal_and_rendered_lines(simulated.folders, TINY, said)


def leaves_only_its_journal_and_rendered_lines(
    folders: Folders, programme: Path, patient: Collection[tuple[str, int]] = ()
) -> None:
    """`patient`: what a synthetic one says, and at which rate. Every file of the cache is a line that is known here, or
    tells whose voice the lines are."""
    speech = folders.cache / "voicecoach" / "speech"
    others = {path for path in folders.files() if path.parent != speech and path.name not in JOURNAL}
    assert all(path.name == RESERVE and not any(path.read_bytes()) for path in others), others
    assert recordings(folders.files()) == []
    spoken = {(entry.body["text"], entry.body["rate_wpm"]) for entry in entries(folders) if entry.type == "Speak"}
    coach = {*spoken, *lines_ahead(load(str(programme)), language(), sayings(), Before())}
    voices = {"": coach, PATIENT_VOICE: patient} if patient else {"": coach}
    known = sum(rendered(lines, speech, voice) for voice, lines in voices.items())
    assert len(list(speech.iterdir())) == known + len(voices)


def rendered(lines: Collection[tuple[str, int]], cache: Path, name: str) -> int:
    """How many of these lines are in the cache."""
    voice = Voice(cache, name)
    try:
        different = {(speakable(text), rate_wpm) for text, rate_wpm in lines if speakable(text)}
        return sum(voice.cached(*line) is not None for line in different)
    finally:
        voice.close()


@needs_strace
def test_the_journal_holds_what_was_understood_and_no_audio(simulated: Done) -> None:
    assert any(entry.type == "Heard" and entry.body["words"] == WORSE for entry in entries(simulated.folders))
    assert audio_in_database(simulated.folders.data / "journal.sqlite3") == []


@needs_strace
@pytest.mark.sound
def test_a_person_at_the_microphone_leaves_words_only_and_no_way_out_is_opened(
    virtual_sound: VirtualSound, tmp_path: Path
) -> None:
    trace, folders = tmp_path / "trace", Folders.under(tmp_path)
    mouth = Voice(tmp_path / "unused")
    begun = session(
        virtual_sound,
        tmp_path,
        str(SHORT),
        voice=mouth,
        cache=folders.cache,
        under=traced(trace, "socket,socketpair,connect"),
        env=folders.env(),
    )
    with closing(mouth), begun as scene:
        scene.hears("hello")
        assert any(heard(scene) for _ in range(TRIES)), scene.coach.transcript
        scene.coach.type_line("quit")
        scene.coach.line("END    ended")
        assert scene.coach.wait() == 0
    assert all(helper in trace.read_text() for helper in HELPERS)
    assert ways_out(trace.read_text()) == []
    words = {(entry.body["words"], entry.body["source"]) for entry in entries(folders) if entry.type == "Heard"}
    assert ("stop", "voice") in words
    assert audio_in_database(folders.data / "journal.sqlite3") == []
    leaves_only_its_journal_and_rendered_lines(folders, SHORT)


def heard(scene: Scene) -> bool:
    """Say stop; whether the coach has heard it. On a busy computer it can be listening anew just then."""
    scene.mouth.play(STOP)
    return scene.coach.line_if_any(r"YOU +stop", HEARING_S) is not None


def test_audio_would_be_found(tmp_path: Path) -> None:
    with wave.open(str(tmp_path / "without_its_extension"), "wb") as file:
        file.setparams((1, 2, 16_000, 0, "NONE", ""))
        file.writeframes(bytes(2000))
    shutil.copy(STOP, tmp_path / "compressed")
    (tmp_path / "text").write_text("stop")
    (tmp_path / "empty").touch()
    assert {path.name for path in recordings(sorted(tmp_path.iterdir()))} == {"without_its_extension", "compressed"}


@pytest.mark.parametrize("value", [b"\0\1", '{"audio": [' + "0, " * 99 + "0]}", '["' + "UklGRg" * 50 + '"]', "f" * 99])
def test_audio_in_a_journal_would_be_found(value: object, tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "database")) as database:
        database.execute("CREATE TABLE entries (body)")
        database.execute("INSERT INTO entries VALUES (?), (?)", ('{"words": "worse in my leg"}', value))
        database.commit()
    assert len(audio_in_database(tmp_path / "database")) == 1
