"""Text that a speech engine reads well: the types of everything that a file gives the coach to say."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Annotated

from pydantic import AfterValidator, Field, ValidationInfo

from voicecoach.core.toml_model import mistake

LineCheck = Callable[[str], str | None]
"""What the caller has against a line, as in "means stop to the coach's own ears", or None. It is given to the models
as `check_line` of the validation context, because only the language knows what the coach would hear."""

SPEAKABLE = "letters, numbers up to 999, spaces and . , ; : ? ! ' -"
_UNSPEAKABLE = re.compile(r"[^A-Za-zÀ-ÖØ-öø-ÿ0-9 .,;:?!'’-]")
_READ_BADLY = re.compile(r"\w*(?:\d[^\W\d_]|[^\W\d_]\d)\w*|\d{4,}|[.,;:?!-]{2,}")


def speakable(line: str, info: ValidationInfo) -> str:
    """The same line, when it can be read well and the caller's LineCheck has nothing against it."""
    check: LineCheck | None = (info.context or {}).get("check_line")
    wrong = read_badly(line) or (check(line) if check else None)
    if wrong:
        raise mistake(wrong)
    return line


def read_badly(line: str) -> str | None:
    """What a voice would read badly in it, as a clause, or None."""
    if not line.strip():
        return "is empty"
    if unspeakable := _UNSPEAKABLE.search(line):
        return f"has the character {unspeakable.group()!a}"
    if line != " ".join(line.split()):
        return "begins or ends with a space or has two in a row"
    if not any(character.isalpha() for character in line):
        return "has no word in it"
    if badly := _READ_BADLY.search(line):
        return f'has "{badly.group()}", which a voice reads badly'
    return None


Label = Annotated[
    str, Field(max_length=60, description=f"1 to 60 characters to be spoken: {SPEAKABLE}"), AfterValidator(speakable)
]
Line = Annotated[
    str, Field(max_length=160, description=f"1 to 160 characters to be spoken: {SPEAKABLE}"), AfterValidator(speakable)
]
Paragraph = Annotated[
    str, Field(max_length=300, description=f"1 to 300 characters to be spoken: {SPEAKABLE}"), AfterValidator(speakable)
]
