"""Fine and Gray's regression: the hazard of one cause among all who had it not, those lost to other causes too."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from cartwise.statistics.causes import cause_index, causes_of
from cartwise.statistics.counting import Bools, Floats, Ints, risk_sets
from cartwise.statistics.cox import NO_EVENT, table_observations
from cartwise.statistics.design import ColumnOrValues, Design, design, values_of
from cartwise.statistics.observation_weights import CensoringOf, Ends, Observed, TiedCensoring, observed
from cartwise.statistics.observations import Observations, check_choice, levels_of, refuse, whole
from cartwise.statistics.partial import Partial, partial, sandwich
from cartwise.statistics.penalised import without_estimates
from cartwise.statistics.regression import Fit, Regression, Setting
from cartwise.statistics.subdistribution import SubdistributionSets, subdistribution_residuals
from cartwise.statistics.survival import check_level


def fine_gray(
    data: pd.DataFrame,
    columns: str | Sequence[str],
    *,
    time: ColumnOrValues,
    cause: ColumnOrValues,
    entry: ColumnOrValues | None = None,
    patient: ColumnOrValues | None = None,
    strata: ColumnOrValues | None = None,
    cluster: ColumnOrValues | None = None,
    weights: ColumnOrValues | None = None,
    cause_of_interest: object = None,
    censoring: CensoringOf = "per stratum",
    tied_censoring: TiedCensoring = "with events",
    reference: Mapping[str, object] | None = None,
    level: float = 0.95,
) -> Regression:
    """Proportional subdistribution hazards regression (Fine and Gray, JASA 1999;94:496), in linear time.

    Ties by Breslow; standard errors by the sandwich of eq. 7 and 8, which takes the estimation of the weights into
    account (R `cmprsk`; `coxph` on the rows of `survival::finegray` leaves it out). Late entry weighs by the
    distribution of entry times too (Geskus, Biometrics 2011;67:39; Zhang, Zhang and Fine, Stat Med 2011;30:1933).
    In strata each has a baseline of its own (Zhou et al., Biometrics 2011;67:661). Whole weights are repeats of a
    row, in the censoring distribution too (`finegray` leaves them out there); others are sampling weights.

    Args:
        data: one row per patient, or per (entry, time] interval of one, named by `patient`.
        columns: covariates; text and categories are compared with a reference level. One that can change only
            while a patient is free of events gives no subdistribution hazard ratio (Latouche et al., Biom J
            2005;47:1): after a competing event the last value is carried on.
        time: end of follow-up: a column of `data`, or (n,) values, as all that follow.
        cause: what ended it: numbers with 0 for censored, or names with "censored".
        entry: start of being at risk: late entry, or the start of the interval.
        patient: whose row it is, where a patient has several: they follow each other without a gap, only the
            last may end with an event, and only there is the patient censored.
        strata: each stratum has its own baseline subdistribution hazard.
        cluster: rows of one cluster are not independent; by default those of a patient.
        weights: positive case weights.
        cause_of_interest: by default the first.
        censoring: whether the censoring (and entry) distribution is estimated "per stratum" (few strata) or is
            "common" to all (many small ones).
        tied_censoring: how it counts a censoring on the day of an event: "with events" as R `cmprsk`, "after
            events" as `survival::finegray`.
        reference: reference level by column, instead of the first.
        level: confidence level.

    Raises:
        UserError: the data or the choices are unusable; the message says which, where, how many.
    """
    check_level(level)
    check_choice("censoring", censoring, CensoringOf)
    check_choice("tied censoring", tied_censoring, TiedCensoring)
    codes, causes = causes_of(values_of(data, "cause", cause), len(data))
    wanted = cause_index(causes, cause_of_interest) if causes or cause_of_interest is not None else 1
    rows = table_observations(data, time, codes == wanted, entry=entry, strata=strata, weights=weights)
    who = _levels(data, "patient", patient)
    ends = _ends(rows, codes > 0, who)
    clusters = who if cluster is None else _levels(data, "cluster", cluster)
    named = _Named(
        causes[wanted - 1] if causes else "the event",
        entry is not None,
        bool(ends.entered.any()),
        strata is not None,
        censoring,
        clusters,
    )
    setting = Setting(
        rows.time.size, int(rows.event.sum()), "subdistribution hazard ratio", level, _sentence(rows, named)
    )
    weighed = observed(rows, ends, tied_censoring, censoring)
    return _fitted(rows, ends, weighed, design(data, columns, reference), setting, clusters=clusters)


def _levels(data: pd.DataFrame, name: str, given: ColumnOrValues | None) -> Ints | None:
    return None if given is None else levels_of(name, values_of(data, name, given), len(data))[0]


def _ends(rows: Observations, happened: Bools, who: Ints | None) -> Ends:
    """How each row begins and ends; a patient's rows follow each other, and only the last ends with an event."""
    late = np.isfinite(rows.entry)
    if who is None:
        return Ends(happened, ~happened, late)
    order = np.lexsort((rows.time, who))
    same = np.diff(who[order]) == 0

    def placed(rows_in_order: Ints, mask: Bools) -> Bools:
        found = np.zeros(order.size, dtype=np.bool_)
        found[rows_in_order[mask]] = True
        return found

    gap = placed(order[1:], same & (rows.entry[order][1:] != rows.time[order][:-1]))
    refuse("entry", gap, "not the end of the patient's row before", "Leave no gap or overlap")
    early = placed(order[:-1], same & happened[order][:-1])
    refuse("cause", early, "an event before the patient's last row", "End follow-up there")
    last, first = ~placed(order[:-1], same), ~placed(order[1:], same)
    return Ends(happened, ~happened & last, late & first)


def _fitted(
    rows: Observations,
    ends: Ends,
    weighed: dict[int, Observed],
    covariates: Design,
    setting: Setting,
    *,
    clusters: Ints | None,
) -> Regression:
    held = _held(rows, ends, weighed)
    if _broken(rows, ends, weighed):
        return without_estimates(covariates, setting, _EMPTIED)

    def exposure(own: Observations, place: Ints, grid: Floats) -> SubdistributionSets:
        ordinary = risk_sets(own.time, own.entry, grid)
        return SubdistributionSets(ordinary, held[place], weighed[int(own.stratum[0])].before(grid))

    prepared = partial(rows, covariates, "breslow", exposure)
    found = prepared.maximum()
    naive = found.covariance()
    residuals = subdistribution_residuals(prepared, found.beta, rows.time, _shared(prepared, rows, weighed))
    if clusters is None and whole(rows.weight):
        residuals = residuals / np.sqrt(rows.weight)[:, None]  # each repeat of a row stands for itself
    fit = Fit(
        prepared.scale, naive, sandwich(residuals, naive, clusters), "" if prepared.strata else NO_EVENT
    )
    return Regression.of(covariates, found, fit, setting)


def _held(rows: Observations, ends: Ends, weighed: dict[int, Observed]) -> Floats:
    """The inverse chance of being observed just before the competing event, (n,); 0 for other rows."""
    held = np.zeros_like(rows.time)
    for stratum, part in weighed.items():
        own = (rows.stratum == stratum) & ends.happened & ~rows.event
        held[own] = 1 / part.before(rows.time[own])
    return held


def _broken(rows: Observations, ends: Ends, weighed: dict[int, Observed]) -> bool:
    """Whether in some stratum a competing event is followed by a gap in observation, and that by an event."""
    for stratum, part in weighed.items():
        own = rows.stratum == stratum
        competing, events = rows.time[own & ends.happened & ~rows.event], rows.time[own & rows.event]
        if part.breaks(competing, events):
            return True
    return False


def _shared(
    prepared: Partial, rows: Observations, weighed: dict[int, Observed]
) -> list[tuple[Observed, list[int]]]:
    """The distributions of censoring, each with the strata of the likelihood that it serves."""
    served: dict[int, tuple[Observed, list[int]]] = {}
    for k, place in enumerate(prepared.places):
        part = weighed[int(rows.stratum[place[0]])]
        served.setdefault(id(part), (part, []))[1].append(k)
    return list(served.values())


class _Named(NamedTuple):
    cause: str
    intervals: bool
    late: bool
    strata: bool
    censoring: CensoringOf
    clusters: Ints | None


def _sentence(rows: Observations, named: _Named) -> str:
    ratios = f"Subdistribution hazard ratios of {named.cause} were estimated by Fine and Gray's regression"
    parts = [f"{ratios} (1999; Breslow ties)"]
    if named.strata:
        of = (
            "a censoring distribution each"
            if named.censoring == "per stratum"
            else "a common censoring distribution"
        )
        parts.append(f"stratified ({np.unique(rows.stratum).size} strata, {of}; Zhou et al. 2011)")
    if named.intervals:
        weighed = " and weights for late entry (Geskus 2011)" if named.late else ""
        parts.append(f"with rows at risk in (entry, time]{weighed}")
    if not whole(rows.weight):
        parts.append("with case weights")
    parts.append("with sandwich standard errors" + (" by cluster" if named.clusters is not None else ""))
    return ", ".join(parts) + "."


_EMPTIED = (
    "at some time everybody at risk was censored, or had only then entered: the weights of the competing events before "
    "it have no value after it"
)
