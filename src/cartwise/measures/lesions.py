"""Single lesions of the leukaemia and inborn conditions, each found, looked for and absent, or not known."""

from __future__ import annotations

from cartwise.basis import Missing
from cartwise.measures.course import denied
from cartwise.measures.measure import Noted, measure
from cartwise.study import Patient

FOUND = ("present", "somatic", "germline")
_METHOD = (
    "any genetic result; `absent`, or a result that no lesion was found, is no; not reported is not absent"
)


def _lesion(patient: Patient, name: str) -> Noted | Missing:
    """Whether a lesion was found in any sample; a later sample without it does not take it back."""
    rows = patient.genetics.where(lesion=name)
    found = [row.status for row in rows if row.status in FOUND]
    if found:
        return Noted(value=True, note=str(found[-1]))
    if any(row.status == "absent" for row in rows):
        return denied(patient, "looked for and absent", "genetics")
    if patient.genetics.where(lesion="none"):
        return denied(patient, "no lesion was found", "genetics")
    return Missing(f"no genetic result tells of {name}", f"a genetic result on {name}")


@measure(method=_METHOD, settled_by="a genetic result on KMT2A")
def kmt2a_rearranged(patient: Patient) -> bool | Noted | Missing:
    """Whether KMT2A is rearranged (002:219)."""
    return _lesion(patient, "KMT2Ar")


@measure(method=_METHOD, settled_by="the number of chromosomes")
def hypodiploid(patient: Patient) -> bool | Noted | Missing:
    """Whether the leukaemia is hypodiploid (004:32)."""
    return _lesion(patient, "hypodiploid")


@measure(method=_METHOD, settled_by="a genetic result on BCR-ABL1")
def philadelphia_positive(patient: Patient) -> bool | Noted | Missing:
    """Whether the leukaemia carries BCR-ABL1 (002:442)."""
    return _lesion(patient, "BCR-ABL1")


@measure(method=_METHOD, settled_by="a genetic result on Philadelphia-like disease")
def philadelphia_like(patient: Patient) -> bool | Noted | Missing:
    """Whether the leukaemia is Philadelphia-like (004:37)."""
    return _lesion(patient, "Ph-like")


@measure(
    method=f"{_METHOD}; Li-Fraumeni syndrome is yes",
    settled_by="a genetic result on TP53, of leukaemia and germline",
)
def tp53_altered(patient: Patient) -> bool | Noted | Missing:
    """Whether TP53 is altered in the leukaemia or the germline (002:219)."""
    if patient.profile.germline_predisposition == "Li-Fraumeni/TP53":
        return Noted(value=True, note="germline")
    return _lesion(patient, "TP53")


@measure(
    method="a target named with a lesion that was found, or BCR-ABL1; no where a lesion test found none",
    settled_by="whether the leukaemia has an actionable target",
)
def targetable_lesion(patient: Patient, philadelphia_positive: bool | Missing) -> bool | Noted | Missing:
    """Whether the leukaemia has BCR-ABL1 or another lesion that a drug targets (004:278)."""
    named = [row.target for row in patient.genetics if row.target and row.status in FOUND]
    if named:
        return Noted(value=True, note=", ".join(dict.fromkeys(named)))
    if philadelphia_positive is True:
        return Noted(value=True, note="BCR-ABL1")
    if patient.genetics.where(lesion="none"):
        return denied(patient, "no lesion was found", "genetics")
    return Missing(
        "no lesion with a target is recorded, nor that there is none",
        "whether the leukaemia has an actionable target",
    )


@measure(method="germline predisposition as recorded at referral", settled_by="germline predisposition")
def chromosomal_instability(patient: Patient) -> bool | Noted | Missing:
    """Whether the patient has a chromosomal instability syndrome such as Nijmegen (002:202)."""
    known: str | None = patient.profile.germline_predisposition
    if known is None:
        return Missing("germline predisposition is not recorded", "germline predisposition")
    return Noted(known == "Nijmegen/chromosomal instability", known)


@measure(method="as recorded", settled_by="whether the patient has trisomy 21")
def down_syndrome(patient: Patient) -> bool | Missing:
    """Whether the patient has Down syndrome (003:87)."""
    known: bool | None = patient.profile.down_syndrome
    return (
        Missing("trisomy 21 is not recorded", "whether the patient has trisomy 21")
        if known is None
        else known
    )
