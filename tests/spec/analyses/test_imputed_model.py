"""The model of leukaemia-free survival with gaps filled many times, beside the complete cases."""

import math

import pytest

from cartwise.analyses import run
from cartwise.statistics import rubin
from tests.spec.analyses.courses import courses_study, rows

COURSES = {f"P{n}": (None, 2 + n if n % 3 else None, None, 30) for n in range(24)}
HCT = {f"P{n}" for n in range(24) if n % 5 in (1, 2)}


def study_from(gaps):
    ages = [f"P{n} | {'' if n in gaps else (6 if n % 3 else 10) + n % 5}" for n in range(24)]
    return courses_study(
        COURSES,
        patients=rows("patient_id | age_at_index_years", ages),
        treatments=rows(
            "patient_id | day | kind",
            [f"{n} | -99 | {'HCT' if n in HCT else 'chemotherapy'}" for n in COURSES],
        ),
        marrow=rows("patient_id | day | blasts", [f"P{n} | -9 | {60 / (n + 1):.1f}" for n in range(24)]),
    )


def test_complete_cases_stand_as_they_are_and_the_pooled_model_has_everybody():
    result = run(study_from({1, 5, 9}), "leukaemia_free_survival_model", imputations=5)
    plain = run(study_from({1, 5, 9}), "leukaemia_free_survival_model")
    assert "imputed" not in plain.tables
    assert result.tables["multivariable_cox"].equals(plain.tables["multivariable_cox"])
    assert (result.tables["imputed"]["n"] == 24).all()
    filled = result.tables["filled"].set_index("covariate")
    assert filled.loc["Age at infusion, per 5 years", "filled"] == 3
    assert result.command.endswith("--imputations 5")
    assert any("Rubin" in sentence and "missing at random" in sentence for sentence in result.methods)


def test_with_nothing_missing_the_pooled_model_is_the_complete_one():
    result = run(study_from(set()), "leukaemia_free_survival_model", imputations=3)
    pooled = result.tables["imputed"].query("method == 'cox'")["hazard_ratio"]
    assert list(pooled) == pytest.approx(list(result.tables["multivariable_cox"]["hazard_ratio"]))
    assert (result.tables["imputed"]["missing_information"] == 0).all()
    assert "Nothing was missing" in result.caption


def test_the_same_command_gives_the_same_numbers():
    one, other = (run(study_from({2, 7}), "leukaemia_free_survival_model", imputations=4) for _ in range(2))
    assert one.tables["imputed"].equals(other.tables["imputed"])


def test_pooling_is_rubins_on_the_scale_of_log_ratios():
    pooled = rubin([math.log(2), math.log(2.2), math.log(1.8)], [0.3, 0.31, 0.29], complete_df=14)
    assert math.exp(pooled.value) == pytest.approx((2 * 2.2 * 1.8) ** (1 / 3))


def test_without_a_model_nothing_is_imputed_and_the_reason_is_said():
    free = courses_study({"A": (None, None, None, 9), "B": (None, None, None, 9)})
    result = run(free, "leukaemia_free_survival_model", imputations=3)
    assert "Nothing was imputed" in result.caption
    assert result.tables["imputed"].empty
