"""The events there are: relapse, residual disease, severe CRS, severe ICANS, severe cytopenia and infection."""

from __future__ import annotations

from dataclasses import replace

from cartwise.backtest.endpoint import Endpoint
from cartwise.basis import Interval, Missing
from cartwise.measures import Sheet
from cartwise.measures.course import set_aside
from cartwise.measures.haematotoxicity import EARLY_END
from cartwise.measures.residual_disease import DAY_28
from cartwise.measures.response import REMISSION
from cartwise.measures.toxicity import SEVERE

CD19_NEGATIVE = "CD19- or lineage switch"
UNTYPED = "not known"
NO_REMISSION, RESIDUAL_MRD = "no remission", "MRD in remission"

Found = tuple[float, str] | Missing | None


def _relapse(sheet: Sheet) -> Found:
    relapsed = sheet.value("relapsed_after_infusion")
    if isinstance(relapsed, Missing):
        return relapsed
    day, kind = sheet.value("time_to_relapse"), sheet.value("relapse_immunophenotype")
    if not isinstance(day, int | float):
        return None
    return float(day), UNTYPED if isinstance(kind, Missing) else "CD19+" if kind == "CD19+" else CD19_NEGATIVE


def _severe_crs(sheet: Sheet) -> Found:
    return _first_severe(sheet, "crs_grade_3_or_more", "severe_crs_onset")


def _severe_icans(sheet: Sheet) -> Found:
    return _first_severe(sheet, "icans_grade_3_or_more", "severe_icans_onset")


def _first_severe(sheet: Sheet, whether: str, onset: str) -> Found:
    severe = sheet.value(whether)
    if severe is not True:
        return severe if isinstance(severe, Missing) else None
    day = sheet.value(onset)
    return (float(day), "") if isinstance(day, int | float) else None


def _residual(sheet: Sheet) -> Found:
    cleared = sheet.value("mrd_negative_cr_day_28")
    if cleared is True:
        return None
    if cleared is not False:
        return _unless_dead(sheet, cleared, DAY_28[2])
    response = sheet.value("response_day_28")
    failed = isinstance(response, str) and response not in REMISSION
    return _told_on(sheet, DAY_28[0]), NO_REMISSION if failed else RESIDUAL_MRD


def _severe_cytopenia(sheet: Sheet) -> Found:
    grade = sheet.value("early_icaht_longest_run")
    if isinstance(grade, Interval):
        lowest, highest = grade.after, grade.by
    elif isinstance(grade, int | float):
        lowest = highest = grade
    else:
        return _unless_dead(sheet, grade, EARLY_END)
    if lowest < SEVERE <= highest:
        return Missing(
            "too few neutrophil counts to tell the grade of early ICAHT", "neutrophils of days 0 to 30"
        )
    return (_told_on(sheet, EARLY_END), "") if lowest >= SEVERE else None


def _told_on(sheet: Sheet, nominal: float) -> float:
    """The nominal day of what is told by a whole window, or the end of observation where that came before."""
    last = sheet.value("overall_survival")
    return min(nominal, float(last)) if isinstance(last, int | float) else nominal


def _unless_dead(sheet: Sheet, missing: object, last: float) -> Missing | None:
    """Who died within the window is known not to have had the event first: death competes with it."""
    lived = sheet.value("overall_survival")
    if sheet.value("overall_survival_event") is True and isinstance(lived, int | float) and lived <= last:
        return None
    return missing if isinstance(missing, Missing) else Missing("not told")


def _infection(sheet: Sheet) -> Found:
    rows = sheet.patient.infections.that(lambda row: row.day >= 0)
    return (float(rows[0].day), "") if rows else set_aside(sheet.patient, "infections")


def _none(_: Sheet) -> None:
    return None


_AGAINST_LEUKAEMIA = (
    "HCT",
    "CAR T",
    "blinatumomab",
    "inotuzumab",
    "CD22-directed therapy",
    "chemotherapy",
    "cytotoxic chemotherapy",
    "radiotherapy",
    "donor lymphocytes",
    "checkpoint inhibitor",
    "TKI",
    "maintenance",
)
_AGAINST_INFLAMMATION = ("tocilizumab", "siltuximab", "steroid", "anakinra", "ruxolitinib")

RELAPSE = Endpoint(
    "relapse",
    ("CD19+", CD19_NEGATIVE, UNTYPED),
    _AGAINST_LEUKAEMIA,
    (183.0, 365.0, 731.0),
    (63.0, 91.0, 183.0, 365.0),
    _relapse,
)
RELAPSE_SINCE_INFUSION = replace(RELAPSE, landmarks=(0.0,), from_infusion=True)
RESIDUAL_DISEASE = Endpoint(
    "residual disease about day 28",
    (NO_REMISSION, RESIDUAL_MRD),
    _AGAINST_LEUKAEMIA,
    (DAY_28[0],),
    (0.0,),
    _residual,
    one_course=True,
    from_infusion=True,
)
SEVERE_CRS = Endpoint(
    "CRS of grade 3 or more",
    (),
    _AGAINST_INFLAMMATION,
    (3.0, 7.0, 14.0),
    (1.0, 3.0, 5.0),
    _severe_crs,
    one_course=True,
)
SEVERE_ICANS = Endpoint(
    "ICANS of grade 3 or more",
    (),
    (*_AGAINST_INFLAMMATION, "antiepileptic"),
    (7.0, 14.0, 28.0),
    (0.0, 3.0, 7.0),
    _severe_icans,
    one_course=True,
)
SEVERE_ICANS_SINCE_INFUSION = replace(SEVERE_ICANS, landmarks=(0.0,), from_infusion=True)
SEVERE_CYTOPENIA = Endpoint(
    "early ICAHT of grade 3 or more",
    (),
    ("CD34 boost", "TPO-RA", "G-CSF"),
    (float(EARLY_END),),
    (0.0, 7.0, 14.0),
    _severe_cytopenia,
    one_course=True,
)
INFECTION = Endpoint(
    "infection",
    (),
    ("immunoglobulin",),
    (91.0, 183.0, 365.0),
    (28.0, 91.0, 183.0),
    _infection,
    table="infections",
)
NO_ENDPOINT = Endpoint("not held against an event", (), (), (), (0.0, 7.0, 28.0, 91.0, 365.0), _none)
NO_ENDPOINT_BEFORE = replace(NO_ENDPOINT, from_infusion=True)

ENDPOINTS = (RELAPSE, RESIDUAL_DISEASE, SEVERE_CRS, SEVERE_ICANS, SEVERE_CYTOPENIA, INFECTION)
"""Every event once; what becomes of a patient does not hang on when a statement speaks."""
