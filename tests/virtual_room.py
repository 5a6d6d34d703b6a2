"""An open laptop on the floor and a patient two metres away, on the sound card in software (see virtual_sound).

The loudspeaker comes back into the microphone through a room's impulse response, louder or softer than the patient.
"""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
import soxr

from tests.virtual_room_process import RATE_HZ, Settings
from tests.virtual_sound import VirtualSound
from voicecoach.speaking.timeline import Pcm

REPOSITORY = Path(__file__).parents[1]
MEASURED_ROOMS = REPOSITORY.parent / "shared" / "audio" / "rooms"
SIMULATED = "simulated"
VOICE_DBFS = -32.0  # the patient at the microphone, two metres away
NOISE_DBFS = -65.0  # a quiet room: 33 dB below the patient
# Loudspeaker and microphone of one laptop are a hand apart, well within the critical distance of a living room
# (0.7 to 1 m): there the direct sound is some 12 dB above the room's. The patient is beyond it.
LAPTOP_DIRECT_TO_ROOM_DB, PATIENT_DIRECT_TO_ROOM_DB = 12.0, -6.0
RESPONSE_S = 0.5
_REVERBERATION_S = 0.45  # simulated: 60 dB in that time
_DIRECT_S = 0.0025  # what belongs to the direct sound of a measured response
_SPEECH_GATE_DB = 30.0  # frames so far below the loudest are pauses
_FRAME = RATE_HZ // 50
_PATIENCE_S = 20.0


@dataclass(frozen=True, slots=True)
class Acoustics:
    """`room`: the name of a measured room, or "simulated". `echo_over_voice_db`: how much louder the coach is at the
    microphone than the patient. `distortion`: see virtual_room_process.Settings. `face_down`: a mouth in the mat."""

    room: str = SIMULATED
    echo_over_voice_db: float = 0.0
    distortion: float = 0.0
    noise_dbfs: float = NOISE_DBFS
    face_down: bool = False


class Said:
    """One thing the patient said: its first and its last sample on the room's count, and when it began."""

    def __init__(self, began: int, samples: int, at_s: float) -> None:
        self.began, self.ended, self.at_s = began, began + samples, at_s


class VirtualRoom:
    """Running, until the `with` of `virtual_room` ends. `began_s`: sample 0 on time.monotonic()."""

    def __init__(self, process: subprocess.Popen[str], acoustics: Acoustics, folder: Path) -> None:
        self._process = process
        self._acoustics = acoustics
        self._folder = folder
        self._facts: list[dict[str, Any]] = []
        self._changed = threading.Condition()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        self.began_s = float(self._wait_for(0)["at_s"])
        self._voice_response = room_response(acoustics.room, PATIENT_DIRECT_TO_ROOM_DB)
        self._said = 0

    def say(self, voice: Pcm, name: str) -> Said:
        """One channel at RATE_HZ of any level, close to the mouth. Returns when it has begun."""
        wav = self._folder / f"{self._said}-{name}.wav"
        at_microphone = self.at_microphone(voice)
        soundfile.write(wav, at_microphone, RATE_HZ, "FLOAT")
        self._said += 1
        assert self._process.stdin is not None
        self._process.stdin.write(f"{wav}\n")
        self._process.stdin.flush()
        began = self._wait_for(self._said)
        return Said(int(began["began"]), len(voice), float(began["at_s"]))

    def at_microphone(self, voice: Pcm) -> Pcm:
        """The patient as the microphone gets it."""
        if self._acoustics.face_down:
            voice = face_down(voice)
        sound = convolve(voice, self._voice_response)
        return sound * np.float32(10 ** ((VOICE_DBFS - speech_dbfs(sound)) / 20))

    def moment(self, sample: int) -> float:
        """Of this room's count, on time.monotonic()."""
        return self.began_s + sample / RATE_HZ

    def close(self) -> dict[str, Any]:
        """How steady it was: `delay_s`, `unsteady_blocks`, `blocks`."""
        assert self._process.stdin is not None
        with suppress(BrokenPipeError):
            self._process.stdin.close()
        self._process.wait(_PATIENCE_S)
        self._reader.join()
        return self._facts[-1]

    def _wait_for(self, number: int) -> dict[str, Any]:
        with self._changed:
            if not self._changed.wait_for(lambda: len(self._facts) > number, _PATIENCE_S):
                raise TimeoutError("the virtual room does not answer")
            return self._facts[number]

    def _read(self) -> None:
        assert self._process.stdout is not None
        with self._process.stdout as stdout:
            for line in stdout:
                with self._changed:
                    self._facts.append(json.loads(line))
                    self._changed.notify_all()


@contextmanager
def virtual_room(
    card: VirtualSound, acoustics: Acoustics, folder: Path, coach_line: Pcm, recording: Path | None = None
) -> Iterator[VirtualRoom]:
    """`coach_line`: what the coach sounds like at the loudspeaker, to set the level of its echo by. `folder`: for its
    files. `recording`: a FLAC file of microphone, loudspeaker and patient, sample by sample."""
    response = convolve(_impulse(), laptop_response(acoustics.room, acoustics.echo_over_voice_db, coach_line))
    soundfile.write(folder / "echo.wav", response, RATE_HZ, "FLOAT")
    noise_lsb = 32768 * 10 ** (acoustics.noise_dbfs / 20)
    settings = Settings(
        "spk.monitor", "mouth", str(folder / "echo.wav"), noise_lsb, acoustics.distortion, str(recording or "")
    )
    (folder / "room.json").write_text(json.dumps(asdict(settings)))
    command = [sys.executable, "-m", "tests.virtual_room_process", str(folder / "room.json")]
    pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    process = subprocess.Popen(command, env=card.env, cwd=REPOSITORY, text=True, **pipes)
    try:
        yield VirtualRoom(process, acoustics, folder)
    finally:
        if process.stdin and not process.stdin.closed:
            with suppress(BrokenPipeError):
                process.stdin.close()
        process.wait(_PATIENCE_S)


def room_response(room: str, direct_to_room_db: float) -> Pcm:
    """An impulse response whose direct sound is 1 and comes at sample 0, at RATE_HZ. Measured rooms lie beside the
    repository; raises FileNotFoundError where they don't."""
    if room == SIMULATED:
        count = round(RESPONSE_S * RATE_HZ)
        decay = 10 ** (-3 * np.arange(count) / (_REVERBERATION_S * RATE_HZ))
        tail = np.random.default_rng(3).standard_normal(count) * decay
        tail[: round(_DIRECT_S * RATE_HZ)] = 0
        direct = _impulse(count)
    else:
        samples, rate_hz = soundfile.read(MEASURED_ROOMS / f"{room}.flac", dtype="float32")
        samples = soxr.resample(samples, rate_hz, RATE_HZ)
        begin = max(0, int(np.argmax(np.abs(samples))) - 20)
        samples = samples[begin : begin + round(RESPONSE_S * RATE_HZ)]
        near = round(_DIRECT_S * RATE_HZ)
        direct, tail = samples.copy(), samples.copy()
        direct[near:], tail[:near] = 0, 0
    ratio = np.sqrt(np.sum(direct**2) / np.sum(tail**2)) / 10 ** (direct_to_room_db / 20)
    response = direct + ratio * tail
    return np.asarray(response / np.sqrt(np.sum(direct**2)), np.float32)


def laptop_response(room: str, echo_over_voice_db: float, coach_line: Pcm) -> Pcm:
    """From a laptop's loudspeaker to its microphone, as loud as Acoustics says; `coach_line` as in virtual_room."""
    echo = room_response(room, LAPTOP_DIRECT_TO_ROOM_DB)
    level_db = VOICE_DBFS + echo_over_voice_db - speech_dbfs(convolve(_small_loudspeaker(coach_line), echo))
    return _small_loudspeaker(echo) * np.float32(10 ** (level_db / 20))


def face_down(samples: Pcm) -> Pcm:
    """12 dB per octave less above 1 kHz."""
    spectrum = np.fft.rfft(samples)
    hz = np.fft.rfftfreq(len(samples), 1 / RATE_HZ)
    return np.asarray(np.fft.irfft(spectrum / (1 + (hz / 1000) ** 2), len(samples)), np.float32)


def _small_loudspeaker(samples: Pcm) -> Pcm:
    """A laptop's: 12 dB per octave less below 300 Hz."""
    size = 2 * len(samples)
    ratio = np.fft.rfftfreq(size, 1 / RATE_HZ) / 300
    spectrum = np.fft.rfft(samples, size) * (1j * ratio) ** 2 / (1 + 1.4j * ratio + (1j * ratio) ** 2)
    return np.asarray(np.fft.irfft(spectrum, size)[: len(samples)], np.float32)


def speech_dbfs(samples: Pcm) -> float:
    """RMS of what is not a pause."""
    frames = samples[: len(samples) // _FRAME * _FRAME].reshape(-1, _FRAME).astype(np.float64)
    powers = np.mean(frames**2, axis=1)
    spoken = powers[powers > powers.max() * 10 ** (-_SPEECH_GATE_DB / 10)]
    return float(10 * np.log10(spoken.mean() + 1e-12))


def convolve(samples: Pcm, response: Pcm) -> Pcm:
    """Of the samples' length and the response's together."""
    count = len(samples) + len(response) - 1
    size = 1 << (count - 1).bit_length()
    return np.asarray(np.fft.irfft(np.fft.rfft(samples, size) * np.fft.rfft(response, size), size)[:count], np.float32)


def _impulse(count: int = 1) -> Pcm:
    impulse = np.zeros(count, np.float32)
    impulse[0] = 1.0
    return impulse
