"""Changes of state markers on cell subsets between time points, by paired tests (000)."""

from __future__ import annotations

from cartwise.analyses.analysis import analysis
from cartwise.analyses.cohort import Cohort
from cartwise.analyses.cytometry_series import POPULATIONS, Population
from cartwise.analyses.figure import Figure, HeatMapFigure, HeatPanel
from cartwise.analyses.heat_panels import HeatCell, heat_panel, star
from cartwise.analyses.marker_series import marker_series
from cartwise.analyses.paired_changes import (
    Comparison,
    changes_methods,
    changes_table,
    compared,
)
from cartwise.analyses.result import Result
from cartwise.basis import Estimate
from cartwise.measures.subsets import MIN_SUBSET_CELLS, marker_samples
from cartwise.measures.transplant import infused

ABOUT = (
    "Each cell gives the change of a marker's median (Hodges-Lehmann pseudo-median of the pairs) from the earlier to the "
    "later time point; darker is further from no change, and the sign says in which direction. A star marks p below 0.05 "
    "by Wilcoxon's signed-rank test, adjusted within its family (Benjamini-Hochberg). Blank: no pair. Values of fewer than "
    f"{MIN_SUBSET_CELLS} cells were not compared."
)


@analysis(
    topic="Mass cytometry",
    question="How do activation and exhaustion markers of cell subsets change after infusion?",
    title="Changes of state markers",
    among=infused,
    needs=(marker_samples,),
)
def marker_changes(cohort: Cohort) -> Result:
    """Every marker of every subset between every two time points: exact paired tests, shift with interval, mixed model."""
    found = marker_series(cohort)
    comparisons = compared(found.series)
    few = [one for one in found.series if one.any_few]
    return cohort.result(
        tables={
            "changes": changes_table(comparisons),
            "sensitivity": changes_table(compared(found.series, few=True) if few else []),
            "samples": found.samples,
        },
        figures=_figures(comparisons),
        about=found.about(ABOUT),
        methods=(*found.notes, *changes_methods(comparisons)) if cohort.sheets else (),
    )


def _figures(comparisons: list[Comparison]) -> dict[str, Figure]:
    figures: dict[str, Figure] = {}
    for population, name in zip(POPULATIONS, ("", "blood"), strict=True):
        shown = [one for one in comparisons if one.series.population == population]
        if shown:
            figures[name] = HeatMapFigure(
                _panels(shown, population), f"Change of the {shown[0].series.scale}"
            )
    return figures


def _panels(comparisons: list[Comparison], population: Population) -> tuple[HeatPanel, ...]:
    markers = sorted({one.series.marker for one in comparisons})
    cells: dict[tuple[str, str], dict[tuple[str, str], HeatCell]] = {}
    for one in comparisons:
        shift = one.test.shift.value if isinstance(one.test.shift, Estimate) else None
        of_pair = cells.setdefault((one.first, one.second), {})
        of_pair[one.series.subset, one.series.marker] = (shift, star(one.p_adjusted))
    return tuple(
        heat_panel(f"{population.name}, {first} to {second}", of_pair, markers)
        for (first, second), of_pair in cells.items()
    )
