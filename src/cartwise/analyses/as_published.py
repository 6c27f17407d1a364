"""Groups that only the future forms, followed from infusion on as papers do, beside landmarks on which they are known."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

import pandas as pd

from cartwise.analyses.analysis import Analysis
from cartwise.analyses.cohort import Cohort
from cartwise.analyses.grouping import Grouping, group_by, refuse_future_groups
from cartwise.analyses.result import Result
from cartwise.basis import DAYS_PER_MONTH, Missing, UserError
from cartwise.measures import Sheet
from cartwise.statistics import log_rank

LANDMARKS = (1.0, 3.0, 6.0, 12.0)
"""Months after infusion on which the groups are formed by what was known then."""
SOUND, BIASED = "sound", "biased: immortal time"
_DAYS = {"d": 1.0, "mo": DAYS_PER_MONTH, "a": 12 * DAYS_PER_MONTH}


def told_as_published(
    result: Result, chosen: Analysis, cohort: Cohort, sheets: Mapping[str, Sheet]
) -> Result:
    """The result, named biased, with a table that sets its comparison beside those from landmarks on.

    Args:
        result: what the analysis found with groups of the whole record.
        chosen: the analysis; the first two measures it needs are a time and whether the event ended it.
        cohort: the patients of `result`.
        sheets: the patients whose time is known, grouped or not.

    Raises:
        UserError: where the groups were known at infusion, so that nothing is biased.
    """
    by = result.by
    try:
        refuse_future_groups(cohort.sheets, by)
    except UserError:
        table = pd.DataFrame(_rows(chosen, cohort, sheets, by), columns=_COLUMNS).astype({"p": "Float64"})
    else:
        raise UserError(
            f"{by} was known at infusion in everybody, so nothing of it is biased by immortal time. Leave --as-published out."
        )
    said = (
        f"BIASED, shown because it is what is usually published: groups by {by} are followed from infusion on although they "
        "were formed after it (immortal time). The table as_published sets its comparison beside landmarks, on which only "
        "what was known by then counts; rely on those."
    )
    return replace(
        result,
        title=f"{result.title} (as published, biased)",
        tables={"as_published": table, **result.tables},
        counts={},
        about=f"{said} {result.about}",
        methods=(*result.methods, _METHODS),
    )


_COLUMNS = ["approach", "standing", "group", "n", "events", "expected", "p", "remark"]
_METHODS = (
    "Landmark analyses: patients event-free and in follow-up after the landmark, grouped by the record as it stood on that "
    "day, followed from it on (Anderson et al. 1983); two-sided log-rank test."
)


def _rows(
    chosen: Analysis, cohort: Cohort, sheets: Mapping[str, Sheet], by: str
) -> Iterator[dict[str, object]]:
    whole = cohort.groups or group_by(cohort.sheets, by)
    head: dict[str, object] = {"approach": "as published, from infusion", "standing": BIASED}
    yield from _compared(chosen, cohort.sheets, whole, head, day=0.0)
    for month in LANDMARKS:
        day = month * DAYS_PER_MONTH
        then = {
            name: Sheet(sheet.patient.as_of(day))
            for name, sheet in sheets.items()
            if _days(chosen, sheet) > day
        }
        head = {"approach": f"landmark at month {month:g}", "standing": SOUND}
        at_risk = {name: sheets[name] for name in then}
        yield from _compared(chosen, at_risk, group_by(then, by), head, day=day)


def _compared(
    chosen: Analysis, sheets: Mapping[str, Sheet], groups: Grouping, head: dict[str, object], *, day: float
) -> Iterator[dict[str, object]]:
    time = [_days(chosen, sheets[name]) - day for name in groups.of]
    event = [int(sheets[name].value(chosen.needs[1].name) is True) for name in groups.of]
    test = log_rank(time, event, [groups.of[name] for name in groups.of])
    unknown = len(sheets) - len(groups.of)
    notes = [test.p.reason] if isinstance(test.p, Missing) else []
    notes += [f"not known of {unknown} at risk"] if unknown else []
    tail = {"p": None if isinstance(test.p, Missing) else test.p, "remark": "; ".join(notes)}
    for group, n, observed, expected in zip(test.groups, test.n, test.observed, test.expected, strict=True):
        counts = {"group": group, "n": n, "events": int(observed), "expected": round(expected, 2)}
        yield head | counts | tail
    if not test.groups:
        yield head | {"group": "", "n": 0, "events": 0} | tail


def _days(chosen: Analysis, sheet: Sheet) -> float:
    value = sheet.value(chosen.needs[0].name)
    return float(value) * _DAYS[chosen.needs[0].unit] if isinstance(value, int | float) else 0.0
