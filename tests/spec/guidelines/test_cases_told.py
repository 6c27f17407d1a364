"""Cases that the papers tell, held against what every source says on the days that matter.

Where a paper gives no day or number, the one here is ours and only has to agree with its words.
"""

from __future__ import annotations

import pytest

from cartwise.basis import NO, YES
from cartwise.guidelines import Advice, advise
from cartwise.measures import Answer
from cartwise.study import About, Patient
from tests.drawing import study_of

HEAD = "patient_id | "


def told(about: About, **tables: str) -> Patient:
    """The patient P of rows that name no patient."""
    owned = {
        name: "\n".join(f"{HEAD if line == 0 else 'P | '}{row}" for line, row in enumerate(text.splitlines()))
        for name, text in tables.items()
    }
    study = study_of(about=about, **owned)
    assert study.quarantined == 0, [issue.as_dict() for issue in study.issues]
    return study.patients["P"]


def on(patient: Patient, day: float) -> dict[str, Advice]:
    return {item.because: item for item in advise(patient.as_of(day))}


@pytest.fixture(scope="module")
def running_case() -> Patient:
    """004:7, 124, 175, 193, 227: nineteen years, first relapse, no remission by reinduction or blinatumomab."""
    return told(
        About(name="Drawn", region="US", label_edition=2025),
        patients="disease | sex | referral_day | age_at_index_years | nci_risk_group | disease_indication | relapse_number\n"
        "B-ALL | male | -60 | 19.5 | high | first relapse refractory to reinduction | 1",
        genetics="day | lesion | status\n-900 | none |",
        treatments="day | kind | intent | end_day | response_day | response\n"
        "-120 | chemotherapy | reinduction | -92 | -90 | no CR\n"
        "-85 | blinatumomab | | -58 | -56 | no CR\n"
        "-40 | apheresis | | | |\n"
        "-36 | chemotherapy | bridging | -14 | |\n"
        "-6 | lymphodepletion | | -3 | |",
        marrow="day | blasts | cd19\n-45 | 26 | positive\n-7 | 30 | positive",
        labs="day | test | value | unit\n-42 | ALC | 600 | {cells}/uL",
        infusions="day | course | product | target | costimulation\n0 | 1 | tisagenlecleucel | CD19 | 4-1BB",
        toxicities="day | kind | grade | scale\n4 | CRS | 2 | ASTCT 2019\n4 | ICANS | 0 | ASTCT 2019\n9 | CRS | 0 | ASTCT 2019",
        assessments="day | kind | value\n-60 | HCT wish | avoids\n-58 | donor | searching\n-8 | CNS | CNS1\n"
        "-8 | extramedullary disease | none\n28 | response | CR\n28 | HCT eligibility | eligible\n60 | donor | available",
        mrd="day | method | specimen | result | sensitivity\n28 | flow | marrow | negative | 0.0001\n"
        "28 | NGS | marrow | detected below quantification | 0.000001\n"
        "60 | NGS | marrow | detected below quantification | 0.000001",
        b_cells="day | specimen | count\n28 | blood | 0\n60 | blood | 75",
    )


BEFORE_APHERESIS, DAY_28, DAY_60 = -42, 28, 60

MET, NOT_MET, UNKNOWN, OUT = "met", "not-met", "unknown", "out-of-scope"
RUNNING_CASE = {
    # before apheresis, day 28, day 60
    "labels/tisa-cel-us-indication": (
        MET,
        OUT,
        OUT,
    ),  # 004:11 "meets the indications to receive either of the 2"
    "labels/brexu-cel-us-indication": (MET, OUT, OUT),
    "myers-2023/construct-comparison": (MET, OUT, OUT),
    "myers-2023/tisa-cel-if-avoiding-hct": (
        MET,
        OUT,
        OUT,
    ),  # 004:124 "given the desire to avoid allogeneic HSCT"
    "myers-2023/blinatumomab-no-contraindication": (MET, OUT, OUT),
    "myers-2023/case-preparation": (NOT_MET, OUT, OUT),  # 004:7 the search has begun
    "myers-2023/case-cd19-confirmed": (NOT_MET, OUT, OUT),  # 004:124 CD19 was confirmed after blinatumomab
    "myers-2023/collect-early": (MET, OUT, OUT),
    "myers-2023/collection-lymphocytes": (MET, OUT, OUT),  # 004:124 "an adequate lymphocyte count"
    "myers-2023/bridging-high-burden": (MET, OUT, OUT),  # 26 % blasts
    "myers-2023/bridging-blinatumomab": (MET, OUT, OUT),
    "myers-2023/ngs-day-28-verify": (OUT, MET, NOT_MET),  # 004:193 positive below 1e-6; 004:227 repeated
    "myers-2023/bca-alone-inadequate": (OUT, MET, MET),
    "myers-2023/high-burden-hct-considered": (OUT, MET, MET),  # 004:175 30 % before infusion
    "myers-2023/hct-naive-advantage": (OUT, UNKNOWN, MET),  # 004:227 loss of aplasia at 75 per uL
    "myers-2023/bridge-to-ngs-negativity": (OUT, UNKNOWN, MET),
    "myers-2023/bridge-options-limited": (OUT, UNKNOWN, MET),
    "myers-2023/low-level-mrd-before-hct": (OUT, MET, MET),
    "myers-2023/pre-hct-flow": (OUT, MET, MET),
    "myers-2023/tbi-if-ngs-positive": (OUT, MET, MET),
    "myers-2023/ngs-month-3-predictive": (OUT, UNKNOWN, UNKNOWN),  # day 60 is no month 3
    "myers-2023/second-hct-not-routine": (OUT, NOT_MET, NOT_MET),
    "myers-2023/hct-not-an-option": (OUT, MET, MET),
    "myers-2023/reinfusion": (OUT, UNKNOWN, MET),
    "westhafen-2025/hct-tier-1": (OUT, UNKNOWN, MET),
    "westhafen-2025/hct-tier-2": (OUT, MET, MET),  # 002:428-429 burden, and failure of blinatumomab
    "westhafen-2025/b-cell-recovery-not-relapse": (OUT, NOT_MET, MET),
    "westhafen-2025/maintenance": (OUT, UNKNOWN, MET),
    "talleur-2023/limited-persistence-hct": (OUT, UNKNOWN, MET),
    "talleur-2023/bca-loss-or-detectable-hct": (OUT, MET, MET),  # 003:91 NGS counts
    "talleur-2023/bridge-bca-loss-rising-ngs": (OUT, NOT_MET, NOT_MET),  # persistent, not rising
    "wang-2025/defer-hct-low-burden": (OUT, OUT, OUT),  # not one of that cohort's indications
}


@pytest.fixture(scope="module")
def answers(running_case: Patient) -> list[dict[str, Advice]]:
    return [on(running_case, day) for day in (BEFORE_APHERESIS, DAY_28, DAY_60)]


@pytest.mark.parametrize("key", RUNNING_CASE)
def test_the_running_case_of_myers_before_apheresis_at_day_28_and_at_day_60(
    answers: list[dict[str, Advice]], key: str
) -> None:
    assert tuple(said[key].standing for said in answers) == RUNNING_CASE[key]


def leaves(item: Advice) -> list[Answer]:
    return list(item.answer.leaves())


@pytest.mark.parametrize("step", [0, 1, 2], ids=["before apheresis", "day 28", "day 60"])
def test_the_family_s_wish_is_shown_throughout(answers: list[dict[str, Advice]], step: int) -> None:
    heard = [
        item
        for item in answers[step].values()
        if item.standing == MET
        for leaf in leaves(item)
        if "wish to avoid HCT" in leaf.sentence and leaf.truth is YES
    ]
    assert heard


def test_against_the_wish_the_second_tier_does_not_rest_on_it(answers: list[dict[str, Advice]]) -> None:
    """A donor is found on day 60, and 002:427 asks for the wish, too: tier 2 stands on burden and blinatumomab."""
    wish = [
        leaf for leaf in leaves(answers[2]["westhafen-2025/hct-tier-2"]) if "wish for HCT" in leaf.sentence
    ]
    assert [leaf.truth for leaf in wish] == [NO]


def case_1(**further: str) -> dict[str, Advice]:
    """003:29-31: six years, standard risk, relapse on maintenance, no remission by reinduction; NGS-negative after cells."""
    tables = {
        "patients": "disease | referral_day | age_at_index_years | nci_risk_group | disease_indication | relapse_number\n"
        "B-ALL | -60 | 6.5 | standard | first relapse refractory to reinduction | 1",
        "treatments": "day | kind | intent | end_day | response_day | response\n"
        "-700 | chemotherapy | | -120 | |\n-110 | chemotherapy | reinduction | -70 | -68 | no CR",
        "infusions": "day | course | product | target | costimulation\n0 | 1 | institutional product | CD19 |",
        "assessments": "day | kind | value\n28 | response | CR\n28 | HCT eligibility | eligible\n"
        "30 | donor | available\n30 | HCT wish | wants",
        "mrd": "day | method | specimen | result | sensitivity\n28 | flow | marrow | negative | 0.0001\n"
        "28 | NGS | marrow | negative | 0.000001",
        "b_cells": "day | specimen | count | percent_of_lymphocytes\n28 | blood | 0 | 0",
    }
    return on(told(About(name="Drawn", region="US", label_edition=2025), **tables | further), 60)


CASE_1 = {
    "westhafen-2025/hct-tier-1": UNKNOWN,  # the paper names no product, and aplasia may yet be lost
    "westhafen-2025/hct-tier-2": MET,  # 002:427 a donor and the wish
    "talleur-2023/limited-persistence-hct": UNKNOWN,
    "talleur-2023/bca-loss-or-detectable-hct": UNKNOWN,  # nothing detected; aplasia seen to day 28 only
    "talleur-2023/non-tbi-conditioning": MET,  # 003:91-93 a deep remission
    "myers-2023/hct-after-cd28": UNKNOWN,
    "myers-2023/ngs-day-28-verify": NOT_MET,
    "myers-2023/bridge-to-ngs-negativity": UNKNOWN,
    "myers-2023/hct-not-an-option": NOT_MET,
    "myers-2023/second-hct-not-routine": NOT_MET,
    "wang-2025/defer-hct-low-burden": OUT,
}


@pytest.mark.parametrize("key", CASE_1)
def test_case_1_of_talleur(key: str) -> None:
    assert case_1()[key].standing == CASE_1[key]


def test_case_1_of_talleur_finds_no_ground_for_hct_stronger_than_may_be_considered() -> None:
    found = {
        key: item.strength
        for key, item in case_1().items()
        if item.decision == "consolidative-hct" and item.direction == "for" and item.standing == MET
    }
    assert found == {"westhafen-2025/hct-tier-2": "may be considered"}


def test_case_1_of_talleur_with_a_4_1bb_product_asks_for_the_count_that_settles_the_first_tier() -> None:
    said = case_1(
        infusions="day | course | product | target | costimulation\n0 | 1 | institutional product | CD19 | 4-1BB",
        b_cells="day | specimen | count | percent_of_lymphocytes\n28 | blood | 0 | 0\n58 | blood | 0 | 0",
    )
    assert said["westhafen-2025/hct-tier-1"].standing == UNKNOWN
    assert any(
        "B-cell count on or after day 183" in words for words in said["westhafen-2025/hct-tier-1"].missing
    )
    assert said["myers-2023/hct-after-cd28"].standing == NOT_MET
