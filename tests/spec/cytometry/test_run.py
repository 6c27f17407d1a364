"""A run of a study's cytometry: from FCS files to records, the same whoever does the work."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from cartwise.basis import UserError
from cartwise.cli.inventing import write_with_cytometry
from cartwise.cytometry import (
    Run,
    Settings,
    Workers,
    read_panel,
    read_settings,
    run_cytometry,
    run_tables,
    shipped_definition,
)
from cartwise.invention import invent
from cartwise.study import cytometry_records, cytometry_samples, load, write_cytometry_records

EVENTS = 4_000
REFERENCE_CELLS = 60
"""Fewer than a run takes unasked: what is tested here does not need more, and fitting is what takes the time."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    target = tmp_path_factory.mktemp("cytometry") / "study"
    made = invent("lodz", patients=4, seed=11)
    write_with_cytometry(made, target, events=EVENTS, progress=lambda _done, _total: None)
    return target


def quick(folder: Path) -> Settings:
    return replace(read_settings(folder), reference_cells=REFERENCE_CELLS)


def ran(folder: Path, settings: Settings | None = None, workers: Workers | None = None) -> Run:
    panel = read_panel(folder / "cytometry" / "panel.toml")
    chosen = settings or quick(folder)
    samples = cytometry_samples(load(folder))
    return run_cytometry(samples, {panel.title: panel}, shipped_definition("000"), chosen, workers)


@pytest.fixture(scope="module")
def run(folder: Path) -> Run:
    return ran(folder)


def same(one: Run, other: Run) -> bool:
    tables = run_tables(one), run_tables(other)
    return tables[0].keys() == tables[1].keys() and all(
        tables[0][name].equals(tables[1][name]) for name in tables[0]
    )


@pytest.fixture(scope="module")
def recovered(folder: Path, run: Run) -> pd.DataFrame:
    """Recovered beside true percent, by sample, subset and parent."""
    truth = pd.read_csv(folder / "truth" / "cytometry_frequencies.csv").rename(columns={"file": "sample"})
    found = run_tables(run)["frequencies"]
    return found.merge(truth, on=["sample", "subset", "parent"], suffixes=("", "_true"))


class TestWhatItFinds:
    def test_every_sample_of_a_patient_is_counted_and_no_control_is(self, folder, run):
        listed = pd.read_csv(folder / "cytometry_files.csv")
        patients = listed[listed.specimen != "control"]
        assert [item.sample.name for item in run.counted] == list(patients.file)
        assert not run.failures

    def test_gated_populations_are_within_one_point_of_the_truth(self, recovered):
        gated = recovered[(recovered.parent == "leukocytes") & (recovered.parent_cells >= 1_000)]
        assert set(gated.subset) >= {
            "T cells",
            "CD19+ cells",
            "late NK",
            "classical monocytes",
            "CAR+ T cells",
        }
        assert (gated.percent - gated.percent_true).abs().max() < 1.0

    def test_corrected_subsets_of_the_product_are_within_two_and_a_half_points_of_the_truth(self, recovered):
        product = recovered[
            recovered["sample"].str.contains("product") & (recovered.parent == "CAR+ T cells")
        ]
        off = (product.corrected - product.percent_true).abs().groupby(product.subset).mean()
        assert len(off) == len(shipped_definition("000").reference)
        assert off.max() < 2.5

    def test_correction_brings_subsets_nearer_to_the_truth_on_the_whole(self, recovered):
        enough = recovered[(recovered.parent == "CAR+ T cells") & (recovered.parent_cells >= 200)]
        raw, corrected = (
            (enough[name] - enough.percent_true).abs().mean() for name in ("percent", "corrected")
        )
        assert corrected < 0.8 * raw

    def test_the_order_of_the_products_subsets_is_that_of_the_truth(self, recovered):
        product = recovered[
            recovered["sample"].str.contains("product") & (recovered.parent == "CAR+ T cells")
        ]
        means = product.groupby("subset")[["percent", "percent_true"]].mean()
        assert list(means.percent.nlargest(2).index) == list(means.percent_true.nlargest(2).index)

    def test_the_subsets_of_a_sample_and_the_unclassified_are_all_its_car_cells(self, run):
        table = run_tables(run)["frequencies"]
        subsets = table[table.parent == "CAR+ T cells"]
        for _, rows in subsets.groupby("sample"):
            assert rows.cells.sum() == rows.parent_cells.iloc[0]

    def test_limits_hold_the_percent_and_the_car_gate_widens_them(self, run):
        table = run_tables(run)["frequencies"].dropna(subset=["percent"])
        assert ((table.lower <= table.percent) & (table.percent <= table.upper)).all()
        car = table[(table.subset == "CAR+ T cells") & (table.parent == "T cells")]
        assert car.limits_cover.str.contains("limits of the CAR's cut").all()

    def test_few_cells_of_the_parent_are_flagged(self, run):
        table = run_tables(run)["frequencies"]
        assert (table.small_denominator == (table.parent_cells < 50)).all()
        assert table.small_denominator.any()

    def test_the_three_rules_stand_side_by_side_with_their_errors(self, run):
        tables = run_tables(run)
        assert set(tables["rules"].rule) == {"gaussian", "good2018", "tidytof"}
        assert set(tables["bias_summary"].rule) == {"gaussian", "good2018", "tidytof"}
        assert (tables["bias_summary"].accuracy > 0.9).all()

    def test_each_sample_says_how_much_of_it_was_classified(self, run):
        kept = run_tables(run)["samples"].classified_percent.dropna()
        assert len(kept) > 5
        assert kept.between(50, 100).all()


class TestWhoDoesIt:
    def test_processes_give_the_same_numbers(self, folder, run):
        assert same(run, ran(folder, workers=Workers("processes", 2)))

    def test_a_run_that_stopped_goes_on_and_gives_the_same(self, folder, run, tmp_path):
        files = len(cytometry_samples(load(folder)))
        stopped_at = files + 5

        def stop(done: int, total: int) -> None:
            if done == stopped_at:
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            ran(folder, workers=Workers(folder=tmp_path, progress=stop))
        told: list[int] = []
        again = ran(folder, workers=Workers(folder=tmp_path, progress=lambda done, _total: told.append(done)))
        assert same(run, again)
        assert told[:3] == [files, files + 1, stopped_at], (
            "beads, control and what was surveyed are not done again"
        )

    def test_a_file_that_cannot_be_read_fails_alone(self, folder, run, tmp_path):
        broken = tmp_path / "study"
        shutil.copytree(folder, broken)
        cut_short, gone = run.counted[0].sample.name, run.counted[1].sample.name
        (broken / cut_short).write_bytes((broken / cut_short).read_bytes()[:5_000])
        (broken / gone).unlink()
        found = ran(broken)
        assert [failure.sample.name for failure in found.failures] == [cut_short, gone]
        assert [item.sample.name for item in found.counted] == [item.sample.name for item in run.counted[2:]]
        assert Path(gone).name in found.failures[1].reason


class TestSettings:
    def test_a_reference_from_controls_alone_is_another_reference(self, folder, run):
        found = ran(folder, replace(quick(folder), reference="controls"))
        assert found.references["gaussian"].counts != run.references["gaussian"].counts

    def test_cuts_of_each_sample_are_its_own(self, folder):
        cuts = run_tables(ran(folder, replace(quick(folder), cuts="sample")))["cuts"]
        assert cuts[cuts.cut == "CD3"].value.nunique() > 2

    def test_cuts_of_a_batch_are_one(self, run):
        cuts = run_tables(run)["cuts"]
        assert cuts[cuts.cut == "CD3"].value.nunique() == len({item.sample.batch for item in run.counted})

    @pytest.mark.parametrize(
        ("line", "told"),
        [
            ('rule = "best"', "rule is 'best'; it may be 'gaussian'"),
            ("reference_cells = 0", "reference_cells is 0"),
            ("cofactor = 5", "has no setting cofactor"),
            ("panels = 3", "panels is a list of files"),
        ],
    )
    def test_a_wrong_setting_is_named(self, tmp_path, line, told):
        panels = "" if line.startswith("panels") else 'panels = ["p.toml"]\n'
        (tmp_path / "cytometry.toml").write_text(panels + line + "\n", encoding="utf-8")
        with pytest.raises(UserError, match=told):
            read_settings(tmp_path)

    def test_without_settings_the_next_step_is_named(self, tmp_path):
        with pytest.raises(UserError, match="cartwise cytometry panel"):
            read_settings(tmp_path)


class TestRecords:
    def test_the_study_reads_them_and_finds_nothing_amiss(self, folder, run, tmp_path):
        there = tmp_path / "study"
        shutil.copytree(folder, there)
        write_cytometry_records(there, cytometry_records(there, run))
        loaded = load(there)
        assert not [issue for issue in loaded.issues if issue.file.startswith("subset")]
        table = loaded.tables["subset_frequencies"]
        assert len(table) == sum(len(item.frequencies) for item in run.counted)
        assert table.file_hash.str.fullmatch("[0-9a-f]{64}").all()
        assert table.method.str.contains("rule gaussian").all()
        assert loaded.patients["INV-001"].subset_frequencies
        assert loaded.patients["INV-001"].subset_markers

    def test_days_and_patients_are_those_of_the_file(self, folder, run):
        rows = cytometry_records(folder, run)["subset_frequencies"]
        listed = pd.read_csv(folder / "cytometry_files.csv", dtype=str).set_index("file")
        digest = {item.sample.digest: item.sample.name for item in run.counted}
        for row in rows.drop_duplicates("file_hash").itertuples():
            whose = listed.loc[digest[row.file_hash]]
            assert (row.patient_id, row.day, row.specimen) == (whose.patient_id, whose.day, whose.specimen)

    def test_a_centres_own_rows_are_not_replaced_unasked(self, folder, run, tmp_path):
        there = tmp_path / "study"
        shutil.copytree(folder, there)
        own = "patient_id,day,specimen,subset,parent,percent\nINV-001,0,product,Treg,CAR+,60\n"
        (there / "subset_frequencies.csv").write_text(own, encoding="utf-8")
        tables = cytometry_records(there, run)
        with pytest.raises(UserError, match="cartwise did not count"):
            write_cytometry_records(there, tables)
        write_cytometry_records(there, tables, overwrite=True)
        write_cytometry_records(there, tables)  # what cartwise wrote, it may write anew


def test_a_study_without_files_says_what_to_write(folder, tmp_path):
    there = tmp_path / "study"
    shutil.copytree(folder, there)
    (there / "cytometry_files.csv").unlink()
    with pytest.raises(UserError, match=r"cytometry_files\.csv"):
        cytometry_samples(load(there))


def test_a_control_may_stand_under_no_patient(folder, run, tmp_path):
    there = tmp_path / "study"
    shutil.copytree(folder, there)
    table = there / "cytometry_files.csv"
    listed = pd.read_csv(table, dtype=str)
    listed.loc[listed.specimen == "control", ["patient_id", "day"]] = ""
    listed.to_csv(table, index=False)
    loaded = load(there)
    assert not [issue for issue in loaded.issues if issue.file == "cytometry_files.csv"]
    assert cytometry_samples(loaded) == [
        replace(sample, path=there / sample.name) for sample in cytometry_samples(load(folder))
    ]
    assert not any(
        row.specimen == "control" for one in loaded.patients.values() for row in one.cytometry_files
    )
