"""Twelve drawn patients whose courses differ in what a rule of HCT turns on."""

from __future__ import annotations

from cartwise.study import Study
from tests.drawing import study_of

NUMBERS = range(1, 13)
PRODUCT = {7: ("brexucabtagene autoleucel", "CD28")}
KEPT, BACK = "0 | 0", "200 | 10"

RELAPSES = {
    1: (150, "CD19+"),
    2: (130, "CD19+"),
    3: (120, "CD19-"),
    4: (200, "unknown"),
    5: (170, "CD19+"),
    6: (160, "CD19+"),
    7: (100, "CD19-"),
    8: (60, "CD19+"),
    9: (300, "CD19+"),
    12: (112, "CD19+"),
}
B_CELLS = {
    1: {14: KEPT, 60: KEPT, 90: BACK},
    2: {14: KEPT, 60: KEPT, 90: KEPT},
    3: {14: KEPT, 60: KEPT, 90: KEPT, 115: KEPT},
    4: {14: KEPT},
    5: {14: KEPT, 80: BACK},
    6: {14: KEPT, 60: KEPT, 100: BACK},
    7: {14: KEPT, 60: KEPT},
    8: {14: KEPT},
    9: {14: KEPT, 60: KEPT},
    10: {14: KEPT, 85: BACK},
    11: {14: KEPT, 90: KEPT, 200: KEPT},
    12: {14: KEPT, 60: KEPT, 100: KEPT},
}
MRD = {number: {28: "28 | negative", 90: "90 | negative"} for number in NUMBERS} | {
    2: {28: "28 | negative", 90: "94 | positive"},
    4: {28: "28 | negative"},
    8: {28: "28 | positive"},
    9: {28: "28 | negative"},
    11: {28: "28 | negative", 90: "90 | detected below quantification", 200: "200 | negative"},
    12: {28: "28 | negative", 100: "118 | positive"},
}
LAST_SEEN = {10: 700, 11: 800}


def cohort() -> Study:
    """The twelve, as a study."""
    return study_of(
        patients=_table("disease | disease_indication", {n: ["B-ALL | MRD re-emergence"] for n in NUMBERS}),
        infusions=_table("day | course | product | costimulation", {n: [_infusion(n)] for n in NUMBERS}),
        treatments=_table("day | kind | end_day | response_day | response", {n: _given(n) for n in NUMBERS}),
        assessments=_table("day | kind | value", {n: _assessed(n) for n in NUMBERS}),
        b_cells=_table(
            "day | specimen | count | percent_of_lymphocytes",
            {n: [f"{day} | blood | {cells}" for day, cells in days.items()] for n, days in B_CELLS.items()},
        ),
        mrd=_table(
            "day | method | specimen | sensitivity | available_day | result",
            {
                n: [f"{day} | flow | marrow | 0.0001 | {told}" for day, told in t.items()]
                for n, t in MRD.items()
            },
        ),
        relapses=_table(
            "day | site | immunophenotype",
            {n: [f"{day} | marrow | {kind}"] for n, (day, kind) in RELAPSES.items()},
        ),
        follow_up=_table("day | status", {n: [f"{LAST_SEEN.get(n, 400)} | alive"] for n in NUMBERS}),
    )


def _infusion(number: int) -> str:
    name, domain = PRODUCT.get(number, ("tisagenlecleucel", "4-1BB"))
    return f"0 | 1 | {name} | {domain}"


def _given(number: int) -> list[str]:
    rows = ["-200 | chemotherapy | -100 | -90 | CR"]
    rows += ["-900 | HCT | | |"] if number == 5 else []
    return rows + [f"{day} | HCT | | |" for day in {9: [80], 10: [130]}.get(number, [])]


def _assessed(number: int) -> list[str]:
    response = "no response" if number == 8 else "CR"
    judged = [] if number == 6 else ["30 | HCT eligibility | eligible"]
    return [f"28 | response | {response}", *judged]


def _table(columns: str, rows: dict[int, list[str]]) -> str:
    lines = [f"P{number:02d} | {row}" for number, found in rows.items() for row in found]
    return "\n".join([f"patient_id | {columns}", *lines])
