"""Every row of the rule table, as a rehearsed session: what is decided, what is said, how it ends."""

from __future__ import annotations

import pytest

from tests.rehearsed import SCENARIOS, programme_of, rehearse
from voicecoach.core.before import Before
from voicecoach.core.rules import RULE_IDS
from voicecoach.patient import check_exercises, load_patient
from voicecoach.programmes import load

EMERGENCY = "COACH What you describe is a warning sign. Please get emergency care now."
REST = "COACH I don't know how your pain is"
# scenario: (how it ends, by which rule, what happens on the way)
ENDINGS: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "well": ("completed", "", ("AT check", "RULE SAME-OR-BETTER go", "COACH Exercise two", "COACH Goodbye.")),
    "centralizing": (
        "completed",
        "",
        (
            "YOU better in my leg but worse in my back",
            "RULE CENTRALIZING go",
            "COACH Better in the leg, more in the back, five out of ten. That is a good sign.",
            "COACH Exercise two",
            "YOU it's moving up to my back",
            "RULE CENTRALIZING go",
            "COACH Exercise three",
            "RULE CENTRALIZING go",
            "COACH Exercise four",
        ),
    ),
    "red_flag_in_hold": (
        "emergency",
        "RED-FLAG",
        ("AT hold 1 of press-up", "YOU numb", "RULE RED-FLAG emergency", "COACH Slowly down, and let go.", EMERGENCY),
    ),
    "red_flag_at_check": ("emergency", "RED-FLAG", ("AT check", "RULE RED-FLAG", "COACH I heard", EMERGENCY)),
    "red_flag_at_baseline": ("emergency", "RED-FLAG", ("AT baseline", "COACH I heard: pain in both legs.", EMERGENCY)),
    "stop_then_leg": (
        "stopped",
        "LEG-WORSE",
        ("YOU ow", "RULE STOP-WORD stop", "COACH Stopped.", "COACH What happened?", "RULE LEG-WORSE stop", "YOU yes"),
    ),
    "stop_then_silence": ("unclear", "UNCLEAR", ("RULE STOP-WORD stop", "COACH In one or two words", REST)),
    "leg_worse_in_hold": (
        "stopped",
        "LEG-WORSE",
        ("AT hold 2 of press-up", "YOU worse in my leg", "RULE LEG-WORSE stop", "COACH Slowly down, and let go."),
    ),
    "leg_worse_at_check": (
        "stopped",
        "LEG-WORSE",
        ("AT check", "YOU worse in my leg", "RULE LEG-WORSE stop", "COACH It got worse in the leg.", "COACH Rest"),
    ),
    "leg_worse_by_score": ("stopped", "LEG-WORSE", ("YOU the same", "YOU eight", "RULE LEG-WORSE stop")),
    "leg_new": ("stopped", "LEG-NEW", ("AT check", "RULE LEG-NEW stop", "COACH What you feel in the foot is new.")),
    "moved_down": ("stopped", "MOVED-DOWN", ("AT hold 1 of press-up", "RULE MOVED-DOWN stop", "COACH The pain moved")),
    "much_worse": ("stopped", "MUCH-WORSE", ("AT check", "RULE MUCH-WORSE stop", "COACH It got much worse.")),
    "back_worse_at_check": (
        "completed",
        "",
        ("RULE BACK-WORSE ease", "COACH More in the back. That is normal", "COACH Shall we go on?", "YOU go on"),
    ),
    "back_worse_in_hold": (
        "completed",
        "",
        (
            "AT hold 1 of press-up",
            "RULE BACK-WORSE ease",
            "COACH Slowly down, and let go. More in the back. That is normal at first.",
            "COACH Smaller this time.",
            "COACH Shall we go on?",
            "YOU go on",
            "COACH We go on.",
            "AT hold 1 of press-up",
            "AT hold 2 of press-up",
        ),
    ),
    "back_worse_then_rest": ("completed", "", ("YOU rest", "AT pause", "YOU continue", "AT hold 1 of press-up")),
    "neck": (
        "completed",
        "",
        ("RULE NECK ease", "COACH Let us help your neck. Put one hand on top of the other", "COACH Shall we go on?"),
    ),
    "silent": ("unclear", "UNCLEAR", ("AT check", "COACH Compared", "RULE UNCLEAR rest", REST, "COACH Goodbye.")),
    "silent_at_ready": ("unclear", "UNCLEAR", ("AT ready", "COACH Take your time.", "RULE UNCLEAR rest", REST)),
    "not_understood": (
        "completed",
        "",
        ("YOU yes", "COACH Is there any pain in your leg", "YOU no", "YOU no", "RULE SAME-OR-BETTER go"),
    ),
    "louder_in_confirm": ("stopped", "LEG-WORSE", ("YOU louder", "COACH Louder.", "COACH I heard: worse in the leg.")),
    "quits_in_confirm": ("stopped", "MUCH-WORSE", ("YOU quit", "COACH It got much worse.")),
    "neck_break_arm_worse": (
        "stopped",
        "LEG-WORSE",
        ("YOU worse in my left arm", "COACH It got worse in the left arm."),
    ),
}
NO_MORE = ("AT hold", "AT repetition", "AT step", "AT ready", "COACH Up", "COACH Exercise")


@pytest.mark.parametrize("name", ENDINGS)
def test_a_session_ends_as_its_rule_says(name: str) -> None:
    outcome, rule, lines = ENDINGS[name]
    played = rehearse(name, programme_of(name))
    assert (played.finish.outcome, played.finish.rule) == (outcome, rule)
    played.expect(*lines, f"END {outcome}")


@pytest.mark.parametrize("name", [name for name, (outcome, _, _) in ENDINGS.items() if outcome != "completed"])
def test_nothing_is_performed_after_the_report_that_ended_it(name: str) -> None:
    played = rehearse(name, programme_of(name))
    decided = [i for i, told in enumerate(played.story) if told.startswith("RULE") and "ask" not in told]
    ending = next(i for i in decided if played.finish.rule in played.story[i])
    assert [told for told in played.story[ending:] if told.startswith(NO_MORE)] == []


def test_every_rule_has_a_scenario() -> None:
    decided = {rule.split()[0] for name in ENDINGS for rule in rehearse(name, programme_of(name)).rules}
    decided |= {rule.split()[0] for rule in rehearse("next_day_worse", before=Before(much_worse=True)).rules}
    assert decided == set(RULE_IDS)


def test_the_day_after_a_session_that_ended_much_worse() -> None:
    before = Before(much_worse=True)
    worse = rehearse("next_day_worse", before=before)
    worse.expect(
        "COACH After the last session", "YOU yes", "RULE NEXT-DAY stop", "COACH It is still worse", "END stopped"
    )
    assert worse.finish.rule == "NEXT-DAY"
    assert worse.count("AT baseline") == 0
    fine = rehearse("well", before=before)
    fine.expect("COACH After the last session", "YOU no", "COACH Good, not worse any more.", "AT baseline")
    assert fine.finish.outcome == "completed"


@pytest.mark.parametrize("before", [Before(locked_by="RED-FLAG"), Before(much_worse=True, same_day=True)])
def test_a_locked_programme_is_not_begun(before: Before) -> None:
    played = rehearse("well", before=before)
    assert played.finish.outcome == "locked"
    assert played.count("AT baseline") == 0


def test_without_a_clinicians_word_nothing_begins() -> None:
    played = rehearse("not_approved")
    played.expect("COACH Did a doctor", "YOU no", "COACH Then we don't start today.", "END not-approved")
    assert played.count("AT baseline") == 0


def test_after_a_rise_in_the_back_the_movements_stay_smaller() -> None:
    """No "a little higher" any more; each later exercise says its own easier cue once."""
    played = rehearse("back_worse_at_check")
    played.expect(
        "RULE BACK-WORSE ease",
        "COACH From now on we make the movements smaller.",
        "AT repetition 1 of press-up",
        "COACH Smaller this time. Rise only as far as is comfortable.",
        "AT repetition 1 of full-press-up",
        "COACH Smaller this time. Push up only as far as is comfortable.",
        "AT repetition 1 of backward-bend",
        "COACH Smaller this time. Bend only as far as is comfortable.",
    )
    assert played.count("COACH Smaller this time.") == 3
    assert not [line for line in played.coach if "higher" in line or "farther" in line or "straighter" in line]


def test_a_denied_report_is_withdrawn_and_nothing_goes_on_without_a_yes() -> None:
    played = rehearse("denied")
    played.expect(
        "RULE LEG-WORSE stop",
        "COACH Slowly down, and let go. I heard: worse in the leg. Is that right?",
        "YOU no",
        "RULE LEG-WORSE withdrawn",
        "COACH Thank you. Then I take that back.",
        "COACH What happened?",
        "COACH Shall we go on?",
        "YOU yes",
        "AT hold 1 of press-up",
        "END completed",
    )


def test_every_scenario_fits_its_programme() -> None:
    for file in SCENARIOS.glob("*.toml"):
        programme = load(programme_of(file.stem))
        check_exercises(load_patient(file), tuple(exercise.id for exercise in programme.exercises))
