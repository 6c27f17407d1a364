"""Leukaemia outside the marrow before infusion, irradiation of the head, and the nervous system's state."""

from __future__ import annotations

from collections.abc import Mapping

from cartwise.basis import Missing
from cartwise.measures.collection import time_since, was_given
from cartwise.measures.history import before_index
from cartwise.measures.measure import Noted, measure
from cartwise.measures.settling import on_day
from cartwise.study import Patient

_LATEST = "latest assessment before infusion"
_SINCE_RELAPSE = f"{_LATEST}; one older than the latest dated relapse does not tell the present"
CRANIAL = ("cranial radiotherapy",)


def _since_relapse(patient: Patient, kind: str, asked: str) -> Noted | Missing:
    """The latest assessment, unless a relapse came after it."""
    relapse = before_index(patient, patient.relapses).last
    rows = before_index(patient, patient.assessments.where(kind=kind))
    if relapse is None or not rows or rows[-1].day >= relapse.day:
        return _latest(patient, kind, asked)
    return Missing(f"{asked} was not assessed since the relapse {on_day(relapse.day)}", asked)


def _site_since_relapse(patient: Patient, kind: str, asked: str, sites: Mapping[str, str]) -> Noted | Missing:
    """The latest assessment; where a relapse came after it or there is none, what the site of that relapse says."""
    found = _since_relapse(patient, kind, asked)
    relapse = before_index(patient, patient.relapses).last
    if isinstance(found, Missing) and found.cause != "conflict" and relapse and relapse.site in sites:
        return Noted(sites[relapse.site], f"relapse {on_day(relapse.day)}")
    return found


def _latest(patient: Patient, kind: str, asked: str) -> Noted | Missing:
    rows = before_index(patient, patient.assessments.where(kind=kind))
    if not rows:
        return Missing(f"{asked} is not recorded", asked)
    said = {row.value for row in rows if row.day == rows[-1].day}
    if len(said) > 1:
        return Missing(
            f"{asked} was assessed in different ways {on_day(rows[-1].day)}", asked, cause="conflict"
        )
    return Noted(rows[-1].value, on_day(rows[-1].day))


def _latest_is(patient: Patient, kind: str, asked: str, yes: str) -> Noted | Missing:
    found = _since_relapse(patient, kind, asked)
    return found if isinstance(found, Missing) else Noted(found.value == yes, f"{found.value}, {found.note}")


@measure(method=f"{_SINCE_RELAPSE}, but a relapse of the CNS alone does", settled_by="the CNS status")
def cns_status(patient: Patient) -> str | Noted | Missing:
    """Leukaemia of the central nervous system at present: CNS1, CNS2, CNS3, isolated CNS or parenchymal (004:183)."""
    return _site_since_relapse(patient, "CNS", "the CNS status", {"CNS": "isolated CNS"})


@measure(method=_LATEST, settled_by="whether there is neurotoxicity")
def neurotoxicity_now(patient: Patient) -> str | Noted | Missing:
    """Neurological toxicity at present: none, stable, or acute or worsening (004:183)."""
    return _latest(patient, "neurotoxicity", "whether there is neurotoxicity")


@measure(
    method="before infusion; none is no where other treatment is recorded", settled_by="cranial radiotherapy"
)
def cranial_radiotherapy_before(patient: Patient) -> bool | Noted | Missing:
    """Whether the head was irradiated (004:183)."""
    return was_given(patient, CRANIAL)


@measure(
    unit="d",
    method="from its last day to the day asked for",
    settled_by="the last day of cranial radiotherapy",
)
def since_cranial_radiotherapy(patient: Patient) -> float | Noted | Missing:
    """Time since cranial irradiation (004:183)."""
    return time_since(patient, CRANIAL)


@measure(
    method=f"{_SINCE_RELAPSE}, but a relapse of the testis does",
    settled_by="the site of extramedullary disease",
)
def extramedullary_site(patient: Patient) -> str | Noted | Missing:
    """Leukaemia outside marrow and CNS: none, testicular or other (004:187)."""
    asked = "the site of extramedullary disease"
    return _site_since_relapse(patient, "extramedullary disease", asked, {"testis": "testicular"})


@measure(method=_SINCE_RELAPSE, settled_by="whether extramedullary disease is bulky")
def bulky_extramedullary(patient: Patient) -> bool | Noted | Missing:
    """Whether there is bulky leukaemia outside marrow and CNS (004:153, 004:187)."""
    kind, asked = "bulky extramedullary disease", "whether extramedullary disease is bulky"
    site = _since_relapse(patient, "extramedullary disease", asked)
    found = _latest_is(patient, kind, asked, "present")
    if isinstance(found, Missing) and isinstance(site, Noted) and site.value == "none":
        return Noted(value=False, note=f"no extramedullary disease {site.note}")
    return found


@measure(method=_SINCE_RELAPSE, settled_by="whether extramedullary disease responds to chemotherapy")
def extramedullary_unresponsive(patient: Patient) -> bool | Noted | Missing:
    """Whether extramedullary disease did not respond to chemotherapy (004:153)."""
    asked = "whether extramedullary disease responds to chemotherapy"
    return _latest_is(patient, "extramedullary response to chemotherapy", asked, "not responding")
