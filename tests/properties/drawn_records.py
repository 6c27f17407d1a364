"""Hypothesis strategies for the records of a study, made from the declarations of its tables alone."""

import math

import pandas as pd
from hypothesis import strategies as st

from cartwise.study import ASSESSMENTS, LABS, LINE, OBSERVED, TABLES, columns_of

DATED = [name for name in TABLES if name != "patients"]
LAST_DAY = 400
WORDS = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cs", "Cc"), include_characters="\n"), max_size=8
).map(str.strip)


def cell_of(column):
    """A valid cell for a column, as text; "" where blank is allowed."""
    if column.is_day:
        filled = st.integers(-120, 2 * LAST_DAY).map(lambda half: f"{half / 2:g}")
    elif column.allowed:
        filled = st.sampled_from(column.allowed)
    elif column.kind == "flag":
        filled = st.sampled_from(["yes", "no"])
    elif column.kind == "text":
        filled = WORDS.filter(bool)
    else:
        low = 0 if column.lowest is None else int(column.lowest)
        high = 50 if column.highest is None else int(column.highest)
        filled = st.integers(low, high).map(str)
    return filled if column.required else st.just("") | filled


def row_of(table):
    """A row that breaks no rule by itself: text by column, its late days never before its day."""
    columns = columns_of(TABLES[table])
    cells = {column.name: cell_of(column) for column in columns if column.name != "patient_id"}
    return st.fixed_dictionaries(cells).map(lambda row: sound(table, row))


def sound(table, row):
    """The same row with what the rules between its cells ask for."""
    row = dict(row)
    for name in (
        "available_day",
        "end_day",
        "response_day",
        "max_grade_day",
        "cause_day",
        "immunophenotype_day",
    ):
        if row.get(name) and row.get("day"):
            row[name] = f"{float(row['day']) + abs(float(row[name])) / 4:g}"
    row |= _ASKED.get(table, {})
    if table == "assessments":
        row["value"] = (ASSESSMENTS[row["kind"]] or ("seen",))[0]
    if table == "observations":
        row["text"] = OBSERVED.get(row["kind"], ("",))[0]
    if table == "mrd" and row["result"] != "positive":
        row["level"] = ""
    if table == "cytometry_files" and not row["day"]:
        row["specimen"] = "control"
    if table == "labs" and row["test"] in LABS:
        row["unit"] = LABS[row["test"]]
    return row


_ASKED = {
    "infusions": {"course": "1"},
    "transgene": {"copies_per_ug": "7", "copies_per_cell": "", "below_limit": "no"},
    "b_cells": {"count": "3"},
    "marrow": {"blasts": "4"},
    "labs": {"value": "5", "unit": "mg/L", "below_limit": ""},
    "observations": {"unit": "1", "value": "36"},
    "toxicities": {"scale": "ASTCT 2019", "grade": "1"},
    "relapses": {"before_index": "yes"},
}


@st.composite
def records(draw, *, unique_days):
    """Text rows by table for patients A and B, both infused on day 0.

    Args:
        draw: Hypothesis's.
        unique_days: whether no two rows of a patient and table share a day, so that no rule between rows bites.
    """
    tables = draw(
        st.lists(st.sampled_from([name for name in DATED if name != "deaths"]), max_size=4, unique=True)
    )
    found = {"patients": [{"patient_id": name} | draw(row_of("patients")) for name in "AB"]}
    for row in found["patients"]:
        row["referral_day"] = ""
    for table in dict.fromkeys([*tables, "infusions"]):
        found[table] = [
            row | {"patient_id": name} | ({} if unique_days or draw(st.booleans()) else {"day": "-60"})
            for name in "AB"
            for row in draw(st.lists(row_of(table), max_size=4, unique_by=_day if unique_days else None))
            if table != "infusions" or _day(row) != 0
        ]
    found["infusions"] += [
        {"patient_id": name, "day": "0", "course": "1", "product": "index"} for name in "AB"
    ]
    return found


def _day(row):
    return float(row["day"]) if row.get("day") else math.nan


def raw(tables):
    """Text tables as the reader gives them, lines numbered as in a file."""
    return {
        table: pd.DataFrame(
            [
                {"patient_id": row["patient_id"]}
                | {column.name: row.get(column.name, "") for column in columns_of(TABLES[table])[1:]}
                | {LINE: row.get(LINE, line)}
                for line, row in enumerate(rows, start=2)
            ],
            columns=[column.name for column in columns_of(TABLES[table])] + [LINE],
        )
        for table, rows in tables.items()
    }
