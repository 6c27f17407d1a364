"""Correlation of expansion with persistence of CAR T cells and of B-cell aplasia."""

from __future__ import annotations

import math
from dataclasses import dataclass

import pandas as pd

from cartwise.analyses.analysis import analysis
from cartwise.analyses.cohort import Cohort
from cartwise.analyses.figure import ScatterFigure, ScatterPanel
from cartwise.analyses.grouping import counted, in_words
from cartwise.analyses.result import Result
from cartwise.analyses.survival_by_group import p_value
from cartwise.basis import Estimate, Interval, Missing
from cartwise.measures import Value
from cartwise.measures.aplasia import bca_duration
from cartwise.measures.kinetics import auc_0_28d, cmax, tlast
from cartwise.measures.transplant import infused
from cartwise.statistics import TestResult, benjamini_hochberg, pearson, spearman

PAIRS = (
    ("cmax", "tlast"),
    ("auc_0_28d", "tlast"),
    ("tlast", "bca_duration"),
    ("cmax", "bca_duration"),
    ("auc_0_28d", "bca_duration"),
)
"""Those of 001:161 and 001:179: expansion with persistence, and all three with the duration of B-cell aplasia."""
LABELS = {
    "cmax": "Cmax, copies per µg DNA",
    "auc_0_28d": "AUC0-28d, copies·d per µg DNA",
    "tlast": "Tlast, days",
    "bca_duration": "B-cell aplasia, days",
}
ONGOING = "aplasia was still going on, so that its duration is not known"


@dataclass(frozen=True, slots=True)
class _Pair:
    first: str
    second: str
    points: tuple[tuple[float, float], ...]
    ongoing: int
    rank: TestResult
    log: TestResult
    not_positive: int


@analysis(
    topic="CAR T cells and B-cell aplasia",
    question="Do CAR T cells that expand further persist longer, and does B-cell aplasia last longer with both?",
    title="Correlation of expansion with persistence",
    among=infused,
    needs=(cmax,),
    uses=(auc_0_28d, tlast, bca_duration),
    reproduces={"figure": "001 Figure 2"},
)
def kinetics_correlations(cohort: Cohort) -> Result:
    """Spearman's and Pearson's correlation (of logarithms) of Cmax, AUC0-28d, Tlast and the duration of B-cell aplasia."""
    pairs = [_pair(cohort, first, second) for first, second in PAIRS]
    return cohort.result(
        # Without counts: numbers known for a pair differ by few from those in the tables that are shared.
        tables={"correlations": _table(pairs)},
        figures={
            "": ScatterFigure(tuple(_panel(pair) for pair in pairs if pair.second == "bca_duration")),
            "persistence": ScatterFigure(tuple(_panel(pair) for pair in pairs if pair.second == "tlast")),
        },
        estimates={f"{_words(pair)}, Spearman": pair.rank.effect or _why(pair.rank) for pair in pairs},
        about=_about(pairs),
        methods=_methods(cohort, pairs),
    )


def _pair(cohort: Cohort, first: str, second: str) -> _Pair:
    one, other = cohort.numbers(first), cohort.known(second)
    both = {name: _number(other[name]) for name in one if name in other}
    points = tuple((one[name], value) for name, value in both.items() if value is not None)
    positive = [(math.log(x), math.log(y)) for x, y in points if x > 0 and y > 0]
    return _Pair(
        first,
        second,
        points,
        sum(value is None for value in both.values()),
        spearman([x for x, _ in points], [y for _, y in points]),
        pearson([x for x, _ in positive], [y for _, y in positive]),
        len(points) - len(positive),
    )


def _number(value: Value) -> float | None:
    """A number, or the middle of an interval; None where the interval has no end."""
    if isinstance(value, Interval):
        return (
            (value.after + value.by) / 2 if math.isfinite(value.after) and math.isfinite(value.by) else None
        )
    return float(value) if isinstance(value, int | float) else None


def _words(pair: _Pair) -> str:
    return f"{in_words(pair.first)} with {in_words(pair.second)}"


def _why(test: TestResult) -> Missing:
    return test.p if isinstance(test.p, Missing) else Missing("no interval")


def _table(pairs: list[_Pair]) -> pd.DataFrame:
    columns = ["measure", "with", "method", "n", "left_out", "coefficient", "lower", "upper", "p"]
    rows = [
        (
            in_words(pair.first),
            in_words(pair.second),
            method,
            test.n,
            pair.ongoing + (pair.not_positive if test is pair.log else 0),
            *_numbers(test),
            test.p.reason if isinstance(test.p, Missing) else "",
        )
        for pair in pairs
        for method, test in (("Spearman", pair.rank), ("Pearson, of logarithms", pair.log))
    ]
    numbers = dict.fromkeys(columns[5:], "Float64")
    table = pd.DataFrame(rows, columns=[*columns, "remark"]).astype(numbers)
    table.insert(9, "p_adjusted", _adjusted(table))
    return table


def _numbers(test: TestResult) -> tuple[float | None, float | None, float | None, float | None]:
    if isinstance(test.p, Missing) or not isinstance(test.effect, Estimate):
        return None, None, None, None
    return test.effect.value, test.effect.lower, test.effect.upper, test.p


def _adjusted(table: pd.DataFrame) -> pd.Series:
    """P values of Spearman's correlations adjusted within their family; the others belong to none."""
    family = (table["method"] == "Spearman") & table["p"].notna()
    adjusted = pd.Series([None] * len(table), index=table.index, dtype="Float64")
    adjusted[family] = benjamini_hochberg(table.loc[family, "p"].astype(float))
    return adjusted


def _panel(pair: _Pair) -> ScatterPanel:
    rho, p = pair.rank.statistic, pair.rank.p
    told = "" if isinstance(rho, Missing) or isinstance(p, Missing) else f"ρ = {rho:.2f}, {p_value(p)}, "
    shown = len(pair.points) - pair.not_positive
    hidden = f" ({shown} drawn)" if pair.not_positive else ""
    note = f"{told}n = {len(pair.points)}{hidden}"
    return ScatterPanel(LABELS[pair.first], LABELS[pair.second], pair.points, note)


def _about(pairs: list[_Pair]) -> str:
    made = sum(not isinstance(pair.rank.p, Missing) for pair in pairs)
    shown = (
        "Each point is a patient; logarithmic axes. Spearman's rank correlation with 95 % confidence interval, and Pearson's "
        "of logarithms beside it. Patients whose B-cell aplasia was still going on have no duration and are left out, which "
        "leaves out the longest; the coefficients with its duration tend to be too near zero for it. "
        "A correlation is not an effect, and follow-up limits both Tlast and the duration of aplasia."
    )
    compared = f"{counted(made, 'comparison')} by Spearman's correlation, with p values as they are and adjusted (Benjamini-Hochberg)."
    return f"{shown} {compared if made else 'No correlation could be made: see the remarks of the table.'} The result has no shared form."


def _methods(cohort: Cohort, pairs: list[_Pair]) -> tuple[str, ...]:
    measures = [f"{in_words(name)}: {cohort.method(name)}." for name in LABELS if cohort.method(name)]
    tests = [test for pair in pairs for test in (pair.rank, pair.log) if not isinstance(test.p, Missing)]
    refused = [
        f"{_words(pair)}: {test.methods}"
        for pair in pairs
        for test in (pair.rank, pair.log)
        if isinstance(test.p, Missing)
    ]
    middle = "Of a duration known to lie in an interval the middle was taken; one without an end was left out and counted."
    return (*measures, middle, *(test.methods for test in tests), *refused)
