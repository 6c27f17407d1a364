"""States of disease in the order of the course, from what assessments and B-cell samples tell."""

from __future__ import annotations

import pytest

from cartwise.analyses import run
from tests.drawing import study_of

ASSESSED = "patient_id | day | kind | value"
B_CELLS = "patient_id | day | specimen | percent_of_lymphocytes"
INFUSED = {"infusions": "patient_id | day\nP | 0"}


def states(**tables: str) -> list[tuple[str, float, float]]:
    table = run(study_of(**INFUSED, **tables), "disease_states").tables["states"]
    return [tuple(row) for row in table[["state", "from_day", "to_day"]].itertuples(index=False, name=None)]


def test_remission_with_aplasia_then_recovery_then_disease() -> None:
    assert states(
        assessments=f"{ASSESSED}\nP | 28 | response | CR",
        b_cells=f"{B_CELLS}\nP | 14 | blood | 0\nP | 90 | blood | 0\nP | 180 | blood | 20",
        relapses="patient_id | day | site\nP | 300 | marrow",
        follow_up="patient_id | day | status\nP | 400 | alive",
    ) == [
        ("CR/CRi + B Cell Aplasia", 28, 180),
        ("CR/CRi + B Cell Recovery", 180, 300),
        ("RD", 300, 400),
    ]


def test_after_the_last_sample_that_shows_aplasia_remission_stands_alone() -> None:
    assert states(
        assessments=f"{ASSESSED}\nP | 28 | response | CRi",
        b_cells=f"{B_CELLS}\nP | 14 | blood | 0\nP | 90 | blood | 0",
        follow_up="patient_id | day | status\nP | 400 | alive",
    ) == [("CR/CRi + B Cell Aplasia", 28, 90), ("CRi", 90, 400)]


@pytest.mark.parametrize("value", ["no response", "progression"])
def test_without_remission_there_is_disease(value: str) -> None:
    follow_up = "patient_id | day | status\nP | 60 | alive"
    assert states(assessments=f"{ASSESSED}\nP | 28 | response | {value}", follow_up=follow_up) == [
        ("RD", 28, 60)
    ]


def test_before_any_assessment_nothing_is_drawn() -> None:
    assert states(follow_up="patient_id | day | status\nP | 60 | alive") == []
