"""Print figures: the data of a figure in, SVG text out, the same bytes each time."""

from __future__ import annotations

from cartwise.analyses import (
    CompositionFigure,
    Figure,
    FitFigure,
    HeatMapFigure,
    IncidenceFigure,
    IntervalFigure,
    KaplanMeierFigure,
    KineticsFigure,
    PairedFigure,
    ResidualFigure,
    ScatterFigure,
    SwimmerFigure,
)
from cartwise.reports.figures import (
    composition,
    fit,
    heat_map,
    incidence,
    intervals,
    kaplan_meier,
    kinetics,
    paired,
    residuals,
    scatter,
    swimmer,
)
from cartwise.reports.figures.style import as_svg, mark_invented, settings

__all__ = ["PAINTERS", "svg"]

PAINTERS = {
    CompositionFigure: composition.draw,
    FitFigure: fit.draw,
    HeatMapFigure: heat_map.draw,
    IncidenceFigure: incidence.draw,
    IntervalFigure: intervals.draw,
    KaplanMeierFigure: kaplan_meier.draw,
    KineticsFigure: kinetics.draw,
    PairedFigure: paired.draw,
    ResidualFigure: residuals.draw,
    ScatterFigure: scatter.draw,
    SwimmerFigure: swimmer.draw,
}


def svg(figure: Figure, *, invented: bool = False) -> str:
    """A figure as SVG text; one of invented data says so on its face."""
    with settings():
        drawn = PAINTERS[type(figure)](figure)  # type: ignore[operator]
        if invented:
            mark_invented(drawn)
        return as_svg(drawn)
