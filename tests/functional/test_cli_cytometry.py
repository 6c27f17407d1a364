"""The cytometry commands as a user meets them: invent, look, run, see the records in the study."""

from __future__ import annotations

import shutil
from pathlib import Path

import pandas as pd
import pytest

from tests.functional.test_cli import cartwise


@pytest.fixture(scope="module")
def study(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("cytometry") / "study"
    made = cartwise(
        *("invent", "--design", "lodz", "--patients", "2", "--cytometry", "--cells", "3000", "--out", folder)
    )
    assert made.returncode == 0, made.stderr
    settings = folder / "cytometry.toml"
    settings.write_text(settings.read_text(encoding="utf-8") + "reference_cells = 60\n", encoding="utf-8")
    return folder


def test_a_run_records_what_it_counted_and_every_other_command_sees_it(study, tmp_path):
    ran = cartwise("cytometry", "run", study, "--scheduler", "serial", "--out", tmp_path / "tables")
    assert ran.returncode == 0, ran.stderr
    assert "These are invented data." in ran.stdout
    assert {path.stem for path in (tmp_path / "tables").glob("*.csv")} >= {
        "samples",
        "steps",
        "cuts",
        "rules",
        "bias",
    }
    checked = cartwise("check", study)
    assert checked.returncode == 0, checked.stdout
    assert len(pd.read_csv(study / "subset_frequencies.csv")) > 100
    assert not (study / ".cytometry-run").exists(), (
        "what was kept for an interrupt is gone when the run is done"
    )


def test_the_same_run_writes_the_same_bytes(study):
    table = study / "subset_frequencies.csv"
    cartwise("cytometry", "measure", study, "--scheduler", "serial")
    first = table.read_bytes()
    cartwise("cytometry", "measure", study, "--scheduler", "processes", "--workers", "2")
    assert table.read_bytes() == first


def test_read_shows_channels_and_names_what_cannot_be_read(study, tmp_path):
    file = next((study / "cytometry").glob("*.fcs"))
    shown = cartwise("cytometry", "read", file)
    assert shown.returncode == 0
    assert "3000 events, 42 channels" in shown.stdout
    assert "Er168Di\tKi-67" in shown.stdout
    broken = tmp_path / "broken.fcs"
    broken.write_bytes(b"not cytometry")
    both = cartwise("cytometry", "read", broken, file)
    assert both.returncode == 1
    assert "broken.fcs: cannot be read." in both.stdout
    assert "42 channels" in both.stdout


def test_panel_says_which_file_matches_and_drafts_one(study, tmp_path):
    matched = cartwise("cytometry", "panel", study)
    assert matched.returncode == 0, matched.stderr
    assert "demo 1" in matched.stdout
    draft = cartwise("cytometry", "panel", study, "--draft")
    panel = tmp_path / "panel.toml"
    panel.write_text(draft.stdout, encoding="utf-8")
    from cartwise.cytometry import read_panel  # noqa: PLC0415 - the command alone is tested elsewhere

    assert "CD8" in read_panel(panel).markers


@pytest.mark.parametrize(
    ("stage", "column"), [("clean", "kept_percent"), ("gate", "decided_by_data"), ("classify", "rule")]
)
def test_a_stage_shows_its_table_and_records_nothing(study, stage, column):
    before = (
        (study / "subset_frequencies.csv").read_bytes()
        if (study / "subset_frequencies.csv").exists()
        else b""
    )
    shown = cartwise("cytometry", stage, study, "--scheduler", "serial")
    assert shown.returncode == 0, shown.stderr
    assert column in shown.stdout
    after = (
        (study / "subset_frequencies.csv").read_bytes()
        if (study / "subset_frequencies.csv").exists()
        else b""
    )
    assert after == before


def test_without_settings_the_next_step_is_named(study, tmp_path):
    invented = tmp_path / "plain"
    cartwise("invent", "--design", "lodz", "--patients", "1", "--out", invented)
    ran = cartwise("cytometry", "run", invented)
    assert ran.returncode == 2
    assert "cytometry.toml" in ran.stderr
    assert "Traceback" not in ran.stderr


def test_the_shipped_populations_can_be_printed_and_named(study, tmp_path):
    from cartwise.cytometry import read_definition, shipped_definition  # noqa: PLC0415 - one test needs them

    printed = tmp_path / "populations.toml"
    printed.write_text(cartwise("cytometry", "populations").stdout, encoding="utf-8")
    assert read_definition(printed) == shipped_definition("000")


@pytest.fixture
def copied(study, tmp_path) -> Path:
    folder = tmp_path / "study"
    shutil.copytree(study, folder)
    return folder


def test_a_file_that_is_not_there_is_told_before_any_run(copied):
    (copied / "cytometry" / "INV-001_product.fcs").unlink()
    checked = cartwise("check", copied)
    assert "file-missing" in checked.stdout
    assert "INV-001" not in checked.stdout, "a file's name may name a patient"


def test_a_panel_may_be_named_without_its_version(copied):
    table = copied / "cytometry_files.csv"
    table.write_text(table.read_text(encoding="utf-8").replace("demo 1", "demo"), encoding="utf-8")
    ran = cartwise("cytometry", "clean", copied, "--scheduler", "serial")
    assert ran.returncode == 0, ran.stdout


def test_a_panel_that_lacks_markers_is_told_all_of_them_and_the_files(copied):
    panel = copied / "cytometry" / "panel.toml"
    text = panel.read_text(encoding="utf-8")
    panel.write_text(text.replace('"CD62L"', '"other"').replace('"FOXP3"', '"another"'), encoding="utf-8")
    ran = cartwise("cytometry", "run", copied, "--scheduler", "serial")
    assert ran.returncode == 2
    assert "need FOXP3, CD62L" in ran.stderr
    assert "cartwise cytometry populations" in ran.stderr
    assert ".fcs" in ran.stderr


def test_a_wrong_channel_is_an_exit_code_and_named(copied):
    panel = copied / "cytometry" / "panel.toml"
    text = panel.read_text(encoding="utf-8")
    assert "Er170Di" in text
    panel.write_text(text.replace("Er170Di", "Er999Di"), encoding="utf-8")
    held = cartwise("cytometry", "panel", copied)
    assert held.returncode == 1
    assert "lacks Er999Di" in held.stdout


def test_a_panel_that_the_study_does_not_have_is_an_exit_code_and_named(copied):
    table = copied / "cytometry_files.csv"
    table.write_text(table.read_text(encoding="utf-8").replace("demo 1", "demo 7"), encoding="utf-8")
    held = cartwise("cytometry", "panel", copied)
    assert held.returncode == 1
    assert "'demo 7'" in held.stdout


@pytest.mark.parametrize("command", ["panel", "run"])
def test_rows_that_were_set_aside_are_told_and_not_a_table_that_is_missing(copied, command):
    table = copied / "cytometry_files.csv"
    listed = pd.read_csv(table, dtype=str)
    listed.assign(specimen="spleen").to_csv(table, index=False)
    asked = cartwise("cytometry", command, copied)
    assert asked.returncode == 2
    assert f"each of its {len(listed)} rows was set aside" in asked.stderr
    assert "lists no cytometry" not in asked.stderr
    assert "cartwise check" in asked.stderr
