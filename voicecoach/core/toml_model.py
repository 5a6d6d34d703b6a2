"""A TOML text that a person wrote -> a pydantic model, or every mistake in it, each with its line and what is allowed.

What is allowed is the description of the model's field: give every field one.
"""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails, PydanticCustomError

from voicecoach.core.toml_lines import KeyPath, key_lines, unfinished_line
from voicecoach.errors import CoachError

Model = TypeVar("Model", bound=BaseModel)

SHOWN_MISTAKES = 200
_TOML_ALLOWED = 'allowed: key = "text", key = 12, key = true, key = ["a", "b"], [table], [[tables]], # remark'
_ERROR_PLACE = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)")


class TomlError(CoachError):
    """Its text has one line for each mistake: "name:LINE: key: what is wrong; what is allowed"."""


@dataclass(frozen=True, slots=True)
class Mistake:
    """`wrong` goes on where the key began: "hold_s" "is 40, above hold_max_s"."""

    path: KeyPath
    wrong: str
    allowed: str


def mistake(wrong: str, allowed: str = "") -> PydanticCustomError:
    """For a model's validators to raise; without `allowed` the field's description stands."""
    return PydanticCustomError("mistake", "{wrong}", {"wrong": wrong, "allowed": allowed})


def read_model(
    model: type[Model],
    text: str,
    name: str,
    context: Mapping[str, Any] | None = None,
    also: Callable[[dict[str, Any]], Iterable[Mistake]] = lambda _data: (),
) -> Model:
    """`context` goes to the model's validators; `also` finds mistakes that no single field's validator can see.
    Raises TomlError and nothing else, whatever the text."""
    try:
        data = _load(text, name)
        mistakes = list(also(data))
        try:
            valid = model.model_validate(data, context=context)
        except ValidationError as error:
            mistakes += _mistakes(model, error.errors(include_url=False))
        if not mistakes:
            return valid
        lines = key_lines(text)
    except RecursionError:
        raise TomlError(f"{name}:1: has lists within lists too deep to read; allowed: lists of texts") from None
    raise TomlError(_listing(mistakes, lines, name))


def _load(text: str, name: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except ValueError as error:  # not only TOMLDecodeError: int() refuses thousands of digits on its own
        wrong = str(error)
        place = _ERROR_PLACE.search(wrong)
        line, column = 1, ""
        if place and place[1]:
            line, column = int(place[1]), f" at column {place[2]}"
        elif place:
            line, wrong = unfinished_line(text), f"{wrong}, but the file ends"
        elif number := re.search(r"[0-9_]{4000,}", text):
            line, wrong = text.count("\n", 0, number.start()) + 1, "a number with thousands of digits"
        wrong = _ERROR_PLACE.sub("", wrong)
        raise TomlError(f"{name}:{line}: not valid TOML{column}: {wrong}; {_TOML_ALLOWED}") from None


def _mistakes(model: type[BaseModel], errors: list[ErrorDetails]) -> list[Mistake]:
    """In our words. A missing key is left out where a misspelt one was meant for it: that is one mistake."""
    found = []
    meant: set[KeyPath] = set()
    for error in errors:
        if error["type"] == "extra_forbidden":
            path = error["loc"]
            known = _fields_at(model, path[:-1])
            close = difflib.get_close_matches(str(path[-1]), known, n=1)
            meant.update((*path[:-1], key) for key in close)
            hint = f"; did you mean {close[0]}?" if close else ""
            found.append(Mistake(path, f"is not a key of this table{hint}", ", ".join(known)))
    return found + [_field_mistake(model, error) for error in errors if not _said_already(error, meant)]


def _said_already(error: ErrorDetails, meant: set[KeyPath]) -> bool:
    match error["type"]:
        case "extra_forbidden":
            return True
        case "missing":
            return error["loc"] in meant
        case "too_short":  # also comes after wrong entries have been named, because they do not count
            return bool(len(error["input"]) >= error["ctx"]["min_length"])
    return False


def _field_mistake(model: type[BaseModel], error: ErrorDetails) -> Mistake:
    path, value = error["loc"], error["input"]
    last = max(at for at, part in enumerate(path) if isinstance(part, str))  # entries of lists follow their key
    description = _fields_at(model, path[:last])[str(path[last])]
    match error["type"]:
        case "mistake":
            context = error["ctx"]
            return Mistake(path, context["wrong"], context["allowed"] or description)
        case "missing":
            return Mistake(path, "is missing", description)
        case "string_too_long":
            return Mistake(path, f"has {len(value)} characters", description)
        case _:
            return Mistake(path, f"is {_shown(value)}", description)


def _fields_at(model: type[BaseModel], path: KeyPath) -> dict[str, str]:
    """The fields of the model that stands at `path`, with their descriptions."""
    for name in path:
        if isinstance(name, str):
            model = _model_in(model.model_fields[name].annotation) or model
    return {name: field.description or "" for name, field in model.model_fields.items()}


def _model_in(annotation: Any) -> type[BaseModel] | None:
    """Exercise in tuple[Exercise, ...]."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for part in get_args(annotation) if (found := _model_in(part))), None)


def _listing(mistakes: Iterable[Mistake], lines: Mapping[KeyPath, int], name: str) -> str:
    placed = sorted({(_line_of(found.path, lines), _written(found)) for found in mistakes})
    shown = [f"{name}:{line}: {what}" for line, what in placed[:SHOWN_MISTAKES]]
    if len(placed) > SHOWN_MISTAKES:
        shown.append(f"{name}: and {len(placed) - SHOWN_MISTAKES} more mistakes")
    return "\n".join(shown)


def _line_of(path: KeyPath, lines: Mapping[KeyPath, int]) -> int:
    """Of the key; of the table it is missing from; of the text's beginning."""
    while path not in lines and path:
        path = path[:-1]
    return lines.get(path, 1)


def _written(found: Mistake) -> str:
    """exercises[1].set.hold_s: ...; the first entry is [1], as people count."""
    key = ""
    for part in found.path:
        if isinstance(part, int):
            key += f"[{part + 1}]"
        else:
            plain = re.fullmatch(r"[A-Za-z0-9_-]{1,60}", part)
            key += ("." if key else "") + (part if plain else _shown(part))
    return f"{key}: {found.wrong}; allowed: {found.allowed}"


def _shown(value: object) -> str:
    """As it stands in the file, short enough for one line of print."""
    match value:
        case bool():
            return str(value).lower()
        case str():
            safe = ascii(value[:40])[1:-1] + ("..." if len(value) > 40 else "")
            return f'"{safe}"'
        case int():
            return str(value) if abs(value) < 10**12 else "a very large number"
        case float():
            return str(value)
        case list():
            return f"a list of {len(value)}" if value else "an empty list"
        case dict():
            return "a table"
        case _:
            return "a date or time"
