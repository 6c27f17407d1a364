"""What labels and sources ask before CAR T cells are chosen: region, age, refractoriness, and kinds of relapse."""

from __future__ import annotations

import math

from cartwise.basis import Missing, convert
from cartwise.measures.course import index_infusion, set_aside, today
from cartwise.measures.history import FAILURES, allogeneic, before_index
from cartwise.measures.measure import Noted, measure
from cartwise.measures.response import REMISSION
from cartwise.measures.settling import on_day, on_days
from cartwise.study import Patient

INFANT_MONTHS = 12.0
"""An infant is younger than this at diagnosis: as the column of the record says; 004:270 gives no age."""

REFRACTORY = ("primary refractory", "first relapse refractory to reinduction")
BY_MRD = ("MRD re-emergence", "MRD persistence")
"""Indications of which labels and reviews do not say whether they mean refractory disease."""

_INDICATION = "as recorded at referral"


@measure(method="region in study.toml", settled_by="the region, in study.toml")
def label_region(patient: Patient) -> str | Missing:
    """Region whose labels hold at the centre (002:102)."""
    return patient.region or Missing("the study names no region", "the region, in study.toml")


@measure(unit="a", method="label_edition in study.toml", settled_by="the year of the labels, in study.toml")
def label_edition(patient: Patient) -> int | Missing:
    """Year of the labels that hold at the centre."""
    asked = "the year of the labels that hold (label_edition), in study.toml"
    return (
        Missing("the study names no edition of labels", asked)
        if patient.label_edition is None
        else patient.label_edition
    )


_YEARS = (
    "completed years on the day asked for, as labels count: a patient is 25 until the 26th birthday; a record in whole years "
    "stands for any age up to the next birthday, of which this is the"
)


def _age(patient: Patient, *, oldest: bool) -> float | Missing:
    recorded: float | None = patient.profile.age_at_index_years
    if recorded is None:
        return Missing("the age on the index day is not recorded", "the age on the index day")
    if oldest and recorded == math.floor(recorded):
        recorded = math.nextafter(recorded + 1, 0.0)
    return float(math.floor(recorded + convert(today(patient), "d", "a")))


@measure(unit="a", method=f"{_YEARS} youngest", settled_by="the age on the index day, with its decimals")
def age_at_least(patient: Patient) -> float | Missing:
    """Age at present in completed years, where the record leaves room the youngest it can be."""
    return _age(patient, oldest=False)


@measure(unit="a", method=f"{_YEARS} oldest", settled_by="the age on the index day, with its decimals")
def age_at_most(patient: Patient) -> float | Missing:
    """Age at present in completed years, where the record leaves room the oldest it can be."""
    return _age(patient, oldest=True)


@measure(
    method=(
        f"indication {' or '.join(REFRACTORY)}, {_INDICATION}; MRD alone is left to the source that asks; another indication "
        "leaves it open where treatment since the latest dated relapse brought no remission"
    ),
    settled_by="whether the disease is refractory",
)
def refractory(patient: Patient) -> bool | Noted | Missing:
    """Whether the disease is refractory: to first treatment, or to reinduction after relapse (004:11-15)."""
    said: str | None = patient.profile.disease_indication
    if said is None or said == "other":
        return Missing(
            "the indication does not tell whether the disease is refractory",
            "whether the disease is refractory",
        )
    if said in BY_MRD:
        return Missing(
            f"{said}: the text does not say whether MRD alone counts as refractory", cause="source"
        )
    failed = [] if said in REFRACTORY else _failed_since_relapse(patient)
    if failed:
        return Missing(
            f"{said} at referral, and treatment since that relapse brought no remission {on_days(failed)}",
            "whether the disease is refractory",
        )
    return Noted(said in REFRACTORY, said)


def _failed_since_relapse(patient: Patient) -> list[float]:
    """The days on which treatment since the latest dated relapse was found to have failed, where no remission came since."""
    relapse = before_index(patient, patient.relapses).last
    if relapse is None:
        return []
    treated = before_index(patient, patient.treatments).between(relapse.day, math.inf)
    told = [(row.response_day, row.response) for row in treated if row.response_day is not None]
    assessed = before_index(patient, patient.assessments.where(kind="response"))
    told += [(row.day, row.value) for row in assessed if row.day >= relapse.day]
    remissions = [day for day, said in told if said in REMISSION]
    return [day for day, said in told if said in FAILURES and day > max(remissions, default=-math.inf)]


FIRST = ("first relapse", "first relapse refractory to reinduction", "first relapse after HCT")
LATER = ("second relapse", "third or later relapse")
_COUNTED = "by the number of relapses before infusion; where that is not known, by the indication at referral"


def _relapses(patient: Patient, number: int | Missing) -> tuple[int, str] | Missing:
    """Relapses so far, as many as the record tells: two stand for two or more where only the indication speaks."""
    said: str | None = patient.profile.disease_indication
    by_indication = {**dict.fromkeys(FIRST, 1), **dict.fromkeys(LATER, 2), "primary refractory": 0}.get(
        said or ""
    )
    if isinstance(number, Missing):
        return number if by_indication is None else (by_indication, f"by the indication, {said}")
    return max(number, by_indication or 0), f"{number} before infusion"


@measure(method=_COUNTED, settled_by="the number of earlier relapses")
def relapsed(patient: Patient, relapse_number: int | Missing) -> bool | Noted | Missing:
    """Whether the leukaemia has relapsed before CAR T cells (004:11)."""
    found = _relapses(patient, relapse_number)
    return found if isinstance(found, Missing) else Noted(found[0] >= 1, found[1])


@measure(method=_COUNTED, settled_by="the number of earlier relapses")
def second_or_later_relapse(patient: Patient, relapse_number: int | Missing) -> bool | Noted | Missing:
    """Whether the leukaemia has relapsed twice or more before CAR T cells (004:15)."""
    found = _relapses(patient, relapse_number)
    return found if isinstance(found, Missing) else Noted(found[0] > 1, found[1])


@measure(
    method=f"indication `first relapse after HCT`, or a dated relapse after a dated HCT, not autologous, before infusion; {_INDICATION}",
    settled_by="whether a relapse followed HCT",
)
def relapsed_after_hct(patient: Patient, prior_hct: bool) -> bool | Noted | Missing:
    """Whether a relapse followed an allogeneic transplant (004:264)."""
    if not prior_hct:
        return Noted(value=False, note="no HCT before")
    if patient.profile.disease_indication == "first relapse after HCT":
        return Noted(value=True, note="by the indication")
    transplants = allogeneic(before_index(patient, patient.treatments))
    relapses = before_index(patient, patient.relapses)
    later = [row.day for row in relapses if transplants and row.day >= transplants[0].day]
    return (
        Noted(value=True, note=on_days(later))
        if later
        else Missing("no relapse is dated after that HCT", "the days of HCT and relapse")
    )


@measure(method="younger than 12 months at first diagnosis", settled_by="the age at diagnosis")
def infant_leukaemia(patient: Patient) -> bool | Noted | Missing:
    """Whether the leukaemia was diagnosed in infancy (004:270)."""
    age: float | None = patient.profile.age_at_diagnosis_months
    if age is None:
        return Missing("the age at diagnosis is not recorded", "the age at diagnosis")
    return Noted(age < INFANT_MONTHS, f"{age:g} mo")


@measure(
    unit="mo",
    method="from first diagnosis to first relapse, as recorded",
    settled_by="the time from diagnosis to first relapse",
)
def first_relapse_after(patient: Patient) -> float | Missing:
    """Time from first diagnosis to first relapse (004:15)."""
    found: float | None = patient.profile.relapse_interval_months
    asked = "the time from diagnosis to first relapse"
    return (
        Missing("the time from diagnosis to first relapse is not recorded", asked) if found is None else found
    )


@measure(
    method="latest relapse before infusion of the CNS alone, or CNS assessment `isolated CNS` no older than that relapse",
    settled_by="the site of the relapse",
)
def isolated_cns_relapse(patient: Patient) -> bool | Noted | Missing:
    """Whether the present relapse is of the central nervous system alone (004:248-252)."""
    relapses = before_index(patient, patient.relapses)
    since = relapses[-1].day if relapses else -math.inf
    assessed = before_index(patient, patient.assessments.where(kind="CNS")).between(since, math.inf)
    if assessed and assessed[-1].value == "isolated CNS":
        return Noted(value=True, note=f"assessed {on_day(assessed[-1].day)}")
    if not relapses or relapses[-1].site is None:
        return Missing("the site of the latest relapse is not recorded", "the site of the relapse")
    return Noted(relapses[-1].site == "CNS", f"{relapses[-1].site}, {on_day(relapses[-1].day)}")


@measure(method="an infusion on the index day; none recorded is yes")
def before_infusion(patient: Patient) -> bool | Missing:
    """Whether CAR T cells are still to be given."""
    if index_infusion(patient) is not None:
        return False
    lost = set_aside(patient, "infusions")
    return True if lost is None else lost


@measure(method="NCI risk group at diagnosis, as recorded", settled_by="the NCI risk group")
def nci_high_risk(patient: Patient) -> bool | Noted | Missing:
    """Whether the leukaemia was of NCI high risk at diagnosis (004:257-261)."""
    group: str | None = patient.profile.nci_risk_group
    return (
        Missing("the NCI risk group is not recorded", "the NCI risk group")
        if group is None
        else Noted(group == "high", group)
    )


@measure(
    method="germline predisposition as recorded at referral: any but none",
    settled_by="germline predisposition",
)
def germline_predisposed(patient: Patient) -> bool | Noted | Missing:
    """Whether the patient has an inborn predisposition to leukaemia (002:202, 002:219)."""
    known: str | None = patient.profile.germline_predisposition
    return (
        Missing("germline predisposition is not recorded", "germline predisposition")
        if known is None
        else Noted(known != "none", known)
    )
