"""Faults of files, each really caused: the journal, plan and settings in it, the model. The table: docs/faults.md."""

from __future__ import annotations

import os
import shutil
import sqlite3
import string
import struct
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.end_to_end_session import Coach, Dialogue, rendered, spoken
from tests.fault_session import PROGRAMME, come_to, is_in, of, prepare, started, typed_session
from tests.virtual_sound import VirtualSound
from voicecoach.hearing.model import embedded_model
from voicecoach.journal import Journal
from voicecoach.journal_file import RESERVE_BYTES
from voicecoach.languages import sayings
from voicecoach.said_aloud import without_paths

linux_only = pytest.mark.skipif(sys.platform != "linux", reason="limits a running process, and mounts a small disk")
# Even root may then only do what a file's owner may.
IS_ROOT = os.name == "posix" and os.geteuid() == 0
LIKE_ANYBODY = ("setpriv", "--bounding-set", "-dac_override,-dac_read_search") if IS_ROOT else ()
DISK_BYTES = 4 * RESERVE_BYTES
SYMBOLS_MAGIC = 2125658996
NEXT_LETTER = str.maketrans(string.ascii_lowercase, string.ascii_lowercase[1:] + "a")


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A folder that is a disk of its own."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={DISK_BYTES}", "tmpfs", str(folder)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("a small disk can't be mounted here")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def fill(disk: Path) -> None:
    with (disk / "other people's files").open("wb", buffering=0) as file, pytest.raises(OSError, match="No space left"):
        while True:
            file.write(bytes(4096))


def limit_files(pid: int, most_bytes: int) -> None:
    """No file may become longer than that."""
    import resource  # not on Windows

    resource.prlimit(pid, resource.RLIMIT_FSIZE, (most_bytes, most_bytes))


def comes_down_and_ends(dialogue: Dialogue) -> int:
    """It can't write any more: its exit status."""
    dialogue.coach.line("COACH +Down. I can't write down what we do any more, so we end here")
    dialogue.coach.line("END +unrecorded")
    return dialogue.coach.wait()


def is_one_sentence(coach: Coach, *words: str) -> str:
    """Its last line, after which it has ended without beginning anything."""
    assert coach.wait() == 1
    last = coach.lines[-1].text
    assert last.startswith("voicecoach: ")
    for word in words:
        assert word in last
    assert "Traceback" not in coach.transcript
    assert "] COACH" not in coach.transcript
    return last.removeprefix("voicecoach: ")


def replace_bytes(data: Path, old: bytes, new: bytes) -> None:
    """What a failing disk does to a file, where it goes by SQLite's own check."""
    file = data / "journal.sqlite3"
    content = file.read_bytes()
    assert content.count(old) == 1
    assert len(old) == len(new)
    file.write_bytes(content.replace(old, new))


# --- the journal ----------------------------------------------------------------------------------------------------


@linux_only
def test_on_a_full_disk_it_says_so_and_the_end_is_still_written(small_disk: Path, speech_cache: Path) -> None:
    with typed_session(small_disk, speech_cache) as dialogue:
        fill(small_disk)
        dialogue.coach.type_line("louder")
        assert comes_down_and_ends(dialogue) == 0
    record, entries = dialogue.journal()
    assert record.outcome == "unrecorded"
    assert [entry.body["words"] for entry in of(entries, "Heard")][-1] == "louder"
    assert of(entries, "JournalLost")
    assert [entry.seq for entry in entries] == list(range(1, len(entries) + 1))


@linux_only
def test_a_disk_that_is_full_already_is_told_before_anything_begins(small_disk: Path, speech_cache: Path) -> None:
    prepare(small_disk)
    fill(small_disk)
    with started(small_disk, speech_cache, "session", PROGRAMME, "--typed") as coach:
        is_one_sentence(coach, "the disk is full or failing", "free some space")


@linux_only
def test_where_nothing_can_be_written_at_all_what_was_written_is_kept(tmp_path: Path, speech_cache: Path) -> None:
    with typed_session(tmp_path, speech_cache) as dialogue:
        before = dialogue.journal()[1]
        limit_files(dialogue.coach.process.pid, 4096)
        dialogue.coach.type_line("louder")
        assert comes_down_and_ends(dialogue) == 1
    last = dialogue.coach.lines[-1].text
    assert "can't be written because the disk is full or failing: free some space" in last
    record, entries = dialogue.journal()
    assert record.outcome is None, "the next start finds that it was cut off"
    assert entries[: len(before)] == before


def test_a_journal_that_another_program_has_locked_is_told_and_written_afterwards(
    tmp_path: Path, speech_cache: Path
) -> None:
    with typed_session(tmp_path, speech_cache) as dialogue:
        with closing(sqlite3.connect(dialogue.data / "journal.sqlite3", isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            dialogue.coach.type_line("louder")
            dialogue.hears("unrecorded", timeout_s=5)
        dialogue.coach.line("END +unrecorded")
        assert dialogue.coach.wait() == 0
    record, entries = dialogue.journal()
    assert record.outcome == "unrecorded"
    assert "in use by another program" in of(entries, "JournalLost")[0].body["reason"]


@pytest.mark.skipif(os.name != "posix", reason="file modes")
def test_a_read_only_journal_is_told_before_anything_begins(tmp_path: Path, speech_cache: Path) -> None:
    prepare(tmp_path)
    before = (tmp_path / "journal.sqlite3").read_bytes()
    for path in (*tmp_path.iterdir(), tmp_path):
        path.chmod(path.stat().st_mode & ~0o222)
    with started(tmp_path, speech_cache, "session", PROGRAMME, "--typed", before=LIKE_ANYBODY) as coach:
        is_one_sentence(coach, "can't be written", "make the folder writable", "VOICECOACH_DATA_DIR")
    tmp_path.chmod(0o700)
    assert (tmp_path / "journal.sqlite3").read_bytes() == before


@pytest.mark.sound
def test_a_damaged_page_of_the_journal_is_said_aloud(
    virtual_sound: VirtualSound, tmp_path: Path, speech_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "environ", virtual_sound.env)
    prepare(tmp_path)
    journal = tmp_path / "journal.sqlite3"
    content = bytearray(journal.read_bytes())
    content[4096:8192] = b"\xa5" * 4096
    journal.write_bytes(content)
    with virtual_sound.record_speaker() as heard, started(tmp_path, speech_cache, "session", PROGRAMME) as coach:
        sentence = is_one_sentence(coach, "is damaged", "put a backup in its place", "ask your clinician")
        assert is_in(heard, rendered(speech_cache, f"{sayings()['not_begun']} {without_paths(sentence)}"))
    assert journal.read_bytes() == bytes(content), "it is left as it is, for whoever can mend it"


# --- plan and settings, which are in the journal --------------------------------------------------------------------


def mend(data: Path, cache: Path, *arguments: str) -> None:
    with started(data, cache, "plan", *arguments, "--programme", PROGRAMME) as coach:
        assert coach.wait() == 0, coach.transcript


def begins(data: Path, cache: Path) -> str:
    """What it has told before its first question."""
    with started(data, cache, "session", PROGRAMME, "--typed") as coach:
        come_to(Dialogue(coach, data), spoken("typed_ready"))
        return coach.transcript


def test_a_plan_that_can_not_be_read_is_told_and_can_be_set_anew(tmp_path: Path, speech_cache: Path) -> None:
    prepare(tmp_path)
    mend(tmp_path, speech_cache, "set", "--clinician", "Dr Sand")
    replace_bytes(tmp_path, b'"hold_s":30,"sides"', b'"hold_x":30,"sides"')
    with started(tmp_path, speech_cache, "session", PROGRAMME, "--typed") as coach:
        is_one_sentence(coach, "The plan in", "can't be read", "voicecoach plan set")
    mend(tmp_path, speech_cache, "set", "--clinician", "Dr Sand")
    begins(tmp_path, speech_cache)


def test_settings_that_can_not_be_read_are_the_usual_ones_and_can_be_set_anew(
    tmp_path: Path, speech_cache: Path
) -> None:
    prepare(tmp_path)
    replace_bytes(tmp_path, b'"counting":"every"', b'"counting":"evary"')
    told = "I use the usual ones, until you set them anew with `voicecoach plan settings`"
    assert told in begins(tmp_path, speech_cache)
    mend(tmp_path, speech_cache, "settings", "--rate", "160")
    assert told not in begins(tmp_path, speech_cache)


def test_a_plan_that_is_no_text_any_more_is_a_damaged_journal(tmp_path: Path, speech_cache: Path) -> None:
    prepare(tmp_path)
    mend(tmp_path, speech_cache, "set", "--clinician", "Dr Sand")
    replace_bytes(tmp_path, b'{"plan":{"programme"', b'{"plan"\0{"programme"')
    with started(tmp_path, speech_cache, "session", PROGRAMME, "--typed") as coach:
        is_one_sentence(coach, "is damaged", "put a backup in its place", "ask your clinician")


# --- the model ------------------------------------------------------------------------------------------------------


def of_another_language(model: Path) -> None:
    """The same sounds, but none of the coach's words: each letter is the next one, in the list that Gr.fst carries (its
    magic number, name, two counts; then for each word its length, its letters and its number)."""
    graph = model / "graph" / "Gr.fst"
    content = bytearray(graph.read_bytes())
    at = content.index(struct.pack("<i", SYMBOLS_MAGIC)) + 4
    at += 4 + struct.unpack_from("<i", content, at)[0] + 8
    (words,) = struct.unpack_from("<q", content, at)
    at += 8
    for _ in range(words):
        (length,) = struct.unpack_from("<i", content, at)
        word = content[at + 4 : at + 4 + length].decode()
        content[at + 4 : at + 4 + length] = word.translate(NEXT_LETTER).encode()
        at += 4 + length + 8
    graph.write_bytes(content)


def unreadable(model: Path) -> None:
    (model / "am" / "final.mdl").chmod(0)


@pytest.mark.sound
@pytest.mark.skipif(os.name != "posix", reason="file modes")
@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (of_another_language, ("does not know", "stop", "it may be for another language", "Choose an English one")),
        (unreadable, ("final.mdl", "cannot be read", "Copy or download it again")),
    ],
)
def test_a_model_that_can_not_hear_is_said_aloud(
    virtual_sound: VirtualSound,
    tmp_path: Path,
    speech_cache: Path,
    monkeypatch: pytest.MonkeyPatch,
    damage: Callable[[Path], None],
    words: tuple[str, ...],
) -> None:
    monkeypatch.setattr(os, "environ", virtual_sound.env)
    model = shutil.copytree(embedded_model(), tmp_path / "model")
    damage(model)
    data = tmp_path / "data"
    prepare(data)
    command = ("session", PROGRAMME, "--model", str(model))
    with virtual_sound.record_speaker() as heard, started(data, speech_cache, *command, before=LIKE_ANYBODY) as coach:
        sentence = is_one_sentence(coach, *words)
        assert is_in(heard, rendered(speech_cache, f"{sayings()['not_begun']} {without_paths(sentence)}"))
    with Journal.open(data / "journal.sqlite3") as journal:
        assert len(journal.sessions()) == 1, "nothing was begun"
