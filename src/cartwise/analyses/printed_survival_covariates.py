"""The covariates of Table 1 of Wang et al. (001:124-140), first known after infusion: as printed, and from a landmark on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pandas as pd

from cartwise.analyses.aplasia_told import told_of
from cartwise.analyses.baseline_covariates import Covariate
from cartwise.analyses.cohort import Cohort
from cartwise.analyses.hct_approaches import BIASED, SOUND
from cartwise.analyses.screened_models import Way, few_events, multivariable_table, together
from cartwise.basis import DAYS_PER_MONTH, Interval
from cartwise.measures import Sheet
from cartwise.measures.first_weeks import neutropenia_grade_4_first_weeks
from cartwise.measures.history import prior_car_t, prior_hct, sex
from cartwise.measures.response import mrd_negative_cr_day_28
from cartwise.measures.severe_toxicity import icans_any_grade
from cartwise.measures.toxicity import crs_grade_3_or_more

DURATION, KEPT = "Duration of B-cell aplasia, per month", "B-cell aplasia kept at the landmark"


@dataclass(frozen=True, slots=True)
class Printed:
    """The covariates of one half of the table.

    Attributes:
        covariates: those that are measures.
        month: the landmark by which they are known.
        aplasia: whether B-cell aplasia is among them.
    """

    covariates: tuple[Covariate, ...]
    month: float
    aplasia: bool = False


OF_LEUKAEMIA_FREE_SURVIVAL = Printed(
    (Covariate(sex, "Sex"), Covariate(mrd_negative_cr_day_28, "MRD-negative CR on day 28")), 3.0, aplasia=True
)
OF_OVERALL_SURVIVAL = Printed(
    (
        Covariate(prior_car_t, "Prior CAR T cells"),
        Covariate(prior_hct, "Prior HCT"),
        Covariate(neutropenia_grade_4_first_weeks, "Neutropenia of grade 4"),
        Covariate(crs_grade_3_or_more, "CRS of grade 3 or more"),
        Covariate(icans_any_grade, "ICANS"),
    ),
    1.0,
)
"""001:131-140 has lost its rows of HCT history and ICANS, which its text speaks of."""

ABOUT = (
    "The table `as_published` takes the covariates of 001 Table 1, most of them first known after infusion, as if known before "
    "(BIASED by immortal time), and beside it from a landmark on, by what was known then; rely on the latter."
)
METHODS = (
    "As published: the covariates of 001 Table 1 from infusion on, whenever they became known. From the landmark: patients free of the "
    "outcome and in follow-up after it, by the record as it stood on that day; for the duration of B-cell aplasia stands whether it was "
    "kept on that day."
)
COLUMNS = ["approach", "standing", "method", "covariate", "term", "n", "events"]
COLUMNS += ["hazard_ratio", "lower", "upper", "p", "remark"]


def printed_table(cohort: Cohort, measure: str, printed: Printed, way: Way) -> pd.DataFrame:
    """The models as published and from the landmark on, ordinary and with Firth's penalty.

    Args:
        cohort: the patients.
        measure: the survival time in days; `<measure>_event` says whether the outcome ended it.
        printed: the covariates.
        way: how hazards are modelled.
    """
    parts = [
        *_models(_from_infusion(cohort, measure, printed), "as published, from infusion", BIASED, way),
        *_models(
            _from_landmark(cohort, measure, printed),
            f"from the landmark at month {printed.month:g}",
            SOUND,
            way,
        ),
    ]
    rows = [row for part in parts for row in part.to_dict("records")]
    numbers = dict.fromkeys(("hazard_ratio", "lower", "upper", "p"), "Float64")
    return pd.DataFrame(rows, columns=COLUMNS).astype(numbers)


def _models(data: pd.DataFrame, approach: str, standing: str, way: Way) -> Iterator[pd.DataFrame]:
    head = {"approach": approach, "standing": standing}
    labels = [str(name) for name in data if name not in ("month", "event")]
    found = together(data, labels, way)
    if not found.models:
        reason = f"no model: {int(data['event'].sum())} of {len(data)} with the outcome, {found.complete} with all covariates known"
        yield pd.DataFrame([{**head, "remark": reason}])
    for name, model in found.models.items():
        table, few = multivariable_table(found, name, way), few_events(model)
        remarks = ["; ".join(part for part in (str(said or ""), few) if part) for said in table["remark"]]
        yield table.assign(**head, method=name, remark=remarks)


def _from_infusion(cohort: Cohort, measure: str, printed: Printed) -> pd.DataFrame:
    data = _entered(cohort.sheets, printed, _followed(cohort.sheets, measure))
    if printed.aplasia:
        lasted = {name: sheet.value("bca_duration") for name, sheet in cohort.sheets.items()}
        months = {n: v.after / DAYS_PER_MONTH for n, v in lasted.items() if isinstance(v, Interval)}
        data.insert(2, DURATION, pd.Series(months, dtype="object").reindex(data.index))
    return data


def _from_landmark(cohort: Cohort, measure: str, printed: Printed) -> pd.DataFrame:
    day = printed.month * DAYS_PER_MONTH
    followed = _followed(cohort.sheets, measure)
    followed = followed[followed["month"] > printed.month].assign(
        month=lambda rows: rows["month"] - printed.month
    )
    then = {name: Sheet(cohort.sheets[name].patient.as_of(day)) for name in followed.index}
    data = _entered(then, printed, followed)
    if printed.aplasia:
        lost = {name: told_of(sheet).lost_on(day) for name, sheet in then.items()}
        kept = {name: float(not told) for name, told in lost.items() if told is not None}
        data.insert(2, KEPT, pd.Series(kept, dtype="object").reindex(data.index))
    return data


def _entered(sheets: Mapping[str, Sheet], printed: Printed, followed: pd.DataFrame) -> pd.DataFrame:
    columns = {item.label: item.values(sheets).reindex(followed.index) for item in printed.covariates}
    return followed.assign(**columns)


def _followed(sheets: Mapping[str, Sheet], measure: str) -> pd.DataFrame:
    """`month, event` by patient."""
    days = {name: sheet.value(measure) for name, sheet in sheets.items()}
    months = {n: float(v) / DAYS_PER_MONTH for n, v in days.items() if isinstance(v, int | float)}
    events = {name: int(sheets[name].value(f"{measure}_event") is True) for name in months}
    return pd.DataFrame(
        {"month": pd.Series(months, dtype="float64"), "event": pd.Series(events, dtype="int64")}
    )
