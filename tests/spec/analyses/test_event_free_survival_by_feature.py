"""Event-free survival by the features that the sources name: groups known at infusion, each compared alone."""

import pandas as pd
import pytest

from cartwise.analyses import run
from tests.spec.analyses.courses import courses_study, rows

# Months of HCT, relapse, death, last contact.
COURSES = {
    "A": (None, 3, None, 30), "B": (None, 5, None, 30), "C": (None, None, None, 30), "D": (None, None, None, 30),
    "E": (None, 9, None, 30), "F": (None, None, None, 6), "G": (None, 20, None, 30), "H": (None, None, None, 30),
}  # fmt: skip
BLINATUMOMAB = {"A": "no CR", "B": "progression", "C": "CR", "D": "CRi", "E": "", "F": "CR"}
BLASTS = {"A": 40, "B": 5, "C": 4.9, "D": 0, "E": 2, "F": 1, "G": 60}


def study_from(courses):
    kept = set(courses)
    return courses_study(
        courses,
        treatments=rows(
            "patient_id | day | kind | response",
            [f"{n} | -60 | blinatumomab | {r}" for n, r in BLINATUMOMAB.items() if n in kept]
            + [f"{n} | -90 | chemotherapy |" for n in courses],
        ),
        marrow=rows("patient_id | day | blasts", [f"{n} | -9 | {b}" for n, b in BLASTS.items() if n in kept]),
        assessments=rows("patient_id | day | kind | value", [f"{n} | 28 | response | CR" for n in courses]),
        labs=rows(
            "patient_id | day | test | value | unit | specimen",
            [
                f"{n} | -3 | fludarabine AUC | {v} | mg.h/L | blood"
                for n, v in {"A": 10, "C": 14, "D": 20, "E": 13.9}.items()
                if n in kept
            ],
        ),
    )


@pytest.fixture(scope="module")
def result():
    return run(study_from(COURSES), "event_free_survival_by_feature")


@pytest.fixture(scope="module")
def table(result):
    return result.tables["features"].set_index(["feature", "group"])


def test_blinatumomab_never_given_with_remission_and_without_are_three_groups(table):
    assert table.loc["Blinatumomab before", "n"].to_dict() == {
        "never given": 2,
        "no remission": 2,
        "remission": 3,
    }


def test_burden_is_high_from_5_percent_of_blasts_on(table):
    rows_of = table.loc["Marrow blasts before lymphodepletion"]
    assert rows_of["n"].to_dict() == {"< 5 %": 4, "≥ 5 %": 3}
    assert rows_of.loc["≥ 5 %", "month_12"] == pytest.approx(1 / 3)
    assert rows_of.loc["≥ 5 %", "hazard_ratio"] > 1


def test_fludarabine_exposure_is_cut_where_the_sources_do(table):
    """10 is below both cut-offs, 14 and 20 are below neither, and 13.9 lies between a measured and an estimated one."""
    assert table.loc["Fludarabine exposure suboptimal", "n"].to_dict() == {"no": 2, "yes": 1}


def test_who_is_not_known_is_left_out_of_that_comparison_alone_and_counted(result):
    gaps = result.tables["not_known"].groupby("feature")["patients"].sum()
    assert gaps["Blinatumomab before"] == 1
    assert gaps["Fludarabine exposure suboptimal"] == 5
    assert result.analysed == 8


def test_every_number_wanting_has_its_reason(table):
    gaps = table[table[["month_12", "lower_12", "month_24", "p"]].isna().any(axis=1)]
    assert (gaps["remark"] != "").all()


def test_features_are_adjusted_for_their_number(table):
    tested = table[table["p"].notna()]
    assert (tested["q"] >= tested["p"]).all()


def test_without_events_there_are_shares_and_no_ratio():
    free = dict.fromkeys(COURSES, (None, None, None, 30))
    table = run(study_from(free), "event_free_survival_by_feature").tables["features"]
    assert table["hazard_ratio"].isna().all()
    assert table["remark"].str.contains("no event|fewer than two groups|known for nobody").all()
    assert not pd.isna(table["month_12"].iloc[0])
