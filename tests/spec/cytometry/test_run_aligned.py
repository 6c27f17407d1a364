"""A run that brings its batches to one scale by their anchors, and says what that did."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import numpy as np
import pytest

from cartwise import execution
from cartwise.cytometry import Run, Workers, prepare, run_tables
from cartwise.cytometry.counting import intact_cells
from tests.spec.cytometry.invented_batches import PANEL, SETTINGS, Batches, two_batches, written_again

ALIGNED = replace(SETTINGS, align=True)


@pytest.fixture(scope="module")
def batches(tmp_path_factory) -> Batches:
    return two_batches(tmp_path_factory.mktemp("batches"))


@pytest.fixture(scope="module")
def plain(batches) -> Run:
    return batches.run()


@pytest.fixture(scope="module")
def run(batches) -> Run:
    return batches.run(ALIGNED)


def off(run: Run, batches: Batches, parent: str) -> float:
    """Mean difference from the truth, in points, where the parent has 200 cells."""
    truth = batches.truth.rename(columns={"file": "sample"})
    found = run_tables(run)["frequencies"].merge(
        truth, on=["sample", "subset", "parent"], suffixes=("", "_true")
    )
    found = found[(found.parent == parent) & (found.parent_cells >= 200)]
    assert len(found) > 5
    return float((found.percent - found.percent_true).abs().mean())


def same(one: Run, other: Run) -> bool:
    tables = run_tables(one), run_tables(other)
    return tables[0].keys() == tables[1].keys() and all(
        tables[0][name].equals(tables[1][name]) for name in tables[0]
    )


class TestWhatItDoes:
    def test_lineage_medians_of_anchors_it_was_not_fitted_on_agree_better(
        self, batches, plain, run, tmp_path
    ):
        again = [written_again(one, tmp_path, 900 + at) for at, one in enumerate(batches.anchors())]
        markers = [channel.marker for channel in PANEL.of_role("lineage")]

        def apart(made: Run) -> np.ndarray:
            one, other = (
                np.median(prepare(sample, made.preparation).cells.of(markers), axis=0) for sample in again
            )
            return np.abs(one - other)

        before, after = apart(plain), apart(run)
        assert before.mean() > 0.05
        assert after.mean() < 0.7 * before.mean()
        assert after.max() < before.max()

    @pytest.mark.parametrize("parent", ["leukocytes", "CAR+ T cells"])
    def test_frequencies_stay_as_near_to_the_truth(self, batches, plain, run, parent):
        # Cuts are each batch's own with or without alignment, so that there is little to be gained.
        assert off(run, batches, parent) < off(plain, batches, parent) + 0.1

    def test_the_car_is_left_to_each_batchs_own_control(self, batches, plain, run):
        sample = next(one for one in batches.samples if "product" in one.name)
        cells, moved = (prepare(sample, made.preparation).cells for made in (plain, run))
        assert np.array_equal(cells["CAR"], moved["CAR"])
        assert not np.array_equal(cells["CD45"], moved["CD45"])


class TestWhatItTells:
    def test_the_check_for_overcorrection_is_a_table_and_a_remark(self, run):
        table = run_tables(run)["alignment"]
        assert set(table.batch) == {"batch-1", "batch-2"}
        assert "CAR" not in set(table.marker)
        assert table.distance_after.mean() < table.distance_before.mean()
        told = " ".join(run.remarks)
        assert "batch-1, batch-2 were aligned by their anchors" in told
        assert "Markers left as they are: " in told
        assert "overcorrection" in told.lower()

    def test_each_sample_says_how_far_each_marker_moved(self, run):
        thresholds = run_tables(run)["thresholds"]
        own = thresholds[thresholds.step == "batch alignment"]
        assert own["sample"].nunique() == len(run.counted)
        assert own.name.str.startswith("CD45, ").any()
        assert not own.name.str.startswith("CAR, ").any()

    def test_unasked_there_is_no_alignment_and_no_word_of_it(self, plain):
        tables = run_tables(plain)
        assert "alignment" not in tables
        assert "batch alignment" not in set(tables["steps"].step)

    def test_a_batch_without_anchor_is_named_and_left_as_it_is(self, batches, plain):
        third = [
            replace(one, batch="batch-3") if one.batch == "batch-2" and one.measured else one
            for one in batches.samples
        ]
        found = batches.run(ALIGNED, samples=third, until="clean")
        assert any(
            "without a usable batch anchor, left as they are: batch-3." in one for one in found.remarks
        )
        sample = next(item for item in found.counted if item.sample.batch == "batch-3")
        assert any("batch-3 has no usable batch anchor" in remark for remark in sample.remarks)
        cells, moved = (prepare(sample.sample, made.preparation).cells for made in (plain, found))
        assert np.array_equal(cells.values, moved.values)

    def test_where_one_batch_alone_has_an_anchor_nothing_is_aligned_and_that_is_said(self, batches):
        one = [
            file
            for file in batches.samples
            if not (file.control == "batch anchor" and file.batch == "batch-2")
        ]
        found = batches.run(ALIGNED, samples=one, until="clean")
        assert found.preparation.alignment is None
        assert any(remark.startswith("Nothing was aligned") for remark in found.remarks)
        assert run_tables(found)["alignment"].empty

    def test_an_anchor_that_cannot_be_read_fails_alone(self, batches, tmp_path):
        gone = [
            replace(file, path=tmp_path / "gone.fcs")
            if file.control == "batch anchor" and file.batch == "batch-2"
            else file
            for file in batches.samples
        ]
        found = batches.run(ALIGNED, samples=gone, until="clean")
        assert [(failure.stage, failure.sample.batch) for failure in found.failures] == [
            ("anchor", "batch-2")
        ]
        assert len(found.counted) == sum(file.measured for file in batches.samples)


class TestWhoDoesIt:
    def test_another_process_gives_the_same(self, batches, run):
        # The whole run on processes is tested with a plain run; what is new here is what travels with each task.
        task = partial(intact_cells, by=run.preparation)
        files = [file for file in batches.samples if file.measured][:1]
        (there,) = execution.run(task, files, executor="processes", workers=1)
        assert there.get() == task(files[0])

    def test_a_run_that_stopped_goes_on_and_gives_the_same(self, batches, run, tmp_path):
        files = len(batches.samples)

        def stop(done: int, total: int) -> None:
            assert done <= total
            if done == files + 7:  # beads and anchors are done, the survey has begun
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            batches.run(ALIGNED, Workers(folder=tmp_path, progress=stop))
        told: list[tuple[int, int]] = []
        again = batches.run(
            ALIGNED,
            Workers(folder=tmp_path, progress=lambda done, total: told.append((done, total))),
        )
        assert same(run, again)
        assert told[-1][0] == told[-1][1]


class TestStages:
    def test_cleaning_alone_gates_nothing_and_gives_the_same_account(self, batches, plain):
        found = batches.run(until="clean")
        steps, whole = run_tables(found)["steps"], run_tables(plain)["steps"]
        assert steps.equals(
            whole.merge(steps[["sample", "step"]], on=["sample", "step"])[list(steps.columns)]
        )
        assert len(steps) < len(whole)
        assert run_tables(found)["cuts"].empty
        assert [item.cells for item in found.counted] == [item.cells for item in plain.counted]

    def test_gating_alone_gives_the_same_cuts_and_classifies_nothing(self, batches, plain):
        found = batches.run(until="gate")
        assert run_tables(found)["cuts"].equals(run_tables(plain)["cuts"])
        assert run_tables(found)["rules"].empty
        assert not found.references
