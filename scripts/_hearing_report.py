"""The hearing bench's tables, in Markdown and as JSON."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from _hearing_ears import COACH, Load
from _hearing_scenes import COACH_GOAL, GOAL, QUIET_ROOM
from _hearing_scores import Alarms, Tally, delays
from _model_scores import Rate, Share

PEOPLE, SENTENCES = "recorded people, single words", "synthetic patients, sentences"
OTHER, NOISE, ECHO, LOAD = "other speech", "noise", "the coach alone", "load"


@dataclass(slots=True)
class Report:
    """`words[material, condition, ear]`, `alarms[source, ear]`; `about` says how it was made."""

    about: dict[str, str]
    words: dict[tuple[str, str, str], Tally] = field(default_factory=dict)
    alarms: dict[tuple[str, str], Alarms] = field(default_factory=dict)
    load: Load = field(default_factory=Load)

    def markdown(self) -> str:
        parts = ["# Hearing", _facts(self.about), "## Goals", table(("goal", "measured", "reached"), self.goals())]
        for material in dict.fromkeys(key[0] for key in self.words):
            rows = [(*key[1:], *_words_row(tally)) for key, tally in self.words.items() if key[0] == material]
            parts += [f"## {material.capitalize()}", table(_WORDS_COLUMNS, rows)]
        rows = [(*key, *_alarms_row(alarms)) for key, alarms in self.alarms.items()]
        parts += ["## False alarms", table(_ALARM_COLUMNS, rows), "## Load", self._load(), _LEGEND]
        return "\n\n".join(parts) + "\n"

    def goals(self) -> list[tuple[str, str, str]]:
        """What the bench can judge, as far as it was played."""
        people, hardest = self._people(GOAL), self._people(COACH_GOAL)
        quiet, other = self._people(QUIET_ROOM), self._other()
        rows = [
            _share_goal('"stop", recorded people, 2 m, 10 dB: hushed >= 99 %', people.hushed, 0.99),
            _share_goal("... decided right >= 97 %", people.decided, 0.97),
            _rate_goal("other speech: false decisions per hour <= 0.1", other.rate(other.decisions), 0.1),
            _rate_goal("... false hushes per hour <= 2", other.rate(other.hushes), 2.0),
            _difference("coach speaking at 0 dB: hushed within 3 points of quiet", quiet.hushed, hardest.hushed),
            _difference("... decided within 3 points", quiet.decided, hardest.decided),
            _delay_goal("end of word to hush, 2 m, 10 dB, audio time: p50 <= 250 ms", people.hush_ms, 50, 250),
            _delay_goal("... p95 <= 400 ms", people.hush_ms, 95, 400),
            _delay_goal("... to the decision p95 <= 800 ms", people.decision_ms, 95, 800),
        ]
        if self.load.sound_s:
            share = (self.load.recogniser_s + self.load.own_s) / self.load.sound_s
            rows.append(("processor: hearing <= 25 % of a core", f"{100 * share:.1f} %", _yes(share <= 0.25)))
        return [row for row in rows if row[1] != "-"]

    def as_json(self) -> dict[str, Any]:
        return {
            "about": self.about,
            "goals": [dict(zip(("goal", "measured", "reached"), row, strict=True)) for row in self.goals()],
            "words": [
                {"material": key[0], "condition": key[1], "ear": key[2], **_tally_json(tally)}
                for key, tally in self.words.items()
            ],
            "alarms": [{"source": key[0], "ear": key[1], **_alarms_json(one)} for key, one in self.alarms.items()],
            "load": {
                "sound_s": self.load.sound_s,
                "recogniser_share": self.load.recogniser_s / (self.load.sound_s or 1),
                "own_share": self.load.own_s / (self.load.sound_s or 1),
                "recogniser_peak_bytes": self.load.peak_bytes,
            },
        }

    def _people(self, condition: str) -> Tally:
        return self.words.get((PEOPLE, condition, COACH), Tally())

    def _other(self) -> Alarms:
        total = Alarms()
        for (source, ear), alarms in self.alarms.items():
            if ear == COACH and source.startswith(OTHER):
                total.add(alarms)
        return total

    def _load(self) -> str:
        load = self.load
        if not load.sound_s:
            return "Not measured here."
        rows = [
            ("recogniser process", _percent(load.recogniser_s, load.sound_s), f"{load.peak_bytes / 1e6:.0f} MB"),
            ("canceller and the rest of hearing", _percent(load.own_s, load.sound_s), "-"),
        ]
        return table(("", "share of one core", "peak memory"), rows)


_WORDS_COLUMNS = (
    "condition",
    "ear",
    "right",
    "wrong",
    "rejected",
    "others accepted",
    "stop or worse: hushed",
    "decided right",
    "or more careful",
    "hushed without cause",
    "cut",
    "ms to hush",
    "ms to decision",
)
_ALARM_COLUMNS = ("source", "ear", "hours", "false hushes per hour", "false decisions per hour", "of them stops")
_LEGEND = """Shares in % (95 % interval, Wilson), rates per hour (95 % interval, Poisson), delays p50 / p95 / max in
audio time: without the time that computing takes and the 67 ms until the loudspeaker is silent; below zero where it was
clear before the word had ended. "Right": every final result means what was said. "Stop or worse": what must hush;
"decided right": by the very rule and verdict. "Hushed without cause": of utterances in which no word is reason to hush.
"Others accepted": words without a meaning to the coach that it took for something. "Cut": a final result before the
words had ended. "Ideal": every word that gets through the canceller is heard as it ends, so what it misses the pipeline
misses; "in its grammar": words that the coach does not listen for are lost. "Plain Vosk": the same model and grammar
with its own end of utterance and without canceller or masking. While the coach speaks, a hush silences it, as in a
session. Where words in sentences begin and end was found by the recogniser, told the sentence."""


def table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [columns, ["---"] * len(columns), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _facts(about: dict[str, str]) -> str:
    return "\n".join(f"- {name}: {value}" for name, value in about.items())


def _words_row(tally: Tally) -> tuple[str, ...]:
    shares = (tally.right, tally.wrong, tally.rejected, tally.accepted, tally.hushed, tally.decided, tally.careful)
    return (
        *map(counted_share, (*shares, tally.startled, tally.cut)),
        delays(tally.hush_ms),
        delays(tally.decision_ms),
    )


def counted_share(share: Share) -> str:
    return "-" if not share.total else f"{str(share).replace(' %', '')} of {share.total}"


def _alarms_row(alarms: Alarms) -> tuple[str, ...]:
    rates = (alarms.rate(alarms.hushes), alarms.rate(alarms.decisions), alarms.rate(alarms.stops))
    return (f"{alarms.hours:.2f}", *map(str, rates))


def _share_goal(goal: str, share: Share, least: float) -> tuple[str, str, str]:
    return goal, str(share), _yes(bool(share.total) and share.hits >= least * share.total)


def _rate_goal(goal: str, rate: Rate, most: float) -> tuple[str, str, str]:
    return goal, str(rate), _yes(bool(rate.hours) and rate.events <= most * rate.hours)


def _difference(goal: str, quiet: Share, other: Share) -> tuple[str, str, str]:
    if not quiet.total or not other.total:
        return goal, "-", ""
    points = 100 * (other.hits / other.total - quiet.hits / quiet.total)
    return goal, f"{points:+.1f} points ({quiet} and {other})", _yes(points >= -3)


def _delay_goal(goal: str, values_ms: Sequence[float], percent: float, most_ms: float) -> tuple[str, str, str]:
    if not values_ms:
        return goal, "-", ""
    value = float(np.percentile(values_ms, percent))
    return goal, f"{value:.0f} ms", _yes(value <= most_ms)


def _yes(reached: bool) -> str:
    return "yes" if reached else "no"


def _percent(part: float, whole: float) -> str:
    return f"{100 * part / whole:.1f} %"


def _tally_json(tally: Tally) -> dict[str, Any]:
    def share(one: Share) -> dict[str, float]:
        low, high = one.interval()
        return {"hits": one.hits, "total": one.total, "low": low, "high": high}

    def delay(values: Sequence[float]) -> dict[str, float]:
        if not values:
            return {"n": 0}
        p50, p95 = (float(value) for value in np.percentile(values, [50, 95]))
        return {"n": len(values), "p50": p50, "p95": p95, "max": max(values)}

    names = ("right", "wrong", "rejected", "accepted", "hushed", "decided", "careful", "startled", "cut")
    return {
        **{name: share(getattr(tally, name)) for name in names},
        "hush_ms": delay(tally.hush_ms),
        "decision_ms": delay(tally.decision_ms),
        "misses": tally.misses,
    }


def _alarms_json(alarms: Alarms) -> dict[str, Any]:
    def rate(events: int) -> dict[str, float]:
        low, high = alarms.rate(events).interval()
        return {"events": events, "low": low, "high": high}

    rates = {name: rate(getattr(alarms, name)) for name in ("hushes", "decisions", "stops")}
    return {"hours": alarms.hours, **rates, "examples": alarms.examples}
