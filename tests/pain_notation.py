"""An intent in one readable line, as in "worse left leg; better back; score 7"."""

from __future__ import annotations

from voicecoach.core.body import Claim, Direction, Movement, Place, Quality
from voicecoach.core.intent import Intent


def notation(intent: Intent) -> str:
    """Everything but the command: answer, claims, movements, score or number, side, doubts."""
    report = intent.report
    parts = [intent.answer.value] if intent.answer else []
    parts += [_claim(claim) for claim in report.claims] if report else []
    parts += [_movement(movement) for movement in report.movements] if report else []
    if report is not None and report.score is not None:
        parts.append(f"score {report.score}")
    elif intent.number is not None:
        parts.append(f"number {intent.number}")
    parts += [f"side {intent.side.value}"] if intent.side else []
    parts += [f"?{doubt.value}" for doubt in intent.doubts]
    return "; ".join(parts)


def _claim(claim: Claim) -> str:
    words = ["much" if claim.much else "", claim.trend.value + ("?" if claim.unsure else "")]
    words.append("" if claim.quality is Quality.PAIN else claim.quality.value)
    words.append(_place(claim.place))
    return " ".join(word for word in words if word)


def _place(place: Place | None) -> str:
    if place is None:
        return ""
    return f"{place.side.value} {place.site.name.lower()}" if place.side else place.site.name.lower()


def _movement(movement: Movement) -> str:
    verb = "spread" if movement.spreading else "move" if movement.moving else "into"
    way = "" if movement.direction is Direction.UNKNOWN else f" {movement.direction.value}"
    return f"{verb} {_place(movement.start)}>{_place(movement.end)}{way}"
