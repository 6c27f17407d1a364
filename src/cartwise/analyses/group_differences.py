"""Differences of cytometry series between groups of patients, at each time point, and the families of their tests."""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

import pandas as pd

from cartwise.analyses.characteristics import Characteristic
from cartwise.analyses.cohort import Cohort
from cartwise.analyses.cytometry_series import BLOOD, CAR_T, Series
from cartwise.analyses.figure import Figure, HeatMapFigure
from cartwise.analyses.grouping import Grouping
from cartwise.analyses.heat_panels import HeatCell, heat_panel, star
from cartwise.basis import Missing
from cartwise.measures.aplasia import bca_at_month_6
from cartwise.measures.burden import marrow_blasts_before_ld, mrd_before_ld_range
from cartwise.measures.eligibility import nci_high_risk
from cartwise.measures.history import prior_blinatumomab, prior_hct, prior_inotuzumab
from cartwise.measures.response import mrd_negative_cr_day_28, relapsed_after_infusion
from cartwise.measures.toxicity import crs_max_grade, icans_max_grade
from cartwise.measures.transplant import adverse_cytogenetics
from cartwise.statistics import TestResult, benjamini_hochberg, kruskal, mann_whitney

CHARACTERISTICS = (
    Characteristic(crs_max_grade, cut=1, words="CRS of any grade"),
    Characteristic(icans_max_grade, cut=1, words="ICANS of any grade"),
    Characteristic(nci_high_risk, words="NCI high risk"),
    Characteristic(adverse_cytogenetics),
    Characteristic(mrd_before_ld_range, cut=1e-4, words="MRD before lymphodepletion, at 10⁻⁴"),
    Characteristic(marrow_blasts_before_ld, cut=5, words="Marrow blasts of 5 % or more"),
    Characteristic(prior_blinatumomab),
    Characteristic(prior_inotuzumab),
    Characteristic(prior_hct, words="Prior HCT"),
    Characteristic(mrd_negative_cr_day_28, words="MRD-negative CR on day 28"),
    Characteristic(bca_at_month_6, words="B-cell aplasia at month 6"),
    Characteristic(relapsed_after_infusion, words="Relapse after infusion"),
)
"""What 000 compares by: toxicity, risk group, burden, earlier treatment and outcome. It prints no definition of its risk
groups, so both that the record can hold are here."""

FEWEST_DRAWN = 3
"""A heat map leaves groups of fewer values blank; the table has them."""

MEASURES = tuple(dict.fromkeys(one.measure for one in CHARACTERISTICS))

ABOUT = (
    "Two groups are compared by the Mann-Whitney U test, more by that of Kruskal and Wallis; a cell gives the chance that a "
    "value of the upper group (yes, or from the cut-off on) exceeds one of the other (0.5: no difference), and a star marks p below 0.05 after "
    "adjustment within its family (Benjamini-Hochberg). Under 'smallest_p' stands what groups of that size could reach at "
    "best; groups of fewer than three values are not drawn. An association is not an effect: a sample taken after toxicity or its treatment began does not precede it, and "
    "relapse is counted to the end of each patient's own follow-up."
)


@dataclass(frozen=True, slots=True)
class Difference:
    """One series at one time point between the groups of one characteristic.

    Attributes:
        series: the series.
        point: the time point.
        grouping: the groups.
        samples: values by level.
        test: the test between the levels.
        p_adjusted: adjusted within the family; None where there is no p.
    """

    series: Series
    point: str
    grouping: Grouping
    samples: tuple[tuple[float, ...], ...]
    test: TestResult
    p_adjusted: float | None = None

    @property
    def higher(self) -> float | None:
        """Chance that a value of the later of two levels exceeds one of the earlier, ties counting one half."""
        if len(self.samples) != 2 or isinstance(self.test.statistic, Missing):
            return None
        first, second = map(len, self.samples)
        return 1 - self.test.statistic / (first * second)

    @property
    def smallest_p(self) -> float | None:
        """The smallest p value that two groups of this size can reach exactly, 2 of all ways to divide them."""
        if len(self.samples) != 2 or not all(self.samples):
            return None
        first, second = map(len, self.samples)
        return min(1.0, 2 / math.comb(first + second, first))


def groupings(cohort: Cohort) -> list[Grouping]:
    """The groups asked for, or those of every characteristic of which two levels or more have patients."""
    if cohort.groups is not None:
        return [cohort.groups]
    named = [(one.label, one.groups(cohort.sheets)) for one in CHARACTERISTICS]
    return [replace(found, label=label) for label, found in named if len(set(found.of.values())) > 1]


def differences(series: Iterable[Series], groups: list[Grouping], *, few: bool = False) -> list[Difference]:
    """Every series at every time point between the groups of each characteristic.

    P values are adjusted within families: one population and one characteristic, all its series and time points.

    Args:
        series: the series.
        groups: the groupings.
        few: whether values of too few cells take part.
    """
    listed = list(series)
    found: list[Difference] = []
    for grouping in groups:
        for population in dict.fromkeys(one.population for one in listed):
            family = [
                _difference(one, point.name, grouping, few)
                for one in listed
                if one.population == population
                for point in population.points
                if one.readings.get(point.name)
            ]
            found += _adjusted(family)
    return found


def _difference(series: Series, point: str, grouping: Grouping, few: bool) -> Difference:
    known = series.values(point, few=few)
    values = tuple(
        tuple(value for name, value in known.items() if grouping.of.get(name) == level)
        for level in grouping.levels
    )
    if len(values) < 2:
        why = Missing("there is one group only")
        test = TestResult("no test", why, why, len(known), "")
    else:
        test = mann_whitney(*values) if len(values) == 2 else kruskal(*values)
    return Difference(series, point, grouping, values, test)


def _adjusted(family: list[Difference]) -> list[Difference]:
    tested = {i: one.test.p for i, one in enumerate(family) if not isinstance(one.test.p, Missing)}
    adjusted = dict(zip(tested, benjamini_hochberg(list(tested.values())).tolist(), strict=True))
    return [replace(one, p_adjusted=adjusted.get(i)) for i, one in enumerate(family)]


NUMBERS = ["chance_higher", "p", "p_adjusted", "smallest_p"]


def differences_table(found: list[Difference]) -> pd.DataFrame:
    """One row a difference: levels, n and median of each, the chance, p values and a remark."""
    columns = ["population", "subset", "marker", "scale", "time_point", "characteristic"]
    columns += ["levels", "n", "medians", *NUMBERS, "remark"]
    rows = [
        (
            *(one.series.population.name, one.series.subset, one.series.marker, one.series.scale, one.point),
            one.grouping.label,
            " | ".join(one.grouping.levels),
            " | ".join(str(len(values)) for values in one.samples),
            " | ".join(f"{statistics.median(values):.4g}" if values else "-" for values in one.samples),
            one.higher,
            None if isinstance(one.test.p, Missing) else one.test.p,
            one.p_adjusted,
            one.smallest_p,
            one.test.p.reason if isinstance(one.test.p, Missing) else "",
        )
        for one in found
    ]
    return pd.DataFrame(rows, columns=columns).astype(dict.fromkeys(NUMBERS, "Float64"))


def differences_methods(cohort: Cohort, found: list[Difference]) -> list[str]:
    """The tests, their families, and how the groups were made."""
    tests = sorted({one.test.methods for one in found if not isinstance(one.test.p, Missing)})
    used = {one.grouping.label: one.grouping for one in found}
    made = [
        f"{label}: {cohort.method(of.measure)}{'; ' + of.note if of.note else ''}."
        for label, of in used.items()
    ]
    sizes: dict[tuple[str, str], int] = {}
    for one in found:
        if one.p_adjusted is not None:
            key = (one.series.population.name, one.grouping.label)
            sizes[key] = sizes.get(key, 0) + 1
    families = "; ".join(f"{name} by {label}: {size}" for (name, label), size in sizes.items())
    words = (
        "P values were adjusted (Benjamini-Hochberg) within families: all subsets and time points of one population by one "
        f"characteristic ({families})."
    )
    return [*tests, *([words] if families else []), *made]


def subset_maps(found: list[Difference], label: str) -> dict[str, Figure]:
    """A map a population, a panel a time point: subsets by characteristics, with the chance of a higher value."""
    return _maps(found, label, lambda one: one.grouping.label)


def marker_maps(found: list[Difference], label: str) -> dict[str, Figure]:
    """A map a population, a panel a time point: subsets by markers, for the groups of one characteristic."""
    return _maps(found, label, lambda one: one.series.marker)


def _maps(found: list[Difference], label: str, column: Callable[[Difference], str]) -> dict[str, Figure]:
    figures: dict[str, Figure] = {}
    for population, name in ((CAR_T, ""), (BLOOD, "blood")):
        drawn = [one for one in found if one.series.population == population and _drawn(one)]
        columns = list(dict.fromkeys(column(one) for one in drawn))
        cells: dict[str, dict[tuple[str, str], HeatCell]] = {}
        for one in drawn:
            of_point = cells.setdefault(f"{population.name}, {one.point}", {})
            of_point[one.series.subset, column(one)] = (one.higher, star(one.p_adjusted))
        if cells:
            panels = tuple(heat_panel(title, of_point, columns) for title, of_point in cells.items())
            figures[name] = HeatMapFigure(panels, label, centre=0.5)
    return figures


def _drawn(one: Difference) -> bool:
    return one.higher is not None and min(map(len, one.samples)) >= FEWEST_DRAWN
