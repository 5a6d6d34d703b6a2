"""What coach.py and test.py share: from a fresh clone to a working .venv and the system's libraries.

Only the standard library, and syntax that Python 3.8 can parse, so that an old Python gets a sentence and no traceback.
Decisions are pure functions over plain facts; what touches the machine stands below them.
"""

from __future__ import annotations

import ctypes
import ctypes.util
import hashlib
import importlib.util
import json
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import NoReturn

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
STAMP = VENV / "voicecoach-stamp.json"
LOG = VENV / "setup.log"
OLDEST_PYTHON = (3, 11)
LOG_LINES_SHOWN = 12

# Everything that apt may have to install, by what it gives us. The one list: the README points here.
APT_PACKAGES = {
    "venv": "python{}.{}-venv".format(*sys.version_info[:2]),
    "portaudio": "libportaudio2",  # microphone and loudspeaker
    "espeak-ng": "espeak-ng",  # the coach's voice where the wheel's own copy does not load; a patient's voice in tests
    "flite": "flite",  # tests: another patient's voice
    "pulseaudio": "pulseaudio",  # tests: a virtual sound card
    "pactl": "pulseaudio-utils",
    "alsa-pulse": "libasound2-plugins",
    "strace": "strace",  # tests: whether anything reaches for the network
}
TEST_NEEDS = ("espeak-ng", "flite", "pulseaudio", "pactl", "alsa-pulse", "strace")

NETWORK_SIGNS = ("new connection", "NewConnection", "ConnectTimeout", "Temporary failure", "not connect", "unreachable")


class SetupError(Exception):
    """Setting up can't go on; its text is one sentence for the user."""


# --- decisions --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Stamp:
    """What .venv holds: written when an installation has succeeded, so a half-made one has none."""

    fingerprint: str
    extras: list[str]
    libraries_found: bool  # on the last look; looked at again only until it is true


@dataclass(frozen=True)
class Host:
    """What may be done about missing system packages."""

    has_apt: bool
    is_root: bool
    has_sudo: bool  # without a password


def fingerprint(pyproject: bytes, root: str) -> str:
    """Changes when what .venv holds is no longer right: the project, the Python, the folder it is installed from."""
    facts = [pyproject.decode("utf-8", "replace"), root, platform.machine(), *map(str, sys.version_info[:2])]
    return hashlib.sha256("\0".join(facts).encode("utf-8", "surrogatepass")).hexdigest()


def extras_to_install(stamp: Stamp | None, wanted: str, extras: list[str]) -> list[str] | None:
    """The extras to install the project with, or None when nothing needs to be installed."""
    had = stamp.extras if stamp else []
    if stamp and stamp.fingerprint == wanted and set(extras) <= set(had):
        return None
    return sorted({*had, *extras})


def install_command(python: str, extras: list[str]) -> list[str]:
    target = ".[{}]".format(",".join(extras)) if extras else "."
    options = ["--disable-pip-version-check", "--no-input", "--retries", "2"]
    return [python, "-m", "pip", "install", *options, "-e", target]


def apt_commands(missing: list[str], host: Host) -> list[list[str]] | None:
    """The commands that install `missing` (names in APT_PACKAGES) without asking anything, or None: not ours to do."""
    if not host.has_apt or not (host.is_root or host.has_sudo):
        return None
    prefix = ["env", "DEBIAN_FRONTEND=noninteractive", "apt-get"]
    if not host.is_root:
        prefix = ["sudo", "-n", *prefix]
    packages = [APT_PACKAGES[name] for name in missing]
    return [[*prefix, "update"], [*prefix, "install", "-y", "--no-install-recommends", *packages]]


def advice(missing: list[str], host: Host) -> str:
    """The one thing to type or to do where we may not install `missing` ourselves."""
    packages = " ".join(APT_PACKAGES[name] for name in missing)
    if host.has_apt:
        return f"type {'' if host.is_root else 'sudo '}apt-get install {packages}"
    return f"install them with your system's package manager (on Debian they are {packages})"


def explain(output: str) -> str:
    """One sentence about a failed installation, from what the installer printed."""
    if any(sign in output for sign in NETWORK_SIGNS):
        return "The network can't be reached: the first start needs it once, so connect and run this again."
    if "No space left on device" in output:
        return "The disk is full: free some space and run this again."
    if "Permission denied" in output:
        return f"{ROOT} can't be written: make it yours, or copy it to a folder that is, and run this again."
    return "The installation failed, and the lines above say why: put that right and run this again."


def python_of(venv: Path, windows: bool = os.name == "nt") -> Path:
    return venv / "Scripts" / "python.exe" if windows else venv / "bin" / "python"


# --- .venv ------------------------------------------------------------------------------------------------------


def require_python() -> None:
    if sys.version_info < OLDEST_PYTHON:
        newer = [name for minor in range(20, 10, -1) if shutil.which(name := f"python3.{minor}")]
        how = f"run this again with {newer[0]}" if newer else "install a newer one and run this again with it"
        raise SetupError(f"The coach needs Python 3.11 or newer, and this is {platform.python_version()}: {how}.")


def ensure_environment(extras: list[str]) -> Path:
    """.venv with the project and `extras` installed, made or brought up to date where necessary: its Python."""
    python = python_of(VENV)
    wanted = fingerprint((ROOT / "pyproject.toml").read_bytes(), str(ROOT))
    stamp = read_stamp() if python.exists() else None
    todo = extras_to_install(stamp, wanted, extras)
    if todo is None:
        return python
    if not works(python):
        make_venv()
    STAMP.unlink(missing_ok=True)
    say("Installing what the coach needs (up to 200 MB; it takes a minute) ...")
    run_logged(install_command(str(python), todo))
    write_stamp(Stamp(wanted, todo, libraries_found=False))
    return python


def works(python: Path) -> bool:
    """Whether .venv has a Python of our version that starts, and pip."""
    check = "import sys, importlib.util as u; sys.exit(not (u.find_spec('pip') and sys.version_info[:2] == {}))"
    return succeeds([str(python), "-c", check.format(tuple(sys.version_info[:2]))])


def make_venv() -> None:
    if VENV.is_symlink() or VENV.is_file():
        VENV.unlink()
    elif VENV.exists():
        say("Making .venv anew: the one that is there is of another Python or incomplete ...")
        shutil.rmtree(VENV)
    if importlib.util.find_spec("ensurepip") is None:
        ensure_packages(["venv"], "making .venv", required=True)
    say("Making a Python environment in .venv ...")
    run_logged([sys.executable, "-m", "venv", str(VENV)])


def read_stamp() -> Stamp | None:
    try:
        return Stamp(**json.loads(STAMP.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def write_stamp(stamp: Stamp) -> None:
    STAMP.write_text(json.dumps(asdict(stamp)), encoding="utf-8")


# --- the system's libraries -------------------------------------------------------------------------------------


def ensure_sound_libraries(python: Path, required: bool = False) -> None:
    """PortAudio and espeak-ng, needed from the system on Linux only. Where they can't be had it says so and goes on;
    SetupError when `required`."""
    stamp = read_stamp()
    if sys.platform != "linux" or stamp is None or stamp.libraries_found:
        return
    missing = missing_sound_libraries(python)
    if not missing or ensure_packages(missing, "sound", required):
        write_stamp(Stamp(stamp.fingerprint, stamp.extras, libraries_found=True))


def missing_sound_libraries(python: Path) -> list[str]:
    missing = []
    if ctypes.util.find_library("portaudio") is None:  # as sounddevice looks for it
        missing.append("portaudio")
    load = "import ctypes, espeakng_loader; ctypes.CDLL(espeakng_loader.get_library_path())"
    if not succeeds([str(python), "-c", load]) and ctypes.util.find_library("espeak-ng") is None:
        missing.append("espeak-ng")
    return missing


def missing_test_packages() -> list[str]:
    return [need for need in TEST_NEEDS if not package_present(need)]


def package_present(need: str) -> bool:
    if need == "alsa-pulse":
        return any(Path("/usr/lib").glob("*/alsa-lib/libasound_module_pcm_pulse.so"))
    return shutil.which(need) is not None


def ensure_packages(missing: list[str], purpose: str, required: bool) -> bool:
    """Install `missing` (names in APT_PACKAGES) with apt where we may. True when that succeeded; otherwise says what
    to type, as a SetupError when `required`."""
    host = look_at_host()
    commands = apt_commands(missing, host)
    failure = ""
    if commands is not None:
        say(f"Installing system packages for {purpose}: {' '.join(APT_PACKAGES[name] for name in missing)} ...")
        try:
            for command in commands:
                run_logged(command)
            return True
        except SetupError as error:
            failure = f" {error}"
    sentence = f"Missing for {purpose}: {', '.join(missing)}; {advice(missing, host)}, then run this again.{failure}"
    if required:
        raise SetupError(sentence)
    say(sentence)
    return False


def look_at_host() -> Host:
    has_apt = sys.platform == "linux" and shutil.which("apt-get") is not None
    is_root = hasattr(os, "geteuid") and os.geteuid() == 0
    has_sudo = has_apt and not is_root and shutil.which("sudo") is not None and succeeds(["sudo", "-n", "true"])
    return Host(has_apt, is_root, has_sudo)


# --- running ----------------------------------------------------------------------------------------------------


def say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def succeeds(command: list[str]) -> bool:
    try:
        return subprocess.run(command, capture_output=True, stdin=subprocess.DEVNULL, timeout=60).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def run_logged(command: list[str]) -> None:
    """Run an installer in the project's folder with its output kept in the log. On failure shows the output's last
    lines and raises SetupError."""
    environment = {**os.environ, "PIP_USER": "0"}  # a user's "install for me only" would miss .venv
    pipe, null = subprocess.PIPE, subprocess.DEVNULL
    done = subprocess.run(command, cwd=ROOT, env=environment, stdin=null, stdout=pipe, stderr=subprocess.STDOUT)
    output = done.stdout.decode("utf-8", "replace")
    if VENV.is_dir():
        with LOG.open("a", encoding="utf-8") as log:
            log.write(f"$ {' '.join(command)}\n{output}")
    if done.returncode != 0:
        for line in output.splitlines()[-LOG_LINES_SHOWN:]:
            say("    " + line)
        raise SetupError(explain(output))


def hand_over(command: list[str]) -> NoReturn:
    """Become `command`; on Windows, which can't, run it and exit as it does."""
    sys.stdout.flush()
    if os.name != "nt":
        os.execv(command[0], command)  # noqa: S606 - no shell is what we want
    with subprocess.Popen(command) as process:
        while True:
            try:
                sys.exit(process.wait())
            except KeyboardInterrupt:  # the child has it too and decides how to end
                continue


def enter_bench(needs: tuple[str, ...], script: str, args: list[str]) -> None:
    """Go on where these modules can be imported: run `script` anew in our environment, with the extra "bench"."""
    missing = [name for name in needs if importlib.util.find_spec(name) is None]
    if missing and sys.prefix == str(VENV):
        raise SetupError(f"The bench lacks {', '.join(missing)}: install them with pip install -e '.[bench]'.")
    if missing:
        hand_over([str(ensure_environment(["bench"])), script, *args])
    sys.path.insert(0, str(ROOT))  # what the tests know of sounds


def run_main(main: Callable[[list[str]], int]) -> NoReturn:
    """A script's main: what goes wrong is one line, never a traceback."""
    try:
        require_python()
        sys.exit(main(sys.argv[1:]))
    except SetupError as error:
        say(str(error))
        sys.exit(1)
    except OSError as error:
        say(f"Setting up in {ROOT} failed ({error}): make the folder writable or free some space, then try again.")
        sys.exit(1)
    except KeyboardInterrupt:
        say("\nInterrupted.")
        sys.exit(130)
