"""CAR+ cells of blood by cytometry against the CAR transgene by quantitative PCR, on days 7 and 28 (000, Figure 2A)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from cartwise.analyses.analysis import analysis
from cartwise.analyses.cohort import Cohort
from cartwise.analyses.cytometry_series import BLOOD, CAR_T, NO_CYTOMETRY, conflicts_told, selection
from cartwise.analyses.figure import Figure, FitFigure, FitPanel
from cartwise.analyses.result import Result
from cartwise.analyses.subset_series import few_cells, frequency_samples, parent_in
from cartwise.analyses.survival_by_group import p_value
from cartwise.basis import Estimate, Missing
from cartwise.measures.kinetics import Sample, blood_samples
from cartwise.measures.subsets import DAY_7, DAY_28, MIN_PARENT_CELLS, subset_samples
from cartwise.measures.transplant import infused
from cartwise.statistics import Agreement, TestResult, bland_altman, pearson, spearman

MOST_DAYS_APART = 2.0
"""A transgene level stands for a sample of cytometry taken no more days away: our choice."""
PICOGRAM_PER_GENOME = 6.6
"""DNA of a diploid human cell, so that 1 ug of DNA is that of about 150 000 cells: a round figure of the field."""
CELLS_PER_MICROGRAM = 1e6 / PICOGRAM_PER_GENOME

ABOUT = (
    "Percent of CAR+ cells among the cells of blood by mass cytometry against copies of the CAR transgene per µg of DNA. "
    "The line is the least-squares fit of all pairs; triangles are samples in which either method found too little, "
    "counted as 0 for R², as the lowest rank by Spearman, and left out of the logarithms. R² of few patients with one very "
    "high value says little about the others: Spearman's rank correlation stands beside it. Agreement is on the "
    "logarithmic scale, as transgene copies per CAR+ cell."
)


@dataclass(frozen=True, slots=True)
class _Pair:
    """Percent by cytometry, copies per microgram by PCR, and whether the latter was below its limit."""

    percent: float
    copies: float
    below: bool

    @property
    def quantified(self) -> bool:
        return self.percent > 0 and self.copies > 0 and not self.below


@dataclass(frozen=True, slots=True)
class _Day:
    """What was found at one time point: the pairs, and samples without a partner, of few cells, or that say two things."""

    name: str
    pairs: tuple[_Pair, ...]
    alone: int
    few: int
    conflicts: int


@analysis(
    topic="Mass cytometry",
    question="Does the share of CAR+ cells by cytometry agree with the transgene by quantitative PCR?",
    title="CAR+ cells by cytometry and by quantitative PCR",
    among=infused,
    needs=(subset_samples,),
)
def car_by_cytometry_and_qpcr(cohort: Cohort) -> Result:
    """Pearson's R2, Spearman's rho and agreement of logarithms on days 7 and 28, with what lay below the limits counted."""
    days = [_day(cohort, name) for name in (DAY_7.name, DAY_28.name)]
    answers = {day.name: _answers(day) for day in days}
    agreements = {day.name: _agreement(day) for day in days}
    figures: dict[str, Figure] = {}
    if any(day.pairs for day in days):
        panels = tuple(_panel(day, answers[day.name]) for day in days)
        label = f"CAR+ cells, % of {parent_in(cohort, BLOOD)}"
        figures[""] = FitFigure(panels, label, "CAR transgene, copies per µg DNA")
    estimates: dict[str, Estimate | Missing] = {
        f"copies per CAR+ cell, {name}": found.bias for name, found in agreements.items()
    }
    return cohort.result(
        tables={
            "correlations": _correlations(days, answers),
            "agreement": _agreement_table(agreements),
        },
        figures=figures,
        estimates=estimates,
        about=ABOUT if figures else NO_CYTOMETRY,
        methods=_methods(cohort, days, answers, agreements) if cohort.sheets else (),
    )


def _day(cohort: Cohort, point: str) -> _Day:
    chosen = frequency_samples(cohort, BLOOD)[point]
    pairs: list[_Pair] = []
    alone = few = conflicts = 0
    for name, sample in chosen.items():
        rows = [row for row in sample.rows if row.subset in CAR_T.parents and row.percent is not None]
        if not rows:
            continue
        level = _nearest(blood_samples(cohort.sheets[name].patient), sample.day)
        if len({row.percent for row in rows}) > 1:
            conflicts += 1
        elif few_cells(rows[0]):
            few += 1
        elif level is None:
            alone += 1
        else:
            pairs.append(_Pair(rows[0].percent, level[1], level[2]))
    return _Day(point, tuple(pairs), alone, few, conflicts)


def _nearest(levels: Sequence[Sample], day: float) -> Sample | None:
    near = [level for level in levels if abs(level[0] - day) <= MOST_DAYS_APART]
    return min(near, key=lambda level: (abs(level[0] - day), level[0]), default=None)


def _answers(day: _Day) -> dict[str, TestResult]:
    quantified = [pair for pair in day.pairs if pair.quantified]
    return {
        "Pearson": _tested(pearson, day.pairs),
        "Pearson, quantified by both": _tested(pearson, quantified),
        "Spearman": _tested(spearman, day.pairs),
    }


def _tested(test: Callable[..., TestResult], pairs: Sequence[_Pair]) -> TestResult:
    return test([pair.percent for pair in pairs], [pair.copies for pair in pairs])


def _agreement(day: _Day) -> Agreement:
    """Copies per cell of all cells over the share of them that is CAR+: copies per CAR+ cell."""
    quantified = [pair for pair in day.pairs if pair.quantified]
    shares = [pair.percent / 100 for pair in quantified]
    return bland_altman(shares, [pair.copies / CELLS_PER_MICROGRAM for pair in quantified], logarithmic=True)


def _correlations(days: list[_Day], answers: dict[str, dict[str, TestResult]]) -> pd.DataFrame:
    columns = ["time_point", "method", "n", "below_limit", "no_car_cells", "without_partner", "too_few_cells"]
    numbers = ["coefficient", "lower", "upper", "r_squared", "p"]
    rows = [
        (
            *(day.name, method, test.n),
            sum(pair.below for pair in day.pairs),
            sum(pair.percent == 0 for pair in day.pairs),
            *(day.alone, day.few),
            *_numbers(test, squared=method != "Spearman"),
            test.p.reason if isinstance(test.p, Missing) else "",
        )
        for day in days
        for method, test in answers[day.name].items()
    ]
    table = pd.DataFrame(rows, columns=[*columns, *numbers, "remark"])
    return table.astype(dict.fromkeys(numbers, "Float64"))


def _numbers(test: TestResult, *, squared: bool) -> tuple[float | None, ...]:
    if isinstance(test.p, Missing) or test.effect is None:
        return (None,) * 5
    r = test.effect
    return r.value, r.lower, r.upper, r.value**2 if squared else None, test.p


def _agreement_table(agreements: dict[str, Agreement]) -> pd.DataFrame:
    rows = [
        {"time_point": name, "n": found.n, **row}
        for name, found in agreements.items()
        for row in found.table().to_dict("records")
    ]
    table = pd.DataFrame(rows).replace({"number": {"bias": "copies per CAR+ cell (geometric mean)"}})
    return table.astype(dict.fromkeys(("value", "lower", "upper"), "Float64"))


def _panel(day: _Day, answers: dict[str, TestResult]) -> FitPanel:
    points = [(pair.percent, pair.copies) for pair in day.pairs if pair.quantified]
    below = [(pair.percent, pair.copies) for pair in day.pairs if not pair.quantified]
    r, rho = answers["Pearson"], answers["Spearman"]
    told = []
    if isinstance(r.statistic, float) and isinstance(r.p, float):
        told.append(f"R² = {r.statistic**2:.3f}, {p_value(r.p)}")
    if isinstance(rho.statistic, float):
        told.append(f"ρ = {rho.statistic:.2f}")
    note = "; ".join([*told, f"n = {len(day.pairs)}"])
    line = _line(points + below) if told else ()
    return FitPanel(day.name, tuple(points), tuple(below), line, note)


def _line(points: list[tuple[float, float]]) -> tuple[tuple[float, float], ...]:
    """The ends of the least-squares line of points that are known to vary."""
    x, y = np.array(points).T
    slope, start = np.polyfit(x, y, 1)
    return tuple((float(end), float(start + slope * end)) for end in (x.min(), x.max()))


def _methods(
    cohort: Cohort,
    days: list[_Day],
    answers: dict[str, dict[str, TestResult]],
    agreements: dict[str, Agreement],
) -> tuple[str, ...]:
    tests = [
        test.methods for of in answers.values() for test in of.values() if not isinstance(test.p, Missing)
    ]
    below = "; ".join(
        f"{day.name}: {sum(pair.below for pair in day.pairs)} below the limit by PCR and "
        f"{sum(pair.percent == 0 for pair in day.pairs)} without CAR+ cells of {len(day.pairs)} pairs, "
        f"{day.alone} without a level, {day.few} with too few cells"
        for day in days
    )
    return (
        selection([DAY_7, DAY_28]),
        f"CAR+ cells were taken as a percent of {parent_in(cohort, BLOOD)}; samples of fewer than {MIN_PARENT_CELLS} cells were left out.",
        f"A transgene level stands for a sample no more than {MOST_DAYS_APART:g} days away, the nearest first; results of one day averaged.",
        f"{below}.",
        *conflicts_told(sum(day.conflicts for day in days), "CAR+ cells"),
        *tests,
        *(found.methods for found in agreements.values()),
        (
            f"Copies per µg were turned into copies per cell by {PICOGRAM_PER_GENOME:g} pg of DNA a diploid cell; cytometry and PCR "
            "may not look at the same cells (mononuclear cells, whole blood), which the ratio then contains."
        ),
    )
