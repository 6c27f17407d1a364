"""The description of a cohort and its kinetics by group, on cohorts small enough to count."""

import pandas as pd
import pytest
from scipy.stats import mannwhitneyu

from cartwise.analyses import run
from tests.drawing import study_of

PEAKS = {"A": 100, "B": 200, "C": 400, "D": 1000, "E": 3000, "F": 9000}
GIVEN_TOCILIZUMAB = {"D", "E", "F"}


@pytest.fixture(scope="module")
def study():
    return study_of(
        patients="patient_id | age_at_index_years\n"
        + "\n".join(f"{name} | {2 * place + 1}" for place, name in enumerate(PEAKS))
        + "\nG |",
        infusions="patient_id | day\n" + "\n".join(f"{name} | 0" for name in PEAKS),
        transgene="patient_id | day | specimen | copies_per_ug\n"
        + "\n".join(
            f"{name} | {d} | blood | {peak if d == 10 else 50}"
            for name, peak in PEAKS.items()
            for d in (3, 10, 28)
        ),
        treatments="patient_id | day | kind\n"
        + "\n".join(f"{name} | -50 | chemotherapy" for name in PEAKS)
        + "\nA | -80 | HCT\n"
        + "\n".join(f"{name} | 5 | tocilizumab" for name in GIVEN_TOCILIZUMAB),
        toxicities="patient_id | day | kind | grade | scale\n"
        + "\n".join(f"{name} | 2 | CRS | 0 | ASTCT 2019" for name in PEAKS),
        follow_up="patient_id | day | status\n" + "\n".join(f"{name} | 90 | alive" for name in PEAKS),
    )


@pytest.fixture(scope="module")
def description(study):
    return run(study, "cohort_description").tables["description"].set_index(["characteristic", "level"])


def test_counts_and_percents_are_of_those_for_whom_it_is_known(description):
    assert description.loc[("Prior HCT", "yes"), "n"] == 1
    assert description.loc[("Prior HCT", "no"), "n"] == 5
    assert description.loc[("Prior HCT", "not known"), "n"] == 1
    assert description.loc[("Prior HCT", "yes"), "percent"] == pytest.approx(100 / 6)
    assert pd.isna(description.loc[("Prior HCT", "not known"), "percent"])


def test_numbers_have_median_quartiles_and_range(description):
    row = description.loc[("Age at infusion, years", "known")]
    assert (row["n"], row["median"], row["lowest"], row["highest"]) == (6, 6.0, 1.0, 11.0)
    assert (row["lower_quartile"], row["upper_quartile"]) == (3.5, 8.5)
    assert description.loc[("Age at infusion, years", "not known"), "n"] == 1


def test_levels_add_up_to_the_patients(description):
    counts = description["n"].groupby(level="characteristic", sort=False).sum()
    assert (counts == 7).all()


def test_groups_add_up_to_the_whole(study):
    table = run(study, "cohort_description", by="tocilizumab_given").tables["description"]
    wide = table.pivot_table(index=["characteristic", "level"], columns="group", values="n", aggfunc="sum")
    assert (wide["yes"] + wide["no"] == wide["All"]).all()
    assert wide.loc[("Patients", ""), "All"] == 6


def test_shares_have_exact_limits(study):
    """Clopper-Pearson for 1 of 6: 0.42 % to 64.12 %."""
    shares = run(study, "cohort_description").tables["outcomes"].set_index("feature")
    row = shares.loc["Prior HCT"]
    assert (row["yes"], row["no"], row["not_known"]) == (1, 5, 1)
    assert (row["percent_lower"], row["percent_upper"]) == pytest.approx((0.4211, 64.1235), abs=1e-3)


def test_kinetics_are_laid_out_by_characteristic_and_level(study):
    """001:193-254: for each level its n and medians, for each characteristic a p value on its first line."""
    result = run(study, "kinetics_by_group")
    table = result.tables["kinetics"].set_index(["characteristic", "level"])
    assert table.loc[("All patients", ""), "median_cmax"] == 700
    assert table.loc[("Tocilizumab given", "no"), "median_cmax"] == 200
    assert table.loc[("Tocilizumab given", "yes"), "median_cmax"] == 3000
    expected = mannwhitneyu(
        [100, 200, 400], [1000, 3000, 9000], alternative="two-sided", method="exact"
    ).pvalue
    assert table.loc[("Tocilizumab given", "no"), "p_cmax"] == pytest.approx(expected)
    assert pd.isna(table.loc[("Tocilizumab given", "yes"), "p_cmax"])
    assert "Groups were compared by the two-sided Mann-Whitney U test (exact)." in result.methods


def test_the_number_of_comparisons_is_said(study):
    result = run(study, "kinetics_by_group")
    table = result.tables["kinetics"]
    made = int(table[["p_cmax", "p_auc_0_28d", "p_tlast"]].notna().sum().sum())
    assert made > 3
    assert f"{made} comparisons: at p < 0.05" in result.caption
    assert (
        result.tables["kinetics"]["q_cmax"].dropna() >= result.tables["kinetics"]["p_cmax"].dropna()
    ).all()


def test_one_chosen_group_is_the_only_comparison(study):
    result = run(study, "kinetics_by_group", by="tocilizumab_given")
    assert set(result.tables["kinetics"]["characteristic"]) == {"All patients", "Tocilizumab given"}
    assert result.command.endswith("kinetics_by_group --by tocilizumab_given")


def test_one_level_alone_is_not_tested(study):
    table = run(study, "kinetics_by_group").tables["kinetics"].set_index(["characteristic", "level"])
    assert pd.isna(table.loc[("Steroids given", "no"), "p_cmax"])
