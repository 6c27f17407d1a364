"""Checks of counts: percentages, sums, and odds ratios and P values of tables of two by two."""

from __future__ import annotations

from math import comb

from cartwise.evidence.auditing.row import (
    AuditRow,
    half_unit,
    overlap,
    printed,
    printed_p,
    rounding,
    row,
    shown,
)
from cartwise.evidence.kinds import Finding, Proportion

Table = tuple[int, int, int, int]
"""Events and no events of the first group, then of the second."""


def percent_of_counts(fact: Proportion) -> AuditRow | None:
    """The printed percentage is that of the printed counts."""
    percent, events, n = (printed(fact, name) for name in ("percent", "events", "n"))
    if percent is None or events is None or not n:
        return None
    share = 100 * events / n
    agrees = abs(share - percent) <= half_unit(percent) + 1e-9
    return row(
        fact,
        "percentage against counts",
        agrees,
        f"{shown(percent)} % of {n:.0f}, {events:.0f} patients",
        f"{share:.1f} %",
    )


def percent_of_n(fact: Finding) -> AuditRow | None:
    """Whether so many per cent of n patients can be a whole number of them (GRIM)."""
    value = printed(fact, "value")
    if value is None or not fact.n or fact.relation:
        return None
    if (fact.measure, fact.unit) != ("proportion", "%"):
        return None
    nearest = round(value * fact.n / 100)
    agrees = abs(100 * nearest / fact.n - value) <= half_unit(value) + 1e-9
    text = f"{nearest} of {fact.n} is {100 * nearest / fact.n:.1f} %"
    return row(fact, "percentage against n (GRIM)", agrees, f"{shown(value)} % of {fact.n}", text)


def groups_add_up(fact: Finding) -> AuditRow | None:
    """The groups compared are, together, the patients there are."""
    if not fact.groups or fact.n is None:
        return None
    sizes = [group.n for group in fact.groups if group.n is not None]
    if len(sizes) < len(fact.groups):
        return None
    text = " + ".join(str(size) for size in sizes)
    return row(fact, "groups against n", sum(sizes) == fact.n, f"{text} of {fact.n}", str(sum(sizes)))


def odds_ratio_of_counts(fact: Finding) -> AuditRow | None:
    """The odds ratio, and its P value by Fisher, of the counts; where only margins are printed, of every table they allow.

    A table whose P value rounds to the printed one stands as the reconstruction of what was counted.
    """
    value = printed(fact, "value")
    if value is None or fact.measure != "OR" or (fact.terms or 1) > 1:
        return None
    if not (tables := _tables(fact)):
        return None
    same_p = [table for table in tables if _p_fits(fact, table)]
    ratios = [ratio for table in same_p if (ratio := odds_ratio(table)) is not None]
    return row(
        fact,
        "odds ratio and Fisher's P against counts",
        any(overlap(rounding(value), (ratio, ratio)) for ratio in ratios),
        f"odds ratio {shown(value)}, P {fact.p}",
        ", ".join(_told(table) for table in same_p) or "no table of these margins has that P",
        note=_likeness(value, same_p or tables),
    )


def odds_ratio(table: Table) -> float | None:
    """The odds ratio by cross product; None where a cell makes it infinite or undefined."""
    a, b, c, d = table
    return a * d / (b * c) if b * c else None


def fisher_p(table: Table) -> float:
    """Two-sided P value of Fisher's exact test: all tables no likelier than this one."""
    a, b, c, d = table
    first, events, n = a + b, a + c, a + b + c + d

    def ways(cell: int) -> int:
        return comb(first, cell) * comb(n - first, events - cell)

    # In whole numbers, so that tables that are equally likely are not parted by rounding.
    cells = range(max(0, events - (n - first)), min(first, events) + 1)
    return sum(ways(cell) for cell in cells if ways(cell) <= ways(a)) / comb(n, events)


def _tables(fact: Finding) -> list[Table]:
    """Every table of two by two that the printed counts allow."""
    if (sizes := _sizes(fact)) is None:
        return []
    first, second = sizes
    one, two = (group.events for group in fact.groups)
    if one is not None and two is not None:
        return [(one, first - one, two, second - two)]
    if fact.events is None:
        return []
    cells = range(max(0, fact.events - second), min(first, fact.events) + 1)
    return [(k, first - k, fact.events - k, second - fact.events + k) for k in cells]


def _sizes(fact: Finding) -> tuple[int, int] | None:
    """The sizes of two groups; the second is the rest of all patients where it is not printed."""
    if len(fact.groups) != 2:  # a table of two by two has two groups
        return None
    first, second = (group.n for group in fact.groups)
    if first is not None and second is None and fact.n is not None:
        second = fact.n - first
    return None if first is None or second is None or second < 0 else (first, second)


def _p_fits(fact: Finding, table: Table) -> bool:
    said = printed_p(fact.p)
    p = fisher_p(table)
    return said is None or overlap(said, (p, p))


def _told(table: Table) -> str:
    a, b, c, d = table
    ratio = odds_ratio(table)
    return f"{a}/{a + b} v {c}/{c + d}: odds ratio {'none' if ratio is None else shown(ratio)}"


def _likeness(value: float, tables: list[Table]) -> str:
    """What else of such a table the printed number is, to as many digits as are printed."""
    for a, b, c, d in tables:
        if _is(value, b + d, a + c):
            return "it equals the odds of no event in all patients"
        if _is(value, d * (a + c), c * (b + d)):
            return "it equals the second group's share of those without an event over its share of those with one"
    return ""


def _is(value: float, above: int, below: int) -> bool:
    return below > 0 and overlap(rounding(value), (above / below, above / below))
