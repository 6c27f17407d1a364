"""Who is analysed, who is left out and why, and which groups may be followed from infusion on."""

import pytest

from cartwise.analyses import catalogue, group_by, run
from cartwise.basis import UserError
from cartwise.measures import Sheet
from tests.drawing import study_of

FOUR = {
    "patients": "patient_id | disease\nA | B-ALL\nB | B-ALL\nC | B-ALL\nD | B-ALL",
    "infusions": "patient_id | day | course\nA | 0 | 1\nB | 0 | 1\nC | 0 | 1",
    "follow_up": "patient_id | day | status\nA | 300 | alive\nB | 200 | alive\nC | 100 | alive",
    "treatments": "patient_id | day | kind\nA | -100 | HCT\nB | -100 | chemotherapy\nA | 5 | tocilizumab",
    "deaths": "patient_id | day | cause\nC | 120 | leukaemia",
}


def attrition(result):
    return dict(zip(result.attrition["step"], result.attrition["patients"], strict=True))


def test_every_patient_is_counted_once():
    steps = attrition(run(study_of(**FOUR), "overall_survival", by="prior_hct"))
    assert steps["In the study"] == 4
    assert steps["Out: not infused"] == 1
    assert steps["Out: Prior HCT not known"] == 1
    assert steps["Analysed"] == 2
    assert sum(steps.values()) == 2 * steps["In the study"]


def test_a_patient_without_what_is_needed_is_out_and_the_reason_is_tabulated():
    result = run(study_of(**FOUR), "kinetics_by_group")
    assert attrition(result)["Out: Cmax not known"] == 3
    rows = result.missing.set_index(["measure", "reason"])["patients"]
    assert rows["cmax", "known"] == 0
    assert rows["cmax", "no transgene level in blood from day 0 to 28"] == 3


def test_the_result_says_its_question_its_source_and_how_to_repeat_it():
    result = run(study_of(**FOUR), "overall_survival", by="prior_hct")
    assert result.question.endswith("?")
    assert result.command == "cartwise analyse STUDY overall_survival --by prior_hct"
    assert "n = 2 (of 4 in the study)" in result.caption
    assert "Source: Drawn" in result.caption
    assert any("Kaplan-Meier" in sentence for sentence in result.methods)
    assert any("from infusion to death" in sentence for sentence in result.methods)


@pytest.mark.parametrize(
    "by", ["hct_after_infusion", "tocilizumab_given", "crs_max_grade", "overall_survival_event", "cmax"]
)
def test_groups_first_known_after_infusion_are_refused(by):
    """Following them from infusion on would compare those who lived long enough with the rest."""
    tables = FOUR | {
        "toxicities": "patient_id | day | kind | grade | scale\nA | 3 | CRS | 2 | ASTCT 2019\nB | 3 | CRS | 0 | ASTCT 2019",
        "transgene": "patient_id | day | specimen | copies_per_ug\nA | 7 | blood | 900",
    }
    with pytest.raises(UserError, match=r"immortal time.*[Ll]andmark"):
        run(study_of(**tables), "overall_survival", by=by)


def test_a_result_reported_late_forms_a_group_where_its_sample_came_before_infusion():
    tables = FOUR | {
        "mrd": "patient_id | day | available_day | method | specimen | result\n"
        "A | -9 | 4 | flow | marrow | negative\nB | -9 | 4 | flow | marrow | positive"
    }
    result = run(study_of(**tables), "overall_survival", by="mrd_state_before_ld")
    assert list(result.tables["groups"]["group"]) == ["negative", "positive", "All patients"]


def test_groups_known_after_infusion_may_be_described():
    result = run(study_of(**FOUR), "cohort_description", by="tocilizumab_given")
    assert result.title == "Description of the cohort by Tocilizumab given"


@pytest.mark.parametrize(
    ("name", "by", "said"),
    [
        ("swimmer", "prior_hct", "takes no groups"),
        ("overall_survival", "shoe_size", "no measure 'shoe_size'"),
        ("cohort_description", "bca_loss", "intervals"),
        ("survival", None, "no analysis 'survival'"),
    ],
)
def test_what_cannot_be_run_says_so_in_words(name, by, said):
    tables = FOUR | {"b_cells": "patient_id | day | specimen | percent_of_lymphocytes\nA | 20 | blood | 0"}
    with pytest.raises(UserError, match=said):
        run(study_of(**tables), name, by=by)


def test_numbers_are_cut_where_asked_else_at_their_median():
    ages = "\n".join(f"P{age} | {age}" for age in range(1, 10))
    study = study_of(
        patients=f"patient_id | age_at_index_years\n{ages}",
        infusions="patient_id | day\n" + "\n".join(f"P{age} | 0" for age in range(1, 10)),
    )
    sheets = {name: Sheet(patient) for name, patient in study.patients.items()}
    at_median = group_by(sheets, "age_at_infusion")
    assert at_median.levels == ("< 5 years", "≥ 5 years")
    assert [name for name, level in at_median.of.items() if level == "< 5 years"] == ["P1", "P2", "P3", "P4"]
    assert at_median.note == "cut at its median"
    assert group_by(sheets, "age_at_infusion", cut=2).levels == ("< 2 years", "≥ 2 years")


def test_an_interval_belongs_to_a_side_of_a_cut_off_only_where_all_of_it_lies_there():
    study = study_of(
        patients="patient_id\nLOW\nHIGH\nOPEN",
        infusions="patient_id | day\nLOW | 0\nHIGH | 0\nOPEN | 0",
        mrd="patient_id | day | method | specimen | result | level | sensitivity\n"
        "LOW | -5 | flow | marrow | negative | | 0.00001\n"
        "HIGH | -5 | flow | marrow | positive | 0.02 |\n"
        "OPEN | -5 | flow | marrow | negative | | 0.001",
    )
    sheets = {name: Sheet(patient) for name, patient in study.patients.items()}
    found = group_by(sheets, "mrd_before_ld_range", cut=1e-4)
    assert dict(found.of) == {"LOW": "< 10⁻⁴", "HIGH": "≥ 10⁻⁴"}
    assert "does not settle the cut-off" in found.reasons["OPEN"]


@pytest.mark.parametrize("name", list(catalogue()))
@pytest.mark.parametrize(
    "tables",
    [
        {"patients": "patient_id"},
        {"patients": "patient_id | disease\nA | B-ALL"},
        {"patients": "patient_id | disease\nA | B-ALL", "infusions": "patient_id | day\nA | 0"},
        {"patients": "patient_id | referral_day\nA | 0\nB | 0"},
    ],
    ids=["nobody", "one", "one infused", "none infused"],
)
def test_every_analysis_runs_on_next_to_nothing(name, tables):
    study = study_of(**tables)
    result = run(study, name)
    assert result.attrition["patients"].iloc[0] == len(study.patients)
    if result.analysed == 0:
        assert not result.figures
