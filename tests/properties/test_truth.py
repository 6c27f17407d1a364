"""Three-valued logic says no more and no less than what every completion of the unknowns agrees on."""

from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from cartwise.basis import NO, UNKNOWN, YES, all_true, any_true, at_least_true, negation

TRUTHS = st.lists(st.sampled_from([YES, NO, UNKNOWN]), max_size=7)


def completions(truths):
    """Every way in which the unknowns could turn out."""
    return product(*([truth] if truth is not UNKNOWN else [YES, NO] for truth in truths))


@given(st.integers(0, 8), TRUTHS)
def test_at_least_is_what_every_completion_says(count, truths):
    outcomes = {sum(truth is YES for truth in full) >= count for full in completions(truths)}
    wanted = UNKNOWN if len(outcomes) == 2 else YES if outcomes == {True} else NO
    assert at_least_true(count, truths) is wanted


@given(TRUTHS)
def test_all_and_any_are_each_others_mirror(truths):
    assert negation(all_true(truths)) is any_true(negation(truth) for truth in truths)


@given(st.integers(0, 8), TRUTHS, st.randoms())
def test_order_does_not_matter(count, truths, random):
    shuffled = random.sample(truths, len(truths))
    assert at_least_true(count, shuffled) is at_least_true(count, truths)
