"""Fixtures that many tests share."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from hypothesis import settings

from tests.end_to_end_session import PATIENT_VOICE
from tests.fault_session import Begin, NewCard, live_session
from tests.virtual_sound import VirtualSound, missing_parts, virtual_sound_card
from voicecoach.speaking.voice import Voice

# The machines that run this are shared: how long an example takes says nothing about the code.
settings.register_profile("project", deadline=None)
settings.load_profile("project")
# Started in the background of a script, we ignore Ctrl-C, and so would every program that we start.
signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def virtual_sound() -> Iterator[VirtualSound]:
    """A sound card in software. Tests that use it run in real time: mark them `sound`."""
    if reason := missing_parts():
        pytest.skip(reason)
    with virtual_sound_card() as card:
        yield card


@pytest.fixture
def new_card() -> Iterator[NewCard]:
    """Sound cards to take devices away from."""
    if reason := missing_parts():
        pytest.skip(reason)
    with ExitStack() as stack:
        yield lambda **how: stack.enter_context(virtual_sound_card(**how))


@pytest.fixture
def begin_on(tmp_path: Path, speech_cache: Path, patient_voice: Voice) -> Iterator[Begin]:
    """Sessions over a card, each at its first count."""
    with ExitStack() as stack:
        yield lambda card: stack.enter_context(live_session(card, tmp_path, patient_voice, speech_cache))


@pytest.fixture(scope="session")
def speech_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where coaches that run as processes keep what they have rendered: XDG_CACHE_HOME."""
    return tmp_path_factory.getbasetemp() / "cache"


@pytest.fixture(scope="session")
def patient_voice() -> Iterator[Voice]:
    """A voice that is not the coach's."""
    voice = Voice(voice=PATIENT_VOICE)
    yield voice
    voice.close()


@pytest.fixture(scope="session")
def shared_dir() -> Path:
    """Material kept beside the repository: recordings, the clinical source."""
    folder = Path(__file__).parents[2] / "shared"
    if not folder.is_dir():
        pytest.skip("there is no folder ../shared beside the repository")
    return folder
