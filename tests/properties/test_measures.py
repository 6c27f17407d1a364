"""What no record can break: settled answers stay settled, later records change nothing earlier, and nothing is silent."""

from __future__ import annotations

import math
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from cartwise.basis import UNKNOWN, Missing
from cartwise.measures import Sheet
from cartwise.measures.aplasia import loss_of, onset_of
from cartwise.measures.residual_disease import FLOW, NGS, PCR
from cartwise.study import TABLES, Definitions, History, Patient, columns_of, row_type

DAY = 60
DAYS = st.integers(min_value=-60, max_value=400).map(float)


def maybe(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.none() | strategy


MRD = {"method": st.sampled_from(FLOW + PCR + NGS), "specimen": st.sampled_from(["marrow", "blood", "CSF"])}
CELLS: dict[str, dict[str, st.SearchStrategy[Any]]] = {
    "genetics": {
        "lesion": st.sampled_from(["KMT2Ar", "other", "none"]),
        "status": maybe(st.sampled_from(["present", "absent"])),
    },
    "infusions": {"course": maybe(st.integers(1, 2)), "cells_per_kg": maybe(st.floats(1e4, 1e8))},
    "transgene": {
        "specimen": st.sampled_from(["blood", "marrow"]),
        "copies_per_ug": maybe(st.floats(0.1, 1e6)),
        "below_limit": st.just(value=False),
    },
    "b_cells": {
        "specimen": st.sampled_from(["blood", "marrow"]),
        "count": maybe(st.floats(0, 900)),
        "percent_of_lymphocytes": maybe(st.floats(0, 40)),
    },
    "mrd": {
        **MRD,
        "result": st.sampled_from(["negative", "detected below quantification", "positive", "not evaluable"]),
        "sensitivity": maybe(st.just(1e-4)),
    },
    "marrow": {"blasts": maybe(st.floats(0, 100)), "cd19_negative_clone": maybe(st.booleans())},
    "treatments": {
        "kind": st.sampled_from(
            ["HCT", "blinatumomab", "chemotherapy", "steroid", "CAR T", "lymphodepletion"]
        )
    },
    "toxicities": {
        "kind": st.sampled_from(["CRS", "ICANS"]),
        "grade": st.integers(0, 4),
        "scale": st.sampled_from(["Penn", "ASTCT 2019"]),
    },
    "assessments": {
        "kind": st.sampled_from(["response"]),
        "value": st.sampled_from(["CR", "CRi", "no response", "progression"]),
    },
    "relapses": {
        "immunophenotype": maybe(st.sampled_from(["CD19+", "CD19-", "unknown"])),
        "before_index": st.none(),
    },
    "deaths": {},
    "follow_up": {},
}

Event = tuple[str, float, float, dict[str, Any]]
"""Table, day, day known, other cells."""


@st.composite
def events(draw: st.DrawFn) -> Event:
    table = draw(st.sampled_from(sorted(CELLS)))
    day, delay = draw(DAYS), draw(st.integers(0, 30))
    cells = {name: draw(strategy) for name, strategy in CELLS[table].items()}
    if table in ("infusions", "relapses", "deaths") and day < 0:
        day = -day
    return table, day, day + delay, cells


def blank_row(table: str) -> Any:
    cells = [column.name for column in columns_of(TABLES[table]) if column.name != "patient_id"]
    return row_type(table)(**dict.fromkeys(cells))


def patient_of(
    records: list[Event], *, infused: bool = True, definitions: Definitions | None = None
) -> Patient:
    start: list[Event] = [("infusions", 0.0, 0.0, {"course": 1})] if infused else []
    rows: dict[str, list[list[tuple[float, Any]]]] = {"patients": [[(-math.inf, blank_row("patients"))]]}
    for table, day, known, cells in [*start, *records]:
        rows.setdefault(table, []).append([(known, blank_row(table)._replace(**cells, day=day))])
    histories = {table: History(versions) for table, versions in rows.items()}
    return Patient("P", histories, definitions=definitions or Definitions())


def sheet_of(patient: Patient) -> list[tuple[str, Any, str]]:
    return [(item.measure.name, item.value, item.note) for item in Sheet(patient).all()]


@given(st.lists(events(), max_size=25), st.booleans())
def test_every_measure_has_a_value_or_a_reason(records, infused):
    for item in Sheet(patient_of(records, infused=infused)).all():
        assert item.known != bool(item.reason), item.measure.name
        assert "finite" not in item.reason, item.measure.name


@given(st.lists(events(), max_size=20), st.lists(events(), max_size=20))
def test_records_first_known_after_a_day_change_nothing_on_it(records, more):
    later = [(table, day, known + DAY + 61, cells) for table, day, known, cells in more]
    before = patient_of(records).as_of(DAY)
    after = patient_of(records + later).as_of(DAY)
    assert sheet_of(before) == sheet_of(after)


judged = st.dictionaries(st.integers(0, 300).map(float), st.booleans(), min_size=1, max_size=8).map(
    lambda days: sorted(days.items())
)


@given(judged, judged, st.booleans(), st.integers(0, 400))
def test_a_later_sample_never_overturns_whether_aplasia_was_lost_by_a_day(days, more, confirmed, limit):
    told = loss_of(days, confirmed=confirmed)
    longer = loss_of(
        days + [(days[-1][0] + 1 + day, aplastic) for day, aplastic in more], confirmed=confirmed
    )
    if told is not None and (answer := told[0].within(limit)) is not UNKNOWN:
        assert longer is not None
        assert longer[0].within(limit) is answer


@given(judged, st.floats(0, 300), st.booleans())
def test_a_sample_between_two_samples_narrows_onset_and_first_evidence_of_loss(days, day, aplastic):
    if day in dict(days):
        return
    more = sorted([*days, (day, aplastic)])
    onset, loss = onset_of(days), loss_of(days, confirmed=False)
    if onset.after < day < onset.by:
        assert onset.after <= onset_of(more).after <= onset_of(more).by <= onset.by
    if loss is not None and loss[0].after < day < loss[0].by:
        narrowed = loss_of(more, confirmed=False)
        assert narrowed is not None
        assert loss[0].after <= narrowed[0].after <= narrowed[0].by <= loss[0].by


def slow_loss(days: list[tuple[float, bool]]) -> tuple[float, float] | None:
    """First evidence by definition: look at every pair of neighbours from the first day with aplasia on."""
    begun = [day for day, aplastic in days if aplastic]
    if not begun:
        return None
    after = [(day, aplastic) for day, aplastic in days if day >= begun[0]]
    lost = [day for day, aplastic in after if not aplastic]
    by = lost[0] if lost else math.inf
    return max(day for day, aplastic in after if aplastic and day < by), by


@given(judged)
def test_first_evidence_is_what_its_definition_says(days):
    told, slow = loss_of(days, confirmed=False), slow_loss(days)
    assert (None if told is None else (told[0].after, told[0].by)) == slow


mrd_tests = st.lists(
    st.tuples(
        st.integers(-40, 200).map(float),
        st.sampled_from(FLOW + PCR + NGS),
        st.sampled_from(["negative", "detected below quantification", "positive"]),
        st.floats(1e-6, 1),
        st.booleans(),
    ),
    max_size=12,
)


@given(mrd_tests)
def test_filling_a_missing_level_never_overturns_a_settled_answer(tests):
    def patient(*, filled: bool) -> Patient:
        return patient_of(
            [
                (
                    "mrd",
                    day,
                    day,
                    {
                        "method": method,
                        "specimen": "marrow",
                        "result": result,
                        "level": level if result == "positive" and (known or filled) else None,
                    },
                )
                for day, method, result, level, known in tests
            ]
        )

    gaps, full = Sheet(patient(filled=False)), Sheet(patient(filled=True))
    for item in gaps.all():
        if item.known and item.measure.topic in ("residual_disease", "burden"):
            assert item.value == full.value(item.measure.name), item.measure.name
        assert not isinstance(full.value(item.measure.name), Missing) or not item.known
