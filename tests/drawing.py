"""Draw small studies inside a test: a table is the text a centre would write, one row a line."""

from __future__ import annotations

import pandas as pd

from cartwise.study import LINE, About, Definitions, Patient, Study, build


def drawn(text: str) -> pd.DataFrame:
    """A raw table from lines of cells separated by `|`; the first line is the header."""
    rows = [[cell.strip() for cell in line.split("|")] for line in text.strip().splitlines()]
    frame = pd.DataFrame(rows[1:], columns=rows[0], dtype="object")
    return frame.assign(**{LINE: range(2, len(frame) + 2)})


def study_of(definitions: Definitions | None = None, about: About | None = None, **tables: str) -> Study:
    """A study drawn from its tables; a patients table with one patient, P, is added where there is none."""
    tables.setdefault("patients", "patient_id\nP")
    head = about or About(name="Drawn", definitions=definitions or Definitions())
    return build(head, {name: drawn(text) for name, text in tables.items()})


def patient_of(definitions: Definitions | None = None, **tables: str) -> Patient:
    """The patient P of a drawn study whose rows name no patient; every row must be in order."""
    owned = {name: _owned(text) for name, text in tables.items()}
    study = study_of(definitions, **owned)
    assert study.quarantined == 0, [issue.as_dict() for issue in study.issues]
    return study.patients["P"]


def _owned(text: str) -> str:
    header, *rows = text.strip().splitlines()
    return "\n".join([f"patient_id | {header}", *(f"P | {row}" for row in rows)])
