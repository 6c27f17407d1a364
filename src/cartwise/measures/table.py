"""The measures of a study as one long table: a row for each patient and measure."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from cartwise.measures.sheet import Sheet
from cartwise.study import Study


def measure_table(study: Study, names: Iterable[str] | None = None) -> pd.DataFrame:
    """One row for each patient and measure.

    Args:
        study: the study, as of the day wanted.
        names: measures wanted, in order; None for the whole catalogue.

    Returns:
        `patient_id, measure, value, unit, reason, method`; `reason` is filled exactly where `value` is missing
        (""), and a remark on the value stands behind its method.
    """
    wanted = None if names is None else list(names)
    rows = [
        (name, item.measure.name, item.text, item.measure.unit, item.reason, _method(item.method, item.note))
        for name, patient in study.patients.items()
        for item in Sheet(patient).all(wanted)
    ]
    return pd.DataFrame(
        rows, columns=["patient_id", "measure", "value", "unit", "reason", "method"], dtype="string"
    )


def _method(method: str, note: str) -> str:
    return "; ".join(part for part in (method, note) if part)
