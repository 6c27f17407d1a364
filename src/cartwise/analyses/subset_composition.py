"""Composition of CAR+ T cells and of blood at each time point: the mean of all patients, and each patient's own (000)."""

from __future__ import annotations

import statistics

import pandas as pd

from cartwise.analyses.analysis import analysis
from cartwise.analyses.cohort import Cohort
from cartwise.analyses.cytometry_series import (
    BLOOD,
    CAR_T,
    Population,
    Series,
)
from cartwise.analyses.figure import CompositionBar, CompositionFigure, CompositionPanel, Figure
from cartwise.analyses.kinetics_by_group import quartiles
from cartwise.analyses.result import Result
from cartwise.analyses.subset_series import PERCENT, parent_in, parts_of, subset_series
from cartwise.measures.subsets import MIN_PARENT_CELLS, subset_samples
from cartwise.measures.transplant import infused

ABOUT = (
    "Stacked bars of the percent that each subset is of its population: the mean of the patients, then each patient. What "
    "is missing to 100 % belongs to no subset shown. Means of percentages hide how far patients differ; the table gives "
    f"medians and quartiles. Samples with fewer than {MIN_PARENT_CELLS} cells of the population are left out."
)


@analysis(
    topic="Mass cytometry",
    question="What are infusion products, CAR+ T cells in blood, and the other cells of blood composed of?",
    title="Composition of product and blood",
    among=infused,
    needs=(subset_samples,),
)
def subset_composition(cohort: Cohort) -> Result:
    """Mean, median and quartiles of each subset's percent at each time point, and every patient's composition."""
    found = subset_series(cohort, PERCENT)
    figures: dict[str, Figure] = {}
    for population, name in ((CAR_T, ""), (BLOOD, "blood")):
        if series := found.of(population):
            parts = parts_of(cohort, population, [one.subset for one in series])
            label = f"% of {parent_in(cohort, population)}"
            figures[name] = _figure(population, [one for one in series if one.subset in parts], label)
    return cohort.result(
        tables={"composition": _table(found.series), "samples": found.samples},
        figures=figures,
        about=found.about(ABOUT),
        methods=found.notes if cohort.sheets else (),
    )


def _table(series: tuple[Series, ...]) -> pd.DataFrame:
    columns = [
        "population",
        "subset",
        "time_point",
        "n",
        "mean",
        "lower_quartile",
        "median",
        "upper_quartile",
    ]
    rows = []
    for one in series:
        for point in one.population.points:
            values = list(one.values(point.name).values())
            mean = statistics.fmean(values) if values else None
            rows.append((one.population.name, one.subset, point.name, len(values), mean, *quartiles(values)))
    return pd.DataFrame(rows, columns=columns).astype(dict.fromkeys(columns[4:], "Float64"))


def _figure(population: Population, series: list[Series], label: str) -> CompositionFigure:
    points = [point.name for point in population.points]
    means = CompositionPanel("Mean", tuple(_mean(series, point) for point in points))
    panels = tuple(_patients(series, point) for point in points)
    return CompositionFigure(tuple(one.subset for one in series), (means, *panels), label)


def _mean(series: list[Series], point: str) -> CompositionBar:
    shares = [list(one.values(point).values()) for one in series]
    n = max(map(len, shares), default=0)
    return CompositionBar(
        f"{point}, n = {n}", tuple(statistics.fmean(found) if found else None for found in shares)
    )


def _patients(series: list[Series], point: str) -> CompositionPanel:
    names = sorted({name for one in series for name in one.values(point)})
    bars = tuple(CompositionBar(name, tuple(one.values(point).get(name) for one in series)) for name in names)
    return CompositionPanel(point, bars)
