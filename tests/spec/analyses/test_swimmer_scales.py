"""A swimmer lane of a patient graded on two scales."""

from __future__ import annotations

import pandas as pd

from cartwise.analyses import episodes, run
from tests.drawing import study_of


def test_grades_of_two_scales_share_neither_a_bar_nor_a_maximum() -> None:
    study = study_of(
        infusions="patient_id | day | course\nP | 0 | 1",
        toxicities="patient_id | day | kind | grade | scale\nP | 3 | CRS | 1 | Penn\nP | 4 | CRS | 3 | ASTCT 2019",
    )
    bars = episodes(study.patients["P"], "CRS")
    assert [(bar.first, bar.last, bar.grade) for bar in bars] == [(3, 3, 1), (4, 4, 3)]
    assert pd.isna(run(study, "swimmer").tables["lanes"]["crs_max_grade"].iloc[0])
