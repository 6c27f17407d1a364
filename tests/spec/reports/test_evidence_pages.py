"""The pages on the evidence: everything that is said stands there, nothing disputed is drawn, nothing is averaged."""

import html
import re
from dataclasses import replace
from xml.etree import ElementTree as ET

import pytest

from cartwise.basis import UserError
from cartwise.evidence import CONTESTED, FACTORS, Proportion, about, audit, fact, source, sources
from cartwise.reports import evidence_pooled, write_report
from cartwise.reports.evidence_drawn import counts, found, percentages, ratios
from cartwise.reports.evidence_pages import evidence_pages
from cartwise.reports.evidence_pooled import STUDIES, pooled_relapse
from cartwise.reports.figures.forest import ForestFigure, ForestRow, draw
from cartwise.reports.wording import evidence_page
from cartwise.study import About
from tests.drawing import study_of

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def pages():
    return evidence_pages()


def words(page):
    """What a reader reads: tags away, entities back, white space as one."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).split())


def row(value, lower=None, upper=None, *, label="a study", heading=""):
    return ForestRow(heading, label, "", value, lower, upper, "as printed")


def drawn(*rows, logarithmic=True):
    return ET.fromstring(draw(ForestFigure(rows, "title", "axis", logarithmic=logarithmic)))


def test_every_factor_has_a_page_that_the_index_links(pages):
    for factor in FACTORS:
        assert f"evidence/{evidence_page(factor)}" in pages
        assert f'href="{evidence_page(factor)}"' in pages["evidence/index.html"]


@pytest.mark.parametrize("factor", FACTORS)
def test_a_page_says_all_that_is_known_of_its_factor(pages, factor):
    page = words(pages[f"evidence/{evidence_page(factor)}"])
    for one in about(factor):
        assert page.count(" ".join(one.statement.split())) >= 2, one.key  # by effect, and in the table
        for text in (*one.reports, getattr(one, "population", ""), getattr(one, "endpoint", "")):
            assert text in page, (one.key, text)
        for dispute in one.disputes:
            assert " ".join(dispute.printed.split()) in page
            assert " ".join(dispute.why.split()) in page


def test_agreement_and_disagreement_stand_side_by_side(pages):
    page = words(pages["evidence/consolidative-hct.html"])
    places = [
        page.index(head)
        for head in ("Worse with the factor", "No difference found", "Better with the factor")
    ]
    assert places == sorted(places)
    assert page.index("HCT did not change leukaemia-free survival at any burden.") > places[1]


def test_two_papers_of_one_stream_are_one_report():
    assert found(fact("car-ma/high-burden-efs-hr")).reports == ("myers-shah-pulsipher: 002:714-715, 004:46",)


@pytest.mark.parametrize("factor", FACTORS)
def test_nothing_under_an_open_dispute_is_drawn(factor):
    facts = about(factor)
    disputed = [one for one in facts if one.open_fields]
    for make in (ratios, counts, percentages):
        assert make(factor, disputed).rows == ()
    for one in disputed:
        if not one.open_fields <= {"lower", "upper", "standard_error"}:
            assert re.fullmatch(r"disputed: [a-z, ]+(; P [=<] [0-9.]+)?", found(one).numbers)


def test_a_number_whose_limit_alone_is_disputed_is_told_but_not_drawn():
    one = fact("wang-2025/female-severe-crs-model-2")
    assert found(one).numbers == "OR 0.185; disputed: upper; P = 0.171"
    assert ratios("sex", [one]).rows == ()


def test_a_printed_bound_is_told_but_not_drawn():
    bound = fact("eliana-ensign/early-bca-loss-efs")
    assert found(bound).numbers == "survival probability <20 %"
    assert percentages("loss of B-cell aplasia", [bound]).rows == ()


def test_every_ratio_and_proportion_without_an_open_dispute_is_drawn():
    for factor in FACTORS:
        facts = [one for one in about(factor) if not one.open_fields]
        wanted = [
            one for one in facts if getattr(one, "measure", "") in {"HR", "OR", "SHR"} and not one.relation
        ]
        values = sorted(one.value for one in wanted if one.value is not None)
        assert sorted(line.value for line in ratios(factor, facts).rows) == values
        assert len(counts(factor, facts).rows) >= sum(isinstance(one, Proportion) for one in facts)


def test_a_proportion_has_its_exact_interval():
    """0 of 5: 1 - 0.025 ** (1/5)."""
    (line,) = counts("consolidative HCT", [fact("st-jude/relapse-hct")]).rows
    assert (line.value, line.lower) == (0, 0)
    assert line.upper == pytest.approx(100 * (1 - 0.025**0.2))


def test_no_interval_is_made_up_from_a_p_value():
    without = fact("prwcc/high-burden-os-hr")
    (line,) = ratios("marrow burden", [without]).rows
    assert (line.lower, line.upper) == (None, None)


def test_a_mark_without_an_interval_is_hollow():
    hollow, full = drawn(row(2.0), row(2.0, 1.0, 4.0)).iter(f"{SVG}circle")
    assert hollow.get("fill") == "white"
    assert full.get("fill") == hollow.get("stroke")


def test_ratios_stand_on_a_logarithmic_axis():
    half, one, two = (
        float(mark.get("cx")) for mark in drawn(row(0.5), row(1.0), row(2.0)).iter(f"{SVG}circle")
    )
    assert one - half == pytest.approx(two - one, abs=0.11)


def test_an_interval_beyond_the_axis_ends_in_an_arrow():
    assert len(list(drawn(row(1.0, 0.00001, 2.0)).iter(f"{SVG}path"))) == 1
    assert not list(drawn(row(1.0, 0.5, 2.0)).iter(f"{SVG}path"))


def test_a_forest_plot_is_the_same_each_time_and_escapes_its_words():
    figure = ForestFigure((row(2.0, 1.0, 4.0, label="<b> & co"),), "t", "x", logarithmic=True)
    assert draw(figure) == draw(figure)
    assert "<b>" not in draw(figure)
    with pytest.raises(ValueError, match="above 0"):
        draw(ForestFigure((row(0.0),), "t", "x", logarithmic=True))


def test_the_pool_has_the_counts_of_table_1(pages):
    page = words(pages["evidence/relapse-after-hct.html"])
    for text in ("5/23", "19/27", "0/5", "4/4", "2/21", "7/7", "8/25", "4/5", "003:45,55"):
        assert text in page


def test_the_pool_gives_several_methods_and_what_it_cannot_show(pages):
    pooled = pooled_relapse()
    given = dict(zip(pooled.methods["method"], pooled.methods["odds ratio"], strict=True))
    assert given["Mantel-Haenszel, common effect"] == "0.066"  # as tests/spec/statistics has it by hand
    assert len(given) == 9
    assert list(pooled.without["left out"]) == list(STUDIES)
    assert set(pooled.methods["95 % prediction interval"]) > {"none: common effect"}
    page = words(pages["evidence/relapse-after-hct.html"])
    assert "Patients who relapse before the median day of HCT stand in the arm without it." in page
    assert "What immortal time alone would make" in page


def test_the_earlier_relapses_come_the_more_immortal_time_makes():
    simulated = pooled_relapse().simulated["median odds ratio without any effect of HCT"].astype(float)
    assert simulated.is_monotonic_increasing
    assert simulated.max() < 1


@pytest.mark.parametrize(("one", "other"), [("plat-02", "nci-cd28"), ("nci-cd28", "plat-02")])
def test_overlapping_cohorts_are_refused(monkeypatch, one, other):
    """Whichever of the two says that they share patients."""

    def overlapping(key):
        return replace(source(key), overlaps=(other,) if key == one else ())

    monkeypatch.setattr(evidence_pooled, "source", overlapping)
    with pytest.raises(UserError, match="their patients would count more than once"):
        pooled_relapse()


def test_the_audit_page_has_every_row_that_does_not_agree(pages):
    page = words(pages["evidence/audit.html"])
    failing = [line for one in sources() for line in audit(one) if line.verdict != "agrees"]
    assert failing
    for line in failing:
        assert f"{line.fact} {line.locator} {line.check} {line.verdict}" in page
    assert pages["evidence/audit.html"].count("<tr>") == len(failing) + 1


def test_contested_definitions_stand_side_by_side_in_the_words_of_each_source(pages):
    assert 'href="definitions.html"' in pages["evidence/index.html"]
    page = words(pages["evidence/definitions.html"])
    for one in CONTESTED:
        assert page.index(one.why) > page.index(one.term)
        for key in one.facts:
            said = fact(key)
            assert " ".join(said.quote.split()) in page, key
            assert all(locator in page for locator in said.reports or (said.locator,)), key
        for source_key, locator in one.silent:
            assert f"{source_key} ({locator})" in page


@pytest.mark.parametrize("one", CONTESTED, ids=lambda one: one.term)
def test_a_contested_term_is_told_by_several_sources(one):
    assert len({fact(key).source for key in one.facts}) > 1
    assert not {fact(key).source for key in one.facts} & {key for key, _ in one.silent}
    assert all(source(key) for key, _ in one.silent)


def test_every_page_needs_no_file_beside_it_and_says_research_use(pages):
    for name, page in pages.items():
        assert "Research use; supports and never replaces clinical judgement" in page, name
        assert "Published evidence as printed" in page
        assert not re.findall(r"<(?:script|img|iframe)\b", page), name
        linked = set(re.findall(r'href="([^"#:]+)["#]', page)) - {"../index.html"}
        assert {f"evidence/{target}" for target in linked} <= pages.keys()


@pytest.mark.parametrize("share", [False, True])
def test_a_report_holds_the_evidence_and_links_it(tmp_path, pages, share):
    study = study_of(about=About(name="S"), patients="patient_id | disease\nA | B-ALL")
    index = write_report(study, tmp_path, share=share)
    assert 'href="evidence/index.html"' in index.read_text(encoding="utf-8")
    for name, page in pages.items():
        assert (tmp_path / name).read_text(encoding="utf-8") == page


def test_the_index_names_the_paper_of_every_place():
    index = evidence_pages()["evidence/index.html"]
    named = re.findall(r'(\d{3}) is <a href="#([\w-]+)">', index)
    assert dict(named) == {source.paper: source.key for source in sources() if source.paper}
    assert all(f'id="{key}"' in index for _, key in named)
    assert all('href="index.html#papers"' in text for text in evidence_pages().values())
