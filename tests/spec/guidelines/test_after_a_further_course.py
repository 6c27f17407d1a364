"""What is advised of the present once cells were given again: the course in which today lies is read, not the first."""

from __future__ import annotations

import pytest

from cartwise.guidelines import Advice, advise
from tests.drawing import patient_of

AGAIN = {"infusions": "day | course | product\n0 | 1 | tisagenlecleucel\n150 | 2 | tisagenlecleucel"}
ELSEWHERE = {
    "infusions": "day | course | product\n0 | 1 | tisagenlecleucel",
    "treatments": "day | kind\n150 | CAR T",
}
FIRST_CRS = "day | kind | grade | scale\n3 | CRS | 1 | ASTCT 2019\n8 | CRS | 0 | ASTCT 2019\n3 | ICANS | 0 | ASTCT 2019"
SECOND_CRS = f"{FIRST_CRS}\n153 | CRS | 3 | ASTCT 2019\n153 | ICANS | 3 | ASTCT 2019"
LABS = "day | test | value | unit"
B_CELLS = "day | specimen | count | percent_of_lymphocytes\n28 | blood | 0 | 0\n120 | blood | 120 | 9"


def case(day: float, **tables: str) -> dict[str, Advice]:
    """Advice on day `day` for a patient with B-ALL, by the fact each rests on."""
    tables.setdefault("patients", "disease | age_at_index_years\nB-ALL | 15")
    return {item.because: item for item in advise(patient_of(**tables).as_of(day))}


@pytest.mark.parametrize("course", [AGAIN, ELSEWHERE], ids=["an infusion", "a treatment elsewhere"])
def test_crs_and_icans_after_reinfusion_are_seen(course: dict[str, str]) -> None:
    said = case(153, toxicities=SECOND_CRS, **course)
    assert said["westhafen-2025/crs-treatment"].standing == "met"
    assert said["westhafen-2025/crs-prophylaxis"].standing == "not-met"
    assert said["westhafen-2025/icans-treatment"].standing == "met"
    assert said["westhafen-2025/iec-hs"].standing == "not-met"
    assert said["tocilizumab-label/from-30-kg"].standing == "unknown"


def test_the_toxicity_of_the_first_course_says_nothing_of_the_next() -> None:
    said = case(153, toxicities=FIRST_CRS, **AGAIN)
    for key in ("crs-treatment", "crs-prophylaxis", "icans-treatment", "iec-hs"):
        assert said[f"westhafen-2025/{key}"].standing == "unknown", key
    assert case(149, toxicities=FIRST_CRS, **AGAIN)["westhafen-2025/crs-prophylaxis"].standing == "met"


def test_crs_after_reinfusion_is_graded_from_what_was_observed() -> None:
    rows = "153 | temperature | 39 | Cel |\n153 | hypotension | | | present\n153 | vasopressors | 1 | 1 |"
    observations = f"day | kind | value | unit | text\n{rows}\n153 | other cause of fever | | | absent"
    said = case(153, observations=observations, toxicities=FIRST_CRS, **AGAIN)
    assert said["westhafen-2025/crs-treatment"].standing == "met"


@pytest.mark.parametrize(("day", "standing"), [(150, "met"), (151, "unknown"), (152, "not-met")])
def test_onset_within_24_hours_is_counted_from_the_reinfusion(day: int, standing: str) -> None:
    toxicities = f"{FIRST_CRS}\n{day} | CRS | 1 | ASTCT 2019"
    assessments = "day | kind | value\n-20 | cardiopulmonary comorbidity | absent"
    said = case(day, toxicities=toxicities, marrow="day | blasts\n140 | 1", assessments=assessments, **AGAIN)
    assert said["westhafen-2025/early-tocilizumab"].standing == standing


@pytest.mark.parametrize(
    ("marrow", "standing"),
    [("", "unknown"), ("140 | 1", "not-met"), ("140 | 60", "met"), ("50 | 60", "unknown")],
)
def test_the_burden_before_the_first_course_is_not_that_before_the_next(marrow: str, standing: str) -> None:
    toxicities = f"{FIRST_CRS}\n155 | CRS | 1 | ASTCT 2019"
    assessments = "day | kind | value\n-20 | cardiopulmonary comorbidity | absent"
    said = case(
        155,
        toxicities=toxicities,
        marrow=f"day | blasts\n-10 | 60\n{marrow}",
        assessments=assessments,
        **AGAIN,
    )
    assert said["westhafen-2025/early-tocilizumab"].standing == standing


def test_igg_and_neutrophils_of_the_second_course_are_read() -> None:
    low = "\n".join(f"{day} | ANC | 100 | /uL" for day in range(150, 181))
    said = case(181, labs=f"{LABS}\n{low}\n153 | IgG | 200 | mg/dL", **AGAIN)
    assert said["westhafen-2025/igg"].standing == "met"
    assert said["westhafen-2025/cytopenia-support"].standing == "met"
    before = case(153, labs=f"{LABS}\n148 | IgG | 200 | mg/dL", **AGAIN)
    assert before["westhafen-2025/igg"].standing == "met"


def test_infections_of_the_second_course_count() -> None:
    infections = "day | kind\n155 | bacterial\n170 | viral"
    treatments = "day | kind\n140 | immunoglobulin"
    said = case(180, infections=infections, treatments=treatments, **AGAIN)
    assert said["westhafen-2025/igg-higher"].standing == "met"


@pytest.mark.parametrize(
    ("again", "standing"), [("178 | blood | 0 | 0\n210 | blood | 0 | 0", "met"), ("", "unknown")]
)
def test_aplasia_that_came_back_with_the_reinfusion_is_aplasia(again: str, standing: str) -> None:
    said = case(215, b_cells=f"{B_CELLS}\n{again}", **AGAIN)
    assert said["westhafen-2025/immunoglobulin-routine"].standing == standing
