"""Relapse with its competing event, event-free survival and response, on cohorts small enough to do by hand."""

import pytest

from cartwise.analyses import run
from cartwise.basis import DAYS_PER_MONTH
from tests.drawing import study_of

NEW = ("cumulative_incidence", "event_free_survival", "response_rates")
RELAPSES = {"A": (3, "CD19+"), "B": (5, "CD19-"), "C": (6, "lineage switch"), "D": (7, "unknown")}
DEATHS = {"E": 4, "F": 5.5}
FOLLOWED = {"G": 10, "H": 10}
PRIOR = "ABEG"


def day(months):
    return f"{months * DAYS_PER_MONTH:g}"


@pytest.fixture(scope="module")
def study():
    names = [*RELAPSES, *DEATHS, *FOLLOWED]
    return study_of(
        patients="patient_id\n" + "\n".join(names),
        infusions="patient_id | day\n" + "\n".join(f"{name} | 0" for name in names),
        treatments="patient_id | day | kind\n"
        + "\n".join(f"{name} | -99 | {'HCT' if name in PRIOR else 'chemotherapy'}" for name in names),
        assessments="patient_id | day | kind | value\n"
        + "\n".join(f"{name} | 28 | response | {'no response' if name == 'F' else 'CR'}" for name in names),
        relapses="patient_id | day | immunophenotype\n"
        + "\n".join(f"{name} | {day(months)} | {type_}" for name, (months, type_) in RELAPSES.items()),
        deaths="patient_id | day\n" + "\n".join(f"{name} | {day(months)}" for name, months in DEATHS.items()),
        follow_up="patient_id | day | status\n"
        + "\n".join(f"{name} | {day(months)} | alive" for name, months in FOLLOWED.items()),
    )


@pytest.fixture(scope="module")
def incidence(study):
    table = run(study, "cumulative_incidence").tables["incidence"]
    return table.set_index(["cause", "month"])["incidence"]


def test_without_censoring_before_it_an_incidence_is_the_share_of_patients(incidence):
    """Nobody is censored before month 10, so 4 of 8 relapsed by month 8 and 1 of 8 died in remission."""
    assert incidence["Relapse", 8.0] == pytest.approx(4 / 8)
    assert incidence["Death in remission", 8.0] == pytest.approx(1 / 8)


def test_relapse_is_split_by_cd19_and_a_lineage_switch_has_escaped_as_well(incidence):
    assert incidence["CD19+ relapse", 8.0] == pytest.approx(1 / 8)
    assert incidence["CD19- relapse or lineage switch", 8.0] == pytest.approx(2 / 8)
    assert incidence["Relapse, CD19 status not known", 8.0] == pytest.approx(1 / 8)


def test_a_death_without_remission_is_no_death_in_remission(incidence):
    assert incidence["Death, no remission documented", 8.0] == pytest.approx(1 / 8)


def test_the_stacked_areas_add_up_to_everybody_with_an_event(study):
    """One minus Kaplan-Meier of each cause would add up to more."""
    figure = run(study, "cumulative_incidence").figures[""]
    assert figure.stacked
    assert sum(line.incidence[-1] for line in figure.panels[0].lines) == pytest.approx(6 / 8)
    assert figure.panels[0].at_risk[0][1][0] == 8


def test_groups_are_compared_by_grays_test_for_each_cause(study):
    result = run(study, "cumulative_incidence", by="prior_hct")
    tests = result.tables["gray_tests"].set_index("cause")
    assert set(tests.index) == {"Relapse", "Death in remission"}
    assert 0 < tests.loc["Relapse", "p"] <= 1
    assert [panel.title for panel in result.figures[""].panels] == ["Relapse", "Death in remission"]
    assert "Gray's test p = " in result.figures[""].panels[0].note
    assert any("Greenwood-type" in sentence for sentence in result.methods)


def test_nobody_relapsed_gives_curves_at_zero_with_their_reason():
    study = study_of(
        patients="patient_id\nA",
        infusions="patient_id | day\nA | 0",
        follow_up="patient_id | day | status\nA | 200 | alive",
    )
    table = run(study, "cumulative_incidence").tables["incidence"].set_index(["cause", "month"])
    assert table.loc[("Relapse", 6.0), "incidence"] == 0
    assert "no event of this cause yet" in table.loc[("Relapse", 6.0), "remark"]


def test_no_response_is_an_event_of_event_free_survival_only(study):
    groups = run(study, "event_free_survival").tables["groups"]
    assert groups.loc[0, "events"] == 6
    curve = run(study, "event_free_survival").figures[""].curves[0]
    assert min(t for t, n in zip(curve.times, curve.events, strict=True) if n) < 1


def test_response_rates_have_exact_limits_of_those_for_whom_they_are_known(study):
    """Clopper-Pearson for 7 of 8: 47.3 % to 99.7 %."""
    result = run(study, "response_rates")
    row = result.tables["responses"].set_index("response").loc["CR or CRi"]
    assert (row["patients"], row["known"], row["responded"]) == (8, 8, 7)
    assert (row["percent_lower"], row["percent_upper"]) == pytest.approx((47.35, 99.68), abs=0.01)


def test_an_mrd_test_that_was_not_done_is_no_response_and_no_failure(study):
    """F did not respond, which settles the answer; of the seven in remission no MRD is known."""
    row = run(study, "response_rates").tables["responses"].set_index("response").loc["MRD-negative CR or CRi"]
    assert (row["patients"], row["known"], row["responded"]) == (8, 1, 0)


def test_two_groups_are_compared_by_fishers_test(study):
    """1 of 4 against 0 of 4 did not respond: p = 1."""
    result = run(study, "response_rates", by="prior_hct")
    row = result.tables["tests"].set_index("response").loc["CR or CRi"]
    assert row["test"] == "Fisher's exact test"
    assert row["p"] == pytest.approx(1.0)


@pytest.mark.parametrize("name", NEW)
@pytest.mark.parametrize("by", [None, "prior_hct"])
def test_a_study_without_anybody_says_so(name, by):
    result = run(study_of(patients="patient_id\nA"), name, by=by)
    assert result.analysed == 0
    assert result.figures == {}


@pytest.mark.parametrize("name", NEW)
def test_a_result_that_would_give_counts_away_is_never_shared(study, name):
    result = run(study, name)
    assert not result.shareable
    assert "no shared form" in result.caption
