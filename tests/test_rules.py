"""Each rule by its id: what it is for, what it is not for, and which rule comes before it."""

from __future__ import annotations

import pytest

from voicecoach.core.body import Baseline, Claim, Direction, Movement, PainReport, Place, Quality, Side, Site, Trend
from voicecoach.core.findings import MEASUREMENT_NOISE, MUCH_WORSE_RISE, Finding, judge
from voicecoach.core.intent import Doubt
from voicecoach.core.questions import QUESTIONS
from voicecoach.core.rules import (
    RULE_IDS,
    RULES,
    Decision,
    Verdict,
    decide,
    decide_next_day,
    decide_stop,
    decide_unclear,
)
from voicecoach.languages import sayings

CALF = Baseline((Place(Site.CALF, Side.LEFT),), 5)
BACK = Baseline((Place(Site.LOW_BACK),), 4)
BACK_AND_LEG = Baseline((Place(Site.LOW_BACK), Place(Site.LEG, Side.LEFT)), 5)
PAINLESS = Baseline((), 0)
UNKNOWN = Baseline()
W, B, S, N, G, P = Trend.WORSE, Trend.BETTER, Trend.SAME, Trend.NEW, Trend.GONE, Trend.PRESENT


def claim(
    trend: Trend,
    site: Site | None = None,
    side: Side | None = None,
    quality: Quality = Quality.PAIN,
    *,
    much: bool = False,
    unsure: bool = False,
) -> Claim:
    return Claim(trend, None if site is None else Place(site, side), much, quality, unsure)


def decided(
    *claims: Claim, baseline: Baseline = CALF, score: int | None = None, doubts: tuple[Doubt, ...] = ()
) -> Decision:
    return decide(PainReport(claims, (), score, "test"), baseline, doubts)


def moved(movement: Movement, *claims: Claim, baseline: Baseline = CALF) -> Decision:
    return decide(PainReport(claims, (movement,), None, "test"), baseline)


def outcome(decision: Decision) -> tuple[str, Verdict]:
    return decision.rule, decision.verdict


# --- RED-FLAG ---


@pytest.mark.parametrize("quality", [Quality.NUMB, Quality.TINGLING, Quality.WEAK])
@pytest.mark.parametrize("trend", [W, N, P])
@pytest.mark.parametrize(
    ("site", "side"), [(Site.SADDLE, None), (Site.BUTTOCK, Side.BOTH), (Site.SEAT, None), (Site.SEAT, Side.BOTH)]
)
def test_numbness_of_the_seat_is_red_flag(site: Site, side: Side | None, trend: Trend, quality: Quality) -> None:
    assert outcome(decided(claim(trend, site, side, quality))) == ("RED-FLAG", Verdict.EMERGENCY)


@pytest.mark.parametrize("trend", [W, N, P])
def test_trouble_with_bladder_or_bowel_is_red_flag(trend: Trend) -> None:
    assert outcome(decided(claim(trend, Site.PELVIC))) == ("RED-FLAG", Verdict.EMERGENCY)


@pytest.mark.parametrize("site", [Site.LEG, Site.FOOT, Site.TOES, Site.THIGH, Site.KNEE, Site.ANKLE, Site.CALF])
def test_weakness_of_the_leg_is_red_flag(site: Site) -> None:
    assert outcome(decided(claim(P, site, quality=Quality.WEAK))) == ("RED-FLAG", Verdict.EMERGENCY)


@pytest.mark.parametrize("trend", [W, N, P])
@pytest.mark.parametrize("baseline", [CALF, BACK, PAINLESS, UNKNOWN])
def test_new_pain_in_both_legs_is_red_flag(baseline: Baseline, trend: Trend) -> None:
    both = decided(claim(trend, Site.LEG, Side.BOTH), baseline=baseline)
    one_each = decided(claim(trend, Site.CALF, Side.LEFT), claim(trend, Site.FOOT, Side.RIGHT), baseline=baseline)
    assert outcome(both) == outcome(one_each) == ("RED-FLAG", Verdict.EMERGENCY)


def test_a_movement_into_both_legs_is_red_flag() -> None:
    into_both = Movement(end=Place(Site.LEG, Side.BOTH), direction=Direction.DOWN)
    assert outcome(moved(into_both, baseline=BACK)) == ("RED-FLAG", Verdict.EMERGENCY)


def test_what_looks_like_red_flag_and_is_none() -> None:
    ids = {
        decided(claim(S, Site.PELVIC)).rule,
        decided(claim(S, Site.SADDLE)).rule,
        decided(claim(P, Site.SADDLE)).rule,
        decided(claim(P, Site.BUTTOCK, Side.LEFT, Quality.NUMB)).rule,
        decided(claim(P, Site.SEAT)).rule,
        decided(claim(P, Site.ARM, quality=Quality.WEAK)).rule,
        decided(claim(P, Site.ARM, Side.BOTH)).rule,
        decided(claim(S, Site.LEG, Side.BOTH)).rule,
        decided(claim(P, Site.LEG, Side.BOTH, unsure=True)).rule,
        decided(claim(W, Site.LEG, Side.BOTH), baseline=Baseline((Place(Site.LEG, Side.BOTH),), 5)).rule,
    }
    assert "RED-FLAG" not in ids


def test_red_flag_comes_before_everything_else() -> None:
    everything = decided(
        claim(W, Site.LEG, much=True),
        claim(N, Site.FOOT),
        claim(P, Site.PELVIC),
        claim(B, Site.CALF),
        claim(W, Site.BACK),
        doubts=(Doubt.CONTRADICTION,),
    )
    assert everything.rule == "RED-FLAG"


# --- STOP-WORD ---


def test_stop_word_stops_and_asks_what_happened() -> None:
    decision = decide_stop()
    assert outcome(decision) == ("STOP-WORD", Verdict.STOP)
    assert decision.ask == "what_happened"
    assert decision.reason == "the person said stop"


# --- LEG-WORSE ---


@pytest.mark.parametrize("site", [Site.LEG, Site.FOOT, Site.BUTTOCK, Site.SEAT, Site.HIP, Site.THIGH, Site.ARM])
@pytest.mark.parametrize("baseline", [CALF, BACK, UNKNOWN])
def test_worse_in_the_limb_is_leg_worse(site: Site, baseline: Baseline) -> None:
    decision = decided(claim(W, site), baseline=baseline)
    assert outcome(decision) == ("LEG-WORSE", Verdict.STOP)
    assert decision.place == Place(site)


def test_numbness_where_there_was_only_pain_is_leg_worse() -> None:
    assert decided(claim(P, Site.CALF, quality=Quality.NUMB)).rule == "LEG-WORSE"
    assert decided(claim(P, Site.CALF, quality=Quality.TINGLING)).rule == "LEG-WORSE"
    assert decided(claim(P, Site.CALF, quality=Quality.BURNING)).verdict is Verdict.ASK


def test_a_score_that_rose_by_more_than_noise_is_leg_worse_where_the_leg_hurt() -> None:
    assert decided(score=5 + MEASUREMENT_NOISE).rule == "SAME-OR-BETTER"
    risen = decided(score=5 + MEASUREMENT_NOISE + 1)
    assert (risen.rule, risen.place) == ("LEG-WORSE", Place(Site.CALF, Side.LEFT))
    assert decided(claim(S), score=7).rule == "LEG-WORSE"
    assert decided(claim(B), score=7).rule == "LEG-WORSE"
    assert decided(claim(P, Site.CALF), score=7).rule == "LEG-WORSE"
    assert decided(claim(P, Site.LEG), score=7, baseline=BACK_AND_LEG).rule == "LEG-WORSE"


def test_leg_worse_comes_before_leg_new_and_much_worse() -> None:
    assert decided(claim(W, Site.LEG, much=True), claim(N, Site.FOOT)).rule == "LEG-WORSE"
    assert decided(score=5 + MUCH_WORSE_RISE).rule == "LEG-WORSE"


def test_worse_in_the_leg_outweighs_what_is_better_in_the_back() -> None:
    assert decided(claim(B, Site.BACK), claim(W, Site.LEG)).rule == "LEG-WORSE"


# --- LEG-NEW ---


@pytest.mark.parametrize("baseline", [CALF, BACK, PAINLESS, UNKNOWN])
def test_new_in_the_leg_is_leg_new(baseline: Baseline) -> None:
    assert outcome(decided(claim(N, Site.FOOT), baseline=baseline)) == ("LEG-NEW", Verdict.STOP)
    assert outcome(decided(claim(P, Site.FOOT), baseline=baseline)) == ("LEG-NEW", Verdict.STOP)
    assert outcome(decided(claim(P, Site.SADDLE), baseline=baseline)) == ("LEG-NEW", Verdict.STOP)


def test_the_other_side_is_leg_new() -> None:
    assert decided(claim(P, Site.CALF, Side.RIGHT)).rule == "LEG-NEW"
    assert decided(claim(P, Site.CALF, Side.OTHER)).rule == "LEG-NEW"
    assert decided(claim(P, Site.CALF, Side.LEFT)).rule == "UNCLEAR"
    assert decided(claim(P, Site.LEG)).rule == "UNCLEAR"  # the unspecific word may be the calf


def test_a_movement_to_the_other_leg_is_leg_new() -> None:
    assert moved(Movement(end=Place(Site.CALF, Side.RIGHT))).rule == "LEG-NEW"
    assert moved(Movement(Place(Site.LEG, Side.LEFT), Place(Site.LEG, Side.RIGHT))).rule == "LEG-NEW"
    assert moved(Movement(end=Place(Site.LEG, Side.OTHER))).rule == "LEG-NEW"
    assert moved(Movement(end=Place(Site.SADDLE))).rule == "LEG-NEW"
    assert moved(Movement(end=Place(Site.PELVIC))).rule == "LEG-NEW"
    assert moved(Movement(end=Place(Site.ARM)), baseline=BACK).rule == "LEG-NEW"


def test_whichever_leg_it_moves_in_must_have_hurt_before() -> None:
    right, other = Side.RIGHT, Side.OTHER
    right_calf = Baseline((Place(Site.CALF, right),), 5)
    assert moved(Movement(end=Place(Site.CALF, Side.LEFT)), baseline=right_calf).rule == "LEG-NEW"
    assert moved(Movement(Place(Site.CALF, right), Place(Site.THIGH, right))).rule == "LEG-NEW"
    assert moved(Movement(Place(Site.CALF), Place(Site.THIGH, right))).rule == "LEG-NEW"
    assert moved(Movement(start=Place(Site.LEG, right), direction=Direction.UP)).rule == "LEG-NEW"
    assert (
        moved(Movement(Place(Site.CALF, right), Place(Site.THIGH, right)), baseline=right_calf).rule == "CENTRALIZING"
    )
    assert moved(Movement(Place(Site.CALF), Place(Site.THIGH, Side.LEFT))).rule == "CENTRALIZING"
    no_side = Baseline((Place(Site.CALF),), 5)
    assert moved(Movement(end=Place(Site.THIGH, right)), baseline=no_side).rule == "CENTRALIZING"
    assert moved(Movement(end=Place(Site.THIGH, other)), baseline=no_side).rule == "LEG-NEW"
    both = Baseline((Place(Site.CALF, Side.BOTH),), 5)
    assert moved(Movement(end=Place(Site.THIGH, right)), baseline=both).rule == "CENTRALIZING"
    assert moved(Movement(Place(Site.CALF, Side.BOTH), Place(Site.THIGH, right)), baseline=both).rule == "CENTRALIZING"
    assert moved(Movement(Place(Site.LEG, right), Place(Site.LEG, Side.LEFT)), baseline=both).rule == "LEG-NEW"


def test_up_to_a_place_that_is_farther_out_than_ever_is_leg_new() -> None:
    up_to_knee = Movement(end=Place(Site.KNEE), direction=Direction.UP)
    assert moved(up_to_knee, baseline=BACK).rule == "LEG-NEW"
    assert moved(up_to_knee, baseline=PAINLESS).rule == "LEG-NEW"
    assert moved(up_to_knee, baseline=CALF).rule == "CENTRALIZING"
    assert moved(up_to_knee, baseline=UNKNOWN).rule == "CENTRALIZING"


def test_leg_new_comes_before_moved_down() -> None:
    assert moved(Movement(direction=Direction.DOWN), claim(N, Site.FOOT)).rule == "LEG-NEW"


# --- MOVED-DOWN ---


@pytest.mark.parametrize(
    "movement",
    [
        Movement(direction=Direction.DOWN),
        Movement(end=Place(Site.LEG), direction=Direction.DOWN),
        Movement(Place(Site.BACK), Place(Site.LEG)),
        Movement(Place(Site.BACK), Place(Site.BUTTOCK), Direction.UP),  # whatever it was called
        Movement(Place(Site.THIGH), Place(Site.CALF)),
        Movement(Place(Site.LEG), Place(Site.THIGH), Direction.DOWN),
        Movement(Place(Site.BACK), direction=Direction.DOWN),
        Movement(end=Place(Site.FOOT)),
        Movement(end=Place(Site.CALF)),
        Movement(end=Place(Site.LEG)),  # there already, and more goes there
        Movement(end=Place(Site.FOOT), moving=False),
        Movement(spreading=True),
        Movement(end=Place(Site.BUTTOCK), spreading=True),
    ],
)
def test_away_from_the_spine_is_moved_down(movement: Movement) -> None:
    assert outcome(moved(movement)) == ("MOVED-DOWN", Verdict.STOP)


@pytest.mark.parametrize("baseline", [UNKNOWN, PAINLESS])
def test_into_the_leg_is_moved_down_also_where_nothing_hurt_before(baseline: Baseline) -> None:
    assert moved(Movement(end=Place(Site.THIGH)), baseline=baseline).rule == "MOVED-DOWN"
    assert moved(Movement(end=Place(Site.HAND)), baseline=UNKNOWN).rule == "MOVED-DOWN"


def test_moved_down_comes_before_much_worse() -> None:
    assert moved(Movement(direction=Direction.DOWN), claim(W, much=True)).rule == "MOVED-DOWN"


# --- MUCH-WORSE ---


def test_much_worse_stops() -> None:
    assert outcome(decided(claim(W, much=True))) == ("MUCH-WORSE", Verdict.STOP)
    assert outcome(decided(claim(W, Site.BACK, much=True))) == ("MUCH-WORSE", Verdict.STOP)
    assert outcome(decided(claim(N, much=True))) == ("MUCH-WORSE", Verdict.STOP)
    assert outcome(decided(score=4 + MUCH_WORSE_RISE, baseline=BACK)) == ("MUCH-WORSE", Verdict.STOP)
    assert decided(score=3 + MUCH_WORSE_RISE, baseline=BACK).rule == "BACK-WORSE"
    assert decided(claim(B, much=True)).rule == "SAME-OR-BETTER"


def test_much_worse_comes_before_a_good_sign() -> None:
    assert decided(claim(W, Site.BACK, much=True), claim(B, Site.CALF)).rule == "MUCH-WORSE"


# --- NEXT-DAY ---


def test_next_day_ends_before_any_exercise() -> None:
    decision = decide_next_day()
    assert outcome(decision) == ("NEXT-DAY", Verdict.STOP)
    assert "still worse today" in decision.reason


# --- BACK-WORSE ---


@pytest.mark.parametrize("site", [Site.BACK, Site.LOW_BACK, Site.SPINE, Site.BACK_SIDE, Site.UPPER_BACK])
@pytest.mark.parametrize("trend", [W, N])
def test_more_in_the_back_alone_is_back_worse(site: Site, trend: Trend) -> None:
    assert outcome(decided(claim(trend, site))) == ("BACK-WORSE", Verdict.EASE)
    assert outcome(decided(claim(trend, site), claim(S, Site.LEG))) == ("BACK-WORSE", Verdict.EASE)


def test_pain_in_the_back_that_was_not_there_is_back_worse() -> None:
    assert decided(claim(P, Site.BACK)).rule == "BACK-WORSE"
    assert decided(claim(P, Site.BACK), baseline=BACK).verdict is Verdict.ASK


def test_a_risen_score_without_the_leg_is_back_worse() -> None:
    assert decided(score=6, baseline=BACK).rule == "BACK-WORSE"
    assert decided(score=4 + MEASUREMENT_NOISE, baseline=BACK).rule == "SAME-OR-BETTER"
    assert decided(claim(P, Site.LOW_BACK), score=7, baseline=BACK_AND_LEG).rule == "BACK-WORSE"
    assert decided(claim(S, Site.LOW_BACK), score=7, baseline=BACK_AND_LEG).rule == "BACK-WORSE"
    assert decided(score=7, baseline=BACK_AND_LEG).ask == "where_worse"


def test_spreading_toward_the_back_is_back_worse() -> None:
    up = Movement(end=Place(Site.BACK), direction=Direction.UP, spreading=True)
    assert moved(up).rule == "BACK-WORSE"
    from_the_back = Movement(start=Place(Site.LOW_BACK), direction=Direction.UP, spreading=True)
    assert moved(from_the_back).rule == "BACK-WORSE"
    in_the_leg = Movement(end=Place(Site.KNEE), direction=Direction.UP, spreading=True)
    assert moved(in_the_leg).rule == "LEG-WORSE"


def test_back_worse_gives_way_to_a_good_sign_in_the_leg() -> None:
    for good in (claim(B, Site.CALF), claim(G, Site.CALF)):
        assert decided(claim(W, Site.BACK), good).rule == "CENTRALIZING"
    assert moved(Movement(end=Place(Site.BACK)), claim(W, Site.BACK)).rule == "CENTRALIZING"


# --- NECK ---


def test_the_neck_is_helped() -> None:
    for trend in (W, N, P):
        assert outcome(decided(claim(trend, Site.NECK))) == ("NECK", Verdict.EASE)
    for trend in (B, S, G):
        assert decided(claim(trend, Site.NECK)).rule == "SAME-OR-BETTER"
    assert moved(Movement(end=Place(Site.NECK))).rule == "NECK"
    assert decided(claim(P, Site.NECK), claim(W, Site.LEG)).rule == "LEG-WORSE"
    assert decided(claim(P, Site.NECK), claim(B, Site.CALF)).rule == "NECK"


# --- CENTRALIZING ---


@pytest.mark.parametrize(
    "movement",
    [
        Movement(direction=Direction.UP),
        Movement(start=Place(Site.LEG), direction=Direction.UP),
        Movement(end=Place(Site.SPINE)),
        Movement(Place(Site.CALF), Place(Site.THIGH)),
        Movement(Place(Site.LEG), Place(Site.BACK)),
        Movement(end=Place(Site.BUTTOCK)),
    ],
)
def test_toward_the_spine_is_centralizing(movement: Movement) -> None:
    assert outcome(moved(movement)) == ("CENTRALIZING", Verdict.GO)


def test_within_the_back_nothing_moved_away() -> None:
    for end in (Place(Site.BACK), Place(Site.LOW_BACK)):
        assert moved(Movement(end=end), baseline=BACK).rule == "CENTRALIZING"
        assert moved(Movement(end=end, direction=Direction.UP), baseline=BACK).rule == "CENTRALIZING"
    spine = Baseline((Place(Site.SPINE),), 4)
    assert moved(Movement(end=Place(Site.LOW_BACK), direction=Direction.UP), baseline=spine).rule == "CENTRALIZING"


def test_gone_from_the_leg_is_centralizing() -> None:
    assert outcome(decided(claim(G, Site.CALF))) == ("CENTRALIZING", Verdict.GO)
    assert outcome(decided(claim(G, Site.LEG), baseline=UNKNOWN)) == ("CENTRALIZING", Verdict.GO)
    assert decided(claim(G, Site.LEG), baseline=BACK).rule == "SAME-OR-BETTER"  # it never was there
    assert decided(claim(G, Site.CALF), claim(P, Site.BACK), baseline=BACK_AND_LEG).rule == "CENTRALIZING"


def test_better_in_the_leg_and_more_in_the_back_is_centralizing() -> None:
    assert outcome(decided(claim(B, Site.CALF), claim(W, Site.SPINE))) == ("CENTRALIZING", Verdict.GO)
    assert outcome(decided(claim(B, Site.LEG), claim(P, Site.BACK), baseline=BACK_AND_LEG)) == (
        "CENTRALIZING",
        Verdict.GO,
    )


def test_a_risen_score_beside_a_good_sign_is_centralizing_only_where_the_back_explains_it() -> None:
    assert decided(claim(B, Site.CALF), claim(W, Site.BACK), score=7).rule == "CENTRALIZING"
    assert decided(claim(G, Site.CALF), score=7).rule == "CENTRALIZING"
    assert decided(claim(B, Site.CALF), score=7).ask == "leg_worse"


# --- SAME-OR-BETTER ---


@pytest.mark.parametrize("trend", [S, B, G])
def test_same_or_better_goes_on(trend: Trend) -> None:
    assert outcome(decided(claim(trend))) == ("SAME-OR-BETTER", Verdict.GO)
    assert outcome(decided(claim(trend, Site.BACK), baseline=BACK)) == ("SAME-OR-BETTER", Verdict.GO)


def test_same_or_better_in_the_leg_goes_on() -> None:
    assert decided(claim(S, Site.CALF)).rule == "SAME-OR-BETTER"
    assert decided(claim(B, Site.CALF)).rule == "SAME-OR-BETTER"
    assert decided(claim(S, Site.LEG), baseline=BACK).rule == "SAME-OR-BETTER"
    assert decided(score=3).rule == "SAME-OR-BETTER"
    assert decided(score=5).rule == "SAME-OR-BETTER"


def test_a_score_alone_says_whether_it_is_less() -> None:
    less, same = (judge(PainReport(score=score), CALF).findings for score in (3, 4))
    assert less == {Finding.BETTER}
    assert same == {Finding.SAME}


# --- UNCLEAR ---


@pytest.mark.parametrize(
    ("claims", "baseline", "question"),
    [
        ([claim(W)], CALF, "where_worse"),
        ([claim(P)], CALF, "where_worse"),
        ([claim(N)], CALF, "where_worse"),
        ([claim(P, unsure=True)], CALF, "compared"),
        ([claim(P, Site.CALF)], CALF, "compared"),
        ([claim(P, Site.FOOT, unsure=True)], CALF, "compared"),
        ([claim(P, Site.BACK, unsure=True)], CALF, "compared"),
        ([claim(P, Site.PELVIC, unsure=True)], CALF, "compared"),
        ([claim(P, Site.SADDLE, unsure=True)], CALF, "compared"),
        ([claim(P, Site.SADDLE)], Baseline((Place(Site.SADDLE),), 3), "compared"),
        ([claim(P, Site.BACK)], BACK, "compared"),
        ([claim(B, Site.BACK)], CALF, "leg_too"),
        ([claim(S, Site.BACK)], BACK_AND_LEG, "leg_too"),
        ([claim(B, Site.LEG)], BACK, "leg_worse"),
        ([claim(B, Site.CALF, Side.RIGHT)], CALF, "leg_worse"),
        ([], CALF, "compared"),
    ],
)
def test_unclear_asks_the_question_that_settles_it(claims: list[Claim], baseline: Baseline, question: str) -> None:
    decision = decided(*claims, baseline=baseline)
    assert outcome(decision) == ("UNCLEAR", Verdict.ASK)
    assert decision.ask == question
    assert question in QUESTIONS


def test_better_where_it_was_never_named_is_settled_by_saying_that_the_leg_is_no_worse() -> None:
    assert decided(claim(B, Site.BUTTOCK), claim(S, Site.LEG)).rule == "SAME-OR-BETTER"
    assert decided(claim(B, Site.LEG), baseline=UNKNOWN).rule == "SAME-OR-BETTER"


@pytest.mark.parametrize(
    ("doubt", "question"),
    [
        (Doubt.UP_OR_DOWN, "up_or_down"),
        (Doubt.NUMBER_OR_PLACE, "more_or_moving"),
        (Doubt.CONTRADICTION, "leg_worse"),
    ],
)
def test_a_doubt_is_unclear_and_is_asked(doubt: Doubt, question: str) -> None:
    decision = decided(claim(S), doubts=(doubt,))
    assert (*outcome(decision), decision.ask) == ("UNCLEAR", Verdict.ASK, question)


@pytest.mark.parametrize(
    "movement",
    [
        Movement(),
        Movement(start=Place(Site.BACK)),
        Movement(end=Place(Site.LOW_BACK), direction=Direction.DOWN),
        Movement(end=Place(Site.THIGH), moving=False),
        Movement(Place(Site.LEG), Place(Site.CALF)),  # the unspecific word may be the calf
        Movement(Place(Site.NECK), Place(Site.LOW_BACK)),
        Movement(moving=False),
    ],
)
def test_a_movement_of_which_the_way_is_open_is_unclear(movement: Movement) -> None:
    decision = moved(movement)
    assert (*outcome(decision), decision.ask) == ("UNCLEAR", Verdict.ASK, "up_or_down")


def test_in_the_back_now_says_nothing_about_the_leg() -> None:
    now_in_back = Movement(end=Place(Site.BACK), moving=False)
    assert moved(now_in_back).ask == "leg_too"
    assert moved(now_in_back, claim(G, Site.CALF)).rule == "CENTRALIZING"
    assert moved(now_in_back, baseline=BACK).ask == "compared"


def test_into_a_nearer_place_after_leaving_a_farther_one_is_centralizing() -> None:
    in_thigh = Movement(end=Place(Site.THIGH), moving=False)
    assert moved(in_thigh, claim(G, Site.CALF)).rule == "CENTRALIZING"
    assert moved(in_thigh, claim(G, Site.CALF), baseline=BACK).rule == "MOVED-DOWN"
    assert moved(Movement(end=Place(Site.THIGH)), claim(G)).rule == "CENTRALIZING"  # gone, nobody said from where


def test_pain_that_the_exercises_are_not_for_is_unclear_and_stops() -> None:
    for trend in (W, N, P):
        assert outcome(decided(claim(trend, Site.ELSEWHERE))) == ("UNCLEAR", Verdict.STOP)
    assert decided(claim(G, Site.ELSEWHERE)).rule == "SAME-OR-BETTER"
    assert outcome(moved(Movement(end=Place(Site.ELSEWHERE)))) == ("UNCLEAR", Verdict.STOP)


def test_silence_is_unclear_and_rests() -> None:
    assert outcome(decide_unclear()) == ("UNCLEAR", Verdict.REST)


# --- what a decision carries ---


def test_decisions_carry_reason_words_and_question() -> None:
    assert decided(claim(W, Site.FOOT)) == Decision(
        "LEG-WORSE", Verdict.STOP, "pain got worse in the leg or buttock", "decide_leg_worse", Place(Site.FOOT), ""
    )
    assert decided() == Decision("UNCLEAR", Verdict.ASK, "nothing was said that could be judged", "", None, "compared")
    assert decide_stop() == Decision(
        "STOP-WORD", Verdict.STOP, "the person said stop", "decide_stop", None, "what_happened"
    )
    assert decide_next_day() == Decision(
        "NEXT-DAY", Verdict.STOP, "much worse after the last session and still worse today", "decide_next_day", None, ""
    )
    assert decide_unclear() == Decision("UNCLEAR", Verdict.REST, "no clear answer", "decide_rest", None, "")


@pytest.mark.parametrize(
    ("decision", "reason"),
    [
        (decided(claim(P, Site.PELVIC)), "a warning sign that nerves at the base of the spine may be pressed"),
        (decided(claim(W, Site.LEG)), "pain got worse in the leg or buttock"),
        (decided(claim(N, Site.LEG)), "pain in the leg or buttock that was not there before"),
        (moved(Movement(direction=Direction.DOWN)), "pain moved toward the leg or further down it"),
        (decided(claim(W, much=True)), "pain is much worse right after exercising"),
        (decided(claim(P, Site.ELSEWHERE)), "pain in a place that these exercises are not for"),
        (decided(claim(W)), "more than one reading remains"),
        (decided(claim(W, Site.BACK)), "more pain in the back alone is normal at first"),
        (decided(claim(P, Site.NECK)), "the lying position bothers the neck"),
        (decided(claim(G, Site.CALF)), "pain left the leg or buttock toward the middle of the spine"),
        (
            decided(claim(B, Site.CALF), claim(W, Site.BACK)),
            "less in the leg or buttock, even if the middle hurts more",
        ),
        (decided(claim(S, Site.BACK)), "not all that matters was said"),
        (decided(claim(S)), "no change, or less"),
    ],
    ids=lambda value: value.rule if isinstance(value, Decision) else "",
)
def test_the_reason_is_the_one_that_a_clinician_signed(decision: Decision, reason: str) -> None:
    assert decision.reason == reason


def test_the_verdicts_have_the_names_that_other_programs_read() -> None:
    assert [verdict.value for verdict in Verdict] == ["go", "ease", "ask", "rest", "stop", "emergency"]


def test_the_place_that_a_decision_is_about() -> None:
    left_leg = Place(Site.LEG, Side.LEFT)
    assert moved(Movement(Place(Site.BACK), Place(Site.FOOT))).place == Place(Site.FOOT)
    assert moved(Movement(start=Place(Site.CALF), direction=Direction.UP)).place == Place(Site.CALF)
    assert decided(claim(P, Site.FOOT, Side.BOTH)).place == Place(Site.FOOT, Side.BOTH)
    assert decided(claim(P, Site.LEG), score=7, baseline=BACK_AND_LEG).place == left_leg
    assert decided(claim(B, Site.BACK), baseline=BACK_AND_LEG).place == left_leg
    assert decided(claim(P, Site.LOW_BACK), score=7, baseline=BACK_AND_LEG).place is None
    assert decided(score=3).place is None
    assert decided(score=9, baseline=BACK).place is None


# --- corners of the movements ---


def test_sides_count_in_the_limb_only() -> None:
    assert moved(Movement(end=Place(Site.BACK, Side.RIGHT))).rule == "CENTRALIZING"
    assert moved(Movement(Place(Site.BACK), Place(Site.LEG, Side.RIGHT))).rule == "LEG-NEW"
    assert moved(Movement(Place(Site.CALF, Side.LEFT), Place(Site.THIGH, Side.LEFT))).rule == "CENTRALIZING"
    assert moved(Movement(Place(Site.BACK, Side.RIGHT), Place(Site.LEG, Side.LEFT))).rule == "MOVED-DOWN"
    left_of_the_back = Baseline((Place(Site.BACK_SIDE, Side.LEFT),), 4)
    assert moved(Movement(end=Place(Site.LEG, Side.RIGHT)), baseline=left_of_the_back).rule == "MOVED-DOWN"


def test_where_words_and_places_contradict_the_worse_reading_counts_in_the_limb() -> None:
    assert moved(Movement(Place(Site.CALF), Place(Site.THIGH), Direction.DOWN)).rule == "MOVED-DOWN"
    assert moved(Movement(Place(Site.CALF), Place(Site.BACK), Direction.DOWN)).rule == "CENTRALIZING"


def test_where_it_was_already_nothing_moved() -> None:
    in_calf = Movement(end=Place(Site.CALF), moving=False)
    assert (moved(in_calf).rule, moved(in_calf).ask) == ("UNCLEAR", "compared")
    assert moved(in_calf, baseline=BACK).rule == "MOVED-DOWN"
    up_to_calf = Movement(end=Place(Site.CALF), direction=Direction.UP)
    assert moved(up_to_calf).ask == "up_or_down"


def test_what_left_must_have_been_farther_out() -> None:
    leg = Baseline((Place(Site.LEG),), 5)
    in_buttock = Movement(end=Place(Site.BUTTOCK), moving=False)
    assert moved(in_buttock, claim(G, Site.LEG), baseline=leg).rule == "CENTRALIZING"
    assert moved(Movement(end=Place(Site.KNEE)), claim(G, Site.LEG), baseline=leg).rule == "MOVED-DOWN"
    groin_and_calf = Baseline((Place(Site.SADDLE), Place(Site.CALF)), 5)
    assert moved(in_buttock, claim(G, Site.SADDLE), baseline=groin_and_calf).ask == "up_or_down"


def test_what_is_said_of_other_places_does_not_settle_the_leg() -> None:
    assert decided(claim(B, Site.BUTTOCK), claim(S, Site.BACK)).ask == "leg_worse"
    assert decided(claim(S, Site.BACK), claim(B, Site.LOW_BACK)).ask == "leg_too"


def test_one_buttock_is_not_the_seat() -> None:
    assert decided(claim(P, Site.BUTTOCK, None, Quality.NUMB)).rule == "LEG-NEW"
    assert decided(claim(P, Site.SEAT, Side.LEFT, Quality.NUMB)).rule == "LEG-NEW"


def test_worse_in_the_groin_is_as_in_the_leg() -> None:
    assert decided(claim(W, Site.SADDLE)).rule == "LEG-WORSE"
    assert decided(claim(N, Site.SADDLE)).rule == "LEG-NEW"


# --- the neck programme: arm and shoulder are its limb ---


def test_in_a_neck_programme_the_arm_is_the_limb() -> None:
    neck = Baseline((Place(Site.NECK), Place(Site.ARM, Side.LEFT)), 4)
    assert moved(Movement(end=Place(Site.HAND)), baseline=neck).rule == "MOVED-DOWN"
    assert moved(Movement(Place(Site.HAND), Place(Site.SHOULDER)), baseline=neck).rule == "CENTRALIZING"
    assert moved(Movement(end=Place(Site.NECK)), baseline=neck).rule == "CENTRALIZING"
    assert decided(claim(W, Site.ARM), baseline=neck).rule == "LEG-WORSE"


@pytest.mark.parametrize("site", [Site.NECK, Site.UPPER_BACK, Site.SHOULDER])
def test_in_a_neck_programme_the_leg_is_another_limb(site: Site) -> None:
    neck, mixed = Baseline((Place(site),), 4), Baseline((Place(site), Place(Site.CALF)), 4)
    assert moved(Movement(end=Place(Site.ARM)), baseline=neck).rule == "MOVED-DOWN"
    assert moved(Movement(end=Place(Site.THIGH)), baseline=neck).rule == "LEG-NEW"
    assert moved(Movement(end=Place(Site.BUTTOCK)), baseline=neck).rule == "LEG-NEW"
    assert moved(Movement(end=Place(Site.NECK)), baseline=neck).rule == "CENTRALIZING"
    assert moved(Movement(end=Place(Site.HAND)), baseline=mixed).rule == "MOVED-DOWN"
    assert moved(Movement(end=Place(Site.THIGH)), baseline=mixed).rule == "CENTRALIZING"
    arm_and_buttock = Baseline((Place(site), Place(Site.ARM), Place(Site.BUTTOCK)), 4)
    assert moved(Movement(end=Place(Site.THIGH)), baseline=arm_and_buttock).rule == "MOVED-DOWN"
    up_to_thigh = Movement(end=Place(Site.THIGH), direction=Direction.UP)
    assert moved(up_to_thigh, baseline=arm_and_buttock).rule == "LEG-NEW"
    up_to_buttock = Movement(end=Place(Site.BUTTOCK), direction=Direction.UP)
    assert moved(up_to_buttock, baseline=arm_and_buttock).ask == "up_or_down"
    with_back = Baseline((Place(site), Place(Site.LOW_BACK)), 4)
    assert moved(Movement(end=Place(Site.ARM)), baseline=with_back).rule == "MOVED-DOWN"


# --- the table itself ---


def test_every_finding_is_decided_by_some_row() -> None:
    assert frozenset().union(*(rule.any_of for rule in RULES)) == frozenset(Finding)


def test_every_row_can_be_said_and_its_question_asked() -> None:
    for rule in RULES:
        assert rule.id in RULE_IDS
        assert (rule.say == "") if rule.verdict is Verdict.ASK else (rule.say in sayings())
    for decision in (decide_next_day(), decide_unclear()):
        assert decision.say in sayings()


def test_the_rows_are_in_the_order_of_the_clinical_rules() -> None:
    graver_first = [RULE_IDS.index(rule.id) for rule in RULES if rule.id != "UNCLEAR"]
    assert graver_first == sorted(graver_first)


def test_the_gravest_finding_names_the_place() -> None:
    judged = judge(PainReport((claim(B, Site.BACK), claim(W, Site.FOOT))), CALF)
    assert judged.place == Place(Site.FOOT)
