"""Every R value of the file of reference values is compared by a test, or stands here with the reason why not."""

from __future__ import annotations

import importlib
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

SHARED = Path(__file__).resolve().parents[2].parent / "shared"
VALUES = SHARED / "reference" / "outcomes" / "reference_R.csv"
DATA = SHARED / "data" / "outcomes"

needs_r_values = pytest.mark.skipif(not VALUES.is_file(), reason="the R values are not beside this checkout")
pytestmark = needs_r_values

CLOSED_FORM, ITERATED = 1e-9, 1e-6

# Modules of this folder, each with a set ANALYSES of (data set, analysis) that it compares item by item.
MODULES = (
    "test_survival_against_r",
    "test_survival_regression",
    "test_survival_competing_risks",
    "test_survival_firth",
    "test_survival_meta_analysis",
)
# (data set, analysis): why its values are compared with nothing of ours.
LISTED = {
    **{
        (
            "hct_table1",
            f"GLMM_CM.AL_{effect}",
        ): "an approximation for rare events, and relapse is not rare (0.23 "
        "where the exact likelihood gives 0.04)"
        for effect in ("FE", "ML")
    },
    **{
        (
            "hct_table1",
            f"GLMM_UM.RS_{effect}",
        ): "random study intercepts let the studies' baselines borrow from each "
        "other, by Laplace's approximation; the fixed intercepts of UM.FS are what we pool by"
        for effect in ("FE", "ML")
    },
    ("metadat_bcg", "egger_lm"): "a test of funnel asymmetry, which no analysis of the project asks for",
}


@cache
def reference() -> pd.DataFrame:
    return pd.read_csv(VALUES)


@cache
def bmt() -> pd.DataFrame:
    table = pd.read_csv(DATA / "kmsurv_bmt.csv")
    groups = pd.Categorical.from_codes(table["group"] - 1, ["ALL", "AMLlow", "AMLhigh"])
    # Death without relapse is cause 2.
    return table.assign(grp=groups, cause=np.where(table["d2"] == 1, 1, np.where(table["d1"] == 1, 2, 0)))


@cache
def bmt_intervals() -> pd.DataFrame:
    table = pd.read_csv(DATA / "kmsurv_bmt_counting_process.csv")
    return table.assign(grp=pd.Categorical(table["grp"], ["ALL", "AMLlow", "AMLhigh"]))


@cache
def bmtcrr() -> pd.DataFrame:
    return pd.read_csv(DATA / "casebase_bmtcrr.csv")


@cache
def ebmt() -> pd.DataFrame:
    return pd.read_csv(DATA / "mstate_ebmt3.csv")


def r_values(dataset: str, analysis: str) -> dict[tuple[str, str], float]:
    """The R values of one analysis by item and statistic; those that R could not give are left out."""
    values = reference().query("dataset == @dataset and analysis == @analysis").dropna(subset="value")
    assert len(values), (dataset, analysis)
    return {(row.item, row.stat): row.value for row in values.itertuples()}


def agree(theirs, ours, *, rel=ITERATED, tolerances=None):
    """Every one of their values has one of ours, equal to `rel` or to the absolute tolerance of its statistic."""
    assert set(ours) == set(theirs)
    for key, value in theirs.items():
        absolute = (tolerances or {}).get(key[1])
        expected = (
            pytest.approx(value, rel=rel, abs=1e-12)
            if absolute is None
            else pytest.approx(value, abs=absolute, rel=0)
        )
        assert ours[key] == expected, key


def test_every_r_value_is_compared_or_listed_with_its_reason():
    compared = set()
    for name in MODULES:
        compared |= importlib.import_module(f"tests.reference.{name}").ANALYSES
    there = set(zip(reference()["dataset"], reference()["analysis"], strict=True))
    assert there - compared - set(LISTED) == set()
    assert compared - there == set()
    assert compared & set(LISTED) == set()
