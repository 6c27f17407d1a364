"""Day 0 of each patient: the first infusion of the index product or, until there is one, the referral day."""

from __future__ import annotations

import math
from collections.abc import Mapping

import pandas as pd

from cartwise.basis import Issue, Severity
from cartwise.study.tables import TABLES, columns_of

Tables = dict[str, pd.DataFrame]


def rebase(
    tables: Tables, infused: Mapping[str, float]
) -> tuple[Tables, dict[str, str], dict[str, float], list[Issue]]:
    """Count every day from the patient's index day.

    A file may count its days from anywhere. Where an infusion stands on day 0 the days are left as they are;
    otherwise they are moved so that the first infusion (or, without one, the referral) is day 0.

    Args:
        tables: typed tables.
        infused: by patient the day of the earliest infusion in the file, NaN if unread: one that was set aside keeps
            its place as day 0, and a later one does not take it.

    Returns:
        The tables in days from the index day, by patient what the index day is (`infusion`, `referral` or, where
        the record has neither, `record`), by patient how many days back the record moved, and a note on how many
        patients were moved.
    """
    offsets, anchors = _anchors(tables, infused)
    moved = {patient: offset for patient, offset in offsets.items() if offset != 0}
    if not moved:
        return tables, anchors, {}, []
    in_days = {name: _moved(frame, name, moved) for name, frame in tables.items()}
    return in_days, anchors, moved, [_note(len(moved))]


def _anchors(tables: Tables, infused: Mapping[str, float]) -> tuple[dict[str, float], dict[str, str]]:
    offsets: dict[str, float] = {}
    anchors: dict[str, str] = {}
    infusions, patients = tables.get("infusions"), tables.get("patients")
    if infusions is not None:
        for patient, days in infusions.dropna(subset=["day"]).groupby("patient_id")["day"]:
            first = min(float(days.min()), infused.get(str(patient), math.nan))  # NaN is never below
            offsets[str(patient)] = 0.0 if (days == 0).any() else first
            anchors[str(patient)] = "infusion"
    for patient, day in infused.items():
        if patient not in anchors:
            unread = math.isnan(day)
            offsets[patient], anchors[patient] = (0.0, "record") if unread else (day, "infusion")
    if patients is not None:
        for patient, day in zip(patients["patient_id"], patients["referral_day"], strict=True):
            if str(patient) not in anchors:
                offsets[str(patient)] = 0.0 if pd.isna(day) else float(day)
                anchors[str(patient)] = "record" if pd.isna(day) else "referral"
    return offsets, anchors


def _moved(frame: pd.DataFrame, table: str, moved: dict[str, float]) -> pd.DataFrame:
    shift = frame["patient_id"].map(moved).fillna(0.0).astype("Float64")
    days = [column.name for column in columns_of(TABLES[table]) if column.is_day or column.name == "verifies"]
    return frame.assign(**{name: frame[name] - shift for name in days})


def _note(patients: int) -> Issue:
    return Issue(
        rule="days-rebased",
        message=f"The days of {patients} patient(s) were moved so that day 0 is the first infusion or, without one, the referral.",
        mend="Nothing to do; write days counted from the index day to keep the files and the outputs alike.",
        severity=Severity.NOTE,
    )
