"""The log-rank test and its weighted relatives, for k groups, in strata and with late entry."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from cartwise.basis import Missing, UserError
from cartwise.statistics.counting import Floats, risk_sets
from cartwise.statistics.intervals import time_varying
from cartwise.statistics.observations import Observations, numbers, observations, refuse_shares

# Eigenvalues this small beside the largest belong to sums of observed minus expected that are zero by nature.
_SINGULAR = 1e-10


@dataclass(frozen=True, slots=True)
class LogRank:
    """A comparison of survival between groups.

    Attributes:
        chi2: the statistic; Missing where nothing can be compared.
        df: degrees of freedom; 0 where nothing can be compared.
        p: two-sided p value; Missing where nothing can be compared.
        groups: names of the groups.
        n: rows in each.
        observed: events in each, weighted by S(t-)^rho.
        expected: events expected in each under equal hazards, weighted alike.
        methods: the sentence for a methods section.
    """

    chi2: float | Missing
    df: int
    p: float | Missing
    groups: tuple[str, ...]
    n: tuple[int, ...]
    observed: tuple[float, ...]
    expected: tuple[float, ...]
    methods: str

    def table(self) -> pd.DataFrame:
        """Observed and expected events, one row per group."""
        columns = {"group": self.groups, "n": self.n, "observed": self.observed, "expected": self.expected}
        return pd.DataFrame(columns)


class _Scores(NamedTuple):
    observed: Floats  # (k,)
    expected: Floats  # (k,)
    variance: Floats  # (k, k), of observed minus expected


def log_rank(
    time: ArrayLike,
    event: ArrayLike,
    group: ArrayLike,
    *,
    strata: ArrayLike | None = None,
    entry: ArrayLike | None = None,
    weights: ArrayLike | None = None,
    rho: float = 0.0,
    trend: Sequence[float] | None = None,
) -> LogRank:
    """Test whether k groups share one hazard (Mantel 1966; G-rho family, Harrington and Fleming 1982).

    Event times weigh S(t-)^rho with the pooled Kaplan-Meier curve S: rho = 0 is the log-rank test, rho = 1 the
    Peto-Peto form of the Wilcoxon test, as in R `survdiff`. In strata, both are summed over the strata.

    Args:
        time: (n,) end of follow-up.
        event: (n,) 1 where the event ended it, 0 where it was censored.
        group: (n,) group of each row.
        strata: (n,) stratum of each row.
        entry: (n,) late entry, or the start of an interval: the row is at risk in (entry, time].
        weights: (n,) repeats of each row. The hypergeometric variance has no form for sampling weights or clusters
            of patients: there the robust test of a group in `cox` stands for this one.
        rho: weight of early events; 0 or more.
        trend: scores of the groups, in their order: tests on one degree of freedom whether the hazard rises or
            falls with them (Tarone, Biometrika 1975;62:679) instead of any difference.

    Raises:
        UserError: the data are unusable; the message says which, where, how many.
    """
    if not (math.isfinite(rho) and rho >= 0):
        raise UserError("`rho` is 0 (log-rank) or more, such as 1 (Peto-Peto).")
    rows = observations(time, event, group=group, entry=entry, weights=weights, strata=strata)
    refuse_shares(rows.weight, "Compare by `cox` with these weights, whose errors are robust")
    per_stratum = [_scores(rows.where(rows.stratum == s), rho) for s in np.unique(rows.stratum)]
    observed, expected, variance = _total(per_stratum, len(rows.labels))
    excess, spread = observed - expected, variance
    if trend is not None:
        scores = _trend_scores(trend, rows.labels)
        excess, spread = np.array([scores @ excess]), np.array([[scores @ variance @ scores]])
    chi2, df, p = _quadratic_form(excess, spread, rows)
    sizes = np.bincount(rows.group, minlength=len(rows.labels))
    return LogRank(
        chi2,
        df,
        p,
        rows.labels,
        tuple(int(n) for n in sizes),
        tuple(float(o) for o in observed),
        tuple(float(e) for e in expected),
        _sentence(rho, len(per_stratum) if strata is not None else 0, entry is not None, trend is not None),
    )


def mantel_byar(
    time: ArrayLike,
    event: ArrayLike,
    switch: ArrayLike,
    *,
    strata: ArrayLike | None = None,
    entry: ArrayLike | None = None,
    weights: ArrayLike | None = None,
    rho: float = 0.0,
) -> LogRank:
    """Test whether the hazard differs before and after a switch (Mantel and Byar, JASA 1974;69:81).

    Every patient counts as "before" until the day of the switch and as "after" from then on, so that nobody's
    event-free wait for it counts in its favour. `n` of the result counts intervals, not patients.

    Args:
        time: (n,) end of follow-up, above 0.
        event: (n,) 1 where the event ended it, 0 where it was censored.
        switch: (n,) day of the switch (transplantation, loss of aplasia); missing (NaN): it never came.
        strata: (n,) stratum of each patient.
        entry: (n,) late entry; who switched before it counts as switched from entry on.
        weights: (n,) repeats of each patient, as in `log_rank`.
        rho: weight of early events, as in `log_rank`.

    Raises:
        UserError: the data are unusable; the message says which, where, how many.
    """
    rows = observations(time, event, strata=strata, entry=entry, weights=weights)
    days = pd.Series(switch).to_numpy()
    if days.size != rows.time.size:
        raise UserError(
            f"`switch` has {days.size} rows and `time` has {rows.time.size}. Give both for the same patients."
        )
    table = pd.DataFrame(
        {"row": range(days.size), "follow_up": rows.time, "happened": rows.event, "day": days}
    )
    cut = time_varying(
        table, patient="row", time="follow_up", event="happened", starts={"switched": "day"}
    ).data
    who = cut["row"].to_numpy()
    start, there = np.maximum(cut["start"], rows.entry[who]), (cut["stop"] > rows.entry[who]).to_numpy()
    group = pd.Categorical.from_codes(cut["switched"].tolist(), pd.Index(["before", "after"]))
    found = log_rank(
        cut["stop"][there],
        cut["event"][there],
        group[there],
        strata=None if strata is None else rows.stratum[who][there],
        entry=start[there],
        weights=rows.weight[who][there],
        rho=rho,
    )
    methods = (
        "Hazards before and after the switch were compared by the two-sided Mantel-Byar test (Mantel and Byar "
        "1974): patients count as switched only from the day of the switch on."
    )
    return replace(found, methods=methods)


def _trend_scores(trend: Sequence[float], labels: tuple[str, ...]) -> Floats:
    scores = numbers("trend", list(trend))
    if scores.size != len(labels):
        raise UserError(f"`trend` has {scores.size} scores for {len(labels)} groups ({', '.join(labels)}).")
    if np.ptp(scores) == 0:
        raise UserError("`trend` needs scores that differ between the groups, such as 1, 2, 3.")
    return scores


def _scores(rows: Observations, rho: float) -> _Scores:
    sets = risk_sets(rows.time, rows.entry, np.unique(rows.time[rows.event]))
    member = rows.weight[:, None] * (rows.group[:, None] == np.arange(len(rows.labels)))
    by_group, events = sets.at_risk(member), sets.ending(member * rows.event[:, None])
    at_risk, deaths = by_group.sum(axis=1), events.sum(axis=1)
    weight = np.r_[1.0, np.cumprod(1 - deaths / at_risk)][:-1] ** rho
    share = by_group / at_risk[:, None]
    # Hypergeometric variance of exact ties; a lone patient at risk has none.
    spread = weight**2 * deaths * (at_risk - deaths) / np.maximum(at_risk - 1, 1)
    variance = np.diag(spread @ share) - share.T @ (spread[:, None] * share)
    return _Scores(weight @ events, (weight * deaths) @ share, variance)


def _total(scores: list[_Scores], k: int) -> _Scores:
    observed, expected, variance = np.zeros(k), np.zeros(k), np.zeros((k, k))
    for part in scores:
        observed, expected, variance = (
            observed + part.observed,
            expected + part.expected,
            variance + part.variance,
        )
    return _Scores(observed, expected, variance)


def _quadratic_form(
    excess: Floats, variance: Floats, rows: Observations
) -> tuple[float | Missing, int, float | Missing]:
    from scipy.special import chdtrc  # noqa: PLC0415  # scipy is slow to import and not every run tests

    largest = float(np.max(np.diag(variance), initial=0.0))
    df = int(np.linalg.matrix_rank(variance, tol=_SINGULAR * largest, hermitian=True)) if largest > 0 else 0
    if df == 0:
        why = Missing(_why_not(rows))
        return why, 0, why
    chi2 = float(excess @ np.linalg.pinv(variance, rcond=_SINGULAR, hermitian=True) @ excess)
    return chi2, df, float(chdtrc(df, chi2))


def _why_not(rows: Observations) -> str:
    if np.unique(rows.group).size < 2:
        return "fewer than two groups have patients"
    if not rows.event.any():
        return "no event in any group: all patients are censored"
    return "at no event time were two groups at risk with somebody left to compare"


def _sentence(rho: float, strata: int, late_entry: bool, trend: bool) -> str:
    name = {0.0: "log-rank test (Mantel 1966)", 1.0: "Peto-Peto test (G-rho family, rho = 1)"}.get(
        float(rho), f"Harrington-Fleming test (G-rho family, rho = {rho:g})"
    )
    parts = [f"Groups were compared by the two-sided {name}"]
    if trend:
        parts.append("for trend over the scores of the groups (Tarone 1975)")
    if strata:
        parts.append(f"stratified ({strata} strata)")
    if late_entry:
        parts.append("with patients at risk from their entry on (left truncation)")
    return ", ".join(parts) + "."
