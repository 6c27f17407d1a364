"""P values beside those adjusted for their family, and numbers of patients that count patients."""

import pandas as pd
import pytest
from scipy.stats import false_discovery_control

from cartwise.analyses import run
from cartwise.basis import Estimate
from tests.spec.analyses.courses import courses_study, rows
from tests.spec.analyses.invented import invented


@pytest.fixture(scope="module")
def study():
    return invented(patients=120, seed=3)


@pytest.fixture(scope="module")
def strata(study):
    return run(study, "hct_within_mrd_strata")


def adjusted(table, family, p="p", q="q"):
    """Whether q is Benjamini and Hochberg's of p in each family, and stands exactly where p does."""
    assert table[p].notna().sum() > 1
    assert (table[p].notna() == table[q].notna()).all()
    tested = table[table[p].notna()]
    groups = tested.groupby(family) if family else [("", tested)]
    for _, rows_of in groups:
        expected = false_discovery_control(rows_of[p].to_numpy(float))
        assert rows_of[q].to_numpy(float) == pytest.approx(expected)


def test_interactions_are_adjusted_over_the_cut_offs_of_one_outcome(strata):
    adjusted(strata.tables["interaction"], ["outcome"])
    assert "of interactions for all cut-offs of one outcome" in strata.caption


def test_responses_are_adjusted_over_the_responses_compared(study):
    result = run(study, "response_rates", by="prior_hct")
    adjusted(result.tables["tests"], [])
    assert "adjusted for the responses compared" in result.caption


def test_characteristics_landmarks_and_kinetics_are_adjusted_in_their_families(study):
    adjusted(run(study, "cohort_description", by="prior_hct").tables["comparison"], [])
    effects = run(study, "landmarks_after_infusion").tables["effects"]
    adjusted(effects[effects["standing"] == "sound"], [])
    kinetics = run(study, "kinetics_by_group").tables["kinetics"]
    for outcome in ("cmax", "auc_0_28d", "tlast"):
        adjusted(kinetics, [], f"p_{outcome}", f"q_{outcome}")


def counts(found):
    return {name: value.n for name, value in found.items() if isinstance(value, Estimate)}


@pytest.mark.parametrize(
    "name", ["hct_within_mrd_strata", "hct_after_infusion_effect", "landmarks_after_infusion"]
)
def test_an_estimate_counts_patients_and_not_their_intervals(study, name):
    """A transplanted patient has two intervals, with B-cell samples many."""
    result = run(study, name)
    table = next(t for t in result.tables.values() if "approach" in t.columns)
    arms = ["no_hct", "hct"] if "hct" in table.columns else ["without", "with"]
    assert (table["approach"] == "Time-varying covariate").any()
    n = table[arms].sum(axis=1)
    said = {
        tuple(
            str(row[key]) for key in ("outcome", "burden", "stratum", "exposure", "approach") if key in row
        ): n[i]
        for i, row in table.to_dict("index").items()
    }
    for key, value in counts(result.estimates).items():
        matching = [total for words, total in said.items() if all(word in key for word in words)]
        assert value in matching, key


def test_survival_compared_on_one_side_of_relapse_names_its_test(strata):
    table = strata.tables["strata"].query("outcome == 'Overall survival' and p.notna()")
    tests = table.groupby("approach")["test"].unique()
    assert list(tests["Time-varying covariate"]) == ["log-rank, stratified by relapse"]
    assert list(tests["Landmark at month 3"]) == ["log-rank"]


def response_study():
    """A, B and C responded, D did not, E died on day 12 and F was lost on day 9."""
    courses = dict.fromkeys("ABCD", (None, None, None, 12)) | {
        "E": (None, None, 0.4, 0.4),
        "F": (None, None, None, 0.3),
    }
    answers = [f"{n} | 28 | response | {'no response' if n == 'D' else 'CR'}" for n in "ABCD"]
    return courses_study(courses, assessments=rows("patient_id | day | kind | value", answers))


def test_who_died_or_was_lost_before_day_28_bounds_the_response_rate():
    result = run(response_study(), "response_rates")
    row = result.tables["responses"].set_index("response").loc["CR or CRi"]
    assert row[["patients", "known", "responded"]].tolist() == [6, 4, 3]
    assert row[["percent", "lowest_possible", "highest_possible"]].tolist() == pytest.approx(
        [75, 50, 500 / 6]
    )
    assert "the primary number here" in result.caption


def test_nobody_infused_has_no_bounds():
    table = run(courses_study({}), "response_rates").tables["responses"]
    assert table[["lowest_possible", "highest_possible"]].isna().all(axis=None)
    assert isinstance(table, pd.DataFrame)
