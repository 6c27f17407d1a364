"""R 4.2.2 with survival 3.5-3 vouches for curves, quantiles, tests and exact limits on three public data sets."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from cartwise import statistics

SHARED = Path(__file__).resolve().parents[2].parent / "shared"
VALUES = SHARED / "reference" / "outcomes" / "reference_R.csv"
DATA = SHARED / "data" / "outcomes"

pytestmark = pytest.mark.skipif(not VALUES.is_file(), reason="the R values are not beside this checkout")

CLOSED_FORM = 1e-9


@cache
def reference() -> pd.DataFrame:
    """The R values these functions cover, and no others."""
    values = pd.read_csv(VALUES)
    covered = r"^(?:km:|km_quantile:|logrank:|peto_peto:|median_followup_reverse_km$|clopper_|fisher$)"
    return values[values["analysis"].str.match(covered)]


@cache
def bmt() -> pd.DataFrame:
    table = pd.read_csv(DATA / "kmsurv_bmt.csv")
    return table.assign(grp=pd.Categorical.from_codes(table["group"] - 1, ["ALL", "AMLlow", "AMLhigh"]))


@cache
def ebmt() -> pd.DataFrame:
    return pd.read_csv(DATA / "mstate_ebmt3.csv")


def r_values(analysis: str, dataset: str | None = None) -> pd.DataFrame:
    values = reference()[reference()["analysis"] == analysis]
    return values if dataset is None else values[values["dataset"] == dataset]


def r_value(values: pd.DataFrame, item: str, stat: str) -> float:
    chosen = values[(values["item"] == item) & (values["stat"] == stat)]["value"]
    assert len(chosen) == 1, (item, stat)
    return float(chosen.iloc[0])


def outcome(dataset: str, name: str) -> tuple[np.ndarray, np.ndarray, pd.Series | None, str]:
    """Time, event, group and the prefix by which R's items name the group."""
    if dataset == "mstate_ebmt3":
        return ebmt()["rfstime"].to_numpy(), ebmt()["rfsstat"].to_numpy(), ebmt()["dissub"], "dissub="
    if name == "OS":
        return bmt()["t1"].to_numpy(), bmt()["d1"].to_numpy(), None, ""
    return bmt()["t2"].to_numpy(), bmt()["d3"].to_numpy(), bmt()["grp"], "grp="


CI = ("log-log", "log", "plain")
CURVES = [("kmsurv_bmt", "LFS"), ("kmsurv_bmt", "OS"), ("mstate_ebmt3", "RFS")]


@pytest.mark.parametrize("ci", CI)
@pytest.mark.parametrize(("dataset", "name"), CURVES)
def test_the_curve_its_limits_and_the_number_at_risk_are_those_of_survfit(dataset, name, ci):
    values = r_values(f"km:{name}[{ci}]", dataset)
    exported = values["stat"] != "cum_event"
    assert values[~exported]["value"].isna().all()  # the export of R holds no value for any of them
    values = values[exported]
    time, event, group, prefix = outcome(dataset, name)
    km = statistics.kaplan_meier(time, event, group=group, ci=ci)
    compared = 0
    for item in values["item"].unique():
        label, at = item.removeprefix(prefix).rsplit("@", 1)
        (reading,) = km.at([float(at)])[label]
        curve = km.curves[label]
        counts = km.risk_table([float(at)]).query("group == @label").iloc[0]
        step = np.searchsorted(curve.times, float(at), "right") - 1
        ours = {
            "surv": reading.value,
            "se": curve.std_error[step],
            "lower": reading.lower,
            "upper": reading.upper,
            "n_risk": counts["at_risk"],
        }
        for stat, value in ours.items():
            assert value == pytest.approx(r_value(values, item, stat), rel=CLOSED_FORM), (item, stat)
            compared += 1
    assert compared == len(values) > 0


@pytest.mark.parametrize("ci", CI)
@pytest.mark.parametrize(("dataset", "name"), CURVES)
def test_quantiles_and_their_limits_are_those_of_survfit(dataset, name, ci):
    values = r_values(f"km_quantile:{name}[{ci}]", dataset)
    time, event, group, prefix = outcome(dataset, name)
    km = statistics.kaplan_meier(time, event, group=group, ci=ci)
    compared = 0
    for item in values["item"].unique():
        label, p = item.removeprefix(prefix).rsplit("@", 1)
        reading = km.quantile(float(p))[label]
        for stat, ours in (("time", reading.value), ("lower", reading.lower), ("upper", reading.upper)):
            theirs = r_value(values, item, stat)
            assert ours is None if np.isnan(theirs) else ours == pytest.approx(theirs, rel=CLOSED_FORM)
            compared += 1
    assert compared == len(values) > 0


def landmark(covariate: Callable[[pd.DataFrame], pd.Series]) -> tuple[pd.Series, pd.Series, pd.Series]:
    """Leukaemia-free patients past day 100, grouped by what had happened until then."""
    there = bmt().query("t2 > 100")
    return there["t2"], there["d3"], covariate(there)


TESTS = {
    ("kmsurv_bmt", "LFS"): lambda: outcome("kmsurv_bmt", "LFS")[:3],
    ("mstate_ebmt3", "RFS"): lambda: outcome("mstate_ebmt3", "RFS")[:3],
    ("kmsurv_bmt", "landmark100_agvhd"): lambda: landmark(lambda d: (d["da"] == 1) & (d["ta"] <= 100)),
    ("kmsurv_bmt", "landmark100_plt"): lambda: landmark(lambda d: (d["dp"] == 1) & (d["tp"] <= 100)),
}


@pytest.mark.parametrize(("analysis", "rho"), [("logrank", 0.0), ("peto_peto", 1.0)])
@pytest.mark.parametrize(("dataset", "name"), TESTS)
def test_log_rank_and_peto_peto_are_those_of_survdiff(dataset, name, analysis, rho):
    values = r_values(f"{analysis}:{name}", dataset)
    time, event, group = TESTS[dataset, name]()
    ours = statistics.log_rank(time, event, group, rho=rho)
    assert ours.chi2 == pytest.approx(r_value(values, "test", "chisq"), rel=CLOSED_FORM)
    assert ours.df == r_value(values, "test", "df")
    assert ours.p == pytest.approx(r_value(values, "test", "p"), rel=CLOSED_FORM)


def test_median_follow_up_is_that_of_the_reversed_survfit():
    values = r_values("median_followup_reverse_km")
    median = statistics.reverse_kaplan_meier(bmt()["t1"], bmt()["d1"]).median()["all"]
    assert median.value == r_value(values, "all", "time")
    assert median.lower == r_value(values, "all", "lower")
    assert median.upper == r_value(values, "all", "upper")


@pytest.mark.parametrize(
    ("analysis", "events", "n"), [("clopper_hct", "ai", "n1"), ("clopper_nohct", "ci", "n2")]
)
def test_exact_limits_of_a_proportion_are_those_of_binom_test(analysis, events, n):
    values = r_values(analysis)
    for study in pd.read_csv(DATA / "hct_table1_2x2.csv").to_dict("records"):
        ours = statistics.proportion(study[events], study[n])
        for stat, value in (("p", ours.value), ("lower", ours.lower), ("upper", ours.upper)):
            assert value == pytest.approx(r_value(values, study["study"], stat), rel=CLOSED_FORM)


def test_fisher_is_that_of_fisher_test():
    values = r_values("fisher")
    for study in pd.read_csv(DATA / "hct_table1_2x2.csv").to_dict("records"):
        ours = statistics.fisher([[study["ai"], study["bi"]], [study["ci"], study["di"]]])
        assert ours.p == pytest.approx(r_value(values, study["study"], "p"), rel=CLOSED_FORM)
        # fisher.test searches the odds ratio and its limits with a tolerance of about 1.2e-4; the oracle test
        # beside this one holds ours to the equation that defines the odds ratio.
        for stat, value in (
            ("or_cond", ours.effect.value),
            ("lower", ours.effect.lower),
            ("upper", ours.effect.upper),
        ):
            assert value == pytest.approx(r_value(values, study["study"], stat), abs=1.2e-4, rel=0)


ANALYSES = {
    *((data, f"{kind}:{name}[{ci}]") for kind in ("km", "km_quantile") for data, name in CURVES for ci in CI),
    *((data, f"{kind}:{name}") for kind in ("logrank", "peto_peto") for data, name in TESTS),
    ("kmsurv_bmt", "median_followup_reverse_km"),
    *(("hct_table1", name) for name in ("clopper_hct", "clopper_nohct", "fisher")),
}
