"""Checks of ranges and times: medians against ranges, correlations against n, follow-up against the calendar."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import date

from cartwise.basis import DAYS_PER_MONTH, UserError, convert
from cartwise.evidence.auditing.row import (
    AuditRow,
    half_unit,
    overlap,
    printed,
    printed_p,
    row,
    shown,
)
from cartwise.evidence.kinds import Finding
from cartwise.evidence.source import Source

FEWEST_PAIRS = 3  # below this Student's t has no degrees of freedom


def median_in_range(fact: Finding) -> AuditRow | None:
    """A median lies within its range."""
    value, lower, upper = (printed(fact, name) for name in ("value", "lower", "upper"))
    if fact.interval != "range" or value is None or lower is None or upper is None:
        return None
    text = f"{shown(value)} ({shown(lower)} to {shown(upper)})"
    return row(fact, "median against range", lower <= value <= upper, text, "between the ends")


def correlation_p(fact: Finding) -> AuditRow | None:
    """The P value of a correlation coefficient of n pairs, by Student's t."""
    r, said, n = printed(fact, "value"), printed_p(fact.p), fact.n or 0
    if fact.measure != "correlation" or r is None or said is None or n < FEWEST_PAIRS:
        return None
    weakest, strongest = max(abs(r) - half_unit(r), 0.0), abs(r) + half_unit(r)

    def fits(pairs: int) -> bool:
        return overlap(said, (_p_of_r(strongest, pairs), _p_of_r(weakest, pairs)))

    fewer = [pairs for pairs in range(FEWEST_PAIRS, n) if fits(pairs)]
    return row(
        fact,
        "P of a correlation against n",
        fits(n),
        f"r = {shown(r)}, P {fact.p}, {n} patients",
        f"P {shown(_p_of_r(abs(r), n))}",
        note=f"the two fit {fewer[-1]} patients" if fewer else "",
    )


def follow_up_in_calendar(fact: Finding, source: Source) -> AuditRow | None:
    """Nobody is followed for longer than from the first month of enrolment to the end of follow-up."""
    longest = printed(fact, "upper")
    if fact.endpoint != "follow-up" or longest is None or not (source.enrolled and source.data_cut):
        return None
    try:
        first = date.fromisoformat(f"{source.enrolled.partition('/')[0]}-01")
        most = (date.fromisoformat(source.data_cut) - first).days / DAYS_PER_MONTH
    except ValueError:
        raise UserError(
            f"Evidence of {source.key}: `enrolled` reads 2017-06/2021-03 and `data_cut` 2025-06-30."
        ) from None
    in_months = convert(longest - half_unit(longest), fact.unit, "mo")
    return row(
        fact,
        "follow-up against calendar",
        in_months <= most,
        f"{shown(longest)} {fact.unit}",
        f"at most {most:.1f} mo from {source.enrolled.partition('/')[0]} to {source.data_cut}",
    )


def groups_in_range(source: Source) -> Iterator[AuditRow]:
    """A group's median lies within the range printed for everybody."""
    medians = [f for f in source.facts.values() if isinstance(f, Finding) and f.measure == "median"]
    for whole in medians:
        lower, upper = printed(whole, "lower"), printed(whole, "upper")
        if whole.interval == "range" and lower is not None and upper is not None:
            for part in medians:
                if part is not whole and (part.endpoint, part.unit) == (whole.endpoint, whole.unit):
                    yield from _parts_within(part, lower, upper, whole.key)


def _parts_within(part: Finding, lower: float, upper: float, whole: str) -> Iterator[AuditRow]:
    beyond = f"range of all {shown(lower)} to {shown(upper)} ({whole})"
    values = {group.label: group.value for group in part.groups} or {part.population: part.value}
    for label, value in values.items():
        if value is not None:
            text = f"median {shown(value)} ({label})"
            yield row(part, "group against range of all", lower <= value <= upper, text, beyond)


def _p_of_r(r: float, n: int) -> float:
    from scipy.stats import t  # noqa: PLC0415  # over a second to import, and only the audit needs it

    if r >= 1:
        return 0.0
    statistic = r * math.sqrt((n - 2) / (1 - r * r))
    return float(2 * t.sf(statistic, n - 2))
