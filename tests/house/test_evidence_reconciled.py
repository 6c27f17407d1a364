"""The library holds everything that an independent extraction of the five papers found, id by id."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from cartwise import evidence

CLINICAL = Path(__file__).resolve().parents[2].parent / "shared" / "clinical"
FACTS = [fact for source in evidence.sources() for fact in source.facts.values()]
KINDS = ("findings", "recommendations")

pytestmark = pytest.mark.skipif(
    not CLINICAL.is_dir(), reason="the extraction is not beside the repository (../shared/clinical)"
)


@pytest.fixture(scope="module")
def extraction() -> dict[str, dict[str, Any]]:
    """Every entry by its id."""
    entries = [
        e for kind in KINDS for e in yaml.load((CLINICAL / f"{kind}.yaml").read_text(), _loader())[kind]
    ]
    return {entry["id"]: entry for entry in entries}


@pytest.fixture(scope="module")
def covering() -> dict[str, list[evidence.Fact]]:
    """The facts that say that they cover an id."""
    found: dict[str, list[evidence.Fact]] = {}
    for fact in FACTS:
        for entry in fact.covers:
            found.setdefault(entry, []).append(fact)
    return found


def test_every_id_is_covered_and_none_is_invented(extraction, covering):
    assert len(extraction) == 514 + 176
    assert sorted(covering) == sorted(extraction)


def test_a_fact_covers_what_stands_on_its_own_lines(extraction, covering):
    astray = [
        f"{entry}: {fact.key} cites {', '.join(fact.reports)}, not {extraction[entry]['lines']}"
        for entry, facts in covering.items()
        for fact in facts
        if not _shares_a_line(fact, extraction[entry])
    ]
    assert not astray, "\n".join(astray)


def test_every_number_of_the_extraction_is_said_by_a_fact_that_covers_it(extraction, covering):
    absent = []
    for entry, facts in covering.items():
        said = set().union(*(_numbers_said(fact) for fact in facts))
        wanted = [n for key in ("value", "interval", "p") for n in _numbers(extraction[entry].get(key))]
        absent += [f"{entry}: {number:g}" for number in wanted if not any(_same(number, n) for n in said)]
    assert not absent, "\n".join(absent)


@pytest.mark.parametrize(
    ("paper", "first", "last", "headings"),
    [
        ("001", 129, 131, ()),  # Table 1A
        ("001", 137, 140, ()),  # Table 1B
        ("001", 167, 171, ()),  # Table 2
        ("001", 196, 231, ()),  # Table 3
        ("001", 238, 252, ()),  # Table 3, continued
        ("002", 714, 728, (722,)),  # Table 1
        ("003", 53, 61, ()),  # Table 1
        ("004", 28, 61, (28, 38, 44, 56)),  # Table 1
        ("004", 141, 153, (141,)),  # Table 2
        ("004", 248, 280, (275,)),  # Table 3
    ],
)
def test_every_row_of_the_tables_is_cited(paper, first, last, headings):
    cited = [evidence.cited_lines(locator) for fact in FACTS for locator in fact.reports]
    lines = {line for code, lines in cited if code == paper for line in lines}
    assert set(range(first, last + 1)) - lines == set(headings)


def _loader() -> Any:
    return getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def _shares_a_line(fact: evidence.Fact, entry: dict[str, Any]) -> bool:
    cited = [evidence.cited_lines(locator) for locator in fact.reports]
    return any(code == entry["source_file"][:3] and set(lines) & set(entry["lines"]) for code, lines in cited)


def _numbers(value: Any) -> list[float]:
    """The numbers in a value of the extraction, which may be a number, a list, a table or words."""
    if isinstance(value, dict):
        return [number for part in value.values() for number in _numbers(part)]
    if isinstance(value, list):
        return [number for part in value for number in _numbers(part)]
    return [float(value)] if isinstance(value, int | float) else []


def _numbers_said(fact: evidence.Fact) -> set[float]:
    """Numbers that a fact holds, prints under a dispute, or says in its words."""
    held = [
        getattr(fact, name, None) for name in ("value", "lower", "upper", "standard_error", "events", "n")
    ]
    held += [number for g in getattr(fact, "groups", ()) for number in (g.value, g.events, g.n)]
    if isinstance(fact, evidence.Proportion) and fact.events is not None and fact.n:
        held += [fact.percent, round(100 * fact.events / fact.n)]
    names = ("statement", "quote", "p", "time_point", "population", "printed")
    words = " ".join([str(getattr(fact, name, "")) for name in names] + [d.printed for d in fact.disputes])
    told = re.findall(r"\d*\.?\d+", words.replace(",", ""))
    return {float(number) for number in [*held, *told] if number is not None}


def _same(one: float, other: float) -> bool:
    return abs(one - other) <= 1e-9 * max(1.0, abs(one))
