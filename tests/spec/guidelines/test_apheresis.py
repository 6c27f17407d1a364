"""Apheresis: whether cells can be collected on a day, what holds it back, and the earliest day, in scenarios."""

from __future__ import annotations

import pytest

from cartwise.basis import Missing
from cartwise.measures import Sheet
from tests.drawing import patient_of
from tests.spec.guidelines.before_infusion_case import assessed, before_infusion, person, treated

READY, LYMPHOCYTES, BLASTS = (f"myers-2023/collection-{end}" for end in ("timing", "lymphocytes", "blasts"))
STEROIDS, CHEMOTHERAPY, IMMUNOTHERAPY = (
    f"myers-2023/washout-{end}" for end in ("steroids", "chemotherapy", "immunotherapy")
)
AFTER_HCT = "myers-2023/collection-after-hct"
HCT = "-300 | HCT | | | | | | matched sibling"


def labs(*rows: str) -> str:
    return "\n".join(("day | test | value | unit", *rows))


QUIET = labs("0 | ALC | 500 | {cells}/uL", "0 | WBC | 2.5 | 10*3/uL")


@pytest.mark.parametrize(
    ("rows", "standing"),
    [
        (["0 | ALC | 299 | {cells}/uL", "0 | CD3 | 99 | {cells}/uL"], "not-met"),
        (["0 | ALC | 300 | {cells}/uL"], "met"),
        (["0 | ALC | 0.3 | 10*3/uL"], "met"),
        (["0 | CD3 | 200 | {cells}/uL"], "met"),
        pytest.param(
            ["0 | ALC | 299 | {cells}/uL", "0 | CD3 | 100 | {cells}/uL"],
            "undetermined-by-source",
            id="the range opens at 100",
        ),
        (["0 | ALC | 299 | {cells}/uL", "0 | CD3 | 199 | {cells}/uL"], "undetermined-by-source"),
        pytest.param(["0 | ALC | 299 | {cells}/uL"], "unknown", id="CD3 could still be enough"),
        pytest.param(["-4 | ALC | 900 | {cells}/uL"], "unknown", id="a count of four days ago does not tell"),
    ],
)
def test_lymphocytes_or_cd3(rows: list[str], standing: str) -> None:
    assert before_infusion(labs=labs(*rows))[LYMPHOCYTES].standing == standing


@pytest.mark.parametrize(
    ("white_cells", "blasts", "standing"),
    [
        (20, 90, "not-met"),
        (20.1, 90, "undetermined-by-source"),
        (40, 90, "undetermined-by-source"),
        (40.1, 80, "undetermined-by-source"),
        (40.1, 80.1, "met"),
        (40.1, 50.1, "undetermined-by-source"),
    ],
)
def test_circulating_blasts_within_the_printed_ranges_are_left_to_the_source(
    white_cells: float, blasts: float, standing: str
) -> None:
    counts = labs(f"0 | WBC | {white_cells} | 10*3/uL", f"0 | blasts | {blasts} | %")
    said = before_infusion(labs=counts, assessments=assessed("0 | disease progression | rapid"))[BLASTS]
    assert said.standing == standing
    assert any("disputed" in note for note in said.notes)


@pytest.mark.parametrize(
    ("pace", "standing"), [("rapid", "undetermined-by-source"), ("not rapid", "not-met")]
)
def test_many_white_cells_with_few_blasts_turn_on_the_pace_of_the_disease(pace: str, standing: str) -> None:
    counts = labs("0 | WBC | 45 | 10*3/uL", "0 | blasts | 50 | %")
    said = before_infusion(labs=counts, assessments=assessed(f"0 | disease progression | {pace}"))
    assert said[BLASTS].standing == standing


@pytest.mark.parametrize(("last", "standing"), [(-2, "met"), (-3, "not-met")])
def test_three_days_free_of_steroids(last: int, standing: str) -> None:
    assert (
        before_infusion(treatments=treated(f"-20 | steroid | | | {last} | | |"))[STEROIDS].standing
        == standing
    )


@pytest.mark.parametrize(("last", "standing"), [(-13, "met"), (-14, "not-met")])
def test_two_weeks_free_of_chemotherapy(last: int, standing: str) -> None:
    said = before_infusion(treatments=treated(f"-20 | chemotherapy | | | {last} | | |"))
    assert said[CHEMOTHERAPY].standing == standing


def test_a_course_that_has_not_ended_is_asked_for() -> None:
    said = before_infusion(treatments=treated("-20 | chemotherapy | | | | | |"))[CHEMOTHERAPY]
    assert said.standing == "unknown"
    assert said.missing == ("the last day of chemotherapy",)


@pytest.mark.parametrize(
    ("last", "standing"),
    [(-41, "met"), (-42, "undetermined-by-source"), (-91, "undetermined-by-source"), (-92, "not-met")],
)
def test_pembrolizumab_has_a_printed_range(last: int, standing: str) -> None:
    said = before_infusion(
        treatments=treated(f"-120 | checkpoint inhibitor | pembrolizumab | | {last} | | |")
    )
    assert said[IMMUNOTHERAPY].standing == standing


@pytest.mark.parametrize(("last", "standing"), [(-30, "undetermined-by-source"), (-92, "not-met")])
def test_no_period_is_printed_for_blinatumomab(last: int, standing: str) -> None:
    said = before_infusion(treatments=treated(f"-130 | blinatumomab | | | {last} | | |"))
    assert said[IMMUNOTHERAPY].standing == standing


@pytest.mark.parametrize(
    ("hct", "standing"),
    [(-99, "met"), (-100, "undetermined-by-source"), (-119, "undetermined-by-source"), (-120, "not-met")],
)
def test_after_hct_a_hundred_to_a_hundred_and_twenty_days(hct: int, standing: str) -> None:
    rows = (f"{hct} | HCT | | | | | | matched sibling", f"{hct} | immunosuppression | | | -40 | | |")
    said = before_infusion(treatments=treated(*rows), gvhd="day | kind\n-2 | none")
    assert said[AFTER_HCT].standing == standing


@pytest.mark.parametrize(("stopped", "standing"), [(-27, "met"), (-28, "not-met"), ("", "unknown")])
def test_immunosuppression_is_off_for_four_weeks(stopped: int | str, standing: str) -> None:
    rows = (HCT, f"-300 | immunosuppression | | | {stopped} | | |")
    said = before_infusion(treatments=treated(*rows), gvhd="day | kind\n-2 | none")
    assert said[AFTER_HCT].standing == standing


@pytest.mark.parametrize(
    ("gvhd", "standing"),
    [
        ("day | kind | end_day\n-60 | chronic |", "met"),
        ("day | kind | end_day\n-60 | acute | -20", "not-met"),
        pytest.param(
            "day | kind | end_day\n-60 | acute | -40", "unknown", id="nobody has looked for four weeks"
        ),
    ],
)
def test_signs_of_gvhd_hold_collection_back(gvhd: str, standing: str) -> None:
    rows = (HCT, "-300 | immunosuppression | | | -60 | | |")
    assert before_infusion(treatments=treated(*rows), gvhd=gvhd)[AFTER_HCT].standing == standing


def test_every_condition_together_makes_the_day() -> None:
    said = before_infusion(treatments=treated(), labs=QUIET)
    assert said[READY].standing == "met"
    assert said[READY].missing == ()
    assert before_infusion(treatments=treated())[READY].standing == "unknown"


def test_once_collected_readiness_is_past_and_the_yield_is_read() -> None:
    treatments = "day | kind | cells_collected\n-200 | chemotherapy |\n-3 | apheresis | 1000000000"
    said = before_infusion(treatments=treatments, labs=QUIET)
    assert said[READY].standing == "out-of-scope"
    assert said["myers-2023/collection-cd3"].standing == "met"
    less = before_infusion(treatments=treatments.replace("1000000000", "999999999"))
    assert less["myers-2023/collection-cd3"].standing == "not-met"


@pytest.mark.parametrize(("months", "standing"), [(11.9, "met"), (12, "not-met")])
def test_infants_with_mrd_may_be_collected_early(months: float, standing: str) -> None:
    said = before_infusion(
        patients=person(
            age_at_diagnosis_months=months, disease_indication="MRD persistence", relapse_number=0
        ),
        genetics="day | lesion | status\n-300 | none |",
        mrd="day | method | specimen | result | level\n-5 | flow | marrow | positive | 0.001",
    )
    assert said["myers-2023/collect-preemptively"].standing == standing


def test_the_earliest_day_is_the_last_condition_met_at_both_ends_of_the_range() -> None:
    patient = patient_of(
        patients="disease | referral_day\nB-ALL | 0",
        treatments="day | kind | end_day | donor\n-50 | HCT | | matched sibling\n-50 | immunosuppression | 20 |\n-2 | steroid | 4 |",
    )
    sheet = Sheet(patient.as_of(30))
    assert sheet.value("earliest_collection_day") == 50
    assert sheet.value("earliest_collection_day_far_end") == 70
    assert "HCT" in sheet["earliest_collection_day"].note
    early = Sheet(patient.as_of(10)).value("earliest_collection_day")
    assert isinstance(early, Missing)
    assert early.settled_by == "the last day of immunosuppression"


def test_the_earliest_day_names_immunotherapy_without_a_printed_period() -> None:
    patient = patient_of(
        patients="disease | referral_day\nB-ALL | 0",
        treatments="day | kind | end_day\n-100 | chemotherapy | -80\n-40 | blinatumomab | -12",
    )
    sheet = Sheet(patient.as_of(0))
    near = sheet.value("earliest_collection_day")
    assert isinstance(near, Missing)
    assert near.cause == "source"
    assert sheet.value("earliest_collection_day_far_end") == pytest.approx(-12 + 3 * 30.4375)


@pytest.mark.parametrize("kind", ["maintenance", "etoposide"])
@pytest.mark.parametrize(("last", "standing"), [(-13, "met"), (-14, "not-met"), ("", "unknown")])
def test_maintenance_and_etoposide_are_chemotherapy(kind: str, last: int | str, standing: str) -> None:
    said = before_infusion(treatments=treated(f"-99 | {kind} | | | {last} | | |"), labs=QUIET)
    assert said[CHEMOTHERAPY].standing == standing
    assert said[READY].standing == {"met": "not-met", "not-met": "met"}.get(standing, standing)


@pytest.mark.parametrize(
    ("row", "standing"),
    [
        pytest.param("-190 | ruxolitinib | | | | | |", "unknown", id="ruxolitinib goes on"),
        pytest.param("-190 | ruxolitinib | | | -27 | | |", "met", id="ruxolitinib to four weeks ago"),
        pytest.param("-190 | ruxolitinib | | | -28 | | |", "not-met", id="and a day longer ago"),
        pytest.param("-320 | ruxolitinib | | | -5 | | |", "met", id="begun before HCT, given after it"),
        pytest.param("-100 | steroid | | | -5 | | |", "met", id="steroids for GVHD"),
        pytest.param("-100 | steroid | | reinduction | -5 | | |", "not-met", id="steroids against leukaemia"),
        pytest.param("-250 | steroid | | | -240 | | |", "not-met", id="steroids before there was GVHD"),
    ],
)
def test_drugs_against_gvhd_are_immunosuppression(row: str, standing: str) -> None:
    rows = (HCT, "-300 | immunosuppression | | | -200 | | |", row)
    gvhd = "day | kind | end_day\n-200 | chronic | -10"
    assert before_infusion(treatments=treated(*rows), gvhd=gvhd)[AFTER_HCT].standing == standing


def test_cells_collected_for_an_earlier_product_are_not_those_of_the_next() -> None:
    rows = ("-300 | apheresis | | | | | |", "-250 | CAR T | | | | | |")
    said = before_infusion(treatments=treated(*rows), labs=QUIET)[READY]
    assert said.standing == "unknown"
    assert said.missing == ("whether cells are in store",)
    again = before_infusion(treatments=treated(*rows, "-3 | apheresis | | | | | |"), labs=QUIET)[READY]
    assert again.standing == "out-of-scope"


@pytest.mark.parametrize(
    ("relapses", "months", "standing"),
    [(0, 30, "undetermined-by-source"), (0, 6, "met"), (1, 6, "not-met")],
)
def test_other_very_high_risk_is_left_to_the_source_and_a_relapse_is_too_late(
    relapses: int, months: int, standing: str
) -> None:
    said = before_infusion(
        patients=person(
            age_at_diagnosis_months=months, disease_indication="MRD persistence", relapse_number=relapses
        ),
        mrd="day | method | specimen | result | level\n-5 | flow | marrow | positive | 0.001",
        genetics="day | lesion | status\n-300 | hypodiploid | present",
    )
    assert said["myers-2023/collect-preemptively"].standing == standing
