"""Logistic regression, by maximum likelihood and with Firth's penalty."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import log

import numpy as np
import pandas as pd

from cartwise.basis import UserError
from cartwise.statistics.counting import Floats
from cartwise.statistics.design import ColumnOrValues, Design, design, values_of
from cartwise.statistics.newton import Likelihood, aliased_columns, maximise
from cartwise.statistics.observations import numbers, refuse
from cartwise.statistics.partial import standardised
from cartwise.statistics.penalised import (
    PenalisedLikelihood,
    penalised_fit,
    penalised_regression,
    without_estimates,
)
from cartwise.statistics.regression import Fit, Regression, Setting
from cartwise.statistics.survival import check_level

_ONE_OUTCOME = "all patients have the same outcome"


def logistic(
    data: pd.DataFrame,
    columns: str | Sequence[str],
    *,
    outcome: ColumnOrValues,
    reference: Mapping[str, object] | None = None,
    level: float = 0.95,
) -> Regression:
    """Logistic regression by maximum likelihood, with an intercept and Wald intervals (Cox, 1958).

    Coefficients without a finite maximum (separation) have a reason and no numbers; see `firth_logistic`.

    Args:
        data: one row per patient.
        columns: covariates; text and categories are compared with a reference level.
        outcome: 1 or 0: a column of `data`, or (n,) values.
        reference: reference level by column, instead of the first.
        level: confidence level.

    Raises:
        UserError: the data or the choices are unusable; the message says which, where, how many.
    """
    happened, covariates = _prepared(data, columns, outcome, reference)
    method = (
        f"Odds ratios were estimated by logistic regression (maximum likelihood) with {100 * level:g} % Wald "
        "confidence intervals."
    )
    setting = _setting(happened, level, method)
    if happened.min() == happened.max():
        return without_estimates(covariates, setting, _ONE_OUTCOME)
    x, scale = standardised(covariates.matrix, np.ones(happened.size))
    found = maximise(_likelihood(happened, x), len(covariates.terms) + 1)
    rarer = min(setting.events, setting.n - setting.events)
    fit = Fit(scale, found.covariance()[:-1, :-1], rarer=rarer)
    return Regression.of(covariates, found.without_last(), fit, setting)


def _likelihood(happened: Floats, x: Floats) -> Likelihood:
    """The likelihood of covariates, (n, p), and an intercept, which comes last.

    The intercept starts from that of the model without covariates, so that the likelihood at zero is its likelihood.
    """
    start = log(happened.mean() / (1 - happened.mean()))
    last_to_first = np.r_[-1, 0 : x.shape[1]]
    first_to_last = np.r_[1 : x.shape[1] + 1, 0]

    def likelihood(beta: Floats) -> tuple[float, Floats, Floats]:
        own = beta[last_to_first] + np.r_[start, np.zeros(x.shape[1])]
        loglik, score, information, _ = _evaluated(happened, _with_intercept(x), own)
        return loglik, score[first_to_last], information[np.ix_(first_to_last, first_to_last)]

    return likelihood


def firth_logistic(
    data: pd.DataFrame,
    columns: str | Sequence[str],
    *,
    outcome: ColumnOrValues,
    reference: Mapping[str, object] | None = None,
    level: float = 0.95,
) -> Regression:
    """Logistic regression with Firth's penalty (Firth, Biometrika 1993;80:27; Heinze and Schemper 2002).

    Finite under separation; intervals and p values come from the profile of the penalised likelihood (R
    `logistf`), standard errors from the augmented information (as `logistf` from 1.24 on). Arguments and errors are those of `logistic`.
    """
    happened, covariates = _prepared(data, columns, outcome, reference)
    method = (
        "Odds ratios were estimated by logistic regression with Firth's penalty (Firth 1993; Heinze and Schemper "
        f"2002), with {100 * level:g} % confidence intervals and p values from the profile of the penalised likelihood."
    )
    setting = _setting(happened, level, method)
    if happened.min() == happened.max():
        return without_estimates(covariates, setting, _ONE_OUTCOME)
    matrix, _ = standardised(covariates.matrix, np.ones(happened.size))
    usable = ~aliased_columns(matrix.T @ matrix)
    if not usable.any():
        return without_estimates(covariates, setting)
    x, scale = standardised(covariates.matrix[:, usable], np.ones(happened.size))
    fit = penalised_fit(_penalised(happened, _with_intercept(x)), int(usable.sum()) + 1, intercepts=1)
    return penalised_regression(covariates, fit, usable, scale, setting)


def _prepared(
    data: pd.DataFrame,
    columns: str | Sequence[str],
    outcome: ColumnOrValues,
    reference: Mapping[str, object] | None,
) -> tuple[Floats, Design]:
    happened = numbers("outcome", values_of(data, "outcome", outcome))
    if not happened.size:
        raise UserError("The table has no rows: there is nobody to model.")
    if happened.size != len(data):
        raise UserError(f"`outcome` has {happened.size} rows and the table has {len(data)}. Give one a row.")
    mend = "Code the outcome 1 and its absence 0"
    refuse("outcome", (happened != 0) & (happened != 1), "neither 0 nor 1", mend)
    return happened, design(data, columns, reference)


def _setting(happened: Floats, level: float, method: str) -> Setting:
    check_level(level)
    return Setting(happened.size, int(happened.sum()), "odds ratio", level, method)


def _with_intercept(x: Floats) -> Floats:
    return np.column_stack([np.ones(len(x)), x])


def _evaluated(happened: Floats, x: Floats, beta: Floats) -> tuple[float, Floats, Floats, Floats]:
    """Log-likelihood, score, information, and the fitted probabilities."""
    from scipy.special import expit  # noqa: PLC0415  # scipy is slow to import

    linear = x @ beta
    loglik = float(happened @ linear - np.logaddexp(0, linear).sum())
    fitted = expit(linear)
    information = x.T @ ((fitted * (1 - fitted))[:, None] * x)
    return loglik, x.T @ (happened - fitted), information, fitted


def _penalised(happened: Floats, x: Floats) -> PenalisedLikelihood:
    def likelihood(beta: Floats) -> tuple[float, Floats, Floats]:
        loglik, _, information, fitted = _evaluated(happened, x, beta)
        sign, size = np.linalg.slogdet(information)
        if not sign > 0:
            return -np.inf, np.zeros_like(beta), information
        variance = fitted * (1 - fitted)
        leverage = variance * np.sum(x @ np.linalg.inv(information) * x, axis=1)
        # Firth's score: each outcome is pulled towards one half by its leverage.
        score = x.T @ (happened - fitted + leverage * (0.5 - fitted))
        # As if each row counted 1 + leverage times: the information whose inverse logistf (from 1.24 on) prints.
        augmented = x.T @ ((variance * (1 + leverage))[:, None] * x)
        return loglik + float(size) / 2, score, augmented

    return likelihood
