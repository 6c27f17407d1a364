"""Cox regression with Firth's penalty: finite estimates and sound intervals with few events."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from cartwise.basis import UserError
from cartwise.statistics.counting import Floats
from cartwise.statistics.cox import NO_EVENT, table_observations
from cartwise.statistics.design import ColumnOrValues, design
from cartwise.statistics.formula import stated
from cartwise.statistics.likelihood import State, Stratum, derivatives, evaluated
from cartwise.statistics.newton import aliased_columns
from cartwise.statistics.observations import refuse_shares
from cartwise.statistics.partial import Partial, partial
from cartwise.statistics.penalised import (
    PenalisedLikelihood,
    penalised_fit,
    penalised_regression,
    without_estimates,
)
from cartwise.statistics.regression import Regression, Setting
from cartwise.statistics.survival import check_level


def firth_cox(
    data: pd.DataFrame,
    columns: str | Sequence[str],
    *,
    time: ColumnOrValues | None = None,
    event: ColumnOrValues | None = None,
    entry: ColumnOrValues | None = None,
    strata: ColumnOrValues | None = None,
    weights: ColumnOrValues | None = None,
    reference: Mapping[str, object] | None = None,
    level: float = 0.95,
) -> Regression:
    """Cox regression with Firth's penalty (Heinze and Schemper, Biometrics 2001;57:114), Breslow ties.

    The partial likelihood is multiplied by the root of the determinant of its information, which removes the
    first-order bias and keeps estimates finite under separation. Intervals and p values come from the profile of
    the penalised likelihood (R `coxphf`); time and memory grow with the square of the number of columns.

    Arguments and errors are those of `cox`. Weights are repeats of a row: a profile supposes independent patients, so
    that neither sampling weights nor clusters have a place here.
    """
    check_level(level)
    asked = stated(data, columns, time=time, event=event, entry=entry, strata=strata, cluster=None)
    if asked.cluster is not None:
        raise UserError("Firth's profile supposes independent rows. Leave cluster() out, or use `cox`.")
    rows = table_observations(
        data, asked.time, asked.event, entry=asked.entry, strata=asked.strata, weights=weights
    )
    refuse_shares(rows.weight, "Use `cox`, whose errors with such weights are robust")
    covariates = design(data, asked.columns, reference)
    method = (
        "Hazard ratios were estimated by Cox regression with Firth's penalty (Heinze and Schemper 2001; Breslow ties), "
        f"with {100 * level:g} % confidence intervals and p values from the profile of the penalised likelihood."
    )
    usable = ~aliased_columns(
        partial(rows, covariates, "breslow").likelihood(np.zeros(len(covariates.terms)))[2]
    )
    setting = Setting(rows.time.size, int(rows.event.sum()), "hazard ratio", level, method)
    if not usable.any():
        reason = "" if rows.event.any() else NO_EVENT
        return without_estimates(covariates, setting, reason)
    part = partial(rows, covariates.where(usable), "breslow")
    fit = penalised_fit(_penalised(part), int(usable.sum()))
    return penalised_regression(covariates, fit, usable, part.scale, setting)


def _penalised(part: Partial) -> PenalisedLikelihood:
    def likelihood(beta: Floats) -> tuple[float, Floats, Floats]:
        # Far out on a profile a risk set may weigh nothing in double precision: that point has no likelihood.
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            found = evaluated_at(beta)
        return found if np.isfinite(found[0]) else (-np.inf, np.zeros_like(beta), found[2])

    def evaluated_at(beta: Floats) -> tuple[float, Floats, Floats]:
        states = [evaluated(rows, beta) for rows in part.strata]
        pairs = [derivatives(rows, at) for rows, at in zip(part.strata, states, strict=True)]
        information = np.sum([second for _, second in pairs], axis=0)
        sign, size = np.linalg.slogdet(information)
        if not sign > 0:
            return -np.inf, np.zeros_like(beta), information
        inverse = np.linalg.inv(information)
        score = np.sum([first for first, _ in pairs], axis=0)
        for rows, at in zip(part.strata, states, strict=True):
            score = score + _information_slope(rows, at, inverse) / 2
        return sum(at.loglik for at in states) + float(size) / 2, score, information

    return likelihood


def _information_slope(rows: Stratum, at: State, inverse: Floats) -> Floats:
    """tr(inverse @ dI/dbeta_j) for each j, (p,): third central moments of the risk sets, with Breslow ties."""
    risk = rows.weight * at.risk
    turned = rows.x @ inverse
    square = np.sum(rows.x * turned, axis=1)
    p = rows.x.shape[1]
    sums = rows.sets.at_risk(
        np.column_stack(
            [risk, risk * square, risk[:, None] * np.repeat(turned, p, axis=1) * np.tile(rows.x, p)]
        )
    )
    total, squares = sums[:, 0], sums[:, 1]
    mean = at.first / total[:, None]
    # cross[t, k, j]: sum at risk of (inverse x)_k x_j
    cross = sums[:, 2:].reshape(-1, p, p) / total[:, None, None]
    mean_square = squares / total
    deaths = at.hazard * total
    exposure = risk * rows.sets.accumulated(at.hazard)
    third = (exposure * square) @ rows.x
    second = np.einsum("tk,tkj->tj", mean, cross) * 2 + mean * mean_square[:, None]
    first = 2 * mean * np.einsum("tk,kl,tl->t", mean, inverse, mean)[:, None]
    slope: Floats = third - deaths @ second + deaths @ first
    return slope
