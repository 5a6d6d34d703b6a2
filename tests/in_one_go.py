"""The tests of language and rules as a few large ones: to collect thousands takes longer than to run them.

For mutation testing, which runs them once per mutant ([tool.mutmut] in pyproject.toml); pytest collects them only when
it is given this file.
"""

from __future__ import annotations

from itertools import chain, islice

from tests import test_pain_exhaustive as exhaustive
from tests import test_pain_language as pain_language

EVERY = 151  # of the sentences of the grammar; a prime, so that no form of sentence is left out


def test_every_row_of_the_table() -> None:
    for row in pain_language.ROWS:
        pain_language.test_utterance_is_understood_and_decided_as_expected(row)


def test_some_sentences_of_the_grammar() -> None:
    wrong: list[str] = []
    claims = chain(exhaustive.single_claims(), exhaustive.single_moves())
    sentences = chain(claims, exhaustive.two_claims(), exhaustive.a_movement_and_a_claim())
    for sentence, said in islice(sentences, 0, None, EVERY):
        exhaustive.check(sentence, said, wrong)
    for sentence, said, contradiction in islice(exhaustive.corrections(), 0, None, EVERY):
        exhaustive.check(sentence, said, wrong, contradiction=contradiction)
    assert not wrong
