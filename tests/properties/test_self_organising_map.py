"""What holds of maps, metaclusters and their agreement whatever the cells are."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from cartwise.cytometry import adjusted_rand_index, contingency, fit_map, metaclusters

VALUES = st.floats(-2, 8, width=32)
CELLS = hnp.arrays(np.float32, st.tuples(st.integers(16, 120), st.integers(1, 5)), elements=VALUES)
LABELS = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=2, max_size=25)


@given(CELLS, st.integers(4, 16), st.integers(0, 9))
@settings(max_examples=40)
def test_every_cell_is_at_its_nearest_node_and_nodes_lie_among_the_cells(cells, nodes, seed):
    found = fit_map(cells, nodes=nodes, seed=seed, epochs=5)
    assert found.grid[0] * found.grid[1] <= nodes
    own = found.place(cells)
    apart = ((cells[:, None].astype(float) - found.nodes) ** 2).sum(axis=2)
    assert apart[np.arange(len(cells)), own] == pytest.approx(apart.min(axis=1), abs=1e-3)
    assert np.array_equal(np.bincount(own, minlength=len(found.nodes)), found.cells)
    assert (found.nodes >= cells.min(axis=0) - 1e-4).all()
    assert (found.nodes <= cells.max(axis=0) + 1e-4).all()


@given(CELLS, st.integers(0, 9))
@settings(max_examples=20)
def test_cells_without_a_value_change_nothing_and_have_no_node(cells, seed):
    lost = np.concatenate([cells, np.full((3, cells.shape[1]), np.nan, np.float32)])
    one, other = fit_map(cells, nodes=9, seed=seed), fit_map(lost, nodes=9, seed=seed)
    assert np.array_equal(one.nodes, other.nodes)
    assert list(other.place(lost)[-3:]) == [-1, -1, -1]


@given(hnp.arrays(np.float64, st.tuples(st.integers(5, 14), st.just(3)), elements=VALUES), st.data())
@settings(max_examples=25)
def test_metaclusters_are_as_many_as_asked_for_and_a_consensus_is_symmetric(nodes, data):
    count = data.draw(st.integers(2, len(nodes) - 1))
    found = metaclusters(nodes, np.ones(len(nodes)), count=count, draws=10)
    assert set(found.labels) == set(range(count))
    assert np.array_equal(found.consensus, found.consensus.T)
    assert ((found.consensus >= 0) & (found.consensus <= 1)).all()


def by_pairs(labels: list[tuple[int, int]]) -> tuple[float, float]:
    """Numerator and denominator of the index, pair by pair (Hubert and Arabie 1985)."""
    pairs = list(combinations(labels, 2))
    one = sum(a[0] == b[0] for a, b in pairs)
    other = sum(a[1] == b[1] for a, b in pairs)
    both = sum(a == b for a, b in pairs)
    expected = one * other / len(pairs)
    return both - expected, (one + other) / 2 - expected


@given(LABELS)
def test_the_adjusted_rand_index_is_that_of_pairs(labels):
    above, below = by_pairs(labels)
    assume(abs(below) > 1e-9)
    one, other = zip(*labels, strict=True)
    assert adjusted_rand_index(contingency(one, other)) == pytest.approx(above / below)
    assert adjusted_rand_index(contingency(other, one)) == pytest.approx(above / below)
