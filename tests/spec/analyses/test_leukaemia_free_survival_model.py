"""Baseline covariates and leukaemia-free survival: a screen and models that say what they cannot give."""

import pandas as pd
import pytest

from cartwise.analyses import run
from cartwise.analyses.baseline_covariates import CANDIDATES, Covariate, refused
from cartwise.basis import DAYS_PER_MONTH
from cartwise.measures import Sheet
from cartwise.measures.transplant import hct_after_infusion
from tests.drawing import study_of

# Months to relapse (r) or last contact, age at infusion, sex, prior HCT.
COURSES = {
    "A": (2, 1, 4, "male", 1), "B": (3, 1, 12, "male", 0), "C": (5, 1, 6, "female", 1),
    "D": (7, 1, 9, "male", 0), "E": (9, 0, 15, "female", 0), "F": (8, 1, 3, "female", 1),
    "G": (14, 0, 11, "female", 0), "H": (18, 0, 8, "male", 0),
    "I": (20, 0, 17, "female", 0), "J": (22, 0, 10, "male", 0),
}  # fmt: skip
"""In this cohort, those transplanted before do worse; age and sex do not go with relapse."""


def day(months):
    return f"{months * DAYS_PER_MONTH:g}"


def study_from(courses, more=""):
    return study_of(
        patients="patient_id | age_at_index_years | sex\n"
        + "\n".join(f"{name} | {age} | {sex}" for name, (_, _, age, sex, _) in courses.items()),
        infusions="patient_id | day\n" + "\n".join(f"{name} | 0" for name in courses),
        treatments="patient_id | day | kind\n"
        + "\n".join(f"{name} | -99 | {'HCT' if c[4] else 'chemotherapy'}" for name, c in courses.items())
        + more,
        relapses="patient_id | day\n" + "\n".join(f"{n} | {day(c[0])}" for n, c in courses.items() if c[1]),
        follow_up="patient_id | day | status\n"
        + "\n".join(f"{n} | {day(c[0] + 0.1)} | alive" for n, c in courses.items()),
    )


@pytest.fixture(scope="module")
def result():
    return run(study_from(COURSES), "leukaemia_free_survival_model")


@pytest.fixture(scope="module")
def screen(result):
    return result.tables["univariate"].set_index("covariate")


def test_every_declared_covariate_has_a_line_with_a_number_or_its_reason(screen):
    assert set(screen.index) == {covariate.label for covariate in CANDIDATES}
    assert (screen["hazard_ratio"].notna() | (screen["remark"] != "")).all()
    assert screen.loc["MRD before lymphodepletion", "remark"] == "known for nobody"


def test_a_covariate_below_one_in_five_alone_enters_the_model(result, screen):
    assert screen.loc["Prior HCT", "p_screen"] < 0.2
    assert screen.loc["Prior HCT", "hazard_ratio"] > 1
    assert screen.loc["Sex", "enters"] == "no"
    assert "Prior HCT" in set(result.tables["multivariable_cox"]["covariate"])
    assert "Sex" not in set(result.tables["multivariable_cox"]["covariate"])


def test_firths_estimates_stand_beside_and_few_events_are_warned_of(result):
    models = result.tables["models"].set_index("model")
    assert models.loc["multivariable_firth", "n"] == 10
    assert (models["events"] == 5).all()
    assert models["warning"].str.contains("fewer than 10").all()
    assert "prefer Firth" in result.caption


def test_a_separated_covariate_has_no_ordinary_ratio_and_a_finite_penalised_one():
    """All with prior HCT relapse before anybody else is at risk of it, so the likelihood rises without end."""
    courses = {
        name: (1 + i * 0.5, 1, 5 + i % 3, "male", 1) if i < 5 else (20 + i, 0, 5 + i % 3, "male", 0)
        for i, name in enumerate("ABCDEFGHIJ")
    }
    result = run(study_from(courses), "leukaemia_free_survival_model")
    alone = result.tables["univariate"].set_index("covariate").loc["Prior HCT"]
    assert pd.isna(alone["hazard_ratio"])
    assert "separation" in alone["remark"]
    firth = result.tables["multivariable_firth"].set_index("covariate").loc["Prior HCT"]
    assert 1 < firth["hazard_ratio"] < 1e4


def test_a_covariate_first_known_after_infusion_is_not_entered():
    """The immortal-time guard, here asked of a transplant that followed on day 60."""
    sheets = {
        name: Sheet(patient) for name, patient in study_from(COURSES, more="\nI | 60 | HCT").patients.items()
    }
    assert "immortal time" in refused(Covariate(hct_after_infusion, "HCT"), sheets)
    assert [covariate.label for covariate in CANDIDATES if refused(covariate, sheets)] == []


@pytest.mark.parametrize(
    ("courses", "said"),
    [
        ({}, "known for nobody"),
        ({"A": (9, 1, 5, "male", 1)}, "the same in all"),
        ({"A": (9, 0, 5, "male", 1), "B": (9, 0, 8, "female", 0)}, "no event"),
    ],
)
def test_without_events_or_patients_there_is_a_reason_and_no_model(courses, said):
    study = study_from(courses) if courses else study_of(patients="patient_id\nA")
    result = run(study, "leukaemia_free_survival_model")
    assert result.tables["univariate"]["hazard_ratio"].isna().all()
    assert said in " ".join(result.tables["univariate"]["remark"])
    assert "No model could be made" in result.caption
    assert list(result.tables) == ["univariate"]
    assert not result.shareable
