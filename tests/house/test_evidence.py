"""Every fact of the evidence stands in the papers where it says, with those words and those numbers."""

import re
from functools import cache
from pathlib import Path

import pytest

from cartwise import evidence
from cartwise.basis import UserError, known_units

PAPERS = Path(__file__).resolve().parents[2].parent / "shared" / "papers"
SOURCES = evidence.sources()
FACTS = [fact for source in SOURCES for fact in source.facts.values()]
NUMBERS = ("value", "lower", "upper", "events", "n")
WORDS = {
    0: "none",
    1: "one",
    2: "two",
    3: "three",
    4: "four",
    5: "five",
    6: "six",
    7: "seven",
    8: "eight",
    9: "nine",
}
WORDS |= {14: "fourteen", 15: "fifteen", 49: "forty-nine", 50: "half"}  # as the papers spell them

by_key = pytest.mark.parametrize("fact", FACTS, ids=lambda fact: fact.key)
needs_papers = pytest.mark.skipif(
    not PAPERS.is_dir(), reason="the papers are not beside the repository (../shared/papers)"
)


def plain(text: str) -> str:
    """A text without the marks of its extraction (HTML tags, emphasis, LaTeX), spaces collapsed."""
    text = re.sub(r"</?(?:u|sup|sub|b|i)>", "", text)
    text = text.replace(r"\leq", "≤").replace(r"\geq", "≥").replace(r"\times", "×").replace("−", "-")
    text = re.sub(r"[*$\\{}^]", "", text)
    return re.sub(r"\s+", " ", text)


@cache
def paper(file: str) -> tuple[str, ...]:
    return tuple((PAPERS / file).read_text(encoding="utf-8").split("\n"))


def cited(fact: evidence.Fact) -> str:
    """The lines a fact cites, joined as one plain text."""
    _, lines = evidence.cited_lines(fact.locator)
    text = paper(evidence.source(fact.source).file)
    assert max(lines) <= len(text), f"{fact.key} cites line {max(lines)} of {len(text)}"
    return plain(" ".join(text[line - 1] for line in lines))


@needs_papers
@by_key
def test_the_quote_stands_on_the_cited_lines(fact: evidence.Fact):
    assert plain(fact.quote) in cited(fact)


@needs_papers
@pytest.mark.parametrize(
    "fact", [f for f in FACTS if isinstance(f, evidence.Recommendation)], ids=lambda fact: fact.key
)
def test_the_words_of_strength_stand_on_the_cited_lines(fact: evidence.Recommendation):
    assert len(fact.strength.split()) <= 12
    assert plain(fact.strength) in cited(fact)


@needs_papers
@by_key
def test_every_number_stands_on_the_cited_lines(fact: evidence.Fact):
    text = cited(fact).replace(",", "").lower()
    printed = set(re.findall(r"\d+(?:\.\d+)?", text))
    for field in NUMBERS:
        number = getattr(fact, field, None)
        if number is None:
            continue
        digits = any(float(form) == number for form in printed)
        word = re.search(rf"\b{WORDS.get(number, 'no word')}\b", text)
        power = any(f"10-{k}" in text and number == float(f"1e-{k}") for k in range(1, 8))
        assert digits or word or power, f"{fact.key}: {field} = {number:g} is not on {fact.locator}"


@needs_papers
@by_key
def test_statements_are_in_our_own_words(fact: evidence.Fact):
    source = set(_windows(" ".join(paper(evidence.source(fact.source).file))))
    for field in ("statement", "action", "population"):
        copied = [w for w in _windows(getattr(fact, field, "")) if w in source]
        assert not copied, f"{fact.key}: `{field}` repeats the paper: {' '.join(copied[0])!r}"


def _windows(text: str, size: int = 7) -> list[tuple[str, ...]]:
    words = re.findall(r"[\w']+", plain(text).lower())
    return [tuple(words[i : i + size]) for i in range(len(words) - size + 1)]


@needs_papers
@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.key)
def test_a_source_names_the_paper_it_was_read_in(source: evidence.Source):
    assert source.file.startswith(f"{source.paper}_")
    assert source.doi in " ".join(paper(source.file))


@by_key
def test_quotes_are_short(fact: evidence.Fact):
    assert 1 <= len(fact.quote.split()) <= 12


@by_key
def test_units_are_those_of_the_registry(fact: evidence.Fact):
    assert getattr(fact, "unit", "1") in known_units()


@by_key
def test_numbers_under_an_open_dispute_are_refused(fact: evidence.Fact):
    for field in fact.open_fields & set(NUMBERS):
        with pytest.raises(evidence.DisputedValueError, match=fact.id):
            fact.number(field)
    if isinstance(fact, evidence.Finding) and "value" in fact.open_fields:
        with pytest.raises(evidence.DisputedValueError):
            fact.estimate()
    if isinstance(fact, evidence.Threshold) and fact.open_fields:
        with pytest.raises(evidence.DisputedValueError):
            fact.compare(1.0)


@by_key
def test_what_a_dispute_points_to_exists(fact: evidence.Fact):
    for dispute in fact.disputes:
        for see in dispute.see:
            assert evidence.fact(see) if "/" in see else evidence.cited_lines(see)


@pytest.mark.parametrize("fact", [f for f in FACTS if isinstance(f, evidence.Finding)], ids=lambda f: f.key)
def test_a_finding_gives_an_estimate_or_says_why_not(fact: evidence.Finding):
    if fact.value is None or fact.relation:
        with pytest.raises(UserError, match=fact.key):
            fact.estimate()
    else:
        assert fact.estimate().value == fact.value


def test_the_printed_errors_that_matter_most_are_marked_as_disputed():
    """Section A of the list of contradictions, as far as these sources are encoded."""
    for key in ("il-6-severe-crs-or", "il-6-icans-or", "cmax-geometric-mean", "bca-duration-lfs-hr"):
        assert "value" in evidence.fact(f"wang-2025/{key}").open_fields
    assert "value" in evidence.fact("wang-2025/os-low-burden-hct").open_fields
    assert {"lower", "upper"} <= evidence.fact("wang-2025/os-five-years").open_fields
    assert "events" in evidence.fact("talleur-2023/mskcc-relapse-hct").open_fields


def test_the_two_sources_with_shared_authors_are_one_stream():
    assert evidence.source("westhafen-2025").stream == evidence.source("myers-2023").stream
    assert len({source.stream for source in SOURCES}) == len(SOURCES) - 1
