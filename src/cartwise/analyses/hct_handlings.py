"""The three handlings of HCT after time zero in one small table: ignored, end of observation, and competing event."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Literal

import pandas as pd

from cartwise.analyses.cohort import Cohort
from cartwise.analyses.grouping import Grouping
from cartwise.analyses.result import Result
from cartwise.basis import DAYS_PER_MONTH, Missing
from cartwise.measures import Sheet
from cartwise.statistics import cumulative_incidence
from cartwise.study import Patient

Handling = Literal["ignored", "censored", "competing"]
"""What is made of a transplant before the outcome."""

HANDLINGS: tuple[Handling, ...] = ("ignored", "censored", "competing")
CENSORED, HCT = "censored", "HCT"
MONTHS = (12.0, 24.0, 60.0)
"""Months at which an outcome is read: one and two years, and the five of 001:118."""
MEANINGS: Mapping[Handling, str] = {
    "ignored": "the outcome, whatever HCT came before it",
    "censored": "the outcome if nobody had HCT, supposing that HCT has nothing to do with prognosis",
    "competing": "the outcome before any HCT, as a share of all patients",
}
ABOUT = (
    "The table `handlings` reads the outcome three ways: with HCT ignored, with follow-up ended at HCT, and with HCT as an event of "
    "its own; it has no shared form."
)
METHODS = (
    "Handlings of HCT: the first allogeneic HCT after time zero, whatever it was done for; one before time zero is a trait of the "
    "patient. Ignored, the outcome counts whatever HCT came before it: how these patients fared with the HCT they were given. With "
    "follow-up ended at HCT (censored) it is what would be seen if nobody were transplanted, provided that who was transplanted when "
    "tells nothing of the outcome (independent censoring), which no data can show. As a competing event, HCT takes its "
    "patients out of reach of the outcome, which is counted before any HCT only: it foretells what will be seen, not how well "
    "anybody would do without HCT. Probabilities by Aalen and Johansen (1978), which is one minus Kaplan-Meier where nothing competes, "
    "with limits on the scale of log(-log(1 - F))."
)

COLUMNS = ["outcome", "group", "hct", "patients", "month", "events", "hct_first"]
COLUMNS += ["incidence", "lower", "upper", "meaning", "remark"]

Start = Callable[[Patient], float]
"""The day of a patient's time zero."""


def with_handlings(result: Result, table: pd.DataFrame) -> Result:
    """A result with the table of handlings, which has no shared form: its counts differ by few from those beside it."""
    return replace(
        result,
        tables={**result.tables, "handlings": table},
        about=f"{result.about} {ABOUT}",
        methods=(*result.methods, METHODS),
    )


def followed(cohort: Cohort, measure: str, outcome: str, *, start: Start = lambda _: 0.0) -> pd.DataFrame:
    """`patient, month, cause, hct_month, hct_known, group`, a row a patient, of a survival time in days that no HCT ends.

    Args:
        cohort: the cohort; `measure` and `measure_event` are known for everybody in it.
        measure: the survival time; `measure_event` says whether the outcome ended it.
        outcome: the outcome in words, the cause of those who met it.
        start: the day from which it is counted.
    """
    days, events = cohort.numbers(measure), cohort.known(f"{measure}_event")
    rows = pd.DataFrame(
        {
            "patient": list(days),
            "month": [value / DAYS_PER_MONTH for value in days.values()],
            "cause": [outcome if events[name] is True else CENSORED for name in days],
        }
    ).astype({"month": "float64", "cause": "object"})
    return rows.join(hct_of(cohort, list(days), start=start))


def hct_of(cohort: Cohort, names: Sequence[str], *, start: Start = lambda _: 0.0) -> pd.DataFrame:
    """`hct_month` (NaN: none), `hct_known` (False: it was not recorded) and `group` of patients in order."""
    sheets = [cohort.sheets[name] for name in names]
    return pd.DataFrame(
        {
            "hct_month": pd.Series([_hct_month(sheet.patient, start) for sheet in sheets], dtype="float64"),
            "hct_known": pd.Series([_told(sheet) for sheet in sheets], dtype=bool),
            "group": pd.Series(
                [cohort.groups.of[name] if cohort.groups else "" for name in names], dtype=object
            ),
        }
    )


def _hct_month(patient: Patient, start: Start) -> float:
    zero = start(patient)
    days = [
        row.day
        for row in patient.treatments
        if row.kind == HCT and row.donor != "autologous" and row.day >= zero
    ]
    return (min(days) - zero) / DAYS_PER_MONTH if days else math.nan


def _told(sheet: Sheet) -> bool:
    return not isinstance(sheet.value("hct_after_infusion"), Missing)


def with_hct(rows: pd.DataFrame, handling: Handling) -> pd.DataFrame:
    """Rows with transplant ignored, as end of observation, or as a cause of its own; a same-day outcome stays.

    Args:
        rows: `month` (of the first event or the end of follow-up), `hct_month` (NaN: never), and `cause`, or `fine` too.
        handling: what is made of transplant.
    """
    if handling == "ignored":
        return rows
    first = rows["hct_month"] < rows["month"]
    cause = CENSORED if handling == "censored" else HCT
    causes = {column: rows[column].mask(first, cause) for column in ("cause", "fine") if column in rows}
    return rows.assign(month=rows["month"].mask(first, rows["hct_month"]), **causes)


def handlings(
    rows: pd.DataFrame,
    outcomes: Sequence[str],
    *,
    groups: Grouping | None = None,
    months: Sequence[float] = MONTHS,
) -> pd.DataFrame:
    """The table of handlings: probability of each outcome by each month, with each handling.

    Args:
        rows: as of `followed`; causes that are no outcome compete with it.
        outcomes: the causes that are read.
        groups: the groups; None where nobody is grouped.
        months: since time zero.
    """
    told = rows.assign(hct_first=rows["hct_month"] < rows["month"])
    known = told[told["hct_known"]]
    handled = {each: with_hct(told if each == "ignored" else known, each) for each in HANDLINGS}
    return handlings_of(handled, outcomes, groups=groups, months=months, unknown=len(told) - len(known))


def handlings_of(
    handled: Mapping[Handling, pd.DataFrame],
    outcomes: Sequence[str],
    *,
    groups: Grouping | None = None,
    months: Sequence[float] = MONTHS,
    unknown: int = 0,
) -> pd.DataFrame:
    """The same of rows made for each handling, with `hct_first`: whether HCT came before the end of `month`.

    Args:
        handled: `month, cause, hct_month, hct_first, group` by handling.
        outcomes: the causes that are read.
        groups: the groups; None where nobody is grouped.
        months: since time zero.
        unknown: of how many patients HCT is not known, so that only one handling has them.
    """
    levels = groups.levels if groups else ()
    found = [
        {"group": level, **row}
        for outcome in outcomes
        for level in levels or ("",)
        for handling, rows in handled.items()
        for row in _read(rows[rows["group"] == level] if groups else rows, outcome, handling, months)
    ]
    numbers = dict.fromkeys(("month", "incidence", "lower", "upper"), "Float64")
    table = pd.DataFrame(found, columns=COLUMNS).astype(numbers)
    if unknown:
        apart = table["hct"] != "ignored"
        table.loc[apart, "remark"] = f"HCT not known of {unknown}, left out; " + table.loc[apart, "remark"]
        table["remark"] = table["remark"].str.removesuffix("; ")
    return table if groups else table.drop(columns="group")


def _read(
    rows: pd.DataFrame, outcome: str, handling: Handling, months: Sequence[float]
) -> Iterator[dict[str, object]]:
    """One row a month of one outcome, group and handling."""
    head: dict[str, object] = {"outcome": outcome, "hct": handling, "patients": len(rows)}
    if rows.empty:
        yield head | {
            "meaning": MEANINGS[handling],
            "events": 0,
            "hct_first": 0,
            "remark": "no patient was followed",
        }
        return
    others = [cause for cause in dict.fromkeys(rows["cause"]) if cause not in (CENSORED, outcome)]
    named = pd.Categorical(rows["cause"], [CENSORED, outcome, *others])
    curves = cumulative_incidence(rows["month"].to_numpy(float), named, unit="mo")
    alike = "" if rows["hct_first"].any() or handling == "ignored" else "nobody had HCT first"
    for reading in next(found for (_, cause), found in curves.at(list(months)).items() if cause == outcome):
        met = (rows["cause"] == outcome) & (rows["month"] <= reading.at)
        first = rows["hct_first"] & (rows["hct_month"] <= reading.at)
        yield head | {
            # Once is enough: the rows of the later months stand right under it.
            "meaning": MEANINGS[handling] if reading.at == months[0] else "",
            "month": reading.at,
            "events": int(met.sum()),
            "hct_first": int(first.sum()),
            "incidence": reading.value,
            "lower": reading.lower,
            "upper": reading.upper,
            "remark": "; ".join(part for part in (alike, reading.reason) if part),
        }
