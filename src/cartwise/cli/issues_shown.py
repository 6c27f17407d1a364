"""The issues of a study, as a table or as JSON."""

from __future__ import annotations

import json

from cartwise.basis import Severity
from cartwise.cli.terminal import counted, show_table
from cartwise.study import Study


def anything_lost(study: Study) -> bool:
    """Whether a row was set aside or a file could not be read."""
    return any(issue.severity in {Severity.QUARANTINED, Severity.FATAL} for issue in study.issues)


def show(study: Study, *, as_json: bool) -> None:
    """Every issue with file, row, column, rule and mend, and the count of rows set aside."""
    rows_read = {name: len(frame) for name, frame in study.tables.items()}
    if as_json:
        issues = [issue.as_dict() for issue in study.issues]
        print(
            json.dumps({"issues": issues, "quarantined": study.quarantined, "rows_kept": rows_read}, indent=1)
        )
        return
    if study.issues:
        show_table(
            ("severity", "file", "row", "column", "met", "rule", "what and why", "what to do"),
            [
                (
                    i.severity,
                    i.file,
                    "" if i.row is None else i.row,
                    i.column,
                    i.value_class,
                    i.rule,
                    i.message,
                    i.mend,
                )
                for i in study.issues
            ],
        )
    kept = sum(rows_read.values())
    print(
        f"{counted(len(study.patients), 'patient')}, {counted(kept, 'row')} kept in {counted(len(rows_read), 'table')}, "
        f"{study.quarantined} set aside, {counted(len(study.issues), 'issue')}."
        + (" Invented data." if study.about.invented else "")
    )
