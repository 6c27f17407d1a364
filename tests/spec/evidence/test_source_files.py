"""What a source's file may hold, how a fact is asked for, and what is said when something is wrong."""

import pytest

from cartwise import evidence
from cartwise.basis import Estimate, UserError
from cartwise.evidence.source import read_source

HEAD = """
key = "invented-2026"
title = "Invented"
authors = "Nobody"
year = 2026
kind = "invented"
published = "nowhere"
stream = "invented"
stream_note = "invented"
paper = "002"
file = "002_invented.txt"
checked = "text read at line"
status = "primary text read"
"""
FINDING = """
[[finding]]
id = "hr"
statement = "Invented."
locator = "002:7"
quote = "HR 2.5"
measure = "HR"
population = "invented"
endpoint = "relapse"
"""
OPEN = """
[[finding.dispute]]
fields = ["value"]
printed = "2.5"
state = "open"
why = "The text prints 3.5."
"""


def read(text: str) -> evidence.Source:
    return read_source("invented-2026.toml", text)


def test_a_fact_is_asked_for_by_source_and_id():
    tier = evidence.recommendation("westhafen-2025/hct-tier-1")
    assert tier.key == "westhafen-2025/hct-tier-1"
    assert tier.strength == "there is reasonable evidence to recommend"
    assert tier.quote == tier.strength
    assert evidence.fact(tier.key) is tier


def test_an_unknown_fact_is_answered_with_similar_ones():
    with pytest.raises(UserError, match="Similar: westhafen-2025/hct-tier-1"):
        evidence.fact("westhafen-2025/hct-teir-1")


@pytest.mark.parametrize("key", ["westhafen", "", "../pyproject/x"])
def test_an_unknown_source_is_answered_with_those_there_are(key):
    with pytest.raises(UserError, match=r"There are: .*myers-2023"):
        evidence.fact(key)


def test_a_fact_of_another_kind_is_not_taken_for_a_threshold():
    with pytest.raises(UserError, match="is a recommendation, not a threshold"):
        evidence.threshold("westhafen-2025/hct-tier-1")


def test_a_finding_becomes_an_estimate_with_its_confidence_limits():
    assert evidence.finding("myers-2023/ngs-day-28-hr").estimate() == Estimate(
        4.87, 2.18, 10.8, n=143, method="as printed, myers-2023 004:60,207"
    )


def test_a_printed_range_is_no_confidence_interval():
    tmax = evidence.finding("wang-2025/tmax")
    assert (tmax.lower, tmax.upper) == (4.0, 21.0)
    assert (tmax.estimate().lower, tmax.estimate().upper) == (None, None)


def test_a_printed_bound_is_no_estimate():
    with pytest.raises(UserError, match="only a bound"):
        evidence.finding("myers-2023/early-bca-loss-efs").estimate()


def test_a_p_value_alone_is_no_estimate():
    with pytest.raises(UserError, match="prints no number"):
        evidence.finding("myers-2023/prior-hct-lfs").estimate()


def test_disputed_limits_are_left_out_of_an_estimate_whose_value_stands():
    os = evidence.finding("wang-2025/os-five-years")
    assert os.estimate().value == 74.9
    assert os.estimate().lower is None
    with pytest.raises(evidence.DisputedValueError, match=r"64\.8"):
        os.number("lower")


def test_a_proportion_under_an_open_dispute_has_no_fraction():
    assert evidence.proportion("talleur-2023/plat-02-relapse-hct").fraction == 5 / 23
    with pytest.raises(evidence.DisputedValueError, match="3/15"):
        _ = evidence.proportion("talleur-2023/mskcc-relapse-hct").fraction


def test_a_number_under_an_open_dispute_may_stand_as_printed_text_only():
    assert read(HEAD + FINDING + OPEN).facts["hr"].open_fields == {"value"}
    with pytest.raises(UserError, match="finding hr: `value` is under an open dispute"):
        read(HEAD + FINDING + "value = 2.5\n" + OPEN)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ("value = 2.5\nvalu = 2.5", "unknown field valu"),
        ("value = '2.5'", "`value` is a str"),
        ("value = true", "`value` is a bool"),
        ("", "holds a value, an interval or a P value"),
        ("value = 2.5\nunit = 'furlong'", "no code of the unit registry"),
        ("value = 2.5\nunit = 'fraction'", "no code of the unit registry"),
        ("value = 2.5\nrelation = '~'", "`relation` is"),
        ("value = 2.5\nupper = 3.5", "`interval` says what the limits are"),
        ("value = 2.5\nchecked = 'by somebody'", "`checked` is one of"),
        ("value = 2.5\nuse = 'rules'", "`use` is"),
    ],
)
def test_a_faulty_fact_is_named_with_its_file(change, message):
    with pytest.raises(UserError, match=r"Evidence file invented-2026.toml, finding hr: .*") as told:
        read(HEAD + FINDING + change)
    assert message in str(told.value)


@pytest.mark.parametrize("locator", ["002", "2:7", "002:0", "002:9-7", "002:7;9", "002:7-"])
def test_a_locator_names_a_paper_and_lines_of_it(locator):
    with pytest.raises(UserError, match=r"hr: .*lines|hr: a locator reads"):
        read(HEAD + FINDING.replace("002:7", locator) + "value = 2.5")


def test_a_locator_may_name_several_lines():
    assert evidence.cited_lines("002:419-421,432") == ("002", (419, 420, 421, 432))


def test_a_fact_of_another_paper_is_refused():
    with pytest.raises(UserError, match="hr: 003:7 is not in paper 002"):
        read(HEAD + FINDING.replace("002:7", "003:7") + "value = 2.5")


def test_a_missing_field_is_named():
    with pytest.raises(UserError, match="finding hr: quote is missing or empty"):
        read(HEAD + FINDING.replace('quote = "HR 2.5"', "") + "value = 2.5")


def test_two_facts_may_not_share_an_id():
    with pytest.raises(UserError, match="two facts have the id 'hr'"):
        read(HEAD + 2 * (FINDING + "value = 2.5\n"))


def test_a_settled_dispute_names_its_reading():
    with pytest.raises(UserError, match="names its reading"):
        read(HEAD + FINDING + "value = 2.5\n" + OPEN.replace('"open"', '"settled"'))


def test_a_dispute_names_a_field_of_its_fact():
    with pytest.raises(UserError, match="does not have: 'valeu'"):
        read(HEAD + FINDING + "value = 2.5\n" + OPEN.replace('"value"', '"valeu"'))


def test_a_file_that_is_not_toml_is_named():
    with pytest.raises(UserError, match=r"invented-2026\.toml is not TOML"):
        read("key = ")


def test_a_definition_rests_on_thresholds_of_its_own_file():
    definition = """
[[definition]]
id = "aplasia"
term = "B-cell aplasia"
statement = "Invented."
locator = "002:7"
quote = "aplasia"
thresholds = ["absent"]
"""
    with pytest.raises(UserError, match="aplasia: no threshold 'absent'"):
        read(HEAD + definition)


def test_the_digest_changes_with_the_sources_it_covers_and_with_nothing_else():
    assert len(evidence.digest()) == 64
    assert evidence.digest("myers-2023", "wang-2025") == evidence.digest("wang-2025", "myers-2023")
    assert evidence.digest("myers-2023") != evidence.digest("wang-2025")
    assert evidence.digest() == evidence.digest(*(source.key for source in evidence.sources()))
