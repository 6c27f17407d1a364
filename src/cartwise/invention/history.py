"""What a clinic writes before and at infusion: the person, the disease, earlier therapy, product, first marrow."""

from __future__ import annotations

from typing import Any

from numpy.random import Generator

from cartwise.basis import DAYS_PER_MONTH
from cartwise.invention import assays
from cartwise.invention.notebook import Notebook
from cartwise.invention.parameters import Parameters
from cartwise.invention.person import FUSIONS, Person
from cartwise.invention.toxicity import Toxicity

CENTRE = "Invented centre"
BASELINE_DAY = -7


def write_history(p: Parameters, person: Person, notebook: Notebook) -> None:
    """Everything known of a child before the baseline visit, and the infusion itself."""
    _patient(person, notebook)
    _genetics(person, notebook)
    for day in person.before.relapses:
        notebook.write(
            "relapses",
            day=day,
            site="marrow",
            immunophenotype_day=day + 3,
            immunophenotype="CD19+",
            before_index=True,
        )
    _earlier_therapy(person, notebook)
    _preparation(p, person, notebook)
    _infusion(p, person, notebook)


def _patient(person: Person, notebook: Notebook) -> None:
    first_relapse = person.before.relapses[0] - person.diagnosis_day if person.before.relapses else None
    months = None if first_relapse is None else round(first_relapse / DAYS_PER_MONTH, 1)
    notebook.write(
        "patients",
        centre=CENTRE,
        sex="female" if person.female else "male",
        disease="B-ALL",
        referral_day=person.referral_day,
        diagnosis_day=person.diagnosis_day,
        age_at_diagnosis_months=round(person.age_at_diagnosis * 12, 0),
        age_at_index_years=person.age,
        down_syndrome=person.down_syndrome,
        germline_predisposition="other" if person.germline else "none",
        nci_risk_group="standard" if 1 <= person.age_at_diagnosis < 10 and not person.high_risk else "high",
        disease_indication=person.indication,
        relapse_number=len(person.before.relapses),
        relapse_interval_months=months,
        first_remission_months=None if months is None else max(months - 1.0, 0.0),
        prior_lines_n=1 + len(person.before.relapses) + (person.before.hct is not None),
    )


def _genetics(person: Person, notebook: Notebook) -> None:
    low = person.lesion in ("ETV6-RUNX1", "hyperdiploid")
    notebook.write(
        "genetics",
        day=person.diagnosis_day,
        available_day=person.diagnosis_day + 14,
        lesion=person.lesion,
        status="absent" if person.lesion == "none" else "present",
        risk_group="high" if person.high_risk else "low" if low else "intermediate",
        risk_scheme="invented grouping",
    )


def _earlier_therapy(person: Person, notebook: Notebook) -> None:
    """First line, reinductions, and what else the child has been through."""
    start, before = person.diagnosis_day + 2, person.before
    answer = "no CR" if person.burden > 1e-2 else "CR"
    given: list[tuple[str, int, int, dict[str, Any]]] = [
        ("chemotherapy", start, min(700, -start // 2), {"intent": "first line"})
    ]
    given += [("chemotherapy", day + 4, 35, {"intent": "reinduction"}) for day in before.relapses]
    for kind, day, days, cells in (
        (
            "HCT",
            before.hct,
            0,
            {"intent": "consolidation", "donor": "matched unrelated", "conditioning": "TBI"},
        ),
        ("CAR T", before.car_t, 0, {"detail": "CD19 CAR T cells, elsewhere", "off_study": True}),
        ("blinatumomab", before.blinatumomab, 28, {"intent": "reinduction", "response": answer}),
        ("inotuzumab", before.inotuzumab, 15, {"intent": "reinduction"}),
    ):
        given += [(kind, day, days, cells)] if day is not None else []
    for kind, day, days, cells in given:
        end = min(day + days, BASELINE_DAY - 3)
        judged = {"response_day": end} if "response" in cells else {}
        notebook.write("treatments", day=day, kind=kind, end_day=end, **cells, **judged)


def _preparation(p: Parameters, person: Person, notebook: Notebook) -> None:
    """Collection of T cells, bridging and lymphodepletion."""
    notebook.write(
        "treatments",
        day=person.apheresis_day,
        kind="apheresis",
        end_day=person.apheresis_day,
        cells_collected=2e9,
    )
    notebook.write(
        "treatments",
        day=person.apheresis_day + 3,
        kind="chemotherapy",
        intent="bridging",
        intensity="intensive" if person.overt else "low",
        end_day=min(person.apheresis_day + 12, BASELINE_DAY - 3),
    )
    plan = p.entry("person", "lymphodepletion")
    for drug in ("fludarabine", "cyclophosphamide"):
        notebook.write(
            "treatments",
            day=-5,
            kind="lymphodepletion",
            detail=drug,
            intent="lymphodepletion",
            dose=plan[drug],
            dose_unit="mg/m2",
            end_day=-3,
        )


def _infusion(p: Parameters, person: Person, notebook: Notebook) -> None:
    product = p.entry("person", "product")
    for day, share in ((0, 0.3), (1, 0.7)) if person.split_dose else ((0, 1.0),):
        per_kg = assays.rounded(person.cells_per_kg * share)
        notebook.write(
            "infusions",
            day=day,
            course=1,
            product=product["text"],
            target="CD19",
            costimulation="4-1BB",
            cell_source="autologous" if person.before.hct is None else product["cells_after_hct"],
            cells=assays.rounded(per_kg * person.weight),
            cells_per_kg=per_kg,
            viability=round(person.viability, 1),
            transduction=round(person.transduction, 1),
            apheresis_day=person.apheresis_day,
            lymphodepletion=p.entry("person", "lymphodepletion")["text"],
            indication="planned",
        )


def write_baseline(
    p: Parameters,
    person: Person,
    toxicity: Toxicity,
    notebook: Notebook,
    rng: Generator,
    *,
    methods: tuple[str, ...],
) -> float:
    """The visit before lymphodepletion; returns the highest MRD level that it measured (0 where none was)."""
    day, full = BASELINE_DAY, p.fixed("leukaemia", "cells_at_full_marrow")
    notebook.report("marrow", day, 1, **assays.marrow_of(p, person.burden * full, 0.0, person.burden, rng))
    tests = [assays.mrd(p, method, person.burden, rng) for method in methods]
    for method, test in zip(methods, tests, strict=True):
        notebook.report("mrd", day, p.entry("mrd", method)["delay"][0], series=method, **test)
    for test in assays.blood_tests(toxicity, person.burden, day, rng):
        notebook.write("labs", day=day, specimen="blood", **test)
    anc = assays.neutrophils(toxicity, person.burden, day)
    notebook.report("b_cells", day, 1, **assays.b_cells(p, 10.0, anc, day, rng))
    _measured(person, notebook)
    _assessed(person, notebook)
    return max((test.get("level") or 0.0 for test in tests), default=0.0)


def _measured(person: Person, notebook: Notebook) -> None:
    area = round((person.weight * person.height / 3600) ** 0.5, 2)
    sizes = (
        ("weight", person.weight, "kg"),
        ("height", person.height, "cm"),
        ("body surface area", area, "m2"),
    )
    for kind, value, unit in sizes:
        notebook.write("observations", day=BASELINE_DAY, kind=kind, value=value, unit=unit)


def _assessed(person: Person, notebook: Notebook) -> None:
    judgements = {
        "CNS": "CNS1",
        "extramedullary disease": "none",
        "active extramedullary disease": "absent",
        "cardiopulmonary comorbidity": "present" if person.comorbidity else "absent",
        "seizure or neurotoxicity history": "present" if person.seizures else "absent",
        "neuroimaging": "normal",
    }
    for kind, value in judgements.items():
        notebook.write("assessments", day=BASELINE_DAY, kind=kind, value=value)


def mrd_methods(p: Parameters, person: Person, rng: Generator) -> tuple[str, ...]:
    """The MRD methods that this clinic follows this child with."""
    plan = p.entry("assay", "methods")
    chosen = [method for method, share in plan["shares_by_method"].items() if rng.random() < share]
    if plan["fusion"] and person.lesion in FUSIONS:
        chosen.append("fusion PCR")
    return tuple(chosen)
