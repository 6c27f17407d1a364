"""Response about day 28: remission, and remission without measurable residual disease."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd

from cartwise.analyses.analysis import analysis
from cartwise.analyses.cohort import Cohort
from cartwise.analyses.figure import IntervalFigure, IntervalRow
from cartwise.analyses.result import Result
from cartwise.analyses.survival_by_group import EVERYBODY, p_value
from cartwise.basis import Estimate, Missing
from cartwise.measures.response import REMISSION, mrd_negative_cr_day_28, response_day_28
from cartwise.measures.transplant import infused
from cartwise.statistics import TestResult, benjamini_hochberg, chi_square, fisher, proportion

RESPONSES = {"CR or CRi": "response_day_28", "MRD-negative CR or CRi": "mrd_negative_cr_day_28"}
"""The responses by their names in the table, each with the measure it comes from."""
COLUMNS = ["response", "group", "patients", "known", "responded", "percent", "percent_lower", "percent_upper"]
COLUMNS += ["lowest_possible", "highest_possible"]

_INFINITE = "the odds ratio is infinite, without upper limit: everybody, or nobody, of one group responded"


@dataclass(frozen=True, slots=True)
class _Rate:
    response: str
    group: str
    patients: int
    answers: tuple[bool, ...]

    @property
    def share(self) -> Estimate | Missing:
        return proportion(sum(self.answers), len(self.answers))

    @property
    def bounds(self) -> tuple[float | None, float | None]:
        """Percent of all patients if none, and if all, of those for whom it is not known responded."""
        if not self.patients:
            return None, None
        unknown = self.patients - len(self.answers)
        low, high = sum(self.answers), sum(self.answers) + unknown
        return 100 * low / self.patients, 100 * high / self.patients


@analysis(
    topic="Response and toxicity",
    question="How many patients are in remission about day 28, and how many without residual disease?",
    title="Response about day 28",
    among=infused,
    uses=(response_day_28, mrd_negative_cr_day_28),
    comparison="any",
)
def response_rates(cohort: Cohort) -> Result:
    """CR or CRi and MRD-negative CR or CRi with exact intervals, of the patients for whom each is known."""
    rates = list(_rates(cohort))
    tests = _tests(cohort, rates)
    table = _table(rates)
    return cohort.result(
        # Without counts: the description of the cohort, which is shared, counts the same responses by other sums.
        tables={"responses": table} | ({"tests": _tests_table(tests)} if tests else {}),
        figures={"": _figure(table)},
        estimates={f"{rate.response}, {rate.group}": rate.share for rate in rates},
        about=_about(tests),
        methods=(
            *(f"{name}: {cohort.method(measure)}." for name, measure in RESPONSES.items() if cohort.sheets),
            "Confidence limits of shares are exact (Clopper-Pearson).",
            *(test.methods for test in tests.values()),
        ),
    )


def _answers(cohort: Cohort, measure: str) -> dict[str, bool]:
    """Whether each patient responded, for those for whom it is known."""
    return {
        name: value if isinstance(value, bool) else value in REMISSION
        for name, value in cohort.known(measure).items()
    }


def _rates(cohort: Cohort) -> Iterator[_Rate]:
    members = {EVERYBODY: list(cohort.sheets)}
    if cohort.groups is not None:
        of = cohort.groups.of
        members |= {level: [name for name in of if of[name] == level] for level in cohort.groups.levels}
    for response, measure in RESPONSES.items():
        known = _answers(cohort, measure)
        for group, names in members.items():
            yield _Rate(response, group, len(names), tuple(known[name] for name in names if name in known))


def _tests(cohort: Cohort, rates: list[_Rate]) -> dict[str, TestResult]:
    """Fisher's test between two groups, chi-square between more; none where there are no two groups."""
    levels = cohort.groups.levels if cohort.groups else ()
    if len(levels) < 2:
        return {}
    test = fisher if len(levels) == 2 else chi_square
    counts = {
        response: [
            [sum(rate.answers), len(rate.answers) - sum(rate.answers)]
            for rate in rates
            if rate.response == response and rate.group != EVERYBODY
        ]
        for response in RESPONSES
    }
    return {response: test(cells) for response, cells in counts.items()}


def _table(rates: list[_Rate]) -> pd.DataFrame:
    rows = []
    for rate in rates:
        share = rate.share
        limits = (share.value, share.lower, share.upper) if isinstance(share, Estimate) else (None,) * 3
        percents = [None if limit is None else 100 * limit for limit in limits]
        rows.append(
            (
                *(rate.response, rate.group, rate.patients, len(rate.answers), sum(rate.answers)),
                *percents,
                *rate.bounds,
            )
        )
    numbers = dict.fromkeys(COLUMNS[5:], "Float64")
    return pd.DataFrame(rows, columns=COLUMNS).astype(numbers)


def _tests_table(tests: dict[str, TestResult]) -> pd.DataFrame:
    rows = [
        (
            response,
            test.name,
            test.effect.value if test.effect else None,
            test.effect.lower if test.effect else None,
            test.effect.upper if test.effect else None,
            None if isinstance(test.p, Missing) else test.p,
            test.p.reason if isinstance(test.p, Missing) else _INFINITE if _infinite(test) else "",
        )
        for response, test in tests.items()
    ]
    columns = ["response", "test", "odds_ratio", "lower", "upper", "p", "remark"]
    numbers = dict.fromkeys(("odds_ratio", "lower", "upper", "p", "q"), "Float64")
    table = pd.DataFrame(rows, columns=columns)
    table = table.reindex(columns=[*columns[:-1], "q", "remark"]).astype(numbers)
    tested = table["p"].notna()
    table.loc[tested, "q"] = benjamini_hochberg(table.loc[tested, "p"].to_numpy(float))
    return table


def _infinite(test: TestResult) -> bool:
    return test.effect is not None and math.isinf(test.effect.value)


def _figure(table: pd.DataFrame) -> IntervalFigure:
    rows = tuple(
        IntervalRow(
            row["response"],
            row["group"],
            row["percent"],
            row["percent_lower"],
            row["percent_upper"],
            (row["response"], row["group"]),
        )
        for row in table.to_dict("records")
        if not pd.isna(row["percent"])
    )
    return IntervalFigure(rows, "responses", "Percent of the patients for whom it is known", percent=True)


def _about(tests: dict[str, TestResult]) -> str:
    shown = (
        "Share of patients with each response among those for whom it is known, with exact 95 % confidence limits: the primary "
        "number here. A patient whose response is not known, such as one who died or was lost before it was read, does not enter it; lowest and highest "
        "possible are the percents of all who were infused if none and if all of those responded. Trials that count every "
        "patient without a known response as without response print the lowest possible. The result has no shared form: the description of the "
        "cohort counts the same responses, and the two together would give small counts away."
    )
    answers = [
        f"{response}: not compared, {test.p.reason}"
        if isinstance(test.p, Missing)
        else f"{response}: {p_value(test.p)}"
        for response, test in tests.items()
    ]
    if not answers:
        return shown
    name = next(iter(tests.values())).name
    return f"{shown} Groups were compared by {name} ({'; '.join(answers)}); q in the table is p adjusted for the responses compared (Benjamini and Hochberg 1995)."
