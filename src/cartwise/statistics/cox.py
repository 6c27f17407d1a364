"""Cox regression: Efron or Breslow ties, late entry, (start, stop] rows, strata, clusters and case weights."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from cartwise.basis import UserError
from cartwise.statistics.concordance import concordance
from cartwise.statistics.counting import Ints
from cartwise.statistics.design import ColumnOrValues, Design, design, values_of
from cartwise.statistics.formula import stated
from cartwise.statistics.likelihood import Ties
from cartwise.statistics.newton import Maximum
from cartwise.statistics.observations import Observations, check_choice, levels_of, observations, whole
from cartwise.statistics.partial import Partial, partial, sandwich
from cartwise.statistics.regression import Fit, Regression, Setting
from cartwise.statistics.survival import check_level


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Cox(Regression):
    """A fitted Cox model: a `Regression` that also knows its rows.

    Attributes:
        ties: "efron" or "breslow".
        design: the covariates.
        rows: the follow-up.
        partial: the rows prepared for the partial likelihood.
        found: its maximum, on standardised columns.
    """

    ties: Ties
    design: Design
    rows: Observations
    partial: Partial
    found: Maximum

    def concordance(self) -> float | None:
        """Harrell's c, in strata and with late entry; None where no two patients can be compared."""
        return concordance(self.rows, self.design.matrix @ (self.found.beta / self.partial.scale))


def cox(
    data: pd.DataFrame,
    columns: str | Sequence[str],
    *,
    time: ColumnOrValues | None = None,
    event: ColumnOrValues | None = None,
    entry: ColumnOrValues | None = None,
    strata: ColumnOrValues | None = None,
    cluster: ColumnOrValues | None = None,
    weights: ColumnOrValues | None = None,
    ties: Ties = "efron",
    reference: Mapping[str, object] | None = None,
    level: float = 0.95,
) -> Cox:
    """Proportional hazards regression (Cox, J R Stat Soc B 1972;34:187).

    Standard errors come from the information; with clusters, or with weights that are not whole, they are the
    robust ones of Lin and Wei (JASA 1989;84:1074), as in R `coxph`. Coefficients without a finite maximum
    (separation), of constant columns or of combinations of others have a reason and no numbers.

    Args:
        data: one row per patient, or per (entry, time] interval of one.
        columns: covariates, or a formula of main effects, such as "Surv(day, died) ~ age + group + strata(centre)",
            "Surv(start, stop, died) ~ hct + cluster(patient)" or "age + group"; text and categories are compared
            with a reference level.
        time: end of follow-up (of the interval): a column of `data`, or (n,) values, as all that follow.
        event: 1 where the event ended it, 0 where it did not.
        entry: start of being at risk: late entry, or the start of the interval.
        strata: each stratum has its own baseline hazard.
        cluster: rows of one cluster (a patient, a hospital) are not independent.
        weights: positive case weights.
        ties: "efron" or "breslow".
        reference: reference level by column, instead of the first.
        level: confidence level.

    Raises:
        UserError: the data or the choices are unusable; the message says which, where, how many.
    """
    check_choice("handling of ties", ties, Ties)
    check_level(level)
    asked = stated(data, columns, time=time, event=event, entry=entry, strata=strata, cluster=cluster)
    rows = table_observations(
        data, asked.time, asked.event, entry=asked.entry, strata=asked.strata, weights=weights
    )
    covariates = design(data, asked.columns, reference)
    clusters = _clusters(data, asked.cluster, rows)
    method = _sentence(rows, ties, asked.strata is not None, clusters is not None, asked.entry is not None)
    setting = Setting(rows.time.size, int(rows.event.sum()), "hazard ratio", level, method)
    return _fitted(rows, covariates, ties, clusters, setting)


def table_observations(
    data: pd.DataFrame,
    time: ColumnOrValues,
    event: ColumnOrValues,
    *,
    entry: ColumnOrValues | None = None,
    strata: ColumnOrValues | None = None,
    weights: ColumnOrValues | None = None,
) -> Observations:
    """Follow-up whose parts are columns of a table or values, as many as the table has rows."""
    given = {"entry": entry, "strata": strata, "weights": weights}
    optional = {name: values_of(data, name, v) for name, v in given.items() if v is not None}
    rows = observations(values_of(data, "time", time), values_of(data, "event", event), **optional)
    if rows.time.size != len(data):
        raise UserError(f"`time` has {rows.time.size} rows and the table has {len(data)}. Give one a row.")
    return rows


def _fitted(
    rows: Observations, covariates: Design, ties: Ties, clusters: Ints | None, setting: Setting
) -> Cox:
    prepared = partial(rows, covariates, ties)
    found = prepared.maximum()
    naive = found.covariance()
    robust = clusters is not None or not whole(rows.weight)
    errors = sandwich(prepared.residuals(found.beta), naive, clusters) if robust else None
    fit = Fit(prepared.scale, naive, errors, "" if prepared.strata else NO_EVENT)
    own = {"ties": ties, "design": covariates, "rows": rows, "partial": prepared, "found": found}
    return Cox.of(covariates, found, fit, setting, **own)


NO_EVENT = "no event: all patients are censored"


def _clusters(data: pd.DataFrame, cluster: ColumnOrValues | None, rows: Observations) -> Ints | None:
    if cluster is None:
        return None
    return levels_of("cluster", values_of(data, "cluster", cluster), rows.time.size)[0]


def _sentence(rows: Observations, ties: Ties, strata: bool, clusters: bool, late: bool) -> str:
    parts = [f"Hazard ratios were estimated by Cox regression ({ties.capitalize()} ties)"]
    if strata:
        parts.append(f"stratified ({np.unique(rows.stratum).size} strata)")
    if late:
        parts.append("with rows at risk in (entry, time]")
    if clusters:
        parts.append("with robust standard errors by cluster (Lin and Wei 1989)")
    elif not whole(rows.weight):
        parts.append("with case weights and robust standard errors (Lin and Wei 1989)")
    return ", ".join(parts) + "."
