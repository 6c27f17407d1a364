"""Cells, headers and values as a reader wants to see them; files keep the full numbers."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd

from cartwise.basis import Interval
from cartwise.measures import Measured, shown

HEADERS = {
    "n": "n",
    "percent": "%",
    "percent_lower": "95 % CI from",
    "percent_upper": "to",
    "lower": "95 % CI from",
    "upper": "to",
    "median_lower": "95 % CI from",
    "median_upper": "to",
    "month": "Month",
    "median": "Median",
    "std_error": "Standard error",
    "cmax": "Cmax",
    "median_cmax": "Median Cmax, copies/µg",
    "median_auc_0_28d": "Median AUC0–28d, copies/µg × d",
    "median_tlast": "Median Tlast, d",
    "n_cmax": "n",
    "n_auc_0_28d": "n, AUC",
    "n_tlast": "n, Tlast",
    "p": "p",
    "q": "q",
    "smd": "SMD",
    "hct": "HCT",
    "no_hct": "No HCT",
    "hct_first": "HCT first",
    "events_hct": "Events, HCT",
    "events_no_hct": "Events, no HCT",
    "q_cmax": "q, Cmax",
    "q_auc_0_28d": "q, AUC",
    "q_tlast": "q, Tlast",
    "p_cmax": "p, Cmax",
    "p_auc_0_28d": "p, AUC",
    "p_tlast": "p, Tlast",
    "follow_up": "Median follow-up",
    "copies_per_ug": "Copies/µg DNA",
    "il_6": "Interleukin 6",
    "crs_max_grade": "CRS, max. grade",
    "icans_max_grade": "ICANS, max. grade",
    "hct_day": "HCT, day",
    "b_cell_aplasia_from": "B-cell aplasia from day",
    "b_cell_aplasia_to": "to day",
}
ABBREVIATED = {"cns", "crs", "hct", "hs", "icaht", "icans", "iec", "mrd"}
PERCENTS = {"percent", "percent_lower", "percent_upper"}
FRACTIONS = {"survival", "incidence", "lower", "upper", "std_error"}


def header(column: str) -> str:
    """A column's name in words."""
    words = column.replace("_", " ")
    return HEADERS.get(column, words[:1].upper() + words[1:])


def cell(column: str, value: Any) -> str:
    """A table cell in words; "" where it is blank."""
    if isinstance(value, str):
        return value
    if value is None or pd.isna(value):
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if column in {"p", "q"} or column.startswith(("p_", "q_")):
        return "<0.001" if value < 0.001 else f"{value:.3f}"
    if column in FRACTIONS:
        return f"{value:.3f}"
    return f"{value:.1f}" if column in PERCENTS else number(value)


def number(value: float) -> str:
    """A number to four significant digits, thousands set apart."""
    if math.isfinite(value) and value == int(value):
        return f"{int(value):,}" if abs(value) >= 10_000 else str(int(value))
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"


def measured_value(measured: Measured) -> str:
    """The value of a measure as a page shows it, "" where it is missing."""
    if not measured.known:
        return ""
    value = measured.value
    if isinstance(value, Interval):
        return str(value) if measured.measure.unit == "d" else _range(value)
    if isinstance(value, float):
        return number(value)
    return shown(value) if isinstance(value, int | str | bool) else ""


def _range(value: Interval) -> str:
    ends = [number(end) for end in (value.after, value.by)]
    return ends[0] if ends[0] == ends[1] else " to ".join(ends)


def decision_in_words(decision: str) -> str:
    """A decision's name as words, its abbreviations in capitals."""
    words = " ".join(word.upper() if word in ABBREVIATED else word for word in decision.split("-"))
    return words.replace("IEC HS", "IEC-HS")


def unit(code: str) -> str:
    """A UCUM code without the braces of its annotations."""
    return {"1": "", "d": "days", "mo": "months", "a": "years"}.get(
        code, code.replace("{", "").replace("}", "")
    )


def evidence_page(factor: str) -> str:
    """The file of the page on a factor of the evidence, in the report's folder of evidence."""
    return factor.lower().replace(" ", "-").replace("/", "-") + ".html"
