"""What counts as further therapy after reinfusion, and whether there was a remission to keep (004:237)."""

import pytest

from cartwise.basis import Missing
from cartwise.measures import Sheet
from tests.drawing import patient_of

AGAIN = "day | course | product | indication\n0 | 1 | tisagenlecleucel |\n100 | 2 | tisagenlecleucel |"
TIME, EVENT = "untreated_remission_after_reinfusion", "untreated_remission_after_reinfusion_event"


def sheet(infusions=AGAIN, **more):
    return Sheet(patient_of(infusions=infusions, follow_up="day | status\n500 | alive", **more))


@pytest.mark.parametrize(
    ("kind", "counts"),
    [
        ("donor lymphocytes", True), ("TKI", True), ("radiotherapy", True), ("cranial radiotherapy", True),
        ("checkpoint inhibitor", True), ("HCT", True), ("CAR T", True), ("immunoglobulin", False), ("steroid", False),
    ],
)  # fmt: skip
def test_what_is_given_against_leukaemia_ends_remission_without_further_therapy(kind, counts):
    found = sheet(treatments=f"day | kind\n150 | {kind}")
    assert found.value("therapy_after_reinfusion") is counts
    assert (found.value(TIME), found.value(EVENT)) == ((50.0, True) if counts else (400.0, False))


@pytest.mark.parametrize(
    ("row", "counts"),
    [
        ("200 | 3 | brexucabtagene autoleucel |", True), ("200 | 3 | tisagenlecleucel |", True),
        ("102 | 2 | tisagenlecleucel |", False), ("102 | | tisagenlecleucel |", False), ("140 | | tisagenlecleucel |", True),
    ],
)  # fmt: skip
def test_a_further_course_is_further_therapy_and_a_split_dose_is_none(row, counts):
    assert sheet(f"{AGAIN}\n{row}").value(EVENT) is counts


@pytest.mark.parametrize(
    ("more", "answer"),
    [
        ({}, False),
        ({"relapses": "day | site\n90 | marrow"}, True),
        ({"relapses": "day | site\n150 | marrow"}, False),
        (
            {"relapses": "day | site\n60 | marrow", "assessments": "day | kind | value\n90 | response | CR"},
            False,
        ),
        ({"assessments": "day | kind | value\n28 | response | no response"}, True),
        ({"assessments": "day | kind | value\n28 | response | CR"}, False),
    ],
)
def test_relapse_or_no_response_by_the_day_of_reinfusion_leaves_no_remission_to_keep(more, answer):
    found = sheet(**more)
    assert found.value("relapse_or_no_response_at_reinfusion") is answer
    assert isinstance(found.value(TIME), Missing) is answer


@pytest.mark.parametrize("reason", ["relapse", "no response"])
def test_the_reason_of_the_reinfusion_tells_it_too(reason):
    assert sheet(f"{AGAIN} {reason}").value("relapse_or_no_response_at_reinfusion") is True


def test_remission_that_the_marrow_contradicts_is_not_decided():
    found = sheet(assessments="day | kind | value\n28 | response | CR", marrow="day | blasts\n90 | 40")
    assert isinstance(found.value("relapse_or_no_response_at_reinfusion"), Missing)
    assert isinstance(found.value(TIME), Missing)


OTHER_BETWEEN = "day | course | product | indication\n0 | 1 | tisagenlecleucel |\n200 | 2 | brexucabtagene |"


def test_a_reinfusion_is_that_of_the_same_product_whatever_lies_between():
    found = sheet(f"{OTHER_BETWEEN} relapse\n400 | 3 | tisagenlecleucel | hematogones")
    assert found.value("reinfusion_day") == 400
    assert found.value("reinfusion_indication") == "hematogones"


def test_the_reason_of_another_product_is_not_that_of_the_reinfusion():
    found = sheet("day | course | product | indication\n0 | 1 | a |\n200 | 2 | a |\n400 | 3 | b | relapse")
    assert found.value("reinfusion_day") == 200
    assert isinstance(found.value("reinfusion_indication"), Missing)
    assert found.value("therapy_after_reinfusion") is True
