"""Grades from the bedside: what is not recorded is never read as absent, and what is settled stays settled."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from cartwise.basis import NO, UNKNOWN, YES, Missing
from cartwise.measures.bedside import bedside_days
from cartwise.measures.grade_range import GradeRange, worst
from cartwise.measures.grading_crs import crs_on
from cartwise.measures.grading_icans import icans_on
from cartwise.measures.grading_penn import penn_on
from cartwise.measures.haematotoxicity import early_icaht_range, longest_run
from cartwise.study import TABLES, Definitions, History, Patient, columns_of, row_type

GRADES = st.integers(0, 4)
RANGES = st.builds(lambda a, b: GradeRange(min(a, b), max(a, b)), GRADES, GRADES)

# Each with what it implies of the flow, so that a full record never contradicts itself.
OXYGEN = [
    ("room air", 0),
    ("nasal cannula", 2),
    ("nasal cannula", 6),
    ("nasal cannula", 6.1),
    ("blow-by", 5),
    ("high-flow nasal cannula", 20),
    ("facemask", 5),
    ("Venturi mask", 12),
    ("CPAP", 10),
    ("mechanical ventilation", 10),
]
PRESSURE = [("absent", 0), ("present", 0), ("present", 1), ("present", 3)]


@st.composite
def bedsides(draw: st.DrawFn) -> dict[str, str]:
    """A fully recorded day: the cells behind `day` by kind, with vasopressin, an event, left out."""
    device, flow = draw(st.sampled_from(OXYGEN))
    low, pressors = draw(st.sampled_from(PRESSURE))
    return {
        "temperature": f"{draw(st.sampled_from([36.5, 37.9, 38.0, 39.5]))} | Cel |",
        "other cause of fever": f"| | {draw(st.sampled_from(['present', 'absent']))}",
        "oxygen device": f"| | {device}",
        "oxygen flow": f"{flow} | L/min |",
        "hypotension": f"| | {low}",
        "vasopressors": f"{pressors} | 1 |",
        "antipyretic": f"| | {draw(st.sampled_from(['given', 'not given']))}",
    }


def observed(rows: dict[str, str], day: float = 3.0) -> list[dict[str, object]]:
    """Rows of observations from the cells value | unit | text of each kind."""
    found = []
    for kind, cells in rows.items():
        value, unit, text = (cell.strip() or None for cell in cells.split("|"))
        number = None if value is None else float(value)
        found.append({"day": day, "kind": kind, "value": number, "unit": unit, "text": text})
    return found


def patient_with(rows: list[dict[str, object]]) -> Patient:
    """A patient infused on day 0 with these observations, made without the door of a study for speed."""
    tables = {"patients": [{}], "infusions": [{"day": 0.0, "course": 1}], "observations": rows}
    histories = {
        table: History([[(-9.0, _row(table, cells))] for cells in rows]) for table, rows in tables.items()
    }
    return Patient("P", histories, definitions=Definitions())


def _row(table: str, cells: dict[str, object]) -> object:
    names = [column.name for column in columns_of(TABLES[table]) if column.name != "patient_id"]
    return row_type(table)(**(dict.fromkeys(names) | cells))


def graded(rows: dict[str, str], earlier_fever: bool, grade=crs_on) -> GradeRange | Missing:
    earlier = observed({"temperature": "39 | Cel |"}, day=2.0) if earlier_fever else []
    patient = patient_with(observed(rows) + earlier)
    return grade(patient, 3, bedside_days(patient)) if rows else Missing("no row")


@pytest.mark.parametrize("scale", [crs_on, penn_on])
@given(bedsides(), st.booleans(), st.data())
def test_forgetting_an_observation_never_excludes_the_grade_it_gave(scale, rows, earlier_fever, data):
    kept = data.draw(st.sets(st.sampled_from(sorted(rows))))
    full = graded(rows, earlier_fever, scale)
    some = graded({kind: rows[kind] for kind in kept}, earlier_fever, scale)
    assume(isinstance(some, GradeRange))
    assert some.lowest <= full.lowest
    assert full.highest <= some.highest


@given(bedsides(), st.booleans())
def test_a_fully_recorded_day_has_one_grade(rows, earlier_fever):
    assert graded(rows, earlier_fever).settled


@given(bedsides(), st.booleans(), st.data())
def test_a_range_says_what_would_settle_it(rows, earlier_fever, data):
    kept = data.draw(st.sets(st.sampled_from(sorted(rows)), min_size=1))
    some = graded({kind: rows[kind] for kind in kept}, earlier_fever)
    assume(isinstance(some, GradeRange))
    assert some.settled == (some.missing == ())


AROUSALS = ["awakens spontaneously", "awakens to voice", "awakens to touch", "unarousable"]


@given(st.floats(1, 20), st.integers(0, 10), st.integers(0, 32), st.sampled_from(AROUSALS), st.data())
def test_forgetting_cognition_or_arousal_never_excludes_the_grade_they_gave(age, ice, capd, arousal, data):
    older = age >= 12
    # Scores and arousal that no patient shows together: who cannot be roused scores nothing, who scores well is awake.
    well = ice >= 3 if older else capd < 9
    assume(not (well and arousal in AROUSALS[2:]))
    assume(not (arousal == "unarousable" and (ice > 0 or not older)))
    rows = {"ICE" if older else "CAPD": f"{ice if older else capd} | 1 |", "arousal": f"| | {arousal}"}
    kept = data.draw(st.sets(st.sampled_from(sorted(rows)), min_size=1))
    full, some = (_icans(age, {kind: rows[kind] for kind in kinds}) for kinds in (rows, kept))
    assert some.lowest <= full.lowest
    assert full.highest <= some.highest


def _icans(age: float, rows: dict[str, str]) -> GradeRange:
    found = icans_on(age, bedside_days(patient_with(observed(rows)))[3])
    assert isinstance(found, GradeRange)
    return found


@given(RANGES, GRADES, GRADES)
def test_a_question_about_a_range_is_answered_as_all_its_grades_answer_it(span, wanted, other):
    inside = range(span.lowest, span.highest + 1)
    for asked, answers in (
        (span.at_least(wanted), {grade >= wanted for grade in inside}),
        (span.exactly(other), {grade == other for grade in inside}),
    ):
        assert asked is (UNKNOWN if len(answers) > 1 else YES if True in answers else NO)


@given(st.lists(RANGES, min_size=1, max_size=4))
def test_the_worst_of_some_ranges_holds_every_grade_that_they_allow(spans):
    found = worst(*spans)
    assert found.lowest == max(span.lowest for span in spans)
    assert found.highest == max(span.highest for span in spans)


COUNTS = st.dictionaries(st.integers(0, 30), st.sampled_from([50.0, 100.0, 300.0, 500.0, 900.0]), min_size=1)


@given(
    st.lists(st.sampled_from([50.0, 100.0, 300.0, 500.0, 501.0, 900.0]), min_size=31, max_size=31),
    st.data(),
    st.sampled_from([longest_run, len]),
)
def test_days_too_far_apart_to_bridge_leave_every_grade_that_they_could_have_given(values, data, count):
    """Only whole stretches longer than are bridged are forgotten, since a bridge may go over what happened below it."""
    full = dict(enumerate(values))
    first = data.draw(st.integers(0, 20))
    some = {day: value for day, value in full.items() if not first <= day <= first + 9}
    known = early_icaht_range(full, 30, died=False, count=count)
    span = early_icaht_range(some, 30, died=False, count=count)
    assert known.settled
    assert span.lowest <= known.lowest <= span.highest


@given(COUNTS)
def test_a_longer_neutropenia_is_never_a_lower_grade(counts):
    deeper = {day: min(value, 500.0) for day, value in counts.items()}
    for count in (longest_run, len):
        one, other = (early_icaht_range(c, 30, died=False, count=count) for c in (counts, deeper))
        assert one.highest <= other.highest
