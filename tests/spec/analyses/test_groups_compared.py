"""Table 1 by group: standardised differences beside tests, and for how many each characteristic is not known."""

import math

import pandas as pd
import pytest
from scipy.stats import fisher_exact

from cartwise.analyses import run
from tests.drawing import study_of

NAMES = [f"P{n}" for n in range(12)]
AGES = [2, 3, 4, 5, 6, 7, 9, 10, 11, 12, 13, None]


@pytest.fixture(scope="module")
def study():
    return study_of(
        patients="patient_id | age_at_index_years | sex\n"
        + "\n".join(
            f"{n} | {a or ''} | {'female' if i % 3 else 'male'}"
            for i, (n, a) in enumerate(zip(NAMES, AGES, strict=True))
        ),
        infusions="patient_id | day\n" + "\n".join(f"{n} | 0" for n in NAMES),
        treatments="patient_id | day | kind\n"
        + "\n".join(f"{n} | -90 | {'HCT' if i >= 6 else 'chemotherapy'}" for i, n in enumerate(NAMES)),
        follow_up="patient_id | day | status\n" + "\n".join(f"{n} | 90 | alive" for n in NAMES),
    )


@pytest.fixture(scope="module")
def table(study):
    return run(study, "cohort_description", by="prior_hct").tables["comparison"].set_index("characteristic")


def test_numbers_differ_by_their_means_and_spread(table):
    """Ages 2 to 7 against 9 to 13: means 4.5 and 11, variances 3.5 and 2.5."""
    row = table.loc["Age at infusion, years"]
    assert row["smd"] == pytest.approx(6.5 / math.sqrt(3))
    assert row["test"].startswith("Mann-Whitney")
    assert row["p"] < 0.01


def test_levels_differ_by_their_shares(table):
    """4 girls of 6 in either group."""
    row = table.loc["Sex"]
    assert row["smd"] == pytest.approx(0)
    assert row["p"] == pytest.approx(fisher_exact([[4, 2], [4, 2]]).pvalue)


def test_gaps_are_counted_in_all_and_by_group(table):
    row = table.loc["Age at infusion, years"]
    assert (row["known"], row["not_known"], row["not_known_by_group"]) == (11, 1, "no: 0, yes: 1")


def test_the_measure_that_makes_the_groups_is_not_tested(table):
    assert table.loc["Prior HCT", "remark"] == "makes the groups"
    assert pd.isna(table.loc["Prior HCT", "p"])


def test_every_row_has_a_number_or_its_reason(table):
    assert (table["p"].notna() | (table["remark"] != "")).all()


def test_without_groups_there_is_nothing_to_compare(study):
    assert "comparison" not in run(study, "cohort_description").tables


def test_one_group_is_said(study):
    table = run(study, "cohort_description", by="infused").tables["comparison"]
    assert table["remark"].str.contains("one group only|makes the groups|the same in all").all()


def test_the_comparison_never_leaves_the_centre(study):
    assert "comparison" not in run(study, "cohort_description", by="prior_hct").counts
