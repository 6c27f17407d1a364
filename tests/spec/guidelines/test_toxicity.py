"""Toxicity and supportive care: what each source says, in scenarios."""

from __future__ import annotations

import pytest

from cartwise.guidelines import Advice, advise, catalogue
from tests.drawing import patient_of

EARLY = "westhafen-2025/early-tocilizumab"
PRODUCT = "day | course | product\n0 | 1 | tisagenlecleucel"
GRADE_1 = "day | kind | grade | scale\n{day} | CRS | 1 | ASTCT 2019"
OBSERVED = "day | kind | value | unit | text"
LABS = "day | test | value | unit"
NO_COMORBIDITY = "day | kind | value\n-20 | cardiopulmonary comorbidity | absent"


def case(day: float, **tables: str) -> dict[str, Advice]:
    """Advice on day `day` for a patient with B-ALL given tisagenlecleucel, by the fact each rests on."""
    tables.setdefault("infusions", PRODUCT)
    tables.setdefault("patients", "disease | age_at_index_years\nB-ALL | 15")
    return {item.because: item for item in advise(patient_of(**tables).as_of(day))}


@pytest.mark.parametrize(
    ("blasts", "standing"),
    [
        (4.9, "not-met"),
        (5.0, "not-met"),
        (5.1, "undetermined-by-source"),
        (25, "undetermined-by-source"),
        (25.1, "met"),
    ],
)
def test_early_tocilizumab_by_burden_has_a_printed_range(blasts: float, standing: str) -> None:
    said = case(
        5,
        toxicities=GRADE_1.format(day=5),
        marrow=f"day | blasts\n-10 | {blasts}",
        assessments=NO_COMORBIDITY,
    )[EARLY]
    assert said.standing == standing
    assert said.strength == "should be considered for a selected group of patients"


@pytest.mark.parametrize(
    ("day", "standing"),
    [
        pytest.param(0, "met", id="on the day of infusion"),
        pytest.param(1, "unknown", id="the day after, at no stated hour"),
        pytest.param(2, "not-met", id="two days after"),
    ],
)
def test_early_tocilizumab_by_onset_within_24_hours(day: int, standing: str) -> None:
    said = case(
        day,
        toxicities=GRADE_1.format(day=day),
        marrow="day | blasts\n-10 | 1",
        assessments=NO_COMORBIDITY,
    )[EARLY]
    assert said.standing == standing


@pytest.mark.parametrize(("onset", "standing"), [(0.5, "met"), (1.5, "unknown"), (2, "not-met")])
def test_an_hour_of_onset_does_not_tell_the_hour_of_infusion(onset: float, standing: str) -> None:
    said = case(
        onset,
        toxicities=GRADE_1.format(day=onset),
        marrow="day | blasts\n-10 | 1",
        assessments=NO_COMORBIDITY,
    )[EARLY]
    assert said.standing == standing


def test_a_grade_of_0_on_the_day_of_infusion_is_no_grade_of_a_week_later() -> None:
    toxicities = "day | kind | grade | scale\n0 | CRS | 0 | ASTCT 2019\n0 | ICANS | 0 | ASTCT 2019"
    said = case(7, toxicities=toxicities)
    for key in ("crs-treatment", "crs-prophylaxis", "early-tocilizumab", "icans-treatment"):
        assert said[f"westhafen-2025/{key}"].standing == "unknown", key


def test_early_tocilizumab_by_comorbidity() -> None:
    assessments = "day | kind | value\n-20 | cardiopulmonary comorbidity | present"
    assert case(5, toxicities=GRADE_1.format(day=5), assessments=assessments)[EARLY].standing == "met"


def test_early_tocilizumab_speaks_of_grade_1_alone() -> None:
    toxicities = GRADE_1.format(day=5).replace("| 1 |", "| 2 |")
    said = case(5, toxicities=toxicities, marrow="day | blasts\n-10 | 60")
    assert said[EARLY].standing == "not-met"
    assert said["westhafen-2025/crs-treatment"].standing == "met"


def test_a_grade_on_the_penn_scale_is_not_read_as_an_astct_grade() -> None:
    toxicities = GRADE_1.format(day=5).replace("ASTCT 2019", "Penn")
    said = case(5, toxicities=toxicities, marrow="day | blasts\n-10 | 60")[EARLY]
    assert said.standing == "unknown"
    assert "the grade of CRS" in said.missing


def test_a_recorded_grade_against_the_observations_is_a_conflict() -> None:
    observations = f"{OBSERVED}\n5 | temperature | 39 | Cel |\n5 | vasopressors | 2 | 1 |"
    said = case(
        5, toxicities=GRADE_1.format(day=5), observations=observations, marrow="day | blasts\n-10 | 60"
    )
    assert said[EARLY].standing == "conflicting-records"


def test_a_derived_grade_speaks_where_none_is_recorded() -> None:
    rows = [
        OBSERVED,
        "5 | temperature | 39 | Cel |",
        "5 | other cause of fever | | | absent",
        "5 | oxygen device | | | room air",
        "5 | hypotension | | | absent",
    ]
    said = case(5, observations="\n".join(rows), marrow="day | blasts\n-10 | 60")[EARLY]
    assert said.standing == "met"
    assert "derived, not recorded" in str(said.answer)


def test_no_crs_and_no_formal_recommendation_of_prophylaxis() -> None:
    toxicities = GRADE_1.format(day=2).replace("| 1 |", "| 0 |")
    said = case(3, toxicities=toxicities)["westhafen-2025/crs-prophylaxis"]
    assert (said.standing, said.direction) == ("met", "open")


def test_rules_of_trials_stand_beside_and_are_left_to_their_source() -> None:
    said = case(5, toxicities=GRADE_1.format(day=5), marrow="day | blasts\n-10 | 40")
    for key in ("pdq/seattle-early-tocilizumab", "pdq/chop-early-tocilizumab"):
        assert said[key].standing == "undetermined-by-source"
        assert "not a recommendation" in said[key].strength
    low = case(5, toxicities=GRADE_1.format(day=5), marrow="day | blasts\n-10 | 39.9")
    assert low["pdq/chop-early-tocilizumab"].standing == "not-met"


@pytest.mark.parametrize(
    ("weight", "band"), [(29.9, "tocilizumab-label/below-30-kg"), (30, "tocilizumab-label/from-30-kg")]
)
def test_the_label_s_band_of_weight_is_shown_as_text_and_never_as_a_dose(weight: float, band: str) -> None:
    said = case(5, toxicities=GRADE_1.format(day=5), observations=f"{OBSERVED}\n1 | weight | {weight} | kg |")
    label = {key: item for key, item in said.items() if key.startswith("tocilizumab-label/")}
    assert [key for key, item in label.items() if item.standing == "met"] == [band]
    for item in label.values():
        assert item.action.startswith("Label text")
        assert str(weight * 8) not in item.action


def test_without_crs_the_label_is_out_of_scope() -> None:
    said = case(40, toxicities=GRADE_1.format(day=15).replace("| 1 |", "| 0 |"))
    assert said["tocilizumab-label/from-30-kg"].standing == "out-of-scope"


@pytest.mark.parametrize(("grade", "standing"), [(2, "not-met"), (3, "met"), (4, "met")])
def test_icans_is_treated_from_grade_3(grade: int, standing: str) -> None:
    said = case(6, toxicities=f"day | kind | grade | scale\n6 | ICANS | {grade} | ASTCT 2019")
    assert said["westhafen-2025/icans-treatment"].standing == standing
    assert said["westhafen-2025/icans-tocilizumab"].standing == "met"


@pytest.mark.parametrize(("capd", "standing"), [(8, "not-met"), (9, "met")])
def test_icans_in_a_child_by_capd(capd: int, standing: str) -> None:
    observations = f"{OBSERVED}\n6 | CAPD | {capd} | 1 |"
    said = case(6, observations=observations, patients="disease | age_at_index_years\nB-ALL | 6")
    assert said["westhafen-2025/icans-treatment"].standing == standing


@pytest.mark.parametrize(("trisomy", "standing"), [("yes", "met"), ("no", "unknown"), ("", "unknown")])
def test_capd_serves_beyond_its_age_where_development_is_delayed(trisomy: str, standing: str) -> None:
    patients = f"disease | age_at_index_years | down_syndrome\nB-ALL | 15 | {trisomy}"
    said = case(6, observations=f"{OBSERVED}\n6 | CAPD | 22 | 1 |", patients=patients)
    assert said["westhafen-2025/icans-treatment"].standing == standing


@pytest.mark.parametrize(
    ("history", "imaging", "levetiracetam", "nobody"),
    [
        ("present", "normal", "met", "not-met"),
        ("absent", "abnormal", "met", "not-met"),
        ("absent", "normal", "not-met", "met"),
    ],
)
def test_seizure_prophylaxis_before_infusion(
    history: str, imaging: str, levetiracetam: str, nobody: str
) -> None:
    rows = f"0 | seizure or neurotoxicity history | {history}\n0 | neuroimaging | {imaging}"
    said = case(1, assessments=f"day | kind | value\n{rows}", infusions="day | course\n20 | 1")
    assert said["westhafen-2025/levetiracetam"].standing == levetiracetam
    assert said["westhafen-2025/seizure-prophylaxis"].standing == nobody


@pytest.mark.parametrize(
    ("cns", "standing"),
    [("CNS1", "not-met"), ("CNS2", "undetermined-by-source"), ("CNS3", "met"), ("parenchymal", "met")],
)
def test_myers_names_cns_disease_too(cns: str, standing: str) -> None:
    rows = f"-30 | CNS | {cns}\n-30 | seizure or neurotoxicity history | absent"
    said = case(1, assessments=f"day | kind | value\n{rows}")["myers-2023/antiepileptics"]
    assert said.standing == standing


@pytest.mark.parametrize(
    ("igg", "standing"), [("399 | mg/dL", "met"), ("400 | mg/dL", "not-met"), ("3.9 | g/L", "met")]
)
def test_immunoglobulin_below_400_mg_per_dl(igg: str, standing: str) -> None:
    assert case(60, labs=f"{LABS}\n58 | IgG | {igg}")["westhafen-2025/igg"].standing == standing


def test_igg_below_the_limit_of_the_test_is_below_every_level_in_use() -> None:
    said = case(60, labs=f"{LABS} | below_limit\n58 | IgG | | mg/dL | yes")["westhafen-2025/igg"]
    assert said.standing == "met"
    assert "below the limit of the test" in str(said.answer)


def test_an_old_or_absent_igg_is_asked_for() -> None:
    said = case(90, labs=f"{LABS}\n40 | IgG | 300 | mg/dL")["westhafen-2025/igg"]
    assert (said.standing, said.missing) == ("unknown", ("IgG in blood",))


def test_infections_that_recur_in_spite_of_immunoglobulin() -> None:
    treatments = "day | kind\n30 | immunoglobulin"
    infections = "day | kind\n50 | bacterial\n{day} | viral"
    twice = case(90, treatments=treatments, infections=infections.format(day=70))
    assert twice["westhafen-2025/igg-higher"].standing == "met"
    once = case(90, treatments=treatments, infections=infections.format(day=20))
    assert once["westhafen-2025/igg-higher"].standing == "not-met"


@pytest.mark.parametrize(
    ("given", "standing"),
    [
        pytest.param("-90 |", "met", id="begun before infusion and not stopped"),
        pytest.param("30 | 30", "met", id="once, a few weeks before"),
        pytest.param("-90 | -60", "unknown", id="stopped before infusion"),
        pytest.param("5 | 8", "not-met", id="stopped long before"),
    ],
)
def test_an_infection_counts_while_immunoglobulin_is_given_or_still_there(given: str, standing: str) -> None:
    treatments = f"day | end_day | kind\n{given} | immunoglobulin"
    said = case(90, treatments=treatments, infections="day | kind\n60 | bacterial\n70 | viral")
    assert said["westhafen-2025/igg-higher"].standing == standing


PLATELETS = "\n".join(f"{day} | platelets | 200 | 10*9/L" for day in range(5, 125, 5))


def _neutropenia(days: int) -> str:
    rows = [f"{10 + day} | ANC | 100 | /uL" for day in range(days)]
    return "\n".join([LABS, "9 | ANC | 900 | /uL", *rows, PLATELETS])


@pytest.mark.parametrize(
    ("days", "support", "boost"),
    [
        (29, "not-met", "not-met"),
        (30, "met", "undetermined-by-source"),
        (89, "met", "undetermined-by-source"),
        (90, "met", "met"),
    ],
)
def test_cytopenia_is_prolonged_from_30_days_and_when_it_persists_is_left_open_to_90(
    days: int, support: str, boost: str
) -> None:
    said = case(9 + days, labs=_neutropenia(days), treatments="day | kind\n-300 | HCT")
    assert said["westhafen-2025/cytopenia-support"].standing == support
    assert said["westhafen-2025/cd34-boost"].standing == boost


@pytest.mark.parametrize(
    ("platelets", "days", "standing"),
    [(8, 55, "undetermined-by-source"), (8, 29, "not-met"), (60, 55, "not-met"), (None, 55, "unknown")],
)
def test_low_platelets_are_a_cytopenia_for_which_the_source_prints_no_number(
    platelets: int | None, days: int, standing: str
) -> None:
    rows = [f"{day} | ANC | 900 | /uL" for day in range(5, 5 + days)]
    rows += [f"{day} | platelets | {platelets} | 10*9/L" for day in range(5, 5 + days) if platelets]
    labs = "\n".join([LABS, "4 | platelets | 200 | 10*9/L", *rows])
    said = case(4 + days, labs=labs, treatments="day | kind\n-300 | HCT")
    assert said["westhafen-2025/cytopenia-support"].standing == standing
    assert said["westhafen-2025/cd34-boost"].standing == standing


@pytest.mark.parametrize(
    "rows",
    [
        pytest.param("5 | ANC | 700 | /uL\n60 | ANC | 100 | /uL", id="low once, nothing between"),
        pytest.param("5 | ANC | 200 | /uL\n45 | ANC | 200 | /uL", id="low twice, forty days apart"),
    ],
)
def test_days_without_a_count_leave_open_how_long_neutropenia_lasted(rows: str) -> None:
    day = int(rows.splitlines()[1].split(" |")[0])
    said = case(day, labs=f"{LABS}\n{rows}\n{PLATELETS}")["westhafen-2025/cytopenia-support"]
    assert said.standing == "unknown"
    assert "if one was kept" in said.missing[0]


def test_a_cd34_boost_is_said_of_those_transplanted_before() -> None:
    said = case(99, labs=_neutropenia(90), treatments="day | kind\n-300 | chemotherapy")
    assert said["westhafen-2025/cd34-boost"].standing == "not-met"
    assert said["westhafen-2025/cytopenia-support"].standing == "met"


def test_scores_that_cannot_be_computed_are_named_with_the_reason() -> None:
    said = case(10)["westhafen-2025/haematotoxicity-scores"]
    assert "neither is computed here" in said.action
    assert {"all-hematotox-2025/not-computed", "cytorisk-2025/not-computed"} <= set(said.facts)


def test_car_hematotox_says_where_it_was_validated() -> None:
    rows = "-5 | platelets | 40 | 10*9/L\n-5 | ANC | 400 | /uL\n-5 | haemoglobin | 7.8 | g/dL"
    labs = f"{LABS}\n{rows}\n-5 | CRP | 95 | mg/L\n-5 | ferritin | 3200 | ng/mL"
    said = case(1, labs=labs)["car-hematotox-2021/high-risk"]
    assert (said.standing, said.direction) == ("met", "caution")
    assert "large B-cell lymphoma" in said.action
    assert "in B-ALL about nine in ten are high" in str(said.answer)


def test_car_hematotox_lists_what_is_missing() -> None:
    said = case(1, labs=f"{LABS}\n-5 | ANC | 400 | /uL")["car-hematotox-2021/high-risk"]
    assert said.standing == "unknown"
    assert "ferritin before lymphodepletion" in said.missing[0]


def test_iec_hs_is_a_prompt_while_crs_wanes_and_never_a_computed_grade() -> None:
    toxicities = "day | kind | grade | scale\n4 | CRS | 3 | ASTCT 2019\n8 | CRS | 1 | ASTCT 2019"
    said = case(8, toxicities=toxicities)
    assert said["westhafen-2025/iec-hs"].standing == "met"
    assert "iec-hs-2023/not-computed" in said["westhafen-2025/iec-hs"].facts
    assert said["westhafen-2025/iec-hs-treatment"].standing == "unknown"
    assert case(4, toxicities=toxicities)["westhafen-2025/iec-hs"].standing == "not-met"


@pytest.mark.parametrize(
    ("last", "day", "standing"),
    [(0, 36, "met"), (0, 37, "not-met"), (0, 395, "not-met"), (1, 36, "met"), (1, 37, "unknown")],
)
def test_the_prompt_for_iec_hs_ends_four_weeks_after_crs_was_last_graded(
    last: int, day: int, standing: str
) -> None:
    toxicities = f"day | kind | grade | scale\n4 | CRS | 2 | ASTCT 2019\n8 | CRS | {last} | ASTCT 2019"
    assert case(day, toxicities=toxicities)["westhafen-2025/iec-hs"].standing == standing


@pytest.mark.parametrize(("day", "standing"), [(37, "met"), (38, "unknown"), (395, "unknown")])
def test_iec_hs_of_long_ago_is_not_treated_now(day: int, standing: str) -> None:
    toxicities = "day | kind | grade | scale\n9 | IEC-HS | 2 | not stated"
    said = case(day, toxicities=toxicities)["westhafen-2025/iec-hs-treatment"]
    assert said.standing == standing


@pytest.mark.parametrize(("found", "standing"), [("present", "met"), ("absent", "not-met")])
def test_iec_hs_is_the_clinicians_to_find(found: str, standing: str) -> None:
    said = case(12, assessments=f"day | kind | value\n12 | IEC-HS | {found}")
    assert said["westhafen-2025/iec-hs-treatment"].standing == standing


def test_who_never_had_crs_is_not_prompted_for_iec_hs() -> None:
    never = "day | kind | grade | scale\n4 | CRS | 0 | ASTCT 2019\n8 | CRS | 0 | ASTCT 2019"
    assert case(8, toxicities=never)["westhafen-2025/iec-hs"].standing == "not-met"
    assert case(8)["westhafen-2025/iec-hs"].standing == "unknown"


def test_a_weight_of_long_ago_opens_no_band_of_the_label() -> None:
    old = f"{OBSERVED}\n-40 | weight | 25 | kg |"
    said = case(5, toxicities=GRADE_1.format(day=5), observations=old)["tocilizumab-label/below-30-kg"]
    assert said.standing == "unknown"
    assert "the weight" in said.missing


def test_no_source_says_anything_of_toxicity_in_another_disease() -> None:
    said = case(5, patients="disease | age_at_index_years\nLBCL | 15", toxicities=GRADE_1.format(day=5))
    assert said[EARLY].standing == "out-of-scope"


def test_no_action_of_these_guidelines_gives_an_order() -> None:
    decisions = {"crs", "icans", "icaht", "iec-hs", "immunoglobulin"}
    actions = [
        item.action
        for guideline in catalogue()
        for item in guideline.recommendations
        if item.decision in decisions
    ]
    assert len(actions) >= 18
    assert not [action for action in actions if action.startswith(("Give", "Administer", "Start"))]
