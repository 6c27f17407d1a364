"""Gates of a definition among the cells of a sample: who is in, where the cuts stand, what the account says."""

import tracemalloc
from dataclasses import replace

import numpy as np
import pytest

from cartwise.basis import UserError
from cartwise.cytometry.cells import Cells
from cartwise.cytometry.definition_reading import definition_from
from cartwise.cytometry.gates import batch_cuts, gate
from tests.spec.cytometry.gating_made import MARKERS, SCALE, definition_content, made_cells

DEFINITION = definition_from(definition_content(), "made")
USUAL = {"CD4 T cells": 3000, "CD8 T cells": 2000, "B cells": 800, "dim NK": 900, "bright NK": 300}


@pytest.fixture(scope="module")
def usual():
    cells, kinds, carries = made_cells(USUAL, car=0.2)
    return cells, kinds, carries, gate(cells, DEFINITION)


@pytest.mark.parametrize("population", sorted(USUAL))
def test_a_population_is_recovered(usual, population):
    _, kinds, _, gated = usual
    truly, found = kinds == population, gated.populations[population]
    assert (truly & found).sum() / truly.sum() > 0.98
    assert (truly & found).sum() / found.sum() > 0.98


def test_a_population_is_a_part_of_its_parent(usual):
    _, _, _, gated = usual
    for name, parent in gated.parents.items():
        if parent:
            assert not (gated.populations[name] & ~gated.populations[parent]).any()


def test_a_cut_is_looked_for_within_its_population(usual):
    _, _, _, gated = usual
    assert gated.cuts["CD4"].cells == gated.count("T cells")
    assert gated.cuts["CD56 bright"].cells == gated.count("NK cells")
    assert gated.cuts["CD56"].value < 3 < gated.cuts["CD56 bright"].value < 5.5


def test_the_account_counts_in_and_out_and_shows_each_cut_once(usual):
    _, _, _, gated = usual
    steps = {step.name: step for step in gated.steps}
    assert list(steps) == list(DEFINITION.names)
    assert steps["B cells"].before == sum(USUAL.values())
    assert steps["B cells"].after == gated.count("B cells")
    assert [setting.name for setting in steps["dim NK"].settings] == ["CD56", "CD56 bright"]
    pictured = [picture.title for step in gated.steps for picture in step.densities]
    assert len(pictured) == len(set(pictured)) == len(DEFINITION.cuts)
    assert steps["T cells"].densities[0].cuts == (gated.cuts["CD3"].value,)


def test_a_cut_that_no_gate_uses_stands_with_the_population_it_was_looked_for_within(usual):
    cells, _, _, _ = usual
    content = definition_content()
    content["population"] = [entry for entry in content["population"] if entry["name"] != "CAR+ T cells"]
    gated = gate(cells, definition_from(content, "made"))
    (step,) = [step for step in gated.steps if step.name == "T cells"]
    assert [setting.name for setting in step.settings] == ["CD3", "CD19", "CAR"]
    assert gated.positive_above["CAR"] == 2.5


def test_the_same_cells_give_the_same_gates(usual):
    cells, _, _, gated = usual
    again = gate(cells, DEFINITION)
    assert again.cuts == gated.cuts
    assert again.steps == gated.steps


def test_the_order_of_cells_changes_no_cut(usual):
    cells, _, _, gated = usual
    turned = gate(cells.only(np.random.default_rng(3).permutation(len(cells))), DEFINITION)
    assert turned.cuts == gated.cuts


def test_a_sample_of_few_cells_is_gated_by_the_fallback_and_says_so():
    cells, _, _ = made_cells({"CD4 T cells": 60, "CD8 T cells": 40})
    gated = gate(cells, DEFINITION)
    assert gated.count("CD4 T cells") == 60
    assert not gated.cuts["CD4"].found
    assert gated.cuts["CD4"].value == 2.0
    assert any("CD4: no cut by valley (only 100 of T cells)" in remark for remark in gated.remarks)


def test_a_population_that_is_not_there_has_no_cells_and_no_error():
    cells, _, _ = made_cells({"B cells": 1000})
    gated = gate(cells, DEFINITION)
    assert gated.count("T cells") == 0
    assert gated.cuts["CD4"].cells == 0
    assert any("T cells: only 0 cells" in remark for remark in gated.remarks)


def test_no_cell_at_all_is_gated_too():
    gated = gate(Cells(np.empty((0, len(MARKERS)), np.float32), MARKERS, SCALE), DEFINITION)
    assert {gated.count(name) for name in DEFINITION.names} == {0}


def test_cuts_found_before_are_used_as_they_are(usual):
    _, _, _, gated = usual
    other, _, _ = made_cells({"CD4 T cells": 500, "CD8 T cells": 50}, seed=9, shift=0.2)
    again = gate(other, DEFINITION, cuts=gated.cuts)
    assert again.cuts == gated.cuts


def test_a_cell_without_a_value_is_neither_positive_nor_negative_and_is_remarked_upon():
    cells, _, _ = made_cells(USUAL)
    values = cells.values.copy()
    values[:5, MARKERS.index("CD3")] = np.nan
    gated = gate(replace(cells, values=values), DEFINITION)
    assert not any(gated.populations[name][:5].any() for name in ("T cells", "B cells", "NK cells"))
    assert any("5 cells have no value of CD3" in remark for remark in gated.remarks)


def test_markers_that_the_panel_lacks_are_all_told():
    cells = Cells(np.zeros((5, 2), np.float32), ("CD3", "CD19"), SCALE)
    with pytest.raises(UserError, match="CD56, CD4, CD8, CAR"):
        gate(cells, DEFINITION)


def test_cuts_of_another_scale_are_refused(usual):
    cells, _, _, gated = usual
    with pytest.raises(UserError, match=r"asinh\(x/150\)"):
        gate(replace(cells, scale="asinh(x/150)"), DEFINITION, cuts=gated.cuts)


def test_a_batch_takes_the_median_of_what_data_decided():
    samples = [
        gate(made_cells(USUAL, seed=seed, shift=shift)[0], DEFINITION) for seed, shift in ((1, 0), (2, 0.4))
    ]
    few = gate(made_cells({"CD4 T cells": 50})[0], DEFINITION)
    pooled = batch_cuts([*samples, few])["CD4"]
    one, other = (sample.cuts["CD4"].value for sample in samples)
    assert pooled.value == pytest.approx((one + other) / 2)
    assert pooled.lower <= one
    assert pooled.upper >= other
    assert "2 of 3 samples" in pooled.how


def test_what_one_sample_of_many_shows_is_no_cut_of_the_batch():
    few = [gate(made_cells({"CD4 T cells": 50}, seed=seed)[0], DEFINITION) for seed in range(6)]
    one = gate(made_cells(USUAL, shift=0.5)[0], DEFINITION)
    pooled = batch_cuts([one, *few])["CD4"]
    assert pooled.value == 2.0
    assert not pooled.found


def test_many_cells_are_gated_in_little_more_memory_than_their_masks():
    rng = np.random.default_rng(1)
    values = rng.normal(2, 1.5, (200_000, len(MARKERS))).astype(np.float32)
    cells = Cells(values, MARKERS, SCALE)
    tracemalloc.start()
    gate(cells, DEFINITION)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 40 * len(cells)
