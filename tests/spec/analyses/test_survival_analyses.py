"""Survival analyses: curves, extended risk table and log-rank test on a cohort small enough to do by hand."""

import pytest

from cartwise import __version__
from cartwise.analyses import run
from cartwise.analyses.grouping import counted
from cartwise.basis import DAYS_PER_MONTH, Missing
from tests.drawing import study_of

# Months to death (d) or last contact: with prior HCT 2d 4 8d 10, without 3 6d 9 12.
COURSES = {"A": (2, 1, 1), "B": (4, 0, 1), "C": (8, 1, 1), "D": (10, 0, 1)}
COURSES |= {"E": (3, 0, 0), "F": (6, 1, 0), "G": (9, 0, 0), "H": (12, 0, 0)}


def day(months):
    return f"{months * DAYS_PER_MONTH:g}"


@pytest.fixture(scope="module")
def result():
    study = study_of(
        patients="patient_id\n" + "\n".join(COURSES),
        infusions="patient_id | day\n" + "\n".join(f"{name} | 0" for name in COURSES),
        treatments="patient_id | day | kind\n"
        + "\n".join(
            f"{name} | -99 | {'HCT' if prior else 'chemotherapy'}" for name, (_, _, prior) in COURSES.items()
        ),
        deaths="patient_id | day\n"
        + "\n".join(f"{name} | {day(months)}" for name, (months, died, _) in COURSES.items() if died),
        follow_up="patient_id | day | status\n"
        + "\n".join(
            f"{name} | {day(months)} | alive" for name, (months, died, _) in COURSES.items() if not died
        ),
    )
    return run(study, "overall_survival", by="prior_hct")


def test_the_curve_is_the_one_worked_by_hand(result):
    """With prior HCT: 1 - 1/4 at 2 months, times 1 - 1/2 at 8 months."""
    curve = next(curve for curve in result.figures[""].curves if curve.group == "yes")
    steps = {
        round(t): s for t, s, died in zip(curve.times, curve.survival, curve.events, strict=True) if died
    }
    assert steps == pytest.approx({2: 0.75, 8: 0.375})
    assert result.estimates["survival at 6 months, yes"].value == pytest.approx(0.75)


def test_the_risk_table_counts_at_risk_censored_and_events(result):
    """KMunicate: those at risk at the tick, the others up to and including it."""
    table = result.tables["risk_table"].set_index(["group", "month"])
    assert list(table.loc[("yes", 0.0), ["at_risk", "censored", "events"]]) == [4, 0, 0]
    assert list(table.loc[("yes", 6.0), ["at_risk", "censored", "events"]]) == [2, 1, 1]
    assert list(table.loc[("no", 10.0), ["at_risk", "censored", "events"]]) == [1, 2, 1]


def test_the_groups_are_compared_by_log_rank(result):
    """Expected with prior HCT: 4/8 at month 2, 2/5 at month 6, 2/4 at month 8, of one death each: 1.4 of 2 seen."""
    groups = result.tables["groups"].set_index("group")
    assert groups.loc["yes", "expected"] == pytest.approx(1.4)
    assert groups.loc["yes", "events"] == 2
    assert list(groups["n"]) == [4, 4, 8]
    assert "log-rank" in result.figures[""].note
    assert "Two-sided log-rank test, p = " in result.caption


def test_what_a_curve_does_not_reach_is_missing_with_its_reason(result):
    assert isinstance(result.estimates["median, no"], Missing)
    row = result.tables["groups"].set_index("group").loc["no"]
    assert "not seen" in row["remark"]


def test_one_group_alone_is_not_compared():
    study = study_of(
        patients="patient_id\nA\nB",
        infusions="patient_id | day\nA | 0\nB | 0",
        treatments="patient_id | day | kind\nA | -9 | HCT\nB | -9 | HCT",
        deaths="patient_id | day\nA | 100",
        follow_up="patient_id | day | status\nB | 200 | alive",
    )
    result = run(study, "overall_survival", by="prior_hct")
    assert "fewer than two groups have patients" in result.caption
    assert result.figures[""].note == ""


def test_relapse_ends_leukaemia_free_survival_and_not_overall_survival():
    study = study_of(
        patients="patient_id\nA",
        infusions="patient_id | day\nA | 0",
        relapses="patient_id | day\nA | 50",
        follow_up="patient_id | day | status\nA | 200 | alive",
    )
    events = {name: run(study, name).tables["groups"]["events"].sum() for name in SURVIVALS}
    assert events == {"leukaemia_free_survival": 1, "overall_survival": 0}


SURVIVALS = ("leukaemia_free_survival", "overall_survival")


def test_the_methods_end_with_the_versions_that_computed_it(result):
    assert result.methods[-1].startswith(f"Computed with cartwise {__version__} (numpy ")
    assert "scipy" in result.methods[-1]


@pytest.mark.parametrize(("count", "words"), [(0, "0 events"), (1, "1 event"), (2, "2 events")])
def test_one_is_no_plural(count, words):
    assert counted(count, "event") == words
