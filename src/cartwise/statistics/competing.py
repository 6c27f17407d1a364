"""Regression with competing risks: Fine and Gray's subdistribution hazards, and cause-specific hazards."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import get_args

import pandas as pd

from cartwise.basis import UserError
from cartwise.statistics.causes import cause_index, causes_of
from cartwise.statistics.counting import Bools
from cartwise.statistics.cox import NO_EVENT, Cox, cox
from cartwise.statistics.design import ColumnOrValues, Design, design, values_of
from cartwise.statistics.likelihood import Ties, evaluated
from cartwise.statistics.observations import Observations, observations
from cartwise.statistics.partial import partial, sandwich
from cartwise.statistics.regression import (
    Regression,
    Setting,
    model_tests,
    normal_coefficients,
    notes_of,
    reasons_of,
)
from cartwise.statistics.subdistribution import (
    Censoring,
    TiedCensoring,
    censoring,
    censoring_residuals,
    subdistribution_sets,
)
from cartwise.statistics.survival import check_level


def fine_gray(
    data: pd.DataFrame,
    columns: Sequence[str],
    *,
    time: ColumnOrValues,
    cause: ColumnOrValues,
    cause_of_interest: object = None,
    tied_censoring: TiedCensoring = "with events",
    reference: Mapping[str, object] | None = None,
    level: float = 0.95,
) -> Regression:
    """Proportional subdistribution hazards regression (Fine and Gray, JASA 1999;94:496), in linear time.

    Ties by Breslow; standard errors by the sandwich of eq. 7 and 8, which takes the estimation of the censoring
    weights into account. `tied_censoring` is how G counts a censoring on the day of an event: "with events" as
    R `cmprsk`, "after events" as `survival::finegray`.

    Args:
        data: one row per patient.
        columns: covariates known at time zero; text and categories are compared with a reference level.
        time: end of follow-up: a column of `data`, or (n,) values, as `cause`.
        cause: what ended it: numbers with 0 for censored, or names with "censored".
        cause_of_interest: by default the first.
        tied_censoring: see above.
        reference: reference level by column, instead of the first.
        level: confidence level.

    Raises:
        UserError: the data or the choices are unusable; the message says which, where, how many.
    """
    check_level(level)
    if tied_censoring not in get_args(TiedCensoring):
        raise UserError(f"`tied_censoring` is one of {', '.join(get_args(TiedCensoring))}.")
    codes, causes = causes_of(values_of(data, "cause", cause), len(data))
    wanted = cause_index(causes, cause_of_interest) if causes or cause_of_interest is not None else 1
    rows = observations(values_of(data, "time", time), codes == wanted)
    lost = censoring(rows.time, codes == 0, tied_censoring)
    name = causes[wanted - 1] if causes else "the event"
    method = (
        f"Subdistribution hazard ratios of {name} were estimated by Fine and Gray's regression (1999; Breslow ties), "
        "with sandwich standard errors."
    )
    setting = Setting(rows.time.size, int(rows.event.sum()), "subdistribution hazard ratio", level, method)
    competing = (codes != wanted) & (codes != 0)
    return _fitted(rows, competing, lost, design(data, columns, reference), setting)


def _fitted(
    rows: Observations, competing: Bools, lost: Censoring, covariates: Design, setting: Setting
) -> Regression:
    sets = subdistribution_sets(rows.time, rows.event, competing, lost)
    prepared = partial(rows, covariates, "breslow", lambda *_: sets)
    found = prepared.maximum()
    naive = found.covariance()
    residuals = prepared.residuals(found.beta)
    for stratum in prepared.strata:
        residuals = residuals + censoring_residuals(stratum, evaluated(stratum, found.beta), rows.time, lost)
    robust = sandwich(residuals, naive, None)
    reasons = reasons_of(covariates, found) if prepared.strata else [NO_EVENT] * len(covariates.terms)
    covariance, beta = prepared.unscaled(robust), found.beta / prepared.scale
    coefficients = normal_coefficients(covariates, beta, covariance, reasons, setting)
    return Regression(
        coefficients,
        covariance,
        prepared.unscaled(naive),
        found.null,
        found.loglik,
        model_tests(found, robust, robust=True),
        setting.n,
        setting.events,
        setting.ratio,
        setting.level,
        setting.methods,
        notes_of(coefficients, setting.events),
    )


def cause_specific_cox(
    data: pd.DataFrame,
    columns: Sequence[str],
    *,
    time: ColumnOrValues,
    cause: ColumnOrValues,
    entry: ColumnOrValues | None = None,
    strata: ColumnOrValues | None = None,
    cluster: ColumnOrValues | None = None,
    ties: Ties = "efron",
    reference: Mapping[str, object] | None = None,
    level: float = 0.95,
) -> dict[str, Cox]:
    """A Cox model of every cause, in which the other causes censor (Prentice et al., Biometrics 1978;34:541).

    Arguments are those of `cox`, with `cause` as in `fine_gray`; the models stand by the name of their cause.

    Raises:
        UserError: the data or the choices are unusable; the message says which, where, how many.
    """
    codes, causes = causes_of(values_of(data, "cause", cause), len(data))
    models = {}
    # Where all are censored, one model without numbers says why.
    for code, name in enumerate(causes or ("any event",), start=1):
        model = cox(
            data,
            columns,
            time=time,
            event=codes == code,
            entry=entry,
            strata=strata,
            cluster=cluster,
            ties=ties,
            reference=reference,
            level=level,
        )
        models[name] = replace(
            model, methods=f"{model.methods} Causes other than {name} censor (cause-specific hazard)."
        )
    return models
