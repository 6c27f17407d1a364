"""Special populations, choice of CAR T cells, and referral before infusion, in scenarios."""

from __future__ import annotations

import pytest

from tests.spec.guidelines.before_infusion_case import assessed, before_infusion, person, treated


def _standing(key: str, **tables: str) -> str:
    return before_infusion(**tables)[key].standing


@pytest.mark.parametrize(("months", "standing"), [(35.9, "met"), (36, "not-met"), ("", "unknown")])
def test_a_first_relapse_within_three_years_of_diagnosis(months: float | str, standing: str) -> None:
    patients = person(disease_indication="first relapse", relapse_interval_months=months)
    mrd = "day | method | specimen | result | sensitivity\n-5 | flow | marrow | negative | 0.0001"
    assert _standing("myers-2023/first-relapse-high-risk", patients=patients, mrd=mrd) == standing


def test_a_late_first_relapse_with_mrd_after_reinduction_counts_too() -> None:
    patients = person(disease_indication="first relapse", relapse_interval_months=50)
    mrd = "day | method | specimen | result | level\n-5 | flow | marrow | positive | 0.001"
    assert _standing("myers-2023/first-relapse-high-risk", patients=patients, mrd=mrd) == "met"


@pytest.mark.parametrize(
    ("indication", "for_it", "against"),
    [
        ("second relapse", "met", "not-met"),
        ("first relapse", "undetermined-by-source", "undetermined-by-source"),
    ],
)
def test_isolated_cns_relapse(indication: str, for_it: str, against: str) -> None:
    said = before_infusion(patients=person(disease_indication=indication), relapses="day | site\n-40 | CNS")
    assert said["myers-2023/isolated-cns"].standing == for_it
    assert said["myers-2023/isolated-cns-late"].standing == against
    marrow = before_infusion(
        patients=person(disease_indication=indication), relapses="day | site\n-40 | marrow"
    )
    assert marrow["myers-2023/isolated-cns"].standing == "not-met"


@pytest.mark.parametrize(
    ("indication", "trisomy", "myers", "refractory", "selected"),
    [
        ("second relapse", "yes", "met", "not-met", "not-met"),
        ("first relapse", "yes", "met", "not-met", "met"),
        ("primary refractory", "yes", "not-met", "met", "not-met"),
        ("first relapse", "no", "not-met", "not-met", "unknown"),
        ("second relapse", "", "unknown", "not-met", "not-met"),
    ],
)
def test_down_syndrome(indication: str, trisomy: str, myers: str, refractory: str, selected: str) -> None:
    said = before_infusion(patients=person(disease_indication=indication, down_syndrome=trisomy))
    assert said["myers-2023/down-syndrome"].standing == myers
    assert said["westhafen-2025/down-syndrome"].standing == refractory
    assert said["westhafen-2025/first-relapse-selected"].standing == selected


@pytest.mark.parametrize(
    ("predisposition", "standing"),
    [
        ("Nijmegen/chromosomal instability", "met"),
        ("Li-Fraumeni/TP53", "undetermined-by-source"),
        ("none", "not-met"),
        ("", "unknown"),
    ],
)
def test_which_genetic_conditions_are_meant_at_first_relapse(predisposition: str, standing: str) -> None:
    patients = person(
        disease_indication="first relapse", germline_predisposition=predisposition, down_syndrome="no"
    )
    assert _standing("westhafen-2025/first-relapse-selected", patients=patients) == standing


@pytest.mark.parametrize(("months", "standing"), [(11.9, "met"), (12, "not-met")])
def test_infant_leukaemia_that_relapsed(months: float, standing: str) -> None:
    assert _standing("myers-2023/infant", patients=person(age_at_diagnosis_months=months)) == standing


@pytest.mark.parametrize(
    ("share", "standing"), [(100, "not-met"), (99, "met"), (0, "not-met"), ("", "unknown")]
)
def test_mixed_chimerism_in_chromosomal_instability(share: float | str, standing: str) -> None:
    tables = {
        "patients": person(germline_predisposition="Nijmegen/chromosomal instability"),
        "treatments": treated("-300 | HCT | | | | | | matched sibling"),
    }
    if share != "":
        tables["labs"] = f"day | test | value | unit\n-5 | chimerism | {share} | %"
    assert _standing("westhafen-2025/chromosomal-instability", **tables) == standing


def mrd(*rows: str) -> str:
    return "\n".join(("day | method | specimen | result | level | sensitivity", *rows))


@pytest.mark.parametrize(
    ("apart", "blasts", "standing"),
    [(13, 2, "not-met"), (14, 2, "met"), (14, 4.9, "met"), (14, 5, "not-met"), (14, "", "unknown")],
)
def test_mrd_re_emergence_by_the_tests(apart: int, blasts: float | str, standing: str) -> None:
    tests = mrd(
        "-100 | flow | marrow | negative | | 0.0001",
        f"{-5 - apart} | flow | marrow | positive | 0.001 | 0.0001",
        "-5 | flow | marrow | positive | 0.002 | 0.0001",
    )
    marrow = f"day | blasts | cd19\n-5 | {blasts} | positive"
    said = _standing("wang-2025/mrd-re-emergence", mrd=tests, marrow=marrow, treatments=treated())
    assert said == standing


def test_targeted_therapy_in_between_is_no_re_emergence() -> None:
    tests = mrd(
        "-100 | flow | marrow | negative | | 0.0001",
        "-40 | flow | marrow | positive | 0.001 | 0.0001",
        "-5 | flow | marrow | positive | 0.002 | 0.0001",
    )
    tables = {"mrd": tests, "marrow": "day | blasts\n-5 | 2"}
    blinatumomab = treated("-30 | blinatumomab | | | -10 | | |")
    assert _standing("wang-2025/mrd-re-emergence", treatments=blinatumomab, **tables) == "not-met"
    assert _standing("wang-2025/mrd-re-emergence", **tables) == "unknown"


def test_mrd_that_was_never_negative_has_not_re_emerged() -> None:
    tests = mrd(
        "-30 | flow | marrow | positive | 0.001 | 0.0001", "-5 | flow | marrow | positive | 0.002 | 0.0001"
    )
    assert _standing("wang-2025/mrd-re-emergence", mrd=tests) == "unknown"
    assert (
        _standing("wang-2025/mrd-re-emergence", patients=person(disease_indication="MRD persistence"))
        == "met"
    )


def test_chemotherapy_intolerance_is_judged_and_never_guessed_from_toxicity() -> None:
    key = "wang-2025/chemotherapy-intolerance"
    assert _standing(key, patients=person(disease_indication="chemotherapy intolerance")) == "met"
    assert _standing(key, assessments=assessed("-5 | chemotherapy intolerance | absent")) == "not-met"
    severe = "day | kind | grade | scale\n-50 | organ | {} | CTCAE 5"
    told = before_infusion(toxicities=severe.format(3))[key]
    assert told.standing == "unknown"
    assert "organ toxicity" in told.answer.detail
    assert "organ toxicity" not in before_infusion(toxicities=severe.format(2))[key].answer.detail


@pytest.mark.parametrize(
    ("age", "standing"),
    [(17.9, "not-met"), (18.5, "met"), (25.9, "met"), (26.1, "not-met"), (None, "unknown")],
)
def test_from_18_to_25_two_products_stand_side_by_side(age: float | None, standing: str) -> None:
    assert before_infusion(age=age)["myers-2023/construct-comparison"].standing == standing


@pytest.mark.parametrize(
    ("rows", "standing"),
    [
        (["-5 | HCT wish | avoids"], "met"),
        (["-5 | HCT eligibility | not eligible"], "met"),
        (["-5 | HCT wish | wants", "-5 | HCT eligibility | eligible"], "not-met"),
        ([], "unknown"),
    ],
)
def test_tisagenlecleucel_where_hct_is_avoided(rows: list[str], standing: str) -> None:
    assert (
        _standing("myers-2023/tisa-cel-if-avoiding-hct", assessments=assessed("-9 | CNS | CNS1", *rows))
        == standing
    )


@pytest.mark.parametrize(("relapse", "standing"), [(-218, "met"), (-217, "not-met")])
def test_a_relapse_within_six_months_of_hct(relapse: int, standing: str) -> None:
    said = before_infusion(
        treatments=treated("-400 | HCT | | | | | | matched sibling"),
        relapses=f"day | site\n{relapse} | marrow",
    )
    assert said["myers-2023/persistent-product-after-hct"].standing == "met"
    assert said["myers-2023/curative-product-after-hct"].standing == "met"
    assert said["westhafen-2025/donor-derived-cells"].standing == standing


def test_blinatumomab_before_is_no_reason_to_withhold() -> None:
    key = "myers-2023/blinatumomab-no-contraindication"
    assert _standing(key, treatments=treated("-60 | blinatumomab | | | -40 | -38 | no CR |")) == "met"
    assert _standing(key, treatments=treated()) == "not-met"
    assert _standing(key) == "unknown"


@pytest.mark.parametrize(
    ("indication", "group", "standing"),
    [
        ("primary refractory", "high", "met"),
        ("primary refractory", "standard", "undetermined-by-source"),
        ("primary refractory", "", "unknown"),
        ("second relapse", "high", "not-met"),
    ],
)
def test_early_referral_of_primary_refractory_disease(indication: str, group: str, standing: str) -> None:
    patients = person(disease_indication=indication, nci_risk_group=group)
    assert _standing("myers-2023/primary-refractory", patients=patients) == standing


def test_the_search_for_a_donor_begins_while_cells_are_planned() -> None:
    key = "myers-2023/case-preparation"
    assert before_infusion()[key].missing == ("whether the search for a donor has begun",)
    assert _standing(key, assessments=assessed("-5 | donor | searching")) == "not-met"


def test_referral_is_past_once_cells_are_collected() -> None:
    assert _standing("myers-2023/early-referral") == "met"
    assert (
        _standing("myers-2023/early-referral", treatments=treated("-3 | apheresis | | | | | |"))
        == "out-of-scope"
    )


def test_the_running_case_of_myers_before_apheresis() -> None:
    said = before_infusion(
        region="US",
        edition=2025,
        patients=person(
            age_at_index_years=19.4, disease_indication="first relapse refractory to reinduction"
        ),
        treatments=treated("-60 | blinatumomab | | | -30 | -28 | no CR |"),
        marrow="day | blasts | cd19\n-2 | 26 | positive",
        assessments=assessed("-2 | HCT wish | avoids", "-2 | donor | searching", "-2 | CNS | CNS1"),
        labs="day | test | value | unit\n0 | ALC | 900 | {cells}/uL\n0 | WBC | 4 | 10*3/uL",
    )
    expected = {
        "labels/tisa-cel-us-indication": "met",
        "labels/brexu-cel-us-indication": "met",
        "myers-2023/construct-comparison": "met",
        "myers-2023/tisa-cel-if-avoiding-hct": "met",
        "myers-2023/blinatumomab-no-contraindication": "met",
        "myers-2023/case-preparation": "not-met",
        "myers-2023/case-cd19-confirmed": "not-met",
        "myers-2023/cd19-dim": "not-met",
        "myers-2023/collection-lymphocytes": "met",
        "myers-2023/collection-blasts": "not-met",
        "myers-2023/bridging-minimal": "not-met",
        "myers-2023/bridging-high-burden": "met",
    }
    assert {key: said[key].standing for key in expected} == expected


REINDUCTION = "-20 | chemotherapy | | reinduction | -10 | | |"


@pytest.mark.parametrize(("age", "standing"), [(25.9, "met"), (26, "not-met"), (32, "not-met")])
def test_tisagenlecleucel_instead_of_hct_only_where_it_is_labelled(age: float, standing: str) -> None:
    said = before_infusion(age=age, assessments=assessed("-5 | HCT wish | avoids"))
    assert said["myers-2023/tisa-cel-if-avoiding-hct"].standing == standing


@pytest.mark.parametrize(
    ("indication", "standing"),
    [("first relapse", "not-met"), ("first relapse refractory to reinduction", "met")],
)
def test_products_stand_side_by_side_only_where_both_labels_reach(indication: str, standing: str) -> None:
    said = before_infusion(age=19.5, indication=indication)
    assert said["myers-2023/construct-comparison"].standing == standing


@pytest.mark.parametrize(
    ("treatments", "tested", "standing"),
    [
        pytest.param(treated(), -30, "unknown", id="on the day of relapse"),
        pytest.param(treated(REINDUCTION), -30, "unknown", id="on the day of relapse, treated since"),
        pytest.param(treated(REINDUCTION), -20, "unknown", id="as reinduction begins"),
        pytest.param(treated(REINDUCTION), -5, "met", id="after reinduction"),
    ],
)
def test_mrd_at_relapse_is_not_mrd_after_reinduction(treatments: str, tested: int, standing: str) -> None:
    said = before_infusion(
        patients=person(disease_indication="first relapse", relapse_interval_months=60),
        relapses="day | site\n-30 | marrow",
        treatments=treatments,
        mrd=f"day | method | specimen | result | level\n{tested} | flow | marrow | positive | 0.001",
    )
    assert said["myers-2023/first-relapse-high-risk"].standing == standing


@pytest.mark.parametrize(
    ("second", "standing"),
    [
        pytest.param("positive | 0.00005", "unknown", id="below 0.01 % by flow"),
        pytest.param("positive | 0.0001", "met", id="from 0.01 % on"),
        pytest.param("detected below quantification |", "unknown", id="below quantification"),
    ],
)
def test_mrd_below_the_cut_off_of_the_study_interrupts_a_run(second: str, standing: str) -> None:
    tests = mrd(
        "-100 | flow | marrow | negative | | 0.0001",
        "-40 | flow | marrow | positive | 0.001 | 0.0001",
        f"-20 | flow | marrow | {second} | 0.00001",
        "-5 | flow | marrow | positive | 0.002 | 0.0001",
    )
    said = _standing(
        "wang-2025/mrd-re-emergence", mrd=tests, marrow="day | blasts\n-5 | 2", treatments=treated()
    )
    assert said == standing
