"""The plan: doses within the programme's bounds, steps up and back, and when it is the next day. Pure."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicecoach.core.days import NIGHT, Day, day_since
from voicecoach.core.doses import Dose, bounds, less, more, planned, usual_plan
from voicecoach.core.plan import Plan, Settings, change_of, plan_in, settings_in
from voicecoach.core.programme import ExerciseSet
from voicecoach.core.progression import GOOD_DAYS, Judgement, PastSession, Step, step_due
from voicecoach.core.scenes.locks import may_release
from voicecoach.programmes import available, load

DISC = load("herniated-disc")
PLAN = usual_plan(DISC, "Dr Sand", "2026-03-01")
ALL = frozenset(exercise.id for exercise in DISC.exercises)
SETS = [exercise.set for name in available() for exercise in load(name).exercises]
PRESS_UP = next(exercise.set for exercise in DISC.exercises if exercise.id == "press-up")
GOOD = Judgement("SAME-OR-BETTER", "go", "press-up")


def within(doses: ExerciseSet, dose: Dose) -> bool:
    (fewest, most), (shortest_s, longest_s) = bounds(doses)
    return fewest <= dose[0] <= most and shortest_s <= dose[1] <= longest_s


# --- doses ---


@given(st.sampled_from(SETS), st.data())
def test_no_step_leaves_the_bounds_and_every_way_ends(doses: ExerciseSet, data: st.DataObject) -> None:
    (fewest, most), (shortest_s, longest_s) = bounds(doses)
    start = data.draw(st.integers(fewest, most)), data.draw(st.integers(shortest_s, longest_s))
    for step in (more, less):
        dose: Dose | None = start
        for _ in range(200):
            if dose is None:
                break
            assert within(doses, dose)
            dose = step(doses, dose)
        assert dose is None, "it goes on for ever"


def test_a_press_up_grows_as_the_handout_gives_its_numbers() -> None:
    dose, way = (2, 15), [(2, 15)]
    while (larger := more(PRESS_UP, dose)) is not None:
        dose = larger
        way.append(dose)
    assert way[:7] == [(2, 15), (2, 20), (2, 25), (2, 30), (3, 30), (4, 30), (4, 40)]
    assert way[-1] == (4, 120), "up to two minutes, never beyond"


def test_a_plan_chooses_and_doses_exercises_in_the_programmes_order() -> None:
    chosen = Plan("herniated-disc", "Dr Sand", "2026-03-01", (PLAN.exercises[3], PLAN.exercises[1]))
    done = planned(DISC, chosen.with_dose("press-up", (3, 30), 7))
    assert [exercise.id for exercise in done] == ["press-up", "backward-bend"]
    assert (done[0].set.repetitions, done[0].set.hold_s) == (3, 30)


def test_a_dose_beyond_a_programme_that_was_changed_since_keeps_its_bounds() -> None:
    done = planned(DISC, PLAN.with_dose("press-up", (99, 999), 7))
    assert (done[1].set.repetitions, done[1].set.hold_s) == (4, 120)


def test_the_last_change_holds() -> None:
    other = usual_plan(load("neck-shoulder-break"), "", "2026-03-02")
    changes = [change_of(PLAN), change_of(Settings(rate_wpm=120)), change_of(other), change_of(Settings(gain_db=4.0))]
    assert plan_in(changes, "herniated-disc") == PLAN
    assert plan_in(changes, "unheard-of") is None
    assert settings_in(changes) == Settings(gain_db=4.0)
    assert settings_in([]) == Settings()


def test_a_change_of_another_version_is_refused() -> None:
    with pytest.raises(ValueError, match="Plan"):
        plan_in([{"plan": {"programme": "herniated-disc", "colour": "blue"}}], "herniated-disc")


# --- progression ---


def past(number: int, *judgements: Judgement, completed: bool = True) -> PastSession:
    return PastSession(number, f"2026-03-{number:02}", completed, judgements or (GOOD,), ALL)


def test_more_only_after_enough_good_days_in_a_row() -> None:
    days = [past(number) for number in range(1, GOOD_DAYS + 1)]
    assert step_due(DISC, PLAN, tuple(days[:-1])) is None
    assert step_due(DISC, PLAN, tuple(days)) == Step(True, "press-up", (2, 20), GOOD_DAYS)


@pytest.mark.parametrize(
    "spoilt",
    [
        past(2, completed=False),
        past(2, Judgement("BACK-WORSE", "ease", "press-up")),
        past(2, Judgement("STOP-WORD", "stop", "press-up")),
        past(2, Judgement("UNCLEAR", "rest", "press-up")),
    ],
)
def test_one_day_that_was_not_good_spoils_the_row(spoilt: PastSession) -> None:
    assert step_due(DISC, PLAN, (past(1), spoilt, past(3))) is None


def test_several_sessions_on_one_day_are_one_day() -> None:
    same_day = tuple(PastSession(number, "2026-03-01", True, (GOOD,), ALL) for number in range(1, 6))
    assert step_due(DISC, PLAN, same_day) is None


@pytest.mark.parametrize("rule", ["LEG-WORSE", "LEG-NEW", "MOVED-DOWN", "MUCH-WORSE", "RED-FLAG"])
def test_a_worse_session_takes_a_step_back_in_its_exercise(rule: str) -> None:
    plan = PLAN.with_dose("press-up", (3, 30), 0)
    days = (past(1), past(2), past(3), past(4, Judgement(rule, "stop", "press-up"), completed=False))
    assert step_due(DISC, plan, days) == Step(False, "press-up", (2, 30), 4)
    assert step_due(DISC, PLAN, days) == Step(False, "press-up", None, 4), "the least already: smaller movements"


def test_what_was_looked_at_counts_no_more() -> None:
    days = tuple(past(number) for number in range(1, 4))
    assert step_due(DISC, PLAN.with_dose("press-up", (2, 20), 3), days) is None


@given(
    st.lists(
        st.tuples(st.sampled_from(["SAME-OR-BETTER", "BACK-WORSE", "LEG-WORSE", "NECK"]), st.booleans()), max_size=8
    ),
    st.integers(0, 8),
)
def test_a_proposal_never_follows_on_a_session_that_got_worse(told: list[tuple[str, bool]], looked_at: int) -> None:
    verdicts = {"SAME-OR-BETTER": "go", "BACK-WORSE": "ease", "LEG-WORSE": "stop", "NECK": "ease"}
    sessions = tuple(
        past(number, Judgement(rule, verdicts[rule], "press-up"), completed=completed)
        for number, (rule, completed) in enumerate(told, start=1)
    )
    plan = PLAN.with_dose("press-up", (2, 15), looked_at)
    step = step_due(DISC, plan, sessions)
    new = [session for session in sessions if session.id > looked_at]
    if step is not None and step.up:
        assert not any(session.worse_at for session in new)
        assert step.dose is not None
        assert within(next(one.set for one in DISC.exercises if one.id == step.exercise), step.dose)
    if any(session.worse_at for session in new):
        assert step is not None
        assert not step.up


# --- days and releases ---

ZONES = [timezone(timedelta(hours=hours)) for hours in (-11, -5, 0, 1, 9, 14)]
MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31))


@given(MOMENTS, st.sampled_from(ZONES), MOMENTS, st.sampled_from(ZONES))
def test_the_next_day_is_a_later_date_everywhere_and_a_night_away(
    then: datetime, zone_then: timezone, now: datetime, zone_now: timezone
) -> None:
    before, after = then.replace(tzinfo=zone_then), now.replace(tzinfo=zone_now)
    day = day_since(before, after)
    if after < before:
        assert day is Day.BEFORE
    if day is Day.NEXT:
        assert after - before >= NIGHT
        assert after.astimezone(zone_then).date() > before.date()
        assert after.date() > before.astimezone(zone_now).date()


def test_travel_and_midnight_make_no_next_day() -> None:
    evening = datetime(2026, 3, 2, 23, 50, tzinfo=UTC)
    assert day_since(evening, evening + timedelta(minutes=20)) is Day.SAME
    assert day_since(evening, evening.astimezone(ZONES[-1]) + timedelta(hours=1)) is Day.SAME
    assert day_since(evening, evening + timedelta(hours=9)) is Day.NEXT


@pytest.mark.parametrize(
    ("seen_on", "locked_on", "today", "may"),
    [
        ("2026-03-05", "2026-03-04", "2026-03-06", True),
        ("2026-03-04", "2026-03-04", "2026-03-04", True),
        ("2026-03-03", "2026-03-04", "2026-03-06", False),  # before it was locked
        ("2026-03-07", "2026-03-04", "2026-03-06", False),  # still to come
        ("2026-03-05", "2027-01-01", "2026-03-06", True),  # locked with a clock that was wrong
    ],
)
def test_a_release_is_of_a_day_since_the_lock(seen_on: str, locked_on: str, today: str, may: bool) -> None:
    assert may_release(seen_on, locked_on, today) is may
