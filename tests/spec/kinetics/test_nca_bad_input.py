"""Bad profiles and choices are refused with one message that names everything wrong with them."""

from __future__ import annotations

import math

import pandas as pd
import pytest

from cartwise.basis import UserError
from cartwise.kinetics import nca

GOOD = {"subject": ["A", "A", "B"], "time": [0.0, 7.0, 0.0], "concentration": [0.0, 10.0, 5.0]}

TABLES = [
    # what is put in place of the good columns, words of the message
    ({"time": [0.0, 0.0, 0.0]}, "1 row(s) repeat a subject's time"),
    ({"time": [-1.0, 7.0, -2.0]}, "2 row(s) have a time before 0"),
    ({"time": [0.0, math.inf, 0.0]}, "1 row(s) have an infinite time"),
    ({"time": [0.0, math.nan, 0.0]}, "1 row(s) have no time"),
    ({"time": ["0", "7", "x"]}, "'time' is not numeric"),
    ({"concentration": [0.0, -10.0, 5.0]}, "1 row(s) have a negative concentration"),
    ({"concentration": [0.0, math.inf, 5.0]}, "1 row(s) have an infinite concentration"),
    ({"concentration": ["<100", "10", "5"]}, "'concentration' is not numeric"),
    ({"subject": ["A", None, "B"]}, "1 row(s) name no subject"),
    (
        {"below_limit": [True, True, False]},
        "1 row(s) are marked below_limit and hold a positive concentration",
    ),
    ({"below_limit": [True, None, False]}, "below_limit is neither true nor false in 1 row(s)"),
    ({"below_limit": ["yes", "no", "no"]}, "below_limit is neither true nor false in 3 row(s)"),
]


@pytest.mark.parametrize(("columns", "words"), TABLES)
def test_bad_tables(columns, words):
    with pytest.raises(UserError, match="cannot be analysed") as refused:
        nca(pd.DataFrame(GOOD | columns))
    assert words in str(refused.value)


def test_all_problems_are_named_at_once_and_no_value_or_identifier_is():
    table = pd.DataFrame({"subject": ["Jane"] * 3, "time": [-1.5, 7, 7], "concentration": [3.25, -8.125, 5]})
    with pytest.raises(UserError) as refused:
        nca(table)
    message = str(refused.value)
    assert all(
        words in message for words in ("before 0", "negative concentration", "repeat a subject's time")
    )
    assert not any(secret in message for secret in ("Jane", "1.5", "3.25", "8.125"))


@pytest.mark.parametrize("missing", ["subject", "time", "concentration"])
def test_missing_columns(missing):
    with pytest.raises(UserError, match=f"'{missing}' is missing"):
        nca(pd.DataFrame(GOOD).drop(columns=missing))


def test_no_rows_and_no_table():
    with pytest.raises(UserError, match="no row"):
        nca(pd.DataFrame(GOOD).iloc[:0])
    with pytest.raises(UserError, match="not a list"):
        nca([1, 2])


CHOICES = [
    ({"auc_rule": "trapezoid"}, "auc_rule is 'trapezoid'; choose one of linear, lin-up/log-down, lin-log"),
    ({"blq_rule": "half"}, "blq_rule is 'half'; choose one of pknca, zero, drop, positive-part"),
    ({"slope_rule": ""}, "slope_rule is ''"),
    ({"half_life": "best"}, "half_life is 'best'"),
    ({"half_life": "tobit"}, "give lloq"),
    ({"interval": (28, 0)}, "interval is (28, 0)"),
    ({"interval": (0, math.inf)}, "interval is (0, inf)"),
    ({"interval": 28}, "interval is 28"),
    ({"lloq": -5}, "lloq is -5"),
    ({"lloq": math.nan}, "lloq is nan"),
]


@pytest.mark.parametrize(("choices", "words"), CHOICES)
def test_bad_choices(choices, words):
    with pytest.raises(UserError) as refused:
        nca(pd.DataFrame(GOOD), **choices)
    assert words in str(refused.value)


def test_several_bad_choices_are_named_at_once():
    with pytest.raises(UserError, match=r"(?s)auc_rule.*blq_rule.*lloq"):
        nca(pd.DataFrame(GOOD), auc_rule="a", blq_rule="b", lloq=0)


def test_a_marked_and_an_unmarked_zero_mean_the_same():
    marked = nca(pd.DataFrame(GOOD | {"below_limit": [True, False, False]}))
    pd.testing.assert_frame_equal(marked, nca(pd.DataFrame(GOOD)))


def test_a_blank_row_does_not_clash_with_a_result_of_the_same_time():
    table = pd.DataFrame({"subject": "A", "time": [0, 7, 7], "concentration": [0, math.nan, 5]})
    assert nca(table).iloc[0][["n_samples", "n_dropped"]].tolist() == [2, 1]


def test_nullable_columns_are_read():
    table = pd.DataFrame(GOOD | {"below_limit": [True, False, False]}).convert_dtypes()
    assert nca(table)["cmax"].tolist() == [10, 5]
