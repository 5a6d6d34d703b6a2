"""The helper process that owns the speech engine: `python -m voicecoach.speaking.render_process FOLDER`.

Requests and answers are frames, one answer for each request:
  DESCRIBE {"voice"} ("" asks for the best English one) -> DESCRIPTION {"engine", "voice", "voices"}
  RENDER {"text", "voice", "rate_wpm"} -> PCM: sample rate (uint32 LE), then mono int16 LE samples
or FAILED (once more, in a new process, may help) or REFUSED (it will not), with a sentence for the user.

One engine on one thread, `save_to_file` only: `say` and `stop` hang on Linux, and two threads crash espeak.
"""

from __future__ import annotations

import contextlib
import ctypes
import importlib.metadata
import json
import os
import platform
import signal
import struct
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import soundfile

from voicecoach.helper_process import frames, serve_frames, write_frame

DESCRIBE, RENDER = b"D", b"R"
DESCRIPTION, PCM, FAILED, REFUSED = b"I", b"P", b"E", b"X"
SAMPLE_RATE = struct.Struct("<I")

PREFERRED_VOICE = "gmw/en-us"  # of espeak's English voices the best understood in noise (DECISIONS.md)
_FILE_WAIT_S = 2.0


class Refused(Exception):  # noqa: N818 - an answer, not a fault
    """The request cannot be met, however often it is repeated."""


class SpeechEngine:
    """pyttsx3, made reliable. `folder` is ours alone: the rendered file lies there for a moment."""

    def __init__(self, folder: Path) -> None:
        if sys.platform == "linux":
            load_bundled_espeak(folder)
        import pyttsx3  # not before the library it is to find

        self._engine = pyttsx3.init()
        self._file = folder / ("line.aiff" if sys.platform == "darwin" else "line.wav")
        self._is_espeak = str(self._engine) == "espeak"
        self._engine.runAndWait()  # the first one does not wait; later ones do

    def name_and_version(self) -> str:
        pyttsx3 = f"pyttsx3 {importlib.metadata.version('pyttsx3')}"
        if not self._is_espeak:
            return f"{self._engine} {platform.version()}, {pyttsx3}"
        from pyttsx3.drivers import _espeak

        return f"espeak-ng {_espeak.Info().decode()}, {pyttsx3}"

    def describe(self, wanted_voice: str) -> dict[str, Any]:
        """Raises Refused when the wanted voice is not there."""
        voices = [
            {"id": voice.id, "name": voice.name or "", "languages": [str(tag) for tag in voice.languages if tag]}
            for voice in self._engine.getProperty("voices")
        ]
        voice = wanted_voice or choose_voice(voices, self._engine.getProperty("voice") or "")
        self._use_voice(voice)
        return {"engine": self.name_and_version(), "voice": voice, "voices": voices}

    def render(self, text: str, voice: str, rate_wpm: int) -> tuple[npt.NDArray[np.int16], int]:
        """Mono samples and their rate. Raises Refused (unknown voice) or RuntimeError (no sound came)."""
        self._file.unlink(missing_ok=True)
        self._use_voice(voice)
        self._engine.setProperty("rate", rate_wpm)
        self._settle()
        self._engine.save_to_file(text, str(self._file))
        self._engine.runAndWait()
        samples, rate_hz = self._read_file()
        mono = samples[:, 0] if samples.shape[1] == 1 else samples.mean(axis=1).astype(np.int16)
        if not mono.any():
            raise RuntimeError("the speech engine gave only silence")
        return mono, rate_hz

    def _use_voice(self, voice: str) -> None:
        self._engine.setProperty("voice", voice)
        self._settle()
        # pyttsx3 swallows the error for an unknown voice and goes on with the one before; espeak completes "en-us"
        # to "gmw/en-us".
        in_use = (self._engine.getProperty("voice") or "").lower().split("+")[0]
        if not in_use.endswith(voice.lower().split("+")[0]):
            raise Refused(f'There is no voice called "{voice}" on this computer: choose another one.')

    def _settle(self) -> None:
        """espeak takes new settings on a thread of its own; without this, every third line has the rate of the one
        before, or none of its own sound."""
        if self._is_espeak:
            from pyttsx3.drivers import _espeak

            _espeak.Synchronize()

    def _read_file(self) -> tuple[npt.NDArray[np.int16], int]:
        """Samples (frames, channels). Raises RuntimeError when no readable file appears."""
        deadline_s = time.monotonic() + _FILE_WAIT_S
        while True:
            try:
                samples, rate_hz = soundfile.read(str(self._file), dtype="int16", always_2d=True)
            except (soundfile.LibsndfileError, OSError) as error:
                if time.monotonic() > deadline_s:
                    raise RuntimeError("the speech engine wrote no sound") from error
                time.sleep(0.005)
            else:
                self._file.unlink()
                return samples, int(rate_hz)


def load_bundled_espeak(folder: Path) -> None:
    """Put PyPI's espeak-ng where pyttsx3 finds it: a loaded library is found by its name before any other. Where that
    package is missing or broken, pyttsx3 looks for the system's library."""
    try:
        import espeakng_loader

        data = Path(espeakng_loader.get_data_path())
        ctypes.CDLL(espeakng_loader.get_library_path(), ctypes.RTLD_GLOBAL)
    except (ImportError, OSError, RuntimeError):
        return
    link = folder / "espeak-ng-data"
    with contextlib.suppress(OSError):
        link.symlink_to(data)  # espeak ends the process when this path has more than about 160 characters
    os.environ["ESPEAK_DATA_PATH"] = str(link if link.exists() else data)


def choose_voice(voices: list[dict[str, Any]], default_voice: str) -> str:
    """The preferred voice, else the computer's own if it is English, else any English one, else the computer's own."""
    english = [v["id"] for v in voices if any(tag.lower().startswith("en") for tag in v["languages"])]
    for voice in (PREFERRED_VOICE, default_voice, *english[:1]):
        if voice in english:
            return str(voice)
    return default_voice


def answer(engine: SpeechEngine, kind: bytes, request: dict[str, Any]) -> tuple[bytes, bytes]:
    """One answer frame for one request frame."""
    try:
        if kind == DESCRIBE:
            return DESCRIPTION, json.dumps(engine.describe(request["voice"])).encode()
        samples, rate_hz = engine.render(request["text"], request["voice"], request["rate_wpm"])
        return PCM, SAMPLE_RATE.pack(rate_hz) + samples.astype("<i2").tobytes()
    except Refused as refused:
        return REFUSED, str(refused).encode()
    except Exception as error:  # whatever a driver raises, the parent decides
        return FAILED, str(error).encode()


def main(folder: Path) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches us too, and closing words are still to be spoken
    requests, answers = serve_frames()
    try:
        engine = SpeechEngine(folder)
    except Exception as error:  # no library, no driver, no voice: each driver has its own way to say so
        hint = "install espeak-ng" if sys.platform == "linux" else "check the computer's own text-to-speech"
        write_frame(answers, REFUSED, f"The speech engine does not start ({error}): {hint}.".encode())
        return
    for kind, payload in frames(requests):
        write_frame(answers, *answer(engine, kind, json.loads(payload)))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
