"""Frozen dataclasses to plain dictionaries and back: enums by value, tuples as lists, records within as dictionaries.

Strict, because a record that was only half understood must not be gone by.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from enum import StrEnum
from functools import cache
from types import NoneType, UnionType
from typing import Any, TypeVar, cast, get_args, get_origin, get_type_hints

Record = TypeVar("Record")


def plain(record: object) -> dict[str, Any]:
    """The dataclass as a dictionary that json can write."""
    return {field.name: _plain(getattr(record, field.name)) for field in fields(cast(Any, record))}


def read(cls: type[Record], body: Mapping[str, Any]) -> Record:
    """What `plain` was given. Raises ValueError: no dictionary, unknown field, missing field, wrong value."""
    name, known = cls.__name__, _fields_of(cast(Any, cls))
    if not isinstance(body, Mapping):
        raise ValueError(f"{name} must be a dictionary, not {body!r}")
    if unknown := body.keys() - known.keys():
        raise ValueError(f"{name} has no field {', '.join(sorted(map(str, unknown)))}")
    if missing := {key for key, (field, _) in known.items() if _required(field)} - body.keys():
        raise ValueError(f"{name} needs {', '.join(sorted(missing))}")
    return cls(**{key: _value(body[key], known[key][1], f"{name}.{key}") for key in body})


def _plain(value: object) -> object:
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return plain(value) if is_dataclass(value) else value


@cache
def _fields_of(cls: type[Any]) -> dict[str, tuple[Field[Any], Any]]:
    """field name -> (field, its type)."""
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
    if is_dataclass(hint):
        if not isinstance(value, dict):
            raise ValueError(f"{where} must be a dictionary, not {value!r}")
        return read(cast(type, hint), value)
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
