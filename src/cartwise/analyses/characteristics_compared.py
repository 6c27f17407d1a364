"""How far groups differ in each characteristic: standardised differences, tests, and for how many it is not known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations

import pandas as pd

from cartwise.analyses.characteristics import DESCRIBED, Characteristic
from cartwise.analyses.cohort import Cohort
from cartwise.analyses.grouping import Grouping
from cartwise.basis import Missing
from cartwise.statistics import (
    TestResult,
    benjamini_hochberg,
    chi_square,
    fisher,
    kruskal,
    mann_whitney,
    standardised_difference,
    standardised_difference_of_levels,
)

COLUMNS = [
    "characteristic",
    "known",
    "not_known",
    "not_known_by_group",
    "smd",
    "smd_between",
    "test",
    "p",
    "q",
    "remark",
]

ABOUT = (
    "The table `comparison` gives for each characteristic the largest standardised difference between two groups (which does not "
    "depend on their size, unlike a p value), a test, and for how many it is not known in each group; p values describe; q is "
    "p adjusted for the characteristics compared (Benjamini and Hochberg 1995)."
)
METHODS = (
    (
        "Standardised differences: of numbers, the difference of means by the root of the mean of the variances (Austin 2009); of "
        "levels, the distance of Yang and Dalton (2012); of several groups, the two that differ most."
    ),
    (
        "Tests between groups: numbers by the Mann-Whitney U test, of more than two groups by Kruskal-Wallis; two levels in two groups by "
        "Fisher's exact test, other levels by the chi-square test, with a remark where expected counts are below 5."
    ),
)


def comparison(cohort: Cohort) -> pd.DataFrame:
    """One row a characteristic, compared between the groups of the cohort."""
    groups = cohort.groups
    rows = [_row(cohort, item, groups) for item in DESCRIBED] if groups else []
    table = pd.DataFrame(rows, columns=COLUMNS).astype(dict.fromkeys(("smd", "p", "q"), "Float64"))
    tested = table["p"].notna()
    table.loc[tested, "q"] = benjamini_hochberg(table.loc[tested, "p"].to_numpy(float))
    return table


def _row(cohort: Cohort, item: Characteristic, groups: Grouping) -> dict[str, object]:
    known = {name for name, sheet in cohort.sheets.items() if sheet[item.measure.name].known}
    gaps = {
        level: sum(of == level and name not in known for name, of in groups.of.items())
        for level in groups.levels
    }
    head: dict[str, object] = {
        "characteristic": item.label,
        "known": len(known),
        "not_known": len(cohort.sheets) - len(known),
        "not_known_by_group": ", ".join(f"{level}: {count}" for level, count in gaps.items()),
    }
    if item.measure.name == groups.measure:
        return head | {"remark": "makes the groups"}
    return head | (_of_numbers(cohort, item, groups) if item.numeric else _of_levels(cohort, item, groups))


def _of_numbers(cohort: Cohort, item: Characteristic, groups: Grouping) -> dict[str, object]:
    values = cohort.numbers(item.measure.name)
    by_group = {
        level: [values[name] for name, of in groups.of.items() if of == level and name in values]
        for level in groups.levels
    }
    differences = {
        (one, other): standardised_difference(by_group[one], by_group[other])
        for one, other in combinations(groups.levels, 2)
    }
    samples = list(by_group.values())
    if len(samples) < 2:
        return {"remark": "one group only"}
    return _told(differences, mann_whitney(*samples) if len(samples) == 2 else kruskal(*samples))


def _of_levels(cohort: Cohort, item: Characteristic, groups: Grouping) -> dict[str, object]:
    found = item.groups(cohort.sheets)
    counts = {
        level: [
            sum(groups.of[n] == level and of == value for n, of in found.of.items()) for value in found.levels
        ]
        for level in groups.levels
    }
    if len(counts) < 2 or len(found.levels) < 2:
        return {
            "remark": "one group only"
            if len(counts) < 2
            else "the same in all for whom it is known, or known for nobody"
        }
    differences = {
        (one, other): standardised_difference_of_levels([counts[one], counts[other]])
        for one, other in combinations(groups.levels, 2)
    }
    table = _without_empty(list(counts.values()))
    return _told(differences, fisher(table) if len(table) == len(table[0]) == 2 else chi_square(table))


def _without_empty(table: Sequence[Sequence[int]]) -> list[list[int]]:
    """The groups in which it is known for somebody; a test of none of them still needs two rows."""
    kept = [list(row) for row in table if sum(row)]
    return kept if len(kept) >= 2 else [list(row) for row in table]


def _told(differences: Mapping[tuple[str, str], float | Missing], test: TestResult) -> dict[str, object]:
    numbers = {pair: value for pair, value in differences.items() if not isinstance(value, Missing)}
    reasons = [value.reason for value in differences.values() if isinstance(value, Missing)]
    few = "expected counts below 5: prefer an exact test" if "prefer an exact test" in test.methods else ""
    why = test.p.reason if isinstance(test.p, Missing) else few
    row: dict[str, object] = {"test": test.name, "p": None if isinstance(test.p, Missing) else test.p}
    if numbers:
        pair = max(numbers, key=lambda key: abs(numbers[key]))
        row |= {"smd": abs(numbers[pair]), "smd_between": " and ".join(pair)}
    return row | {"remark": "; ".join(dict.fromkeys(part for part in (*reasons, why) if part))}
