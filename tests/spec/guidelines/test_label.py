"""Labels by region and edition: who is within them, in scenarios."""

from __future__ import annotations

import pytest

from tests.spec.guidelines.before_infusion_case import before_infusion, person, treated

US, EU = "labels/tisa-cel-us-indication", "labels/tisa-cel-eu-indication"


@pytest.mark.parametrize(
    ("age", "standing"),
    [(25, "met"), (25.99, "met"), (26, "not-met"), (26.01, "not-met"), (None, "unknown")],
)
def test_tisagenlecleucel_reaches_to_the_26th_birthday(age: float | None, standing: str) -> None:
    assert before_infusion(region="US", edition=2025, age=age)[US].standing == standing
    assert before_infusion(region="EU", edition=2025, age=age)[EU].standing == standing


@pytest.mark.parametrize(
    ("indication", "us", "eu"),
    [
        ("primary refractory", "met", "met"),
        ("first relapse refractory to reinduction", "met", "met"),
        ("second relapse", "met", "met"),
        ("third or later relapse", "met", "met"),
        pytest.param("first relapse", "not-met", "not-met", id="a first relapse is outside both labels"),
        pytest.param(
            "first relapse after HCT", "not-met", "met", id="a first relapse after HCT is within Europe's"
        ),
    ],
)
def test_the_indication_depends_on_the_region(indication: str, us: str, eu: str) -> None:
    treatments = "day | kind\n-500 | chemotherapy"
    said = before_infusion(region="US", edition=2025, indication=indication, treatments=treatments)
    assert said[US].standing == us
    said = before_infusion(region="EU", edition=2025, indication=indication, treatments=treatments)
    assert said[EU].standing == eu


@pytest.mark.parametrize(("relapses", "standing"), [(1, "undetermined-by-source"), (2, "met")])
def test_mrd_alone_is_left_to_the_words_of_the_label(relapses: int, standing: str) -> None:
    patients = person(disease_indication="MRD re-emergence", relapse_number=relapses, age_at_index_years=9.5)
    assert before_infusion(region="US", edition=2025, patients=patients)[US].standing == standing


def test_without_a_region_the_label_is_unknown_and_asked_for() -> None:
    said = before_infusion(edition=2025)
    assert said[US].standing == said[EU].standing == "unknown"
    assert "the region, in study.toml" in said[US].missing


def test_another_region_is_out_of_scope() -> None:
    assert before_infusion(region="CN", edition=2025)[US].standing == "out-of-scope"


@pytest.mark.parametrize(
    ("edition", "standing"),
    [(2021, "undetermined-by-source"), (2022, "met"), (2026, "met"), (None, "unknown")],
)
def test_an_edition_earlier_than_the_one_read_is_left_open(edition: int | None, standing: str) -> None:
    assert (
        before_infusion(region="EU", edition=edition, age=30.5)["labels/brexu-cel-eu-indication"].standing
        == standing
    )


@pytest.mark.parametrize(
    ("age", "us", "eu"),
    [(17.9, "not-met", "not-met"), (18, "met", "not-met"), (25.9, "met", "not-met"), (26, "met", "met")],
)
def test_products_for_adults_begin_at_another_age_in_europe(age: float, us: str, eu: str) -> None:
    for product in ("brexu-cel", "obe-cel"):
        assert (
            before_infusion(region="US", edition=2025, age=age)[f"labels/{product}-us-indication"].standing
            == us
        )
        assert (
            before_infusion(region="EU", edition=2025, age=age)[f"labels/{product}-eu-indication"].standing
            == eu
        )


def test_an_age_in_whole_years_that_leaves_room_for_a_birthday_asks_for_more() -> None:
    said = before_infusion(30, region="US", edition=2025, age=25)[US]
    assert said.standing == "unknown"
    assert said.missing == ("the age on the index day, with its decimals",)
    assert before_infusion(30, region="US", edition=2025, age=25.2)[US].standing == "met"


def test_after_infusion_a_label_has_nothing_to_say() -> None:
    infusions = "day | product\n10 | tisagenlecleucel"
    assert before_infusion(20, region="US", edition=2025, infusions=infusions)[US].standing == "out-of-scope"


@pytest.mark.parametrize(
    ("rows", "standing"),
    [
        pytest.param(["-60 | chemotherapy | | reinduction | -40 | -38 | no CR |"], "unknown", id="it failed"),
        pytest.param(
            [
                "-60 | chemotherapy | | reinduction | -40 | -38 | no CR |",
                "-30 | blinatumomab | | | -9 | -8 | CR |",
            ],
            "not-met",
            id="remission since",
        ),
        pytest.param([], "not-met", id="not treated yet"),
    ],
)
def test_a_first_relapse_whose_reinduction_failed_asks_whether_it_is_refractory(
    rows: list[str], standing: str
) -> None:
    said = before_infusion(
        region="US",
        edition=2025,
        indication="first relapse",
        relapses="day | site\n-70 | marrow",
        treatments=treated(*rows),
    )[US]
    assert said.standing == standing
    assert said.missing == (("whether the disease is refractory",) if standing == "unknown" else ())
