"""A replay lends answers from day to day; asked afresh on each day, every answer is the same."""

from __future__ import annotations

import pytest

from cartwise.guidelines import advise, catalogue
from cartwise.invention import invent
from cartwise.measures import Sheet
from cartwise.study import LINE, Patient, build


@pytest.fixture(scope="module")
def patients() -> list[Patient]:
    """Four invented patients, through the door of a study."""
    made = invent("peking", patients=4, seed=11)
    raw = {
        name: frame.astype("object")
        .where(frame.notna(), "")
        .astype(str)
        .assign(**{LINE: range(2, len(frame) + 2)})
        for name, frame in made.tables.items()
    }
    return list(build(made.about, raw).patients.values())


def test_lent_answers_are_those_asked_afresh(patients: list[Patient]) -> None:
    for patient in patients:
        sheet: Sheet | None = None
        for day in patient.change_days()[::3]:
            view = patient.as_of(day)
            sheet = Sheet(view) if sheet is None else sheet.next(view)
            lent = [item for guideline in catalogue() for item in guideline.advise(sheet)]
            fresh = {id(item.recommendation): item for item in advise(patient.as_of(day))}
            assert {id(item.recommendation): item for item in lent} == fresh


def test_lent_measures_are_those_made_afresh(patients: list[Patient]) -> None:
    patient, sheet = patients[0], None
    for day in patient.change_days()[::5]:
        view = patient.as_of(day)
        sheet = Sheet(view) if sheet is None else sheet.next(view)
        afresh = Sheet(patient.as_of(day))
        assert [(item.value, item.note) for item in sheet.all()] == [
            (item.value, item.note) for item in afresh.all()
        ]
