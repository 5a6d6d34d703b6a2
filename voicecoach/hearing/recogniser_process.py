"""The recogniser's own process: `python -m voicecoach.hearing.recogniser_process MODEL_PATH`.

libvosk aborts on some inputs and cannot be used by two threads, so it lives here alone. Frames: see frames.py.
"""

from __future__ import annotations

import json
import signal
import socket
import sys
from pathlib import Path
from typing import IO, Any

from voicecoach.hearing.frames import (
    AUDIO,
    DONE,
    ERROR,
    FLUSH,
    LISTEN,
    MISSING,
    READY,
    RESET,
    SAMPLE_RATE_HZ,
    SYNC,
    pack_news,
    unpack_audio,
)
from voicecoach.hearing.listener import KnowsNothing, Listener
from voicecoach.hearing.model import count_words
from voicecoach.hearing.voice_activity import open_voice_activity
from voicecoach.helper_process import frames, serve_frames, write_frame


def make_listener(model_path: Path, to_coach: IO[bytes]) -> Listener:
    """Raises Exception (vosk's own) when the model cannot be loaded, unless libvosk ends the process itself."""
    socket.has_ipv6 = False  # vosk's downloader, when it is imported, would bind a socket to find that out
    import vosk

    vosk.SetLogLevel(-1)
    model = vosk.Model(str(model_path))
    return Listener(
        model,
        lambda: vosk.KaldiRecognizer(model, SAMPLE_RATE_HZ),
        lambda news: write_frame(to_coach, *pack_news(news)),
        open_voice_activity(),
    )


def answer(listener: Listener, kind: bytes, payload: bytes, to_coach: IO[bytes]) -> None:
    """Do what one frame asks. Raises ValueError when it makes no sense."""
    if kind == AUDIO:
        listener.hear(*unpack_audio(payload))
    elif kind == LISTEN:
        write_frame(to_coach, MISSING, json.dumps(_listen(listener, _phrases(payload))).encode())
    elif kind == FLUSH:
        listener.flush()
    elif kind == RESET:
        listener.reset()
    elif kind != SYNC:
        raise ValueError(f"no such frame: {kind!r}")


def _listen(listener: Listener, phrases: list[str]) -> tuple[str, ...]:
    """The words that the model lacks. Where it knows nothing at all it goes on listening for what it did before."""
    try:
        return listener.listen(phrases)
    except KnowsNothing as nothing:
        return nothing.missing_words


def _phrases(payload: bytes) -> list[str]:
    phrases: Any = json.loads(payload)
    if not isinstance(phrases, list) or not all(isinstance(phrase, str) for phrase in phrases):
        raise ValueError("phrases must be a list of strings")
    return phrases


def main() -> None:
    # Ctrl-C reaches the whole group; the coach needs its hearing to say goodbye, and closes the pipe when it has
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    from_coach, to_coach = serve_frames()
    model_path = Path(sys.argv[1])
    listener = make_listener(model_path, to_coach)
    write_frame(to_coach, READY, json.dumps({"words": count_words(model_path)}).encode())
    for kind, payload in frames(from_coach):
        try:
            answer(listener, kind, payload, to_coach)
        except ValueError as error:
            write_frame(to_coach, ERROR, str(error).encode())
        write_frame(to_coach, DONE)


if __name__ == "__main__":
    main()
