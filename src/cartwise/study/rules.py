"""Rules that no single cell can break, in the order in which they are applied."""

from __future__ import annotations

from dataclasses import replace

from cartwise.basis import Issue, Severity
from cartwise.study import rules_between_rows as between
from cartwise.study import rules_of_rows as within
from cartwise.study.breach import Breach, Rule
from cartwise.study.index_day import Tables
from cartwise.study.reading import LINE


def apply_rules(tables: Tables) -> tuple[Tables, list[Issue]]:
    """The tables without the rows that break a rule, and one issue for each.

    Args:
        tables: typed tables with LINE columns, in days.
    """
    issues: list[Issue] = []
    for rule in RULES:
        for breach in rule(tables):
            frame = tables[breach.table]
            rows = breach.rows.intersection(frame.index)  # a rule may meet one row twice
            issues += _issues(breach, frame.loc[rows, LINE].tolist())
            if breach.issue.severity is Severity.QUARANTINED:
                tables = tables | {breach.table: frame.drop(index=rows)}
    return tables, issues


def _issues(breach: Breach, lines: list[int]) -> list[Issue]:
    """One issue a row; a note, which asks for nothing row by row, once for all."""
    issue = replace(breach.issue, file=f"{breach.table}.csv")
    if issue.severity is Severity.NOTE and len(lines) > 1:
        return [
            replace(issue, row=lines[0], message=f"In {len(lines)} rows, from this one on: {issue.message}")
        ]
    return [replace(issue, row=int(line)) for line in lines]


RULES: tuple[Rule, ...] = (
    between.one_row_a_patient,
    between.known_patient,
    between.infusions_of_a_day,
    between.not_after_death,
    within.whose_sample,
    within.available_after_sample,
    within.ends_after_start,
    between.relapse_after_infusion,
    within.convertible_units,
    within.grade_with_scale,
    within.says_something,
    within.below_limit_or_value,
    within.mrd_states,
    within.words_of_a_kind,
    between.two_units_of_transgene,
    between.measured_once,
    between.last_contact,
    within.dated_late_cells,
)
"""Every rule, in the order in which they are applied: a row set aside by one is not seen by the next."""
