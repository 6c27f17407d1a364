"""R's survival vouches for Cox regression, its tests, its concordance, and the test of proportional hazards."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from cartwise import statistics
from tests.reference.test_survival_coverage import (
    agree,
    bmt,
    bmt_intervals,
    ebmt,
    needs_r_values,
    r_values,
)

pytestmark = needs_r_values

# summary.coxph rounds the Wald statistic to two decimals.
ROUNDED = {"wald": 0.00501}


def ebmt_categories() -> pd.DataFrame:
    """R's reference levels: the first in its sorted order, where "<=20" comes before "20-40" and "No" after."""
    return ebmt().assign(age=pd.Categorical(ebmt()["age"], ["<=20", ">40", "20-40"]))


def ebmt_recovery() -> pd.DataFrame:
    """Platelet recovery as a covariate that turns on at its day."""
    return statistics.time_varying(
        ebmt_categories().assign(recovered=lambda d: d["prtime"].where(d["prstat"] == 1)),
        patient="id",
        time="rfstime",
        event="rfsstat",
        starts={"pr": "recovered"},
    ).data


def landmark_patients() -> pd.DataFrame:
    there = bmt().assign(
        gvhd=lambda d: d["ta"].where(d["da"] == 1), recovered=lambda d: d["tp"].where(d["dp"] == 1)
    )
    return statistics.landmark(
        there, 100, time="t2", event="d3", known={"ag": "gvhd", "pl": "recovered"}
    ).data


def lfs(*columns, **options):
    return statistics.cox(bmt(), columns, time="t2", event="d3", **options)


def intervals(*columns):
    return statistics.cox(bmt_intervals(), columns, time="tstop", event="lfs", entry="tstart")


def ever(name, column):
    table = bmt().assign(**{name: bmt()[column]})
    return statistics.cox(table, [name], time="t2", event="d3")


EBMT = ("dissub", "age", "drmatch", "tcd")
EBMT_REFERENCE = {"dissub": "ALL", "drmatch": "Gender mismatch", "tcd": "No TCD"}
MODELS = {
    ("kmsurv_bmt", "cox_efron:LFS"): lambda: lfs("grp", "z1", "z2", "z8"),
    ("kmsurv_bmt", "cox_breslow:LFS"): lambda: lfs("grp", "z1", "z2", "z8", ties="breslow"),
    ("kmsurv_bmt", "cox_efron:LFS_strata"): lambda: lfs("z1", "z2", "z8", strata="grp"),
    ("kmsurv_bmt", "cox_efron:LFS_timevarying"): lambda: intervals("grp", "z8", "agvhd", "cgvhd", "plt"),
    ("kmsurv_bmt", "cox_efron:LFS_agvhd_MantelByar"): lambda: intervals("agvhd"),
    ("kmsurv_bmt", "cox_efron:LFS_plt_timevarying"): lambda: intervals("plt"),
    ("kmsurv_bmt", "cox_efron:LFS_agvhd_IMMORTAL"): lambda: ever("agvhd_ever", "da"),
    ("kmsurv_bmt", "cox_efron:LFS_plt_IMMORTAL"): lambda: ever("plt_ever", "dp"),
    ("kmsurv_bmt", "cox_efron:landmark100_agvhd"): lambda: statistics.cox(
        landmark_patients(), ["ag"], time="t2", event="d3"
    ),
    ("kmsurv_bmt", "cox_efron:landmark100_plt"): lambda: statistics.cox(
        landmark_patients(), ["pl"], time="t2", event="d3"
    ),
    ("mstate_ebmt3", "cox_efron:RFS"): lambda: statistics.cox(
        ebmt_categories(), EBMT, time="rfstime", event="rfsstat", reference=EBMT_REFERENCE
    ),
    ("mstate_ebmt3", "cox_efron:RFS_timevarying"): lambda: statistics.cox(
        ebmt_recovery(), [*EBMT, "pr"], time="stop", event="event", entry="start", reference=EBMT_REFERENCE
    ),
}
TESTS_OF = {("kmsurv_bmt", "cox_zph_km:LFS"), ("mstate_ebmt3", "cox_zph_km:RFS")}
SINGLE = {"cox_efron_cluster_hospital:LFS", "landmark100", "rmst"}
ANALYSES = {*MODELS, *TESTS_OF, *(("kmsurv_bmt", name) for name in SINGLE)}


def item(term):
    return f"{term.column}{term.level}"


def of_coefficients(model):
    names = {
        "coef": "coef",
        "std_error": "se",
        "z": "z",
        "p": "p",
        "ratio": "hr",
        "lower": "lower",
        "upper": "upper",
    }
    return {(item(c.term), stat): getattr(c, own) for c in model.coefficients for own, stat in names.items()}


def of_model(model):
    lrt, wald, score = (test.statistic for test in model.tests)
    return {
        ("model", name): value
        for name, value in {
            "loglik0": model.loglik_null,
            "loglik": model.loglik,
            "lrt": lrt,
            "wald": wald,
            "score": score,
            "cindex": model.concordance(),
            "n": model.n,
            "events": model.events,
        }.items()
    }


@pytest.mark.parametrize(("dataset", "analysis"), MODELS)
def test_a_cox_model_is_that_of_coxph(dataset, analysis):
    model = MODELS[dataset, analysis]()
    agree(r_values(dataset, analysis), of_coefficients(model) | of_model(model), tolerances=ROUNDED)


def test_robust_errors_by_cluster_are_those_of_coxph():
    model = lfs("grp", "z8", cluster="z9")
    naive = np.sqrt(np.diag(model.naive_covariance))
    ours = {}
    for c, se in zip(model.coefficients, naive, strict=True):
        ours |= {
            (item(c.term), "coef"): c.coef,
            (item(c.term), "se"): se,
            (item(c.term), "robust_se"): c.std_error,
        }
    agree(r_values("kmsurv_bmt", "cox_efron_cluster_hospital:LFS"), ours)


@pytest.mark.parametrize(("dataset", "analysis"), sorted(TESTS_OF))
def test_proportional_hazards_are_tested_as_by_cox_zph(dataset, analysis):
    base = {"LFS": ("kmsurv_bmt", "cox_efron:LFS"), "RFS": ("mstate_ebmt3", "cox_efron:RFS")}
    table = statistics.ph_test(MODELS[base[analysis.split(":")[1]]]()).table()
    ours = {
        (r.term, stat): v
        for r in table.itertuples()
        for stat, v in (("chisq", r.chi2), ("df", r.df), ("p", r.p))
    }
    agree(r_values(dataset, analysis), ours)


# R 4.2.2, survival 3.5-3: cox.zph(coxph(Surv(tstart, tstop, lfs) ~ grp + z8 + agvhd + cgvhd + plt), transform=...)
ZPH = {
    "km": (1.4419683679, 0.8208405413, 2.1207669571, 0.2720456100, 0.4479188854, 7.2186848207),
    "rank": (0.6202379319, 0.9979544728, 1.8837684529, 0.5027027201, 0.4833874711, 6.3544972353),
    "identity": (3.476269878, 0.7984369445, 2.032454514, 1.366690643e-06, 0.8961066986, 7.434465198),
    "log": (1.0374259456, 0.9667742970, 1.7331912276, 0.1745831942, 0.4226335063, 5.3556606110),
}


@pytest.mark.parametrize("transform", ZPH)
def test_every_scale_of_time_gives_the_test_of_cox_zph_on_time_varying_rows(transform):
    model = intervals("grp", "z8", "agvhd", "cgvhd", "plt")
    ours = statistics.ph_test(model, transform=transform)
    assert ours.chi2 == pytest.approx(ZPH[transform], rel=1e-6)
    assert ours.df == (2, 1, 1, 1, 1, 6)


def test_scaled_schoenfeld_residuals_are_those_of_residuals_coxph():
    """R 4.2.2: head(residuals(coxph(Surv(t2, d3) ~ z1 + z2 + z8), "scaledsch"), 3)."""
    first = statistics.ph_test(lfs("z1", "z2", "z8")).residuals.iloc[:3]
    theirs = [[-0.01550706, 0.25267861, -1.2244521], [-0.05506316, -0.07149301, 2.8244182]]
    assert first[["z1", "z2", "z8"]].to_numpy()[:2] == pytest.approx(np.array(theirs), rel=1e-6)


def test_a_landmark_keeps_whom_r_keeps():
    there = landmark_patients()
    ours = {("n", "n"): len(there), ("n", "ag"): there["ag"].sum(), ("n", "plt"): there["pl"].sum()}
    agree(r_values("kmsurv_bmt", "landmark100"), ours)


def test_restricted_mean_survival_is_that_of_survrm2():
    """Arm 1 is AML of high risk, arm 0 AML of low risk."""
    theirs = r_values("kmsurv_bmt", "rmst")
    aml = bmt().query("grp != 'ALL'")
    found = statistics.rmst(aml["t2"], aml["d3"], group=aml["grp"], tau=1000)
    zero, one = (found.means[name] for name in ("AMLlow", "AMLhigh"))
    difference = found.difference("AMLhigh", "AMLlow")
    ours = {
        "arm1": one.value,
        "arm1_se": one.std_error,
        "arm0": zero.value,
        "arm0_se": zero.std_error,
        "diff": difference.value,
        "diff_lower": difference.lower,
        "diff_upper": difference.upper,
        "p": difference.p,
    }
    agree(theirs, {("tau=1000", stat): value for stat, value in ours.items()})


def test_weights_strata_clusters_and_late_entry_together_are_those_of_coxph():
    """R 4.2.2: coxph(Surv(entry, time, e) ~ x + g + strata(s) + cluster(hospital), weights = w), on drawn data."""
    i = np.arange(90)
    table = pd.DataFrame(
        {
            "x": ((i * 37) % 23 - 11) / 5,
            "g": np.array(list("abc"))[(i * i + i // 7) % 3],
            "hospital": i // 6,
            "s": i % 2,
            "w": 0.5 + (i * 17 % 11) / 10,
            "entry": i * 11 % 5,
            "e": (i * 13 + i // 3) % 10 < 7,
            "time": i * 11 % 5 + 1 + (i * 29 + i * i) % 37,
        }
    )
    options = {"strata": "s", "cluster": "hospital", "weights": "w"}
    model = statistics.cox(table, ["x", "g"], time="time", event="e", entry="entry", **options)
    coefficients = [-0.0147719691232, -0.2210470624810, -0.2817035033542]
    errors = [0.0764504889948, 0.2303391694177, 0.2554723577344]
    assert [c.coef for c in model.coefficients] == pytest.approx(coefficients, rel=1e-9)
    assert [c.std_error for c in model.coefficients] == pytest.approx(errors, rel=1e-9)
    assert [t.statistic for t in model.tests] == pytest.approx([1.38607814760, 1.62118826157, 1.41638608852])
    assert model.concordance() == pytest.approx(0.502399724795)
    chi2 = [0.00229268718854, 1.13744712205698, 1.24846415034841]
    assert statistics.ph_test(model).chi2 == pytest.approx(chi2, rel=1e-6)
