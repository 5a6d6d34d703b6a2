"""What the rules speak of: the findings that a pain report can come down to."""

from __future__ import annotations

from enum import StrEnum

from voicecoach.core.intent import Doubt


class Finding(StrEnum):
    """What a report comes down to; a report may hold several. In order, the gravest first."""

    SADDLE_NUMB = "numb in the groin, genitals, inner thighs or both buttocks"
    BLADDER_BOWEL = "new trouble with bladder or bowel"
    LEG_WEAK = "new or growing weakness in the leg"
    BOTH_LEGS = "new pain in both legs"
    LEG_WORSE = "worse in the leg or buttock"
    LEG_NEW = "in the leg or buttock, and not there before"
    MOVED_DOWN = "moved toward the leg or further down it"
    MUCH_WORSE = "much worse"
    ELSEWHERE = "pain or illness that these exercises are not for (chest, head, belly)"
    CONTRADICTION = "better and worse at once"
    UP_OR_DOWN = "moving, but up or down?"
    NUMBER_OR_PLACE = "going down or up: the number or the place?"
    WHERE_WORSE = "worse, or hurting, but where?"
    NEVER_NAMED = "better in a part of the leg that was never named before"
    COMPARED = "there, but worse than before?"
    BACK_WORSE = "more in the back"
    NECK = "the neck is bothered"
    LEG_GONE = "gone from the leg or buttock"
    MOVED_UP = "moved toward the middle of the spine"
    LEG_BETTER = "less in the leg or buttock"
    BACK_COMPARED = "there in the back, but worse than before?"
    SAME_AS_WORSE = "no change, but since when: at the check before there was more in the back"
    LEG_UNKNOWN = "nothing said about the leg, where the pain was"
    SAME = "no change"
    BETTER = "less"


OF_DOUBT = {
    Doubt.UP_OR_DOWN: Finding.UP_OR_DOWN,
    Doubt.NUMBER_OR_PLACE: Finding.NUMBER_OR_PLACE,
    Doubt.CONTRADICTION: Finding.CONTRADICTION,
}
