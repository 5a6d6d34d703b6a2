"""What bench_open_laptop makes of a session's journal: what did the coach hear, and who had said it? Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass

from voicecoach.journal import Entry

# A result's own times are good to about 0.1 s; the model's last frame, and the room, can reach beyond the sound.
BEFORE_S, AFTER_S = 0.4, 0.7
DECIDED_WITHIN_S = 3.0  # after the end of the words


@dataclass(frozen=True, slots=True)
class Spoken:
    """Something the patient said, on the session's clock. `interruption` counts from 1; 0 is an answer."""

    words: str
    began_s: float
    ended_s: float
    interruption: int = 0
    attempt: int = 1


@dataclass(frozen=True, slots=True)
class Consequence:
    """Something that was heard and had an effect. `kind`: hush (a partial result), answer or decision (a final),
    nothing (words that changed nothing). `effects`: what came of it, in short."""

    at_s: float
    kind: str
    words: str
    started_s: float | None
    surely_other: bool
    effects: tuple[str, ...]

    def as_text(self) -> str:
        sure = "somebody else, surely" if self.surely_other else "perhaps an echo"
        return f"{self.at_s:7.1f} s {self.kind:<8} “{self.words}” ({sure}): {'; '.join(self.effects) or 'no effect'}"


def consequences(entries: Sequence[Entry]) -> list[Consequence]:
    """All that was heard by voice."""
    found = []
    for event, effects in _events(entries):
        if event.type != "Heard" or event.body["source"] != "voice":
            continue
        final = bool(event.body["final"])
        told = tuple(_told(effect) for effect in effects if effect.type in ("Hush", "Note", "Speak", "Finish"))
        if not final and "hush" not in told:
            continue  # a proposal without effect
        decides = any(effect.type in ("Note", "Finish") for effect in effects)
        kind = "hush" if not final else "decision" if decides else "answer" if told else "nothing"
        body = event.body
        found.append(Consequence(event.at_s, kind, body["words"], body["started_s"], body["surely_other"], told))
    return found


def unexplained(heard: Sequence[Consequence], spoken: Sequence[Spoken]) -> list[Consequence]:
    """What the patient had not said: the coach has answered itself (or the room). "[unk]" alone means nothing."""
    return [
        one
        for one in heard
        if (one.kind != "nothing" or one.words.replace("[unk]", "").strip())
        and not any(_overlap(one, said) for said in spoken)
    ]


def hushed_by(said: Spoken, entries: Sequence[Entry]) -> float | None:
    """When the coach fell silent because of it, on the session's clock."""
    for event, effects in _events(entries):
        if event.type == "Heard" and _within(event.at_s, said) and any(effect.type == "Hush" for effect in effects):
            return event.at_s
    return None


def losses(entries: Sequence[Entry]) -> list[str]:
    """Why the coach could not hear for a while, each time."""
    return [f"{entry.at_s:.1f} s: {entry.body['reason']}" for entry in entries if entry.type == "HearingLost"]


def false_alarms(entries: Sequence[Entry], spoken: Sequence[Spoken]) -> int:
    """How often it fell silent for nothing: a hush on a partial result of what nobody said."""
    return sum(one.kind == "hush" for one in unexplained(consequences(entries), spoken))


def as_json(heard: Sequence[Consequence]) -> list[dict[str, object]]:
    return [asdict(one) for one in heard]


def _events(entries: Sequence[Entry]) -> Iterator[tuple[Entry, list[Entry]]]:
    """Each event with its effects."""
    event: Entry | None = None
    effects: list[Entry] = []
    for entry in entries:
        if entry.direction == "event":
            if event is not None:
                yield event, effects
            event, effects = entry, []
        else:
            effects.append(entry)
    if event is not None:
        yield event, effects


def _overlap(one: Consequence, said: Spoken) -> bool:
    started_s = one.at_s if one.started_s is None else one.started_s
    return started_s <= said.ended_s + AFTER_S and one.at_s >= said.began_s - BEFORE_S


def _within(at_s: float, said: Spoken) -> bool:
    return said.began_s - BEFORE_S <= at_s <= said.ended_s + DECIDED_WITHIN_S


def _told(effect: Entry) -> str:
    match effect.type:
        case "Hush":
            return "hush"
        case "Note":
            return f"{effect.body['rule']} -> {effect.body['verdict']}"
        case "Finish":
            return f"finish {effect.body['outcome']}"
        case _:
            return f"says “{effect.body['text']}”"
