"""Labelled cells for other programs: AnnData that comes back as a reference, FCS whose events are the original's."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from cartwise.basis import UserError
from cartwise.cytometry import (
    Reference,
    code_table,
    from_annotated,
    read_annotated,
    read_fcs,
    write_annotated,
    write_fcs,
    write_labelled_fcs,
)
from tests.spec.cytometry.explored_study import Made, made


@pytest.fixture(scope="module")
def study() -> Made:
    return made()


@pytest.fixture(scope="module")
def written(study, tmp_path_factory):
    """A labelled FCS file read again, the original, and the labelled cells."""
    item = study.cells[0]
    path = tmp_path_factory.mktemp("labelled") / "labelled.fcs"
    write_labelled_fcs(path, item, study.by, study.clusters, invented=True)
    return read_fcs(path), read_fcs(item.sample.path), item


@pytest.fixture(scope="module")
def back(study, tmp_path_factory):
    pytest.importorskip("anndata", reason="the extra anndata is not installed")
    path = tmp_path_factory.mktemp("annotated") / "cells.h5ad"
    write_annotated(path, study.cells[0], study.run, study.clusters, invented=True)
    return read_annotated(path)


class TestAnnData:
    def test_cells_come_back_as_they_were(self, study, back):
        item = study.cells[0]
        assert np.array_equal(back.cells.values, item.cells.values)
        assert back.cells.markers == item.cells.markers
        assert back.cells.scale == "asinh(x/5)"

    def test_each_cell_has_its_annotation(self, study, back):
        item, table = study.cells[0], back.annotation
        assert set(table["sample"]) == {item.sample.name}
        assert set(table.specimen) == {item.sample.specimen}
        assert np.array_equal(table.event, item.places)
        assert list(table.population) == list(item.population)
        assert np.array_equal(table.rejected, item.rejected)
        assert np.array_equal(table.metacluster, study.clusters.place(item.cells)[1])
        assert table.index.is_unique

    def test_each_marker_has_its_channel(self, back):
        assert tuple(back.markers.loc["CD8", ["channel", "isotope", "roles"]]) == (
            "Nd146Di",
            "146Nd",
            "lineage",
        )

    def test_the_account_says_what_the_file_is(self, study, back):
        assert bool(back.account["invented"]) is True
        assert back.account["file_hash"] == study.cells[0].sample.digest
        assert json.loads(back.account["settings"])["rule"] == "gaussian"
        assert json.loads(back.account["definition"])["title"] == study.run.definition.title
        assert "cartwise" in back.account["versions"]
        assert back.account["clusters"].startswith("exploratory view")

    def test_its_labels_make_a_reference(self, back):
        labels = back.labels("population")
        seen, cells = np.unique(labels.astype(str), return_counts=True)
        names = sorted(seen[np.argsort(cells)[-3:]])
        markers = ["CD4", "CD8", "CD25", "CCR7"]
        found = Reference.fit(back.cells, np.where(np.isin(labels, names), labels, ""), markers=markers)
        assert list(found.populations) == names

    def test_a_rejected_cell_has_no_label_to_learn_from(self, study, back):
        labels = back.labels()
        assert (labels[study.cells[0].rejected] == "").all()
        assert "unclassified" not in set(labels)

    def test_an_annotation_that_is_not_there_is_told(self, back):
        with pytest.raises(UserError, match='no annotation "gate"; they have: sample'):
            back.labels("gate")

    def test_a_file_of_others_is_read_with_its_names(self, shared):
        pytest.importorskip("anndata", reason="the extra anndata is not installed")
        path = shared / "data" / "cytometry" / "scyan_aml_short" / "short.h5ad"
        if not path.is_file():
            pytest.skip("scyan's short.h5ad is not in ../shared/data/cytometry")
        found = read_annotated(path)
        assert found.cells.values.shape == (280, 32)
        assert found.cells.scale == "as in the file"
        assert not found.account

    def test_what_cannot_be_read_is_told(self, tmp_path):
        anndata = pytest.importorskip("anndata", reason="the extra anndata is not installed")
        broken = tmp_path / "broken.h5ad"
        broken.write_bytes(b"not HDF5")
        with pytest.raises(UserError, match=r"broken.h5ad cannot be read as h5ad"):
            read_annotated(broken)
        with pytest.raises(UserError, match="is not a file"):
            read_annotated(tmp_path / "absent.h5ad")
        with pytest.raises(UserError, match="no X"):
            from_annotated(anndata.AnnData())


class TestFcs:
    def test_the_events_are_the_originals_to_the_byte(self, written):
        labelled, original, _ = written
        kept = len(original.channels)
        assert labelled.channels[:kept] == original.channels
        assert labelled.markers[:kept] == original.markers
        assert labelled.values[:, :kept].tobytes() == original.values.tobytes()
        assert labelled.channels[kept:] == ("cw_population", "cw_subset", "cw_cluster", "cw_metacluster")

    def test_codes_lead_to_the_labels_by_the_keywords(self, written):
        labelled, _, item = written
        for column, labels in (("population", item.population), ("subset", item.subset)):
            codes = labelled.values[:, labelled.channels.index(f"cw_{column}")]
            for code in np.unique(codes[codes > 0]):
                name = labelled.keywords[f"cartwise_{column}_{int(code)}"]
                assert np.array_equal(np.flatnonzero(codes == code), item.places[labels == name])

    def test_events_that_cleaning_took_out_have_code_0(self, written):
        labelled, _, item = written
        out = np.ones(len(labelled), bool)
        out[item.places] = False
        assert out.any()
        assert (labelled.values[out, -4:] == 0).all()

    def test_the_file_says_what_it_is(self, written):
        labelled, _, item = written
        said = labelled.keywords
        assert said["cartwise_source_sha256"] == item.sample.digest
        assert said["cartwise_clusters"].startswith("exploratory view")
        assert said["cartwise_use"] == "research use"
        assert "invented" in said["cartwise_invented"]

    def test_the_table_of_codes_is_that_of_the_keywords(self, study, written):
        table = code_table(study.by)
        for row in table[table.code > 0].itertuples():
            assert written[0].keywords[f"cartwise_{row.column.removeprefix('cw_')}_{row.code}"] == row.label

    def test_names_and_dates_of_the_original_stay_behind(self, study, written, tmp_path):
        _, original, item = written
        named = tmp_path / "named.fcs"
        words = {"$SRC": "Jan Kowalski", "$DATE": "01-JAN-2024", "$CYT": "Helios", "PATIENT": "Jan Kowalski"}
        write_fcs(named, original.values, original.channels, original.markers, words)
        source = replace(item, sample=replace(item.sample, path=named, digest=""))
        write_labelled_fcs(tmp_path / "out.fcs", source, study.by)
        assert b"Kowalski" not in (tmp_path / "out.fcs").read_bytes()
        assert read_fcs(tmp_path / "out.fcs").keywords["cyt"] == "Helios"
        assert "date" not in read_fcs(tmp_path / "out.fcs").keywords

    def test_the_original_is_never_written_over_and_a_changed_one_is_told(self, study, written, tmp_path):
        item = written[2]
        with pytest.raises(UserError, match="is the original file"):
            write_labelled_fcs(item.sample.path, item, study.by)
        changed = replace(item, sample=replace(item.sample, digest="0" * 64))
        with pytest.raises(UserError, match="has changed since it was counted"):
            write_labelled_fcs(tmp_path / "out.fcs", changed, study.by)
        assert not (tmp_path / "out.fcs").exists()
