"""What would settle an undecided statement, and what would change a decided one, in scenarios."""

from __future__ import annotations

from cartwise.guidelines.settling import (
    Turning,
    changing_sets,
    settling_sets,
    would_change,
    would_settle,
)
from cartwise.measures import Sheet, any_of, not_
from cartwise.measures.completing import by_completion
from cartwise.measures.history import prior_hct
from tests.drawing import patient_of
from tests.spec.guidelines.hct_case import (
    APLASIA,
    CD28,
    ELIGIBLE,
    FLOW_NEGATIVE,
    PRIOR_HCT,
    REMISSION,
    STILL_NEGATIVE,
    TIER_1,
    TIER_2,
    case,
)

LOST_EARLY = "B-cell aplasia lost within 6 mo, under each definition the source names"


def told(turnings: tuple[Turning, ...], standing: str) -> set[str]:
    return {str(turning) for turning in turnings if turning.standing == standing}


def test_each_trigger_alone_would_meet_the_first_tier_and_all_together_would_not() -> None:
    found = would_settle(case(40)[TIER_1])
    assert told(found, "met") == {f"{LOST_EARLY}: yes", "mrd positive after infusion: yes"}
    assert told(found, "not-met") == {
        f"{LOST_EARLY}: no; mrd low level only after infusion: no; mrd positive after infusion: no"
    }


def test_a_question_that_cannot_turn_the_answer_is_in_no_set() -> None:
    asked = set().union(*settling_sets(case(40, mrd=FLOW_NEGATIVE)[TIER_1]))
    assert asked == {LOST_EARLY}


def test_donor_and_wish_settle_the_second_tier_only_together() -> None:
    sets = settling_sets(case(40)[TIER_2])
    assert frozenset({"donor available", "wish for HCT"}) in sets
    assert frozenset({"donor available"}) not in sets


def test_an_unknown_scope_is_asked_before_the_rule() -> None:
    found = would_settle(case(40, assessments=ELIGIBLE, infusions=CD28)[TIER_1])
    assert "in remission: no" in told(found, "out-of-scope")
    assert any("in remission: yes" in words for words in told(found, "met"))


def test_what_only_the_source_could_say_is_settled_by_no_fact() -> None:
    b_cells = "day | specimen | count\n14 | blood | 0\n61 | blood | 30\n200 | blood | 30"
    said = case(201, b_cells=b_cells, mrd=STILL_NEGATIVE)[TIER_1]
    assert said.standing == "undetermined-by-source"
    assert would_settle(said) == ()


def test_a_statement_that_its_source_leaves_open_would_be_settled_as_left_open() -> None:
    said = case(40, treatments="day | kind\n3 | tocilizumab")
    assert told(would_settle(said[PRIOR_HCT]), "undetermined-by-source") == {
        f"{LOST_EARLY}: yes; prior hct: yes"
    }


def test_a_decided_statement_is_not_settled_but_changed() -> None:
    said = case(40, infusions=CD28)[TIER_1]
    assert would_settle(said) == ()
    assert frozenset({"CD28 costimulatory domain"}) in changing_sets(said)
    assert frozenset({"hct eligible"}) in changing_sets(said)


def test_two_triggers_would_both_have_to_fall() -> None:
    b_cells = f"{APLASIA}\n61 | blood | 120 | 9"
    sets = changing_sets(case(70, infusions=CD28, b_cells=b_cells, mrd=FLOW_NEGATIVE)[TIER_1])
    assert frozenset({"CD28 costimulatory domain", LOST_EARLY}) in sets
    assert frozenset({"CD28 costimulatory domain"}) not in sets


def test_what_is_said_of_everybody_changes_with_the_scope_alone() -> None:
    asked = set().union(*changing_sets(case(40)["talleur-2023/no-clear-recommendations"]))
    assert asked == {
        "b all",
        "cd19 product",
        "in remission",
        "relapsed after infusion",
        "later course",
        "hct after infusion",
    }


def test_a_relapse_would_have_to_be_undone_to_bring_the_patient_back_into_scope() -> None:
    relapses = "day | site | immunophenotype\n200 | marrow | CD19+"
    (turning,) = would_change(case(210, relapses=relapses, infusions=CD28)[TIER_1])
    assert turning.questions == {"relapsed after infusion", "in remission"}


def test_after_death_no_fact_changes_anything() -> None:
    said = case(300, deaths="day | cause\n250 | infection", infusions=CD28, assessments=REMISSION)
    assert all(would_settle(item) == would_change(item) == () for item in said.values())


def test_a_leaf_asked_twice_counts_once() -> None:
    criterion = any_of(prior_hct, not_(prior_hct))
    answer = criterion.answer(Sheet(patient_of(infusions="day\n0")))
    assert (str(answer.truth), str(by_completion(criterion, answer))) == ("unknown", "yes")
