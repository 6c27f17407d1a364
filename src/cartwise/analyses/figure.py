"""What a figure shows, as data: a Result carries these, and reports draw them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class StepCurve:
    """A survival curve of m steps with its band; 1 before the first step.

    Attributes:
        group: whose curve.
        end: last follow-up, in the unit of the figure.
        times: (m,) where the curve may step, ascending.
        survival: (m,) from each time on.
        lower, upper: (m,) confidence limits; None where there are none.
        at_risk: (m,) patients at risk just before each time.
        events: (m,) patients with the event at each time.
        censored: (m,) patients censored at each time.
    """

    group: str
    end: float
    times: tuple[float, ...]
    survival: tuple[float, ...]
    lower: tuple[float | None, ...]
    upper: tuple[float | None, ...]
    at_risk: tuple[int, ...]
    events: tuple[int, ...]
    censored: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class RiskCell:
    """One column of the KMunicate table under a curve; a count that may not be shown is its words."""

    group: str
    time: float
    at_risk: int | str
    censored: int | str
    events: int | str


@dataclass(frozen=True, slots=True)
class KaplanMeierFigure:
    """Kaplan-Meier curves with band and extended risk table (KMunicate: Morris et al., BMJ Open 2019)."""

    curves: tuple[StepCurve, ...]
    risk: tuple[RiskCell, ...]
    x_label: str
    y_label: str
    legend: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Bar:
    """Something that lasted from one day to another; `grade` is written on it, so colour is never alone."""

    kind: str
    first: float
    last: float
    grade: int | None = None


@dataclass(frozen=True, slots=True)
class Mark:
    """Something that happened on a day."""

    kind: str
    day: float


@dataclass(frozen=True, slots=True)
class Lane:
    """One patient's lane: from infusion to last contact or death, open where the patient is still followed."""

    patient: str
    end: float
    ongoing: bool
    bars: tuple[Bar, ...] = ()
    marks: tuple[Mark, ...] = ()


@dataclass(frozen=True, slots=True)
class SwimmerFigure:
    """One lane a patient on a common axis of days since infusion."""

    lanes: tuple[Lane, ...]


@dataclass(frozen=True, slots=True)
class Profile:
    """One patient's levels: what was measured, and the days on which there was too little to quantify.

    Attributes:
        patient: whose.
        days, values: quantified levels.
        below_days: days of samples below the limit.
        below_limits: the limit of each of those, None where none is stated.
    """

    patient: str
    days: tuple[float, ...]
    values: tuple[float, ...]
    below_days: tuple[float, ...] = ()
    below_limits: tuple[float | None, ...] = ()
    group: str = ""


@dataclass(frozen=True, slots=True)
class KineticsFigure:
    """Individual levels over time on a logarithmic axis, with the limits of quantification stated."""

    profiles: tuple[Profile, ...]
    limits: tuple[float, ...]
    x_label: str
    y_label: str


@dataclass(frozen=True, slots=True)
class IntervalRow:
    """One value with its interval; `key` is how its row of the table begins."""

    heading: str
    label: str
    value: float
    lower: float | None
    upper: float | None
    key: tuple[str, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class IntervalFigure:
    """Values with their intervals, one a row; they stand in the result's table of that name.

    With a reference (1 for ratios: no difference) it is a forest plot.
    """

    AXIS: ClassVar[tuple[float, float]] = (0.01, 100.0)
    """The axis of a forest plot goes no further: a separated group can have a limit of a million."""

    rows: tuple[IntervalRow, ...]
    table: str
    x_label: str
    logarithmic: bool = False
    percent: bool = False
    reference: float | None = None

    @property
    def forest(self) -> bool:
        """Whether it shows ratios beside the line of no difference."""
        return self.logarithmic and self.reference is not None

    @property
    def cut(self) -> bool:
        """Whether an interval goes on beyond the axis, where an arrow head says so."""
        ends = [end for row in self.rows for end in (row.value, row.lower, row.upper) if end is not None]
        low, high = self.AXIS
        return self.forest and any(not low <= end <= high for end in ends)


@dataclass(frozen=True, slots=True)
class IncidenceLine:
    """A cumulative incidence of m steps with its band; 0 before the first step.

    Attributes:
        label: the group or the cause it is of.
        end: last follow-up, in the unit of the figure.
        times, incidence: (m,) from each time on.
        lower, upper: (m,) confidence limits; None where there are none.
    """

    label: str
    end: float
    times: tuple[float, ...]
    incidence: tuple[float, ...]
    lower: tuple[float | None, ...]
    upper: tuple[float | None, ...]


@dataclass(frozen=True, slots=True)
class IncidencePanel:
    """Cumulative incidences on one pair of axes, with rows (label, count at each tick) of the number at risk."""

    title: str
    lines: tuple[IncidenceLine, ...]
    at_risk: tuple[tuple[str, tuple[int, ...]], ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class IncidenceFigure:
    """Cumulative incidences with competing risks, a panel a group (stacked by cause) or a cause (a line a group)."""

    panels: tuple[IncidencePanel, ...]
    ticks: tuple[float, ...]
    x_label: str
    y_label: str
    legend: str = ""
    stacked: bool = False


@dataclass(frozen=True, slots=True)
class ScatterPanel:
    """Two measures of the same patients, as points; `note` says how they go together."""

    x_label: str
    y_label: str
    points: tuple[tuple[float, float], ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class ScatterFigure:
    """Pairs of measures on logarithmic axes, a panel a pair."""

    panels: tuple[ScatterPanel, ...]


@dataclass(frozen=True, slots=True)
class PairedLine:
    """One patient's values at each time point: (value, whether it rests on too few cells), None where there is none."""

    patient: str
    values: tuple[tuple[float, bool] | None, ...]


@dataclass(frozen=True, slots=True)
class Bracket:
    """A comparison of two time points, by their places, and what is written over it."""

    first: int
    second: int
    text: str


@dataclass(frozen=True, slots=True)
class PairedPanel:
    """One quantity over time: a line a patient, and brackets over the comparisons."""

    title: str
    lines: tuple[PairedLine, ...]
    brackets: tuple[Bracket, ...] = ()


@dataclass(frozen=True, slots=True)
class PairedFigure:
    """Quantities at the same time points, a panel each; medians are those of values that rest on enough cells."""

    panels: tuple[PairedPanel, ...]
    points: tuple[str, ...]
    y_label: str


@dataclass(frozen=True, slots=True)
class CompositionBar:
    """One stacked bar: the percent of each part, None where it was not measured."""

    label: str
    shares: tuple[float | None, ...]


@dataclass(frozen=True, slots=True)
class CompositionPanel:
    """Bars on one pair of axes."""

    title: str
    bars: tuple[CompositionBar, ...]


@dataclass(frozen=True, slots=True)
class CompositionFigure:
    """Parts of a whole as stacked bars of percents; what is missing to 100 is left white."""

    parts: tuple[str, ...]
    panels: tuple[CompositionPanel, ...]
    y_label: str


@dataclass(frozen=True, slots=True)
class HeatPanel:
    """A table of numbers, rows by columns; `marks` are written beside the numbers."""

    title: str
    rows: tuple[str, ...]
    columns: tuple[str, ...]
    values: tuple[tuple[float | None, ...], ...]
    marks: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class HeatMapFigure:
    """Tables of numbers shaded by their distance from `centre`, which means no difference; every cell holds its number."""

    panels: tuple[HeatPanel, ...]
    label: str
    centre: float = 0.0


@dataclass(frozen=True, slots=True)
class FitPanel:
    """Two measures of the same samples: points, those of which one was below its limit, and a fitted line's two ends."""

    title: str
    points: tuple[tuple[float, float], ...]
    below: tuple[tuple[float, float], ...] = ()
    line: tuple[tuple[float, float], ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class FitFigure:
    """Two measures against each other on linear axes, a panel a time point."""

    panels: tuple[FitPanel, ...]
    x_label: str
    y_label: str


@dataclass(frozen=True, slots=True)
class ResidualPanel:
    """Scaled Schoenfeld residuals, plus the coefficient, of one term at each event time; `note` is the test of the term."""

    title: str
    times: tuple[float, ...]
    values: tuple[float, ...]
    coefficient: float
    note: str = ""


@dataclass(frozen=True, slots=True)
class ResidualFigure:
    """How the coefficients of a Cox model change with time (Grambsch and Therneau 1994), a panel a term."""

    panels: tuple[ResidualPanel, ...]
    x_label: str
    y_label: str


Figure = (
    KaplanMeierFigure
    | SwimmerFigure
    | KineticsFigure
    | IntervalFigure
    | IncidenceFigure
    | ScatterFigure
    | PairedFigure
    | CompositionFigure
    | HeatMapFigure
    | FitFigure
    | ResidualFigure
)
