"""Yes, no and unknown: the truth tables, drawn whole."""

import pytest

from cartwise.basis import NO, UNKNOWN, YES, all_true, any_true, at_least_true, negation, truth_of

Y, N, U = YES, NO, UNKNOWN

PAIRS = [  # one, other, all of them, any of them
    (Y, Y, Y, Y),
    (Y, N, N, Y),
    (Y, U, U, Y),
    (N, Y, N, Y),
    (N, N, N, N),
    (N, U, N, U),
    (U, Y, U, Y),
    (U, N, N, U),
    (U, U, U, U),
]


@pytest.mark.parametrize(("one", "other", "both", "either"), PAIRS)
def test_two_answers(one, other, both, either):
    assert all_true([one, other]) is both
    assert any_true([one, other]) is either


@pytest.mark.parametrize(("truth", "opposite"), [(Y, N), (N, Y), (U, U)])
def test_not(truth, opposite):
    assert negation(truth) is opposite


@pytest.mark.parametrize(
    ("count", "truths", "answer"),
    [
        (2, [Y, Y, U], Y),
        (2, [Y, U, N], U),
        (2, [Y, N, N], N),
        (2, [U, U, N], U),
        (2, [U, N, N], N),
        (0, [], Y),
        (1, [], N),
    ],
)
def test_at_least(count, truths, answer):
    assert at_least_true(count, truths) is answer


def test_of_nothing_all_are_true_and_none_is():
    assert all_true([]) is YES
    assert any_true([]) is NO


@pytest.mark.parametrize(("flag", "truth"), [(True, Y), (False, N), (None, U)])
def test_a_blank_flag_is_unknown(flag, truth):
    assert truth_of(flag) is truth


@pytest.mark.parametrize("truth", [Y, N, U])
def test_a_truth_cannot_stand_in_an_if(truth):
    with pytest.raises(TypeError, match="truth is YES"):
        bool(truth)
    with pytest.raises(TypeError):
        _ = truth and YES
