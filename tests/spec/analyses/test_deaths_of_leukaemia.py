"""A death of leukaemia is no death without leukaemia, whether or not a relapse was recorded before it."""

import pytest

from cartwise.analyses import run
from tests.spec.analyses.courses import courses_study, day, rows

# Months of HCT, relapse, death, last contact; then the recorded cause and whether a remission is documented.
COURSES = {
    "A": (None, None, 6, 6, "leukaemia", False), "B": (2, None, 9, 9, "transplant-related", False),
    "C": (None, None, 5, 5, "infection", False), "D": (None, None, 7, 7, "unknown", False),
    "E": (None, None, 8, 8, "", True), "F": (None, None, 10, 10, "leukaemia", True),
    "G": (2, None, None, 40, "", True), "H": (None, 3, 6, 6, "leukaemia", True), "I": (None, None, None, 40, "", True),
}  # fmt: skip


@pytest.fixture(scope="module")
def study():
    header = "patient_id | day | method | specimen | result | level"
    return courses_study(
        {name: course[:4] for name, course in COURSES.items()},
        deaths=rows(
            "patient_id | day | cause",
            (f"{n} | {day(c[2])} | {c[4]}" for n, c in COURSES.items() if c[2] is not None),
        ),
        assessments=rows(
            "patient_id | day | kind | value",
            (f"{n} | 28 | response | {'CR' if c[5] else 'no response'}" for n, c in COURSES.items()),
        ),
        mrd=rows(header, (f"{n} | -9 | flow | marrow | positive | 0.02" for n in COURSES)),
    )


@pytest.fixture(scope="module")
def strata(study):
    return run(study, "hct_within_mrd_strata")


def test_only_deaths_of_another_cause_are_events_of_death_without_relapse(strata):
    """C by its recorded cause and E in remission, against B; A and F died of leukaemia, D of nobody knows what."""
    table = strata.tables["strata"].set_index(["outcome", "stratum", "approach"])
    row = table.loc[("Death without relapse", "≥ 10⁻³", "Time-varying covariate")]
    assert row[["events_no_hct", "events_hct"]].tolist() == [2, 1]
    assert row[["no_hct", "hct"]].tolist() == [7, 2]


def test_leukaemia_free_survival_still_ends_with_any_death(strata):
    table = strata.tables["strata"].set_index(["outcome", "stratum", "approach"])
    row = table.loc[("Leukaemia-free survival", "≥ 10⁻³", "Time-varying covariate")]
    assert row[["events_no_hct", "events_hct"]].tolist() == [6, 1]


def test_what_each_death_was_taken_for_and_on_what_grounds_is_counted(strata):
    table = strata.tables["deaths_without_relapse"].set_index(["burden", "stratum", "hct"])
    without = table.loc[("MRD before lymphodepletion", "≥ 10⁻³", "no HCT")]
    names = ["events", "by_recorded_cause", "by_remission", "of_leukaemia", "not_settled"]
    assert without[names].tolist() == [2, 1, 1, 2, 1]
    with_hct = table.loc[("MRD before lymphodepletion", "≥ 10⁻³", "HCT")]
    assert with_hct[names].tolist() == [1, 1, 0, 0, 0]


def test_the_methods_say_what_is_no_death_without_relapse(strata):
    said = " ".join(strata.methods)
    assert (
        "a death of leukaemia, or of no recorded cause without a documented remission, ends the time at risk"
        in said
    )


def test_a_death_of_leukaemia_is_no_death_in_remission_and_has_its_own_incidence(study):
    result = run(study, "cumulative_incidence")
    counts = result.tables["first_events"].set_index("first_event")["patients"]
    assert counts["Death in remission"] == 1
    assert counts["Death of leukaemia, no relapse recorded"] == 2
    # B, C and D: a remission is not documented, of whatever cause they died.
    assert counts["Death, no remission documented"] == 3
    assert counts["CD19+ relapse"] + counts["Relapse, CD19 status not known"] == 1
    causes = set(result.tables["incidence"]["cause"])
    assert "Death of leukaemia, no relapse recorded" in causes
    assert "neither relapse nor death in remission" in result.caption


def test_a_cause_told_later_counts_only_from_then_on():
    """On a data cut before the cause is established the death is of no recorded cause."""
    deaths = "patient_id | day | cause_day | cause\nA | 100 | 200 | leukaemia"
    study = courses_study({"A": (None, None, 3, 3)}, deaths=deaths)
    counts = run(study, "cumulative_incidence").tables["first_events"].set_index("first_event")["patients"]
    assert counts["Death of leukaemia, no relapse recorded"] == 1
    early = {name: patient.as_of(150) for name, patient in study.patients.items()}
    assert [row.cause for row in early["A"].deaths] == [None]
