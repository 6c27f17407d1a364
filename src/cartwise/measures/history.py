"""What came before: earlier treatment and relapses, and what was infused."""

from __future__ import annotations

import math

from cartwise.basis import DAYS_PER_MONTH, Missing
from cartwise.measures.course import FIRST_COURSE, first_infusions, index_infusion, set_aside, unseen
from cartwise.measures.measure import Noted, measure
from cartwise.measures.settling import on_days
from cartwise.study import Patient, Records, Row

FAILURES = ("no CR", "progression")
ANTILEUKAEMIC = (
    "chemotherapy",
    "cytotoxic chemotherapy",
    "blinatumomab",
    "inotuzumab",
    "CD22-directed therapy",
    "radiotherapy",
    "TKI",
    "maintenance",
    "HCT",
    "CAR T",
)
"""Earlier lines of treatment: where one is recorded, the history was taken, and what is absent was not given."""
NOT_HISTORY_INTENT = ("bridging", "lymphodepletion", "prophylaxis", "toxicity")

AFTER_HCT = ("donor lymphocytes", "CD34 boost", "immunosuppression")
"""Treatments that point to a transplant."""

CD19_PRODUCTS = frozenset(
    {
        "tisagenlecleucel",
        "kymriah",
        "brexucabtagene autoleucel",
        "tecartus",
        "obecabtagene autoleucel",
        "aucatzyl",
        "axicabtagene ciloleucel",
        "yescarta",
        "lisocabtagene maraleucel",
        "breyanzi",
    }
)
"""Licensed products against CD19; an institutional product says its target in the record."""

DOMAINS = {
    "tisagenlecleucel": "4-1BB",
    "kymriah": "4-1BB",
    "obecabtagene autoleucel": "4-1BB",
    "aucatzyl": "4-1BB",
    "lisocabtagene maraleucel": "4-1BB",
    "breyanzi": "4-1BB",
    "brexucabtagene autoleucel": "CD28",
    "tecartus": "CD28",
    "axicabtagene ciloleucel": "CD28",
    "yescarta": "CD28",
}
"""Costimulatory domains of licensed products (002:349-351, 004:13); a record that says otherwise contradicts itself."""

_EARLIER = "the patient's earlier treatments"
_PRIOR = (
    "treatments before the index infusion (before it is given, all so far); none of the kind is no where other earlier "
    "treatment is recorded, bridging and preparation apart"
)


def before_index(patient: Patient, rows: Records) -> Records:
    """Rows before the index infusion; before it is given, all."""
    infused = index_infusion(patient) is not None
    return rows.that(lambda row: row.day is not None and (not infused or row.day < 0))


def allogeneic(treatments: Records) -> Records:
    """The transplants among them, not autologous."""
    return treatments.that(lambda row: row.kind == "HCT" and row.donor != "autologous")


def up_to_index(patient: Patient) -> Patient:
    """The record up to the index infusion; before it is given, all so far. For rows that were set aside: one of a later day is none of these."""
    row = index_infusion(patient)
    return patient if row is None else patient.as_of(row.day)


def _infusions_up_to_index(patient: Patient) -> Records:
    row = index_infusion(patient)
    return patient.infusions.between(-math.inf, 0.0 if row is None else row.day)


def _prior(patient: Patient, kind: str) -> Noted | Missing:
    found = before_index(patient, patient.treatments).where(kind=kind)
    return Noted(value=True, note=on_days(found.values("day"))) if found else _none_recorded(patient)


def _none_recorded(patient: Patient) -> Noted | Missing:
    """What it says that a treatment is not among the earlier ones."""
    lost = set_aside(up_to_index(patient), "treatments")
    if lost is not None:
        return lost
    telling = before_index(patient, patient.treatments).that(_tells_history)
    if not telling:
        return Missing("no earlier treatment is recorded at all", _EARLIER)
    return Noted(value=False, note=f"none among {len(telling)} recorded earlier treatments")


def _tells_history(row: Row) -> bool:
    return row.kind in ANTILEUKAEMIC and row.intent not in NOT_HISTORY_INTENT


@measure(
    method=f"HCT, not autologous, among {_PRIOR}; also yes where the indication or the source of the cells up to the index infusion names an earlier HCT",
    settled_by=_EARLIER,
)
def prior_hct(patient: Patient) -> bool | Noted | Missing:
    """Whether an allogeneic transplant came before CAR T cells (002:419)."""
    earlier = before_index(patient, patient.treatments)
    found = allogeneic(earlier)
    if found:
        return Noted(value=True, note=on_days(found.values("day")))
    if patient.profile.disease_indication == "first relapse after HCT":
        return Noted(value=True, note="by the indication at referral; no transplant is dated")
    if any(row.cell_source == "autologous post-HCT" for row in _infusions_up_to_index(patient)):
        return Noted(value=True, note="by the source of the cells; no transplant is dated")
    hints = _hints_of_hct(patient)
    if hints:
        points = f"no transplant is recorded, but {', '.join(hints)} points to one"
        return Missing(points, "whether there was a transplant")
    return _none_recorded(patient)


def _hints_of_hct(patient: Patient) -> list[str]:
    """What of the record before infusion follows a transplant."""
    hints = [row.kind for row in before_index(patient, patient.treatments) if row.kind in AFTER_HCT]
    hints += ["GVHD" for row in before_index(patient, patient.gvhd) if row.kind != "none"]
    hints += ["cells of a donor" for row in _infusions_up_to_index(patient) if row.cell_source == "donor"]
    return list(dict.fromkeys(hints))


@measure(method=f"blinatumomab among {_PRIOR}", settled_by=_EARLIER)
def prior_blinatumomab(patient: Patient) -> bool | Noted | Missing:
    """Whether blinatumomab was given before CAR T cells (002:111)."""
    return _prior(patient, "blinatumomab")


@measure(method=f"inotuzumab among {_PRIOR}", settled_by=_EARLIER)
def prior_inotuzumab(patient: Patient) -> bool | Noted | Missing:
    """Whether inotuzumab was given before CAR T cells."""
    return _prior(patient, "inotuzumab")


def _blinatumomab_responses(patient: Patient) -> list[str | None]:
    rows = before_index(patient, patient.treatments).where(kind="blinatumomab")
    return [None if row.response == "not assessed" else row.response for row in rows]


@measure(
    method="response to the latest blinatumomab before the index infusion",
    settled_by="the response to blinatumomab",
)
def blinatumomab_response(patient: Patient, prior_blinatumomab: bool) -> str | Missing:
    """Response to earlier blinatumomab: CR, CRi, no CR or progression (002:111)."""
    if not prior_blinatumomab:
        return Missing("no blinatumomab was given before")
    latest = _blinatumomab_responses(patient)[-1]
    return latest or Missing("the response to blinatumomab is not recorded", "the response to blinatumomab")


@measure(
    method="no CR or progression as response to any blinatumomab before the index infusion; never given is no",
    settled_by="the response to blinatumomab",
)
def blinatumomab_failure(patient: Patient, prior_blinatumomab: bool) -> bool | Noted | Missing:
    """Whether earlier blinatumomab failed: no remission, whatever the exposure (002:111, 004:21)."""
    if not prior_blinatumomab:
        return Noted(value=False, note="never given before")
    responses = _blinatumomab_responses(patient)
    failed = [response for response in responses if response in FAILURES]
    if failed:
        return Noted(value=True, note=str(failed[-1]))
    if None in responses:
        return Missing("the response to blinatumomab is not recorded", "the response to blinatumomab")
    return Noted(value=False, note=str(responses[-1]))


@measure(
    unit="1",
    method="relapses before referral as counted there, or dated relapses before the index infusion where they are more",
    settled_by="the number of earlier relapses",
)
def relapse_number(patient: Patient) -> int | Noted | Missing:
    """Number of relapses before CAR T cells."""
    counted: int | None = patient.profile.relapse_number
    dated = len(before_index(patient, patient.relapses))
    if counted is None and (lost := set_aside(up_to_index(patient), "relapses")) is not None:
        return lost
    if counted is None:
        return (
            Noted(dated, "dated relapses; no count is recorded")
            if dated
            else Missing(
                "neither a count of earlier relapses nor a dated one is recorded",
                "the number of earlier relapses",
            )
        )
    return Noted(dated, f"dated relapses; {counted} counted at referral") if dated > counted else int(counted)


@measure(
    unit="mo",
    method=f"from the last transplant, not autologous, before the index infusion to the first relapse after it; a month is {DAYS_PER_MONTH:g} days",
    settled_by="the days of the transplant and of the relapse after it",
)
def hct_to_relapse(patient: Patient) -> float | Missing:
    """Time from transplant to the relapse that led to CAR T cells (002:189)."""
    transplants = allogeneic(before_index(patient, patient.treatments))
    if not transplants:
        return Missing("no dated transplant before CAR T cells")
    day = transplants[-1].day
    later = before_index(patient, patient.relapses).that(lambda row: row.day >= day)
    return (
        (later[0].day - day) / DAYS_PER_MONTH
        if later
        else Missing("no dated relapse after that transplant", "the day of the relapse")
    )


@measure(
    unit="a", method="age on the index day, where that is the infusion", settled_by="the age at infusion"
)
def age_at_infusion(patient: Patient) -> float | Missing:
    """Age at the index infusion."""
    age: float | None = patient.profile.age_at_index_years
    if index_infusion(patient) is None or age is None:
        return unseen(patient, "the age on the index day is not recorded", "the age at infusion")
    return age


def _of_infusion(patient: Patient, column: str, what: str) -> str | Missing:
    row = index_infusion(patient)
    value = None if row is None else getattr(row, column)
    return unseen(patient, f"the {what} is not recorded", f"the {what}") if value is None else str(value)


@measure(method="index infusion", settled_by="the costimulatory domain of the product")
def costimulation(patient: Patient) -> str | Missing:
    """Costimulatory domain of the product: 4-1BB, CD28 or other (002:421)."""
    row = index_infusion(patient)
    known = None if row is None else DOMAINS.get((row.product or "").lower())
    if row is not None and known and row.costimulation not in (None, known):
        asked = "the product, or its costimulatory domain"
        return Missing("the record names a domain that this product does not have", asked, cause="conflict")
    return known or _of_infusion(patient, "costimulation", "costimulatory domain of the product")


@measure(method="recorded disease", settled_by="the disease")
def b_all(patient: Patient) -> bool | Noted | Missing:
    """Whether the disease is B-cell acute lymphoblastic leukaemia, of which the sources speak."""
    disease = patient.profile.disease
    return (
        Missing("the disease is not recorded", "the disease")
        if disease is None
        else Noted(disease == "B-ALL", disease)
    )


@measure(method="target of the index infusion, or the licensed product's", settled_by="the target of the CAR")
def cd19_product(patient: Patient) -> bool | Noted | Missing:
    """Whether the CAR T cells are made against CD19, alone or with another antigen."""
    row = index_infusion(patient)
    if row is not None and row.target is not None:
        return Noted("CD19" in row.target, row.target)
    if row is not None and (row.product or "").lower() in CD19_PRODUCTS:
        return Noted(value=True, note=f"{row.product} is")
    return unseen(patient, "the target of the CAR is not recorded", "the target of the CAR")


@measure(method="as recorded", settled_by="the sex")
def sex(patient: Patient) -> str | Missing:
    """Sex (001:130)."""
    found: str | None = patient.profile.sex
    return found or Missing("the sex is not recorded", "the sex")


@measure(
    method=f"an infusion before the index product, or CAR T among {_PRIOR}",
    settled_by=_EARLIER,
)
def prior_car_t(patient: Patient) -> bool | Noted | Missing:
    """Whether CAR T cells were given before the index product (001:205-207)."""
    earlier = [row.day for row in patient.infusions if row.day < 0]
    if earlier:
        return Noted(value=True, note=on_days(earlier))
    told, lost = _prior(patient, "CAR T"), set_aside(up_to_index(patient), "infusions")
    return lost if isinstance(told, Noted) and not told.value and lost is not None else told


@measure(method="as recorded at referral", settled_by="the indication")
def indication(patient: Patient) -> str | Missing:
    """Why CAR T cells were considered (001:72)."""
    found: str | None = patient.profile.disease_indication
    return found or Missing("the indication is not recorded", "the indication")


@measure(method="index infusion", settled_by="the product")
def product(patient: Patient) -> str | Missing:
    """Product that was infused."""
    return _of_infusion(patient, "product", "product")


@measure(
    unit="{cells}/kg",
    method=f"sum of the infusions of the {FIRST_COURSE}",
    settled_by="the cells per kilogram of every infusion",
)
def dose_per_kg(patient: Patient) -> float | Noted | Missing:
    """CAR-positive cells infused per kilogram (002:188)."""
    doses = [row.cells_per_kg for row in first_infusions(patient)]
    if not doses or None in doses:
        return unseen(
            patient, "an infusion has no dose per kilogram", "the cells per kilogram of every infusion"
        )
    return doses[0] if len(doses) == 1 else Noted(sum(doses), f"{len(doses)} split doses")
