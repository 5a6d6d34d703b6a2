"""What the coach can ask: which meanings answer each question, and how long it waits. A table, no behaviour."""

from __future__ import annotations

from dataclasses import dataclass

from voicecoach.core.intent import Answer, Command, Intent

SILENCE_S = 8.0  # somebody in pain needs time to think, but a silent room must not seem to be listening
READY_SILENCE_S = 30.0  # time to get into position
C = Command


@dataclass(frozen=True, slots=True)
class Question:
    """`name` is also the key of its sentence (and name + "_again" of the simpler one); the rest says what answers it.

    `waits`: it waits for somebody to be ready, so nothing with a "no" in it is an answer. `tries`: how often it is
    asked in all, before silence or misunderstanding count as UNCLEAR. `silence_s`: how long an answer may take after
    the question was spoken."""

    name: str
    report: bool = False
    yes_no: bool = False
    number: bool = False
    side: bool = False
    waits: bool = False
    commands: frozenset[Command] = frozenset()
    silence_s: float = SILENCE_S
    tries: int = 3

    def answered_by(self, intent: Intent) -> bool:
        """Whether this is an answer to the question (of whatever content)."""
        unwilling = self.waits and intent.answer is Answer.NO
        return (
            (self.report and (intent.report is not None or bool(intent.doubts)))
            or (self.yes_no and intent.answer is not None and not unwilling)
            or (self.number and intent.number is not None)
            or (self.side and intent.side is not None)
            or (intent.command in self.commands and not unwilling)
        )


_GO = frozenset({C.CONTINUE, C.READY})
_REST = frozenset({C.PAUSE, C.END})
_STOPPED = frozenset({C.STOP})  # asked while stopped already: "stop" is an answer there

QUESTIONS = {
    question.name: question
    for question in (
        Question("hearing_test", commands=frozenset({C.READY}), yes_no=True, waits=True),
        Question("keyboard_test", commands=frozenset({C.READY}), yes_no=True, waits=True, silence_s=60.0, tries=2),
        Question("approved", yes_no=True),
        Question("plan_doctor", yes_no=True),
        Question("plan_all", yes_no=True),
        Question("plan_exercise", yes_no=True),
        Question("plan_right", yes_no=True),
        Question("released", yes_no=True),
        Question("released_days", number=True),
        Question("release_right", yes_no=True),
        Question("screen_bladder", yes_no=True, report=True),
        Question("screen_saddle", yes_no=True, report=True),
        Question("screen_weak", yes_no=True, report=True),
        Question("screen_both", yes_no=True, report=True),
        Question("screen", yes_no=True, report=True),
        Question("progress", yes_no=True),
        Question("next_day", yes_no=True, report=True),
        Question("baseline", report=True),
        Question("baseline_side", side=True, report=True),
        Question("baseline_score", number=True, report=True),
        Question("readback", yes_no=True, number=True, side=True, report=True),
        Question("ready", commands=_GO, yes_no=True, waits=True, silence_s=READY_SILENCE_S, tries=6),
        Question("in_place", commands=_GO, yes_no=True, waits=True, silence_s=READY_SILENCE_S, tries=6),
        Question("paused", waits=True, commands=_GO, silence_s=60.0, tries=10),
        Question("what_happened", report=True, yes_no=True, commands=_GO | _STOPPED),
        Question("go_on", yes_no=True, commands=_GO | _REST | _STOPPED),
        Question("ladder_leg", yes_no=True, report=True),
        Question("ladder_back", yes_no=True, report=True),
        Question("confirm", yes_no=True, report=True, commands=_STOPPED),
        Question("confirm_new", yes_no=True, report=True, commands=_STOPPED),
        Question("eased", yes_no=True, commands=_GO | _REST | _STOPPED),
        Question("check", report=True),
        Question("check_score", number=True, report=True),
        Question("checked", report=True, yes_no=True, number=True, silence_s=1.5, tries=1),
        Question("where_worse", report=True),
        Question("up_or_down", report=True),
        Question("more_or_moving", report=True),
        Question("compared", report=True),
        Question("leg_worse", report=True, yes_no=True),
        Question("leg_too", report=True),
        Question("still_worse", report=True, yes_no=True),
    )
}
PERFORMING = "performing"  # nothing is asked; commands and pain reports are heard all the same
