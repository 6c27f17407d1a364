"""Relapse after consolidative HCT v none: the studies pooled in several ways, and the bias that such a pool carries."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import isnan
from typing import Any

import pandas as pd

from cartwise.basis import Estimate, Missing
from cartwise.evidence import Proportion, proportion, source
from cartwise.reports.figures.forest import ForestFigure, ForestRow
from cartwise.statistics import MetaAnalysis, immortal_time_bias, meta_analysis

STUDIES = ("plat-02", "st-jude", "nci-cd28", "sheba-cd28")
"""The studies of 003 Table 1 that count relapses with and without consolidative HCT."""
ARMS: Mapping[str, Any] = {
    "events": "relapse",
    "n": "hct",
    "control_events": "relapse_without",
    "control_n": "no_hct",
}
HCT_DAY = 75
"""Median day of HCT in the simulation, between the 54 days to three months that the studies print."""
RELAPSE_DAYS = (90, 180, 270)
"""Median days of relapse tried in the simulation, for the studies print none."""

METHODS: Mapping[str, Mapping[str, Any]] = {
    "Mantel-Haenszel, common effect": {"method": "Mantel-Haenszel"},
    "Peto, common effect": {"method": "Peto"},
    "Inverse variance, common effect": {"tau2": None},
    "Inverse variance, random effects (DerSimonian-Laird)": {"tau2": "DL"},
    "Inverse variance, random effects (REML)": {"tau2": "REML"},
    "Inverse variance, random effects (Paule-Mandel)": {"tau2": "PM"},
    "Inverse variance, random effects (REML), Knapp-Hartung interval": {
        "tau2": "REML",
        "knapp_hartung": True,
    },
    "Binomial-normal model, random effects": {"method": "binomial-normal"},
    "Exact conditional, common effect": {"method": "exact conditional"},
}


@dataclass(frozen=True, slots=True, eq=False)
class PooledRelapse:
    """What the page on relapse after HCT shows.

    Attributes:
        arms: (with HCT, without HCT) of each study.
        forest: the odds ratio of each study, and the pooled ones.
        methods: odds ratio, its limits, the prediction interval and the spread between studies, a method a row.
        without: the pooled odds ratio (Mantel-Haenszel) without each study in turn.
        caption: what such a comparison cannot show.
        simulated: odds ratios that immortal time alone would make, a median day of relapse a row.
        notes: how that was simulated, and where it could not be done as asked.
    """

    arms: tuple[tuple[Proportion, Proportion], ...]
    forest: ForestFigure
    methods: pd.DataFrame
    without: pd.DataFrame
    caption: str
    simulated: pd.DataFrame
    notes: tuple[str, ...]


def pooled_relapse(keys: Iterable[str] = STUDIES) -> PooledRelapse:
    """The studies of these sources pooled.

    Raises:
        UserError: where a source prints no such counts, or two sources share patients.
    """
    arms = tuple((proportion(f"{key}/relapse-hct"), proportion(f"{key}/relapse-no-hct")) for key in keys)
    data = pd.DataFrame([_study(*pair) for pair in arms])
    data["cohort"] = _cohorts([pair[0].source for pair in arms])
    results = {
        name: meta_analysis(data, **ARMS, cohort="cohort", **options) for name, options in METHODS.items()
    }
    first = next(iter(results.values()))
    simulated, notes = _simulated(data)
    return PooledRelapse(
        arms,
        _forest(arms, results),
        pd.DataFrame([_method(name, result) for name, result in results.items()]),
        _without(first),
        first.caption("HCT"),
        simulated,
        notes,
    )


def _study(with_hct: Proportion, without: Proportion) -> dict[str, Any]:
    return {
        "study": with_hct.source,
        "relapse": int(with_hct.number("events")),
        "hct": int(with_hct.number("n")),
        "relapse_without": int(without.number("events")),
        "no_hct": int(without.number("n")),
    }


def _cohorts(keys: list[str]) -> list[str]:
    """One name for sources that may count the same patients, whichever of them says so: the pool refuses them."""

    def share(one: str, other: str) -> bool:
        return one == other or other in source(one).overlaps or one in source(other).overlaps

    return [min(other for other in keys if share(key, other)) for key in keys]


def _forest(
    arms: tuple[tuple[Proportion, Proportion], ...], results: Mapping[str, MetaAnalysis]
) -> ForestFigure:
    singles = next(result for name, result in results.items() if "common" in name and "Inverse" in name)
    rows = [
        _row(
            "Each study (½ added to all cells where one is empty)",
            f"{study.study}: {hct.events}/{hct.n} relapsed with HCT, {none.events}/{none.n} without",
            hct.population,
            study.effect,
        )
        for study, (hct, none) in zip(singles.studies, arms, strict=True)
    ]
    rows += [_row("Pooled, by method", name, "", result.pooled) for name, result in results.items()]
    return ForestFigure(
        tuple(row for row in rows if row is not None),
        "Relapse after consolidative HCT against none: odds ratios; the numbers stand in the tables below",
        "odds ratio of relapse, HCT v none, 95 % interval, logarithmic axis; below 1: fewer relapses with HCT",
        logarithmic=True,
    )


def _row(heading: str, label: str, detail: str, effect: Any) -> ForestRow | None:
    if effect.value is None:
        return None
    text = f"{effect.value:.3f} ({_shown(effect.lower)} to {_shown(effect.upper)})"
    return ForestRow(heading, label, detail, effect.value, effect.lower, effect.upper, text)


def _method(name: str, result: MetaAnalysis) -> dict[str, str]:
    pooled = result.pooled
    prediction = pooled.prediction or (None, None)
    random = pooled.prediction is not None
    return {
        "method": name,
        "odds ratio": _shown(pooled.value) if pooled.value is not None else pooled.reason,
        "95 % interval": f"{_shown(pooled.lower)} to {_shown(pooled.upper)}",
        "95 % prediction interval": f"{_shown(prediction[0])} to {_shown(prediction[1])}"
        if random
        else "none: common effect",
        "tau²": _shown(pooled.tau2) if random else "0 by assumption",
        "I²": "not given" if pooled.i2 is None else f"{pooled.i2:.0f} %",
    }


def _without(result: MetaAnalysis) -> pd.DataFrame:
    rows = result.leave_one_out()
    return pd.DataFrame(
        {
            "left out": [study.removeprefix("without ") for study in rows["study"]],
            "odds ratio": [_shown(value) for value in rows["value"]],
            "95 % interval": [
                f"{_shown(low)} to {_shown(high)}"
                for low, high in zip(rows["lower"], rows["upper"], strict=True)
            ],
        }
    )


def _simulated(data: pd.DataFrame) -> tuple[pd.DataFrame, tuple[str, ...]]:
    rows, notes = [], []
    for day in RELAPSE_DAYS:
        bias = immortal_time_bias(data, **ARMS, median_event_day=day, median_treatment_day=HCT_DAY)
        rows.append({"median day of relapse": str(day), **_made_by_bias(bias.estimate())})
        notes.append(" ".join((bias.methods, *bias.notes)))
    return pd.DataFrame(rows), tuple(notes)


def _made_by_bias(seen: Estimate | Missing) -> dict[str, str]:
    name, spread = "median odds ratio without any effect of HCT", "95 % of the simulated odds ratios"
    if isinstance(seen, Missing):
        return {name: seen.reason, spread: "not given"}
    return {name: _shown(seen.value), spread: f"{_shown(seen.lower)} to {_shown(seen.upper)}"}


def _shown(number: float | None) -> str:
    return "without bound" if number is None or isnan(number) else f"{number:.3f}"
