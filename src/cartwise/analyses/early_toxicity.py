"""Adverse events of the first four weeks: infections, cytopenia, CRS, ICANS, GVHD and hyperinflammation, and their treatment."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pandas as pd

from cartwise.analyses.analysis import analysis
from cartwise.analyses.cohort import Cohort
from cartwise.analyses.figure import Figure, IntervalFigure, IntervalRow
from cartwise.analyses.kinetics_by_group import quartiles
from cartwise.analyses.result import Result
from cartwise.basis import Estimate, Interval, Missing
from cartwise.measures import Measure, Sheet
from cartwise.measures.first_weeks import (
    bacterial_infection_first_weeks,
    fungal_infection_first_weeks,
    gvhd_first_weeks,
    iec_hs_first_weeks,
    infection_first_weeks,
    neutropenia_grade_4_first_weeks,
    neutrophil_nadir_first_weeks,
    thrombocytopenia_grade_4_first_weeks,
    viral_infection_first_weeks,
)
from cartwise.measures.haematotoxicity import early_icaht_cumulative, early_icaht_longest_run
from cartwise.measures.toxicity import crs_max_grade, icans_max_grade
from cartwise.measures.transplant import infused
from cartwise.measures.treatment import steroids_given, tocilizumab_given
from cartwise.statistics import proportion

EVERYBODY, AFTER_HCT = "everybody infused", "those with prior HCT"


@dataclass(frozen=True, slots=True)
class Event:
    """A line of the table.

    Attributes:
        heading: the toxicity it belongs to.
        label: what is counted.
        measure: a yes or no, or a grade.
        grade: the grade from which on it counts; None for a yes or no.
        exactly: whether that very grade counts, so that the lines add up.
        among: whom it is asked of.
    """

    heading: str
    label: str
    measure: Measure
    grade: int | None = None
    exactly: bool = False
    among: str = EVERYBODY


def _grades(heading: str, measure: Measure, grades: range) -> tuple[Event, ...]:
    return tuple(Event(heading, f"grade {grade}", measure, grade, exactly=True) for grade in grades)


EVENTS = (
    Event("CRS", "any grade", crs_max_grade, 1),
    Event("CRS", "grade 3 or more", crs_max_grade, 3),
    *_grades("CRS", crs_max_grade, range(1, 6)),
    Event("ICANS", "any grade", icans_max_grade, 1),
    Event("ICANS", "grade 3 or more", icans_max_grade, 3),
    *_grades("ICANS", icans_max_grade, range(1, 6)),
    Event("Treatment", "tocilizumab", tocilizumab_given),
    Event("Treatment", "steroids", steroids_given),
    Event("HLH-like hyperinflammation (IEC-HS)", "found", iec_hs_first_weeks),
    Event("Infection", "any", infection_first_weeks),
    Event("Infection", "bacterial", bacterial_infection_first_weeks),
    Event("Infection", "viral", viral_infection_first_weeks),
    Event("Infection", "fungal", fungal_infection_first_weeks),
    Event("Cytopenia", "neutropenia, grade 4", neutropenia_grade_4_first_weeks),
    Event("Cytopenia", "thrombocytopenia, grade 4", thrombocytopenia_grade_4_first_weeks),
    Event("Early ICAHT, longest run", "grade 3 or more", early_icaht_longest_run, 3),
    *_grades("Early ICAHT, longest run", early_icaht_longest_run, range(5)),
    Event("Early ICAHT, all days together", "grade 3 or more", early_icaht_cumulative, 3),
    *_grades("Early ICAHT, all days together", early_icaht_cumulative, range(5)),
    Event("GVHD", "among those with prior HCT", gvhd_first_weeks, among=AFTER_HCT),
    Event("GVHD", "among all", gvhd_first_weeks),
)
"""The lines of the table, after 001:153-155 with ICAHT in both readings that are in use."""

MEASURES = tuple(dict.fromkeys(event.measure for event in EVENTS))


@analysis(
    topic="Response and toxicity",
    question="Which adverse events came in the first four weeks, and in how many patients?",
    title="Early toxicity",
    among=infused,
    uses=(*MEASURES, neutrophil_nadir_first_weeks),
)
def early_toxicity(cohort: Cohort) -> Result:
    """Counts, percents with exact limits, and for how many it is not known, of adverse events of the first four weeks."""
    table = pd.DataFrame(_rows(cohort), columns=_COLUMNS)
    table = table.astype(dict.fromkeys(PERCENTS, "Float64"))
    return cohort.result(
        # Without counts: single grades beside the description of the cohort would give small counts away.
        tables={"events": table, "nadir": _nadir(cohort)},
        figures=_figure(table),
        estimates={
            f"{event.heading}, {event.label}": _share(_answers(cohort.sheets, event)) for event in EVENTS
        },
        about=(
            "Share of patients with each adverse event of the first four weeks (CRS and ICANS: of the first course; ICAHT: days 0 to "
            "30) among those for whom it is known, with exact 95 % confidence limits. Those for whom it is not known are "
            "counted in their own column and enter no percent; lowest and highest possible are the percents of all if none and if "
            "all of them had the event. A grade that lies in a range counts as known only where all of the range is on one "
            f"side.{_uncollected(cohort)} The result has no shared form."
        ),
        methods=(
            "Confidence limits of shares are exact (Clopper-Pearson).",
            *(
                f"{measure.description.rstrip('.')}: {cohort.method(measure.name)}."
                for measure in MEASURES
                if cohort.method(measure.name)
            ),
        ),
    )


PERCENTS = ["percent", "percent_lower", "percent_upper", "lowest_possible", "highest_possible"]
_COLUMNS = ["toxicity", "event", "yes", "no", "not_known", *PERCENTS, "remark"]


def _rows(cohort: Cohort) -> Iterator[dict[str, object]]:
    for event in EVENTS:
        answers = _answers(cohort.sheets, event)
        if reason := _not_collected(cohort, event):
            answers = dict.fromkeys(answers, None)
        told = [answer for answer in answers.values() if answer is not None]
        share = proportion(sum(told), len(told))
        limits = (share.value, share.lower, share.upper) if isinstance(share, Estimate) else (None,) * 3
        n = len(answers)
        bounds = (sum(told) / n, (sum(told) + n - len(told)) / n) if n else (None, None)
        percents = [None if limit is None else 100 * limit for limit in (*limits, *bounds)]
        counts = (sum(told), len(told) - sum(told), len(answers) - len(told))
        why = reason or (
            "known for nobody" if answers and not told else "" if answers else "nobody to ask it of"
        )
        yield dict(zip(_COLUMNS, (event.heading, event.label, *counts, *percents, why), strict=True))


def _answers(sheets: Mapping[str, Sheet], event: Event) -> dict[str, bool | None]:
    """Whether each patient had the event; None where that is not known."""
    asked = {
        name: sheet
        for name, sheet in sheets.items()
        if event.among == EVERYBODY or sheet.value("prior_hct") is True
    }
    return {name: _answer(sheet.value(event.measure.name), event) for name, sheet in asked.items()}


def _answer(value: object, event: Event) -> bool | None:
    if isinstance(value, bool) or event.grade is None:
        return value if isinstance(value, bool) else None
    if isinstance(value, Interval):
        # A grade known to lie between two, both included.
        met = [_counts(grade, event) for grade in range(int(value.after), int(value.by) + 1)]
        return met[0] if len(set(met)) == 1 else None
    return _counts(value, event) if isinstance(value, int | float) else None


def _counts(grade: float, event: Event) -> bool:
    return grade == event.grade if event.exactly else grade >= (event.grade or 0)


def _share(answers: Mapping[str, bool | None]) -> Estimate | Missing:
    told = [answer for answer in answers.values() if answer is not None]
    return proportion(sum(told), len(told))


TABLE_OF = {"Infection": "infections", "GVHD": "gvhd"}


def _not_collected(cohort: Cohort, event: Event) -> str:
    """Why no row of an event says nothing here: the study holds none of anybody, so it may not have been collected."""
    table = TABLE_OF.get(event.heading)
    if table is None or any(getattr(patient, table) for patient in cohort.study.patients.values()):
        return ""
    return f"the study holds no row of {table} of anybody: not collected, as far as can be told"


def _uncollected(cohort: Cohort) -> str:
    missing = {event.heading for event in EVENTS if _not_collected(cohort, event)}
    return f" Not collected here, as far as can be told: {', '.join(sorted(missing))}." if missing else ""


def _nadir(cohort: Cohort) -> pd.DataFrame:
    values = list(cohort.numbers("neutrophil_nadir_first_weeks").values())
    low, middle, high = quartiles(values)
    row = ("Neutrophils, lowest, per µL", len(values), len(cohort.sheets) - len(values), middle, low, high)
    columns = ["value", "n", "not_known", "median", "lower_quartile", "upper_quartile", "lowest", "highest"]
    ends = (min(values, default=None), max(values, default=None))
    return pd.DataFrame([(*row, *ends)], columns=columns).astype(dict.fromkeys(columns[3:], "Float64"))


def _figure(table: pd.DataFrame) -> dict[str, Figure]:
    rows = tuple(
        IntervalRow(
            row["toxicity"],
            f"{row['event']} ({row['yes']} of {row['yes'] + row['no']})",
            row["percent"],
            row["percent_lower"],
            row["percent_upper"],
            (row["toxicity"], row["event"]),
        )
        for row in table.to_dict("records")
        if not pd.isna(row["percent"])
    )
    label = "Percent of the patients for whom it is known"
    return {"": IntervalFigure(rows, "events", label, percent=True)} if rows else {}
