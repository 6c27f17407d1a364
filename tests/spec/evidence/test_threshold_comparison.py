"""How a value stands to a printed cut-off: at it, beyond it, and between the ends of a printed range."""

import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from cartwise.basis import NO, UNKNOWN, YES, Interval, UserError
from cartwise.evidence import Dispute, DisputedValueError, Threshold, threshold

SIX_MONTHS = 182.625  # days of 30.4375 each


def cutoff(comparison: str = ">", unit: str = "%", **numbers) -> Threshold:
    told = dict.fromkeys(("source", "id", "statement", "quote", "status", "of", "printed"), "invented")
    return Threshold(
        **(told | {"locator": "002:1", "checked": "text read at line"} | numbers),
        comparison=comparison,
        unit=unit,
    )


@pytest.mark.parametrize(
    ("comparison", "below", "at", "above"),
    [
        ("<", YES, NO, NO),
        ("<=", YES, YES, NO),
        ("within", YES, YES, NO),
        (">", NO, NO, YES),
        (">=", NO, YES, YES),
    ],
)
def test_the_sign_decides_at_the_cut_off_itself(comparison, below, at, above):
    five = cutoff(comparison, value=5.0)
    assert [five.compare(v).truth for v in (4.99, 5.0, 5.01)] == [below, at, above]


@pytest.mark.parametrize(
    ("blasts", "truth", "cause"),
    [
        (0.0, NO, ""),
        (5.0, NO, ""),  # ">5 %" is short of the near end at 5
        (5.1, UNKNOWN, "source"),
        (25.0, UNKNOWN, "source"),  # ">25 %" is not yet beyond the far end at 25
        (25.1, YES, ""),
        (100.0, YES, ""),
    ],
)
def test_high_burden_is_printed_as_a_range_and_undecided_between_its_ends(blasts, truth, cause):
    answer = threshold("westhafen-2025/high-burden").compare(blasts, "%")
    assert (answer.truth, answer.cause) == (truth, cause)


def test_between_the_ends_the_text_says_on_what_the_answer_depends():
    answer = threshold("westhafen-2025/high-burden").compare(12.0)
    assert answer.text == "depends on the cut-off: > 5 %: yes, > 25 %: no"


@pytest.mark.parametrize(
    ("count", "truth"),
    [(0.0, YES), (9.9, YES), (10.0, UNKNOWN), (49.9, UNKNOWN), (50.0, NO), (75.0, NO)],
)
def test_aplasia_by_count_lies_below_the_range_although_its_sign_is_misprinted(count, truth):
    assert threshold("westhafen-2025/bca-count").compare(count, "/uL").truth is truth


@pytest.mark.parametrize(("mrd", "truth"), [(9.9e-5, YES), (1e-4, NO), (2e-4, NO)])
def test_low_burden_lies_below_one_in_ten_thousand(mrd, truth):
    assert threshold("wang-2025/low-burden-mrd").compare(mrd, "1").truth is truth
    assert threshold("wang-2025/low-burden-mrd").compare(mrd * 100, "%").truth is truth


@pytest.mark.parametrize(
    ("key", "unit", "at"),
    [
        ("westhafen-2025/high-burden-table", "1", 0.05),
        ("myers-2023/high-burden-severe-crs", "1", 0.4),
        ("wang-2025/high-burden-mrd", "%", 1.0),
        ("wang-2025/severe-crs-mrd", "%", 0.1),
        ("wang-2025/mrd-positive-flow", "1", 1e-4),
        ("oszer-2026/mrd-positive-pcr", "%", 0.01),
    ],
)
def test_a_value_at_the_cut_off_is_at_it_in_any_unit(key, unit, at):
    assert threshold(key).compare(at, unit).truth is YES
    assert threshold(key).compare(math.nextafter(at, 0), unit).truth is NO


@pytest.mark.parametrize(
    ("loss", "truth", "cause"),
    [
        (Interval(30, 90), YES, ""),
        (Interval(30, SIX_MONTHS), YES, ""),
        (Interval(150, 200), UNKNOWN, "record"),
        (Interval(SIX_MONTHS, 200), NO, ""),
        (Interval(200), NO, ""),  # aplasia still there on day 200
        (Interval(90), UNKNOWN, "record"),  # aplasia still there on day 90 and nothing since
    ],
)
def test_loss_of_aplasia_within_six_months_is_asked_of_an_interval(loss, truth, cause):
    answer = threshold("westhafen-2025/early-bca-loss").compare(loss)
    assert (answer.truth, answer.cause) == (truth, cause)
    assert answer.text == "within 182.625 d"


@pytest.mark.parametrize(
    ("comparison", "loss", "truth"),
    [
        ("<", Interval(30, 63), UNKNOWN),
        ("<", Interval(30, 62), YES),
        ("<", Interval(63, 70), NO),
        (">", Interval(30, 63), NO),
        (">", Interval(63, 70), YES),
        (">", Interval(63), YES),
        (">=", Interval(30, 62), NO),
        (">=", Interval(30, 63), UNKNOWN),
    ],
)
def test_each_sign_has_its_answer_about_an_interval(comparison, loss, truth):
    assert cutoff(comparison, "d", value=63.0).compare(loss).truth is truth


def test_an_event_between_samples_may_wait_for_the_record_and_for_the_source():
    days = cutoff("within", "d", lower=100.0, upper=120.0)
    assert days.compare(Interval(100, 120)).cause == "source"
    assert days.compare(Interval(90, 130)).cause == "record"


def test_a_value_that_measures_something_else_is_refused():
    with pytest.raises(UserError, match="do not measure the same thing"):
        threshold("westhafen-2025/bca-count").compare(1.0, "%")


def test_a_value_that_is_not_a_number_is_refused():
    with pytest.raises(UserError, match="not a number"):
        threshold("westhafen-2025/high-burden").compare(math.nan)


@pytest.mark.parametrize("field", ["value", "comparison", "unit"])
def test_a_threshold_under_an_open_dispute_is_not_compared_with(field):
    numbers = {} if field == "value" else {"value": 5.0}
    dispute = Dispute(fields=(field,), printed="5", state="open", why="The table prints another.")
    disputed = cutoff(disputes=(dispute,), **numbers)
    with pytest.raises(DisputedValueError, match="The table prints another"):
        disputed.compare(50.0)


@pytest.mark.parametrize(
    "numbers", [{}, {"lower": 1.0}, {"value": 1.0, "upper": 2.0}, {"lower": 2.0, "upper": 1.0}]
)
def test_a_threshold_is_one_value_or_a_whole_range(numbers):
    with pytest.raises(ValueError, match="lower"):
        cutoff(**numbers)


signs = st.sampled_from(["<", "<=", "within", ">", ">="])
days = st.integers(0, 400).map(float)


@given(signs, days, days, days)
def test_a_range_answers_only_where_both_its_ends_agree(comparison, one, other, value):
    assume(one != other)
    lower, upper = sorted((one, other))
    ends = {cutoff(comparison, "d", value=end).compare(value).truth for end in (lower, upper)}
    answer = cutoff(comparison, "d", lower=lower, upper=upper).compare(value).truth
    assert {answer} == ends if len(ends) == 1 else answer is UNKNOWN


@given(signs, days, st.tuples(days, days, days))
def test_the_day_itself_never_contradicts_what_the_interval_around_it_answered(comparison, limit, found):
    after, day, by = sorted(found)
    assume(after < day or after == by)  # after the last sample without it, or seen to the day
    asked = cutoff(comparison, "d", value=limit)
    answer = asked.compare(Interval(after, by)).truth
    assert answer in (UNKNOWN, asked.compare(day).truth)
