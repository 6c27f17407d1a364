"""Changes of cytometry series between time points: paired tests, their family, and a mixed model beside them."""

from __future__ import annotations

import statistics
from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import combinations, groupby

import pandas as pd

from cartwise.analyses.cytometry_series import Reading, Series
from cartwise.analyses.figure import Bracket, PairedLine, PairedPanel
from cartwise.basis import Estimate, Missing
from cartwise.statistics import (
    Change,
    MixedModel,
    SignedRank,
    benjamini_hochberg,
    mixed_model,
    wilcoxon_signed_rank,
)

NAMES = ["population", "subset", "marker", "scale", "first", "second"]
NUMBERS = [
    "median_first",
    "median_second",
    "change",
    "lower",
    "upper",
    "p",
    "p_adjusted",
    "smallest_p",
    "mixed_change",
    "mixed_lower",
    "mixed_upper",
    "mixed_p",
]
"""Columns of the table of changes; `n` pairs and `zeros` among them stand between the two lists."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """One series between two of its time points.

    Attributes:
        series: the series.
        first, second: the time points.
        medians: of the pairs at either; None without pairs.
        test: Wilcoxon's signed-rank test of the pairs.
        model: the mixed model of all values of the series.
        p_adjusted: adjusted within the family; None where there is no p.
    """

    series: Series
    first: str
    second: str
    medians: tuple[float, float] | None
    test: SignedRank
    model: MixedModel
    p_adjusted: float | None

    @property
    def mixed(self) -> Change | Missing:
        """The change by the mixed model; Missing, with the reason, where it has none."""
        return self.model.change(self.first, self.second)


def compared(series: Iterable[Series], *, few: bool = False) -> list[Comparison]:
    """Every series between every two time points of its population.

    P values are adjusted within families: all comparisons of one population on one scale.

    Args:
        series: the series.
        few: whether values of too few cells take part.
    """
    found: list[Comparison] = []
    for _, family in groupby(series, key=lambda one: (one.population.name, one.scale)):
        found += _adjusted([comparison for one in family for comparison in _comparisons(one, few)])
    return found


def _comparisons(series: Series, few: bool) -> list[Comparison]:
    points = [point.name for point in series.population.points]
    values = {point: series.values(point, few=few) for point in points}
    model = _model(values)
    return [_comparison(series, first, second, values, model) for first, second in combinations(points, 2)]


def _model(values: dict[str, dict[str, float]]) -> MixedModel:
    rows = [(value, point, patient) for point, found in values.items() for patient, value in found.items()]
    return mixed_model(
        [value for value, _, _ in rows],
        pd.Categorical([point for _, point, _ in rows], list(values)),
        [patient for _, _, patient in rows],
    )


def _comparison(
    series: Series, first: str, second: str, values: dict[str, dict[str, float]], model: MixedModel
) -> Comparison:
    both = [name for name in values[first] if name in values[second]]
    before, after = ([values[point][name] for name in both] for point in (first, second))
    test = wilcoxon_signed_rank(before, after)
    medians = (statistics.median(before), statistics.median(after)) if both else None
    return Comparison(series, first, second, medians, test, model, None)


def _adjusted(family: list[Comparison]) -> list[Comparison]:
    tested = [
        (number, one.test.p) for number, one in enumerate(family) if not isinstance(one.test.p, Missing)
    ]
    adjusted = dict(
        zip(
            [number for number, _ in tested],
            benjamini_hochberg([p for _, p in tested]).tolist(),
            strict=True,
        )
    )
    return [replace(one, p_adjusted=adjusted.get(number)) for number, one in enumerate(family)]


def changes_table(comparisons: list[Comparison]) -> pd.DataFrame:
    """One row a comparison (see NAMES and NUMBERS), with a remark where something has no answer."""
    columns = [*NAMES, "n", "zeros", *NUMBERS, "remark"]
    rows = [_row(one) for one in comparisons]
    return pd.DataFrame(rows, columns=columns).astype(
        dict.fromkeys(NUMBERS, "Float64") | {"n": "Int64", "zeros": "Int64"}
    )


def _row(one: Comparison) -> tuple[object, ...]:
    test, series = one.test, one.series
    shift = test.shift if isinstance(test.shift, Estimate) else None
    mixed = one.mixed.estimate if isinstance(one.mixed, Change) else None
    return (
        *(series.population.name, series.subset, series.marker, series.scale, one.first, one.second),
        *(test.n, test.zeros),
        *(one.medians or (None, None)),
        *((shift.value, shift.lower, shift.upper) if shift else (None, None, None)),
        *(number(test.p), one.p_adjusted, number(test.smallest_p)),
        *((mixed.value, mixed.lower, mixed.upper) if mixed else (None, None, None)),
        one.mixed.p if isinstance(one.mixed, Change) else None,
        _remark(one),
    )


def number(value: float | Missing) -> float | None:
    """A number as a table holds it; the reason stands in the column of remarks."""
    return None if isinstance(value, Missing) else value


def _remark(one: Comparison) -> str:
    test = one.test
    few = "the mixed model's p rests on a normal law that so few patients cannot show"
    if isinstance(test.p, Missing):
        return f"not compared: {test.p.reason}" + (f"; {few}" if isinstance(one.mixed, Change) else "")
    remarks = []
    if not isinstance(test.smallest_p, Missing) and test.smallest_p > 0.05:
        remarks.append("so few pairs that no difference could reach p = 0.05")
        remarks += [few] if isinstance(one.mixed, Change) else []
    if isinstance(one.mixed, Missing):
        remarks.append(f"no mixed model: {one.mixed.reason}")
    return "; ".join(remarks)


def changes_methods(comparisons: list[Comparison]) -> list[str]:
    """How the changes were compared, and the families within which p values were adjusted."""
    tests = sorted({one.test.methods for one in comparisons if not isinstance(one.test.p, Missing)})
    mixed = sorted({one.model.methods for one in comparisons if isinstance(one.mixed, Change)})
    return [*tests, *mixed, *_families(comparisons)]


def _families(comparisons: list[Comparison]) -> list[str]:
    sizes: dict[tuple[str, str], int] = {}
    for one in comparisons:
        if one.p_adjusted is not None:
            key = (one.series.population.name, one.series.scale)
            sizes[key] = sizes.get(key, 0) + 1
    families = "; ".join(f"{name}, {scale}: {size}" for (name, scale), size in sizes.items())
    if not families:
        return []
    words = "P values were adjusted (Benjamini-Hochberg) within families: every comparison of one population on one scale"
    return [f"{words} ({families})."]


def panels(comparisons: list[Comparison]) -> tuple[PairedPanel, ...]:
    """A panel a series: each patient's values, and a bracket with the adjusted p value over each comparison."""
    grouped: dict[int, list[Comparison]] = {}
    for one in comparisons:
        grouped.setdefault(id(one.series), []).append(one)
    return tuple(_panel(found) for found in grouped.values())


def _panel(comparisons: list[Comparison]) -> PairedPanel:
    series = comparisons[0].series
    points = [point.name for point in series.population.points]
    names = sorted({name for point in points for name in series.readings.get(point, {})})
    lines = tuple(
        PairedLine(name, tuple(_point(series.readings.get(point, {}).get(name)) for point in points))
        for name in names
    )
    brackets = tuple(
        Bracket(points.index(one.first), points.index(one.second), _p_text(one.p_adjusted))
        for one in comparisons
        if one.p_adjusted is not None
    )
    return PairedPanel(
        f"{series.marker} on {series.subset}" if series.marker else series.subset, lines, brackets
    )


def _point(reading: Reading | None) -> tuple[float, bool] | None:
    return None if reading is None else (reading.value, reading.few)


def _p_text(p: float) -> str:
    return "< 0.001" if p < 0.001 else f"{p:.2g}" if p < 0.1 else f"{p:.2f}"
