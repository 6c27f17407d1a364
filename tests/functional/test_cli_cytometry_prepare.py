"""Barcoded runs taken apart and spillover measured, as a user meets the commands."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from cartwise.cytometry import Spillover, read_fcs, write_fcs
from tests.functional.test_cli import cartwise

BARCODES = ("Pd102Di", "Pd104Di", "Pd105Di")
CHANNELS = ("Time", *BARCODES, "Nd142Di", "Nd143Di")
SAMPLES = ("A1", "A2", "A3")
CODES = ((1, 1, 0), (1, 0, 1), (0, 1, 1))


@pytest.fixture(scope="module")
def pooled(tmp_path_factory) -> tuple[Path, np.ndarray]:
    """A pooled run and the sample of each event, -1 for a doublet."""
    rng = np.random.default_rng(3)
    events = 3_000
    truth = rng.integers(-1, 3, events)
    carried = np.array([*CODES, (1, 1, 1)], dtype=bool)[truth]
    barcodes = np.where(
        carried, rng.lognormal(np.log(400), 0.3, (events, 3)), rng.exponential(3, (events, 3))
    )
    values = np.column_stack([np.arange(events), barcodes, rng.exponential(50, (events, 2))])
    path = tmp_path_factory.mktemp("pooled") / "pooled.fcs"
    write_fcs(
        path, values, CHANNELS, keywords={"INVENTED": "yes", "$COM": "invented data", "PATIENT": "somebody"}
    )
    return path, truth


def key(folder: Path, channels: tuple[str, ...] = BARCODES) -> Path:
    path = folder / "key.csv"
    table = zip(("sample", *SAMPLES), (channels, *CODES), strict=True)
    rows = [",".join((name, *map(str, code))) for name, code in table]
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return path


def test_each_sample_becomes_a_file_with_its_events_as_they_were_read(pooled, tmp_path):
    path, truth = pooled
    done = cartwise("cytometry", "debarcode", path, "--key", key(tmp_path), "--out", tmp_path / "samples")
    assert done.returncode == 0, done.stderr
    whole = read_fcs(path)
    found = 0
    for place, name in enumerate(SAMPLES):
        events = read_fcs(tmp_path / "samples" / f"{name}.fcs")
        assert events.channels == whole.channels
        at = events.values[:, 0].astype(int)
        assert (truth[at] == place).all()
        assert np.array_equal(events.values, whole.values[at])
        assert len(events) > 0.9 * (truth == place).sum()
        assert events.keywords["cartwise_barcode"] == name
        assert events.keywords["invented"] == "yes"
        assert "patient" not in events.keywords
        found += len(events)
    assert f"{found} of {len(truth)} events are assigned." in done.stdout
    assert "have a code of no sample" in done.stdout
    drawn = (tmp_path / "samples" / "separation.svg").read_text(encoding="utf-8")
    for word in (*SAMPLES, "yield, %", "cut-off", "Invented data", f"{found:,} of {len(truth):,} events"):
        assert word in drawn


def test_a_key_may_name_channels_by_mass(pooled, tmp_path):
    by_mass = key(tmp_path, ("102", "104", "105"))
    done = cartwise("cytometry", "debarcode", pooled[0], "--key", by_mass, "--out", tmp_path / "samples")
    assert done.returncode == 0, done.stderr
    assert len(list((tmp_path / "samples").glob("*.fcs"))) == 3


def test_a_channel_that_the_file_lacks_is_named(pooled, tmp_path):
    other = key(tmp_path, ("Pd102Di", "Pd104Di", "Pd110Di"))
    done = cartwise("cytometry", "debarcode", pooled[0], "--key", other, "--out", tmp_path / "samples")
    assert done.returncode == 2
    assert "not exactly one channel Pd110Di" in done.stderr
    assert not (tmp_path / "samples").exists()


def test_the_pooled_file_itself_is_never_replaced(pooled, tmp_path):
    there = tmp_path / "A1.fcs"
    there.write_bytes(pooled[0].read_bytes())
    done = cartwise("cytometry", "debarcode", there, "--key", key(tmp_path), "--out", tmp_path)
    assert done.returncode == 2
    assert "itself would be replaced" in done.stderr
    assert there.read_bytes() == pooled[0].read_bytes()


def test_files_of_an_earlier_time_are_replaced_only_when_asked(pooled, tmp_path):
    there = tmp_path / "A2.fcs"
    there.write_bytes(b"another")
    asked = ("cytometry", "debarcode", pooled[0], "--key", key(tmp_path), "--out", tmp_path)
    done = cartwise(*asked)
    assert done.returncode == 2
    assert "is there already" in done.stderr
    assert there.read_bytes() == b"another"
    assert cartwise(*asked, "--overwrite").returncode == 0
    assert len(read_fcs(there)) > 500


STAINED = ("Nd142Di", "Nd143Di", "Gd158Di")
TRUE = np.array([[1, 0.03, 0.02], [0.015, 1, 0], [0, 0, 1]])


@pytest.fixture(scope="module")
def beads(tmp_path_factory) -> Path:
    rng = np.random.default_rng(5)
    pure = np.zeros((1_500, 3))
    pure[np.arange(1_500), np.repeat(np.arange(3), 500)] = rng.lognormal(np.log(2_000), 0.3, 1_500)
    signal = rng.poisson(pure @ TRUE + rng.exponential(1, pure.shape))
    path = tmp_path_factory.mktemp("stains") / "beads.fcs"
    write_fcs(
        path,
        np.column_stack([np.arange(1_500), signal, rng.poisson(1, 1_500)]),
        ("Time", *STAINED, "Yb174Di"),
    )
    return path


def test_spillover_is_measured_on_single_stains_and_read_back_by_a_run(beads, tmp_path):
    stains = tmp_path / "stains.csv"
    stains.write_text("channel\n" + "\n".join(STAINED) + "\n", encoding="utf-8")
    done = cartwise(
        "cytometry", "spillover", beads, "--stains", stains, "--out", tmp_path / "deep" / "spill.csv"
    )
    assert done.returncode == 0, done.stderr
    found = Spillover.read(tmp_path / "deep" / "spill.csv")
    assert found.channels == STAINED, "a channel that no stain reaches has no place in the matrix"
    assert found.matrix == pytest.approx(TRUE, abs=0.003)
    assert "Nd142Di\tNd143Di\t" in done.stdout


def test_a_stain_without_events_is_named(beads, tmp_path):
    stains = tmp_path / "stains.csv"
    stains.write_text("channel\nNd142Di\nNd143Di\nYb174Di\n", encoding="utf-8")
    done = cartwise("cytometry", "spillover", beads, "--stains", stains, "--out", tmp_path / "spill.csv")
    assert done.returncode == 0, done.stderr
    assert "Yb174Di has too few single-stained events" in done.stdout


@pytest.mark.parametrize("text", ["metal\nNd142Di\n", "channel\nNd142Di\n", "channel\nNd142Di\nNd142Di\n"])
def test_a_list_that_is_none_is_refused(beads, tmp_path, text):
    stains = tmp_path / "stains.csv"
    stains.write_text(text, encoding="utf-8")
    done = cartwise("cytometry", "spillover", beads, "--stains", stains, "--out", tmp_path / "spill.csv")
    assert done.returncode == 2
    assert "needs a column `channel`" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "spill.csv").exists()
