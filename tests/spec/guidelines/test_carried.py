"""Every statement of the register of recommendations is carried by a guideline, or left out with a reason."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cartwise import evidence
from cartwise.guidelines import catalogue
from cartwise.measures import Criterion

HERE = Path(__file__).resolve()
CLINICAL = HERE.parents[3].parent / "shared" / "clinical"
TOLD = tomllib.loads((HERE.parent / "carried.toml").read_text(encoding="utf-8"))
CARRIED: dict[str, list[str]] = TOLD["carried"]
EXCLUDED = [entry for group in TOLD["excluded"] for entry in group["ids"]]

_ROW = re.compile(r"\| \**(?P<id>[WTMP]\d\d)\** \|.*\| (?P<lines>[^|]*) \|")
_LINES = re.compile(r"(\d{3}):([\d, -]+)")

needs_clinical = pytest.mark.skipif(
    not CLINICAL.is_dir(), reason="the register is not beside the repository (../shared/clinical)"
)


def _rules(rule: Criterion) -> Iterator[Criterion]:
    yield rule
    for part in rule.parts:
        yield from _rules(part)


def spoken() -> set[str]:
    """Every fact that a statement of a guideline rests on, names as a ground, or takes its threshold from."""
    items = [(guideline, item) for guideline in catalogue() for item in guideline.recommendations]
    found = {key for _, item in items for key in (item.because, *item.grounds)}
    rules = [rule for guideline, item in items for rule in (guideline.written_for, item.when)]
    return found | {key for rule in rules for part in _rules(rule) for key in part.facts()}


def register() -> dict[str, set[tuple[str, int]]]:
    """The lines of each statement of the register."""
    text = (CLINICAL / "guidance-register.md").read_text(encoding="utf-8")
    rows = [found for line in text.splitlines() if (found := _ROW.match(line))]
    return {row["id"]: set(_cited(row["lines"])) for row in rows}


def _cited(lines: str) -> Iterator[tuple[str, int]]:
    for paper, told in _LINES.findall(lines):
        for line in evidence.cited_lines(f"{paper}:{told.replace(' ', '').rstrip(',')}")[1]:
            yield paper, line


def test_what_carries_a_statement_is_spoken_by_a_guideline() -> None:
    silent = {name: keys for name, keys in CARRIED.items() if not set(keys) <= spoken()}
    assert not silent


def test_nothing_is_left_out_without_a_reason() -> None:
    assert all(group["reason"].endswith(".") for group in TOLD["excluded"])
    assert len(EXCLUDED) == len(set(EXCLUDED))
    assert not CARRIED.keys() & set(EXCLUDED)


@needs_clinical
def test_every_statement_of_the_register_is_carried() -> None:
    wanted = {
        f"{letter}{number:02}"
        for letter, last in (("W", 35), ("T", 14), ("M", 52), ("P", 5))
        for number in range(1, last + 1)
    }
    assert register().keys() == wanted
    assert CARRIED.keys() == wanted


@needs_clinical
@pytest.mark.parametrize("name", CARRIED)
def test_what_carries_a_statement_stands_on_the_lines_that_the_register_gives(name: str) -> None:
    lines = register()[name]
    for key in CARRIED[name]:
        fact = evidence.fact(key)
        cited = {(paper, line) for paper, told in map(evidence.cited_lines, fact.reports) for line in told}
        assert cited & lines, f"{key} cites {', '.join(fact.reports)}"


@needs_clinical
def test_every_recommendation_of_the_extraction_is_spoken_or_left_out() -> None:
    yaml = pytest.importorskip("yaml", reason="the extraction is written in YAML")
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    entries: list[dict[str, Any]] = yaml.load((CLINICAL / "recommendations.yaml").read_text(), loader)[
        "recommendations"
    ]
    said = {
        entry
        for source in evidence.sources()
        for fact in source.facts.values()
        if fact.key in spoken()
        for entry in fact.covers
    }
    assert {entry["id"] for entry in entries} - said == set(EXCLUDED)
