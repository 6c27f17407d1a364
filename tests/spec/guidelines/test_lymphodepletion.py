"""Lymphodepletion: exposure to fludarabine by each source's own cut-off, in scenarios."""

from __future__ import annotations

import pytest

from tests.spec.guidelines.before_infusion_case import before_infusion, treated

ESTIMATED, MEASURED = "prwcc/fludarabine-auc", "princess-maxima/fludarabine-auc"
REVIEW, WESTHAFEN = "myers-2023/fludarabine-auc", "westhafen-2025/fludarabine-auc"


def _with(exposure: float | str) -> dict[str, str]:
    return {
        "treatments": treated(
            "-4 | lymphodepletion | fludarabine, cyclophosphamide | lymphodepletion | -1 | | |"
        ),
        "labs": f"day | test | value | unit\n-1 | fludarabine AUC | {exposure} | mg.h/L",
    }


@pytest.mark.parametrize(
    ("exposure", "estimated", "measured", "review"),
    [
        (13.7, "met", "met", "met"),
        (13.8, "not-met", "met", "undetermined-by-source"),
        (13.9, "not-met", "met", "undetermined-by-source"),
        (14, "not-met", "not-met", "not-met"),
    ],
)
def test_the_cut_offs_of_two_studies_stay_apart(
    exposure: float, estimated: str, measured: str, review: str
) -> None:
    said = before_infusion(**_with(exposure))
    assert said[ESTIMATED].standing == said[WESTHAFEN].standing == estimated
    assert said[MEASURED].standing == measured
    assert said[REVIEW].standing == review


def test_what_may_not_be_concluded_stands_beside_every_cut_off() -> None:
    said = before_infusion(**_with(10))
    for key in (ESTIMATED, MEASURED, REVIEW, WESTHAFEN):
        assert "there is insufficient data to change standard lymphodepletion regimens" in said[key].action
        assert "myers-2023/fludarabine-standard" in said[key].facts
        assert "measured or estimated" in str(said[key].answer.detail)


def test_without_an_exposure_it_is_asked_for() -> None:
    said = before_infusion()[MEASURED]
    assert said.standing == "unknown"
    assert any("fludarabine" in words for words in said.missing)


def test_an_exposure_of_an_earlier_treatment_does_not_count() -> None:
    tables = _with(10)
    tables["labs"] = "day | test | value | unit\n-90 | fludarabine AUC | 10 | mg.h/L"
    assert before_infusion(**tables)[MEASURED].standing == "unknown"


@pytest.mark.parametrize(
    ("drugs", "standing"),
    [("Bendamustine", "met"), ("fludarabine, cyclophosphamide", "not-met"), ("", "unknown")],
)
def test_bendamustine_has_no_published_data_in_children(drugs: str, standing: str) -> None:
    treatments = treated(f"-4 | lymphodepletion | {drugs} | lymphodepletion | -1 | | |")
    assert before_infusion(treatments=treatments)["myers-2023/bendamustine"].standing == standing


def test_the_standard_regimen_is_stated_before_infusion_only() -> None:
    assert before_infusion()["myers-2023/fludarabine-standard"].standing == "met"
    said = before_infusion(20, infusions="day | product\n10 | tisagenlecleucel")
    assert said["myers-2023/fludarabine-standard"].standing == "out-of-scope"


def test_an_exposure_belongs_to_every_drug_of_one_lymphodepletion() -> None:
    rows = (
        "-6 | lymphodepletion | fludarabine | lymphodepletion | -4 | | |",
        "-4 | lymphodepletion | cyclophosphamide | lymphodepletion | -3 | | |",
    )
    labs = "day | test | value | unit\n-6 | fludarabine AUC | 10 | mg.h/L"
    said = before_infusion(treatments=treated(*rows), labs=labs)
    assert {said[key].standing for key in (ESTIMATED, MEASURED, REVIEW, WESTHAFEN)} == {"met"}
