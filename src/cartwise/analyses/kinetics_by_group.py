"""CAR T-cell kinetics by characteristics of the patients, in the layout of Table 3 of Wang et al. (001:193-254)."""

from __future__ import annotations

import statistics
from collections.abc import Iterator

import pandas as pd

from cartwise.analyses.analysis import analysis
from cartwise.analyses.characteristics import KINETIC, NOT_KNOWN
from cartwise.analyses.cohort import Cohort
from cartwise.analyses.figure import IntervalFigure, IntervalRow
from cartwise.analyses.grouping import Grouping, counted, in_words
from cartwise.analyses.result import Counts, Result, Sum
from cartwise.basis import Missing
from cartwise.measures.kinetics import auc_0_28d, cmax, tlast
from cartwise.measures.transplant import infused
from cartwise.statistics import TestResult, benjamini_hochberg, kruskal, mann_whitney

EVERYBODY = "All patients"
OUTCOMES = ("cmax", "auc_0_28d", "tlast")

# Of several cut-offs of one measure only the first is shared.
LATER_CUTS = tuple(
    ("characteristic", item.label)
    for number, item in enumerate(KINETIC)
    if item.measure in [earlier.measure for earlier in KINETIC[:number]]
)
COUNTS = Counts(
    columns=tuple(f"n_{name}" for name in OUTCOMES),
    derived={f"{part}_{name}": f"n_{name}" for name in OUTCOMES for part in ("median", "p", "q")},
    sums=(Sum(("characteristic",), ("characteristic", EVERYBODY)),),
    left_out=LATER_CUTS,
)
SPREAD = Counts(
    columns=("n",),
    derived={"median": "n", "lower_quartile": "n", "upper_quartile": "n"},
    sums=(Sum(("characteristic",), ("characteristic", EVERYBODY)),),
    left_out=LATER_CUTS,
)


@analysis(
    topic="CAR T cells and B-cell aplasia",
    question="Do the expansion and persistence of CAR T cells differ by characteristics of the patients?",
    title="CAR T-cell kinetics",
    among=infused,
    needs=(cmax,),
    uses=(auc_0_28d, tlast),
    comparison="any",
    reproduces={"kinetics": "001 Table 3"},
)
def kinetics_by_group(cohort: Cohort) -> Result:
    """Median Cmax, AUC0-28d and Tlast by level of each characteristic, with tests between the levels."""
    groupings = _groupings(cohort)
    tests = {grouping.label: _tests(cohort, grouping) for grouping in groupings}
    rows = [_row(cohort, EVERYBODY, "", list(cohort.sheets), {})]
    spread = [_spread(cohort, EVERYBODY, "", list(cohort.sheets))]
    for grouping in groupings:
        for number, (level, members) in enumerate(_members(grouping)):
            printed = tests[grouping.label] if number == 0 else {}
            rows.append(_row(cohort, grouping.label, level, members, printed))
            spread.append(_spread(cohort, grouping.label, level, members))
    table = _with_q(pd.DataFrame(rows)).convert_dtypes()
    peaks = pd.DataFrame(spread).convert_dtypes()
    return cohort.result(
        tables={"cmax": peaks, "kinetics": table},
        counts={"cmax": SPREAD, "kinetics": COUNTS},
        figures={"": _figure(peaks)},
        about=_about(tests),
        methods=_methods(cohort, groupings, tests),
    )


def _groupings(cohort: Cohort) -> list[Grouping]:
    if cohort.groups is not None:
        return [cohort.groups]
    grouped = [(item, item.groups(cohort.sheets)) for item in KINETIC]
    return [
        Grouping(found.measure, item.label, found.levels, found.of, found.reasons, found.note)
        for item, found in grouped
        if found.levels
    ]


def _members(grouping: Grouping) -> Iterator[tuple[str, list[str]]]:
    for level in grouping.levels:
        yield level, [name for name, found in grouping.of.items() if found == level]
    if grouping.reasons:
        yield NOT_KNOWN, list(grouping.reasons)


def _values(cohort: Cohort, outcome: str, members: list[str]) -> list[float]:
    known = cohort.numbers(outcome)
    return [known[name] for name in members if name in known]


def _tests(cohort: Cohort, grouping: Grouping) -> dict[str, TestResult]:
    """The test of each outcome between the known levels; none where there is one level only."""
    if len(grouping.levels) < 2:
        return {}
    test = mann_whitney if len(grouping.levels) == 2 else kruskal
    samples = {
        outcome: [
            _values(cohort, outcome, members)
            for level, members in _members(grouping)
            if level in grouping.levels
        ]
        for outcome in OUTCOMES
    }
    return {outcome: test(*groups) for outcome, groups in samples.items()}


def _row(
    cohort: Cohort, label: str, level: str, members: list[str], tests: dict[str, TestResult]
) -> dict[str, object]:
    row: dict[str, object] = {"characteristic": label, "level": level}
    for outcome in OUTCOMES:
        values = _values(cohort, outcome, members)
        row[f"n_{outcome}"] = len(values)
        row[f"median_{outcome}"] = statistics.median(values) if values else None
        p = tests[outcome].p if outcome in tests else None
        row[f"p_{outcome}"] = None if isinstance(p, Missing) else p
    return row


def _with_q(table: pd.DataFrame) -> pd.DataFrame:
    """The table with p adjusted within its family: the characteristics compared for one outcome."""
    for name in OUTCOMES:
        p = pd.to_numeric(table[f"p_{name}"]).dropna()
        q = pd.Series(benjamini_hochberg(p.tolist()), index=p.index, dtype="Float64").reindex(table.index)
        table.insert(list(table.columns).index(f"p_{name}") + 1, f"q_{name}", q)
    return table


def _spread(cohort: Cohort, label: str, level: str, members: list[str]) -> dict[str, object]:
    values = _values(cohort, "cmax", members)
    low, middle, high = quartiles(values)
    return {
        "characteristic": label,
        "level": level,
        "n": len(members),
        "median": middle,
        "lower_quartile": low,
        "upper_quartile": high,
    }


def quartiles(values: list[float]) -> tuple[float | None, float | None, float | None]:
    """Lower quartile, median and upper quartile by linear interpolation; None of nothing."""
    if not values:
        return None, None, None
    if len(values) == 1:
        return values[0], values[0], values[0]
    low, middle, high = statistics.quantiles(values, n=4, method="inclusive")
    return low, middle, high


def _figure(table: pd.DataFrame) -> IntervalFigure:
    rows = tuple(
        IntervalRow(
            row["characteristic"],
            row["level"] or EVERYBODY,
            row["median"],
            row["lower_quartile"],
            row["upper_quartile"],
            (row["characteristic"], row["level"]),
        )
        for row in table.to_dict("records")
        if not pd.isna(row["median"])
    )
    return IntervalFigure(rows, "cmax", "Cmax, copies per µg DNA (median and quartiles)", logarithmic=True)


def _about(tests: dict[str, dict[str, TestResult]]) -> str:
    made = sum(not isinstance(test.p, Missing) for of in tests.values() for test in of.values())
    shown = "Median Cmax with quartiles; the table gives median Cmax, AUC0-28d and Tlast by level."
    if not made:
        return f"{shown} No test was made."
    chance = counted(made, "comparison")
    return (
        f"{shown} {chance}: at p < 0.05 about one in twenty would appear by chance alone; q is p adjusted for the "
        "characteristics compared for one outcome (Benjamini and Hochberg 1995). Characteristics first known after infusion (toxicity, its treatment, response) do not precede "
        "expansion: a difference between them would be an association."
    )


def _methods(
    cohort: Cohort, groupings: list[Grouping], tests: dict[str, dict[str, TestResult]]
) -> tuple[str, ...]:
    outcomes = [f"{in_words(name)}: {cohort.method(name)}." for name in OUTCOMES if cohort.sheets]
    made = {
        sentence
        for of in tests.values()
        for test in of.values()
        if not isinstance(test.p, Missing)
        for sentence in [test.methods]
    }
    refused: dict[str, dict[str, None]] = {}
    for label, of in tests.items():
        for test in of.values():
            if isinstance(test.p, Missing):
                refused.setdefault(test.methods, {})[label] = None
    cuts = [f"{grouping.label} was {grouping.note}." for grouping in groupings if grouping.note]
    return (
        *outcomes,
        *sorted(made),
        *(f"{'; '.join(labels)}: {why}" for why, labels in refused.items()),
        *cuts,
    )
