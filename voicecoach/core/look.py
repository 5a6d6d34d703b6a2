"""A token and what stands around it: what the senses of words are told from."""

from __future__ import annotations

from voicecoach.core.language import Kind
from voicecoach.core.lexer import Token

DETERMINERS = {"my", "the", "your", "this", "a"}
IGNORED = (Kind.IGNORE, "words")
Sense = tuple[Kind, str] | None  # the sense that a word has here; None: the table's own


class Look:
    """A token and what stands around it. `before` has its sense already."""

    def __init__(self, tokens: list[Token], index: int, settled: list[Token], question: str) -> None:
        self.token = tokens[index]
        self.tokens, self.index, self.question = tokens, index, question
        self.settled = settled
        self.before = settled[-1] if settled else None
        self.after = tokens[index + 1] if index + 1 < len(tokens) else None

    @property
    def word_before(self) -> str:
        return self.before.words[-1] if self.before else ""

    @property
    def word_after(self) -> str:
        return self.after.words[0] if self.after else ""

    def next_said(self, start: int = 1) -> Token | None:
        """The next token that says something of its own."""
        for token in self.tokens[self.index + start :]:
            if token.kind is not Kind.IGNORE and not token.means(Kind.GLUE, "hedge", "much", "is", "person"):
                return token
        return None

    def site_follows(self, within: int = 4) -> bool:
        return any(token.kind is Kind.SITE for token in self.tokens[self.index + 1 : self.index + 1 + within])


def is_(token: Token | None, kind: Kind, *values: str) -> bool:
    return token is not None and token.means(kind, *values)
