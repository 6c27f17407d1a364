"""Invented studies through the door of a study, with their truth beside them."""

from __future__ import annotations

import pandas as pd

from cartwise.invention import invent
from cartwise.study import LINE, Study, build


def invented(design: str, patients: int, seed: int) -> tuple[Study, pd.DataFrame]:
    """The study as a clinic would have recorded it, and one row of truth a patient."""
    made = invent(design, patients=patients, seed=seed)
    raw = {
        name: frame.astype("object")
        .where(frame.notna(), "")
        .astype(str)
        .assign(**{LINE: range(2, len(frame) + 2)})
        for name, frame in made.tables.items()
    }
    return build(made.about, raw), made.truth["patients"].set_index("patient_id")
