"""The language of pain, as people say it: every row of data/pain_language.tsv is understood and decided as expected.

The expectations were written before the code was run, as a careful physiotherapist would decide.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.pain_notation import notation
from voicecoach.core.questions import QUESTIONS
from voicecoach.core.rules import RULE_IDS, Verdict
from voicecoach.core.understanding import understand
from voicecoach.explain import baseline_of, decision_on
from voicecoach.languages import language

TABLE = Path(__file__).parent / "data" / "pain_language.tsv"


class Row(NamedTuple):
    utterance: str
    baseline: str
    question: str
    command: str
    intent: str
    rule: str
    verdict: str
    note: str


def rows() -> Iterator[Row]:
    for line in TABLE.read_text(encoding="utf-8").splitlines()[1:]:
        if not line.startswith("# "):
            yield Row(*line.split("\t"))


ROWS = tuple(rows())


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.question}:{row.utterance}:{row.baseline}"[:90])
def test_utterance_is_understood_and_decided_as_expected(row: Row) -> None:
    intent = understand(row.utterance, language(), row.question)
    decision = decision_on(intent, baseline_of(row.baseline), row.question)
    command = intent.command.value if intent.command else ""
    decided = (decision.rule, decision.verdict.value) if decision else ("", "")
    assert (command, notation(intent), *decided) == (row.command, row.intent, row.rule, row.verdict)


def test_the_table_covers_what_can_be_decided_and_asked() -> None:
    assert len(ROWS) >= 650
    assert len({(row.utterance, row.baseline, row.question) for row in ROWS}) == len(ROWS)
    assert {row.rule for row in ROWS if row.rule} == set(RULE_IDS)
    assert {row.question for row in ROWS if row.question} == set(QUESTIONS)
    assert {row.verdict for row in ROWS if row.verdict} == {verdict.value for verdict in Verdict} - {"rest"}
