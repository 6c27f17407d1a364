"""Every time-to-event outcome is read with HCT ignored, with follow-up ended at HCT, and with HCT as competing event."""

import pandas as pd
import pytest

from cartwise.analyses import run
from cartwise.analyses.hct_handlings import MEANINGS
from cartwise.reports import shared
from cartwise.study import Definitions
from tests.drawing import study_of
from tests.spec.analyses.courses import courses_study, rows
from tests.spec.analyses.invented import invented

# Months of HCT, relapse and death (None: never), and of the last contact.
COURSES = {
    "A": (None, 2, 4, 30),
    "B": (None, None, 5, 30),
    "C": (3, 8, 10, 30),
    "D": (3, None, None, 30),
    "E": (20, 9, None, 30),
    "F": (None, None, None, 30),
}
OUTCOMES = (
    "overall_survival",
    "leukaemia_free_survival",
    "event_free_survival",
    "relapse_free_survival",
    "cumulative_incidence",
    "survival_after_relapse",
    "duration_of_aplasia",
    "event_free_survival_by_feature",
    "hct_after_infusion_effect",
)


def responding(**more):
    responses = rows("patient_id | day | kind | value", (f"{name} | 28 | response | CR" for name in COURSES))
    return courses_study(COURSES, assessments=responses, **more)


def read(study, name, month=12.0, by=None):
    table = run(study, name, by=by).tables["handlings"]
    return table[table["month"] == month].set_index("hct")


@pytest.mark.parametrize("name", OUTCOMES)
@pytest.mark.parametrize(("design", "patients"), [("peking", 2), ("peking", 20), ("no-hct", 20)])
def test_every_outcome_over_time_has_the_three_handlings(name, design, patients):
    result = run(invented(design, patients=patients, seed=3), name)
    table = result.tables["handlings"]
    assert list(dict.fromkeys(table["hct"])) == ["ignored", "censored", "competing"]
    assert set(table["meaning"]) - {""} == set(MEANINGS.values())
    assert (table["remark"].ne("") | table["incidence"].notna()).all()
    assert any("independent censoring" in sentence for sentence in result.methods)


def test_death_by_month_12_with_each_handling():
    """A, B and C died; C after HCT, so that before any HCT A and B of six did, and of those left when HCT ends follow-up.

    E's HCT came at month 20. A of 4 (B, E, F; C and D left at month 3), then B of 3: 1 - 3/4 x 2/3.
    """
    found = read(responding(), "overall_survival")
    assert found.loc["ignored", "incidence"] == pytest.approx(3 / 6)
    assert found.loc["censored", "incidence"] == pytest.approx(1 - 3 / 4 * 2 / 3)
    assert found.loc["competing", "incidence"] == pytest.approx(2 / 6)
    assert list(found["events"]) == [3, 2, 2]
    assert list(found["hct_first"]) == [2, 2, 2]


def test_by_month_24_another_was_transplanted():
    found = read(responding(), "overall_survival", 24.0)
    assert list(found["hct_first"]) == [3, 3, 3]


def test_with_hct_ignored_it_is_one_minus_the_curve_and_its_limits():
    study = responding()
    result = run(study, "overall_survival")
    curve = result.tables["risk_table"].set_index("month").loc[12.0]
    found = read(study, "overall_survival").loc["ignored"]
    assert found["incidence"] == pytest.approx(1 - curve["survival"])
    assert (found["lower"], found["upper"]) == pytest.approx((1 - curve["upper"], 1 - curve["lower"]))


def test_a_definition_that_ends_leukaemia_free_survival_at_hct_moves_the_curve_and_not_the_handlings():
    """Relapse or death: A, B, C, E of six; before any HCT A, B and E."""
    censored = responding(definitions=Definitions(lfs_hct="censored"))
    for one in (responding(), censored):
        found = read(one, "leukaemia_free_survival")
        assert found.loc["ignored", "incidence"] == pytest.approx(4 / 6)
        assert found.loc["competing", "incidence"] == pytest.approx(3 / 6)
    curve = run(censored, "leukaemia_free_survival").tables["groups"].loc[0, "events"]
    assert curve == 3


def test_after_a_relapse_only_a_later_transplant_counts():
    """C was transplanted at month 3 and relapsed at month 8; E relapsed at month 9 and was transplanted at month 20."""
    found = read(responding(), "survival_after_relapse")
    assert found.loc["competing", "patients"] == 3
    assert found.loc["competing", "hct_first"] == 1
    assert found.loc["ignored", "incidence"] == pytest.approx(2 / 3)


def test_a_transplant_before_remission_is_no_transplant_of_a_patient_in_remission():
    """Remission is documented on day 28; a transplant on day 20 came before time zero."""
    study = study_of(
        patients="patient_id\nA\nB",
        infusions="patient_id | day\nA | 0\nB | 0",
        treatments="patient_id | day | kind\nA | -99 | chemotherapy\nB | -99 | chemotherapy\nA | 20 | HCT\nB | 60 | HCT",
        assessments="patient_id | day | kind | value\nA | 28 | response | CR\nB | 28 | response | CR",
        follow_up="patient_id | day | status\nA | 900 | alive\nB | 900 | alive",
    )
    found = read(study, "relapse_free_survival")
    assert found.loc["competing", "hct_first"] == 1
    assert read(study, "overall_survival").loc["competing", "hct_first"] == 2


def test_where_nobody_was_transplanted_the_three_agree_and_say_so():
    study = courses_study({name: (None, *rest) for name, (_, *rest) in COURSES.items()})
    found = read(study, "leukaemia_free_survival")
    assert len(set(found["incidence"])) == 1
    assert list(found["remark"]) == ["", "nobody had HCT first", "nobody had HCT first"]


def test_a_patient_whose_transplants_are_not_known_is_left_out_where_they_matter():
    """A treatment of F could not be read, so that nobody knows whether F was transplanted."""
    study = courses_study(COURSES)
    tables = {
        "patients": rows("patient_id", COURSES),
        "infusions": rows("patient_id | day", (f"{name} | 0" for name in COURSES)),
        "treatments": rows(
            "patient_id | day | kind",
            [*(f"{n} | -99 | chemotherapy" for n in COURSES), "F | not a day | HCT"],
        ),
        "follow_up": rows("patient_id | day | status", (f"{name} | 900 | alive" for name in COURSES)),
    }
    found = read(study_of(**tables), "overall_survival")
    assert list(found["patients"]) == [6, 5, 5]
    assert found.loc["censored", "remark"].startswith("HCT not known of 1, left out")
    assert list(read(study, "overall_survival")["patients"]) == [6, 6, 6]


def test_groups_have_their_own_rows():
    found = run(responding(), "overall_survival", by="prior_hct").tables["handlings"]
    assert list(dict.fromkeys(found["group"])) == ["no"]
    assert len(found) == 9


def test_relapse_has_death_as_competing_event_under_each_handling():
    """Relapse by month 12: A, C, E; before any HCT A and E."""
    table = run(responding(), "cumulative_incidence").tables["handlings"]
    found = table.query("month == 12 and outcome == 'Relapse'").set_index("hct")["incidence"]
    assert found["ignored"] == pytest.approx(3 / 6)
    assert found["competing"] == pytest.approx(2 / 6)


APLASIA = {
    "patients": "patient_id\nA\nB\nC",
    "infusions": "patient_id | day\nA | 0\nB | 0\nC | 0",
    "treatments": "patient_id | day | kind\nA | -99 | chemotherapy\nA | 50 | HCT",
    "b_cells": "\n".join(
        [
            "patient_id | day | specimen | percent_of_lymphocytes",
            *("A | 20 | blood | 0\nA | 40 | blood | 0\nA | 80 | blood | 20").splitlines(),
            *("B | 20 | blood | 0\nB | 60 | blood | 20").splitlines(),
            *("C | 20 | blood | 0\nC | 200 | blood | 0").splitlines(),
        ]
    ),
    "follow_up": "patient_id | day | status\nA | 400 | alive\nB | 400 | alive\nC | 400 | alive",
}


def test_aplasia_with_hct_ignored_counts_b_cells_that_came_back_after_it():
    """By month 3 B lost it; A's B cells came back on day 80, after HCT on day 50."""
    found = read(study_of(**APLASIA), "duration_of_aplasia", 3.0)
    assert list(found["events"]) == [2, 1, 1]
    assert found.loc["ignored", "incidence"] == pytest.approx(2 / 3)
    assert found.loc["competing", "incidence"] == pytest.approx(1 / 3)
    # A leaves at its last sample before HCT, on day 40, so that B is one of two.
    assert found.loc["censored", "incidence"] == pytest.approx(1 / 2)


def test_a_model_of_several_covariates_has_a_hazard_ratio_for_each_handling():
    result = run(invented(patients=50, seed=7), "leukaemia_free_survival_model")
    table = result.tables["handlings"].set_index(["hct", "covariate"])
    firth = result.tables["multivariable_firth"].set_index("covariate")
    assert table.loc[("ignored", "Sex"), "hazard_ratio"] == pytest.approx(firth.loc["Sex", "hazard_ratio"])
    assert table.loc[("competing", "Sex"), "hazard_ratio"] != table.loc[("censored", "Sex"), "hazard_ratio"]
    assert table.loc["censored", "events"].iloc[0] < table.loc["ignored", "events"].iloc[0]
    assert any("Fine and Gray" in sentence for sentence in result.methods)


def test_the_table_of_handlings_never_leaves_the_centre():
    result = run(responding(), "overall_survival")
    assert "handlings" not in shared(result).tables
    assert "`handlings`" in result.caption


def test_a_cohort_that_is_no_cohort_gets_reasons():
    table = run(study_of(patients="patient_id\nA"), "overall_survival").tables["handlings"]
    assert set(table["remark"]) == {"no patient was followed"}
    assert pd.isna(table["incidence"]).all()
