"""No count under five is shown, and none can be worked out from those that are."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import LinearConstraint, milp

from cartwise.reports.disclosure import SMALLEST_SHOWN, determined, small, withheld
from cartwise.reports.sharing import suppressed_counts


def margins(rows, columns):
    """A table of counts with its margins and grand total, and how they add up."""
    cells = [(row, column) for row in range(rows) for column in range(columns)]
    relations = [{(row, c): 1 for c in range(columns)} | {(row, "all"): -1} for row in range(rows)]
    relations += [{(r, column): 1 for r in range(rows)} | {("all", column): -1} for column in range(columns)]
    relations.append({(row, "all"): 1 for row in range(rows)} | {("all", "all"): -1})
    relations.append({("all", column): 1 for column in range(columns)} | {("all", "all"): -1})
    return cells, relations


def tabulated(values):
    counts = {(row, column): int(values[row, column]) for row, column in np.ndindex(values.shape)}
    counts |= {(row, "all"): int(total) for row, total in enumerate(values.sum(axis=1))}
    counts |= {("all", column): int(total) for column, total in enumerate(values.sum(axis=0))}
    return counts | {("all", "all"): int(values.sum())}


def bounds_an_attacker_finds(cell, counts, relations, hidden):
    """Smallest and largest value of a withheld cell that fits all that is shown: integer programming as oracle."""
    cells = sorted(hidden, key=str)
    limits = np.array([(1, SMALLEST_SHOWN - 1) if small(counts[other]) else (0, 10_000) for other in cells])
    known = [-sum(sign * counts[c] for c, sign in r.items() if c not in hidden) for r in relations]
    matrix = np.array([[relation.get(other, 0) for other in cells] for relation in relations])
    aim = np.array([float(other == cell) for other in cells])
    found = [
        milp(
            sign * aim,
            constraints=LinearConstraint(matrix, known, known),
            integrality=np.ones(len(cells)),
            bounds=(limits[:, 0], limits[:, 1]),
        )
        for sign in (1, -1)
    ]
    assert all(answer.success for answer in found)
    return round(found[0].fun), round(-found[1].fun)


tables_of_counts = st.tuples(st.integers(2, 4), st.integers(2, 3)).flatmap(
    lambda shape: st.lists(
        st.one_of(st.integers(0, 6), st.integers(0, 60)),
        min_size=shape[0] * shape[1],
        max_size=shape[0] * shape[1],
    ).map(lambda flat: np.array(flat).reshape(shape))
)


@given(tables_of_counts)
def test_no_small_count_is_shown_or_follows_from_the_totals(values):
    _, relations = margins(*values.shape)
    counts = tabulated(values)
    hidden = withheld(counts, relations)
    assert not [cell for cell, count in counts.items() if small(count) and cell not in hidden]
    shown = [cell for cell in counts if cell not in hidden]
    for cell in [cell for cell in hidden if small(counts[cell])]:
        low, high = bounds_an_attacker_finds(cell, counts, relations, hidden)
        assert low < high or not shown


@given(tables_of_counts)
def test_a_table_without_small_counts_is_shown_whole(values):
    values = np.where((values > 0) & (values < SMALLEST_SHOWN), SMALLEST_SHOWN, values)
    _, relations = margins(*values.shape)
    assert withheld(tabulated(values), relations) == set()


def test_the_next_smallest_count_goes_with_a_small_one():
    counts = {"yes": 3, "no": 40, "not known": 7}
    assert withheld(counts, [dict.fromkeys(counts, 1)]) == {"yes", "not known"}


def test_two_small_counts_whose_sum_is_small_take_a_third_with_them():
    counts = {"grade 3": 1, "grade 4": 2, "grade 1": 9, "none": 30}
    assert withheld(counts, [dict.fromkeys(counts, 1)]) == {"grade 3", "grade 4", "grade 1"}


def test_counts_that_only_one_number_below_five_fits_are_not_left_alone():
    """8 in two withheld counts, each known to be 4 at most, can only be 4 and 4."""
    counts = {"a": 4, "b": 4, "c": 20}
    assert withheld(counts, [dict.fromkeys(counts, 1)]) == {"a", "b", "c"}


def test_what_several_sums_together_determine_is_found():
    """a + b, b + c and a + c give each of them; two of these sums leave room."""
    counts = {"a": 2, "b": 3, "c": 1}
    relations = [{"a": 1, "b": 1}, {"b": 1, "c": 1}, {"a": 1, "c": 1}]
    assert set(determined(relations, counts, set(counts))) == {"a", "b", "c"}
    assert determined(relations[:2], counts, set(counts)) == []


@pytest.mark.parametrize(
    ("counts", "words"),
    [
        ({"rows": 3}, {"rows": "suppressed (<5)"}),
        ({"a": 2, "b": 9, "c": 30}, {"a": "suppressed (<5)", "b": "suppressed", "c": 30}),
        ({"a": 0, "b": 9}, {"a": 0, "b": 9}),
    ],
)
def test_zero_is_shown_and_suppressed_is_a_word(counts, words):
    assert suppressed_counts(counts) == words
