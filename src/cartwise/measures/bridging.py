"""The time between collection and infusion: remission, what bridges it, and CD19 on the leukaemia."""

from __future__ import annotations

from cartwise.basis import Missing
from cartwise.measures.burden import BEFORE, BEFORE_DAYS, before_ld, burden_day, none_before_ld
from cartwise.measures.collection import CHEMOTHERAPY, courses, last_given, was_given
from cartwise.measures.course import denied
from cartwise.measures.history import before_index, up_to_index
from cartwise.measures.measure import Noted, measure
from cartwise.measures.residual_disease import evaluable
from cartwise.measures.response import REMISSION, REMISSION_BLASTS
from cartwise.measures.settling import on_day, on_days
from cartwise.study import Patient, Row

_GIVEN = "before infusion; none is no where other treatment is recorded"


@measure(
    method=(
        "latest of assessed response, response to treatment, relapse and marrow blasts of 5 % or more before infusion is CR or "
        f"CRi, and that or a later marrow of fewer blasts, by morphology or MRD, no older than {BEFORE_DAYS:g} days at lymphodepletion, infusion or today"
    ),
    settled_by="the response before infusion",
)
def remission_before_infusion(patient: Patient) -> bool | Noted | Missing:
    """Whether the patient is in remission before CAR T cells (004:173)."""
    states = [
        (row.day, row.value) for row in before_index(patient, patient.assessments.where(kind="response"))
    ]
    states += [
        (row.response_day, row.response)
        for row in before_index(patient, patient.treatments)
        if row.response not in (None, "not assessed") and row.response_day is not None
    ]
    states += [(row.day, "relapse") for row in before_index(patient, patient.relapses)]
    marrow = before_index(patient, patient.marrow).that(lambda row: row.blasts is not None)
    states += [(row.day, "marrow blasts") for row in marrow if row.blasts >= REMISSION_BLASTS]
    if not states:
        return Missing("no response before infusion is recorded", "the response before infusion")
    day = max(when for when, _ in states)
    said = {value for when, value in states if when == day}
    if len({value in REMISSION for value in said}) > 1:
        return Missing(
            f"{', '.join(sorted(said))} {on_day(day)}", "the response of that day", cause="conflict"
        )
    remission, told = said <= set(REMISSION), f"{', '.join(sorted(said))} {on_day(day)}"
    tested = before_index(patient, patient.mrd.where(specimen="marrow")).that(_few_blasts)
    seen = max([day, *marrow.values("day"), *tested.values("day")])
    if remission and seen < burden_day(patient) - BEFORE_DAYS:
        return Missing(
            f"{told}, and no marrow in the last {BEFORE_DAYS:g} days", "the response before infusion"
        )
    return Noted(remission, told)


def _few_blasts(row: Row) -> bool:
    """Whether an MRD test of marrow tells of fewer blasts than end a remission."""
    quantified = row.result == "positive"
    return evaluable(row) and (
        not quantified or (row.level is not None and 100 * row.level < REMISSION_BLASTS)
    )


@measure(
    method=(
        "the later of CNS assessment and relapse before infusion is `isolated CNS`, or a relapse of the CNS alone; where that "
        "relapse is followed by a clear CNS, the response decides"
    ),
    settled_by="the CNS status",
)
def cns_disease_only(patient: Patient, cns_status: str | Missing) -> bool | Noted | Missing:
    """Whether the central nervous system is the one site of leukaemia (004:173)."""
    relapse = before_index(patient, patient.relapses).last
    site = relapse.site if relapse else None
    if isinstance(cns_status, Missing):
        elsewhere = site is not None and cns_status.cause != "conflict"
        return Noted(value=False, note=f"relapse of {site}") if elsewhere else cns_status
    if cns_status == "CNS1" and site == "CNS":
        return Missing("CNS1 after a relapse of the CNS alone", "the response before infusion")
    return Noted(cns_status == "isolated CNS", cns_status)


@measure(method=f"chemotherapy of intent bridging, {_GIVEN}", settled_by="the bridging therapy")
def bridging_chemotherapy(patient: Patient) -> bool | Noted | Missing:
    """Whether chemotherapy bridges to CAR T cells (004:150)."""
    rows = courses(patient, CHEMOTHERAPY).where(intent="bridging")
    if rows:
        return Noted(value=True, note=f"begun {on_days([row.day for row in rows])}")
    told = was_given(patient, CHEMOTHERAPY)
    return (
        told
        if isinstance(told, Missing)
        else denied(up_to_index(patient), "none recorded as bridging", "treatments")
    )


@measure(
    method="intrathecal treatment on or after the first day of bridging chemotherapy, before infusion",
    settled_by="intrathecal treatment with bridging",
)
def intrathecal_with_bridging(patient: Patient, bridging_chemotherapy: bool) -> bool | Noted | Missing:
    """Whether intrathecal treatment goes with bridging chemotherapy (004:149)."""
    if not bridging_chemotherapy:
        return Missing("no bridging chemotherapy is recorded")
    first = courses(patient, CHEMOTHERAPY).where(intent="bridging")[0].day
    days = [row.day for row in courses(patient, ("intrathecal",)) if row.day >= first]
    return (
        Noted(value=True, note=on_days(days))
        if days
        else denied(up_to_index(patient), "none recorded since", "treatments")
    )


@measure(method=f"blinatumomab of intent bridging, {_GIVEN}", settled_by="the bridging therapy")
def blinatumomab_as_bridge(patient: Patient) -> bool | Noted | Missing:
    """Whether blinatumomab bridges to CAR T cells (004:151)."""
    rows = courses(patient, ("blinatumomab",)).where(intent="bridging")
    if rows:
        return Noted(value=True, note=on_days([row.day for row in rows]))
    told = was_given(patient, ("blinatumomab",))
    return (
        told
        if isinstance(told, Missing)
        else denied(up_to_index(patient), "none recorded as bridging", "treatments")
    )


@measure(
    method=f"inotuzumab or another treatment against CD22, {_GIVEN}",
    settled_by="earlier treatment against CD22",
)
def cd22_directed_before(patient: Patient) -> bool | Noted | Missing:
    """Whether treatment against CD22 came before CD19 CAR T cells (002:285)."""
    return was_given(patient, ("inotuzumab", "CD22-directed therapy"))


def _cd19_rows(patient: Patient) -> list[tuple[float, str]]:
    return [(row.day, row.cd19) for row in before_index(patient, patient.marrow) if row.cd19 is not None]


@measure(method="latest marrow before infusion in which it was read", settled_by="CD19 on blasts")
def cd19_on_blasts(patient: Patient) -> str | Noted | Missing:
    """CD19 on leukaemic blasts: positive, dim, partial or negative (004:112)."""
    rows = _cd19_rows(patient)
    if not rows:
        return Missing("CD19 on blasts was not read before infusion", "CD19 on blasts")
    return Noted(rows[-1][1], on_day(rows[-1][0]))


@measure(
    method="CD19 on blasts was read in a marrow later than the last day of blinatumomab",
    settled_by="CD19 on blasts after blinatumomab",
)
def cd19_read_since_blinatumomab(patient: Patient, prior_blinatumomab: bool) -> bool | Noted | Missing:
    """Whether CD19 was looked at again after blinatumomab (004:124)."""
    if not prior_blinatumomab:
        return Missing("no blinatumomab was given before")
    last = last_given(patient, ("blinatumomab",))
    if isinstance(last, Missing):
        return last
    days = [day for day, _ in _cd19_rows(patient) if day > last]
    return (
        Noted(value=True, note=on_days(days))
        if days
        else denied(up_to_index(patient), f"not since day {last:g}", "marrow")
    )


@measure(
    unit="%",
    method=f"marrow in which it was measured, {BEFORE}",
    settled_by="CD19-positive cells in marrow",
)
def antigen_load(patient: Patient) -> float | Noted | Missing:
    """CD19-positive cells, normal and leukaemic, among marrow cells before lymphodepletion (004:52, 004:173)."""
    rows = before_ld(patient, patient.marrow.that(lambda row: row.cd19_antigen_load is not None))
    if not rows:
        return none_before_ld(patient, "marrow read for CD19-positive cells")
    return Noted(rows[-1].cd19_antigen_load, on_day(rows[-1].day))
