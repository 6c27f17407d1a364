"""Changes of cell subsets from product to day 28, and of the cells of blood from day 0, by paired tests (000)."""

from __future__ import annotations

import pandas as pd

from cartwise.analyses.analysis import analysis
from cartwise.analyses.cohort import Cohort
from cartwise.analyses.cytometry_series import BLOOD, CAR_T, Population, Series
from cartwise.analyses.figure import Figure, PairedFigure
from cartwise.analyses.paired_changes import Comparison, changes_methods, changes_table, compared, panels
from cartwise.analyses.result import Result
from cartwise.analyses.subset_series import CLR, CORRECTED, PERCENT, parent_in, subset_series
from cartwise.measures.subsets import MIN_PARENT_CELLS, subset_samples
from cartwise.measures.transplant import infused

ABOUT = (
    "Each line is a patient; the thick line joins the medians. Brackets give p values of Wilcoxon's signed-rank test of "
    "the pairs, adjusted within their family (Benjamini-Hochberg). Open symbols rest on fewer than "
    f"{MIN_PARENT_CELLS} cells and were not compared. Percentages of one whole sum to 100: where one subset falls others "
    "must rise, so the table also compares centred log-ratios, whose changes do not carry those of the whole; a change in "
    "percent is no change in number. Under 'smallest_p' stands what the pairs could reach at best."
)


@analysis(
    topic="Mass cytometry",
    question="How does the composition of CAR+ T cells change from product to day 28, and that of blood from day 0?",
    title="Changes of cell subsets",
    among=infused,
    needs=(subset_samples,),
)
def subset_changes(cohort: Cohort) -> Result:
    """Every subset between every two time points: exact paired tests, shift with interval, mixed model, log-ratios."""
    found = subset_series(cohort, PERCENT, CORRECTED, CLR)
    main = [one for one in found.series if one.scale != CORRECTED]
    comparisons = compared(main)
    return cohort.result(
        tables={
            "changes": changes_table(comparisons).drop(columns="marker"),
            "sensitivity": _sensitivity(found.series).drop(columns="marker"),
            "samples": found.samples,
        },
        figures=_figures(cohort, comparisons),
        estimates={
            f"{one.series.subset}, {one.first} to {one.second}": one.test.shift
            for one in comparisons
            if one.series.scale == PERCENT
        },
        about=found.about(ABOUT),
        methods=(*found.notes, *changes_methods(comparisons)) if cohort.sheets else (),
    )


def _sensitivity(series: tuple[Series, ...]) -> pd.DataFrame:
    """The same comparisons with samples of few cells, and of percentages corrected for the classifier's confusion."""
    percents = [one for one in series if one.scale == PERCENT]
    runs = {
        "samples of few cells taken in": compared(percents, few=True),
        "corrected for confusion": compared(one for one in series if one.scale == CORRECTED),
    }
    table = changes_table([one for made in runs.values() for one in made])
    table.insert(0, "run", [run for run, made in runs.items() for _ in made])
    return table


def _figures(cohort: Cohort, comparisons: list[Comparison]) -> dict[str, Figure]:
    figures: dict[str, Figure] = {}
    for population, name in ((CAR_T, ""), (BLOOD, "blood")):
        shown = [
            one for one in comparisons if one.series.population == population and one.series.scale == PERCENT
        ]
        if shown:
            label = f"% of {parent_in(cohort, population)}"
            figures[name] = PairedFigure(panels(shown), _points(population), label)
    return figures


def _points(population: Population) -> tuple[str, ...]:
    return tuple(point.name for point in population.points)
