"""What decisions after remission turn on, where another product, a relapse or a transplant came between."""

from __future__ import annotations

import pytest

from cartwise.basis import Missing
from cartwise.measures import Sheet
from cartwise.measures.after_remission import day_given_again
from tests.drawing import patient_of

TISA, BREXU = "tisagenlecleucel", "brexucabtagene autoleucel"
HEAD = "day | course | product"
FIRST = f"{HEAD}\n0 | 1 | {TISA}"
FLOW = "day | method | specimen | result\n150 | flow | marrow | negative"
CAR_T_ELSEWHERE = "day | kind | detail\n200 | CAR T | elsewhere"


def infusions(*rows):
    return "\n".join([FIRST, *rows])


def measured(name, day=500, **tables):
    tables.setdefault("infusions", FIRST)
    return Sheet(patient_of(**tables, follow_up="day | status\n600 | alive").as_of(day))[name]


@pytest.mark.parametrize(
    ("rows", "answer", "day"),
    [
        pytest.param(["400 | 2 | " + TISA], True, 400.0, id="the same product"),
        pytest.param(["200 | 2 | " + BREXU, "400 | 3 | " + TISA], True, 400.0, id="another product between"),
        pytest.param(["200 | 2 | " + TISA, "400 | 3 | " + BREXU], True, 200.0, id="another product after"),
        pytest.param(["200 | 2 | " + TISA, "400 | 3 | " + TISA], True, 200.0, id="given three times"),
        pytest.param(["200 | 2 | " + BREXU], False, None, id="another product only"),
        pytest.param(["200 | 2 |"], None, None, id="no product named"),
        pytest.param(["200 | 2 | " + BREXU, "400 | 3 |"], None, None, id="another, then no product named"),
        pytest.param(["200 | 2 |", "400 | 3 | " + TISA], True, None, id="no product named before it"),
        pytest.param(["200 | 2 | " + TISA, "400 | 3 |"], True, 200.0, id="no product named after it"),
        pytest.param(["1 | 1 | " + TISA], False, None, id="a split dose"),
        pytest.param(["1 | 1 | " + TISA, "200 | 2 | " + BREXU], False, None, id="a split dose, then another"),
    ],
)
def test_reinfusion_is_dated_to_the_course_of_the_same_product(rows, answer, day):
    patient = patient_of(infusions=infusions(*rows))
    told, given = Sheet(patient).value("reinfused"), day_given_again(patient)
    assert isinstance(told, Missing) if answer is None else told is answer
    assert isinstance(given, Missing) if day is None else given == day
    if day is not None:
        assert f"on day {day:g}" in Sheet(patient)["reinfused"].note


@pytest.mark.parametrize(
    ("rows", "answer"),
    [
        ([], None),
        (["200 | 2 | " + BREXU], False),
        (["300 | 2 | " + BREXU], None),
        (["400 | 2 | " + TISA], True),
    ],
)
def test_cells_given_elsewhere_name_no_product_unless_an_infusion_of_that_day_does(rows, answer):
    told = measured("reinfused", infusions=infusions(*rows), treatments=CAR_T_ELSEWHERE).value
    assert isinstance(told, Missing) if answer is None else told is answer


def test_before_the_reinfusion_was_given_it_is_not_known():
    rows = infusions("200 | 2 | " + BREXU, "400 | 3 | " + TISA)
    assert measured("reinfused", 399, infusions=rows).value is False
    assert measured("reinfused", 400, infusions=rows).value is True


def test_precursors_seen_after_a_transplant_are_those_of_the_graft():
    seen = "day | specimen | hematogones\n{} | marrow | yes"
    hct = "day | kind\n100 | HCT"
    assert measured("hematogones_seen", b_cells=seen.format(90), treatments=hct).value is True
    assert isinstance(measured("hematogones_seen", b_cells=seen.format(130), treatments=hct).value, Missing)
    assert measured("hematogones_seen", b_cells=seen.format(130)).value is True


@pytest.mark.parametrize(
    "later",
    [
        {"relapses": "day | site\n160 | marrow"},
        {"treatments": "day | kind\n160 | HCT"},
        {"infusions": infusions("160 | 2 | " + BREXU)},
    ],
    ids=["relapse", "HCT", "another product"],
)
def test_a_negative_test_does_not_tell_the_present_once_something_came_after_it(later):
    assert measured("flow_mrd_negative", 155, mrd=FLOW, **later).value is True
    assert isinstance(measured("flow_mrd_negative", 170, mrd=FLOW, **later).value, Missing)
    assert measured("flow_mrd_negative", 170, mrd=FLOW).value is True


@pytest.mark.parametrize(("day", "wanting"), [(50, False), (70, False), (71, True), (92, True), (93, False)])
def test_the_weeks_about_day_28_in_which_ngs_is_wanting_are_those_of_the_latest_course(day, wanting):
    again = infusions(f"50 | 2 | {BREXU}")
    assert measured("ngs_wanting_about_day_28", day, infusions=again).value is wanting
