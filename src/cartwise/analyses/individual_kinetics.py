"""Individual CAR transgene levels over time."""

from __future__ import annotations

import pandas as pd

from cartwise.analyses.analysis import analysis
from cartwise.analyses.cohort import Cohort
from cartwise.analyses.figure import KineticsFigure, Profile
from cartwise.analyses.result import Result
from cartwise.measures.course import in_first_course
from cartwise.measures.kinetics import cmax, tmax
from cartwise.measures.transplant import infused
from cartwise.study import Patient, Records

LAST_DAY = 365.0
"""The figure ends here; kinetics beyond a year are a question of persistence."""


@analysis(
    topic="CAR T cells and B-cell aplasia",
    question="How do the CAR T cells of each patient expand and persist?",
    title="CAR T-cell kinetics of each patient",
    among=infused,
    uses=(cmax, tmax),
)
def individual_kinetics(cohort: Cohort) -> Result:
    """Transgene in blood of each patient on a logarithmic axis; below-limit samples as open symbols."""
    profiles = [_profile(name, sheet.patient) for name, sheet in cohort.sheets.items()]
    sampled = tuple(profile for profile in profiles if profile.days or profile.below_days)
    limits = sorted(
        {limit for profile in sampled for limit in profile.below_limits if limit}
        | {
            row.lower_limit
            for sheet in cohort.sheets.values()
            for row in levels(sheet.patient)
            if row.lower_limit
        }
    )
    return cohort.result(
        tables={"levels": _table(cohort)},
        figures={
            "": KineticsFigure(
                sampled, tuple(limits), "Days since infusion", "CAR transgene, copies per µg DNA"
            )
        },
        about=(
            "Each line is one patient's first course. Filled symbols are quantified; open triangles are samples in which "
            "the assay ran and found too little to quantify, drawn at the limit of that assay where it is stated. Dashed "
            "lines are the lower limits of quantification. Of a large cohort the figure draws some patients over the median and "
            "quartiles of all, and says how many; the table holds every sample."
        ),
        methods=(
            (
                f"CAR transgene in blood by quantitative PCR, days 0 to {LAST_DAY:.0f} of the first course; lines join "
                "quantified samples and do not model the course between them."
            ),
        ),
    )


def levels(patient: Patient, last: float = LAST_DAY) -> Records:
    """Transgene samples in blood of the first course, from infusion to day `last`."""
    return in_first_course(patient, patient.transgene.where(specimen="blood"), 0, last)


def _profile(name: str, patient: Patient) -> Profile:
    samples = levels(patient)
    found = [row for row in samples if row.copies_per_ug is not None and not row.below_limit]
    below = [row for row in samples if row.below_limit]
    return Profile(
        name,
        tuple(row.day for row in found),
        tuple(row.copies_per_ug for row in found),
        tuple(row.day for row in below),
        tuple(row.lower_limit for row in below),
    )


def _table(cohort: Cohort) -> pd.DataFrame:
    rows = [
        (name, row.day, row.copies_per_ug, bool(row.below_limit), row.lower_limit)
        for name, sheet in cohort.sheets.items()
        for row in levels(sheet.patient)
    ]
    columns = ["patient", "day", "copies_per_ug", "below_limit", "lower_limit"]
    return pd.DataFrame(rows, columns=columns).convert_dtypes()
