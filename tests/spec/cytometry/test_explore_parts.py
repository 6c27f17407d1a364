"""The parts of an exploration by themselves: map, consensus, agreement, plane; and real cells with manual gates."""

from __future__ import annotations

import sys
from types import SimpleNamespace

import numpy as np
import pytest

from cartwise.basis import UserError
from cartwise.cytometry import (
    adjusted_rand_index,
    asinh,
    contingency,
    fit_map,
    metaclusters,
    optional,
    pca_plane,
    read_fcs,
    umap_plane,
)


def groups(count: int, each: int, *, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Cells in groups far apart, and their group."""
    rng = np.random.default_rng(seed)
    centres = rng.normal(0, 4, (count, 8))
    labels = np.repeat(np.arange(count), each)
    return rng.normal(centres[labels], 0.4), labels


class TestMap:
    def test_a_population_of_one_in_a_thousand_keeps_a_node_to_itself(self):
        many, _ = groups(4, 5_000)
        rare = np.random.default_rng(1).normal(9, 0.4, (20, 8))
        found = fit_map(np.concatenate([many, rare]))
        own = found.place(rare)
        assert not np.isin(found.place(many), own).any()

    def test_neighbours_on_the_grid_are_more_alike_than_nodes_far_apart(self):
        values = np.random.default_rng(2).uniform(0, 5, (5_000, 3))
        nodes = fit_map(values).nodes.reshape(10, 10, 3)
        near = np.linalg.norm(np.diff(nodes, axis=1), axis=2).mean()
        far = np.linalg.norm(nodes - nodes[::-1, ::-1], axis=2).mean()
        assert near < far / 2

    def test_other_markers_are_refused(self):
        values, _ = groups(4, 200)
        with pytest.raises(UserError, match="8 markers"):
            fit_map(values).place(values[:, :5])


class TestConsensus:
    @pytest.mark.parametrize("count", [6, 8, 10, 15])
    def test_the_number_of_groups_far_apart_is_found(self, count):
        nodes, labels = groups(count, 6, seed=count)
        found = metaclusters(nodes, np.ones(len(nodes)))
        assert found.count == count
        assert adjusted_rand_index(contingency(labels, found.labels)) == 1.0
        together = found.consensus[labels[:, None] == labels]
        assert together.min() == 1.0

    def test_the_largest_metacluster_comes_first_and_empty_nodes_have_none(self):
        nodes, labels = groups(3, 5)
        cells = np.array([1, 50, 9])[labels]
        cells[0] = 0
        found = metaclusters(nodes, cells, count=3)
        assert list(found.labels) == [-1, 2, 2, 2, 2] + [0] * 5 + [1] * 5
        assert np.isnan(found.consensus[0]).all()

    def test_the_area_is_one_less_the_mean_consensus_of_pairs(self):
        """As Monti's sum over the distribution gives it."""
        nodes, _ = groups(5, 4)
        found = metaclusters(nodes, np.ones(20), count=4)
        pairs = np.sort(found.consensus[np.triu_indices(20, 1)])
        steps = np.diff(pairs, append=1.0)
        assert found.areas[4] == pytest.approx((steps * np.arange(1, len(pairs) + 1) / len(pairs)).sum())

    @pytest.mark.parametrize("count", [1, 20])
    def test_impossible_numbers_are_told(self, count):
        nodes, _ = groups(5, 4)
        with pytest.raises(UserError, match=f"{count} metaclusters of 20 nodes"):
            metaclusters(nodes, np.ones(20), count=count)


class TestAgreement:
    @pytest.mark.parametrize(
        ("one", "other", "index"),
        [
            ("aabb", "xxyy", 1.0),
            ("aabb", "yyxx", 1.0),
            ("aaaa", "xxxx", 1.0),
            ("abcd", "wxyz", 1.0),
            ("aaaa", "wxyz", 0.0),
            ("aabb", "xyxy", -0.5),
            ("aaabbb", "xxyyzz", 0.2424242),
        ],
    )
    def test_drawn_divisions(self, one, other, index):
        """The last two by hand: expected pairs 2*2/6 and 6*3/15 of 0 and 2 found."""
        assert adjusted_rand_index(contingency(list(one), list(other))) == pytest.approx(index)

    def test_cells_without_a_label_are_left_out(self):
        table = contingency(["a", None, "b"], ["x", "x", None])
        assert table.to_numpy().sum() == 1
        assert np.isnan(adjusted_rand_index(table))


class TestPlane:
    def test_principal_components_are_those_of_the_covariance(self):
        values = np.random.default_rng(3).normal(size=(200, 4)) * [3, 2, 1, 0.5]
        found = pca_plane(values)
        spread = np.sort(np.linalg.eigvalsh(np.cov(values.T)))[::-1]
        assert found.places.var(axis=0, ddof=1) == pytest.approx(spread[:2])
        assert found.method == "PCA"

    def test_a_cell_with_a_missing_marker_has_no_place(self):
        values = np.random.default_rng(3).normal(size=(50, 4))
        values[7, 2] = np.nan
        assert np.isnan(pca_plane(values).places[7]).all()
        assert np.isfinite(np.delete(pca_plane(values).places, 7, axis=0)).all()

    def test_umap_has_a_fixed_seed_and_is_named_so(self, monkeypatch):
        asked = {}

        class Model:
            def __init__(self, **parameters):
                asked.update(parameters)

            def fit_transform(self, values):
                return values[:, :2]

        monkeypatch.setitem(sys.modules, "umap", SimpleNamespace(UMAP=Model))
        found = umap_plane(np.random.default_rng(4).normal(size=(50, 4)), seed=8)
        assert found.method == "UMAP"
        assert asked["random_state"] == 8
        assert "seed 8" in found.how

    @pytest.mark.deep
    def test_umap_itself_tells_groups_apart_and_gives_the_same_twice(self):
        pytest.importorskip("umap", reason="the extra umap is not installed", exc_type=ImportError)
        values, labels = groups(3, 100)
        found = umap_plane(values, seed=2)
        assert np.array_equal(found.places, umap_plane(values, seed=2).places)
        centres = np.array([found.places[labels == name].mean(axis=0) for name in range(3)])
        nearest = ((found.places[:, None] - centres) ** 2).sum(axis=2).argmin(axis=1)
        assert (nearest == labels).mean() > 0.98

    @pytest.mark.parametrize("name", ["umap", "anndata"])
    def test_an_absent_extra_is_named(self, monkeypatch, name):
        monkeypatch.setitem(sys.modules, name, None)
        with pytest.raises(UserError, match=rf"pip install cartwise\[{name}\]"):
            optional(name)


def test_metaclusters_agree_with_the_manual_gates_of_six_real_samples(shared):
    """Voucher: the manual gates of the MultiCenter study; FlowSOM (0.2.2, run by hand) reaches .966 to .970."""
    files = sorted((shared / "data" / "cytometry" / "multicenter16").glob("*.fcs"))
    if not files:
        pytest.skip("the MultiCenter samples are not in ../shared/data/cytometry/multicenter16")
    events = [read_fcs(path).values[::10] for path in files]
    values = asinh(np.concatenate([item[:, :-1] for item in events]), 5)
    gates = np.concatenate([item[:, -1] for item in events])
    found = fit_map(values)
    joined = metaclusters(found.nodes, found.cells)
    labels = joined.labels[found.place(values)]
    gated = gates > 0
    assert adjusted_rand_index(contingency(gates[gated], labels[gated])) > 0.93
