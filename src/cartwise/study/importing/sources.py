"""Look at a source file as it is: repeated keys, days that should be there, labels that start again."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from cartwise.basis import Issue, Severity
from cartwise.study.importing.plan import SourceFile
from cartwise.study.parsing import number_of
from cartwise.study.reading import LINE


def examined(file: SourceFile) -> tuple[pd.DataFrame, list[Issue]]:
    """The rows of a file that may be used, and everything that its own checks met.

    Args:
        file: the file with its rows; the checks are those that the mapping asked for.
    """
    repeats = list(_repeats(file))
    aside = {issue.row for issue in repeats if issue.severity is Severity.QUARANTINED}
    issues = [*file.issues, *repeats, *_absent(file), *_restarts(file)]
    return file.frame[~file.frame[LINE].isin(aside)], issues


def _repeats(file: SourceFile) -> Iterator[Issue]:
    if not file.key:
        return
    key = list(file.key)
    same_row = file.frame.duplicated(file.header)
    again = file.frame.duplicated(key) if file.keep_repeats else _differing(file, key) | same_row
    for index in file.frame.index[again]:
        line = int(file.frame.loc[index, LINE])
        yield _repeat(file, line, alike=bool(same_row.loc[index]))


def _differing(file: SourceFile, key: list[str]) -> pd.Series:
    """Rows whose key another, different row has: nothing says which of them is right."""
    once = file.frame[~file.frame.duplicated(file.header)]
    return once.duplicated(key, keep=False).reindex(file.frame.index, fill_value=False)


def _repeat(file: SourceFile, line: int, *, alike: bool) -> Issue:
    what = "the same in every cell" if alike else "different in other cells"
    then = "both are kept as replicates" if file.keep_repeats else "the row was set aside"
    return Issue(
        rule="repeated-key",
        file=file.path.name,
        row=line,
        column=", ".join(file.key),
        message=f"Another row has the same {', '.join(file.key)} and is {what}; {then}.",
        mend="Look whether one belongs to another patient or day; correct the file, or remove one.",
        severity=Severity.WARNING if file.keep_repeats else Severity.QUARANTINED,
    )


def _absent(file: SourceFile) -> Iterator[Issue]:
    if file.every is None:
        return
    every = file.every
    wanted = range(every.first, every.last + 1)
    for _, rows in file.frame.groupby(every.per, sort=False):
        met = {number_of(cell): line for cell, line in zip(rows[every.column], rows[LINE], strict=True)}
        for day in wanted:
            if float(day) not in met:
                before = [line for number, line in met.items() if number is not None and number < day]
                yield _hole(file, max(before, default=int(rows[LINE].iloc[0])), every.column, every.per)


def _hole(file: SourceFile, line: int, column: str, per: str) -> Issue:
    return Issue(
        rule="missing-row",
        file=file.path.name,
        row=line,
        column=column,
        message=f"After this row the next {column} of this {per} is missing: the file has a row for every other.",
        mend="Look whether it stands under another patient; otherwise nothing was recorded and nothing is assumed.",
    )


def _restarts(file: SourceFile) -> Iterator[Issue]:
    if file.restarts is None:
        return
    said = file.restarts
    numbers = pd.DataFrame(
        {name: pd.to_numeric(file.frame[name], errors="coerce") for name in (said.day, said.label)}
    ).assign(**{LINE: file.frame[LINE], said.per: file.frame[said.per]})
    for _, rows in numbers.dropna().sort_values(said.day, kind="stable").groupby(said.per, sort=False):
        falls = rows[LINE][rows[said.label].diff() < 0]
        if len(falls):
            yield _restart(file, int(falls.iloc[0]), len(falls))


def _restart(file: SourceFile, line: int, times: int) -> Issue:
    said = file.restarts
    assert said is not None
    return Issue(
        rule="label-restarts",
        file=file.path.name,
        row=line,
        column=said.label,
        message=f"{said.label} falls {times} time(s) from here on while {said.day} rises, as if a second course began; "
        "no infusion was made from it.",
        mend=f"Map {said.day}. Where there was a second infusion, add it to infusions with its course.",
    )
