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
READ_IN_PAPERS = [fact for fact in FACTS if fact.reports]
FILES = {source.paper: source.file for source in SOURCES if source.paper}
NUMBERS = ("value", "lower", "upper", "standard_error", "events", "n", "percent")
WORDS = {
    0: "(?:none|not observed)",
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
WORDS |= {
    12: "twelve",
    14: "fourteen",
    15: "fifteen",
    49: "forty-nine",
    50: "half",
}  # as the papers spell them

by_key = pytest.mark.parametrize("fact", FACTS, ids=lambda fact: fact.key)
by_key_in_papers = pytest.mark.parametrize("fact", READ_IN_PAPERS, ids=lambda fact: fact.key)
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


def on(locator: str) -> str:
    """The lines that a locator names, joined as one plain text."""
    code, lines = evidence.cited_lines(locator)
    text = paper(FILES[code])
    assert max(lines) <= len(text), f"{locator}: {FILES[code]} has {len(text)} lines"
    return plain(" ".join(text[line - 1] for line in lines))


@needs_papers
@by_key_in_papers
def test_the_quote_stands_on_the_cited_lines(fact: evidence.Fact):
    assert plain(fact.quote) in on(fact.locator)


@needs_papers
@pytest.mark.parametrize(
    "fact", [f for f in READ_IN_PAPERS if isinstance(f, evidence.Recommendation)], ids=lambda fact: fact.key
)
def test_the_words_of_strength_stand_on_the_cited_lines(fact: evidence.Recommendation):
    assert len(fact.strength.split()) <= 12
    assert plain(fact.strength) in on(fact.locator)


def numbers_of(fact: evidence.Fact) -> dict[str, float]:
    """Every number that a fact holds, by the name it has there."""
    held = {name: getattr(fact, name, None) for name in NUMBERS}
    for group in getattr(fact, "groups", ()):
        held |= {f"{group.label} {name}": getattr(group, name) for name in ("value", "events", "n")}
    return {name: float(number) for name, number in held.items() if number is not None}


def stands_in(number: float, text: str) -> bool:
    text = re.sub(r"(?<=\d),(?=\d{3}\b)", "", text).lower()  # 30,860 is one number; 0.148,5.578 are two
    digits = any(float(form) == number for form in re.findall(r"\d+(?:\.\d+)?", text))
    word = re.search(rf"\b{WORDS.get(number, 'no word')}\b", text)
    power = any(f"10-{k}" in text and number == float(f"1e-{k}") for k in range(1, 8))
    lost_exponent = f"1 × 10{number:.0f}" in text
    return bool(digits or word or power or lost_exponent)


@needs_papers
@by_key_in_papers
def test_every_number_stands_on_the_cited_lines(fact: evidence.Fact):
    text = on(fact.locator)
    absent = [
        f"{name} = {number:g}" for name, number in numbers_of(fact).items() if not stands_in(number, text)
    ]
    assert not absent, f"{fact.key}: not on {fact.locator}: {', '.join(absent)}"


@needs_papers
@pytest.mark.parametrize(
    "fact", [f for f in READ_IN_PAPERS if getattr(f, "p", "")], ids=lambda fact: fact.key
)
def test_every_p_value_stands_on_the_cited_lines(fact: evidence.Finding):
    sign, value = fact.p.split()
    printed = on(fact.locator)
    assert re.search(rf"(?<![\d.])0?{re.escape(value.removeprefix('0'))}(?!\d)", printed)
    assert sign != "<" or "<" in printed


@needs_papers
@pytest.mark.parametrize("fact", [f for f in FACTS if len(f.reports) > 1], ids=lambda fact: fact.key)
def test_every_paper_said_to_report_a_finding_prints_its_number(fact: evidence.Fact):
    numbers = numbers_of(fact)
    headline = numbers.get("value", numbers.get("events"))
    for locator in fact.reports[1:]:
        text = on(locator)
        assert headline is None or stands_in(headline, text), f"{fact.key}: {headline:g} is not on {locator}"


@needs_papers
@by_key_in_papers
def test_statements_are_in_our_own_words(fact: evidence.Fact):
    printed = {window for locator in fact.reports for window in whole(FILES[locator[:3]])}
    for field in ("statement", "action", "population"):
        copied = [w for w in _windows(getattr(fact, field, "")) if w in printed]
        assert not copied, f"{fact.key}: `{field}` repeats the paper: {' '.join(copied[0])!r}"


@cache
def whole(file: str) -> frozenset[tuple[str, ...]]:
    return frozenset(_windows(" ".join(paper(file))))


def _windows(text: str, size: int = 7) -> list[tuple[str, ...]]:
    words = re.findall(r"[\w']+", plain(text).lower())
    return [tuple(words[i : i + size]) for i in range(len(words) - size + 1)]


@needs_papers
@pytest.mark.parametrize("source", [s for s in SOURCES if s.paper], ids=lambda source: source.key)
def test_a_source_names_the_paper_it_was_read_in(source: evidence.Source):
    assert source.file.startswith(f"{source.paper}_")
    assert source.doi in " ".join(paper(source.file))


@by_key
def test_quotes_are_short(fact: evidence.Fact):
    assert len(fact.quote.split()) <= 12
    assert bool(fact.quote) == bool(fact.reports)


@by_key
def test_a_fact_has_a_theme(fact: evidence.Fact):
    assert fact.theme in evidence.THEMES


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


PRINTED_ERRORS = """
 no | fact                                        | state   | fields
----+---------------------------------------------+---------+------------------
  1 | wang-2025/il-6-severe-crs-or                | open    | value
  1 | wang-2025/il-6-icans-or                     | open    | value
  2 | wang-2025/female-severe-crs-or              | open    | value lower upper
  2 | wang-2025/low-dose-severe-crs-or            | open    | value lower upper
  3 | wang-2025/female-severe-crs-model-2         | open    | upper
  4 | wang-2025/cmax-geometric-mean               | open    | value
  5 | wang-2025/cmax                              | open    | lower
  6 | wang-2025/os-five-years                     | open    | lower upper
  6 | wang-2025/lfs-five-years                    | open    | lower upper
  7 | wang-2025/nrm-low-burden-hct                | open    | standard_error
  8 | wang-2025/os-low-burden-hct                 | open    | value
  8 | wang-2025/os-low-burden-after-ld-hct        | open    | value
  9 | wang-2025/bca-duration-lfs-hr               | open    | value lower upper
 10 | wang-2025/cell-dose                         | settled | value
 11 | wang-2025/bca-onset                         | open    | value
 12 | wang-2025/schedule-qpcr                     | open    | statement
 13 | wang-2025/bca-duration-persistence          | settled | measure
 14 | wang-2025/follow-up                         | open    | upper
 15 | westhafen-2025/fludarabine-auc              | settled | unit
 16 | germany-after-hct/efs-early                 | settled | value
 16 | germany-after-hct/os-early                  | open    | value
 17 | mskcc-cd28/relapse-hct                      | open    | events
 18 | nci-cd28/cr                                 | open    | events
 19 | sheba-cd28/cr                               | settled | n
 20 | chop/first-trial-cr                         | settled | statement
 21 | eliana-ensign/rfs                           | open    | time_point
 22 | oszer-2026/lasting-remission                | settled | events
 23 | oszer-2026/myeloid-recovery                 | open    | statement
 24 | oszer-2026/treg-day-7                       | settled | statement
 25 | myers-2023/collection-alc                   | settled | comparison
 25 | myers-2023/collection-blasts                | open    | population
 26 | prwcc/high-burden-efs                       | settled | population
 27 | eliana-ensign/early-bca-loss-efs            | settled | value
"""
ERRORS = [[cell.strip() for cell in line.split("|")] for line in PRINTED_ERRORS.strip("\n").splitlines()[2:]]


@pytest.mark.parametrize(("number", "key", "state", "fields"), ERRORS, ids=lambda cell: cell)
def test_every_listed_printed_error_is_marked_as_disputed(number: str, key: str, state: str, fields: str):
    """The 27 of section A of the list of contradictions, by their number there."""
    disputes = [(d.state, " ".join(d.fields)) for d in evidence.fact(key).disputes]
    assert (state, fields) in disputes, f"error {number}"


def test_all_listed_printed_errors_stand_in_the_table():
    assert {int(number) for number, *_ in ERRORS} == set(range(1, 28))


@needs_papers
@pytest.mark.parametrize("fact", [f for f in READ_IN_PAPERS if f.trial], ids=lambda fact: fact.key)
def test_the_trial_of_an_open_question_stands_on_the_cited_lines(fact: evidence.Fact):
    assert fact.theme == "open question"
    assert fact.trial in on(fact.locator)


def test_only_sources_with_shared_authors_are_one_stream():
    shared = {stream: set(keys) for stream, keys in evidence.streams().items() if len(keys) > 1}
    assert set(shared) == {"myers-shah-pulsipher"}
    assert {"myers-2023", "westhafen-2025"} <= shared["myers-shah-pulsipher"]


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.key)
def test_a_finding_named_after_another_study_is_there_and_reported(source: evidence.Source):
    assert not source.also.keys() & source.facts.keys()
    for name, original in source.also.items():
        here = evidence.fact(f"{source.key}/{name}")
        assert here.locator.startswith(f"{source.paper}:")
        assert here.statement == evidence.fact(original).statement


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.key)
def test_an_overlap_of_cohorts_is_told_on_both_sides(source: evidence.Source):
    assert all(source.key in evidence.source(other).overlaps for other in source.overlaps)
