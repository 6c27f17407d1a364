"""Small studies drawn as tables of text, for the tests of measures."""

from __future__ import annotations

from typing import Any

import pandas as pd

from cartwise.basis import Missing
from cartwise.measures import Measured, Sheet
from cartwise.study import LINE, About, Definitions, Patient, Study, build

DEFAULTS: dict[str, dict[str, str]] = {
    "b_cells": {"specimen": "blood"},
    "transgene": {"specimen": "blood"},
    "mrd": {"specimen": "marrow"},
    "toxicities": {"scale": "ASTCT 2019"},
}


def table(text: str, **defaults: str) -> pd.DataFrame:
    """A table drawn with `|` between cells, as the reader of a study hands it over."""
    rows = [[cell.strip() for cell in line.split("|")] for line in text.strip().splitlines()]
    frame = pd.DataFrame(rows[1:], columns=rows[0], dtype="object")
    for column, value in defaults.items():
        if column not in frame:
            frame[column] = value
    return frame.assign(**{LINE: range(2, len(frame) + 2)})


def drawn_study(
    *,
    infused: bool = True,
    definitions: dict[str, str] | None = None,
    cut_day: float | None = None,
    **tables: str,
) -> Study:
    """A study of one patient, P; where `infused`, with an infusion on day 0 unless `infusions` are drawn."""
    about = About("Drawn", definitions=Definitions(**(definitions or {})), cut_day=cut_day)
    head = {"patients": "disease\nB-ALL"} | ({"infusions": "day | course\n0 | 1"} if infused else {})
    raw = {
        name: table(text, patient_id="P", **DEFAULTS.get(name, {})) for name, text in (head | tables).items()
    }
    study = build(about, raw)
    assert not study.quarantined, [issue for issue in study.issues if issue.rule]
    return study


def drawn(**said: Any) -> Patient:
    """The patient of such a study."""
    return drawn_study(**said).patients["P"]


def measured(patient: Patient, name: str) -> Measured:
    """A measure with all that travels with it."""
    return Sheet(patient)[name]


def value(patient: Patient, name: str) -> Any:
    """The value of a measure, which must be there."""
    found = Sheet(patient)[name]
    assert found.known, found.reason
    return found.value


def reason(patient: Patient, name: str) -> str:
    """Why a measure is missing, which it must be."""
    found = Sheet(patient).value(name)
    assert isinstance(found, Missing), found
    return found.reason
