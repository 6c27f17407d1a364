"""Groups that only the future forms, followed from infusion on as papers do, beside landmarks on which they are known."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

import pandas as pd

from cartwise.analyses.analysis import Analysis
from cartwise.analyses.cohort import Cohort
from cartwise.analyses.grouping import Grouping, group_by, refuse_future_groups
from cartwise.analyses.hct_handlings import CENSORED
from cartwise.analyses.result import Result
from cartwise.basis import DAYS_PER_MONTH, Missing, UserError
from cartwise.measures import Sheet
from cartwise.statistics import LogRank, gray_test, log_rank

LANDMARKS = (1.0, 3.0, 6.0, 12.0)
"""Months after time zero on which the groups are formed by what was known then."""
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
    by, since = result.by, chosen.followed.since
    try:
        refuse_future_groups(cohort.sheets, by, since=since, start=chosen.followed.start)
    except UserError:
        rows = _rows(chosen, replace(cohort, sheets=sheets, groups=None), cohort.groups, by)
        table = pd.DataFrame(rows, columns=_COLUMNS).astype({"p": "Float64"})
    else:
        raise UserError(
            f"{by} was known at {since} in everybody, so nothing of it is biased by immortal time. Leave --as-published out."
        )
    said = (
        f"BIASED, shown because it is what is usually published: groups by {by} are followed from {since} on although they "
        "were formed after it (immortal time). The table as_published sets its comparison beside landmarks, on which only "
        "what was known by then counts; rely on those."
    )
    return replace(
        result,
        title=f"{result.title} (as published, biased)",
        tables={
            "as_published": table if chosen.followed.causes else table.drop(columns="cause"),
            **result.tables,
        },
        counts={},
        about=f"{said} {result.about}",
        methods=(*result.methods, f"{_METHODS} {_TESTS[bool(chosen.followed.causes)]}"),
    )


_COLUMNS = ["approach", "standing", "cause", "group", "n", "events", "expected", "p", "remark"]
_METHODS = (
    "Landmark analyses: patients event-free and in follow-up after the landmark, grouped by the record as it stood on that "
    "day, followed from it on (Anderson et al. 1983); numbers are cut where the groups of the whole record are."
)
_TESTS = {
    False: "Two-sided log-rank test.",
    True: "Gray's test of each cause from the landmark on, the others competing.",
}
_EVENT = "event"


def _rows(chosen: Analysis, cohort: Cohort, groups: Grouping | None, by: str) -> Iterator[dict[str, object]]:
    """The comparison of the whole record, then one a landmark.

    Args:
        chosen: the analysis.
        cohort: everybody whose time is known, grouped or not.
        groups: the groups of the result.
        by: the measure that makes them.
    """
    whole = groups or group_by(cohort.sheets, by)
    ended = _ended(chosen, cohort)
    known = ended[ended.index.isin(whole.of.keys())]
    head: dict[str, object] = {"approach": f"as published, from {chosen.followed.since}", "standing": BIASED}
    yield from _compared(chosen, known, whole, head)
    for month in LANDMARKS:
        day = month * DAYS_PER_MONTH
        left = ended[ended["day"] > day]
        patients = {str(name): cohort.sheets[str(name)].patient for name in left.index}
        then = {name: Sheet(of.as_of(chosen.followed.start(of) + day)) for name, of in patients.items()}
        head = {"approach": f"landmark at month {month:g}", "standing": SOUND}
        after = left.assign(day=left["day"] - day)
        yield from _compared(chosen, after, group_by(then, by, cut=whole.cut), head)


def _ended(chosen: Analysis, cohort: Cohort) -> pd.DataFrame:
    """`day, cause` by patient: when the time ended since time zero, and by what, "" where it is censored."""
    if chosen.followed.ends is not None:
        found = chosen.followed.ends(cohort).set_index("patient")
        cause = found["cause"].where(found["cause"] != CENSORED, "")
        return pd.DataFrame({"day": found["month"] * DAYS_PER_MONTH, "cause": cause})
    time, event = chosen.needs[:2]
    days = {name: value * _DAYS[time.unit] for name, value in cohort.numbers(time.name).items()}
    causes = {name: _EVENT if cohort.sheets[name].value(event.name) is True else "" for name in days}
    return pd.DataFrame({"day": pd.Series(days, dtype="float64"), "cause": pd.Series(causes, dtype="object")})


def _compared(
    chosen: Analysis, ended: pd.DataFrame, groups: Grouping, head: dict[str, object]
) -> Iterator[dict[str, object]]:
    rows = ended[ended.index.isin(groups.of.keys())]
    group = [groups.of[str(name)] for name in rows.index]
    for cause in chosen.followed.causes or (_EVENT,):
        event = (rows["cause"] == cause).tolist()
        tested = log_rank(rows["day"], event, group)
        p = _gray(rows, group, cause) if chosen.followed.causes else tested.p
        unknown = len(ended) - len(rows)
        notes = [p.reason] if isinstance(p, Missing) else []
        notes += [f"not known of {unknown} at risk"] if unknown else []
        tail = {"p": None if isinstance(p, Missing) else p, "remark": "; ".join(notes)}
        for row in _counts(tested, apart=bool(chosen.followed.causes)):
            yield head | {"cause": cause} | row | tail


def _counts(tested: LogRank, *, apart: bool) -> Iterator[dict[str, object]]:
    """Patients and events by group; the events expected under the log-rank test are no number of Gray's."""
    for group, n, seen, expected in zip(
        tested.groups, tested.n, tested.observed, tested.expected, strict=True
    ):
        yield {
            "group": group,
            "n": n,
            "events": int(seen),
            "expected": None if apart else round(expected, 2),
        }
    if not tested.groups:
        yield {"group": "", "n": 0, "events": 0}


def _gray(rows: pd.DataFrame, group: list[str], cause: str) -> float | Missing:
    others = sorted(set(rows["cause"]) - {"", cause})
    named = pd.Categorical(rows["cause"].replace("", CENSORED), [CENSORED, cause, *others])
    return gray_test(rows["day"], named, group, cause_of_interest=cause).p
