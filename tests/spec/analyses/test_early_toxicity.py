"""Adverse events of the first four weeks: counts of those for whom they are known, and for how many they are not."""

import pandas as pd
import pytest

from cartwise.analyses import run
from tests.drawing import study_of

NAMES = [f"P{n}" for n in range(10)]


def tables(**more):
    drawn = {
        "patients": "patient_id\n" + "\n".join([*NAMES, "X"]),
        "infusions": "patient_id | day\n" + "\n".join(f"{n} | 0" for n in [*NAMES, "X"]),
        "toxicities": "patient_id | day | kind | grade | scale\n"
        + "\n".join(f"{n} | 3 | CRS | {i // 3} | ASTCT 2019" for i, n in enumerate(NAMES)),
        "treatments": "patient_id | day | kind\nP0 | -90 | HCT\nP1 | -90 | chemotherapy\nP5 | 4 | tocilizumab",
        "infections": "patient_id | day | kind | grade\nP1 | 9 | bacterial | 3\nP1 | 12 | viral | 2\nP2 | 40 | fungal | 3\nP3 | 5 | unknown | 2",
        "gvhd": "patient_id | day | kind\nP0 | 20 | acute",
        "follow_up": "patient_id | day | status\n" + "\n".join(f"{n} | 90 | alive" for n in NAMES),
    }
    return drawn | more


def events(**more):
    result = run(study_of(**tables(**more)), "early_toxicity")
    return result, result.tables["events"].set_index(["toxicity", "event"])


@pytest.fixture(scope="module")
def table():
    return events()[1]


def counts(table, *key):
    return tuple(int(table.loc[key, column]) for column in ("yes", "no", "not_known"))


def test_grades_are_counted_each_and_from_3_on(table):
    """Grades 0, 0, 0, 1, 1, 1, 2, 2, 2, 3; X was never graded."""
    assert counts(table, "CRS", "any grade") == (7, 3, 1)
    assert counts(table, "CRS", "grade 2") == (3, 7, 1)
    assert counts(table, "CRS", "grade 3 or more") == (1, 9, 1)


def test_percents_are_of_those_known_with_exact_limits_and_with_what_the_unknown_could_make(table):
    """1 of 10, Clopper-Pearson 0.25 % to 44.50 %; with X it lies between 1 and 2 of 11."""
    row = table.loc[("CRS", "grade 3 or more")]
    assert row["percent"] == pytest.approx(10)
    assert (row["percent_lower"], row["percent_upper"]) == (
        pytest.approx(0.2529, abs=1e-3),
        pytest.approx(44.50, abs=1e-2),
    )
    assert (row["lowest_possible"], row["highest_possible"]) == (
        pytest.approx(100 / 11),
        pytest.approx(200 / 11),
    )


def test_an_infection_after_day_28_or_of_unknown_kind_settles_no_kind(table):
    assert counts(table, "Infection", "any") == (2, 8, 1)
    assert counts(table, "Infection", "bacterial") == (1, 8, 2)
    assert counts(table, "Infection", "fungal") == (0, 9, 2)


def test_gvhd_is_asked_of_those_with_prior_hct(table):
    assert counts(table, "GVHD", "among those with prior HCT") == (1, 0, 0)
    assert counts(table, "GVHD", "among all") == (1, 9, 1)


def test_what_nobody_looked_for_is_not_known_and_not_absent(table):
    row = table.loc[("HLH-like hyperinflammation (IEC-HS)", "found")]
    assert counts(table, "HLH-like hyperinflammation (IEC-HS)", "found") == (0, 0, 11)
    assert pd.isna(row["percent"])
    assert row["remark"] == "known for nobody"


def test_a_study_without_any_infection_did_not_collect_them():
    result, table = events(infections="patient_id | day | kind")
    assert counts(table, "Infection", "any") == (0, 0, 11)
    assert "not collected" in table.loc[("Infection", "any"), "remark"]
    assert "Not collected here" in result.caption


def test_a_neutrophil_count_below_500_is_grade_4():
    labs = "patient_id | day | test | value | unit | below_limit\nP0 | 7 | ANC | 400 | {cells}/uL | false\nP1 | 7 | ANC | 500 | {cells}/uL | false\nP2 | 7 | ANC | | {cells}/uL | true"
    result, table = events(labs=labs)
    assert counts(table, "Cytopenia", "neutropenia, grade 4") == (2, 1, 8)
    nadir = result.tables["nadir"].iloc[0]
    assert (nadir["n"], nadir["not_known"], nadir["median"]) == (3, 8, 400)


def test_weeks_that_are_not_over_have_no_no():
    more = {"follow_up": "patient_id | day | status\nP0 | 10 | alive"}
    _, table = events(
        **more,
        treatments="patient_id | day | kind\nP1 | -90 | chemotherapy",
        infections="patient_id | day | kind\nP9 | 2 | viral",
        gvhd="patient_id | day | kind\nP9 | 3 | none",
    )
    assert counts(table, "Infection", "any") == (1, 0, 10)
