"""Exploring a run: cells labelled as they were counted, clusters that find the truth, tables that say what they are."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from cartwise.basis import UserError
from cartwise.cytometry import (
    UNCLASSIFIED,
    adjusted_rand_index,
    contingency,
    exploration_tables,
    explore,
    fit_clusters,
    label_cells,
)
from tests.spec.cytometry.explored_study import Made, made


@pytest.fixture(scope="module")
def study() -> Made:
    return made()


@pytest.fixture(scope="module")
def tables(study) -> dict[str, pd.DataFrame]:
    return exploration_tables(explore(study.cells, study.clusters), invented=True)


def truth(study: Made, place: int) -> np.ndarray:
    """True label of each cell of a sample."""
    item = study.cells[place]
    sidecar = study.folder / "truth" / "cytometry_cells" / f"{item.sample.path.stem}.csv.gz"
    return pd.read_csv(sidecar).label.to_numpy(object)[item.places]


class TestLabels:
    def test_cells_have_the_subsets_that_the_run_counted(self, study):
        for counted, item in zip(study.run.counted, study.cells, strict=True):
            seen = {name: int((item.subset == name).sum()) for name in study.by.subsets}
            assert seen == dict(counted.by_rule["gaussian"])
            assert item.rejected.sum() == counted.by_rule["gaussian"][UNCLASSIFIED]

    def test_a_cell_is_in_the_smallest_gate_that_holds_it(self, study):
        gates = study.run.definition
        for counted, item in zip(study.run.counted, study.cells, strict=True):
            of_root = {f.subset: f.cells for f in counted.frequencies if f.parent == "leukocytes"}
            assert (item.population == "CD19+ cells").sum() == of_root["CD19+ cells"]
            within = [name for name in gates.names if "T cells" in {p.name for p in gates.ancestors(name)}]
            assert item.population.isin(within).sum() == of_root["T cells"]

    def test_the_place_in_the_file_leads_to_the_true_label(self, study):
        for place, item in enumerate(study.cells):
            known = truth(study, place)
            called = np.asarray(item.population == "CD19+ cells")
            if called.sum() >= 20:
                assert np.isin(known[called], ["B cells", "blasts"]).mean() > 0.95

    def test_fewer_cells_are_some_of_the_same_with_the_same_labels(self, study):
        few = label_cells(study.run.counted[0], by=study.by, at_most=500)
        every = study.cells[0]
        assert len(few) == 500
        assert few.places[0] == every.places[0]
        assert few.places[-1] == every.places[-1]
        at = np.searchsorted(every.places, few.places)
        assert list(few.subset[:]) == pytest.approx(list(every.subset[at]), nan_ok=True)
        assert np.array_equal(few.cells["CD3"], every.cells["CD3"][at])


class TestClusters:
    def test_metaclusters_agree_with_the_truth(self, study):
        known = np.concatenate([truth(study, place) for place in range(len(study.cells))])
        found = np.concatenate([study.clusters.place(item.cells)[1] for item in study.cells])
        assert adjusted_rand_index(contingency(known, found)) > 0.7

    def test_the_same_cells_and_seed_give_the_same(self, study):
        again = fit_clusters(study.cells, nodes=64, seed=1)
        assert np.array_equal(again.map.nodes, study.clusters.map.nodes)
        assert np.array_equal(again.groups.labels, study.clusters.groups.labels)

    def test_a_cell_without_a_value_is_in_no_cluster(self, study):
        cells = study.cells[0].cells
        values = np.array(cells.values)
        values[3, cells.markers.index("CD3")] = np.nan
        cluster, metacluster = study.clusters.place(type(cells)(values, cells.markers, cells.scale))
        assert cluster[3] == metacluster[3] == 0
        assert (np.delete(cluster, 3) > 0).all()

    def test_cells_on_another_scale_are_refused(self, study):
        cells = study.cells[0].cells
        with pytest.raises(UserError, match="cofactor"):
            study.clusters.place(type(cells)(cells.values, cells.markers, "asinh(x/150)"))

    def test_as_many_metaclusters_as_asked_for(self, study):
        asked = fit_clusters(study.cells[:2], nodes=25, metacluster_count=7)
        assert set(asked.metacluster_of_nodes) == set(range(1, 8))
        assert asked.groups.how == "given"

    def test_no_sample_and_too_few_cells_are_told(self, study):
        with pytest.raises(UserError, match="No sample"):
            fit_clusters([])
        some = np.zeros(len(study.cells[0]), bool)
        some[:20] = True
        with pytest.raises(UserError, match="20 cells make no map of 100 nodes"):
            fit_clusters([study.cells[0].only(some)])


class TestTables:
    def test_each_says_that_it_is_exploratory_and_that_the_data_are_invented(self, tables):
        for table in tables.values():
            assert len(table)
            assert table.standing.str.startswith("exploratory view").all()
            assert table.standing.str.contains("invented data").all()

    def test_the_frequencies_of_a_sample_are_all_its_cells(self, study, tables):
        found = tables["frequencies"].groupby("sample").agg({"cells": "sum", "percent": "sum"})
        assert found.percent.to_numpy() == pytest.approx(100)
        assert found.cells.to_dict() == {item.sample.name: len(item) for item in study.cells}
        assert len(tables["frequencies"]) == len(study.cells) * tables["metaclusters"].shape[0]

    def test_the_medians_are_those_of_the_cells(self, study, tables):
        found = explore(study.cells, study.clusters)
        values = np.concatenate([item.cells["CD8"] for item in study.cells])
        row = tables["metaclusters"].set_index("metacluster").loc[2]
        median = float(np.median(values[found.metacluster == 2]))
        assert row["CD8"] == pytest.approx(median)
        assert row.cells == (found.metacluster == 2).sum()

    def test_the_contingency_holds_every_cell_that_has_both_labels(self, study, tables):
        totals = tables["contingency"].groupby("labels").cells.sum()
        assert totals["population"] == sum(len(item) for item in study.cells)
        assert totals["subset"] == sum(int(item.subset.notna().sum()) for item in study.cells)

    def test_without_umap_the_map_is_named_after_its_principal_components(self, tables):
        assert {"PCA_1", "PCA_2"} <= set(tables["cells"])
        assert not tables["cells"].columns.str.contains("UMAP").any()
        about = tables["about"].set_index("what").value
        assert about["plane"].startswith("PCA: axes show")
        assert about["seed"] == "1"
