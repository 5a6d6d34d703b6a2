"""Which numbers are counted, and when."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicecoach.core.counting import LAST_S, SHORT_HOLD_S, counts, spoken_number


def test_a_short_hold_counts_each_second_as_it_begins() -> None:
    assert [(count.offset_s, count.number) for count in counts(3)] == [(0.0, 1), (1.0, 2), (2.0, 3)]


def test_a_long_hold_tells_the_tens_that_have_passed_and_then_counts_down() -> None:
    assert [(count.offset_s, count.number) for count in counts(30)] == [
        (10.0, 10),
        (20.0, 20),
        (25.0, 5),
        (26.0, 4),
        (27.0, 3),
        (28.0, 2),
        (29.0, 1),
    ]


def test_no_ten_is_said_into_the_last_seconds() -> None:
    assert [count.number for count in counts(25)] == [10, 5, 4, 3, 2, 1]
    assert [count.number for count in counts(11)] == [5, 4, 3, 2, 1]


@given(st.integers(1, 600))
def test_numbers_stand_on_whole_seconds_in_order_and_within_the_hold(hold_s: int) -> None:
    found = counts(hold_s)
    onsets = [count.offset_s for count in found]
    assert onsets == sorted(set(onsets))
    assert all(onset == int(onset) and 0 <= onset < hold_s for onset in onsets)


@given(st.integers(1, 600))
def test_each_number_tells_the_truth(hold_s: int) -> None:
    for count in counts(hold_s):
        if hold_s <= SHORT_HOLD_S:
            assert count.number == count.offset_s + 1
        elif count.offset_s >= hold_s - LAST_S:
            assert count.number == hold_s - count.offset_s
        else:
            assert count.number == count.offset_s


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (0, "zero"),
        (7, "seven"),
        (10, "ten"),
        (13, "thirteen"),
        (20, "twenty"),
        (21, "twenty one"),
        (99, "ninety nine"),
        (100, "one hundred"),
        (110, "one hundred ten"),
        (999, "nine hundred ninety nine"),
    ],
)
def test_numbers_in_words(number: int, words: str) -> None:
    assert spoken_number(number) == words


def test_no_two_numbers_sound_alike() -> None:
    assert len({spoken_number(number) for number in range(1000)}) == 1000
