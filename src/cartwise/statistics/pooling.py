"""One effect from several studies: Mantel-Haenszel, Peto and inverse variance, common or random effects."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

import numpy as np

from cartwise.statistics.counting import Floats
from cartwise.statistics.effects import Measure, TwoArms
from cartwise.statistics.heterogeneity import cochran_q, typical_variance


@dataclass(frozen=True, slots=True)
class Pool:
    """A pooled effect.

    Attributes:
        effect: on the log scale for ratios; None where there is none.
        std_error: of `effect`.
        df: degrees of freedom of its t distribution; None for the normal one.
        tau2: variance between studies.
        q: Cochran's Q; None where the method has none.
        q_df: its degrees of freedom.
        i2: percentage of variation between studies; None where there is none.
        reason: why there is no effect.
        random: whether studies were allowed to differ.
    """

    effect: float | None
    std_error: float | None
    df: int | None = None
    tau2: float = 0.0
    q: float | None = None
    q_df: int = 0
    i2: float | None = None
    reason: str = ""
    random: bool = False


def nothing(reason: str) -> Pool:
    """A pool without an effect."""
    return Pool(None, None, reason=reason)


def inverse_variance(
    effect: Floats, variance: Floats, tau2: float, *, random: bool, knapp_hartung: bool
) -> Pool:
    """Weighted mean with weights 1/(variance + tau2) (DerSimonian and Laird, Control Clin Trials 1986;7:177).

    With `knapp_hartung`, the standard error is scaled by the weighted spread and t has k - 1 degrees of freedom
    (Knapp and Hartung, Stat Med 2003;22:2693; the factor may be below one, as in R `metafor`).
    """
    weight = 1 / (variance + tau2)
    mean = float(weight @ effect / weight.sum())
    se = sqrt(1 / float(weight.sum()))
    k = effect.size
    q = cochran_q(effect, variance)
    i2 = _i2(q, k - 1)
    if random and k > 1:
        i2 = 100 * tau2 / (tau2 + typical_variance(variance))
    if not knapp_hartung:
        return Pool(mean, se, None, tau2, q, k - 1, i2, random=random)
    if k < 2:
        return nothing("the Knapp-Hartung method needs two or more studies")
    se *= sqrt(float(weight @ (effect - mean) ** 2) / (k - 1))
    if se == 0:
        return nothing("all studies have the same effect, from which the Knapp-Hartung method gives no error")
    return Pool(mean, se, k - 1, tau2, q, k - 1, i2, random=random)


def mantel_haenszel(arms: TwoArms, measure: Measure, effect: Floats, variance: Floats) -> Pool:
    """Mantel and Haenszel's pooled effect without continuity correction; Q from the studies' own effects.

    Variances: odds ratio, Robins, Breslow and Greenland 1986; risk ratio, Greenland and Robins 1985; risk
    difference, Sato, Greenland and Robins 1989. `effect`, `variance`, (k,): of the studies, for Q.
    """
    found = {"odds ratio": _mh_odds, "risk ratio": _mh_risk, "risk difference": _mh_difference}[measure](arms)
    if found is None:
        return nothing(
            "an arm has no event (or only events) in all studies, so that the pooled ratio has no value"
        )
    mean, squared = found
    if not squared > 0:
        return nothing("the pooled effect has no variance: there are too few events")
    there = np.isfinite(effect) & np.isfinite(variance) & (variance > 0)
    q = float(((effect[there] - mean) ** 2 / variance[there]).sum())
    df = max(int(there.sum()) - 1, 0)
    return Pool(mean, sqrt(squared), None, 0.0, q, df, _i2(q, df))


def peto(arms: TwoArms) -> Pool:
    """Peto's one-step odds ratio (Yusuf et al., Prog Cardiovasc Dis 1985;27:335)."""
    a, n = arms.a, arms.n
    events = arms.a + arms.c
    expected = arms.n1 * events / n
    lone = np.maximum(n - 1, 1)
    variance = arms.n1 * arms.n2 * events * (n - events) / (n**2 * lone)
    there = variance > 0
    if not there.any():
        return nothing("in every study all patients had the event, or none")
    total = float(variance[there].sum())
    mean = float((a - expected)[there].sum()) / total
    own = (a - expected)[there] / variance[there]
    q = float(variance[there] @ (own - mean) ** 2)
    df = int(there.sum()) - 1
    return Pool(mean, sqrt(1 / total), None, 0.0, q, df, _i2(q, df))


def _i2(q: float, df: int) -> float | None:
    """Higgins' I squared in per cent; None for a single study."""
    if df < 1:
        return None
    return max(100 * (q - df) / q, 0.0) if q > 0 else 0.0


def _mh_odds(arms: TwoArms) -> tuple[float, float] | None:
    p, q = (arms.a + arms.d) / arms.n, (arms.b + arms.c) / arms.n
    r, s = arms.a * arms.d / arms.n, arms.b * arms.c / arms.n
    top, bottom = float(r.sum()), float(s.sum())
    if top == 0 or bottom == 0:
        return None
    variance = p @ r / top**2 + (p @ s + q @ r) / (top * bottom) + q @ s / bottom**2
    return float(np.log(top / bottom)), float(variance) / 2


def _mh_risk(arms: TwoArms) -> tuple[float, float] | None:
    top, bottom = float((arms.a * arms.n2 / arms.n).sum()), float((arms.c * arms.n1 / arms.n).sum())
    if top == 0 or bottom == 0:
        return None
    spread = arms.n1 * arms.n2 * (arms.a + arms.c) / arms.n**2 - arms.a * arms.c / arms.n
    return float(np.log(top / bottom)), float(spread.sum()) / (top * bottom)


def _mh_difference(arms: TwoArms) -> tuple[float, float] | None:
    share1, share2 = arms.n1 / arms.n, arms.n2 / arms.n
    size = float((arms.n1 * share2).sum())
    mean = float((arms.a * share2 - arms.c * share1).sum()) / size
    p = arms.c * share1**2 - arms.a * share2**2 + share1 * share2 * (arms.n2 - arms.n1) / 2
    q = (arms.a * arms.d + arms.c * arms.b) / arms.n / 2
    return mean, (mean * float(p.sum()) + float(q.sum())) / size**2
