"""A sound card in software: a private PulseAudio server, for tests on machines without a card, desktop or D-Bus.

PortAudio, in a child process that is given `env`, lists: coach_speaker and coach_microphone (the defaults),
speaker_monitor (what the coach plays) and patient_mouth (what is played into the microphone).
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import numpy as np

from voicecoach.speaking.timeline import Pcm

RATE_HZ = 48_000
PROGRAMS = ("pulseaudio", "pactl", "pacat", "parec", "paplay")
_ALSA_DEFAULTS = Path("/usr/share/alsa/alsa.conf")
_ALSA_PLUGINS = ("/usr/lib/*/alsa-lib", "/usr/lib/alsa-lib", "/usr/lib64/alsa-lib")
_START_TIMEOUT_S = 20.0
_CLIENT_LATENCY_MS = 10
_NEAR_S = 2.0

_FORMAT = "rate=48000 channels=1 format=s16le"
_SERVER_SCRIPT = """\
load-module module-native-protocol-unix auth-anonymous=1 socket={folder}/socket
load-module module-null-sink sink_name=spk rate=48000 channels=1 format=s16le sink_properties=device.description=spk
load-module module-null-sink sink_name=mouth rate=48000 channels=1 format=s16le sink_properties=device.description=mouth
load-module module-remap-source master=mouth.monitor source_name=mic source_properties=device.description=mic
set-default-sink spk
set-default-source mic
"""
# Without a patient, whose mouth would be taken in place of a loudspeaker that is removed: the microphone hums.
_ALONE_SCRIPT = """\
load-module module-native-protocol-unix auth-anonymous=1 socket={folder}/socket
load-module module-null-sink sink_name=spk rate=48000 channels=1 format=s16le sink_properties=device.description=spk
load-module module-sine-source source_name=mic rate=48000 frequency=50
set-default-sink spk
set-default-source mic
"""
_ALSA_DEVICE = 'pcm.{name} {{ type pulse device {target} hint {{ show on description "{name}" }} }}\n'
_ALSA_NAMES = {
    "coach_speaker": "spk",
    "coach_microphone": "mic",
    "speaker_monitor": "spk.monitor",
    "patient_mouth": "mouth",
}


def missing_parts() -> str:
    """Why there can be no virtual sound card here; "" where there can."""
    missing = [program for program in PROGRAMS if shutil.which(program) is None]
    if missing:
        return f"no {', '.join(missing)}: apt-get install pulseaudio pulseaudio-utils"
    plugins = [file for folder in _ALSA_PLUGINS for file in Path("/").glob(folder[1:] + "/*pcm_pulse*")]
    if not plugins or not _ALSA_DEFAULTS.exists():
        return "ALSA cannot reach PulseAudio: apt-get install libasound2-plugins"
    return ""


class Recording:
    """What a source gives, from now on, until the `with` ends."""

    def __init__(self, env: dict[str, str], source: str) -> None:
        self._chunks: list[bytes] = []
        self._arrivals: list[tuple[int, float]] = []  # samples so far, time.monotonic()
        self._process = subprocess.Popen(
            ["parec", "-d", source, f"--stream-name={source}", *_raw_format(), f"--latency-msec={_CLIENT_LATENCY_MS}"],
            stdout=subprocess.PIPE,
            env=env,
        )
        self._arrived = threading.Condition()
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def __enter__(self) -> Recording:
        with self._arrived:
            if not self._arrived.wait_for(lambda: self._chunks, _START_TIMEOUT_S):
                raise TimeoutError("the virtual sound card gives nothing to record")
        return self

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.wait()
        self._thread.join()

    @property
    def samples(self) -> Pcm:
        """All that has arrived, -1..1."""
        return _pcm(b"".join(self._chunks))

    def wait_for(self, is_so: Callable[[Pcm], bool], last_s: float, timeout_s: float) -> bool:
        """Wait until something is so of the samples of the last `last_s` seconds (fewer in the beginning); looked at
        whenever samples arrive. False where it never was."""
        wanted_bytes = round(last_s * RATE_HZ) * 2

        def tail() -> Pcm:
            chunks: list[bytes] = []
            for chunk in reversed(self._chunks):
                chunks.insert(0, chunk)
                if sum(map(len, chunks)) >= wanted_bytes:
                    break
            return _pcm(b"".join(chunks)[-wanted_bytes:])

        with self._arrived:
            return self._arrived.wait_for(lambda: is_so(tail()), timeout_s)

    def time_of(self, sample: int) -> float:
        """When that sample sounded, on time.monotonic(); good to about the 10 ms in which the server works."""
        return sample / RATE_HZ + self._begun(
            [one for one in self._arrivals if abs(one[0] - sample) < _NEAR_S * RATE_HZ]
        )

    def sample_at(self, moment_s: float) -> int:
        """The sample that sounded at a moment of time.monotonic()."""
        near = [one for one in self._arrivals if abs(one[1] - moment_s) < _NEAR_S]
        return max(0, round((moment_s - self._begun(near)) * RATE_HZ))

    def _begun(self, near: list[tuple[int, float]]) -> float:
        """When sample 0 would have sounded: from those chunks nearby that came with the least delay (a busy computer
        loses samples now and then, so that those far away say nothing)."""
        return min(arrived_s - samples / RATE_HZ for samples, arrived_s in near or self._arrivals)

    def _read(self) -> None:
        assert self._process.stdout is not None
        total = 0
        with self._process.stdout as stdout:
            while chunk := os.read(stdout.fileno(), 65536):
                total += len(chunk)
                with self._arrived:
                    self._chunks.append(chunk)
                    self._arrivals.append((total // 2, time.monotonic()))
                    self._arrived.notify_all()


class VirtualSound:
    """The running server. Give `env` to the processes that are to have its devices."""

    def __init__(self, folder: Path, room_noise_lsb: int, *, alone: bool = False) -> None:
        self._folder = folder
        self._script = _ALONE_SCRIPT if alone else _SERVER_SCRIPT
        self._sinks = ("spk",) if alone else ("spk", "mouth")
        self._room_noise_lsb = room_noise_lsb
        self._processes: list[subprocess.Popen[bytes]] = []
        self.env = os.environ | {
            "XDG_RUNTIME_DIR": str(folder),
            "PULSE_SERVER": f"unix:{folder}/socket",
            "PULSE_RUNTIME_PATH": str(folder / "runtime"),
            "PULSE_COOKIE": str(folder / "cookie"),
            "PULSE_SINK": "spk",
            "PULSE_SOURCE": "mic",
            "ALSA_CONFIG_PATH": str(folder / "asound.conf"),
        }

    def start(self) -> None:
        """Raises TimeoutError with the server's last words."""
        script = self._folder / "server.pa"
        script.write_text(self._script.format(folder=self._folder))
        devices = "".join(_ALSA_DEVICE.format(name=name, target=target) for name, target in _ALSA_NAMES.items())
        config = f"<{_ALSA_DEFAULTS}>\npcm.!default {{ type pulse }}\nctl.!default {{ type pulse }}\n{devices}"
        (self._folder / "asound.conf").write_text(config)
        log = self._folder / "pulse.log"
        # a real sound card does not wait for a busy computer either (where we may not, this changes nothing)
        options = "--daemonize=no --exit-idle-time=-1 --realtime=yes --high-priority=yes --disable-shm=yes"
        command = ["pulseaudio", "-n", "-F", str(script), *options.split(), "--use-pid-file=no"]
        self._start([*command, f"--log-target=newfile:{log}"])
        self._wait_until(lambda: self._pactl("info") != "", log)
        # A null sink without a client that wants low latency works in steps of up to two seconds: keep one on each.
        for sink in self._sinks:
            self._keep_busy(sink, self._room_noise_lsb if sink == "mouth" else 0)
        self._wait_until(lambda: self._pactl("list", "short", "sinks").count("RUNNING") == len(self._sinks), log)

    def stop(self) -> None:
        """Also what a test does to see the devices vanish; `start` brings them back."""
        for process in reversed(self._processes):
            process.terminate()
        for process in self._processes:
            process.wait()
            if process.stdin:
                with suppress(BrokenPipeError):
                    process.stdin.close()
        self._processes.clear()
        (self._folder / "socket").unlink(missing_ok=True)

    def record_speaker(self, source: str = "spk.monitor") -> Recording:
        """What the coach plays (or, from "mouth.monitor", what is played into its microphone)."""
        return Recording(self.env, source)

    def play_to_microphone(self, wav: Path, mouth: str = "mouth") -> None:
        """Returns when it has been played."""
        latency = f"--latency-msec={_CLIENT_LATENCY_MS}"
        subprocess.run(["paplay", "-d", mouth, latency, str(wav)], env=self.env, check=True)

    def mute_microphone(self, muted: bool) -> None:
        """A muted source gives exact zeros."""
        self._pactl("set-source-mute", "mic", str(int(muted)))

    def remove(self, what: str) -> None:
        """Unplug "mic" or "spk": the server has it no more, and whoever uses it is cut off."""
        kind = "module-remap-source" if what == "mic" else "module-null-sink"
        modules = [line.split("\t") for line in self._pactl("list", "short", "modules").splitlines()]
        number = next(m[0] for m in modules if m[1] == kind and re.search(rf"(sink|source)_name={what}\b", m[2]))
        self._pactl("unload-module", number)

    def put_back(self, what: str) -> None:
        """Plug it in again."""
        line = next(line for line in _SERVER_SCRIPT.splitlines() if re.search(rf"(sink|source)_name={what}\b", line))
        self._pactl(*line.split())
        if what == "spk":
            self._keep_busy("spk", 0)
        else:
            self._move_recordings_back()

    def _move_recordings_back(self) -> None:
        """The server has handed the new microphone to everybody, also to our own recordings of other things."""
        for output in self._pactl("list", "source-outputs").split("Source Output #")[1:]:
            name = re.search(r'media\.name = "(.*)"', output)
            if name and 'application.name = "parec"' in output:
                self._pactl("move-source-output", output.split()[0], name[1])

    def plug_in_headset(self) -> None:
        """A second loudspeaker "headset" and a second microphone "headset_mic", which become the default; what is
        played to "headset_mouth" is heard there."""
        for name in ("headset", "headset_mouth"):
            self._pactl("load-module", "module-null-sink", f"sink_name={name}", *_FORMAT.split())
            self._keep_busy(name, self._room_noise_lsb if name == "headset_mouth" else 0)
        self._pactl("load-module", "module-remap-source", "master=headset_mouth.monitor", "source_name=headset_mic")
        self._pactl("set-default-sink", "headset")
        self._pactl("set-default-source", "headset_mic")

    @property
    def env_of_a_desktop(self) -> dict[str, str]:
        """As `env`, but what becomes the default device is used from then on."""
        return {name: value for name, value in self.env.items() if name not in ("PULSE_SINK", "PULSE_SOURCE")}

    def add_echo(self, echo_db: float) -> None:
        """From now on the microphone also hears the loudspeaker, that much softer, about 20 ms later."""
        self._pactl("load-module", "module-loopback", "source=spk.monitor", "sink=mouth", "latency_msec=20")
        inputs = [line.split() for line in self._pactl("list", "short", "sink-inputs").splitlines()]
        loopback = next(fields[0] for fields in inputs if "module-loopback.c" in fields)
        self._pactl("set-sink-input-volume", loopback, f"{echo_db}dB")

    def _start(self, command: list[str], stdin: int | None = None) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(command, env=self.env, stdin=stdin, stderr=subprocess.DEVNULL)
        self._processes.append(process)
        return process

    def _keep_busy(self, sink: str, noise_lsb: int) -> None:
        """Play noise of so many steps of 16 bits, for as long as the sink lives."""
        command = ["pacat", "-d", sink, *_raw_format(), f"--latency-msec={_CLIENT_LATENCY_MS}"]
        process = self._start(command, stdin=subprocess.PIPE)
        noise = np.random.default_rng(7).integers(-noise_lsb, noise_lsb, RATE_HZ, np.int16, endpoint=True).tobytes()

        def feed() -> None:
            assert process.stdin is not None
            with suppress(OSError, ValueError):
                while True:
                    process.stdin.write(noise)

        threading.Thread(target=feed, name=f"noise for {sink}", daemon=True).start()

    def _pactl(self, *words: str) -> str:
        return subprocess.run(["pactl", *words], env=self.env, capture_output=True, text=True, check=False).stdout

    def _wait_until(self, is_so: Callable[[], bool], log: Path) -> None:
        give_up_s = time.monotonic() + _START_TIMEOUT_S
        pause = threading.Event()
        while not is_so():
            pause.wait(0.05)
            if time.monotonic() > give_up_s:
                words = log.read_text()[-500:] if log.exists() else ""
                self.stop()
                raise TimeoutError(f"the virtual sound card does not start: {words}")


@contextmanager
def virtual_sound_card(
    *, room_noise_lsb: int = 2, echo_db: float | None = None, alone: bool = False
) -> Iterator[VirtualSound]:
    """`room_noise_lsb`: what a microphone in a quiet room gives, in steps of 16 bits (0: digital silence).
    `echo_db`: how loud the coach hears itself; None: not at all. `alone`: there is no patient, and the microphone hums;
    a loudspeaker that is removed then has no other to take its place. Look at `missing_parts` before."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="virtual-sound-")))
        card = VirtualSound(folder, room_noise_lsb, alone=alone)
        stack.callback(card.stop)
        card.start()
        if echo_db is not None:
            card.add_echo(echo_db)
        yield card


def _pcm(data: bytes) -> Pcm:
    return np.frombuffer(data[: len(data) // 2 * 2], np.int16).astype(np.float32) / np.float32(32768)


def _raw_format() -> list[str]:
    return ["--raw", "--format=s16le", f"--rate={RATE_HZ}", "--channels=1"]
