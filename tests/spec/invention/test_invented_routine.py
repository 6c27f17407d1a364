"""What every ward and visit takes beside leukaemia and CAR T cells: routine blood, IgG, vital signs, the search for IEC-HS."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest
from numpy.random import default_rng
from pandas.testing import assert_frame_equal

from cartwise.invention import invent, study
from cartwise.measures import Sheet
from tests.spec.backtest.invented import invented


@pytest.fixture(scope="module")
def many():
    """200 children of whom none is transplanted, so that relapses are many."""
    return invent("no-hct", patients=200, seed=2)


def lab(made, test):
    rows = made.tables["labs"].query("test == @test")
    return rows.astype({"day": float, "value": float}).set_index("patient_id")


def test_its_own_random_numbers_leave_the_rest_of_the_study_as_it_is(monkeypatch):
    before = invent("peking", patients=12, seed=4)
    plain = study._streams
    with monkeypatch.context() as patched:
        others = {name: partial(default_rng, place) for place, name in enumerate(("laboratory", "bedside"))}
        patched.setattr(
            study,
            "_streams",
            lambda seed, number: plain(seed, number) | {name: made() for name, made in others.items()},
        )
        after = invent("peking", patients=12, seed=4)
    assert not lab(before, "LDH").equals(lab(after, "LDH"))
    for name in set(before.tables) - {"labs", "observations", "treatments", "assessments"}:
        assert_frame_equal(before.tables[name], after.tables[name])
    for name in before.truth:
        assert_frame_equal(before.truth[name], after.truth[name])
    for test in ("ferritin", "CRP", "IL-6"):
        assert_frame_equal(lab(before, test), lab(after, test))


def test_ldh_rises_with_leukaemia(many):
    blasts = many.tables["marrow"].query("day > 28").set_index(["patient_id", "day"])["blasts"]
    ldh = lab(many, "LDH").query("day > 28").set_index("day", append=True)["value"]
    fold = ldh / ldh.groupby(level=0).transform("median")
    seen = blasts.reindex(fold.index)
    full, clear = fold[(seen > 20).fillna(value=False)], fold[(seen < 5).fillna(value=False)]
    assert len(full) >= 5
    assert full.median() > 1.6
    assert 0.9 < clear.median() < 1.1


def test_haemoglobin_is_lowest_in_the_first_weeks_and_a_child_is_transfused_before_it_falls_too_far(many):
    found = lab(many, "haemoglobin")
    first, later = found.query("0 <= day <= 28")["value"], found.query("day > 120")["value"]
    assert found.query("day < 0")["value"].median() > first.median() + 0.5
    assert later.median() > first.median() + 2
    assert found["value"].min() >= 7.0


def test_creatinine_grows_with_the_child_and_rises_in_severe_crs(many):
    ages = many.tables["patients"].set_index("patient_id")["age_at_index_years"].astype(float)
    found = lab(many, "creatinine")
    before, during = (
        found.query(span)["value"].groupby(level=0).max() for span in ("day < 0", "0 <= day <= 21")
    )
    assert np.corrcoef(ages.reindex(before.index).rank(), before.rank())[0, 1] > 0.5
    grade = many.tables["toxicities"].query("kind == 'CRS'").groupby("patient_id")["grade"].max()
    rise = (during / before).dropna()
    severe = grade.reindex(rise.index) >= 3
    assert rise[severe].median() > rise[~severe].median() + 0.1


@pytest.mark.parametrize("test", ["haemoglobin", "LDH", "creatinine"])
def test_a_routine_test_is_now_and_then_not_taken(many, test):
    visits = many.tables["labs"].query("test == 'ANC'").set_index(["patient_id", "day"]).index
    taken = many.tables["labs"].query("test == @test").set_index(["patient_id", "day"]).index
    share = visits[visits.get_level_values("day") != 30].isin(taken).mean()
    assert 0.92 < share < 0.99


def test_igg_of_day_28_is_known_days_later_and_a_low_one_is_answered_then():
    made = invent("peking", patients=80, seed=6)
    first = made.tables["labs"].query("test == 'IgG' and day == 28").set_index("patient_id")
    assert (first["available_day"] > 28).all()
    given = made.tables["treatments"].query("kind == 'immunoglobulin' and day > 28 and day < 33")
    low = first[first["value"] < 400]
    assert 0 < len(low) < len(first) / 3
    assert dict(zip(given["patient_id"], given["day"], strict=True)) == low["available_day"].to_dict()


def test_a_view_of_day_28_does_not_know_the_igg_that_was_taken_on_it():
    patients, _ = invented("peking", 10, 6)
    sheets = [Sheet(patient.as_of(28)) for patient in patients.patients.values()]
    assert {sheet["igg"].note for sheet in sheets if sheet["igg"].known} == {"on day 0"}
    later = [Sheet(patient.as_of(31))["igg"] for patient in patients.patients.values()]
    assert "on day 28" in {igg.note for igg in later if igg.known}


def test_iec_hs_is_looked_for_in_everybody_and_found_in_few_who_had_crs(many):
    told = many.tables["assessments"].query("kind == 'IEC-HS'")
    assert set(told["patient_id"]) == set(many.tables["patients"]["patient_id"])
    found = set(told.query("value == 'present'")["patient_id"])
    grades = many.tables["toxicities"].query("kind == 'CRS'").groupby("patient_id")["grade"].max()
    assert 1 <= len(found) <= 12
    assert grades[list(found)].min() >= 1


def test_the_observations_agree_with_the_recorded_grades_and_settle_most_of_them():
    patients, _ = invented("peking", 40, 5)
    sheets = [Sheet(patient) for patient in patients.patients.values()]
    assert {sheet["crs_grades_agree"].value for sheet in sheets} == {True}
    assert {sheet["icans_grades_agree"].value for sheet in sheets} == {True}
    settled = [sheet for sheet in sheets if isinstance(sheet["crs_max_grade_derived"].value, int)]
    assert len(settled) > 25
    assert all(sheet["crs_max_grade_derived"].value == sheet["crs_max_grade"].value for sheet in settled)


@pytest.mark.parametrize("measure", ["car_hematotox", "easix", "anaemia_grade_ctcae", "weight", "igg"])
@pytest.mark.parametrize("design", ["peking", "lodz"])
def test_what_rests_on_routine_tests_is_known_of_most_children_in_the_second_month(design, measure):
    patients, _ = invented(design, 19, 8)
    known = [Sheet(patient.as_of(50))[measure].known for patient in patients.patients.values()]
    assert np.mean(known) > 0.75
