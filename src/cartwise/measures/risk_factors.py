"""What the registered risk factors need beside the measures there are: antigen, exposure, earlier lines, sites."""

from __future__ import annotations

from cartwise.basis import Interval, Missing
from cartwise.measures.burden import BEFORE_DAYS
from cartwise.measures.course import FIRST_COURSE, index_infusion, today, unseen
from cartwise.measures.history import before_index
from cartwise.measures.measure import Noted, measure
from cartwise.measures.mrd_level import level_range
from cartwise.measures.residual_disease import DAY_28, mrd_tests
from cartwise.measures.settling import on_day, on_days
from cartwise.study import Patient

_CONTINUOUS = "the source reports a trend and prints no cut-off, so nobody can be put on one side of it"


@measure(
    method="CD19 on blasts in any marrow from the latest blinatumomab to the index infusion; never given is no; "
    "dim in one of them counts whatever a later one shows; partial or negative is neither",
    settled_by="CD19 on blasts after blinatumomab",
)
def cd19_dim_after_blinatumomab(patient: Patient, prior_blinatumomab: bool) -> bool | Noted | Missing:
    """Whether CD19 had become dim under blinatumomab (004:112)."""
    if not prior_blinatumomab:
        return Noted(value=False, note="blinatumomab was never given before")
    begun = before_index(patient, patient.treatments).where(kind="blinatumomab")[-1].day
    rows = before_index(patient, patient.marrow).that(lambda row: row.day >= begun and row.cd19 is not None)
    dim = [row.day for row in rows if row.cd19 == "dim"]
    if dim:
        return Noted(value=True, note=on_days(dim))
    if not rows:
        return Missing("no marrow after blinatumomab was read for CD19", "CD19 on blasts after blinatumomab")
    if rows[-1].cd19 != "positive":
        seen = f"CD19 {rows[-1].cd19} {on_day(rows[-1].day)}"
        return Missing(f"{seen}: 004:112 speaks of dim CD19 and gives no cut", cause="source")
    return Noted(value=False, note=f"positive {on_day(rows[-1].day)}")


@measure(
    unit="1",
    method=f"IG/TR RQ-PCR nearest to day {DAY_28[0]:g}, from day {DAY_28[1]:g} to {DAY_28[2]:g}; negative is below its "
    f"sensitivity, below quantification anything; {FIRST_COURSE}",
    settled_by="an IG/TR RQ-PCR about day 28",
)
def rq_pcr_day_28_range(patient: Patient) -> Interval | Noted | Missing:
    """Between what bounds MRD by IG/TR RQ-PCR about day 28 lies (004:61)."""
    nominal, first, last = DAY_28
    rows = mrd_tests(patient, ("IG/TR RQ-PCR",), first, last)
    if not rows:
        test = f"IG/TR RQ-PCR from day {first:g} to {last:g}"
        return unseen(patient, f"no {test}", test)
    day = min((row.day for row in rows), key=lambda day: (abs(day - nominal), -day))
    return level_range(rows.between(day, day))


@measure(unit="1", method="as counted at referral", settled_by="the number of earlier remissions")
def prior_remissions(patient: Patient) -> int | Missing:
    """Complete remissions before CAR T cells (004:43)."""
    counted: int | None = patient.profile.prior_cr_n
    return (
        Missing("earlier remissions were not counted", "the number of earlier remissions")
        if counted is None
        else int(counted)
    )


@measure(method=_CONTINUOUS, settled_by="the number of earlier lines of therapy")
def many_prior_lines(patient: Patient) -> bool | Missing:
    """Whether many lines of therapy came before: each further one counts, and no number is called many (004:42)."""
    counted: int | None = patient.profile.prior_lines_n
    if counted is None:
        return Missing("earlier lines were not counted", "the number of earlier lines of therapy")
    return Missing(f"{counted} lines; {_CONTINUOUS}", cause="source")


@measure(method=_CONTINUOUS, settled_by="the cells per kilogram of every infusion")
def low_cell_dose(dose_per_kg: float) -> bool | Missing:
    """Whether the dose was low: higher doses did better, and no dose is called low (002:725)."""
    return Missing(f"{dose_per_kg:.3g} cells per kg; {_CONTINUOUS}", cause="source")


@measure(
    method=f"latest assessment in the {BEFORE_DAYS:g} days to the infusion: active or not, or none there at all",
    settled_by="whether extramedullary disease is active at infusion",
)
def active_extramedullary_at_infusion(patient: Patient) -> bool | Noted | Missing:
    """Whether disease outside marrow and CNS was active at infusion (004:50)."""
    end = 0.0 if index_infusion(patient) else today(patient)
    rows = patient.assessments.between(end - BEFORE_DAYS, end)
    active = rows.where(kind="active extramedullary disease")
    if active:
        return Noted(active[-1].value == "present", on_day(active[-1].day))
    sites = rows.where(kind="extramedullary disease")
    if sites and sites[-1].value == "none":
        return Noted(value=False, note=f"none {on_day(sites[-1].day)}")
    return Missing(
        "extramedullary disease at infusion was not assessed, or not whether it was active",
        "whether extramedullary disease is active at infusion",
    )


@measure(method="as recorded", settled_by="the sex")
def female(patient: Patient) -> bool | Missing:
    """Whether the patient is female (001:112, 004:118)."""
    sex: str | None = patient.profile.sex
    return Missing("the sex is not recorded", "the sex") if sex is None else sex == "female"
