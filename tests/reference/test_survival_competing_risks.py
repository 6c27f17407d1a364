"""R's cmprsk, survival and etm vouch for cumulative incidence, Gray's test, Fine-Gray and cause-specific models."""

from __future__ import annotations

import numpy as np
import pytest

from cartwise import statistics
from tests.reference.test_survival_coverage import (
    CLOSED_FORM,
    agree,
    bmt,
    bmtcrr,
    needs_r_values,
    r_values,
)

pytestmark = needs_r_values

DATASETS = ("kmsurv_bmt", "casebase_bmtcrr")
GRAY = {
    ("kmsurv_bmt", "gray"): lambda: (bmt()["t2"], bmt()["cause"], bmt()["grp"], None),
    ("casebase_bmtcrr", "gray"): lambda: (*crr("ftime", "Status", "D"), None),
    ("casebase_bmtcrr", "gray:phase"): lambda: (*crr("ftime", "Status", "Phase"), None),
    ("casebase_bmtcrr", "gray:phase_strata_D"): lambda: crr("ftime", "Status", "Phase", "D"),
}
CURVES = ("cif_cuminc", "aj_survfit", "etm_cloglog")
MODELS = ("finegray_crr", "finegray_survival_breslow")
ANALYSES = {
    *GRAY,
    *((data, name) for data in DATASETS for name in (*CURVES, *MODELS)),
    ("kmsurv_bmt", "cox_cause_specific"),
}


def crr(*columns):
    return tuple(bmtcrr()[column] for column in columns)


def incidence(dataset, **options):
    if dataset == "kmsurv_bmt":
        return statistics.cumulative_incidence(bmt()["t2"], bmt()["cause"], group=bmt()["grp"], **options)
    time, cause, group = crr("ftime", "Status", "D")
    return statistics.cumulative_incidence(time, cause, group=group, **options)


def steps(found, named, days):
    """Item, value, standard error and limits of every curve on the days, as arrays hold them."""
    for (group, cause), curve in found.curves.items():
        for day in days:
            step = np.searchsorted(curve.times, day, "right") - 1
            values = (getattr(curve, name)[step] for name in ("incidence", "std_error", "lower", "upper"))
            yield f"{named(group, cause)}@{day}", *values


def days_of(dataset):
    return (100, 365, 730, 1825) if dataset == "kmsurv_bmt" else (6, 12, 24, 60)


@pytest.mark.parametrize("dataset", DATASETS)
def test_incidence_with_aalens_variance_is_that_of_cuminc(dataset):
    ours = {}
    found = incidence(dataset, variance="aalen")
    for item, value, se, _, _ in steps(found, lambda g, c: f"{g} {c}", days_of(dataset)):
        ours |= {(item, "est"): value, (item, "var_aalen"): se**2}
    agree(r_values(dataset, "cif_cuminc"), ours, rel=CLOSED_FORM)


@pytest.mark.parametrize("dataset", DATASETS)
@pytest.mark.parametrize("analysis", ["aj_survfit", "etm_cloglog"])
def test_incidence_with_greenwood_variance_is_that_of_survfit_and_etm(dataset, analysis):
    by_survfit = analysis == "aj_survfit"
    found = incidence(dataset, ci="log" if by_survfit else "log-log")
    named = (lambda g, c: f"g={g} cause{c}") if by_survfit else (lambda g, c: f"g={g} CIF {c}")
    theirs = r_values(dataset, analysis)
    ours = {}
    for item, value, se, lower, upper in steps(found, named, days_of(dataset)):
        spread = ("se", se) if by_survfit else ("var", se**2)
        ours |= {(item, "est"): value, (item, spread[0]): spread[1]}
        if value == 0:  # no event yet: we give no limits, and etm's 0 to 0 would say that none can come
            assert np.isnan([lower, upper]).all()
            theirs = {key: v for key, v in theirs.items() if key not in {(item, "lower"), (item, "upper")}}
            continue
        ours |= {(item, "lower"): lower, (item, "upper"): upper}
    agree(theirs, ours, rel=CLOSED_FORM)


@pytest.mark.parametrize(("dataset", "analysis"), GRAY)
def test_grays_test_is_that_of_cuminc(dataset, analysis):
    time, cause, group, strata = GRAY[dataset, analysis]()
    ours = {}
    for code in (1, 2):
        found = statistics.gray_test(time, cause, group, strata=strata, cause_of_interest=code)
        ours |= {(f"cause{code}", "stat"): found.statistic, (f"cause{code}", "p"): found.p}
        ours[f"cause{code}", "df"] = found.df
    agree(r_values(dataset, analysis), ours, rel=CLOSED_FORM)


def fine_gray(dataset, code, **options):
    options |= {"cause_of_interest": code}
    if dataset == "kmsurv_bmt":
        return statistics.fine_gray(bmt(), ["grp", "z1", "z8"], time="t2", cause="cause", **options)
    columns = ["Age", "Sex", "D", "Phase", "Source"]
    reference = {"Phase": "Relapse"}
    return statistics.fine_gray(
        bmtcrr(), columns, time="ftime", cause="Status", reference=reference, **options
    )


def name_of(term):
    return term.level if term.column == "Phase" else f"{term.column}{term.level}"


@pytest.mark.parametrize("dataset", DATASETS)
def test_fine_gray_with_sandwich_errors_is_that_of_crr(dataset):
    theirs = r_values(dataset, "finegray_crr")
    ours = {}
    for code in (1, 2):
        model = fine_gray(dataset, code)
        for c in model.coefficients:
            item = f"cause{code} {name_of(c.term)}"
            ours |= {
                (item, "coef"): c.coef,
                (item, "se"): c.std_error,
                (item, "p"): c.p,
                (item, "shr"): c.ratio,
            }
        ours |= {
            (f"cause{code} model", "loglik0"): model.loglik_null,
            (f"cause{code} model", "loglik"): model.loglik,
        }
        if dataset == "kmsurv_bmt" and code == 2:
            # crr stops at a gradient of 1e-6 while the likelihood is flat: its coefficients are off by 2e-6.
            assert model.loglik >= theirs["cause2 model", "loglik"]
    # summary.crr rounds p to two significant digits.
    rounded = {key: value for key, value in theirs.items() if key[1] == "p"}
    for key, value in rounded.items():
        assert float(f"{ours[key]:.2g}") == pytest.approx(value)
    exact = {key: value for key, value in theirs.items() if key not in rounded}
    loose = {"coef": 2e-6, "shr": 2e-6} if dataset == "kmsurv_bmt" else None
    agree(exact, {k: v for k, v in ours.items() if k not in rounded}, tolerances=loose)


@pytest.mark.parametrize("dataset", DATASETS)
def test_fine_gray_on_expanded_data_has_the_coefficients_and_the_information_of_coxph(dataset):
    """coxph on survival::finegray's expansion prints the inverse information, without the sandwich."""
    ours = {}
    for code in (1, 2):
        model = fine_gray(dataset, code, tied_censoring="after events")
        naive = np.sqrt(np.diag(model.naive_covariance))
        for c, se in zip(model.coefficients, naive, strict=True):
            item = f"cause{code} {name_of(c.term)}"
            ours |= {(item, "coef"): c.coef, (item, "se"): se}
    agree(r_values(dataset, "finegray_survival_breslow"), ours)


def test_cause_specific_models_are_those_of_coxph():
    ours = {}
    found = statistics.cause_specific_cox(bmt(), ["grp", "z1", "z8"], time="t2", cause="cause")
    for name, model in found.items():
        for c in model.coefficients:
            item = f"cause{name} {c.term.column}{c.term.level}"
            ours |= {(item, "coef"): c.coef, (item, "se"): c.std_error}
    agree(r_values("kmsurv_bmt", "cox_cause_specific"), ours)
