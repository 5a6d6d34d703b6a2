"""Messages to plain dictionaries and back, for the journal and for replay.

{"type": "Heard", "at_s": 1.5, "words": "stop", ...}: the class's name, then its fields; enums by value, tuples as
lists.
Strict, because a record that was only half understood must not be replayed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import MISSING, Field, fields
from enum import StrEnum
from functools import cache
from types import NoneType, UnionType
from typing import Any, cast, get_args, get_origin, get_type_hints

from voicecoach.core.messages import Effect, Event, Hush

MessageType = Callable[..., Event | Effect]
MESSAGE_TYPES: dict[str, MessageType] = {cls.__name__: cls for cls in get_args(Event) + get_args(Effect)}


def encode(message: Event | Effect) -> dict[str, Any]:
    """The message as a dictionary that json can write."""
    body: dict[str, Any] = {"type": type(message).__name__}
    for field in fields(message):
        body[field.name] = _plain(getattr(message, field.name))
    return body


def decode(body: dict[str, Any]) -> Event | Effect:
    """The message that `encode` was given. Raises ValueError: unknown type or field, missing field, wrong value."""
    name = body.get("type")
    if not isinstance(name, str) or name not in MESSAGE_TYPES:
        raise ValueError(f"no message is called {name!r}")
    known = _fields_of(name)
    given = body.keys() - {"type"}
    if unknown := given - known.keys():
        raise ValueError(f"{name} has no field {', '.join(sorted(map(str, unknown)))}")
    if missing := {key for key, (field, _) in known.items() if _required(field)} - given:
        raise ValueError(f"{name} needs {', '.join(sorted(missing))}")
    return MESSAGE_TYPES[name](**{key: _value(body[key], known[key][1], f"{name}.{key}") for key in given})


def decode_event(body: dict[str, Any]) -> Event:
    """As `decode`; ValueError too when it is an effect."""
    message = decode(body)
    if not isinstance(message, Event):
        raise ValueError(f"{body['type']} is not an event")
    return message


def _plain(value: object) -> object:
    if isinstance(value, StrEnum):
        return value.value
    return list(value) if isinstance(value, tuple) else value


@cache
def _fields_of(name: str) -> dict[str, tuple[Field[Any], Any]]:
    """field name -> (field, its type)."""
    cls = cast(type[Hush], MESSAGE_TYPES[name])  # any dataclass: fields() wants one
    hints = get_type_hints(cls)
    return {field.name: (field, hints[field.name]) for field in fields(cls)}


def _required(field: Field[Any]) -> bool:
    return field.default is MISSING and field.default_factory is MISSING


def _value(value: object, hint: Any, where: str) -> object:
    """`value` as the annotation `hint` wants it."""
    if isinstance(hint, UnionType):
        options = get_args(hint)
        if value is None and NoneType in options:
            return None
        (hint,) = (option for option in options if option is not NoneType)
    if get_origin(hint) is tuple:
        return _tuple(value, get_args(hint)[0], where)
    if issubclass(hint, StrEnum):
        return hint(cast(str, value))
    if hint is float and type(value) is int:  # JSON written by others may say 1 for 1.0
        return float(value)
    if type(value) is not hint:  # exactly: True is no number
        raise ValueError(f"{where} must be {hint.__name__}, not {value!r}")
    return value


def _tuple(value: object, item_hint: Any, where: str) -> tuple[object, ...]:
    if not isinstance(value, list):
        raise ValueError(f"{where} must be a list, not {value!r}")
    return tuple(_value(item, item_hint, where) for item in value)
