"""What the coach says in its language: nothing is missing, nothing is left over, everything can be spoken."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import voicecoach
from voicecoach.core.intent import Command
from voicecoach.core.questions import QUESTIONS
from voicecoach.core.rules import RULES, Verdict, decide_next_day, decide_stop, decide_unclear
from voicecoach.core.speakable import SPEAKABLE
from voicecoach.languages import sayings

SOURCES = "\n".join(file.read_text(encoding="utf-8") for file in Path(voicecoach.__file__).parent.rglob("*.py"))
MADE_UP_OF = re.compile(
    r"(side|side_then)_(left|right)|read_\w+|screen(_\w+)?_heard|doctor_\w+_do"
)  # keys that are put together


def used(key: str) -> bool:
    spelled_out = f'"{key}"' in SOURCES or f"'{key}'" in SOURCES
    return spelled_out or key in set(Command) or MADE_UP_OF.fullmatch(key) is not None


def test_every_question_has_its_sentence() -> None:
    assert QUESTIONS.keys() <= sayings().keys()


def test_every_decision_has_its_sentence() -> None:
    spoken = [rule.say for rule in RULES if rule.verdict is not Verdict.ASK]
    spoken += [decide_stop().say, decide_next_day().say, decide_unclear().say]
    assert set(spoken) <= sayings().keys()


@pytest.mark.parametrize("key", sayings())
def test_every_sentence_is_used(key: str) -> None:
    assert used(key.removesuffix("_again"))


@pytest.mark.parametrize("key", sayings())
def test_every_sentence_can_be_spoken(key: str) -> None:
    text = re.sub(r"{\w+}", "x", sayings()[key])
    assert re.fullmatch(r"[A-Za-z0-9 .,;:?!'-]+", text), f"allowed: {SPEAKABLE}"


@pytest.mark.parametrize("key", sorted(sayings().keys() & {f"{key}_again" for key in sayings()}))
def test_asking_again_is_said_in_other_words(key: str) -> None:
    assert sayings()[key] != sayings()[key.removesuffix("_again")]
