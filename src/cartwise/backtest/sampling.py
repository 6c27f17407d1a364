"""How densely the patients were sampled, and the same patients with results later or fewer."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

import numpy as np
import pandas as pd

from cartwise.backtest.after_flag import flags_table
from cartwise.backtest.endpoints import RELAPSE
from cartwise.backtest.replayed import SAMPLES, Course, Replayed, courses_of, unpacked
from cartwise.backtest.sensitivity import overall_table
from cartwise.backtest.statements import Statement
from cartwise.basis import DAYS_PER_MONTH
from cartwise.guidelines import catalogue
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
Item = TypeVar("Item")
MOST_AGAIN = 1000
"""Patients with an event who are replayed again at most: a sensitivity of one half is then told to 3 points either way."""

METHOD = (
    "In the sampling runs the patients who had an event were replayed again up to it, and their sensitivity and lead time "
    f"stand beside those of the same patients as recorded; who had no event was not, and of more than {MOST_AGAIN} who had one "
    "every second, third and so on was, so that no more were."
)


def evenly(items: Sequence[Item]) -> Sequence[Item]:
    """All of them, or every second, third and so on, so that there are no more than MOST_AGAIN."""
    return items[:: max(1, -(-len(items) // MOST_AGAIN))]


def replay_changed(
    task: tuple[bytes, str, float], *, titles: tuple[tuple[str, str], ...], about: About
) -> dict[str, Course]:
    """How the statements would have stood up to an event, had the samples been changed.

    Args:
        task: a packed patient, a key of VARIANTS, and the day of the event.
        titles: (source, title) of the guidelines asked.
        about: of the study, which says how long a result takes.
    """
    patient, way, event = unpacked(task[0]), task[1], task[2]
    asked = [item for item in catalogue() if (item.source, item.title) in titles]
    return courses_of(VARIANTS[way](patient, about), asked, last=event)


def sampling_table(
    replays: Sequence[Replayed], changed: Mapping[str, Sequence[Replayed]], calls: Sequence[Statement]
) -> pd.DataFrame:
    """Sensitivity and lead time as recorded, with delayed results, and with fewer samples; treatment ignored.

    Args:
        replays: the cohort as recorded.
        changed: who had an event, replayed with changed samples, by the name of the change.
        calls: the statements read as calls.
    """
    found: list[dict[Hashable, Any]] = []
    flagged = flags_table(replays, calls).set_index("statement")["flagged"]
    again = {item.patient for cohort in changed.values() for item in cohort}
    recorded = [item for item in replays if item.patient in again] if changed else replays
    for name, cohort in {AS_RECORDED: recorded, **changed}.items():
        counts = flagged if name == AS_RECORDED else pd.Series(dtype="Int64")
        table = overall_table(cohort, calls)
        found += table.assign(run=name, flagged=table["statement"].map(counts)).to_dict("records")
    columns = ["run", "decision", "statement", "event", "events", "flagged", "flagged before", "sensitivity"]
    return pd.DataFrame(found, columns=[*columns, "exact lower", "exact upper", "median lead (d)"])


def _changed(patient: Patient, about: About, change: Callable[[Known], Known]) -> Patient:
    changed = {}
    for table in TABLES:
        rows = [(_entered(row, table, about), row) for row in getattr(patient, table)]
        changed[table] = History([version] for version in change(rows))
    return patient.with_tables(changed)


def _entered(row: Row, table: str, about: About) -> float:
    """When a result became known: these tables hold no cell that becomes known later than its row."""
    if row.available_day is not None:
        return float(row.available_day)
    return float(row.day) + about.turnaround_of(table, getattr(row, "method", None))
