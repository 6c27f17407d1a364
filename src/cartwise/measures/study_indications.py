"""The two indications of the Peking study as it defines them: MRD found again, and intolerance of chemotherapy (001:72, 85)."""

from __future__ import annotations

from itertools import groupby

from cartwise.basis import NO, Missing
from cartwise.evidence import threshold
from cartwise.measures.course import denied
from cartwise.measures.history import before_index, up_to_index
from cartwise.measures.measure import Noted, measure
from cartwise.measures.residual_disease import STATES
from cartwise.measures.settling import on_day, on_days
from cartwise.study import Patient, Row


@measure(
    method=(
        "the judgement where one is recorded, or the indication; organ toxicity of grade 3 or more by CTCAE 5 and infection of "
        "grade 4 or more before infusion ask for that judgement, since the record does not say what caused them"
    ),
    settled_by="a judgement of chemotherapy intolerance",
)
def chemotherapy_intolerance(patient: Patient) -> bool | Noted | Missing:
    """Whether conventional chemotherapy cannot go on for its complications (001:72)."""
    judged = before_index(patient, patient.assessments.where(kind="chemotherapy intolerance"))
    if judged:
        return Noted(judged[-1].value == "present", f"judged {on_day(judged[-1].day)}")
    if patient.profile.disease_indication == "chemotherapy intolerance":
        return Noted(value=True, note="by the indication")
    grounds = _grounds_of_intolerance(patient)
    why = (
        f"{', '.join(grounds)}; whether chemotherapy caused it is not judged"
        if grounds
        else "it was not judged"
    )
    return Missing(why, "a judgement of chemotherapy intolerance")


SEVERE_ORGAN_GRADE, LIFE_THREATENING_GRADE = 3, 4
"""001:72 prints the grade of organ toxicity; a life-threatening infection is one of grade 4 by CTCAE."""


def _grounds_of_intolerance(patient: Patient) -> list[str]:
    toxicities = before_index(patient, patient.toxicities.where(kind="organ", scale="CTCAE 5"))
    organ = [row.day for row in toxicities if (row.grade or 0) >= SEVERE_ORGAN_GRADE]
    infections = before_index(patient, patient.infections)
    severe = [
        row.day for row in infections if max(row.grade or 0, row.max_grade or 0) >= LIFE_THREATENING_GRADE
    ]
    found = [f"organ toxicity of grade {SEVERE_ORGAN_GRADE} or more {on_days(organ)}"] if organ else []
    return found + ([f"life-threatening infection {on_days(severe)}"] if severe else [])


TARGETED = ("blinatumomab", "inotuzumab", "CD22-directed therapy", "TKI", "CAR T")
BY_FLOW = threshold("wang-2025/mrd-positive-flow")
METHODS = ("flow", "fusion PCR", "IG/TR RQ-PCR")
"""001:85 names flow and qPCR of fusion genes; RQ-PCR of rearrangements is read alike."""


def _run(patient: Patient) -> tuple[str, list[float]] | None:
    """The latest positive tests in a row after a negative one, by the method that shows them over the longest time."""
    runs = [(method, days) for method in METHODS if len(days := _positive_days(patient, method)) > 1]
    return max(runs, key=lambda run: run[1][-1] - run[1][0], default=None)


def _positive_days(patient: Patient, method: str) -> list[float]:
    rows = before_index(patient, patient.mrd.where(method=method, specimen="marrow", result=STATES))
    negatives = [place for place, row in enumerate(rows) if row.result == "negative"]
    since = rows[negatives[-1] + 1 :] if negatives else ()
    runs = [[row.day for row in run] for found, run in groupby(since, _found_again) if found]
    return max(reversed(runs), key=lambda run: min(len(run), 2), default=[])


def _found_again(row: Row) -> bool:
    """Whether a test is positive as 001:85 has it; what flow detects below its cut-off interrupts a run."""
    too_low = row.method == "flow" and row.level is not None and BY_FLOW.compare(row.level, "1").truth is NO
    return row.result == "positive" and not too_low


@measure(
    unit="d",
    method=f"from the first to the last of the latest positive tests in a row by flow or PCR in marrow, two or more, after a negative one by the same method; before infusion; flow {BY_FLOW.printed}, lower levels and detection below quantification interrupt it",
    settled_by="two MRD tests in a row by one method, at least two weeks apart, after a negative one",
)
def mrd_re_emergence_span(patient: Patient) -> float | Noted | Missing:
    """How long MRD has been found again after it was negative (001:85)."""
    run = _run(patient)
    if run is None:
        asked = "two MRD tests in a row by one method after a negative one"
        return Missing("no method shows MRD negative and then found again twice in a row", asked)
    method, days = run
    return Noted(days[-1] - days[0], f"{method}, {on_days(days)}")


@measure(
    unit="%",
    method="highest marrow blasts by morphology in the days over which MRD was found again",
    settled_by="marrow blasts while MRD was found again",
)
def blasts_at_re_emergence(patient: Patient) -> float | Missing:
    """Marrow blasts while MRD has been found again (001:85)."""
    run = _run(patient)
    blasts = patient.marrow.between(run[1][0], run[1][-1]).values("blasts") if run else []
    asked = "marrow blasts while MRD was found again"
    return (
        max(blasts) if blasts else Missing("no marrow blasts are recorded while MRD was found again", asked)
    )


@measure(
    method=f"{', '.join(TARGETED)} begun between the first and the last of those tests; none is no where other treatment is recorded",
    settled_by="the treatments while MRD was found again",
)
def targeted_therapy_at_re_emergence(patient: Patient) -> bool | Noted | Missing:
    """Whether targeted therapy came between the tests that found MRD again (001:85)."""
    run = _run(patient)
    if run is None or not patient.treatments:
        return Missing("no treatment is recorded", "the treatments while MRD was found again")
    rows = patient.treatments.between(run[1][0], run[1][-1]).where(kind=TARGETED)
    if rows:
        return Noted(value=True, note=on_days([row.day for row in rows]))
    return denied(up_to_index(patient), "none recorded", "treatments")
