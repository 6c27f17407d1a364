"""What holds of every study: it reads back, never looks ahead, does not hang on row order, and loses no row."""

import math
import tempfile
from collections import Counter
from dataclasses import asdict
from pathlib import Path

import pandas as pd
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from cartwise.basis import Severity
from cartwise.study import LINE, TABLES, About, build, columns_of, load, write_study
from tests.properties.drawn_records import DATED, LAST_DAY, cell_of, raw, records, row_of

ABOUT = About("drawn", turnaround={"mrd": 3.0, "mrd.NGS": 10.0, "labs": 1.5, "genetics": 20.0})
# A build takes a tenth of a second, so a failure is shown as it was met: shrinking it would take minutes.
calm = settings(
    max_examples=settings().max_examples // 2,
    suppress_health_check=list(HealthCheck),
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
)


def seen(study, day=math.inf):
    """Everything that a study shows as of a day."""
    views = {name: patient.as_of(day) for name, patient in study.patients.items()}
    return {
        name: {table: [tuple(row) for row in getattr(view, table)] for table in TABLES}
        | {"last day": view.last_day, "changes": view.change_days(), "anchor": view.anchor}
        for name, view in views.items()
    }


def test_the_drawn_records_break_no_rule():
    """Otherwise the properties below would hold of empty studies."""

    @calm
    @given(records(unique_days=True))
    def run(tables):
        study = build(ABOUT, raw(tables))
        assert study.quarantined == 0, [asdict(issue) for issue in study.issues]

    run()


class TestNeverLooksAhead:
    """Oracle: the day on which a cell became known, straight from the words of the declaration."""

    @staticmethod
    def entered(table, row):
        if row.get("available_day"):
            return float(row["available_day"])
        if not row.get("day"):
            return -math.inf
        kind = next((row[name] for name in ("method", "test", "kind") if name in row), None)
        return float(row["day"]) + ABOUT.turnaround.get(f"{table}.{kind}", ABOUT.turnaround.get(table, 0.0))

    def known(self, table, row, column):
        if not column.known_from:
            return self.entered(table, row)
        days = [float(row[name]) for name in column.known_from if row.get(name)]
        return max(days[0], self.entered(table, row)) if days else math.inf

    def altered(self, draw, table, row, day):
        """The row with every cell that was not yet known on `day` drawn anew or blanked; None: never written."""
        later = self.entered(table, row) > day
        if later and draw(st.booleans()):
            return None
        new = dict(row)
        blank = draw(st.booleans())
        for column in columns_of(TABLES[table])[1:]:
            known = self.known(table, row, column)
            if not row.get(column.name) or known <= day or column.name in {"day", "available_day"}:
                continue
            if column.is_day and column.known_from:
                new[column.name] = "" if blank else f"{max(known, day) + 1 + draw(st.integers(0, 50)):g}"
            elif column.known_from:
                new[column.name] = "" if blank else draw(cell_of(column).filter(bool))
            elif later and column.name not in {"method", "test", "kind"}:
                new[column.name] = draw(row_of(table))[column.name]
        return self.consistent(table, row, new, later=later)

    @staticmethod
    def consistent(table, row, new, *, later):
        """A row that was not there yet may change its day too, as long as it still is not there."""
        if table == "assessments":
            new["value"] = row["value"]
        if table == "mrd":
            new["level"] = new["level"] if new["result"] == "positive" else ""
        if later and row.get("day") and not row.get("available_day"):
            new["day"] = f"{float(row['day']) + 0.125:g}"
            new |= {
                name: f"{float(new[name]) + 0.125:g}" for name in ("end_day", "response_day") if new.get(name)
            }
        return new

    @calm
    @given(records(unique_days=True), st.integers(-60, LAST_DAY), st.data())
    def test_what_was_first_known_later_changes_nothing(self, tables, day, data):
        altered = {
            table: [
                new
                for row in rows
                if (
                    new := row
                    if table == "infusions" and row["day"] == "0"
                    else self.altered(data.draw, table, row, day)
                )
            ]
            for table, rows in tables.items()
        }
        before, after = build(ABOUT, raw(tables)), build(ABOUT, raw(altered))
        assert seen(before, day) == seen(after, day)

    @calm
    @given(records(unique_days=True), st.integers(-60, LAST_DAY))
    def test_what_was_known_is_shown(self, tables, day):
        """The other half: hiding everything would pass the test above."""
        study = build(ABOUT, raw(tables))
        for table, rows in tables.items():
            for name in "AB":
                shown = getattr(study.patients[name].as_of(day), table)
                cells = sum(cell is not None for row in shown for cell in row)
                wanted = sum(
                    bool(row.get(column.name)) and self.known(table, row, column) <= day
                    for row in rows
                    if row["patient_id"] == name and self.entered(table, row) <= day
                    for column in columns_of(TABLES[table])[1:]
                )
                assert cells == wanted, table


@calm
@given(records(unique_days=False), st.randoms(use_true_random=False), st.integers(-60, LAST_DAY))
def test_the_order_of_rows_changes_nothing(tables, random, day):
    lined = {
        table: [row | {LINE: line} for line, row in enumerate(rows, start=2)]
        for table, rows in tables.items()
    }
    shuffled = {
        table: rows if table == "patients" else random.sample(rows, len(rows))
        for table, rows in lined.items()
    }
    one, other = build(ABOUT, raw(lined)), build(ABOUT, raw(shuffled))
    assert seen(one) == seen(other)
    assert seen(one, day) == seen(other, day)
    assert Counter(issue.rule for issue in one.issues) == Counter(issue.rule for issue in other.issues)


@calm
@given(records(unique_days=True))
def test_a_written_study_reads_back_equal(tables):
    study = build(ABOUT, raw(tables))
    with tempfile.TemporaryDirectory() as folder:
        write_study(folder, study.about, study.tables)
        again = load(Path(folder))
    assert again.about == study.about
    assert Counter(issue.rule for issue in again.issues) == Counter(issue.rule for issue in study.issues)
    assert seen(again) == seen(study)
    for table, frame in study.tables.items():
        read = again.tables[table].drop(columns=LINE).reset_index(drop=True)
        pd.testing.assert_frame_equal(read, frame.drop(columns=LINE).reset_index(drop=True))


GARBAGE = st.sampled_from(
    ["", "NaN", "<5", "-1", "999", "x", "yes", "1.5", "2024-03-05", "HCT", "CRS", "positive"]
)


@st.composite
def rubbish(draw):
    """Rows in which any cell may hold anything, a patient who does not exist, and rows written twice."""
    tables = {}
    for table in dict.fromkeys(["patients", *draw(st.lists(st.sampled_from(DATED), min_size=1, max_size=4))]):
        cells = {
            column.name: cell_of(column) | GARBAGE
            for column in columns_of(TABLES[table])[1:]
            if draw(st.booleans())
        }
        sane = {column.name: cell_of(column) for column in columns_of(TABLES[table])[1:] if column.required}
        row = st.fixed_dictionaries(sane | cells | {"patient_id": st.sampled_from(["A", "B", "Z", ""])})
        rows = draw(st.lists(row, max_size=5))
        tables[table] = rows + rows[:1]
    tables["patients"] += [{"patient_id": name} for name in "AB"]
    return tables


@settings(calm, max_examples=settings().max_examples)
@given(rubbish())
def test_a_row_is_kept_or_set_aside_and_never_lost(tables):
    study = build(ABOUT, raw(tables))
    aside = {(issue.file, issue.row) for issue in study.issues if issue.severity is Severity.QUARANTINED}
    assert study.quarantined == len(aside)
    for table, rows in tables.items():
        lines = set(range(2, len(rows) + 2))
        kept = set(study.tables[table][LINE].tolist())
        assert kept | {line for file, line in aside if file == f"{table}.csv"} == lines
        assert not kept & {line for file, line in aside if file == f"{table}.csv"}
    shown = sum(len(getattr(patient, table)) for patient in study.patients.values() for table in tables)
    assert shown == sum(len(frame) for frame in study.tables.values())
