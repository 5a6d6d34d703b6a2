"""The rule table as a Markdown page that a clinician can check and sign."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from voicecoach.core.finding_kinds import Finding
from voicecoach.core.findings import MEASUREMENT_NOISE, MUCH_WORSE_RISE
from voicecoach.core.rules import RULES, Decision, Rule, Verdict, decide_next_day, decide_stop, decide_unclear
from voicecoach.languages import sayings

_TESTS = Path(__file__).parents[1] / "tests"
_ABOUT_DECISIONS = ("test_rules.py", "test_pain*.py", "test_session*.py", "test_simulation.py", "test_end_to_end.py")
_TABLE = "data/pain_language.tsv"
_HANDOUT = 'handout "Herniated Disc: Exercises" (Healthwise, Z594)'
_SOURCES = {
    "RED-FLAG": "not in the handout: public cauda equina patient cards (NHS, CSP)",
    "STOP-WORD": "ours: the person decides",
    "UNCLEAR": "ours: never go on by guessing",
}
_MEANS = {
    Verdict.EMERGENCY: "end; emergency care now; locked until a clinician releases",
    Verdict.STOP: "end the session",
    Verdict.EASE: "come down, make it easier, ask whether to go on",
    Verdict.ASK: "ask, before anything goes on",
    Verdict.REST: "rest, and end the session safely",
    Verdict.GO: "go on",
}
_SPECIAL = (
    (
        "RED-FLAG",
        decide_stop(),
        "the person says stop, or ow, ouch, help, enough",
        "stop the movement, ask what happened",
    ),
    (
        "MUCH-WORSE",
        decide_next_day(),
        "the session before ended much worse, and it is still worse today",
        "none of the exercises; locked until a clinician releases",
    ),
    ("SAME-OR-BETTER", decide_unclear(), "silence, or not understood after asking again twice", _MEANS[Verdict.REST]),
)


def rules_page() -> str:
    """All rows in their order; the first that matches decides. Each names its source and the tests that cover it."""
    tests = _tests_by_rule()
    rows = [
        f"| {number} | {' | '.join(cell.replace('|', '/') for cell in row)} | {tests.get(row[0], _no_tests())} |"
        for number, row in enumerate(_rows(), start=1)
    ]
    return "\n".join(
        (
            "# The rules of the coach",
            "",
            "Read from the top: the first row that matches decides. A report is judged against the pain before the "
            f"first exercise. A change of the score by {MEASUREMENT_NOISE + 1} points or more is more than measurement "
            f"noise (Childs 2005); a rise by {MUCH_WORSE_RISE} or more counts as much worse (this bound is ours). Any "
            "worsening of leg or buttock stops, whatever the number.",
            "",
            "| # | Rule | When | Decision | Reason | What is said | Source | Tests |",
            "|---|---|---|---|---|---|---|---|",
            *rows,
            "",
            "Checked by: ______________________  Profession: ______________________  Date: ______________",
            "",
        )
    )


def _rows() -> Iterator[tuple[str, ...]]:
    """Id, when, decision, reason, what is said, source."""
    special = {before: (decision, when, means) for before, decision, when, means in _SPECIAL}
    for index, rule in enumerate(RULES):
        yield (rule.id, _when(rule), _MEANS[rule.verdict], rule.reason, _said(rule), _source(rule.id))
        last_of_its_id = index + 1 == len(RULES) or RULES[index + 1].id != rule.id
        if last_of_its_id and rule.id in special:
            decision, when, means = special[rule.id]
            yield (decision.rule, when, means, decision.reason, _special_words(decision), _source(decision.rule))


def _when(rule: Rule) -> str:
    when = "; or ".join(_in_order(rule.any_of))
    if rule.together_with:
        when += f" - together with: {'; or '.join(_in_order(rule.together_with))}"
    if rule.unless:
        when += f" - unless: {'; or '.join(_in_order(rule.unless))}"
    return when


def _in_order(findings: frozenset[Finding]) -> list[str]:
    return [finding.value for finding in Finding if finding in findings]


def _said(rule: Rule) -> str:
    if rule.verdict is Verdict.ASK:
        return "the question that settles it"
    values = {"place": "(place)", "neck": "(help for the neck)"}
    return sayings()[rule.say].format(**values)


def _special_words(decision: Decision) -> str:
    return sayings()["stopped" if decision.rule == "STOP-WORD" else decision.say]


def _source(rule_id: str) -> str:
    return _SOURCES.get(rule_id, _HANDOUT)


def _no_tests() -> str:
    return "none found" if _TESTS.is_dir() else "not installed here; see the project's tests folder"


def _tests_by_rule() -> dict[str, str]:
    """Test functions that name a rule's id, and how many utterances of the table expect it."""
    found: dict[str, list[str]] = {}
    for path in sorted(path for pattern in _ABOUT_DECISIONS for path in _TESTS.glob(pattern)):
        source = path.read_text(encoding="utf-8")
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                for rule_id in _ids_in(node):
                    found.setdefault(rule_id, []).append(f"{path.stem}::{node.name}")
    counts = _utterances_by_rule()
    for rule_id, count in counts.items():
        found.setdefault(rule_id, []).append(f"{count} utterances of {Path(_TABLE).name}")
    return {rule_id: ", ".join(names) for rule_id, names in found.items()}


def _ids_in(node: ast.FunctionDef) -> set[str]:
    ids = {rule.id for rule in RULES} | {decision.rule for _, decision, _, _ in _SPECIAL}
    return {n.value for n in ast.walk(node) if isinstance(n, ast.Constant) and isinstance(n.value, str)} & ids


def _utterances_by_rule() -> dict[str, int]:
    counts: dict[str, int] = {}
    path = _TESTS / _TABLE
    for line in path.read_text(encoding="utf-8").splitlines()[1:] if path.is_file() else []:
        cells = line.split("\t")
        if len(cells) > 5 and cells[5]:
            counts[cells[5]] = counts.get(cells[5], 0) + 1
    return counts
