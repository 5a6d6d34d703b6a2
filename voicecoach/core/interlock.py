"""Stands in front of the dialogue and sees every event first: stop, worse, deafness. It can always pre-empt.

Quick to hush, careful to decide: a partial result with a word of stop or hurt silences the coach at once, which is
reversible; only a final result decides. Where the story is does not matter here, only which question is open.
"""

from __future__ import annotations

from voicecoach.core.body import Claim, PainReport, Quality, Trend, Zone, zone
from voicecoach.core.intent import Command, Doubt, Intent
from voicecoach.core.lone_words import LoneWords
from voicecoach.core.messages import Heard, HearingLost, Source, Suspended, VoiceStarted, VoiceStopped
from voicecoach.core.overlap import Overlap
from voicecoach.core.talk import Answered, Disturbance, Interruption, Misheard, Talk
from voicecoach.core.understanding import understand

HUSH_S = 1.5  # a false hush ends by itself after this long without a final result
_IDLE_COMMANDS = {Command.CONTINUE, Command.READY}  # mean nothing while nothing is asked


class Interlock:
    """`see()` turns what was heard into an interruption of the story, a signal to it, or nothing."""

    def __init__(self, talk: Talk) -> None:
        self._talk = talk
        self.frozen_at_s: float | None = None
        self._hush_timer = 0
        self._overlap = Overlap()
        self._lone_words = LoneWords()

    def is_hush_timer(self, timer_id: int) -> bool:
        return timer_id == self._hush_timer

    def hush_expired(self) -> Interruption | None:
        """No final result came: it was nothing."""
        return self._false_alarm()

    def deaf(self, event: HearingLost) -> Interruption | None:
        """A coach that cannot hear must not coach, unless it is only typed to."""
        self._talk.somebody_talks = False
        if not self._talk.hands_free:
            return None
        return self._interruption(Disturbance.DEAF, event.at_s, reason=event.reason)

    def asleep(self, event: Suspended) -> Interruption:
        """Nobody knows what the person did meanwhile."""
        return self._interruption(Disturbance.ASLEEP, event.at_s)

    def voice(self, event: VoiceStarted | VoiceStopped) -> Interruption | None:
        """Whoever talks over the coach again and again, and is not understood, is asked. Where a question is open, it
        is asked again anyway."""
        talk = self._talk
        talk.somebody_talks = isinstance(event, VoiceStarted)
        if isinstance(event, VoiceStarted):
            speaking = bool(talk.pending_speech) or self.frozen_at_s is not None
            self._overlap.started(over=speaking and talk.question is None)
        elif talk.question is None and self._overlap.stopped(event.started_s, event.ended_s):
            return self._interruption(Disturbance.TALKED_OVER, event.at_s)
        return None

    def silence(self) -> None:
        """Whatever was being said, and whatever a partial result had frozen, is over."""
        self._talk.hush()
        self._thaw()

    def hear(self, event: Heard) -> Interruption | Answered | Misheard | None:
        """Hushes first where needed, then says what the words are to the story."""
        may_be_echo = event.source is Source.VOICE and not event.surely_other
        if may_be_echo and self._talk.spoken.masks(event.words, event.started_s, event.at_s):
            return self._false_alarm() if event.final else None
        question = self._talk.question
        intent = understand(event.words, self._talk.language, question.name if question else "")
        if not event.final:
            self._freeze_on(intent, event.at_s)
            return None
        if question is None and not self._lone_words.counts(intent, event):
            self._freeze_on(intent, event.at_s)  # silent for a moment: who said it hears that it was nothing
            return self._false_alarm()
        if not intent.empty:
            self._overlap.understood()
        return self._decide(intent, event)

    def _freeze_on(self, intent: Intent, at_s: float) -> None:
        if not is_evidence(intent):
            return
        self._talk.hush()
        if self.frozen_at_s is None:
            self.frozen_at_s = at_s
        self._talk.cancel_timer(self._hush_timer)
        self._hush_timer = self._talk.start_timer(HUSH_S)

    def _decide(self, intent: Intent, event: Heard) -> Interruption | Answered | Misheard | None:
        """What endangers somebody first, then what they want, then whether it answers the question."""
        question = self._talk.question
        expected = question.commands if question else frozenset()
        pain = tells_of_pain(intent)
        if intent.command is Command.STOP and Command.STOP not in expected:
            return self._interruption(Disturbance.STOP, event.at_s, intent)
        if pain and not (question and question.report):
            return self._interruption(Disturbance.PAIN, event.at_s, intent)
        if intent.command not in (None, *_IDLE_COMMANDS, *expected) and not pain:
            kind = Disturbance.END if intent.command is Command.END else Disturbance.COMMAND
            return self._interruption(kind, event.at_s, intent)
        if question is not None and question.answered_by(intent):
            if self._talk.pending_speech or self.frozen_at_s is not None or pain or is_evidence(intent):
                self._talk.hush()
            self._thaw()
            return Answered(event.at_s, intent)
        if intent.report is not None or intent.doubts:
            return self._interruption(Disturbance.PAIN, event.at_s, intent)
        if self.frozen_at_s is not None:
            return self._false_alarm()
        return self._misheard(intent, event)

    def _misheard(self, intent: Intent, event: Heard) -> Misheard | None:
        """Noise and speech beside the grammar are no answer, and no misunderstanding either."""
        if self._talk.question is None or (intent.empty and event.source is Source.VOICE):
            return None
        if self._talk.pending_speech:
            self._talk.hush()
        return Misheard(event.at_s)

    def _interruption(
        self, kind: Disturbance, at_s: float, intent: Intent | None = None, reason: str = ""
    ) -> Interruption:
        """Silence is the first effect, also where a partial result had silenced the coach before."""
        frozen_at_s = self.frozen_at_s
        self._talk.hush()
        self._thaw()
        return Interruption(kind, at_s if frozen_at_s is None else frozen_at_s, intent, reason)

    def _false_alarm(self) -> Interruption | None:
        if self.frozen_at_s is None:
            return None
        frozen_at_s = self.frozen_at_s
        self._thaw()
        return Interruption(Disturbance.FALSE_ALARM, frozen_at_s, asked=self._talk.question is not None)

    def _thaw(self) -> None:
        self.frozen_at_s = None
        self._hush_timer = 0
        self._talk.cancel_timers()


def is_evidence(intent: Intent) -> bool:
    """Whether a partial result is reason enough to be silent: a word of stop or of hurt. Bare "back", "up" and
    "down" are not: they belong to many commands and cues."""
    doubtful = any(doubt is not Doubt.NUMBER_OR_PLACE for doubt in intent.doubts)
    if intent.command is Command.STOP or doubtful or "hurt" in intent.words:
        return True
    report = intent.report or PainReport()
    return bool(report.movements) or any(_alarms(claim) for claim in report.claims)


def _alarms(claim: Claim) -> bool:
    bare_back = claim.place is not None and zone(claim.place.site) is Zone.SPINE and claim.quality is Quality.PAIN
    return claim.trend in (Trend.WORSE, Trend.NEW) or (claim.trend is Trend.PRESENT and not bare_back)


def tells_of_pain(intent: Intent) -> bool:
    """Whether the words report more than that it is the same, better or gone."""
    report = intent.report or PainReport()
    claims = any(claim.trend in (Trend.WORSE, Trend.NEW, Trend.PRESENT) for claim in report.claims)
    return claims or bool(report.movements) or bool(intent.doubts)
