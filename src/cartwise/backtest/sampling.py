"""How densely the patients were sampled, and the same patients with results later or fewer."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

import numpy as np
import pandas as pd

from cartwise.backtest.endpoint import RELAPSE
from cartwise.backtest.replayed import SAMPLES, Replayed
from cartwise.basis import DAYS_PER_MONTH
from cartwise.study import About, History, Patient, Row

TABLES = ("mrd", "b_cells", "transgene", "marrow")
"""Tables of results that are delayed or thinned."""

DELAY = 14.0
"""Days by which results come later in the delayed run: about as long as a sequencing result takes; our choice."""

AS_RECORDED = "as recorded"
DELAYED = f"results {DELAY:g} days later"
THINNED = "every second sample after infusion removed"
DENSITY = ["sample", "patients", "samples", "patient-months", "per month", "lowest", "median", "highest"]


def density_table(replays: Sequence[Replayed]) -> pd.DataFrame:
    """Samples a month from infusion to relapse or the end of observation, over all and by patient."""
    told = [item for item in replays if not item.fates[RELAPSE.name].untold and _months(item) > 0]
    return pd.DataFrame([_density(told, name) for name in SAMPLES], columns=DENSITY)


def _months(item: Replayed) -> float:
    fate = item.fates[RELAPSE.name]
    return (fate.end if fate.event is None else fate.event) / DAYS_PER_MONTH


def _density(told: Sequence[Replayed], name: str) -> tuple[object, ...]:
    months = np.array([_months(item) for item in told])
    taken = np.array([item.taken[name] for item in told], dtype=np.float64)
    if not told:
        return (name, 0, 0, 0.0, None, None, None, None)
    each = taken / months
    return (
        name,
        len(told),
        int(taken.sum()),
        float(months.sum()),
        float(taken.sum() / months.sum()),
        float(each.min()),
        float(np.median(each)),
        float(each.max()),
    )


def delayed(patient: Patient, about: About) -> Patient:
    """The patient, with every result known later."""
    return _changed(patient, about, lambda rows: [(known + DELAY, row) for known, row in rows])


def thinned(patient: Patient, about: About) -> Patient:
    """The patient without the samples of every second day after infusion, table by table; the first stays."""
    return _changed(patient, about, _every_second)


def _every_second(rows: Iterable[tuple[float, Row]]) -> list[tuple[float, Row]]:
    kept = list(rows)
    gone = set(sorted({row.day for _, row in kept if row.day > 0})[1::2])
    return [(known, row) for known, row in kept if row.day not in gone]


VARIANTS: Mapping[str, Callable[[Patient, About], Patient]] = {DELAYED: delayed, THINNED: thinned}

Known = list[tuple[float, Row]]


def _changed(patient: Patient, about: About, change: Callable[[Known], Known]) -> Patient:
    changed = {}
    for table in TABLES:
        rows = [(_entered(row, table, about), row) for row in getattr(patient, table)]
        changed[table] = History([version] for version in change(rows))
    return Patient(
        patient.id,
        {**patient._histories, **changed},  # noqa: SLF001 - the same patient but for these tables
        definitions=patient.definitions,
        anchor=patient.anchor,
        cut_day=patient.cut_day,
        region=patient.region,
        label_edition=patient.label_edition,
        set_aside=patient.set_aside,
    ).as_of(patient.day)


def _entered(row: Row, table: str, about: About) -> float:
    """When a result became known: these tables hold no cell that becomes known later than its row."""
    if row.available_day is not None:
        return float(row.available_day)
    return float(row.day) + about.turnaround_of(table, getattr(row, "method", None))
