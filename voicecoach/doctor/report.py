"""What is said and shown at the end of an examination."""

from __future__ import annotations

from dataclasses import asdict

from voicecoach.doctor.measures import Attempt, Echo, Measures
from voicecoach.doctor.verdict import LOUD_NOISE_DBFS, SPEECH_SHARE, Ailment, Finding, Fit, Verdict
from voicecoach.languages import sayings

_SPOKEN = {
    Fit.GOOD: "doctor_good",
    Fit.CARE: "doctor_care",
    Fit.NOT: "doctor_not",
    Fit.UNMEASURED: "doctor_unmeasured",
}
# What is typed for what was said.
_ON_SCREEN = {
    "With a headset: voicecoach session --headset": {
        *(Ailment.TWO_CLOCKS, Ailment.LOUD_ECHO, Ailment.ANSWERS_ITSELF, Ailment.ECHO_STAYS, Ailment.MISSED_BESIDE),
        Ailment.LONG_DELAY,
    },
    "Other microphones: voicecoach devices, then voicecoach doctor --microphone NAME": {
        *(Ailment.MUTED, Ailment.NO_VOICE, Ailment.TWO_CLOCKS),
    },
}


def spoken(verdict: Verdict, *, alone: bool) -> list[str]:
    """The verdict, the first reason, and one thing to change: more at once nobody remembers."""
    say = sayings()
    lines = [say["doctor_room_good" if alone and verdict.fit is Fit.GOOD else _SPOKEN[verdict.fit]]]
    if verdict.findings:
        lines += [reason(verdict.findings[0]), change(verdict.findings[0]), say["doctor_afterwards"]]
    if not verdict.hands_free:
        lines.append(say["doctor_typed"])
    return lines


def reason(finding: Finding) -> str:
    return sayings()[finding.ailment]


def change(finding: Finding) -> str:
    return sayings()[f"{finding.ailment}_do"]


def shown(measures: Measures, verdict: Verdict) -> list[str]:
    """The measures, and all that was found: what to change one at a time, what helps most first."""
    lines = ["", _about_noise(measures)]
    if measures.echo is not None:
        lines += _about_echo(measures.echo, measures)
    if measures.attempts:
        lines += _about_voice(measures)
    lines += [f"Hearing          was lost: {loss}" for loss in measures.losses]
    lines += ["", f"Verdict: {verdict.fit}."]
    for number, finding in enumerate(verdict.findings, start=1):
        lines.append(f"{number}. ({finding.fit}) {reason(finding)} {change(finding)}")
    if len(verdict.findings) > 1:
        lines.append("Change one thing at a time, from the first, and measure again: often the others go with it.")
    found = {finding.ailment for finding in verdict.findings}
    lines += [line for line, ailments in _ON_SCREEN.items() if found & ailments]
    if not verdict.hands_free:
        lines.append("The keyboard always works: voicecoach session --typed")
    return lines


def as_json(measures: Measures, verdict: Verdict) -> dict[str, object]:
    """Every measure and every finding. Levels are dBFS (RMS against full scale), times seconds."""
    derived = {
        "voice_dbfs": measures.voice_dbfs,
        "voice_over_noise_db": measures.voice_over_noise_db,
        "echo_over_voice_db": measures.echo_over_voice_db,
    }
    findings = [
        {"name": one.ailment.name.lower(), "fit": one.fit, "reason": reason(one), "change": change(one)}
        for one in verdict.findings
    ]
    return {
        "hands_free": verdict.hands_free,
        "verdict": verdict.fit,
        "findings": findings,
        "measures": asdict(measures) | derived,
    }


def _about_noise(measures: Measures) -> str:
    noise = measures.noise
    if noise.mute:
        return "Microphone       gives exact zeros: it is muted"
    kind = "like speech" if noise.speech_share >= SPEECH_SHARE else "not like speech"
    loud = "loud" if noise.level_dbfs >= LOUD_NOISE_DBFS else "quiet"
    return f"Room             {noise.level_dbfs:.0f} dBFS, {loud}, {kind}"


def _about_echo(echo: Echo, measures: Measures) -> list[str]:
    if not echo.heard:
        hint = "" if measures.headset else ": start with --headset if you wear one; if you hear nothing, turn me up"
        return [f"My own voice     does not reach the microphone{hint}"]
    parts = [f"{echo.level_dbfs:.0f} dBFS at the microphone"]
    if echo.delay_s is not None:
        parts.append(f"after {1000 * echo.delay_s:.0f} ms")
    if echo.return_loss_db is not None:
        parts.append(f"{_apart(-echo.return_loss_db)} what is played")
    if echo.enhancement_db is not None and not measures.headset:
        parts.append(f"{echo.enhancement_db:.0f} dB more are taken out")
    if (over_db := measures.echo_over_voice_db) is not None:
        parts.append(f"{_apart(over_db)} yours")
    lines = [f"My own voice     {', '.join(parts)}"]
    if echo.hushes or echo.decisions:
        lines.append(
            f"                 while I spoke, words silenced me {echo.hushes} times, and I answered {echo.decisions}"
        )
    return lines


def _apart(over_db: float) -> str:
    return f"{abs(over_db):.0f} dB {'above' if over_db >= 0 else 'below'}"


def _about_voice(measures: Measures) -> list[str]:
    level_dbfs, over_db = measures.voice_dbfs, measures.voice_over_noise_db
    if level_dbfs is None or over_db is None:
        lines = ["Your voice       does not stand out from the room"]
    else:
        lines = [f"Your voice       {level_dbfs:.0f} dBFS, {over_db:.0f} dB over the room"]
    silent, beside = measures.tries(beside=False), measures.tries(beside=True)
    told = f"{_heard(silent)} in silence" + (f", {_heard(beside)} while I was speaking" if beside else "")
    late = "" if measures.slowest_s is None else f"; decided {measures.slowest_s:.1f} s after it, at the latest"
    return [*lines, f"Your stop        heard {told}{late}"]


def _heard(attempts: list[Attempt]) -> str:
    return f"{sum(one.heard for one in attempts)} of {len(attempts)}"
