"""HCT after CAR T cells: low MRD before it, groups whose need of it is not known, and products against CD22."""

from __future__ import annotations

import pytest

from tests.spec.guidelines.hct_case import CD28, EARLIER, ELIGIBLE, FLOW_NEGATIVE, REMISSION, case

FLOW = "myers-2023/pre-hct-flow"
PCR = "myers-2023/pre-hct-pcr"
HEAD = "day | method | specimen | result | level | sensitivity"


@pytest.mark.parametrize(
    ("row", "standing"),
    [
        pytest.param("positive | 0.00009 | 0.00001", "met", id="0.009 %"),
        pytest.param("positive | 0.0001 | 0.00001", "not-met", id="0.01 % is not below it"),
        pytest.param("negative | | 0.0001", "met", id="negative at 0.01 % is below it"),
        pytest.param("negative | | 0.001", "unknown", id="negative at 0.1 % may be above it"),
        pytest.param("negative | |", "unknown", id="negative, sensitivity not told"),
        pytest.param("detected below quantification | | 0.0001", "unknown", id="below quantification"),
        pytest.param("positive | | 0.0001", "unknown", id="positive, level not told"),
    ],
)
def test_flow_below_the_printed_level_is_told_of_survival_after_hct(row: str, standing: str) -> None:
    said = case(40, mrd=f"{HEAD}\n30 | flow | marrow | {row}")[FLOW]
    assert (said.standing, said.direction) == (standing, "open")
    assert said.strength == "statement: pre-HSCT flow cytometry is <0.01%"


@pytest.mark.parametrize(("level", "standing"), [("0.00009", "met"), ("0.0001", "not-met")])
@pytest.mark.parametrize("method", ["IG/TR RQ-PCR", "fusion PCR"])
def test_pcr_below_the_printed_level_is_told_of_survival_after_hct(
    method: str, level: str, standing: str
) -> None:
    said = case(40, mrd=f"{HEAD}\n30 | {method} | marrow | positive | {level} | 0.00001")
    assert said[PCR].standing == standing
    assert said[FLOW].standing == "unknown"


def test_a_level_of_long_ago_tells_nothing_of_the_day_of_hct() -> None:
    assert case(120, mrd=FLOW_NEGATIVE)[FLOW].standing == "met"
    old = case(121, mrd=FLOW_NEGATIVE)[FLOW]
    assert old.standing == "unknown"
    assert any("flow MRD test" in words for words in old.missing)


@pytest.mark.parametrize(
    ("indication", "standing"),
    [("primary refractory", "met"), ("second relapse", "not-met"), ("", "unknown")],
)
def test_what_hct_adds_in_primary_refractory_disease_is_to_be_studied(indication: str, standing: str) -> None:
    patients = f"disease | disease_indication\nB-ALL | {indication}"
    said = case(40, patients=patients)["myers-2023/primary-refractory-hct"]
    assert (said.standing, said.direction) == (standing, "open")
    assert said.strength == "warrants prospective study"


@pytest.mark.parametrize(
    ("months", "relapses", "standing"),
    [(11.9, 1, "met"), (12, 1, "not-met"), (11.9, 0, "not-met"), ("", 1, "unknown")],
)
def test_what_hct_adds_in_relapsed_infant_leukaemia_is_to_be_studied(
    months: float | str, relapses: int, standing: str
) -> None:
    patients = f"disease | age_at_diagnosis_months | relapse_number\nB-ALL | {months} | {relapses}"
    said = case(40, patients=patients)["myers-2023/infant-hct"]
    assert (said.standing, said.direction) == (standing, "open")
    assert said.strength == "warrants further study"
    assert "myers-2023/infant-lineage-switch" in said.facts


@pytest.mark.parametrize(
    ("level", "standing"),
    [("negative | | 0.0001", "met"), ("positive | 0.0001 | 0.00001", "not-met")],
)
def test_where_hct_is_deferred_at_low_burden_aplasia_persistence_and_mrd_guide(
    level: str, standing: str
) -> None:
    said = case(40, mrd=f"{HEAD}\n-8 | flow | marrow | {level}")
    assert said["wang-2025/management-guided"].standing == standing
    assert said["wang-2025/defer-hct-low-burden"].standing == standing
    assert said["wang-2025/management-guided"].strength == "can be guided by monitoring"


@pytest.mark.parametrize(
    ("target", "standing"),
    [
        ("CD22", "met"),
        ("CD19 and CD22", "met"),
        ("CD19", "out-of-scope"),
        ("", "unknown"),
    ],
)
def test_after_a_product_against_cd22_hct_is_practice(target: str, standing: str) -> None:
    infusions = f"day | course | product | target\n0 | 1 | trial product | {target}"
    said = case(40, infusions=infusions)["westhafen-2025/cd22-hct"]
    assert (said.standing, said.direction) == (standing, "open")
    assert said.strength == "statement: this approach is often combined with HCT"


def test_a_licensed_product_against_cd19_is_none_against_cd22() -> None:
    assert case(40, infusions=CD28)["westhafen-2025/cd22-hct"].standing == "out-of-scope"


def test_after_hct_nothing_more_is_said_of_it() -> None:
    said = case(
        120,
        infusions="day | course | product | target\n0 | 1 | trial product | CD19 and CD22",
        treatments=f"{EARLIER}\n90 | HCT | | |",
        assessments=f"{REMISSION}\n{ELIGIBLE}",
    )
    keys = ("westhafen-2025/cd22-hct", "myers-2023/infant-hct", "myers-2023/primary-refractory-hct", FLOW)
    assert {said[key].standing for key in keys} == {"out-of-scope"}
