"""What was understood is said back before anything goes on, and can be corrected."""

from __future__ import annotations

import pytest

from tests.rehearsed import Rehearsed
from voicecoach.core.body import Claim, PainReport, Place, Side, Site, Trend
from voicecoach.core.readback import read_back, to_confirm
from voicecoach.languages import sayings
from voicecoach.patient import Patient

CHECK = "COACH How is your pain now"


def test_the_change_and_the_number_are_said_back_after_an_exercise() -> None:
    played = Rehearsed(Patient(answers={"check": ("better in my left leg",), "check_score": ("four",)}))
    played.follows(
        "RULE SAME-OR-BETTER go", "COACH Better in the left leg, four out of ten. That is fine.", "COACH Exercise two"
    )


def test_a_number_misheard_is_corrected_and_decides_anew() -> None:
    played = Rehearsed(Patient(answers={"check_score": ("six",), "checked": ("no eight",)}))
    played.follows(
        "COACH No change, six out of ten. That is fine.",
        "YOU no eight",
        "RULE LEG-WORSE stop",
        "COACH I heard: no change, eight out of ten. Is that right?",
    )
    assert (played.finish.outcome, played.finish.rule) == ("stopped", "LEG-WORSE")


def test_a_corrected_number_is_said_back_too() -> None:
    played = Rehearsed(Patient(answers={"check_score": ("six", "five"), "checked": ("no five", "")}))
    played.follows("YOU no five", "RULE SAME-OR-BETTER go", "COACH No change, five out of ten. That is fine.")
    assert played.finish.outcome == "completed"


def test_a_bare_no_asks_the_whole_check_again() -> None:
    patient = Patient(answers={"checked": ("no", ""), "check": ("better", "the same")})
    played = Rehearsed(patient)
    played.expect("COACH Less pain, five out of ten.", "YOU no", CHECK, "YOU the same", "COACH No change", "COACH Exer")
    assert played.count("AT check 0 of rest-on-belly") == 2


@pytest.mark.parametrize("words", ["", "yes", "fine", "okay"])
def test_silence_or_a_yes_goes_on(words: str) -> None:
    played = Rehearsed(Patient(answers={"checked": (words,)}))
    assert played.finish.outcome == "completed"
    assert played.count(CHECK) == 4


def test_what_turns_out_worse_in_the_correction_decides() -> None:
    played = Rehearsed(Patient(answers={"checked": ("no it's worse in my leg",)}))
    played.expect("YOU no it's worse in my leg", "RULE LEG-WORSE stop", "COACH I heard: worse in the leg.")
    assert played.finish.rule == "LEG-WORSE"


def test_a_good_sign_with_more_in_the_back_brings_down_and_asks() -> None:
    says = ("at hold 1 of press-up, 5 s: better in my leg but worse in my back",)
    played = Rehearsed(Patient(says=says))
    played.follows(
        "RULE CENTRALIZING go",
        "COACH Slowly down, and let go. Better in the leg, more in the back. That is a good sign.",
        "COACH Shall we go on?",
        "YOU yes",
        "COACH We go on.",
    )
    assert played.finish.outcome == "completed"


def test_a_plain_good_sign_does_not_ask() -> None:
    played = Rehearsed(Patient(says=("at hold 1 of press-up, 5 s: it's moving up to my back",)))
    played.follows("RULE CENTRALIZING go", "COACH Moving up to the back. That is a good sign.", "COACH Keep holding.")


def test_what_can_not_be_told_in_places_is_said_back_in_own_words() -> None:
    dizzy = PainReport((Claim(Trend.PRESENT, Place(Site.ELSEWHERE)),), words="i feel [unk] dizzy")
    assert to_confirm(dizzy, sayings()) == "i feel dizzy"
    leg = PainReport((Claim(Trend.WORSE, Place(Site.CALF, Side.LEFT)),), words="the left calf's got worse")
    assert to_confirm(leg, sayings()) == "worse in the left calf"


def test_no_pain_has_no_number_beside_it() -> None:
    assert read_back(PainReport((Claim(Trend.GONE),), score=0), sayings()) == "No pain."
    assert read_back(PainReport(score=0), sayings()) == "Zero out of ten."


# --- the same as when? ---

BACK_THEN_SAME = {"baseline": ("low back",), "check": ("more in my back", "the same")}


def test_the_same_after_more_in_the_back_is_asked_about() -> None:
    played = Rehearsed(Patient(answers={**BACK_THEN_SAME, "still_worse": ("yes",)}))
    played.expect(
        "RULE BACK-WORSE ease",
        "YOU the same",
        "RULE UNCLEAR ask",
        "COACH Is there still more pain in your back than before we started?",
        "YOU yes",
        "RULE BACK-WORSE ease",
        "COACH More in the back. That is normal at first.",
    )


def test_the_same_as_at_the_start_goes_on_and_is_not_asked_again() -> None:
    played = Rehearsed(Patient(answers=BACK_THEN_SAME))
    played.expect("COACH Is there still more pain", "YOU no", "COACH How strong", "RULE SAME-OR-BETTER go")
    assert played.count("COACH Is there still more pain") == 1
    assert played.finish.outcome == "completed"


def test_a_leg_that_turns_out_worse_there_still_ends_the_session() -> None:
    played = Rehearsed(Patient(answers={**BACK_THEN_SAME, "still_worse": ("it's in my leg now",)}))
    played.expect("COACH Is there still more pain", "RULE LEG-WORSE stop")
    assert played.finish.rule == "LEG-WORSE"


def test_a_yes_to_it_counts_whatever_else_is_said() -> None:
    played = Rehearsed(Patient(answers={**BACK_THEN_SAME, "still_worse": ("yes but the leg's fine",)}))
    played.expect(
        "COACH Is there still more pain", "RULE BACK-WORSE ease", "COACH The same in the leg, more in the back."
    )


# --- what stands in the end ---


def scores(played: Rehearsed) -> list[int | None]:
    return [taken.score for taken in played.scores]


def test_the_corrected_number_is_the_one_that_is_written_down() -> None:
    played = Rehearsed(Patient(answers={"check_score": ("six", "five"), "checked": ("no four", "")}))
    assert scores(played) == [4, 5, 5, 5]


def test_what_was_corrected_is_what_the_same_is_compared_with() -> None:
    check = ("better in my leg but more in my back", "the same")
    played = Rehearsed(Patient(answers={"check": check, "checked": ("no it's better", "")}))
    assert played.count("COACH Is there still more pain") == 0
    assert played.finish.outcome == "completed"


def test_a_correction_that_is_denied_is_asked_again_also_after_a_disturbance() -> None:
    """Nothing is begun without an understood check of the exercise before."""
    played = Rehearsed(Patient(answers={"checked": ("no it's worse in my leg", ""), "confirm": ("louder", "no")}))
    played.expect("YOU no it's worse in my leg", "YOU louder", "YOU no", "COACH Thank you. Then I take", CHECK)
    assert played.count("AT check 0 of rest-on-belly") == 2
