"""The scripts that turn a fresh clone into a running coach: their decisions, and whole runs with a stand-in .venv."""

from __future__ import annotations

import ast
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
sys.path.append(str(ROOT / "scripts"))

import _bootstrap as bootstrap  # noqa: E402 - scripts/ is no package
from _bootstrap import Host, Stamp  # noqa: E402

posix_only = pytest.mark.skipif(os.name != "posix", reason="the stand-in Python is a shell script")
ROOT_ON_DEBIAN = Host(has_apt=True, is_root=True, has_sudo=False)
SUDOER = Host(has_apt=True, is_root=False, has_sudo=True)
USER = Host(has_apt=True, is_root=False, has_sudo=False)
ELSEWHERE = Host(has_apt=False, is_root=True, has_sudo=False)


# --- decisions --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("script", ["_bootstrap.py", "coach.py", "test.py"])
def test_an_older_python_can_read_the_scripts(script: str) -> None:
    ast.parse((ROOT / "scripts" / script).read_text(), feature_version=(3, 8))


def test_an_older_python_gets_one_sentence(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(bootstrap, "OLDEST_PYTHON", (99, 0))
    with pytest.raises(SystemExit) as stopped:
        bootstrap.run_main(lambda _args: 0)
    assert stopped.value.code == 1
    assert capsys.readouterr().err.count("\n") == 1


def test_the_fingerprint_tells_projects_and_folders_apart() -> None:
    same = bootstrap.fingerprint(b"[project]", "/home/ada/coach")
    assert same == bootstrap.fingerprint(b"[project]", "/home/ada/coach")
    assert same != bootstrap.fingerprint(b"[project] ", "/home/ada/coach")
    assert same != bootstrap.fingerprint(b"[project]", "/home/ada/moved")


def test_the_fingerprint_tells_pythons_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    before = bootstrap.fingerprint(b"", "/")
    monkeypatch.setattr(sys, "version_info", (3, 99, 0))
    assert bootstrap.fingerprint(b"", "/") != before


@pytest.mark.parametrize(
    ("stamp", "extras", "expected"),
    [
        (None, [], []),
        (None, ["test"], ["test"]),
        (Stamp("now", [], True), [], None),
        (Stamp("now", [], True), ["test"], ["test"]),
        (Stamp("now", ["test"], True), [], None),
        (Stamp("now", ["test"], False), ["test"], None),
        (Stamp("before", [], True), [], []),
        (Stamp("before", ["test"], True), [], ["test"]),  # coach.py must not take the tests' tools away
    ],
)
def test_installs_only_what_is_not_there(stamp: Stamp | None, extras: list[str], expected: list[str] | None) -> None:
    assert bootstrap.extras_to_install(stamp, "now", extras) == expected


def test_pip_installs_the_project_in_place() -> None:
    assert bootstrap.install_command("py", [])[:4] == ["py", "-m", "pip", "install"]
    assert bootstrap.install_command("py", [])[-2:] == ["-e", "."]
    assert bootstrap.install_command("py", ["test"])[-2:] == ["-e", ".[test]"]


def test_root_installs_packages_without_being_asked_anything() -> None:
    apt = ["env", "DEBIAN_FRONTEND=noninteractive", "apt-get"]
    assert bootstrap.apt_commands(["portaudio", "pactl"], ROOT_ON_DEBIAN) == [
        [*apt, "update"],
        [*apt, "install", "-y", "--no-install-recommends", "libportaudio2", "pulseaudio-utils"],
    ]


def test_sudo_is_used_only_where_it_asks_no_password() -> None:
    commands = bootstrap.apt_commands(["flite"], SUDOER)
    assert commands is not None
    assert [command[:3] for command in commands] == [["sudo", "-n", "env"]] * 2
    assert bootstrap.apt_commands(["flite"], USER) is None
    assert bootstrap.apt_commands(["flite"], ELSEWHERE) is None


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        (USER, "type sudo apt-get install libportaudio2 espeak-ng"),
        (ROOT_ON_DEBIAN, "type apt-get install libportaudio2 espeak-ng"),
        (ELSEWHERE, "install them with your system's package manager (on Debian they are libportaudio2 espeak-ng)"),
    ],
)
def test_advice_is_one_thing_to_do(host: Host, expected: str) -> None:
    assert bootstrap.advice(["portaudio", "espeak-ng"], host) == expected


def test_every_need_of_the_tests_has_a_package() -> None:
    assert set(bootstrap.TEST_NEEDS) <= bootstrap.APT_PACKAGES.keys()


@pytest.mark.parametrize(
    ("output", "expected"),
    [
        ("WARNING: ... NewConnectionError(...)\nERROR: No matching distribution found", "The network can't be reached"),
        ("OSError: [Errno 28] No space left on device", "The disk is full"),
        ("Error: [Errno 13] Permission denied: '.venv'", "can't be written: make it yours"),
        ("error: metadata-generation-failed", "the lines above say why"),
    ],
)
def test_a_failed_installation_is_explained(output: str, expected: str) -> None:
    assert expected in bootstrap.explain(output)


def test_the_python_of_a_venv() -> None:
    assert bootstrap.python_of(Path("v"), windows=False) == Path("v/bin/python")
    assert bootstrap.python_of(Path("v"), windows=True) == Path("v/Scripts/python.exe")


def test_which_venvs_work(tmp_path: Path) -> None:
    assert bootstrap.works(Path(sys.executable))
    assert not bootstrap.works(tmp_path / "gone")
    (tmp_path / "python").symlink_to("/usr/bin/false")
    assert not bootstrap.works(tmp_path / "python")


def test_ctrl_c_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    def main(_args: list[str]) -> int:
        raise KeyboardInterrupt

    with pytest.raises(SystemExit) as stopped:
        bootstrap.run_main(main)
    assert stopped.value.code == 130
    assert capsys.readouterr().err.strip() == "Interrupted."


# --- whole runs -------------------------------------------------------------------------------------------------

FAKE_PYTHON = r"""#!/bin/sh
here=$(dirname "$0")/..
case "$2" in import*) what="look: $2" ;; *) what="$*" ;; esac
printf '%s\n' "$what" >> "$here/calls"
case "$*" in
  *"pip install"*) cat "$here/pip-says" 2>/dev/null && exit 1 ;;
  "-m ruff check"*) exit 1 ;;
  *voicecoach*) printf '<%s>' "$@" ;;
esac
exit 0
"""


class Clone:
    """A clone in a folder with a space, whose .venv holds a Python that only writes down what it is asked to do."""

    def __init__(self, folder: Path) -> None:
        self.root = folder / "my coach"
        self.venv = self.root / ".venv"
        shutil.copytree(ROOT / "scripts", self.root / "scripts")
        shutil.copy(ROOT / "pyproject.toml", self.root)
        (self.venv / "bin").mkdir(parents=True)
        (self.venv / "bin" / "python").write_text(FAKE_PYTHON)
        (self.venv / "bin" / "python").chmod(0o755)
        (folder / "bin").mkdir()
        for tool in ("sh", "dirname", "cat"):  # and no apt-get: nothing may be installed on this machine
            (folder / "bin" / tool).symlink_to(str(shutil.which(tool)))
        self._environment = {"PATH": str(folder / "bin"), "HOME": str(folder)}

    @property
    def stamp(self) -> Path:
        return self.venv / "voicecoach-stamp.json"

    def set_up(self, extras: list[str]) -> None:
        now = bootstrap.fingerprint((self.root / "pyproject.toml").read_bytes(), str(self.root.resolve()))
        self.stamp.write_text(json.dumps({"fingerprint": now, "extras": extras, "libraries_found": True}))

    def run(self, script: str, *args: str, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, str(self.root / "scripts" / script), *args],
            cwd=self.root.parent,
            env={**self._environment, **environment},
            capture_output=True,
            text=True,
        )

    def calls(self) -> list[str]:
        return (self.venv / "calls").read_text().splitlines()


@pytest.fixture
def clone(tmp_path: Path) -> Clone:
    return Clone(tmp_path)


@posix_only
def test_once_set_up_the_coach_starts_at_once(clone: Clone) -> None:
    clone.set_up([])
    done = clone.run("coach.py", "replay", "last one")
    assert (done.returncode, done.stdout, done.stderr) == (0, "<-m><voicecoach><replay><last one>", "")
    assert clone.calls() == ["-m voicecoach replay last one"]


@posix_only
def test_without_arguments_it_is_a_session(clone: Clone) -> None:
    clone.set_up(["test"])
    assert clone.run("coach.py").stdout == "<-m><voicecoach><session>"


@posix_only
def test_a_changed_project_is_installed_once(clone: Clone) -> None:
    clone.set_up([])
    with (clone.root / "pyproject.toml").open("a") as pyproject:
        pyproject.write("\n# one more dependency\n")
    assert clone.run("coach.py").returncode == 0
    assert clone.run("coach.py").returncode == 0
    installs = [call for call in clone.calls() if "pip install" in call]
    assert len(installs) == 1
    assert installs[0].split()[-2:] == ["-e", "."]
    assert clone.calls()[-1] == "-m voicecoach session"


@posix_only
def test_a_failed_installation_is_one_sentence_and_tried_again(clone: Clone) -> None:
    clone.set_up([])
    with (clone.root / "pyproject.toml").open("a") as pyproject:
        pyproject.write("\n# one more dependency\n")
    (clone.venv / "pip-says").write_text("".join(f"line {n}\n" for n in range(40)) + "NewConnectionError: no route\n")
    for _ in range(2):
        done = clone.run("coach.py")
        assert done.returncode == 1
        assert done.stderr.splitlines()[-1].startswith("The network can't be reached")
        assert "line 39" in done.stderr
        assert "line 9\n" not in done.stderr
        assert "Traceback" not in done.stderr
        assert not clone.stamp.exists()
    assert "line 9\n" in (clone.venv / "setup.log").read_text()
    assert not any("voicecoach session" in call for call in clone.calls())


@posix_only
def test_all_checks_run_though_the_first_fails(clone: Clone) -> None:
    clone.set_up(["test"])
    done = clone.run("test.py")
    tests = {"-m pytest -m sound", "-m pytest -m not sound"}
    assert clone.calls()[:3] == ["-m ruff check .", "-m ruff format --check .", "-m mypy"]
    assert set(clone.calls()[3:]) == tests, "side by side"
    assert done.returncode == 1
    summary = [line.split()[0] for line in done.stderr.splitlines()[-5:]]
    assert summary == ["FAILED", "ok", "ok", "ok", "ok"]


@posix_only
def test_arguments_go_to_pytest_alone(clone: Clone) -> None:
    clone.set_up(["test"])
    assert clone.run("test.py", "-k", "journal").returncode == 0
    assert clone.calls() == ["-m pytest -k journal"]


@posix_only
@pytest.mark.skipif(sys.platform != "linux", reason="only Linux needs packages for the tests")
def test_a_missing_package_fails_only_in_ci(clone: Clone) -> None:
    clone.set_up(["test"])
    here = clone.run("test.py", "-q")
    assert here.returncode == 0
    assert "Missing for some of the tests: espeak-ng, flite, pulseaudio" in here.stderr
    in_ci = clone.run("test.py", "-q", CI="true")
    assert in_ci.returncode == 1
    assert len(in_ci.stderr.splitlines()) == 1
    assert clone.calls() == ["-m pytest -q"]


@posix_only
@pytest.mark.parametrize("script", ["scripts/coach.py", "scripts/test.py", ".ci/run"])
def test_scripts_can_be_started(script: str) -> None:
    assert os.access(ROOT / script, os.X_OK)
