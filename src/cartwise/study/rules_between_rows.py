"""Rules between rows and tables: what the records of a patient say must hold together."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from cartwise.basis import Issue
from cartwise.study.breach import Breach, breaches, present, set_aside
from cartwise.study.index_day import Tables
from cartwise.study.reading import LINE
from cartwise.study.tables import TABLES, DatedTable


def one_row_a_patient(tables: Tables) -> Iterator[Breach]:
    """Patients and deaths hold one row a patient."""
    for name, frame in present(tables, "patients", "deaths"):
        issue = set_aside(
            "second-row-of-patient",
            "The patient already has a row in this table",
            "Keep the row that is true.",
            "patient_id",
        )
        yield from breaches(name, frame["patient_id"].duplicated(), issue)


def known_patient(tables: Tables) -> Iterator[Breach]:
    """Every record belongs to a patient of the study."""
    known = set(tables["patients"]["patient_id"]) if "patients" in tables else set()
    issue = set_aside(
        "unknown-patient",
        "No row of patients has this identifier, or that row was itself set aside",
        "Mend the patient's row, add the patient, or correct the identifier.",
        "patient_id",
    )
    for name, frame in present(tables):
        # Where a table lets the patient be blank, the row belongs to none (a control of the cytometry).
        yield from breaches(name, frame["patient_id"].notna() & ~frame["patient_id"].isin(known), issue)


def not_after_death(tables: Tables) -> Iterator[Breach]:
    """Nothing happens after death; a result of an earlier sample may still arrive."""
    if "deaths" not in tables:
        return
    death = tables["deaths"].set_index("patient_id")["day"]
    issue = set_aside(
        "record-after-death",
        "The record is dated after the patient's death",
        "Correct this day or the day of death.",
        "day",
    )
    for name, frame in present(tables):
        if name != "deaths" and "day" in frame:
            yield from breaches(name, frame["day"] > frame["patient_id"].map(death), issue)


def infusions_of_a_day(tables: Tables) -> Iterator[Breach]:
    """Two infusions on one day say which course each belongs to."""
    for name, frame in present(tables, "infusions"):
        again = frame.duplicated(["patient_id", "day"], keep=False) & frame["course"].isna()
        issue = set_aside(
            "infusions-on-one-day",
            "Two infusions stand on one day and not both name their course",
            "Give each its course: split doses of one plan share one.",
            "course",
        )
        yield from breaches(name, again, issue)


def relapse_after_infusion(tables: Tables) -> Iterator[Breach]:
    """A relapse before the index infusion says that it led to it."""
    infused = set(tables["infusions"]["patient_id"]) if "infusions" in tables else set()
    for name, frame in present(tables, "relapses"):
        early = (
            frame["patient_id"].isin(infused)
            & (frame["day"] < 0)
            & ~frame["before_index"].fillna(value=False)
        )
        issue = set_aside(
            "relapse-before-infusion",
            "The relapse is dated before the index infusion and is not marked as one that led to it",
            "Set before_index to yes, or correct the day.",
            "day",
        )
        yield from breaches(name, early, issue)


def two_units_of_transgene(tables: Tables) -> Iterator[Breach]:
    """Copies per microgram and per cell of one sample keep the ratio that the assay has elsewhere."""
    for name, frame in present(tables, "transgene"):
        ratio = frame["copies_per_ug"] / frame["copies_per_cell"].where(frame["copies_per_cell"] > 0)
        if ratio.isna().all():
            continue
        usual = ratio.median()
        off = (ratio > 10 * usual) | (ratio < usual / 10)
        issue = set_aside(
            "transgene-units-disagree",
            "Copies per microgram and copies per cell disagree more than tenfold with the ratio of the other samples, and nothing says which is right",
            "Correct one of the two, or clear it.",
            "copies_per_cell",
        )
        yield from breaches(name, off, issue)


def measured_once(tables: Tables) -> Iterator[Breach]:
    """One sample, one test, one result: a repeated row is set aside, a differing one is shown."""
    for name, keys in _KEYS.items():
        if name not in tables:
            continue
        frame = tables[name]
        content = [column for column in frame if column != LINE]
        repeated = frame.duplicated(content)
        issue = set_aside("repeated-row", "The same row stands in the table before", "Remove one of the two.")
        yield from breaches(name, repeated, issue)
        differing = (
            frame[~repeated]
            .duplicated(["patient_id", "day", *keys], keep=False)
            .reindex(frame.index, fill_value=False)
        )
        yield from breaches(name, differing, _DIFFERING if name not in _ONE_STATE else _TWO_STATES)


_KEYS = {
    "transgene": ["specimen"],
    "b_cells": ["specimen"],
    "mrd": ["method", "specimen", "locus"],
    "marrow": [],
    "labs": ["test", "specimen"],
    "toxicities": ["kind", "scale", "detail"],
    "treatments": ["kind", "detail", "dose"],
    "observations": ["kind", "value", "text"],
    "relapses": [],
}
_ONE_STATE = {"toxicities", "relapses"}
_DIFFERING = Issue(
    "differing-results",
    "Another row gives a different result for the same patient, day and test; both are kept, and a measure that uses them says how.",
    "If they are replicates nothing needs doing; otherwise correct the day or the result.",
)
_TWO_STATES = set_aside(
    "contradicting-rows",
    "Another row says something else of the same patient and day, and nothing says which is right",
    "Keep the row that is true; look whether one belongs to another patient.",
)


def last_contact(tables: Tables) -> Iterator[Breach]:
    """Follow-up does not end before the last record."""
    if "follow_up" not in tables:
        return
    last = _last_record(tables)
    frame = tables["follow_up"]
    final = frame["day"] == frame.groupby("patient_id")["day"].transform("max")
    issue = Issue(
        "last-contact-before-last-record",
        "The last contact is earlier than the patient's last record; the later of the two ends the follow-up.",
        "Add the later contact, or correct the day of the record.",
        column="day",
    )
    yield from breaches("follow_up", final & (frame["day"] < frame["patient_id"].map(last)), issue)


def _last_record(tables: Tables) -> pd.Series:
    dated = [
        frame[["patient_id", "day"]].dropna()
        for name, frame in tables.items()
        if issubclass(TABLES[name], DatedTable) and name not in {"follow_up", "deaths"}
    ]
    filled = [frame for frame in dated if len(frame)]  # pandas warns of an empty one among those it joins
    return pd.concat(filled).groupby("patient_id")["day"].max() if filled else pd.Series(dtype="Float64")
