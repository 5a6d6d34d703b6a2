"""What an utterance comes to mean: a command, an answer, a pain report, or several readings of it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from voicecoach.core.body import PainReport, Side


class Command(StrEnum):
    """Everything a person can tell the coach to do. STOP includes ow, ouch and a lone "help"."""

    STOP = "stop"
    END = "end"
    PAUSE = "pause"
    CONTINUE = "continue"
    READY = "ready"
    REPEAT = "repeat"
    SKIP = "skip"
    HOW_LONG = "how_long"
    SLOWER = "slower"
    FASTER = "faster"
    LOUDER = "louder"
    QUIETER = "quieter"
    HELP = "help"


class Answer(StrEnum):
    YES = "yes"
    NO = "no"


class Doubt(StrEnum):
    """Why a report can't be taken as it is; each has a question of its own."""

    UP_OR_DOWN = "up_or_down"  # it moves, but which way?
    NUMBER_OR_PLACE = "number_or_place"  # "it's going down": less pain, or lower in the body?
    WORSE_OR_SAME = "worse_or_same"  # "not better"
    CONTRADICTION = "contradiction"  # better and worse of the same place, or a correction to the harmless side


@dataclass(frozen=True, slots=True)
class Intent:
    """The meaning of one utterance. `doubts` say which readings remain; `unused` are words nothing was made of."""

    words: str
    command: Command | None = None
    answer: Answer | None = None
    report: PainReport | None = None
    number: int | None = None
    side: Side | None = None
    doubts: tuple[Doubt, ...] = ()
    unused: tuple[str, ...] = ()

    @property
    def empty(self) -> bool:
        """Nothing in it was understood."""
        return (self.command, self.answer, self.report, self.number, self.side) == (None,) * 5 and not self.doubts
