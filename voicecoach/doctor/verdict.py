"""From measures to words: will hands-free work here, why not, and what to change first. Pure.

Every threshold names where it comes from: the project's own measurements (README, "Measured"; scripts/bench_hearing.py;
scripts/bench_open_laptop.py; models/coach-en/README.md) or the part of the coach whose limit it is.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from voicecoach.doctor.measures import Attempt, Echo, Measures

# The voice over the noise. The model's card: 92, 81 and 71 % of phrases are right at 20, 10 and 5 dB; README: all of
# ten people's "stop" at 2 m in noise of 10 dB, and whole sentences 30 % at 2 m against 15 % in noise.
OVER_NOISE_GOOD_DB, OVER_NOISE_LEAST_DB = 20.0, 10.0
# tests/virtual_room.py has a quiet room at -65 dBFS and the patient at -32. Where the noise is louder than this, too
# little of the voice is the noise's fault; where it is softer, that of the distance.
LOUD_NOISE_DBFS = -50.0
# hearing/near_end.py, LEAST_DB: what is softer than -60 dBFS is never taken for somebody beside the coach's voice.
FAINT_VOICE_DBFS = -55.0
# The coach over the person, at the microphone: bench_open_laptop is made with the two equally loud and 6 dB apart. In
# the rooms of tests/doctor_room.py stops beside the coach are missed from 11 dB on, and every one at 23 dB.
ECHO_OVER_VOICE_DB = 6.0
# Speex, measured: 8 dB in the first three seconds, 22 dB later; less, and it doesn't follow the room.
ENHANCEMENT_LEAST_DB = 6.0
# ... which can only be seen where the echo is that much louder than the noise, and some more.
ENHANCEMENT_NEEDS_OVER_NOISE_DB = 20.0
# hearing/echo_delay.py looks for the echo up to 0.5 s; every word is heard later by what the microphone adds.
LONG_DELAY_S = 0.3
# README: 424 ms from the end of the word to the decision, worst 1.1 s.
SLOW_S = 1.5
# README, "the coach alone": up to 90 false silences an hour, so that one within half a minute may be chance.
CHANCE_HUSHES = 1
# WebRTC's detector on five seconds each (../shared/audio): taps, fans, rain, dishes up to 0.05, a clock 0.17, somebody
# who speaks 0.20 (at -55 dBFS, in the noise) to 0.59.
SPEECH_SHARE = 0.18
# Peaks that are cut off flat within some ten seconds: a knock at the table makes one or two.
CUT_OFF_LEAST = 3
# With --headset nothing is cancelled: an echo that is this much over the noise is heard as words.
HEADSET_LEAK_DB = 15.0


class Fit(StrEnum):
    """Ordered from good to bad."""

    GOOD = "good"
    CARE = "with care"
    NOT = "not hands-free"
    UNMEASURED = "not measurable"


class Ailment(StrEnum):
    """What is wrong, in the order of how much changing it helps. Its value is the key of what is said about it; the
    same with `_do` says what to change."""

    MUTED = "doctor_muted"
    NO_VOICE = "doctor_no_voice"
    NOT_KEEPING_UP = "doctor_not_keeping_up"
    HEADSET_LEAKS = "doctor_headset_leaks"
    TWO_CLOCKS = "doctor_two_clocks"
    OVERDRIVEN = "doctor_overdriven"
    COACH_CUT_OFF = "doctor_coach_cut_off"
    TALK = "doctor_talk_nearby"
    FALSE_WORDS = "doctor_false_words"
    NOISE = "doctor_noise"
    FAR = "doctor_far"
    FAINT = "doctor_faint"
    LOUD_ECHO = "doctor_loud_echo"
    ANSWERS_ITSELF = "doctor_answers_itself"
    ECHO_STAYS = "doctor_echo_stays"
    MISSED = "doctor_missed"
    MISSED_BESIDE = "doctor_missed_beside"
    SLOW = "doctor_slow"
    LONG_DELAY = "doctor_long_delay"


@dataclass(frozen=True, slots=True)
class Finding:
    ailment: Ailment
    fit: Fit  # at best, as long as this is so


@dataclass(frozen=True, slots=True)
class Verdict:
    """`findings`: the gravest first, and of those the one whose change helps most. Empty where all is well."""

    fit: Fit
    findings: tuple[Finding, ...] = ()

    @property
    def hands_free(self) -> bool:
        return self.fit in (Fit.GOOD, Fit.CARE)


def judge(measures: Measures) -> Verdict:
    """Only what was measured counts: where nobody was asked to speak, nothing is said about the voice."""
    found = [Finding(ailment, fit) for ailment in Ailment if (fit := _EXAMINE[ailment](measures)) is not Fit.GOOD]
    found.sort(key=lambda finding: -_GRAVITY.index(finding.fit))  # stable: the order of Ailment stays
    if found and found[0].fit is Fit.UNMEASURED:
        found = found[:1]  # what else was measured means nothing
    return Verdict(found[0].fit if found else Fit.GOOD, tuple(found))


_GRAVITY = tuple(Fit)


def _if(wrong: bool, fit: Fit) -> Fit:
    return fit if wrong else Fit.GOOD


def _worse(one: Fit, other: Fit) -> Fit:
    return max(one, other, key=_GRAVITY.index)


def _of_echo(examine: Callable[[Echo, Measures], Fit]) -> Callable[[Measures], Fit]:
    """Good where the coach does not hear itself: with a headset there is nothing to go wrong."""

    def examined(measures: Measures) -> Fit:
        echo = measures.echo
        return Fit.GOOD if echo is None or not echo.heard else examine(echo, measures)

    return examined


def _no_voice(measures: Measures) -> Fit:
    attempts = measures.attempts
    heard = any(attempt.heard for attempt in attempts)
    return _if(bool(attempts) and measures.voice_dbfs is None and not heard, Fit.UNMEASURED)


def _headset_leaks(echo: Echo, measures: Measures) -> Fit:
    return _if(measures.headset and echo.over_noise_db >= HEADSET_LEAK_DB, Fit.NOT)


def _two_clocks(echo: Echo, measures: Measures) -> Fit:
    return _if(not measures.headset and not echo.referenced, Fit.NOT)


def _talk(measures: Measures) -> Fit:
    """README: other people's speech makes it silent a thousand times an hour."""
    if measures.noise.speech_share < SPEECH_SHARE:
        return Fit.GOOD
    return Fit.NOT if measures.words_in_noise else _worse(Fit.CARE, _missed(measures.attempts))


def _false_words(measures: Measures) -> Fit:
    """Without anybody speaking."""
    if _talk(measures) is not Fit.GOOD:
        return Fit.GOOD
    return Fit.NOT if measures.words_in_noise > CHANCE_HUSHES else _if(measures.words_in_noise > 0, Fit.CARE)


def _over_noise(measures: Measures, *, noisy: bool) -> Fit:
    """Too little of the voice over the noise, where that is the noise's fault (`noisy`), or that of the distance. Where
    the noise is somebody who talks, that is enough said."""
    if not measures.attempts or (measures.noise.level_dbfs >= LOUD_NOISE_DBFS) is not noisy:
        return Fit.GOOD
    if _talk(measures) is not Fit.GOOD:
        return Fit.GOOD
    over_db = measures.voice_over_noise_db
    if over_db is None or over_db < OVER_NOISE_LEAST_DB:
        return Fit.NOT
    return Fit.GOOD if over_db >= OVER_NOISE_GOOD_DB else _worse(Fit.CARE, _missed(measures.attempts))


def _faint(measures: Measures) -> Fit:
    return _if(measures.voice_dbfs is not None and measures.voice_dbfs < FAINT_VOICE_DBFS, Fit.CARE)


def _loud_echo(measures: Measures) -> Fit:
    over_db = measures.echo_over_voice_db
    if measures.headset or over_db is None or over_db <= ECHO_OVER_VOICE_DB:
        return Fit.GOOD
    return _worse(Fit.CARE, _missed(measures.tries(beside=True)))


def _answers_itself(measures: Measures) -> Fit:
    """Words of its own that it takes for somebody else's. Where it hears words in the silence, too, they are not."""
    echo = measures.echo
    if echo is None or measures.words_in_noise or _talk(measures) is not Fit.GOOD:
        return Fit.GOOD
    return Fit.NOT if echo.decisions or echo.hushes > CHANCE_HUSHES else _if(echo.hushes > 0, Fit.CARE)


def _echo_stays(echo: Echo, measures: Measures) -> Fit:
    if measures.headset or not echo.referenced or echo.over_noise_db < ENHANCEMENT_NEEDS_OVER_NOISE_DB:
        return Fit.GOOD
    unfound = echo.delay_s is None
    return _if(unfound or (echo.enhancement_db or 0.0) < ENHANCEMENT_LEAST_DB, Fit.CARE)


def _voice_cut_off(measures: Measures) -> bool:
    return sum(one.cut_off_peaks for one in measures.tries(beside=False)) >= CUT_OFF_LEAST


def _coach_cut_off(measures: Measures) -> bool:
    return measures.echo is not None and measures.echo.cut_off_peaks >= CUT_OFF_LEAST


def _overdriven(measures: Measures) -> Fit:
    """By the voice as well, so that it is the microphone and not the loudspeaker that is set too high. What is cut off
    of the echo can't be taken out."""
    if not _voice_cut_off(measures):
        return Fit.GOOD
    return Fit.NOT if _coach_cut_off(measures) else Fit.CARE


def _missed(attempts: Sequence[Attempt]) -> Fit:
    heard = sum(attempt.heard for attempt in attempts)
    return Fit.GOOD if heard == len(attempts) else Fit.CARE if heard else Fit.NOT


_EXAMINE: dict[Ailment, Callable[[Measures], Fit]] = {
    Ailment.MUTED: lambda m: _if(m.noise.mute, Fit.UNMEASURED),
    Ailment.NO_VOICE: _no_voice,
    Ailment.NOT_KEEPING_UP: lambda m: _if(bool(m.losses), Fit.NOT),
    Ailment.HEADSET_LEAKS: _of_echo(_headset_leaks),
    Ailment.TWO_CLOCKS: _of_echo(_two_clocks),
    Ailment.OVERDRIVEN: _overdriven,
    Ailment.COACH_CUT_OFF: lambda m: _if(_coach_cut_off(m) and not _voice_cut_off(m), Fit.NOT),
    Ailment.TALK: _talk,
    Ailment.FALSE_WORDS: _false_words,
    Ailment.NOISE: lambda m: _over_noise(m, noisy=True),
    Ailment.FAR: lambda m: _over_noise(m, noisy=False),
    Ailment.FAINT: _faint,
    Ailment.LOUD_ECHO: _loud_echo,
    Ailment.ANSWERS_ITSELF: _answers_itself,
    Ailment.ECHO_STAYS: _of_echo(_echo_stays),
    Ailment.MISSED: lambda m: _missed(m.tries(beside=False)),
    Ailment.MISSED_BESIDE: lambda m: _missed(m.tries(beside=True)),
    Ailment.SLOW: lambda m: _if((m.slowest_s or 0.0) > SLOW_S, Fit.CARE),
    Ailment.LONG_DELAY: _of_echo(lambda echo, _m: _if((echo.delay_s or 0.0) > LONG_DELAY_S, Fit.CARE)),
}
