"""R's metafor vouches for pooled effects; where it stops early, our estimating equations are checked instead."""

from __future__ import annotations

from functools import cache
from math import comb, exp, log

import numpy as np
import pandas as pd
import pytest

from cartwise import statistics
from tests.reference.test_survival_coverage import CLOSED_FORM, DATA, agree, needs_r_values, r_values

pytestmark = needs_r_values

MEASURES = {"OR": "odds ratio", "RR": "risk ratio", "RD": "risk difference"}
MH = {"MH_OR": 0.5, "MH_OR_nocc": 0.0, "MH_RR": 0.5, "MH_RD": 0.5}  # analysis and correction (for Q)
# metafor stops REML and ML at a change of tau squared of 1e-5, and PM at a root within 1.2e-4.
CLOSED, ITERATED = ("FE", "DL", "SJ", "HS"), {"REML": 1e-5, "ML": 1e-5, "PM": 1.2e-4}
HCT_IV = [f"IV_{m}_{t}" for m in MEASURES for t in (*CLOSED, *ITERATED, "REML_HKSJ")]
BCG_IV = [f"IV_RR_{t}" for t in ("FE", "DL", "REML", "PM", "REML_HKSJ")]
IV = [("hct_table1", name) for name in HCT_IV] + [("metadat_bcg", name) for name in BCG_IV]
# metafor's model names: fixed study intercepts (UM.FS) and conditional on the margins (CM.EL).
MODELS = {
    "GLMM_UM.FS_FE": ("binomial-normal", None),
    "GLMM_UM.FS_ML": ("binomial-normal", "ML"),
    "GLMM_CM.EL_FE": ("hypergeometric-normal", None),
    "GLMM_CM.EL_ML": ("hypergeometric-normal", "ML"),
}
ANALYSES = {
    *IV,
    *(("hct_table1", name) for name in (*MH, "Peto_OR", *MODELS, "exact_conditional_stratified_OR")),
    *(("hct_table1", f"escalc_{m}_cc.5only0") for m in MEASURES),
}


@cache
def table(dataset="hct_table1") -> pd.DataFrame:
    if dataset == "hct_table1":
        return pd.read_csv(DATA / "hct_table1_2x2.csv")
    bcg = pd.read_csv(DATA / "metadat_bcg.csv")
    counts = {
        "ai": bcg["tpos"],
        "n1": bcg["tpos"] + bcg["tneg"],
        "ci": bcg["cpos"],
        "n2": bcg["cpos"] + bcg["cneg"],
    }
    return pd.DataFrame({"study": bcg["trial"], **counts})


def pooled(dataset="hct_table1", **options):
    names = {"events": "ai", "n": "n1", "control_events": "ci", "control_n": "n2"}
    return statistics.meta_analysis(table(dataset), **names, **options)


def of(found, **more):
    p = found.pooled
    values = {
        "b": p.effect,
        "se": p.std_error,
        "est": p.value,
        "lower": p.lower,
        "upper": p.upper,
        "p": p.p,
        "tau2": p.tau2,
        "I2": p.i2,
        "Q": p.q,
        "Qp": p.q_p,
    } | more
    return {("pooled", name): value for name, value in values.items() if value is not None}


@pytest.mark.parametrize("code", MEASURES)
def test_effects_of_single_studies_are_those_of_escalc(code):
    found = pooled(measure=MEASURES[code])
    ours = {}
    for s in found.studies:
        ours |= {(s.study, "yi"): s.effect.effect, (s.study, "vi"): s.effect.std_error**2}
    agree(r_values("hct_table1", f"escalc_{code}_cc.5only0"), ours, rel=CLOSED_FORM)


@pytest.mark.parametrize(("analysis", "correction"), MH.items())
def test_mantel_haenszel_is_that_of_rma_mh(analysis, correction):
    measure = MEASURES[analysis.split("_")[1]]
    found = pooled(measure=measure, method="Mantel-Haenszel", correction=correction)
    agree(r_values("hct_table1", analysis), of(found), rel=CLOSED_FORM)


def test_peto_is_that_of_rma_peto():
    agree(r_values("hct_table1", "Peto_OR"), of(pooled(method="Peto")), rel=CLOSED_FORM)


@pytest.mark.parametrize(("dataset", "analysis"), IV)
def test_inverse_variance_is_that_of_rma_uni(dataset, analysis):
    """At metafor's own tau squared everything is equal; and its tau squared is ours within its tolerance."""
    _, code, estimator, *knapp = analysis.split("_")
    theirs = r_values(dataset, analysis)
    measure, options = MEASURES[code], {"knapp_hartung": bool(knapp)}
    own = None if estimator == "FE" else estimator
    tau2 = pooled(dataset, measure=measure, tau2=own, **options).pooled.tau2
    assert tau2 == pytest.approx(
        theirs["pooled", "tau2"], rel=CLOSED_FORM, abs=ITERATED.get(estimator, 1e-12)
    )
    given = None if own is None else theirs["pooled", "tau2"]
    found = pooled(dataset, measure=measure, tau2=given, **options)
    ours = of(found)
    if ("prediction", "lower") in theirs:
        lower, upper = found.pooled.prediction
        ours |= {("prediction", "lower"): lower, ("prediction", "upper"): upper}
    agree(theirs, ours, rel=CLOSED_FORM)


@pytest.mark.parametrize("measure", MEASURES.values())
@pytest.mark.parametrize("dataset", ["hct_table1", "metadat_bcg"])
def test_iterated_tau_squared_solves_its_equation(dataset, measure):
    found = pooled(dataset, measure=measure)
    effect = np.array([s.effect.effect for s in found.studies])
    variance = np.array([s.effect.std_error**2 for s in found.studies])

    def slope(tau2, restricted):
        w = 1 / (variance + tau2)
        mean = w @ effect / w.sum()
        return w**2 @ (effect - mean) ** 2 - w.sum() + restricted * (w**2).sum() / w.sum()

    def q(tau2):
        w = 1 / (variance + tau2)
        return w @ (effect - w @ effect / w.sum()) ** 2 - (effect.size - 1)

    for estimator, equation in (("REML", lambda t: slope(t, 1)), ("ML", lambda t: slope(t, 0)), ("PM", q)):
        tau2 = pooled(dataset, measure=measure, tau2=estimator).pooled.tau2
        size = abs(equation(0.0)) + 1
        assert equation(tau2) / size == pytest.approx(0, abs=1e-9) if tau2 else equation(0.0) <= 0


@pytest.mark.parametrize("analysis", MODELS)
def test_mixed_models_are_those_of_rma_glmm(analysis):
    """Estimates to 1e-6 where metafor integrates itself; glmer (UM.FS) stops within 2e-5 with seven nodes.

    Standard errors come from numerical second derivatives in R, coarse where metafor integrates (CM.EL_ML: 0.4 %);
    ours are checked by an integral on a fine grid below.
    """
    method, tau2 = MODELS[analysis]
    p = pooled(method=method, tau2=tau2).pooled
    theirs = {stat: value for (_, stat), value in r_values("hct_table1", analysis).items()}
    by_glmer, integrated = analysis == "GLMM_UM.FS_ML", analysis == "GLMM_CM.EL_ML"
    assert p.effect == pytest.approx(theirs["b"], abs=3e-5 if by_glmer else 1e-7)
    assert p.value == pytest.approx(theirs["est"], rel=3e-5 if by_glmer else 1e-7)
    assert p.tau2 == pytest.approx(theirs["tau2"], abs=3e-5 if by_glmer else 1e-6)
    assert p.i2 == pytest.approx(theirs["I2"], abs=1e-3 if by_glmer else 1e-4)
    loose = 4e-3 if integrated else 3e-5
    assert p.std_error == pytest.approx(theirs["se"], rel=loose)
    assert [log(p.lower), log(p.upper)] == pytest.approx(
        [log(theirs["lower"]), log(theirs["upper"])], rel=loose * 2
    )
    assert log(p.p) == pytest.approx(log(theirs["p"]), rel=4 * loose)


def obvious_conditional(tau, odds):
    """Log-likelihood of the four studies, integrated over deviations on a fine grid."""
    z = np.linspace(-10, 10, 4001)
    total = 0.0
    for row in table().itertuples():
        events = row.ai + row.ci
        cells = range(max(0, events - row.n2), min(row.n1, events) + 1)
        ways = np.array([float(comb(row.n1, k) * comb(row.n2, events - k)) for k in cells])
        tilt = np.exp((odds + tau * z)[:, None] * np.array(cells))
        chance = ways[list(cells).index(row.ai)] * np.exp((odds + tau * z) * row.ai) / (tilt @ ways)
        total += log((chance * np.exp(-(z**2) / 2)).sum() * (z[1] - z[0]) / np.sqrt(2 * np.pi))
    return total


def test_the_conditional_model_is_the_peak_of_its_integral_on_a_fine_grid():
    p = pooled(method="hypergeometric-normal", tau2="ML").pooled
    at, h = np.array([p.tau2**0.5, p.effect]), 2e-3
    steps = h * np.eye(2)
    slope = [obvious_conditional(*(at + s)) - obvious_conditional(*(at - s)) for s in steps]
    assert np.array(slope) / (2 * h) == pytest.approx([0, 0], abs=1e-5)
    curve = [
        [
            sum(a * b * obvious_conditional(*(at + a * one + b * two)) for a in (1, -1) for b in (1, -1))
            / (4 * h * h)
            for two in steps
        ]
        for one in steps
    ]
    assert p.std_error == pytest.approx(np.linalg.inv(-np.array(curve))[1, 1] ** 0.5, rel=1e-4)


def test_the_exact_conditional_odds_ratio_is_that_of_mantelhaen_test():
    """Its p is closed; its estimate and limits are roots that R seeks within 1.2e-4."""
    p = pooled(method="exact conditional").pooled
    theirs = r_values("hct_table1", "exact_conditional_stratified_OR")
    ours = {
        ("pooled", s): v for s, v in (("est", p.value), ("lower", p.lower), ("upper", p.upper), ("p", p.p))
    }
    agree(theirs, ours, rel=1e-9, tolerances={"est": 1.2e-4, "lower": 1.2e-4, "upper": 1.2e-4})
    assert p.value == pytest.approx(exp(r_values("hct_table1", "GLMM_CM.EL_FE")["pooled", "b"]), rel=1e-7)


def test_exact_limits_leave_the_tails_they_should():
    """The chance of the events seen, or fewer (more), at the upper (lower) limit is 2.5 %, by enumeration."""
    p = pooled(method="exact conditional").pooled
    mass = {0: 1}
    for row in table().itertuples():
        events = row.ai + row.ci
        own = {
            k: comb(row.n1, k) * comb(row.n2, events - k)
            for k in range(max(0, events - row.n2), min(row.n1, events) + 1)
        }
        joined: dict[int, int] = {}
        for s, m in mass.items():
            for k, w in own.items():
                joined[s + k] = joined.get(s + k, 0) + m * w
        mass = joined
    seen = int(table()["ai"].sum())
    for limit, tail in ((p.upper, lambda s: s <= seen), (p.lower, lambda s: s >= seen)):
        weights = {s: m * limit**s for s, m in mass.items()}
        assert sum(w for s, w in weights.items() if tail(s)) / sum(weights.values()) == pytest.approx(
            0.025, rel=1e-8
        )
