"""Commands, yes and no, sides and numbers: what an utterance says besides, or instead of, a report of pain."""

from __future__ import annotations

import re

from voicecoach.core.body import Side
from voicecoach.core.intent import Answer, Command
from voicecoach.core.language import Kind, Language
from voicecoach.core.lexer import UNKNOWN_WORD, Token
from voicecoach.core.pelvic import wants_toilet

# In a sentence that also reports pain, only these are taken as commands; "started again" is no "repeat".
_WITH_REPORT = {Command.STOP, Command.END, Command.PAUSE, Command.CONTINUE}
_STOP = re.compile(r"(?<![^\W_])stop(?![^\W_])")


def command_in(words: str, tokens: list[Token], language: Language, *, reporting: bool) -> Command | None:
    """The command that matters most; "stop" anywhere is a stop, also in "don't stop"."""
    if _STOP.search(words.lower()):
        return Command.STOP
    said = [(index, Command(token.value)) for index, token in enumerate(tokens) if token.kind is Kind.COMMAND]
    if any(command is Command.STOP for _, command in said):
        return Command.STOP
    if _is_chatter(tokens):
        weak = language.words("weak_commands")
        said = [(index, command) for index, command in said if " ".join(tokens[index].words) not in weak]
    if reporting:
        said = [(index, command) for index, command in said if command in _WITH_REPORT]
    if said and _denied(tokens, said[-1][0]):
        return Command.PAUSE if said[-1][1] in (Command.CONTINUE, Command.READY) else None
    commands = [command for _, command in said]
    for urgent in (Command.END, Command.PAUSE):
        if urgent in commands:
            return urgent
    if not commands and wants_toilet(tokens, language):
        return Command.PAUSE
    return commands[-1] if commands else None


def _is_chatter(tokens: list[Token]) -> bool:
    """Whether words were said that mean nothing here: then it was hardly meant for the coach."""
    return any(token.kind is Kind.UNKNOWN and token.value != UNKNOWN_WORD for token in tokens)


def _denied(tokens: list[Token], index: int) -> bool:
    return index > 0 and (
        tokens[index - 1].means(Kind.GLUE, "negation", "denial") or tokens[index - 1].words == ("don't",)
    )


def answer_in(tokens: list[Token]) -> Answer | None:
    """Yes or no; both together are neither."""
    said = {token.value for token in tokens if token.kind is Kind.ANSWER}
    said |= {"no" for token in tokens[:1] if token.means(Kind.GLUE, "correction") and "no" in token.words}
    if len(said) != 1:
        return None
    return Answer(said.pop())


def side_in(parts: list[list[Token]]) -> Side | None:
    """The side: the last part's that names one; left and right together are both; "not left" is not."""
    for part in reversed(parts):
        sides = [Side(t.value) for i, t in enumerate(part) if t.kind is Kind.SIDE and not _not_it(part, i)]
        if {Side.LEFT, Side.RIGHT} <= set(sides):
            return Side.BOTH
        if sides:
            return sides[-1]
    return None


def number_in(parts: list[list[Token]]) -> int | None:
    """The score: the last part's; of two in one breath ("six or seven") the higher; of a change ("from four to six",
    "it was four, now six") the last."""
    for part in reversed(parts):
        said = [i for i, t in enumerate(part) if t.kind is Kind.NUMBER and t.value.isdigit() and not _not_it(part, i)]
        if said:
            changed = any(t.means(Kind.GLUE, "past") or t.means(Kind.DIRECTION, "from") for t in part[: said[-1]])
            return int(part[said[-1]].value) if changed else max(int(part[i].value) for i in said)
    return None


def _not_it(part: list[Token], index: int) -> bool:
    """ "Not seven", "not the left"."""
    before = [token for token in part[max(0, index - 3) : index] if token.kind is not Kind.IGNORE]
    return bool(before) and before[-1].means(Kind.GLUE, "negation")
