"""A no that rests on absence is not said where a row of that table was set aside: it may be the one."""

from __future__ import annotations

import pytest

from cartwise.basis import Missing
from cartwise.measures import Sheet
from cartwise.study import About, Patient, build
from tests.spec.measures.drawing import DEFAULTS, table

BLINATUMOMAB = (
    "day | kind | intent | end_day\n-60 | blinatumomab | | -40\n-30 | chemotherapy | bridging | -20"
)
NGS_28 = "day | method | result | level | sensitivity\n28 | NGS | positive | 0.00001 | 0.000001"
FLOW_28 = "day | method | result | sensitivity\n28 | flow | negative | 0.0001"
RE_EMERGED = "day | method | result\n-100 | flow | negative\n-60 | flow | positive\n-40 | flow | positive"
INFECTION = "day | kind\n40 | viral"
IMMUNOGLOBULIN = "day | kind\n35 | immunoglobulin"
CHEMOTHERAPY = "day | kind\n-200 | chemotherapy"

DENIED = [
    # measure, the day it is asked on, the tables, the table that lost a row
    ("infections_despite_immunoglobulin", 60, {"treatments": IMMUNOGLOBULIN, "infections": INFECTION}, "infections"),
    ("hematogones_seen", 60, {"b_cells": "day | specimen | hematogones\n28 | marrow | no"}, "b_cells"),
    ("reinfused", 60, {"infusions": "day | course | product\n0 | 1 | tisagenlecleucel"}, "infusions"),
    ("reinfused", 60, {"infusions": "day | course | product\n0 | 1 | tisagenlecleucel"}, "treatments"),
    ("mrd_positive_after_infusion", 60, {"mrd": FLOW_28}, "mrd"),
    ("mrd_detected_after_infusion", 60, {"mrd": FLOW_28}, "mrd"),
    ("ngs_repeated_after_day_28", 60, {"mrd": NGS_28}, "mrd"),
    ("collected", 60, {"treatments": CHEMOTHERAPY}, "treatments"),
    ("collected", 60, {"treatments": CHEMOTHERAPY}, "infusions"),
    ("steroids_before", 60, {"treatments": CHEMOTHERAPY}, "treatments"),
    ("cranial_radiotherapy_before", 60, {"treatments": CHEMOTHERAPY}, "treatments"),
    ("cd22_directed_before", 60, {"treatments": CHEMOTHERAPY}, "treatments"),
    ("bridging_chemotherapy", 60, {"treatments": CHEMOTHERAPY}, "treatments"),
    ("intrathecal_with_bridging", 60, {"treatments": BLINATUMOMAB}, "treatments"),
    ("blinatumomab_as_bridge", 60, {"treatments": BLINATUMOMAB}, "treatments"),
    ("cd19_read_since_blinatumomab", 60, {"treatments": BLINATUMOMAB}, "marrow"),
    ("gvhd_now", 60, {"gvhd": "day | kind\n50 | none"}, "gvhd"),
    ("gvhd_first_weeks", 60, {"gvhd": "day | kind\n20 | none"}, "gvhd"),
    ("iec_hs_first_weeks", 60, {"assessments": "day | kind | value\n20 | IEC-HS | absent"}, "toxicities"),
    ("complete_response", 60, {"assessments": "day | kind | value\n28 | response | no response"}, "assessments"),
    ("neurological_history", 60, {"assessments": "day | kind | value\n-20 | seizure or neurotoxicity history | absent"}, "assessments"),
    ("cns_disease_recorded", 60, {"assessments": "day | kind | value\n-20 | CNS | CNS1"}, "assessments"),
    ("kmt2a_rearranged", 60, {"genetics": "day | lesion | status\n-300 | KMT2Ar | absent"}, "genetics"),
    ("targetable_lesion", 60, {"genetics": "day | lesion | status\n-300 | none |"}, "genetics"),
    ("adverse_cytogenetics", 60, {"genetics": "day | lesion | status\n-300 | none |"}, "genetics"),
    ("cd19_negative_clone_before", 60, {"marrow": "day | cd19_negative_clone\n-20 | no"}, "marrow"),
    ("prior_car_t", 60, {"treatments": CHEMOTHERAPY}, "infusions"),
    ("targeted_therapy_at_re_emergence", 60, {"treatments": CHEMOTHERAPY, "mrd": RE_EMERGED}, "treatments"),
    ("crs_grade_3_or_more", 60, {"toxicities": "day | kind | grade\n3 | CRS | 2"}, "toxicities"),
    ("icans_any_grade", 60, {"toxicities": "day | kind | grade\n3 | ICANS | 0"}, "toxicities"),
    ("crs_now", 20, {"toxicities": "day | kind | grade\n3 | CRS | 1\n6 | CRS | 0"}, "toxicities"),
    ("mrd_overdue", 30, {"mrd": FLOW_28}, "mrd"),
    ("transgene_overdue", 9, {"transgene": "day | copies_per_ug\n7 | 900"}, "transgene"),
    ("icans_now", 4, {"patients": "disease | age_at_index_years\nB-ALL | 15", "observations": "day | kind | value | unit | text\n4 | ICE | 10 | 1 |\n4 | arousal | | | awakens spontaneously"}, "observations"),
]  # fmt: skip

AFFIRMED = [
    ("crs_grade_3_or_more", 60, {"toxicities": "day | kind | grade\n3 | CRS | 3"}, "toxicities"),
    ("icans_any_grade", 60, {"toxicities": "day | kind | grade\n3 | ICANS | 1"}, "toxicities"),
    ("hematogones_seen", 60, {"b_cells": "day | specimen | hematogones\n28 | marrow | yes"}, "b_cells"),
    ("mrd_detected_after_infusion", 60, {"mrd": NGS_28}, "mrd"),
    ("steroids_before", 60, {"treatments": "day | kind\n-20 | steroid"}, "treatments"),
    (
        "infections_despite_immunoglobulin",
        60,
        {"treatments": IMMUNOGLOBULIN, "infections": f"{INFECTION}\n50 | viral"},
        "infections",
    ),
]


WRONG = {"infusions": "cells", "treatments": "dose", "relapses": "immunophenotype_day", "marrow": "blasts"}
"""Of a table a column of numbers: where its last row holds a word, that row is set aside with the day it has."""


def _with_a_wrong_number(text: str, column: str) -> str:
    head, *rows = text.splitlines()
    return "\n".join([f"{head} | {column}", *(f"{row} |" for row in rows[:-1]), f"{rows[-1]} | many"])


def patient_of(
    tables: dict[str, str], *, lost: str = "", infused: bool = True, lost_day: float | None = None
) -> Patient:
    """A patient of these tables; of the table `lost` a further row is set aside, for its day or a column is a word."""
    drawn = (
        {"patients": "disease\nB-ALL"} | ({"infusions": "day | course\n0 | 1"} if infused else {}) | tables
    )
    if lost:
        rows = drawn.get(lost, "day")
        columns = rows.splitlines()[0].count("|")
        blanks = " |" * columns
        drawn[lost] = f"{rows}\nsoon{blanks}" if lost_day is None else f"{rows}\n{lost_day}{blanks}"
        if lost_day is not None:
            drawn[lost] = _with_a_wrong_number(drawn[lost], WRONG[lost])
    raw = {name: table(text, patient_id="P", **DEFAULTS.get(name, {})) for name, text in drawn.items()}
    study = build(About("Drawn"), raw)
    assert study.quarantined == bool(lost), [issue.as_dict() for issue in study.issues]
    return study.patients["P"]


@pytest.mark.parametrize(("name", "day", "tables", "lost"), DENIED)
def test_absence_says_no_only_where_no_row_was_set_aside(
    name: str, day: float, tables: dict[str, str], lost: str
) -> None:
    assert Sheet(patient_of(tables).as_of(day)).value(name) is False
    found = Sheet(patient_of(tables, lost=lost).as_of(day)).value(name)
    assert isinstance(found, Missing), found


@pytest.mark.parametrize(("name", "day", "tables", "lost"), AFFIRMED)
def test_what_is_recorded_stands_whatever_was_set_aside(
    name: str, day: float, tables: dict[str, str], lost: str
) -> None:
    assert Sheet(patient_of(tables, lost=lost).as_of(day)).value(name) is True


@pytest.mark.parametrize(
    ("name", "without"), [("infused", False), ("in_remission", False), ("before_infusion", True)]
)
def test_an_infusion_that_was_set_aside_may_have_been_given(name: str, without: bool) -> None:
    assert Sheet(patient_of({}, infused=False)).value(name) is without
    found = Sheet(patient_of({}, infused=False, lost="infusions")).value(name)
    assert isinstance(found, Missing)
    assert found.settled_by == "that row, mended"


def test_nothing_is_said_of_the_earliest_day_of_collection_where_a_treatment_was_set_aside() -> None:
    tables = {"treatments": f"{CHEMOTHERAPY.splitlines()[0]} | end_day\n-200 | chemotherapy | -100"}
    assert Sheet(patient_of(tables)).value("earliest_collection_day") == -86
    assert isinstance(Sheet(patient_of(tables, lost="treatments")).value("earliest_collection_day"), Missing)


def test_a_second_relapse_is_not_denied_where_a_relapse_was_set_aside_and_none_were_counted() -> None:
    tables = {"relapses": "day | site | before_index\n-100 | marrow | yes"}
    assert Sheet(patient_of(tables)).value("second_or_later_relapse") is False
    assert isinstance(Sheet(patient_of(tables, lost="relapses")).value("second_or_later_relapse"), Missing)


def test_ngs_about_day_28_is_not_called_wanting_where_a_test_was_set_aside() -> None:
    assert Sheet(patient_of({"mrd": FLOW_28}).as_of(40)).value("ngs_wanting_about_day_28") is True
    found = Sheet(patient_of({"mrd": FLOW_28}, lost="mrd").as_of(40)).value("ngs_wanting_about_day_28")
    assert isinstance(found, Missing)


def test_a_row_of_a_later_day_that_was_set_aside_was_not_there_before_it() -> None:
    raw = {
        "patients": table("disease\nB-ALL", patient_id="P"),
        "infusions": table("day | course\n0 | 1", patient_id="P"),
        "treatments": table("day | kind\n900 | no such treatment", patient_id="P"),
    }
    study = build(About("Drawn"), raw)
    assert study.quarantined == 1, [issue.as_dict() for issue in study.issues]
    patient = study.patients["P"]
    assert patient.as_of(899).set_aside == frozenset()
    assert patient.set_aside == patient.as_of(900).set_aside == {"treatments"}


def test_a_replay_notices_that_a_row_of_the_day_was_set_aside() -> None:
    raw = {
        "patients": table("disease\nB-ALL", patient_id="P"),
        "infusions": table("day | course\n0 | 1", patient_id="P"),
        "treatments": table("day | kind\n5 | no such treatment", patient_id="P"),
        "follow_up": table("day | event\n3 | seen", patient_id="P"),
    }
    patient = build(About("Drawn"), raw).patients["P"]
    before = Sheet(patient.as_of(4))
    assert before.value("hct_after_infusion") is False
    assert isinstance(before.next(patient.as_of(6)).value("hct_after_infusion"), Missing)


@pytest.mark.parametrize(
    ("name", "tables", "lost", "expected"),
    [
        ("prior_car_t", {"treatments": CHEMOTHERAPY}, "infusions", False),
        ("prior_car_t", {"treatments": CHEMOTHERAPY}, "treatments", False),
        ("prior_hct", {"treatments": CHEMOTHERAPY}, "treatments", False),
        ("steroids_before", {"treatments": CHEMOTHERAPY}, "treatments", False),
        ("relapse_number", {"relapses": "day | site | before_index\n-100 | marrow | yes"}, "relapses", 1),
        ("cd19_negative_clone_before", {"marrow": "day | cd19_negative_clone\n-20 | no"}, "marrow", False),
    ],
)
def test_a_row_of_later_that_was_set_aside_takes_nothing_from_what_came_before(
    name: str, tables: dict[str, str], lost: str, expected: object
) -> None:
    assert Sheet(patient_of(tables, lost=lost, lost_day=900)).value(name) == expected
    assert isinstance(Sheet(patient_of(tables, lost=lost, lost_day=-90)).value(name), Missing)


def test_nothing_is_told_before_or_after_a_first_infusion_that_was_set_aside() -> None:
    """A later infusion does not take its place as day 0, nor does the day of referral."""
    raw = {
        "patients": table("disease | referral_day\nB-ALL | -40", patient_id="P"),
        "infusions": table("day | course | cells\n0 | 1 | many\n200 | 2 |", patient_id="P"),
        "treatments": table("day | kind\n-60 | blinatumomab\n80 | HCT", patient_id="P"),
    }
    patient = build(About("Drawn"), raw).patients["P"]
    assert [row.day for row in patient.treatments] == [-60, 80]
    for name in ("prior_hct", "prior_blinatumomab", "hct_after_infusion", "overall_survival"):
        found = Sheet(patient).value(name)
        assert isinstance(found, Missing), name
        assert "first infusion was set aside" in found.reason
    before = Sheet(patient.as_of(-1))
    assert before.value("prior_blinatumomab") is True
    assert isinstance(before.next(patient.as_of(0)).value("prior_blinatumomab"), Missing)
    alone = raw | {"infusions": table("day | course | cells\n0 | 1 | many", patient_id="P")}
    assert [row.day for row in build(About("Drawn"), alone).patients["P"].treatments] == [-60, 80]


@pytest.mark.parametrize(("course", "told"), [("1", True), ("2", False), ("", False)])
def test_an_infusion_of_unread_day_may_be_the_first_unless_a_row_says_it_is_the_first(
    course: str, told: bool
) -> None:
    raw = {
        "patients": table("disease\nB-ALL", patient_id="P"),
        "infusions": table(f"day | course\n0 | {course}\nsoon |", patient_id="P"),
        "treatments": table("day | kind\n-60 | blinatumomab", patient_id="P"),
    }
    found = Sheet(build(About("Drawn"), raw).patients["P"]).value("prior_blinatumomab")
    assert found is True if told else isinstance(found, Missing)
