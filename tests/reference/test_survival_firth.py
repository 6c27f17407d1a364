"""R's coxphf, logistf and glm vouch for regression with Firth's penalty and for logistic regression."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from cartwise import statistics
from tests.reference.test_survival_coverage import DATA, agree, bmt, needs_r_values, r_values

pytestmark = needs_r_values

ANALYSES = {("kmsurv_bmt", "firth_cox_pl:LFS"), ("hct_table1", "logit_firth_pl:patient_level")}


def patients() -> pd.DataFrame:
    """The four two-arm studies of relapse after transplantation or none, patient by patient."""
    rows = []
    for study in pd.read_csv(DATA / "hct_table1_2x2.csv").itertuples():
        for hct, events, n in ((1, study.ai, study.n1), (0, study.ci, study.n2)):
            rows += [(study.study, hct, 1)] * events + [(study.study, hct, 0)] * (n - events)
    return pd.DataFrame(rows, columns=["study", "hct", "relapse"])


def test_firth_cox_is_coxphf():
    columns = ["grp", "z1", "z2", "z8"]
    model = statistics.firth_cox(bmt(), columns, time="t2", event="d3")
    ours = {}
    for c in model.coefficients:
        item = c.term.level.removeprefix("AML") or c.term.column
        values = {"coef": c.coef, "se": c.std_error, "p": c.p, "lower": c.lower, "upper": c.upper}
        ours |= {(item, stat): value for stat, value in values.items()}
    # coxphf reports the penalised likelihood of columns divided by their standard deviation.
    table = pd.get_dummies(bmt()[columns], columns=["grp"], drop_first=True).astype(float)
    shift = float(np.log(table.std()).sum())
    ours |= {("model", "loglik0"): model.loglik_null - shift, ("model", "loglik"): model.loglik - shift}
    agree(r_values("kmsurv_bmt", "firth_cox_pl:LFS"), ours)


def test_firth_logistic_is_logistf():
    c = statistics.firth_logistic(patients(), ["hct", "study"], outcome="relapse")["hct"]
    values = {"coef": c.coef, "se": c.std_error, "p": c.p, "lower": np.log(c.lower), "upper": np.log(c.upper)}
    agree(r_values("hct_table1", "logit_firth_pl:patient_level"), {("hct", s): v for s, v in values.items()})


def test_logistic_regression_is_glm():
    """R 4.2.2: glm(relapse ~ hct + study, binomial, epsilon = 1e-14), its Rao and deviance tests."""
    model = statistics.logistic(patients(), ["hct", "study"], outcome="relapse")
    hct, smc = model["hct"], model["study: SMC v NCI"]
    assert [hct.coef, hct.std_error] == pytest.approx([-3.004766861560, 0.5476512495], rel=1e-8)
    assert smc.std_error == pytest.approx(0.6613382924, rel=1e-8)
    assert hct.p == pytest.approx(4.096439668e-08, rel=1e-6)
    ratio, _, score = model.tests
    assert [ratio.statistic, ratio.df, score.statistic] == pytest.approx([43.043, 4, 40.412], abs=5e-4)
    assert [model.loglik, model.loglik_null] == pytest.approx([-58.02709, -79.54863], abs=1e-5)
