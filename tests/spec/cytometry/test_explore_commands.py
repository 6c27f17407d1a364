"""The commands that explore and export, on a study whose run is at hand; they write files and no record."""

from __future__ import annotations

import pandas as pd
import pytest
import typer
from typer.testing import CliRunner

from cartwise.cli import cytometry_explore, cytometry_running
from cartwise.cytometry import read_fcs
from cartwise.study import load
from tests.spec.cytometry.explored_study import Made, made


@pytest.fixture(scope="module")
def study() -> Made:
    return made()


@pytest.fixture
def call(study, monkeypatch):
    """Call a command; the run is the one at hand, for what it counts is tested elsewhere."""
    monkeypatch.setattr(cytometry_running, "ran", lambda *_: (load(study.folder), study.run))
    app = typer.Typer()
    cytometry_explore.add_to(app)
    return lambda name, *words: CliRunner().invoke(
        app, [name, str(study.folder), *map(str, words), "--scheduler", "serial"]
    )


def records(study: Made) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in study.folder.glob("*.csv")}


def test_explore_writes_its_tables_and_no_record(study, call, tmp_path):
    before = records(study)
    done = call("explore", "--out", tmp_path, "--cells", "400", "--clusters", "49", "--metaclusters", "8")
    assert done.exit_code == 0, done.output
    assert {path.stem for path in tmp_path.glob("*.csv")} == {
        *(
            "about",
            "agreement",
            "cells",
            "clusters",
            "consensus",
            "contingency",
            "frequencies",
            "metaclusters",
        )
    }
    for path in tmp_path.glob("*.csv"):
        assert pd.read_csv(path).standing.str.contains("exploratory view.*invented data").all()
    assert len(pd.read_csv(tmp_path / "clusters.csv")) == 49
    assert len(pd.read_csv(tmp_path / "metaclusters.csv")) == 8
    assert pd.read_csv(tmp_path / "cells.csv").groupby("sample").size().max() == 400
    assert "These are invented data." in done.output
    assert records(study) == before


def test_the_same_call_writes_the_same_bytes(call, tmp_path):
    for name in ("one", "other"):
        call("explore", "--out", tmp_path / name, "--cells", "300", "--clusters", "25", "--seed", "4")
    for path in (tmp_path / "one").iterdir():
        assert path.read_bytes() == (tmp_path / "other" / path.name).read_bytes()


def test_export_writes_one_labelled_file_a_sample_and_the_codes(study, call, tmp_path):
    done = call("export", "--out", tmp_path, "--format", "fcs", "--cells", "300", "--clusters", "25")
    assert done.exit_code == 0, done.output
    written = sorted(tmp_path.glob("*.fcs"))
    assert len(written) == len(study.cells)
    assert all(read_fcs(path).channels[-1] == "cw_metacluster" for path in written)
    assert set(pd.read_csv(tmp_path / "codes.csv").column) == {"cw_population", "cw_subset"}


def test_another_format_is_refused(call, tmp_path):
    done = call("export", "--out", tmp_path, "--format", "xls")
    assert done.exit_code == 2
    assert "h5ad or fcs" in done.output
