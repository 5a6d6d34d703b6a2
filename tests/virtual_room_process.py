"""The air between an open laptop's loudspeaker, its microphone and a patient, in real time, over a sound server.

Run as `python -m tests.virtual_room_process FILE`, FILE being the settings (see `Settings`) as JSON. What the
loudspeaker's sink plays comes back through the room into the microphone's sink, together with the patient's voice and
the room's noise. On stdin: one line for each thing the patient says, the path of a WAV file (one channel at RATE_HZ,
as it arrives at the microphone). On stdout: `{"began": SAMPLE, "at_s": MOMENT}` when its first sample has sounded, on
this room's count of samples and on time.monotonic(). The end of stdin ends it; the last line has what went wrong.

`prebuf` 0 makes the server drop what comes too late instead of playing it later: the echo's delay stays the same, as
in air, even when a busy computer makes this process late.
"""

from __future__ import annotations

import ctypes
import json
import os
import queue
import sys
import threading
import time
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import soundfile

RATE_HZ = 48_000
BLOCK = 480  # samples, 10 ms
AHEAD_S = 0.03  # so late can this process be without a gap; it is part of the echo's delay
_MOST_AHEAD_S = 0.2
CHANNELS = ("microphone", "loudspeaker", "patient")  # of the recording
_PLAYBACK, _RECORD = 1, 2
_S16LE = 3
_STEADY_S = 0.015  # a delay that differs by more from the usual is told
_LOUDEST = 32767.0
Pcm = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Settings:
    """`echo`: WAV file of the impulse response from loudspeaker to microphone. `distortion`: how strongly a small
    loudspeaker bends loud samples (0: not at all, x -> tanh(d x) / d). `recording`: FLAC file of CHANNELS, or ""."""

    source: str
    sink: str
    echo: str
    noise_lsb: float
    distortion: float = 0.0
    recording: str = ""


class _Format(ctypes.Structure):
    _fields_ = [("format", ctypes.c_int), ("rate", ctypes.c_uint32), ("channels", ctypes.c_uint8)]


class _Buffering(ctypes.Structure):
    _fields_ = [(name, ctypes.c_uint32) for name in ("maxlength", "tlength", "prebuf", "minreq", "fragsize")]


class Stream:
    """One direction, over libpulse-simple; blocks of BLOCK samples."""

    def __init__(self, direction: int, device: str) -> None:
        self._pulse = ctypes.CDLL("libpulse-simple.so.0")
        self._pulse.pa_simple_new.restype = ctypes.c_void_p
        self._pulse.pa_simple_get_latency.restype = ctypes.c_uint64
        size = 2 * BLOCK
        most = 2 * round(_MOST_AHEAD_S * RATE_HZ)
        buffering = _Buffering(2**32 - 1, most, 0, size, size)
        error = ctypes.c_int()
        form = _Format(_S16LE, RATE_HZ, 1)
        stream = self._pulse.pa_simple_new(
            None, b"room", direction, device.encode(), b"air", ctypes.byref(form), None, ctypes.byref(buffering),
            ctypes.byref(error),
        )  # fmt: skip
        if not stream:
            raise OSError(f"the sound server does not open {device} (error {error.value})")
        self._stream = ctypes.c_void_p(stream)
        self._block = np.zeros(BLOCK, np.int16)

    def read(self) -> Pcm:
        """Waits for the next block."""
        self._done(self._pulse.pa_simple_read)
        return self._block.astype(np.float32) / np.float32(32768)

    def write(self, samples: Pcm) -> None:
        """Waits until there is room for it."""
        self._block[:] = np.clip(np.rint(samples * 32768), -32768, _LOUDEST)
        self._done(self._pulse.pa_simple_write)

    @property
    def delay_s(self) -> float:
        """From what is played or recorded to what is written or read."""
        return float(self._pulse.pa_simple_get_latency(self._stream, None)) / 1e6

    def _done(self, call: ctypes._NamedFuncPointer) -> None:
        error = ctypes.c_int()
        data = self._block.ctypes.data_as(ctypes.c_void_p)
        if call(self._stream, data, ctypes.c_size_t(2 * BLOCK), ctypes.byref(error)) < 0:
            raise OSError(f"the sound server is gone (error {error.value})")


class Convolver:
    """A long impulse response, block by block without delay: its parts are kept as spectra."""

    def __init__(self, response: Pcm) -> None:
        parts = max(1, -(-len(response) // BLOCK))
        padded = np.zeros(parts * BLOCK)
        padded[: len(response)] = response
        self._parts = np.fft.rfft(padded.reshape(parts, BLOCK), 2 * BLOCK, axis=1)
        self._past = np.zeros_like(self._parts)
        self._tail = np.zeros(BLOCK)

    def __call__(self, block: Pcm) -> Pcm:
        self._past = np.roll(self._past, 1, axis=0)
        self._past[0] = np.fft.rfft(block, 2 * BLOCK)
        sound = np.fft.irfft(np.sum(self._past * self._parts, axis=0))
        out = sound[:BLOCK] + self._tail
        self._tail = sound[BLOCK:]
        return out.astype(np.float32)


class Patient:
    """What is being said, block by block."""

    def __init__(self) -> None:
        self._asked: queue.SimpleQueue[Path] = queue.SimpleQueue()
        self._left: Pcm = np.zeros(0, np.float32)

    def listen(self) -> None:
        """Lines of stdin, until they end."""
        for line in sys.stdin:
            self._asked.put(Path(line.strip()))

    def block(self, sample: int) -> Pcm:
        with suppress(queue.Empty):
            sound = soundfile.read(self._asked.get_nowait(), dtype="float32")[0]
            self._left = np.concatenate([self._left, sound])
            _tell(began=sample, at_s=time.monotonic())
        block = np.zeros(BLOCK, np.float32)
        now, self._left = self._left[:BLOCK], self._left[BLOCK:]
        block[: len(now)] = now
        return block


class Diary:
    """How late the two streams were."""

    def __init__(self) -> None:
        self._delays_s: list[float] = []
        self.skipped = 0

    def note(self, delay_s: float) -> None:
        self._delays_s.append(delay_s)

    def summary(self) -> dict[str, float]:
        delays_s = np.array(self._delays_s or [0.0])
        usual_s = float(np.median(delays_s))
        unsteady = int(np.sum(np.abs(delays_s - usual_s) > _STEADY_S))
        return {"delay_s": usual_s, "unsteady_blocks": unsteady, "blocks": len(delays_s)}


def run(settings: Settings) -> None:
    echo = Convolver(soundfile.read(settings.echo, dtype="float32")[0])
    noise = np.random.default_rng(5)
    patient, diary = Patient(), Diary()
    ended = threading.Event()
    with ExitStack() as stack:
        keep = _recorder(Path(settings.recording), stack) if settings.recording else None
        heard, played = Stream(_RECORD, settings.source), Stream(_PLAYBACK, settings.sink)

        def listen() -> None:
            patient.listen()
            ended.set()

        threading.Thread(target=listen, daemon=True).start()
        heard.read()
        while played.delay_s < AHEAD_S:
            played.write(np.zeros(BLOCK, np.float32))
        _tell(began=0, at_s=time.monotonic())
        sample = 0
        while not ended.is_set():
            loudspeaker = heard.read()
            voice = patient.block(sample)
            air = echo(_bent(loudspeaker, settings.distortion))
            hiss = (noise.standard_normal(BLOCK) * settings.noise_lsb / 32768).astype(np.float32)
            microphone = air + voice + hiss
            played.write(microphone)
            diary.note(heard.delay_s + played.delay_s)
            sample += BLOCK
            if keep is not None:
                keep.put(np.column_stack([microphone, loudspeaker, voice]))
    _tell(**diary.summary())


def _bent(samples: Pcm, distortion: float) -> Pcm:
    return samples if distortion <= 0 else (np.tanh(distortion * samples) / distortion).astype(np.float32)


def _recorder(path: Path, stack: ExitStack) -> queue.SimpleQueue[Pcm | None]:
    """Written on a thread of its own: a disk may take its time."""
    waiting: queue.SimpleQueue[Pcm | None] = queue.SimpleQueue()
    file = stack.enter_context(soundfile.SoundFile(path, "w", RATE_HZ, len(CHANNELS), "PCM_16", format="FLAC"))

    def write() -> None:
        while (block := waiting.get()) is not None:
            file.write(np.clip(block, -1, 1))

    thread = threading.Thread(target=write, daemon=True)
    thread.start()
    stack.callback(thread.join)
    stack.callback(waiting.put, None)
    return waiting


def _tell(**facts: float) -> None:
    print(json.dumps(facts), flush=True)


if __name__ == "__main__":
    with suppress(OSError, AttributeError):  # air does not wait until somebody has time for it; where we may
        os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(5))
    run(Settings(**json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))))
