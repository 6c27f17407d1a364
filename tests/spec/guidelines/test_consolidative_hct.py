"""Consolidative HCT after CD19 CAR T cells: what each source says, in scenarios."""

from __future__ import annotations

import pytest

from cartwise.guidelines import catalogue
from tests.spec.guidelines.hct_case import (
    APLASIA,
    CD28,
    EARLIER,
    ELIGIBLE,
    FLOW_NEGATIVE,
    PRIOR,
    PRIOR_HCT,
    REMISSION,
    STILL_NEGATIVE,
    TIER_1,
    TIER_2,
    case,
)


def test_a_cd28_product_settles_the_first_tier_and_asks_for_nothing() -> None:
    said = case(40, infusions=CD28)[TIER_1]
    assert said.standing == "met"
    assert said.missing == ()
    assert said.strength == "there is reasonable evidence to recommend"


def test_a_cd28_product_is_recommended_by_myers_in_its_own_words() -> None:
    said = case(40, infusions=CD28)["myers-2023/hct-after-cd28"]
    assert (said.standing, said.strength) == ("met", "We recommend consolidative HSCT")


@pytest.mark.parametrize(
    ("asked_on", "standing"),
    [
        pytest.param(91, "unknown", id="month 3: aplasia was seen in month 2, and may still be lost in time"),
        pytest.param(152, "unknown", id="month 5: aplasia was seen in month 4"),
        pytest.param(213, "unknown", id="month 7: nothing was looked at after month 4"),
    ],
)
def test_loss_within_six_months_cannot_be_told_from_samples_of_months_2_and_4(
    asked_on: float, standing: str
) -> None:
    b_cells = f"{APLASIA}\n61 | blood | 0 | 0\n122 | blood | 0 | 0"
    said = case(asked_on, b_cells=b_cells, mrd=FLOW_NEGATIVE)[TIER_1]
    assert said.standing == standing
    assert any("B-cell count on or after day 183" in words for words in said.missing)


def test_loss_is_settled_as_late_by_aplasia_after_six_months() -> None:
    b_cells = f"{APLASIA}\n122 | blood | 0 | 0\n190 | blood | 0 | 0"
    assert case(400, b_cells=b_cells, mrd=STILL_NEGATIVE)[TIER_1].standing == "not-met"


def test_loss_before_six_months_is_settled_by_a_count_of_every_reading() -> None:
    b_cells = f"{APLASIA}\n61 | blood | 120 | 9"
    assert case(70, b_cells=b_cells, mrd=FLOW_NEGATIVE)[TIER_1].standing == "met"


def test_a_count_between_the_printed_definitions_is_left_to_the_source() -> None:
    b_cells = "day | specimen | count\n14 | blood | 0\n61 | blood | 30\n200 | blood | 30"
    said = case(201, b_cells=b_cells, mrd=STILL_NEGATIVE)[TIER_1]
    assert said.standing == "undetermined-by-source"
    assert "count-below-10" in str(said.answer)
    assert said.missing == ()


def test_with_a_prior_transplant_westhafen_leaves_early_loss_open() -> None:
    b_cells = f"{APLASIA}\n61 | blood | 120 | 9"
    said = case(70, b_cells=b_cells, treatments=PRIOR, mrd=FLOW_NEGATIVE)
    assert said[TIER_1].standing == "not-met"
    assert said[PRIOR_HCT].standing == "undetermined-by-source"
    assert said["myers-2023/second-hct-not-routine"].standing == "met"
    assert said["myers-2023/second-hct-not-routine"].direction == "against"


def test_mrd_by_flow_counts_at_any_level() -> None:
    mrd = f"{FLOW_NEGATIVE}\n60 | flow | marrow | positive | 0.0001 | 0.0001"
    assert case(70, mrd=mrd)[TIER_1].standing == "met"


@pytest.mark.parametrize(
    "row",
    [
        pytest.param("60 | NGS | marrow | positive | 0.000003 | 0.000001", id="NGS alone"),
        pytest.param(
            "60 | IG/TR RQ-PCR | marrow | detected below quantification | | 0.00001",
            id="below quantification",
        ),
    ],
)
def test_mrd_by_ngs_alone_or_below_quantification_is_left_to_the_source(row: str) -> None:
    b_cells = f"{APLASIA}\n190 | blood | 0 | 0"
    said = case(200, mrd=f"{STILL_NEGATIVE}\n{row}", b_cells=b_cells)
    assert said[TIER_1].standing == "undetermined-by-source"


def test_talleur_counts_ngs_as_detectable_disease() -> None:
    mrd = f"{FLOW_NEGATIVE}\n60 | NGS | marrow | positive | 0.000003 | 0.000001"
    assert case(70, mrd=mrd)["talleur-2023/bca-loss-or-detectable-hct"].standing == "met"


@pytest.mark.parametrize(
    ("blasts", "standing"),
    [(5, "unknown"), (5.1, "unknown"), (25, "unknown"), (25.1, "met"), (4.9, "unknown")],
)
def test_high_burden_is_settled_only_beyond_the_printed_range(blasts: float, standing: str) -> None:
    marrow = f"day | blasts\n-10 | {blasts}"
    assert case(40, marrow=marrow)[TIER_2].standing == standing


@pytest.mark.parametrize(
    ("blasts", "standing"), [(4.9, "not-met"), (5, "not-met"), (12, "undetermined-by-source"), (26, "met")]
)
def test_with_every_other_ground_denied_burden_decides_the_second_tier(blasts: float, standing: str) -> None:
    assessments = f"{REMISSION}\n{ELIGIBLE}\n20 | donor | not available\n20 | HCT wish | avoids\n20 | another relapse treatable | likely"
    said = case(
        40,
        assessments=assessments,
        marrow=f"day | blasts\n-10 | {blasts}",
        treatments=f"{EARLIER}\n-60 | blinatumomab | -40 | -38 | CR",
        genetics="day | lesion | status | risk_group\n-300 | none | absent | low",
    )
    assert said[TIER_2].standing == standing


def test_an_unknown_mrd_does_not_block_the_second_tier() -> None:
    assessments = f"{REMISSION}\n{ELIGIBLE}\n20 | donor | available\n20 | HCT wish | wants"
    said = case(40, assessments=assessments)
    assert said[TIER_1].standing == "unknown"
    assert said[TIER_2].standing == "met"


def test_failure_of_blinatumomab_is_ground_of_the_second_tier() -> None:
    treatments = f"{EARLIER}\n-60 | blinatumomab | -40 | -38 | no CR"
    assert case(40, treatments=treatments)[TIER_2].standing == "met"


def test_blinatumomab_without_a_recorded_response_is_asked_for() -> None:
    treatments = f"{EARLIER}\n-60 | blinatumomab | -40 | |"
    said = case(40, treatments=treatments)[TIER_2]
    assert said.standing == "unknown"
    assert any("blinatumomab" in words for words in said.missing)


def test_a_result_counts_from_the_day_it_was_available() -> None:
    mrd = (
        "day | available_day | method | specimen | result | level | sensitivity\n"
        "28 | 30 | flow | marrow | negative | | 0.0001\n60 | 74 | flow | marrow | positive | 0.001 | 0.0001"
    )
    assert case(73, mrd=mrd)[TIER_1].standing == "unknown"
    assert case(74, mrd=mrd)[TIER_1].standing == "met"


@pytest.mark.parametrize(
    ("mrd", "standing"),
    [
        pytest.param("-8 | flow | marrow | negative | | 0.0001", "met", id="negative at 1e-4 is below 1e-4"),
        pytest.param(
            "-8 | flow | marrow | positive | 0.0001 | 0.0001", "not-met", id="1e-4 is not below 1e-4"
        ),
        pytest.param(
            "-8 | flow | marrow | negative | | 0.001", "unknown", id="negative at 1e-3 may be above 1e-4"
        ),
    ],
)
def test_low_burden_of_the_peking_cohort(mrd: str, standing: str) -> None:
    said = case(40, mrd=f"day | method | specimen | result | level | sensitivity\n{mrd}")[
        "wang-2025/defer-hct-low-burden"
    ]
    assert said.standing == standing
    assert said.direction == "against"
    assert any("disputed" in note for note in said.notes)


@pytest.mark.parametrize(("level", "standing"), [("0.01", "met"), ("0.0099", "not-met")])
def test_high_burden_of_the_peking_cohort(level: str, standing: str) -> None:
    mrd = f"day | method | specimen | result | level | sensitivity\n-8 | flow | marrow | positive | {level} | 0.0001"
    assert case(40, mrd=mrd)["wang-2025/hct-high-burden"].standing == standing


def test_the_running_case_of_myers_at_day_28_is_to_be_verified() -> None:
    mrd = f"{FLOW_NEGATIVE}\n28 | NGS | marrow | detected below quantification | | 0.000001"
    said = case(35, mrd=mrd, b_cells=APLASIA)
    assert said["myers-2023/ngs-day-28-verify"].standing == "met"
    assert said["myers-2023/ngs-day-28-verify"].strength == "should be verified"


def test_the_running_case_of_myers_at_day_60_has_lost_aplasia_with_persistent_ngs() -> None:
    mrd = (
        f"{FLOW_NEGATIVE}\n28 | NGS | marrow | detected below quantification | | 0.000001\n"
        "60 | NGS | marrow | detected below quantification | | 0.000001"
    )
    assessments = f"{REMISSION}\n{ELIGIBLE}\n2 | HCT wish | avoids\n58 | donor | available"
    b_cells = "day | specimen | count\n28 | blood | 0\n60 | blood | 75"
    treatments = f"{EARLIER}\n-60 | blinatumomab | -40 | -38 | no CR"
    said = case(
        61,
        mrd=mrd,
        b_cells=b_cells,
        assessments=assessments,
        treatments=treatments,
        marrow="day | blasts\n-7 | 30",
    )
    assert said[TIER_1].standing == "met"
    assert said[TIER_2].standing == "met"
    assert said["talleur-2023/limited-persistence-hct"].standing == "met"
    assert said["myers-2023/hct-naive-advantage"].standing == "met"
    assert said["myers-2023/hct-not-an-option"].standing == "met"


def test_case_2_of_talleur_fires_by_its_disease_and_its_late_loss_is_left_open() -> None:
    mrd = f"{FLOW_NEGATIVE}\n150 | NGS | marrow | positive | 0.000002 | 0.000001\n240 | NGS | marrow | positive | 0.00002 | 0.000001"
    b_cells = f"{APLASIA}\n190 | blood | 0 | 0\n243 | blood | 150 | 10"
    said = case(250, mrd=mrd, b_cells=b_cells)
    assert said["talleur-2023/limited-persistence-hct"].standing == "undetermined-by-source"
    assert said["talleur-2023/bca-loss-or-detectable-hct"].standing == "met"


def test_a_definition_that_still_waits_for_a_sample_asks_for_it() -> None:
    b_cells = "day | specimen | count | percent_of_lymphocytes\n14 | blood | 0 | 0\n60 | blood | 400 |"
    said = case(70, b_cells=b_cells, mrd=FLOW_NEGATIVE)[TIER_1]
    assert said.standing == "unknown"
    assert any("B-cell count" in words for words in said.missing)


def test_aplasia_never_seen_is_left_to_the_source() -> None:
    b_cells = "day | specimen | count | percent_of_lymphocytes\n14 | blood | 300 | 20\n60 | blood | 400 | 25"
    said = case(70, b_cells=b_cells, mrd=FLOW_NEGATIVE)[TIER_1]
    assert said.standing == "undetermined-by-source"
    assert said.missing == ()


def test_an_old_negative_test_does_not_deny_mrd() -> None:
    b_cells = f"{APLASIA}\n190 | blood | 0 | 0"
    said = case(300, b_cells=b_cells, mrd=FLOW_NEGATIVE)[TIER_1]
    assert said.standing == "unknown"
    assert "a new marrow MRD test by flow or PCR" in said.missing


def test_loss_between_two_samples_around_six_months_asks_for_what_lies_between() -> None:
    b_cells = f"{APLASIA}\n150 | blood | 0 | 0\n210 | blood | 400 | 20"
    said = case(220, b_cells=b_cells, mrd=STILL_NEGATIVE)[TIER_1]
    assert said.standing == "unknown"
    assert any("between 150 and 210" in words for words in said.missing)


def test_an_ngs_result_of_day_28_that_was_repeated_needs_no_verifying() -> None:
    mrd = (
        f"{FLOW_NEGATIVE}\n28 | NGS | marrow | positive | 0.00001 | 0.000001\n"
        "50 | NGS | marrow | negative | | 0.000001"
    )
    assert case(60, mrd=mrd)["myers-2023/ngs-day-28-verify"].standing == "not-met"


def test_ngs_first_found_after_month_3_counts_from_month_3_on() -> None:
    mrd = f"{FLOW_NEGATIVE}\n180 | NGS | marrow | positive | 0.00001 | 0.000001"
    assert case(190, mrd=mrd)["myers-2023/ngs-month-3-predictive"].standing == "met"


def test_a_judgement_of_treatability_outweighs_cytogenetics() -> None:
    assessments = (
        f"{REMISSION}\n{ELIGIBLE}\n20 | donor | not available\n20 | HCT wish | avoids\n"
        "20 | another relapse treatable | likely"
    )
    said = case(
        40,
        assessments=assessments,
        genetics="day | lesion | status\n-300 | KMT2Ar | present",
        marrow="day | blasts\n-10 | 1",
        treatments=f"{EARLIER}\n-60 | blinatumomab | -40 | -38 | CR",
    )
    assert said[TIER_2].standing == "not-met"


def test_every_recommendation_prints_its_rule_and_names_its_fact() -> None:
    for guideline in catalogue():
        for item in guideline.recommendations:
            assert item.when.sentence
            assert item.because.startswith(guideline.source + "/")
            assert item.strength
