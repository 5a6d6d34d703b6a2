"""The keyboard as a microphone: every voice command has its word, and the usual ones a single key."""

from __future__ import annotations

from voicecoach.core.intent import Command
from voicecoach.core.questions import QUESTIONS

KEYS = {
    "s": "stop",
    "p": "pause",
    "c": "continue",
    "r": "repeat",
    "n": "next",
    "h": "how long",
    "-": "slower",
    "+": "faster",
    "<": "quieter",
    ">": "louder",
    "?": "what can i say",
    "y": "yes",
    "q": "end session",
}


def words_of(line: str, question: str) -> str:
    """What a typed line means. Enter alone is "ready" where the coach waits for that, and "stop" anywhere else: it
    must be easy to stop without looking."""
    typed = line.strip()
    if typed:
        return KEYS.get(typed.lower(), typed)
    asked = QUESTIONS.get(question)
    return "ready" if asked is not None and Command.READY in asked.commands else "stop"


def key_help() -> str:
    """One line that explains the keys."""
    keys = ", ".join(f"{key} {words}" for key, words in KEYS.items())
    return f"Type what you would say and press Enter. Keys: {keys}. Enter alone: stop (or ready, when asked)."
