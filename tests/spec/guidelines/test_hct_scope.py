"""Of whom the sources on consolidative HCT speak, and what a record that contradicts itself leaves unsaid."""

from __future__ import annotations

import pytest

from cartwise.guidelines import NOTHING_APPLIES, advise, summary
from tests.drawing import study_of
from tests.spec.guidelines.hct_case import APLASIA, CD28, EARLIER, ELIGIBLE, PRIOR, REMISSION, TIER_1, case


def test_without_earlier_treatments_a_prior_transplant_is_unknown_and_asked_for() -> None:
    treatments = "day | kind\n3 | tocilizumab"
    said = case(40, treatments=treatments, infusions=CD28)[TIER_1]
    assert said.standing == "unknown"
    assert any("earlier treatment" in words for words in said.missing)


def test_without_a_recorded_response_the_scope_is_unknown_and_asked_for() -> None:
    said = case(40, assessments=ELIGIBLE, infusions=CD28)[TIER_1]
    assert said.standing == "unknown"
    assert any("response" in words for words in said.missing)


def test_a_relapsed_patient_is_out_of_scope() -> None:
    relapse = "day | site | immunophenotype\n200 | marrow | CD19+"
    assert case(300, relapses=relapse)[TIER_1].standing == "out-of-scope"


def test_the_relapse_is_not_known_before_its_day() -> None:
    relapse = "day | site | immunophenotype\n200 | marrow | CD19+"
    assert case(199, relapses=relapse, infusions=CD28)[TIER_1].standing == "met"


def test_after_death_everything_is_out_of_scope() -> None:
    said = case(300, deaths="day | cause\n250 | infection", infusions=CD28)
    assert {item.standing for item in said.values()} == {"out-of-scope"}


def test_after_a_transplant_the_decision_has_been_taken() -> None:
    treatments = f"{EARLIER}\n90 | HCT | | |"
    assert case(120, treatments=treatments, infusions=CD28)[TIER_1].standing == "out-of-scope"


def test_two_answers_of_one_day_are_shown_as_conflicting_records() -> None:
    assessments = f"{REMISSION}\n{ELIGIBLE}\n20 | HCT eligibility | not eligible"
    assert case(40, assessments=assessments, infusions=CD28)[TIER_1].standing == "conflicting-records"


def test_where_nothing_applies_and_nothing_is_open_the_summary_says_so() -> None:
    said = [item for item in case(40).values() if item.standing == "not-met"]
    assert said
    assert summary(said) == NOTHING_APPLIES


def test_where_nothing_can_be_told_the_summary_does_not_say_that_nothing_applies() -> None:
    said = [item for item in case(40, assessments=ELIGIBLE).values() if item.decision == "consolidative-hct"]
    assert "cannot be told from the record" in summary(said)


def test_what_is_said_of_everybody_does_not_count_as_said_of_this_patient() -> None:
    said = [
        item
        for item in case(40).values()
        if item.general
        and item.standing != "out-of-scope"
        and item.decision in {"consolidative-hct", "monitoring-after-infusion"}
    ]
    assert {item.standing for item in said} == {"met"}
    assert summary(said) == NOTHING_APPLIES


@pytest.mark.parametrize(
    ("patients", "standing"),
    [
        pytest.param("disease\nLBCL", "out-of-scope", id="another disease"),
        pytest.param("sex\nfemale", "unknown", id="disease not recorded"),
    ],
)
def test_the_sources_speak_of_b_all(patients: str, standing: str) -> None:
    assert case(40, infusions=CD28, patients=patients)[TIER_1].standing == standing


@pytest.mark.parametrize(
    ("infusion", "standing"),
    [
        pytest.param("trial product | CD22 | CD28", "out-of-scope", id="a CAR against CD22"),
        pytest.param("trial product | | CD28", "unknown", id="target not recorded"),
        pytest.param("trial product | CD19 | CD28", "met", id="a trial's CAR against CD19"),
        pytest.param("tisagenlecleucel | CD19 | CD28", "conflicting-records", id="not this product's domain"),
    ],
)
def test_the_sources_speak_of_cd19_cars(infusion: str, standing: str) -> None:
    infusions = f"day | course | product | target | costimulation\n0 | 1 | {infusion}"
    assert case(40, infusions=infusions)[TIER_1].standing == standing


def test_a_later_remission_is_another_decision() -> None:
    relapse = "day | site | immunophenotype\n120 | marrow | CD19+"
    assessments = f"{REMISSION}\n{ELIGIBLE}\n160 | response | CR"
    said = case(170, assessments=assessments, relapses=relapse, infusions=CD28)
    assert said[TIER_1].standing == "out-of-scope"


def test_after_a_further_course_the_first_no_longer_speaks() -> None:
    infusions = f"{CD28}\n150 | 2 | brexucabtagene autoleucel | CD28"
    assert case(170, infusions=infusions)[TIER_1].standing == "out-of-scope"


@pytest.mark.parametrize("hint", ["immunosuppression", "donor lymphocytes", "CD34 boost"])
def test_what_follows_a_transplant_keeps_a_prior_transplant_from_being_denied(hint: str) -> None:
    treatments = f"{EARLIER}\n-300 | {hint} | | |"
    said = case(40, treatments=treatments, infusions=CD28)[TIER_1]
    assert said.standing == "unknown"
    assert "whether there was a transplant" in said.missing


def test_a_steroid_alone_is_no_history() -> None:
    treatments = "day | kind\n-5 | steroid"
    assert case(40, treatments=treatments, infusions=CD28)[TIER_1].standing == "unknown"


def test_marrow_blasts_contradict_a_remission() -> None:
    marrow = "day | blasts\n90 | 60"
    assert case(100, marrow=marrow, infusions=CD28)[TIER_1].standing == "conflicting-records"


def test_remission_and_progression_of_one_day_contradict_each_other() -> None:
    assessments = f"{REMISSION}\n{ELIGIBLE}\n28 | response | progression"
    said = case(40, assessments=assessments, infusions=CD28)
    assert said[TIER_1].standing == "conflicting-records"


def test_imminent_relapse_after_a_prior_transplant_is_left_to_the_source() -> None:
    said = case(70, b_cells=f"{APLASIA}\n61 | blood | 120 | 9", treatments=PRIOR)
    assert said["myers-2023/second-hct-imminent-relapse"].standing == "undetermined-by-source"


@pytest.mark.parametrize(
    ("indication", "standing"),
    [("second relapse", "out-of-scope"), ("MRD persistence", "met"), ("", "unknown")],
)
def test_the_peking_cohort_speaks_of_its_own_indications(indication: str, standing: str) -> None:
    mrd = "day | method | specimen | result | level | sensitivity\n-8 | flow | marrow | negative | | 0.0001"
    said = case(40, mrd=mrd, patients=f"disease | disease_indication\nB-ALL | {indication}")
    assert said["wang-2025/defer-hct-low-burden"].standing == standing


def test_a_row_of_deaths_that_was_set_aside_leaves_open_whether_there_is_anybody_to_advise() -> None:
    study = study_of(
        patients="patient_id | disease\nP | B-ALL",
        infusions="patient_id | day | product\nP | 0 | tisagenlecleucel",
        deaths="patient_id | day | cause\nP | soon | infection",
    )
    said = advise(study.patients["P"].as_of(40))
    assert {item.standing for item in said} <= {"unknown", "out-of-scope"}
    assert all("that row, mended" in item.missing for item in said if item.standing == "unknown")
