"""The command line on bad days: whatever is wrong, one clear sentence, a non-zero exit, and never a traceback."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Protocol

import pytest

from tests.virtual_sound import VirtualSound
from voicecoach import __version__, cli
from voicecoach.hearing.model import embedded_model
from voicecoach.journal import Journal

REPOSITORY = Path(__file__).parents[1]
TINY = str(REPOSITORY / "tests" / "data" / "sessions" / "tiny.toml")
MALFORMED = str(REPOSITORY / "tests" / "data" / "programmes" / "types.toml")
PATIENCE_S = 60


class Answer:
    """What came of a call of the command line."""

    def __init__(self, status: int, output: str, error: str) -> None:
        self.status, self.output, self.error = status, output, error
        assert "Traceback" not in output + error, error


class Call(Protocol):
    def __call__(self, *arguments: str) -> Answer: ...


@pytest.fixture(autouse=True)
def own_folders(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VOICECOACH_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.getbasetemp() / "cache"))


@pytest.fixture
def call(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Call:
    def one(*arguments: str) -> Answer:
        monkeypatch.setattr(sys, "argv", ["voicecoach", *arguments])
        try:
            cli.main()
        except SystemExit as ended:
            return Answer(ended.code if isinstance(ended.code, int) else 0, *capsys.readouterr())
        return Answer(0, *capsys.readouterr())

    return one


def in_a_process(*arguments: str, env: dict[str, str] | None = None, closed_stdin: bool = False) -> Answer:
    command = [sys.executable, "-m", "voicecoach", *arguments]
    ended = subprocess.run(
        ["sh", "-c", 'exec "$@" <&-', "sh", *command] if closed_stdin else command,
        env=env,
        cwd=REPOSITORY,
        stdin=None if closed_stdin else subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
    )
    return Answer(ended.returncode, ended.stdout, ended.stderr)


def is_one_sentence(answer: Answer, *words: str) -> None:
    """On stderr, naming what is wrong; nothing else."""
    assert answer.status == cli.EXIT_FAILED
    assert answer.error.startswith("voicecoach: ")
    assert answer.error.count("\n") == 1
    for word in words:
        assert word in answer.error


def test_a_missing_model(call: Call, tmp_path: Path) -> None:
    is_one_sentence(call("session", TINY, "--model", str(tmp_path / "none")), "no speech model", "none", "check")


def test_a_model_that_was_not_copied_completely(call: Call, tmp_path: Path) -> None:
    model = shutil.copytree(embedded_model(), tmp_path / "model")
    acoustic = model / "am" / "final.mdl"
    acoustic.write_bytes(acoustic.read_bytes()[:100_000])
    is_one_sentence(call("session", TINY, "--model", str(model)), "final.mdl", "damaged", "again")


def test_no_devices(call: Call) -> None:
    if call("devices").output != "There is no sound device.\n":
        pytest.skip("there are sound devices on this machine")
    is_one_sentence(call("session", TINY, "--microphone", "usb"), "no sound device", "connect")
    is_one_sentence(call("rehearse", TINY, "--aloud", "--loudspeaker", "usb"), "no sound device", "connect")


@pytest.mark.sound
@pytest.mark.parametrize("option", ["--microphone", "--loudspeaker"])
def test_an_unknown_device(virtual_sound: VirtualSound, tmp_path: Path, option: str) -> None:
    answer = in_a_process("session", TINY, option, "gramophone", env=virtual_sound.env | own_data(tmp_path))
    is_one_sentence(answer, option.strip("-"), "gramophone", "coach_")


def test_a_missing_programme(call: Call) -> None:
    for command in ("session", "rehearse", "check"):
        is_one_sentence(call(command, "no_such_programme"), "no_such_programme", "herniated_disc")


def test_a_malformed_programme_names_every_mistake(call: Call) -> None:
    for command in ("session", "rehearse", "check"):
        answer = call(command, MALFORMED)
        assert answer.status == cli.EXIT_FAILED
        mistakes = answer.error.removeprefix("voicecoach: ").splitlines()
        assert len(mistakes) > 3
        assert all("types.toml:" in mistake and "allowed" in mistake for mistake in mistakes)


@pytest.mark.parametrize(
    ("patient", "words"),
    [
        ('says = ["whenever I like"]', ("patient.toml:1", "whenever I like", "allowed")),
        ('says = ["at hold 1 of handstand: stop"]', ("handstand", "press-up")),
        ('[answers]\nweather = ["fine"]', ("patient.toml", "weather", "allowed")),
        ("says = [", ("patient.toml:1",)),
    ],
)
def test_a_patient_that_is_not_understood(call: Call, tmp_path: Path, patient: str, words: tuple[str, ...]) -> None:
    file = tmp_path / "patient.toml"
    file.write_text(patient)
    for command in (("rehearse", TINY), ("session", TINY, "--simulate")):
        is_one_sentence(call(*command, "--patient", str(file)), *words)


def test_a_patient_that_cannot_be_read(call: Call, tmp_path: Path) -> None:
    binary = tmp_path / "patient.bin"
    binary.write_bytes(b"\xff\xfe\x00")
    for file in (tmp_path / "none.toml", tmp_path, binary):
        is_one_sentence(call("rehearse", TINY, "--patient", str(file)), str(file))


def test_a_data_folder_that_cannot_be_written(call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("VOICECOACH_DATA_DIR", str(tmp_path / "file" / "data"))
    is_one_sentence(call("session", TINY, "--simulate"), "can't be written", "VOICECOACH_DATA_DIR")


def test_a_second_coach_at_the_same_time(tmp_path: Path) -> None:
    with Journal.open(tmp_path / "data" / "journal.sqlite3") as first:
        first.claim()
        answer = in_a_process("session", TINY, "--simulate", env=os.environ | own_data(tmp_path))
    is_one_sentence(answer, "Another", "try again")


@pytest.mark.parametrize("command", [("rehearse", TINY), ("session", TINY, "--simulate")])
def test_a_sound_file_in_a_folder_that_is_not_there(call: Call, tmp_path: Path, command: tuple[str, ...]) -> None:
    is_one_sentence(call(*command, "--wav", str(tmp_path / "none" / "out.wav")), "none", "folder")
    is_one_sentence(call(*command, "--wav", str(tmp_path)), str(tmp_path), "folder")


NONSENSE = ["session --nonsense", "dance", f"session {TINY} neck", "release", "session --model", "check"]


@pytest.mark.parametrize("arguments", NONSENSE)
def test_nonsense_on_the_command_line(call: Call, arguments: str) -> None:
    answer = call(*arguments.split())
    assert answer.status == 2
    assert answer.error.splitlines()[-1].startswith("Error: ")


def test_no_keyboard_to_type_on(tmp_path: Path) -> None:
    answer = in_a_process("session", TINY, "--typed", env=os.environ | own_data(tmp_path), closed_stdin=True)
    is_one_sentence(answer, "keyboard", "--typed")


def test_a_keyboard_whose_input_ends_ends_the_session(tmp_path: Path) -> None:
    answer = in_a_process("session", TINY, "--typed", env=os.environ | own_data(tmp_path))
    assert answer.status == 0
    assert "The keyboard's input has ended" in answer.output
    with Journal.open(tmp_path / "data" / "journal.sqlite3") as journal:
        assert [session.outcome for session in journal.sessions()] == ["left"]


def test_what_nobody_thought_of_is_one_sentence_too(
    call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = tmp_path / "logs" / "error.log"
    monkeypatch.setattr(cli, "log_file", lambda: log)
    monkeypatch.setattr("voicecoach.play.play_session", lambda _wanted: 1 / 0)
    answer = call("session", TINY)
    assert answer.status == cli.EXIT_UNEXPECTED
    assert answer.error.count("\n") == 1
    assert str(log) in answer.error
    assert "ZeroDivisionError" in log.read_text()


def test_ctrl_c_before_the_session_begins(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(_wanted: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("voicecoach.play.play_session", interrupted)
    assert call("session", TINY).status == cli.EXIT_INTERRUPTED


def test_a_good_programme_is_called_good(call: Call) -> None:
    answer = call("check", TINY)
    assert (answer.status, answer.error) == (0, "")
    assert "good" in answer.output
    assert "Press-up, Backward bend" in answer.output


def test_the_version(call: Call) -> None:
    assert call("--version").output == f"voicecoach {__version__}\n"


def own_data(folder: Path) -> dict[str, str]:
    return {name: os.environ[name] for name in ("VOICECOACH_DATA_DIR", "XDG_CACHE_HOME")} | {
        "VOICECOACH_DATA_DIR": str(folder / "data")
    }
