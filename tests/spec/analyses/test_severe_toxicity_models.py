"""Severe CRS and ICANS: sound odds ratios with Firth's beside, and interleukin 6 no later than it is known."""

import math

import pandas as pd
import pytest

from cartwise.analyses import run
from cartwise.analyses.printed_toxicity_ratios import printed_ratio
from tests.drawing import study_of

# Sex, prior HCT, dose in 10^6 per kg, interleukin 6 on days -1, 3 and 8, and the highest grade of CRS (on day 6).
COURSES = {
    "A": ("male", 0, 1, 5, 10, 900, 3), "B": ("male", 1, 4, 6, 40, 2000, 4), "C": ("female", 0, 4, 4, 30, 700, 3),
    "D": ("female", 0, 1, 3, 5, 20, 1), "E": ("male", 1, 2, 9, 12, 60, 2), "F": ("female", 0, 1, 2, 3, 8, 0),
    "G": ("female", 0, 2, 7, 8, 10, 1), "H": ("male", 0, 1, 5, 6, 15, 1), "I": ("female", 1, 2, 4, 4, 9, 0),
    "J": ("female", 0, 1, 3, 3, 30, 1), "K": ("male", 0, 2, 6, 20, 12, 0), "L": ("female", 0, 1, 2, 2, 7, 0),
}  # fmt: skip


def study_from(courses):
    grades = [(n, day, kind, grade if (kind, day) == ("CRS", 6) else 0)
              for n, (*_, grade) in courses.items() for kind in ("CRS", "ICANS") for day in (0, 6, 12)]  # fmt: skip
    levels = [(n, day, c[3 + i]) for n, c in courses.items() for i, day in enumerate((-1, 3, 8))]
    return study_of(
        patients="patient_id | sex\n" + "\n".join(f"{n} | {c[0]}" for n, c in courses.items()),
        infusions="patient_id | day | cells_per_kg\n"
        + "\n".join(f"{n} | 0 | {c[2] * 1e6:g}" for n, c in courses.items()),
        treatments="patient_id | day | kind\n"
        + "\n".join(f"{n} | -99 | {'HCT' if c[1] else 'chemotherapy'}" for n, c in courses.items()),
        toxicities="patient_id | day | kind | grade | scale\n"
        + "\n".join(f"{n} | {day} | {kind} | {grade} | ASTCT 2019" for n, day, kind, grade in grades),
        labs="patient_id | day | test | value | unit | specimen\n"
        + "\n".join(f"{n} | {day} | IL-6 | {value} | pg/mL | blood" for n, day, value in levels),
        follow_up="patient_id | day | status\n" + "\n".join(f"{n} | 60 | alive" for n in courses),
    )


@pytest.fixture(scope="module")
def study():
    return study_from(COURSES)


@pytest.fixture(scope="module")
def result(study):
    return run(study, "severe_toxicity_models")


@pytest.fixture(scope="module")
def published(study):
    return run(study, "severe_toxicity_models", as_published=True)


def of_crs(table):
    return table[table["outcome"] == "CRS of grade 3 or more"]


def test_an_odds_ratio_is_the_odds_ratio_of_its_table(result):
    """Severe CRS in 2 of 5 boys and 1 of 7 girls: (2/3) / (1/6) = 4."""
    row = of_crs(result.tables["univariate"]).set_index("covariate").loc["Sex"]
    assert (row["n"], row["events"], row["term"]) == (12, 3, "male v female")
    assert row["odds_ratio"] == pytest.approx(4)
    assert 1 < row["firth_odds_ratio"] < 4


def test_every_covariate_says_its_step_and_gives_a_number_or_a_reason(result):
    table = result.tables["univariate"]
    assert (table["odds_ratio"].notna() | (table["remark"] != "")).all()
    labels = set(table["covariate"])
    assert {
        "CAR-positive cells per kg, per doubling",
        "Interleukin 6 before infusion, per doubling",
    } <= labels


def test_a_separated_covariate_has_firths_ratio_only():
    """All with a prior HCT, and nobody else, have severe CRS."""
    courses = {n: (*c[:1], int(c[-1] >= 3), *c[2:]) for n, c in COURSES.items()}
    row = of_crs(run(study_from(courses), "severe_toxicity_models").tables["univariate"])
    row = row.set_index("covariate").loc["Prior HCT"]
    assert pd.isna(row["odds_ratio"])
    assert "separation" in row["remark"]
    assert 1 < row["firth_odds_ratio"] < math.inf


def test_few_events_are_warned_of_and_counted(result):
    models = of_crs(result.tables["models"])
    assert (models["events_per_coefficient"] < 10).all()
    assert models["warning"].str.contains("unstable").all()
    assert "prefer Firth" in result.caption
    assert set(models["model"]) >= {"pre-specified"}


def test_interleukin_6_is_taken_before_infusion_by_day_3_and_day_by_day(result):
    table = of_crs(result.tables["il_6"])
    assert list(dict.fromkeys(table["approach"])) == [
        "Before infusion",
        "Landmark at day 3",
        "Latest level, day by day",
    ]
    assert set(table["standing"]) == {"sound"}
    by_day = table[table["approach"] == "Latest level, day by day"]
    assert set(by_day["ratio"]) == {"hazard ratio"}
    assert (by_day["events"] == 3).all()


def test_a_level_of_the_day_on_which_crs_became_severe_does_not_count_for_it():
    """The levels of day 8 come after day 6: however high they are, the day-by-day ratio stays."""
    higher = {n: (*c[:5], c[5] * 50, c[6]) for n, c in COURSES.items()}
    one, other = (
        of_crs(run(study_from(courses), "severe_toxicity_models").tables["il_6"])
        .query("approach == 'Latest level, day by day' and method == 'Firth'")["estimate"]
        .iloc[0]
        for courses in (COURSES, higher)
    )
    assert one == pytest.approx(other)


def test_the_peak_is_shown_only_as_published_and_named_biased(result, published):
    assert not result.tables["il_6"]["approach"].str.contains("Peak").any()
    row = of_crs(published.tables["il_6"]).query("approach.str.contains('Peak')").iloc[0]
    assert row["standing"].startswith("biased")
    assert "as_published" in published.tables
    assert "not to be relied on" in published.caption


def test_a_patient_reached_by_day_3_is_no_patient_of_the_landmark():
    study = study_of(
        patients="patient_id\nA\nB",
        infusions="patient_id | day\nA | 0\nB | 0",
        toxicities="patient_id | day | kind | grade | scale\nA | 2 | CRS | 3 | ASTCT 2019\nB | 6 | CRS | 0 | ASTCT 2019",
        labs="patient_id | day | test | value | unit | specimen\n"
        "A | 1 | IL-6 | 90 | pg/mL | blood\nB | 1 | IL-6 | 9 | pg/mL | blood",
        follow_up="patient_id | day | status\nA | 60 | alive\nB | 60 | alive",
    )
    row = of_crs(run(study, "severe_toxicity_models").tables["il_6"]).set_index("approach")
    assert row.loc["Landmark at day 3", ["n", "left_out"]].tolist() == [1, 1]


def test_the_way_of_001_gives_the_ratio_that_001_printed():
    """Severe CRS in 1 of 23 girls and 7 of 27 boys: 001 prints 0.544 as odds ratio, which is 0.130."""
    inside, outside = [True] + [False] * 22, [True] * 7 + [False] * 20
    assert printed_ratio(inside, outside) == pytest.approx(0.544, abs=5e-4)


def test_what_is_disputed_about_the_printed_ratios_comes_from_the_library(result):
    table = result.tables["printed_in_001"].set_index("fact")
    assert "42/8 is 5.250 exactly" in table.loc["wang-2025/il-6-severe-crs-or", "why"]
    assert table["locator"].str.startswith("001:").all()


@pytest.mark.parametrize(
    ("courses", "said"),
    [
        ({n: (*c[:-1], 0) for n, c in COURSES.items()}, "no event"),
        ({n: (*c[:-1], 4) for n, c in COURSES.items()}, "everybody for whom it is known had the event"),
        ({"A": COURSES["A"]}, "everybody for whom it is known had the event"),
    ],
)
def test_without_contrast_there_is_a_reason_and_no_model(courses, said):
    result = run(study_from(courses), "severe_toxicity_models")
    assert of_crs(result.tables["univariate"])["odds_ratio"].isna().all()
    assert said in " ".join(of_crs(result.tables["univariate"])["remark"])
    assert not result.shareable
