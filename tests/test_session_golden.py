"""Whole transcripts, word for word: a change of what is said has to be looked at. See tests/golden.py."""

from __future__ import annotations

import pytest

from tests.golden import SCENARIOS, file_of, transcript_of


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_the_transcript_is_the_one_that_was_reviewed(scenario: str) -> None:
    assert transcript_of(scenario).splitlines() == file_of(scenario).read_text(encoding="utf-8").splitlines()
