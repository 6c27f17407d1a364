"""The rules on consolidative HCT against an engine of another make, on every combination of yes, no and unknown.

Vouched for by: CQL written from the papers' text (tests/oracles/hct_rules.cql), translated by the npm package
@cqframework/cql 5.3.0 and run by cql-execution 3.3.2; `make oracles` runs them again where npm is present.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import product
from pathlib import Path

import pytest

from cartwise.basis import NO, UNKNOWN, YES, Truth
from cartwise.guidelines import catalogue
from cartwise.measures import Answer, Criterion, Sheet
from tests.drawing import patient_of

STORED = json.loads(Path(__file__).with_name("hct_rules_by_cql.json").read_text(encoding="utf-8"))
LETTERS = {YES: "y", NO: "n", UNKNOWN: "u"}

ASKED_AS = {
    "hct eligible": "eligible for HCT",
    "prior hct": "prior HCT",
    "CD28 costimulatory domain": "CD28 product",
    "B-cell aplasia lost within 6 mo, under each definition the source names": "BCA lost within 6 months",
    "MRD positive at any level after infusion": "MRD positive at any level after infusion",
    "donor available": "donor available",
    "wish for HCT": "wish for HCT",
    "marrow blasts before lymphodepletion > 5 to 25 %": "high burden before lymphodepletion",
    "blinatumomab failure": "blinatumomab failure",
    "another relapse unlikely to be treatable": "another relapse unlikely to be treatable",
    "limited persistence": "limited persistence",
    "mrd detected after infusion": "MRD detected after infusion",
}
"""Our sentence for each input of the rules written in CQL."""


def inputs_of(criterion: Criterion) -> Iterator[tuple[str, Criterion]]:
    if criterion.sentence in ASKED_AS:
        yield ASKED_AS[criterion.sentence], criterion
        return
    assert criterion.parts, f"{criterion.sentence}: a leaf that the rule in CQL does not have"
    for part in criterion.parts:
        yield from inputs_of(part)


def rule_of(because: str) -> Criterion:
    said = [
        item for guideline in catalogue() for item in guideline.recommendations if item.because == because
    ]
    return said[0].when


@pytest.mark.parametrize("because", STORED)
def test_the_rule_answers_as_cql_does_in_every_state_of_knowledge(because: str) -> None:
    rule = rule_of(because)
    asked, nobody = list(inputs_of(rule)), patient_of()
    names = STORED[because]["inputs"]
    assert {name for name, _ in asked} == set(names)
    answers = "".join(
        LETTERS[answered(rule, Sheet(nobody), asked, dict(zip(names, told, strict=True)))]
        for told in product((YES, NO, UNKNOWN), repeat=len(names))
    )
    assert answers == STORED[because]["answers"]


def answered(rule: Criterion, sheet: Sheet, asked: list[tuple[str, Criterion]], told: dict) -> Truth:
    for name, criterion in asked:
        sheet.answers[id(criterion)] = (criterion, Answer(told[name], name))
    return rule.ask(sheet).truth
