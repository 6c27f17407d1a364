"""A replay lends answers from day to day; asked afresh on each day, every answer is the same."""

from __future__ import annotations

import math
from collections import namedtuple
from dataclasses import replace
from random import Random

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cartwise.guidelines import advise, replay
from cartwise.guidelines import catalogue as guidelines
from cartwise.invention import invent
from cartwise.measures import Measured, Sheet, catalogue
from cartwise.study import CHOICES, LINE, History, Patient, build
from tests.drawing import patient_of

LATE = {"mrd": 3.0, "labs": 0.5, "transgene": 2.0, "genetics": 20.0}
"""Days from sample to result."""
OPTIONS = [(choice, option) for choice in CHOICES for option in CHOICES[choice]]

Row = namedtuple("Row", "day kind grade")  # noqa: PYI024 - as the rows of a study are made

Twins = list[tuple[Patient, Patient]]


def disordered(row: dict[str, str], drawn: Random) -> dict[str, str]:
    """A record as clinics keep them: results that come late, half days, and now and then a cell that cannot be read."""
    try:
        day = float(row.get("day", ""))
    except ValueError:
        return row
    row = row | {"day": f"{day + drawn.choice([0, 0, 0, 0, 0, 0, 0.5, 0.25]):g}"}
    if "available_day" in row and drawn.random() < 0.4:
        row["available_day"] = f"{day + drawn.choice([0.5, 1, 3, 9, 30]):g}"
    if drawn.random() < 0.02:
        row["day" if drawn.random() < 0.2 else "kind"] = "no such"
    return row


def patients_of(seed: int, patients: int) -> list[Patient]:
    """Invented patients in disorder, a third of them without infusion."""
    made, drawn, raw = invent("peking", patients=patients, seed=seed), Random(seed), {}
    for name, frame in made.tables.items():
        rows = frame.astype("object").where(frame.notna(), "").astype(str).to_dict("records")
        if name != "patients":
            rows = [disordered(row, drawn) for row in rows if drawn.random() > 0.1]
        if name == "infusions":
            rows = [row for row in rows if not row["patient_id"].endswith(("3", "6", "9"))]
        raw[name] = pd.DataFrame(rows, columns=frame.columns).assign(**{LINE: range(2, len(rows) + 2)})
    return list(build(replace(made.about, turnaround=LATE), raw).patients.values())


@pytest.fixture(scope="module")
def twins() -> Twins:
    """Each patient twice, so that those asked afresh share nothing with those that are replayed."""
    return list(zip(patients_of(11, 9), patients_of(11, 9), strict=True))


def told(measured: Measured) -> tuple[object, ...]:
    """What of a measure a reader sees; yes is not 1."""
    return type(measured.value), measured.value, measured.note, measured.method, measured.text


def days_asked(patient: Patient, drawn: Random) -> list[float]:
    """Days mostly forward, sometimes back, between the records, far after them, or never ending."""
    known = patient.change_days()
    days = sorted(drawn.sample(known, min(len(known), 14)))
    for _ in range(4):
        beside = drawn.choice(known) + drawn.choice([-40, -1, -0.5, 0.5, 1, 40, math.inf])
        days.insert(drawn.randrange(len(days)), beside)
    return days


def test_the_disorder_is_there(twins: Twins) -> None:
    patients = [patient for patient, _ in twins]
    assert any(patient.set_aside for patient in patients)
    assert any(not patient.infusions for patient in patients)
    assert any(day % 1 for patient in patients for day in patient.change_days())
    found = [
        item.known for patient in patients for item in Sheet(patient).all(["cmax", "bca_lost", "crs_now"])
    ]
    assert True in found
    assert False in found


@pytest.mark.parametrize("seed", range(3))
def test_lent_measures_are_those_made_afresh(twins: Twins, seed: int) -> None:
    """Not every measure is asked on every day, a day may be tried and left again, and definitions change."""
    drawn, names = Random(seed), list(catalogue())
    for patient, twin in twins:
        sheet: Sheet | None = None
        for day in days_asked(patient, drawn):
            if sheet is not None and drawn.random() < 0.3:
                tried = sheet.next(patient.as_of(day + drawn.choice([-3, 0.5, 20])))
                tried.turned(set(drawn.sample(names, 20)))
                tried.under(*drawn.choice(OPTIONS)).turned(set(drawn.sample(names, 20)))
            view = patient.as_of(day)
            sheet = Sheet(view) if sheet is None else sheet.next(view)
            if drawn.random() < 0.5:
                sheet.turned(set(names))
            afresh, option = Sheet(twin.as_of(day)), drawn.choice(OPTIONS)
            for name in drawn.sample(names, 50):
                assert told(sheet[name]) == told(afresh[name]), (name, day)
                lent, made = sheet.under(*option)[name], afresh.under(*option)[name]
                assert told(lent) == told(made), (name, option, day)


def test_what_has_turned_is_every_measure_whose_value_did(twins: Twins) -> None:
    """Days are tried from the same sheet before the one that follows, as a search between two days does, or further."""
    names, option = set(catalogue()), ("bca", "count-below-50")
    for patient, twin in twins[1::4]:
        sheet = Sheet(patient.as_of(0))
        for day in patient.change_days()[::16]:
            list(sheet.all(names)), list(sheet.under(*option).all(names))
            before = Sheet(twin.as_of(sheet.patient.day))
            sheet.next(patient.as_of(day - 9)).turned(names)
            sheet.next(patient.as_of(day + 9)).next(patient.as_of(day + 10)).turned(names)
            sheet, now = sheet.next(patient.as_of(day)), Sheet(twin.as_of(day))
            found = sheet.turned(names)
            for one, other in ((before, now), (before.under(*option), now.under(*option))):
                assert {
                    name for name in names if one[name].known and one.value(name) != other.value(name)
                } <= found


def test_a_sheet_that_two_later_ones_have_left_behind_hides_nothing_that_turned() -> None:
    drawn = patient_of(
        patients="disease\nB-ALL",
        infusions="day | course\n0 | 1",
        b_cells="day | specimen | count | percent_of_lymphocytes\n20 | blood | 0 | 0\n60 | blood | 20 | 0",
    )
    for further in (False, True):
        sheet = Sheet(drawn.as_of(30))
        assert sheet.value("bca_lost") is sheet.under("bca", "count-below-10").value("bca_lost") is False
        if further:
            sheet.next(drawn.as_of(40)).next(drawn.as_of(50))
        later = sheet.next(drawn.as_of(61))
        assert (later.value("bca_lost"), later.under("bca", "count-below-10").value("bca_lost")) == (
            False,
            True,
        )
        assert later.turned({"bca_lost"}) == {"bca_lost"}


def test_a_replay_tells_of_each_day_what_the_record_of_that_day_says(twins: Twins) -> None:
    for patient, twin in twins[::3]:
        stands: dict[int, str] = {}
        changes = list(replay(patient))
        for day in sorted({change.day for change in changes})[::4]:
            stands = {
                id(item.advice.recommendation): item.advice.standing for item in changes if item.day <= day
            }
            said = advise(twin.as_of(day))
            assert stands == {id(item.recommendation): item.standing for item in said}, day
            now = {id(item.recommendation): item for item in said}
            assert all(
                item.advice == now[id(item.advice.recommendation)] for item in changes if item.day == day
            )


def test_lent_answers_are_those_asked_afresh(twins: Twins) -> None:
    for patient, twin in twins[::3]:
        sheet: Sheet | None = None
        for day in patient.change_days()[::6]:
            view = patient.as_of(day)
            sheet = Sheet(view) if sheet is None else sheet.next(view)
            lent = [item for guideline in guidelines() for item in guideline.advise(sheet)]
            fresh = {id(item.recommendation): item for item in advise(twin.as_of(day))}
            assert {id(item.recommendation): item for item in lent} == fresh


VERSIONS = st.lists(
    st.builds(
        Row,
        st.sampled_from([None, 0.0, 1.0]),
        st.sampled_from([None, "a", "b"]),
        st.sampled_from([None, 1, 2]),
    ),
    min_size=1,
    max_size=3,
)


@given(
    st.lists(
        st.tuples(VERSIONS, st.lists(st.integers(0, 6), min_size=3, max_size=3, unique=True).map(sorted))
    ),
    st.fixed_dictionaries(
        {"kind": st.sampled_from(["a", None, ("a", None), ["a", "b"], {"b"}])},
        optional={"grade": st.sampled_from([1, (None, 2)])},
    ),
)
def test_a_part_of_a_table_holds_the_rows_that_are_picked_from_all(
    rows: list[tuple[list[Row], list[int]]], wanted: dict[str, object]
) -> None:
    history = History([list(zip(map(float, days), versions, strict=False)) for versions, days in rows])
    patient = Patient("P", {"treatments": history}, definitions=None)  # type: ignore[arg-type]
    views = [patient.as_of(day) for day in range(-1, 8)]
    parts = [view.treatments.where(**wanted) for view in views]
    assert parts == [view.treatments.that(lambda _: True).where(**wanted) for view in views]
    for one, before in zip(views, parts, strict=True):
        for other, after in zip(views, parts, strict=True):
            kept = {read for read in one.news_since(other) if isinstance(read, tuple)}
            assert before == after or kept
