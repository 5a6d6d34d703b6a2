"""Where the coach keeps what is its own on this computer."""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs

_NAME = "voicecoach"


def log_file() -> Path:
    """Where the details of an unexpected error go."""
    return platformdirs.user_log_path(_NAME, appauthor=False) / "error.log"


def recording_file() -> Path:
    """Where a simulated session's sound goes when no other place was named."""
    folder = os.environ.get("VOICECOACH_DATA_DIR")
    data = Path(folder).expanduser() if folder else platformdirs.user_data_path(_NAME, appauthor=False)
    return data / "simulated-session.wav"


def speech_cache() -> Path:
    """Where rendered speech is kept."""
    return platformdirs.user_cache_path(_NAME, appauthor=False) / "speech"
