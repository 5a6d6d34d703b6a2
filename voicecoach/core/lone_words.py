"""A lone word that nobody asked for, and that was heard badly, counts only when it is said again.

Speech that is not meant for the coach leaves such words behind: "less", "calf", "slower". Confidence alone decides
nothing: words of stop, pause, hurt and worse count at once, and so does what is said in more words, or as an answer.
"""

from __future__ import annotations

from voicecoach.core.body import Claim, Quality, Side, Trend, Zone, zone
from voicecoach.core.intent import Command, Intent
from voicecoach.core.messages import Heard, Source

# Recorded people's "stop" has 0.98 nearly always, what strangers' words are taken for mostly less than 0.8.
SURE = 0.8
AGAIN_S = 10.0
_ARTICLES = {"a", "the", "my"}
_AT_ONCE = {Command.STOP, Command.PAUSE}
_HARMLESS = {Trend.SAME, Trend.BETTER, Trend.GONE}
_WARNING_ZONES = {Zone.SADDLE, Zone.PELVIC, Zone.ELSEWHERE}


class LoneWords:
    """Asked about every final result to which no question is open, in the order of their `at_s`."""

    def __init__(self) -> None:
        self._word = ""
        self._at_s = 0.0

    def counts(self, intent: Intent, event: Heard) -> bool:
        """Whether to act on it. What doesn't count is remembered, in case that it is said again."""
        said = [word for word in event.words.split() if word not in _ARTICLES]
        if event.source is not Source.VOICE or event.confidence >= SURE or len(said) != 1 or not _can_wait(intent):
            return True
        again = said[0] == self._word and event.at_s - self._at_s <= AGAIN_S
        self._word, self._at_s = said[0], event.at_s
        return again


def _can_wait(intent: Intent) -> bool:
    if intent.command is not None:
        return intent.command not in _AT_ONCE
    if intent.doubts or (intent.report is not None and intent.report.movements):
        return False
    return intent.report is None or all(_mild(claim) for claim in intent.report.claims)


def _mild(claim: Claim) -> bool:
    """Good news, or the bare name of a place, unless it may be a warning sign."""
    if claim.trend in _HARMLESS:
        return True
    if claim.place is None or claim.place.side is Side.BOTH or zone(claim.place.site) in _WARNING_ZONES:
        return False
    return claim.trend is Trend.PRESENT and claim.quality is Quality.PAIN
