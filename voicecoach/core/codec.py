"""Messages to plain dictionaries and back, for the journal and for replay.

{"type": "Heard", "at_s": 1.5, "words": "stop", ...}: the class's name, then its fields, as `records` writes them.
"""

from __future__ import annotations

from typing import Any, get_args

from voicecoach.core.messages import Effect, Event
from voicecoach.core.records import plain, read

MESSAGE_TYPES: dict[str, type[Event | Effect]] = {cls.__name__: cls for cls in get_args(Event) + get_args(Effect)}


def encode(message: Event | Effect) -> dict[str, Any]:
    """The message as a dictionary that json can write."""
    return {"type": type(message).__name__, **plain(message)}


def decode(body: dict[str, Any]) -> Event | Effect:
    """The message that `encode` was given. Raises ValueError: unknown type or field, missing field, wrong value."""
    name = body.get("type")
    if not isinstance(name, str) or name not in MESSAGE_TYPES:
        raise ValueError(f"no message is called {name!r}")
    return read(MESSAGE_TYPES[name], {key: value for key, value in body.items() if key != "type"})


def decode_event(body: dict[str, Any]) -> Event:
    """As `decode`; ValueError too when it is an effect."""
    message = decode(body)
    if not isinstance(message, Event):
        raise ValueError(f"{body['type']} is not an event")
    return message
