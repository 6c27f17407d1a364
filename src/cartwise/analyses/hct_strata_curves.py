"""Survival curves by HCT within strata of MRD, from a landmark on: the question of 001 Figure 1, which drew them from infusion."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import pandas as pd

from cartwise.analyses.figure import KaplanMeierFigure
from cartwise.analyses.hct_approaches import ARMS, at_landmark
from cartwise.analyses.survival_by_group import curves_figure, risk_table_of, ticks_of
from cartwise.statistics import kaplan_meier, log_rank

BIASED_AXIS = "Months since infusion (BIASED: HCT as if known at infusion)"
Stratum = tuple[str, str, frozenset[str]]
"""The name of a stratum in file names, its words, and its patients."""


def strata_curves(
    outcomes: Mapping[str, pd.DataFrame], strata: Iterable[Stratum], month: float, *, as_published: bool
) -> dict[str, KaplanMeierFigure]:
    """A figure an outcome and stratum in which anybody is at risk after the landmark, by HCT before it.

    Args:
        outcomes: by name, `patient, month, event, hct_month, relapse_month`.
        strata: the strata.
        month: the landmark, in months after infusion.
        as_published: whether the same is also drawn from infusion, by HCT at any time.
    """
    chosen = list(strata)
    return {
        name: figure
        for outcome, data in outcomes.items()
        for stratum in chosen
        for name, figure in _of_stratum(outcome, data, stratum, month, as_published=as_published)
    }


def _of_stratum(
    outcome: str, data: pd.DataFrame, stratum: Stratum, month: float, *, as_published: bool
) -> Iterator[tuple[str, KaplanMeierFigure]]:
    key, words, patients = stratum
    inside = data[data["patient"].isin(patients)]
    stem = f"{outcome.lower().replace(' ', '_').replace('-', '_')}_{key}"
    # Whoever has relapsed by the landmark can no longer get the transplant that was to prevent it.
    free = inside[~(inside["relapse_month"] <= month)].reset_index(drop=True)
    kept = at_landmark(free, month).data
    if len(kept):
        since = f"Months since the landmark at month {month:g}"
        yield stem, _drawn(kept.assign(month=kept["month"] - month), outcome, words, since)
    if as_published and len(inside):
        ever = inside.assign(hct=(inside["hct_month"] < inside["month"]).astype(int))
        yield f"{stem}_as_published", _drawn(ever, outcome, words, BIASED_AXIS)


def _drawn(rows: pd.DataFrame, outcome: str, words: str, since: str) -> KaplanMeierFigure:
    arm = pd.Categorical.from_codes(rows["hct"].tolist(), pd.Index(ARMS))
    curves = kaplan_meier(rows["month"], rows["event"], group=arm, unit="mo")
    test = log_rank(rows["month"], rows["event"], arm)
    risk = risk_table_of(curves, ticks_of(float(rows["month"].max())))
    return curves_figure(curves, risk, outcome, words, test, x_label=since)
