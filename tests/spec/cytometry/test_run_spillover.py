"""A run that takes spillover out of every file before anything is gated, and says how much there was."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from cartwise.basis import UserError
from cartwise.cytometry import SampleFile, Spillover, prepare, run_tables
from tests.spec.cytometry.invented_batches import PANEL, SETTINGS, Batches, two_batches

CHANNELS = tuple(channel.channel for channel in PANEL.channels)


def channel(marker: str) -> str:
    return next(one.channel for one in PANEL.channels if one.marker == marker)


MATRIX = np.eye(3)
MATRIX[0, 2], MATRIX[1, 2] = 0.12, 0.05
SPILL = Spillover((channel("CD45"), channel("CD3"), channel("CD16")), MATRIX, source="spillover.csv")
"""Far more than metals do, so that it is seen in 5,000 events: CD45 and CD3 shine into CD16."""

COMPENSATED = replace(SETTINGS, spillover=SPILL)


def spilt(raw: np.ndarray) -> np.ndarray:
    """What an instrument would have seen of these events with such spillover."""
    columns = [CHANNELS.index(one) for one in SPILL.channels]
    values = raw.copy()
    values[:, columns] = raw[:, columns] @ MATRIX.astype(np.float32)
    return values


@pytest.fixture(scope="module")
def pure(tmp_path_factory) -> Batches:
    return two_batches(tmp_path_factory.mktemp("pure"), patients=1)


@pytest.fixture(scope="module")
def dirty(tmp_path_factory) -> Batches:
    return two_batches(tmp_path_factory.mktemp("dirty"), spoilt=spilt, patients=1)


def blood(batches: Batches) -> SampleFile:
    return next(one for one in batches.samples if "day_7" in one.name)


def test_cells_come_back_as_they_were_before_the_spill(pure, dirty):
    def cd16(batches: Batches, settings=SETTINGS) -> np.ndarray:
        made = batches.run(settings, until="clean").preparation
        return prepare(blood(batches), made).cells["CD16"]

    def high(values: np.ndarray) -> float:
        return float((values > 2.5).mean())

    before, spoilt, after = cd16(pure), cd16(dirty), cd16(dirty, COMPENSATED)
    assert high(spoilt) > high(before) + 0.1
    assert high(after) == pytest.approx(high(before), abs=0.01)


def test_the_counts_are_those_of_files_without_spillover(pure, dirty):
    def gated(batches: Batches, settings=SETTINGS) -> np.ndarray:
        table = run_tables(batches.run(settings, until="gate"))["frequencies"]
        return table[table.parent == "leukocytes"].percent.to_numpy()

    before, spoilt, after = gated(pure), gated(dirty), gated(dirty, COMPENSATED)
    assert np.abs(spoilt - before).max() > 5
    assert after == pytest.approx(before, abs=0.1)


def test_it_is_a_step_with_what_was_taken_out_of_each_channel(dirty):
    tables = run_tables(dirty.run(COMPENSATED, until="clean"))
    steps = tables["steps"]
    own = steps[steps.step == "spillover compensation"]
    assert (own.before == own.after).all()
    assert own["sample"].nunique() == steps["sample"].nunique()
    taken = tables["thresholds"].set_index(["sample", "name"]).value
    for sample in own["sample"]:
        assert taken[sample, f"{channel('CD16')}, spillover taken out"] > 5
        assert taken[sample, f"{channel('CD45')}, spillover taken out"] == pytest.approx(0, abs=0.5)
    told = " ".join(tables["remarks"].remark)
    assert "No spillover is known for" in told


def test_a_channel_of_the_matrix_that_the_files_lack_is_an_error(dirty):
    other = Spillover(("Nd142Di", "Cd111Di"), np.eye(2), source="other.csv")
    found = dirty.run(replace(SETTINGS, spillover=other), until="clean")
    assert not found.counted
    assert len(found.failures) == sum(one.measured for one in dirty.samples)
    assert "The file lacks Cd111Di" in found.failures[0].reason
    with pytest.raises(UserError, match="The file lacks Cd111Di"):
        dirty.run(replace(SETTINGS, spillover=other))


def test_spillover_and_alignment_go_together(dirty):
    found = dirty.run(replace(COMPENSATED, align=True), until="clean")
    for item in found.counted:
        assert [step.name for step in item.steps][-2:] == ["spillover compensation", "batch alignment"]
