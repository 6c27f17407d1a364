"""From a table of samples to padded arrays, one row per profile: everything wrong is said at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from cartwise.basis import UserError
from cartwise.kinetics.curve import Flags, Floats, Indices

_REQUIRED = ("subject", "time", "concentration")


@dataclass(frozen=True, slots=True)
class Profiles:
    """Profiles padded to the longest, samples without a result left out.

    Attributes:
        subject: shape (n,), in the order of their first row.
        time: shape (n, k), days; NaN beyond a profile's end.
        concentration: shape (n, k); not read where marked below the limit.
        below_limit: shape (n, k), True where marked below the limit.
        n_dropped: shape (n,), how many rows had no result.
    """

    subject: pd.Index
    time: Floats
    concentration: Floats
    below_limit: Flags
    n_dropped: Indices


@dataclass(frozen=True, slots=True)
class _Rows:
    """The rows of the table as arrays of one length, `code` numbering the subjects."""

    code: Indices
    time: Floats
    concentration: Floats
    below: Flags

    def taken(self, which: Flags | Indices) -> _Rows:
        return _Rows(self.code[which], self.time[which], self.concentration[which], self.below[which])


def read_profiles(table: pd.DataFrame) -> Profiles:
    """Check a table of samples and pad it.

    Args:
        table: columns `subject`, `time` (days), `concentration`, and optionally `below_limit`.

    Raises:
        UserError: naming every problem of the table at once, with counts and without values.
    """
    _refuse(_problems_of_form(table))
    codes, subject = pd.factorize(table["subject"])
    marked = _flags(table)
    level = table["concentration"].to_numpy(float, na_value=np.nan)
    rows = _Rows(codes, table["time"].to_numpy(float, na_value=np.nan), level, marked)
    has_result = marked | ~np.isnan(level)
    used = _sorted(rows.taken(has_result))
    _refuse(_problems_of_value(rows) + _duplicates(used))
    dropped = np.bincount(codes[~has_result], minlength=len(subject))
    return Profiles(pd.Index(subject), *_padded(used, len(subject)), dropped)


def _refuse(problems: list[str]) -> None:
    if problems:
        raise UserError(
            "These profiles cannot be analysed:\n" + "\n".join(f"- {problem}" for problem in problems)
        )


def _problems_of_form(table: pd.DataFrame) -> list[str]:
    if not isinstance(table, pd.DataFrame):
        return [
            f"Profiles are a DataFrame with the columns {', '.join(_REQUIRED)}, not a {type(table).__name__}."
        ]
    missing = [name for name in _REQUIRED if name not in table]
    if missing:
        return [f"The column {name!r} is missing; columns are {', '.join(_REQUIRED)}." for name in missing]
    if twice := [name for name in (*_REQUIRED, "below_limit") if list(table.columns).count(name) > 1]:
        return [f"The column {name!r} stands there more than once; keep one." for name in twice]
    if table.empty:
        return ["There is no row; give at least one sample."]
    words = [name for name in ("time", "concentration") if not _is_numeric(table[name])]
    bad = [
        f"The column {name!r} is not numeric; give numbers, and leave blank what is not known."
        for name in words
    ]
    return bad + _problems_of_flags(table)


def _is_numeric(column: pd.Series) -> bool:
    kinds = pd.api.types
    real = kinds.is_numeric_dtype(column) and not kinds.is_complex_dtype(column)
    return (real and not kinds.is_bool_dtype(column)) or bool(column.isna().all())


def _problems_of_flags(table: pd.DataFrame) -> list[str]:
    if "below_limit" not in table or table["below_limit"].dtype == bool:
        return []
    wrong = int((~table["below_limit"].map(lambda flag: isinstance(flag, bool | np.bool_))).sum())
    return [f"below_limit is neither true nor false in {wrong} row(s); fill them in."] if wrong else []


def _flags(table: pd.DataFrame) -> Flags:
    if "below_limit" not in table:
        return np.zeros(len(table), dtype=bool)
    return table["below_limit"].to_numpy(bool)


def _problems_of_value(rows: _Rows) -> list[str]:
    flagged = rows.below & (rows.concentration > 0)
    checks = {
        "row(s) name no subject; fill it in": rows.code < 0,
        "row(s) have no time; give days since the start": np.isnan(rows.time),
        "row(s) have an infinite time; give days since the start": np.isinf(rows.time),
        "row(s) have a time before 0; leave out samples before the start, or give them time 0": rows.time < 0,
        "row(s) have an infinite concentration; leave it blank where there is no result": np.isinf(
            rows.concentration
        ),
        "row(s) have a negative concentration; give 0 with below_limit where nothing was quantified": (
            rows.concentration < 0
        ),
        "row(s) are marked below_limit and hold a positive concentration; give 0 or blank, or take the mark off": (
            flagged
        ),
    }
    return [f"{int(wrong.sum())} {text}." for text, wrong in checks.items() if wrong.any()]


def _duplicates(rows: _Rows) -> list[str]:
    same = (rows.code[1:] == rows.code[:-1]) & (rows.time[1:] == rows.time[:-1]) & (rows.code[1:] >= 0)
    if not same.any():
        return []
    return [
        f"{int(same.sum())} row(s) repeat a subject's time with another result; decide which counts before the analysis."
    ]


def _sorted(rows: _Rows) -> _Rows:
    ordered = (np.diff(rows.code) > 0) | ((np.diff(rows.code) == 0) & (np.diff(rows.time) >= 0))
    return rows if ordered.all() else rows.taken(np.lexsort((rows.time, rows.code)))


def _padded(rows: _Rows, n: int) -> tuple[Floats, Floats, Flags]:
    """Time (NaN beyond the end), concentration and below-limit marks, shape (n, k) each with k at least 1."""
    count = np.bincount(rows.code, minlength=n)
    place = np.arange(rows.code.size) - np.repeat(np.cumsum(count) - count, count)
    shape = (n, max(int(count.max(initial=0)), 1))
    time, level, below = np.full(shape, np.nan), np.zeros(shape), np.zeros(shape, dtype=bool)
    time[rows.code, place] = rows.time
    level[rows.code, place] = rows.concentration
    below[rows.code, place] = rows.below
    return time, level, below
