"""Description of the cohort: the first table of a paper."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

import pandas as pd

from cartwise.analyses.analysis import analysis
from cartwise.analyses.characteristics import DESCRIBED, NOT_KNOWN, Characteristic
from cartwise.analyses.characteristics_compared import ABOUT, METHODS, comparison
from cartwise.analyses.cohort import Cohort
from cartwise.analyses.figure import IntervalFigure, IntervalRow
from cartwise.analyses.kinetics_by_group import quartiles
from cartwise.analyses.result import Counts, Result, Sum
from cartwise.basis import Estimate, Missing
from cartwise.measures import Sheet
from cartwise.statistics import proportion

EVERYBODY = "All"
PATIENTS = "Patients"
KNOWN = "known"

WHOLE = Counts(
    columns=("n",),
    derived=dict.fromkeys(("median", "lower_quartile", "upper_quartile"), "n"),
    shares={"percent": "n"},
    individual=("lowest", "highest"),
    sums=(Sum(("characteristic",), ("characteristic", PATIENTS)),),
)
GROUPED = replace(
    WHOLE,
    sums=(
        Sum(("characteristic", "group"), ("characteristic", PATIENTS)),
        Sum(("characteristic", "level"), ("group", EVERYBODY)),
    ),
)
YES = Counts(
    columns=("yes", "no", "not_known"),
    shares=dict.fromkeys(("percent", "percent_lower", "percent_upper"), "yes"),
    across=("", "yes", "no", "not_known"),
)
Groups = Mapping[str, list[str]]


@analysis(
    topic="The cohort",
    question="Who are the patients, and what happened to them?",
    title="Description of the cohort",
    uses=tuple(item.measure for item in DESCRIBED),
    comparison="any",
)
def cohort_description(cohort: Cohort) -> Result:
    """Counts and percents, medians with range, and what is not known, by group where one is chosen."""
    groups = _groups(cohort)
    rows = list(_patients(groups))
    for item in DESCRIBED:
        rows += _numbers(cohort, item, groups) if item.numeric else _levels(cohort, item, groups)
    table = pd.DataFrame(rows, columns=_COLUMNS).convert_dtypes()
    shares = _shares(cohort)
    return cohort.result(
        tables={
            "outcomes": shares,
            "description": table if cohort.groups else table.drop(columns="group"),
            **({"comparison": comparison(cohort)} if cohort.groups else {}),
        },
        # With groups, the shares of the whole cohort would give away what the description withholds for their sake.
        counts={"description": GROUPED} if cohort.groups else {"outcomes": YES, "description": WHOLE},
        figures={"": _figure(shares)},
        estimates=_estimates(cohort),
        about=(
            "Share of patients with each feature among those for whom it is known, with exact 95 % confidence limits. The "
            "table gives counts and percents of each level, and median, quartiles and range of numbers; patients for whom "
            f"something is not known are counted in their own line and enter no percent.{f' {ABOUT}' if cohort.groups else ''}"
        ),
        methods=(
            (
                "Categories are given as counts and percents of the patients for whom they are known, numbers as median, "
                "quartiles (linear interpolation) and range."
            ),
            "Confidence limits of shares are exact (Clopper-Pearson).",
            *(METHODS if cohort.groups else ()),
            *(
                f"{item.label}: {cohort.method(item.measure.name)}."
                for item in DESCRIBED
                if cohort.method(item.measure.name)
            ),
        ),
    )


_COLUMNS = ["characteristic", "level", "group", "n", "percent", "median"]
_COLUMNS += ["lower_quartile", "upper_quartile", "lowest", "highest"]


def _groups(cohort: Cohort) -> dict[str, list[str]]:
    groups = {EVERYBODY: list(cohort.sheets)}
    if cohort.groups is not None:
        of = cohort.groups.of
        groups |= {level: [name for name in of if of[name] == level] for level in cohort.groups.levels}
    return groups


def _patients(groups: Groups) -> Iterator[dict[str, object]]:
    for group, members in groups.items():
        yield {"characteristic": PATIENTS, "level": "", "group": group, "n": len(members)}


def _levels(cohort: Cohort, item: Characteristic, groups: Groups) -> Iterator[dict[str, object]]:
    found = item.groups(cohort.sheets)
    for level in found.levels:
        for group, members in groups.items():
            count = sum(found.of.get(name) == level for name in members)
            known = sum(name in found.of for name in members)
            yield {
                "characteristic": item.label,
                "level": level,
                "group": group,
                "n": count,
                "percent": 100 * count / known if known else None,
            }
    yield from _not_known(item, groups, cohort.sheets)


def _numbers(cohort: Cohort, item: Characteristic, groups: Groups) -> Iterator[dict[str, object]]:
    known = cohort.numbers(item.measure.name)
    for group, members in groups.items():
        values = [known[name] for name in members if name in known]
        low, middle, high = quartiles(values)
        yield {
            "characteristic": item.label,
            "level": KNOWN,
            "group": group,
            "n": len(values),
            "median": middle,
            "lower_quartile": low,
            "upper_quartile": high,
            "lowest": min(values, default=None),
            "highest": max(values, default=None),
        }
    yield from _not_known(item, groups, cohort.sheets)


def _not_known(
    item: Characteristic, groups: Groups, sheets: Mapping[str, Sheet]
) -> Iterator[dict[str, object]]:
    gaps = {name for name, sheet in sheets.items() if not sheet[item.measure.name].known}
    for group, members in groups.items():
        if gaps:
            yield {
                "characteristic": item.label,
                "level": NOT_KNOWN,
                "group": group,
                "n": len(gaps.intersection(members)),
            }


def _shares(cohort: Cohort) -> pd.DataFrame:
    rows = []
    for item in DESCRIBED:
        answers = [value for value in cohort.known(item.measure.name).values() if isinstance(value, bool)]
        share = proportion(sum(answers), len(answers))
        if isinstance(share, Estimate):
            limits = [None if limit is None else 100 * limit for limit in (share.lower, share.upper)]
            counts = (sum(answers), len(answers) - sum(answers), len(cohort.sheets) - len(answers))
            rows.append((item.label, *counts, 100 * share.value, *limits))
    columns = ["feature", "yes", "no", "not_known", "percent", "percent_lower", "percent_upper"]
    return pd.DataFrame(rows, columns=columns).convert_dtypes()


def _figure(shares: pd.DataFrame) -> IntervalFigure:
    rows = tuple(
        IntervalRow(
            "", row["feature"], row["percent"], row["percent_lower"], row["percent_upper"], (row["feature"],)
        )
        for row in shares.to_dict("records")
    )
    return IntervalFigure(rows, "outcomes", "Percent of the patients for whom it is known", percent=True)


def _estimates(cohort: Cohort) -> dict[str, Estimate | Missing]:
    booleans = {
        item.label: [v for v in cohort.known(item.measure.name).values() if isinstance(v, bool)]
        for item in DESCRIBED
    }
    return {label: proportion(sum(answers), len(answers)) for label, answers in booleans.items() if answers}
