"""A week of sessions, rehearsed on dates into one journal: every line of its history is what the handout wants."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.test_cli import Call, call, own_folders

__all__ = ["call", "own_folders"]
STILL_LOCKED = '[answers]\nreleased = ["no"]\n'
NOON = "2026-03-03 12:00"
NOT_YET = '[answers]\nprogress = ["no"]\n'


class Week:
    """Sessions on days of March 2026, at six in the evening unless told otherwise."""

    def __init__(self, call: Call, folder: Path) -> None:
        self._call = call
        self._folder = folder
        self._journal = folder / "data" / "journal.sqlite3"
        self._journal.parent.mkdir(mode=0o700)

    def session(self, day: int, *, at: str = "18:00", patient: Path | str = "", cut_off: str = "") -> list[str]:
        """What was said in it."""
        words = ["--on", f"2026-03-{day:02} {at}", "--journal", str(self._journal)]
        if isinstance(patient, str) and patient:
            file = self._folder / f"patient_{day}.toml"
            file.write_text(patient, encoding="utf-8")
            words += ["--patient", str(file)]
        elif patient:
            words += ["--patient", str(patient)]
        words += ["--cut-off", cut_off] if cut_off else []
        answer = self._call("rehearse", "herniated_disc", *words)
        assert answer.status == 0, answer.error
        return answer.output.splitlines()

    def plan(self, *words: str) -> str:
        answer = self._call("plan", *words, "--journal", str(self._journal))
        assert answer.status == 0, answer.error
        return answer.output

    def history(self) -> list[str]:
        answer = self._call("history")
        assert answer.status == 0, answer.error
        return answer.output.splitlines()


@pytest.fixture
def week(call: Call, tmp_path: Path) -> Week:
    return Week(call, tmp_path)


def says(lines: list[str], text: str) -> bool:
    return any(text in line for line in lines)


def scenario(name: str) -> Path:
    return Path(__file__).parent / "scenarios" / f"{name}.toml"


def test_the_first_start_takes_the_plan_and_asks_for_warning_signs_one_by_one(week: Week) -> None:
    first = week.session(2)
    for text in ("Did a doctor or physiotherapist", "Your physiotherapist chose", "four questions", "END    completed"):
        assert says(first, text), text
    second = week.session(3)
    assert not says(second, "Did a doctor")
    assert not says(second, "four questions")
    assert says(second, "Anything new: bladder or bowel trouble")


def test_more_is_proposed_after_three_good_days_and_done_only_on_a_yes(week: Week) -> None:
    week.plan("set", "--clinician", "Dr Sand", "--at", "2026-03-01 09:00", "--since", "2026-03-01")
    for day in (2, 3, 4):
        assert not says(week.session(day), "shall we hold")
    declined = week.session(5, patient=NOT_YET)
    assert says(declined, "shall we hold for twenty seconds, instead of fifteen seconds?")
    assert "press-up       2 x 15 s" in week.plan()
    for day in (6, 7):
        assert not says(week.session(day), "shall we hold"), "a no is not asked again on the next day"
    other = week.session(8)
    assert says(other, "Backward bend: shall we hold for three seconds"), "the one that waited longest is next"
    assert "backward-bend  2 x 3 s" in week.plan()


def test_what_was_agreed_to_is_done_from_then_on(week: Week) -> None:
    week.plan("set", "--clinician", "Dr Sand", "--at", "2026-03-01 09:00", "--since", "2026-03-01")
    for day in (2, 3, 4):
        week.session(day)
    assert says(week.session(5), "Each time we hold for twenty seconds.")
    assert "press-up       2 x 20 s" in week.plan()
    assert says(week.session(6), "Each time we hold for twenty seconds.")


def test_a_worse_session_takes_a_step_back(week: Week) -> None:
    week.plan("set", "--clinician", "Dr Sand", "--at", "2026-03-01 09:00", "--since", "2026-03-01")
    week.plan("dose", "press-up", "--hold", "40", "--at", "2026-03-01 09:10")
    week.session(2, patient=scenario("leg_worse_in_hold"))
    assert says(week.session(3), "Each time we hold for thirty seconds.")
    assert "press-up       2 x 30 s" in week.plan()


def test_a_flare_up_is_followed_through_the_next_days(week: Week) -> None:
    week.session(2, patient=scenario("much_worse"))
    assert says(week.session(2, at="21:00"), "that was today"), "not on the same day"
    earlier = week.session(1)
    assert says(earlier, "END    locked"), "a clock that was set back opens nothing"
    worse = week.session(3, patient=scenario("next_day_worse"))
    assert says(worse, "END    stopped (NEXT-DAY)")
    for day in (4, 20):
        locked = week.session(day, patient=STILL_LOCKED)
        assert says(locked, "A clinician has to release them first")
        assert says(locked, "END    locked"), "no time that passes unlocks"
    week.plan("release", "--clinician", "Dr Sand", "--on", "2026-03-21")
    assert says(week.session(21, at="19:00"), "END    completed")


def test_a_release_of_a_day_before_the_lock_is_refused(week: Week, call: Call, tmp_path: Path) -> None:
    week.session(2, patient=scenario("red_flag_at_check"))
    journal = str(tmp_path / "data" / "journal.sqlite3")
    refused = call(
        "plan", "release", "--clinician", "Dr Sand", "--on", "2026-03-01", "--at", NOON, "--journal", journal
    )
    assert refused.status == 1
    assert "before they were locked" in refused.error
    assert says(week.session(3, patient=STILL_LOCKED), "END    locked")


def test_a_session_that_was_cut_off_goes_on_at_the_pain_check(week: Week) -> None:
    week.session(2)
    week.session(3, cut_off="hold 2 of press-up")
    resumed = week.session(3, at="18:25")
    asked = next(i for i, line in enumerate(resumed) if "We were cut off in exercise two" in line)
    assert "How is your pain now" in resumed[asked + 1]
    assert not says(resumed, "Exercise two")
    assert says(resumed, "Exercise three")
    week.session(4, cut_off="hold 1 of press-up")
    assert says(week.session(4, at="19:30"), "Exercise one"), "after more than an hour it starts afresh"


WEEK = """\
2026-03-01 09:00: plan changed by Dr Sand: rest-on-belly 1 x 120 s; press-up 2 x 15 s; full-press-up 10 x 5 s; \
backward-bend 2 x 2 s.
2026-03-02 18:00: session 1, 4 of 4 exercises, completed, pain 5 before and 5 after.
2026-03-03 18:00: session 2, 4 of 4 exercises, completed, pain 5 before and 5 after.
2026-03-04 18:00: session 3, 4 of 4 exercises, completed, pain 5 before and 5 after.
2026-03-05 18:00: session 4, 4 of 4 exercises, completed, pain 5 before and 5 after.
2026-03-05 18:00: in session 4, plan changed by the person: press-up 2 x 20 s, was 2 x 15 s (more, agreed to \
after good days).
2026-03-06 18:00: session 5, 4 of 4 exercises, completed, pain 5 before and 5 after; on the way: BACK-WORSE.
2026-03-07 18:00: session 6, 1 of 4 exercises, stopped by MUCH-WORSE, pain 5 before.
2026-03-07 21:00: session 7, before the first exercise, not begun: locked by MUCH-WORSE.
2026-03-08 18:00: session 8, before the first exercise, stopped by NEXT-DAY.
2026-03-09 18:00: session 9, before the first exercise, not begun: locked by NEXT-DAY.
2026-03-10 12:00: released by Dr Sand, who saw the person on 2026-03-10.
2026-03-10 18:00: session 10, 4 of 4 exercises, completed, pain 5 before and 5 after; on the way: STOP-WORD.
2026-03-10 18:00: in session 10, plan changed by the coach: smaller movements, as there is no smaller dose (a step \
back after it got worse).
2026-03-11 18:00: session 11, 1 of 4 exercises, then Press-up back extension: hold 2, interrupted, pain 5 before and 5 \
after.
2026-03-11 18:25: session 12, went on at Press-up back extension, 3 of 4 exercises, completed, pain 5 before and \
5 after.
2026-03-12 18:00: session 13, 4 of 4 exercises, completed, pain 5 before and 5 after; on the way: LEG-WORSE \
(taken back).
2026-03-13 09:00: settings changed by the person: 150 words a minute.
2026-03-13 18:00: session 14, 1 of 4 exercises, then Press-up back extension: hold 1, emergency by RED-FLAG, pain 5 \
before and 5 after.
2026-03-14 18:00: session 15, before the first exercise, not begun: locked by RED-FLAG.
2026-03-15 18:00: session 16, 4 of 4 exercises, completed, pain 5 before and 5 after.
2026-03-15 18:00: in session 16, released by Dr Sand, who saw the person on 2026-03-15.
2026-03-15 18:01: in session 16, plan changed by the coach: press-up 2 x 15 s, was 2 x 20 s (a step back after it got \
worse).
2026-03-16 18:00: session 17, 1 of 4 exercises, ended without a clear answer, pain 5 before.
"""


def test_every_line_of_the_history_tells_what_happened(week: Week) -> None:
    """Good days and a step up; a flare-up, its lock and its release; a crash; a warning sign; silence."""
    week.plan("set", "--clinician", "Dr Sand", "--at", "2026-03-01 09:00", "--since", "2026-03-01")
    for day in (2, 3, 4, 5):
        week.session(day)
    week.session(6, patient=scenario("back_worse_in_hold"))
    week.session(7, patient=scenario("much_worse"))
    week.session(7, at="21:00")
    week.session(8, patient=scenario("next_day_worse"))
    week.session(9, patient=STILL_LOCKED)
    week.plan("release", "--clinician", "Dr Sand", "--on", "2026-03-10", "--at", "2026-03-10 12:00")
    week.session(10, patient=scenario("stop_then_nothing"))
    week.session(11, cut_off="hold 2 of press-up")
    week.session(11, at="18:25")
    week.session(12, patient=scenario("denied"))
    week.plan("settings", "--rate", "150", "--at", "2026-03-13 09:00")
    week.session(13, patient=scenario("red_flag_in_hold"))
    week.session(14, patient=STILL_LOCKED)
    week.session(15)
    week.session(16, patient=scenario("silent"))
    told = "\n".join(week.history()) + "\n"
    assert told.replace(" (rehearsed), herniated-disc", "") == WEEK
