"""A finding is written down once, whoever reports it; papers of one stream are one report."""

import pytest

from cartwise import evidence
from cartwise.basis import NO, UserError
from cartwise.evidence.source import read_source

STUDY = """
key = "some-study"
title = "Invented"
kind = "invented"
stream = "some-study"
stream_note = "invented"
checked = "text read at line"
status = "secondary source"

[[finding]]
id = "hr"
statement = "Invented."
reported_by = ["004:58", "002:724"]
quote = "HR 4.5"
measure = "HR"
value = 4.5
population = "invented"
endpoint = "relapse"
"""


def test_a_finding_has_the_lines_of_every_paper_that_reports_it():
    finding = evidence.finding("eliana-ensign/bca-loss-one-year-hr")
    assert finding.reports == ("004:58", "002:724")
    assert finding.locator == "004:58"


@pytest.mark.parametrize(("key", "locator"), [("myers-2023", "004:58"), ("westhafen-2025", "002:724")])
def test_it_is_asked_for_under_the_name_of_a_paper_and_shows_that_papers_lines(key, locator):
    here = evidence.finding(f"{key}/bca-loss-one-year-hr")
    assert (here.source, here.locator, here.value) == (key, locator, 4.5)
    assert here.statement == evidence.fact("eliana-ensign/bca-loss-one-year-hr").statement


def test_two_papers_of_one_stream_are_one_report():
    finding = evidence.finding("eliana-ensign/bca-loss-one-year-hr")
    assert evidence.independent_reports(finding) == {"myers-shah-pulsipher": ("004:58", "002:724")}


def test_papers_of_two_streams_are_two_reports_of_still_one_study():
    transplanted = evidence.fact("eliana-ensign/hct-in-remission")
    assert set(evidence.independent_reports(transplanted)) == {
        "myers-shah-pulsipher",
        "talleur-naik-gottschalk",
    }


def test_a_fact_of_one_paper_is_one_report():
    assert evidence.independent_reports(evidence.fact("wang-2025/relapse")) == {"peking": ("001:112,118",)}


def test_a_fact_read_in_no_paper_has_no_report_and_says_where_it_was_read():
    floor = evidence.threshold("labels/brexu-cel-eu-age")
    assert evidence.independent_reports(floor) == {}
    assert (floor.checked, floor.quote) == ("public text read, no line", "")
    assert floor.locator.startswith("CHMP opinion")
    assert floor.compare(25.9, "a").truth is NO


def test_sources_that_share_patients_say_so():
    assert "car-ma" in evidence.source("chop").overlaps
    assert "chop" in evidence.source("car-ma").overlaps


def test_the_first_report_is_the_locator():
    assert read_source("some-study.toml", STUDY).facts["hr"].locator == "004:58"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('"002:724"', '"002"', "a locator reads"),
        ('quote = "HR 4.5"\n', "", "quote is missing or empty"),
        ("value = 4.5", 'value = 4.5\ntheme = "weather"', "`theme` is one of"),
        ("value = 4.5", "value = 4.5\ngroups = [{ n = 3 }]", "label is missing"),
        ("value = 4.5", 'value = 4.5\ngroups = [{ label = "a", m = 3 }]', "unknown field m"),
        ("value = 4.5", 'value = 4.5\ngroups = "a"', "`groups` is not a list of tables"),
        ("value = 4.5", "value = 4.5\nlevel = 95.0", "`level` is a share"),
        ('["004:58", "002:724"]', "[]", "locator is missing"),
    ],
)
def test_a_faulty_report_is_named(old, new, message):
    with pytest.raises(UserError, match=f"some-study.toml, finding hr: .*{message}"):
        read_source("some-study.toml", STUDY.replace(old, new))


def test_printed_numbers_of_a_dispute_belong_to_its_fields():
    dispute = '[[finding.dispute]]\nfields = ["upper"]\nprinted = "9"\nstate = "open"\nwhy = "Invented."\n'
    with pytest.raises(UserError, match="`numbers` of a dispute are of the fields"):
        read_source("some-study.toml", STUDY + dispute + "numbers = { lower = 9.0 }\n")


def test_a_number_under_an_open_dispute_is_seen_by_the_audit_only():
    survival = evidence.finding("wang-2025/os-five-years")
    assert survival.lower is None
    assert survival.disputes[0].numbers == {"lower": 64.8, "upper": 85.1}
    with pytest.raises(evidence.DisputedValueError):
        survival.number("lower")
