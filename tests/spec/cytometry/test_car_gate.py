"""CAR+ by a control: the cut, its uncertainty, the background, and what is said where no control was run."""

import numpy as np
import pytest

from cartwise.basis import Estimate, Missing, UserError
from cartwise.cytometry.car_gate import car_frequency
from cartwise.cytometry.definition_reading import definition_from
from cartwise.cytometry.gates import gate
from tests.spec.cytometry.gating_made import definition_content, made_cells

DEFINITION = definition_from(definition_content(), "made")
CELLS = {"CD4 T cells": 4000, "CD8 T cells": 3000, "B cells": 700, "dim NK": 900}
CONTROL, _, _ = made_cells(CELLS | {"CD4 T cells": 6000}, seed=99)


def measured(car, seed=1, control=CONTROL):
    cells, kinds, carries = made_cells(CELLS, seed=seed, car=car)
    gated = gate(cells, DEFINITION, control=control)
    truth = 100 * carries.sum() / np.char.endswith(kinds, "T cells").sum()
    return car_frequency(cells, gated, DEFINITION, control=control), truth


def test_the_cut_is_the_upper_quantile_of_the_t_cells_of_the_control():
    found, _ = measured(0.1)
    t_cells = CONTROL["CD3"] > 2
    assert found.cut.value == pytest.approx(np.quantile(CONTROL["CAR"][t_cells], 0.999), abs=0.05)
    assert found.cut.lower < found.cut.value < found.cut.upper
    assert "T cells of the control" in found.cut.how


@pytest.mark.parametrize("car", [0.005, 0.05, 0.4])
def test_the_corrected_frequency_holds_the_truth(car):
    found, truth = measured(car)
    assert isinstance(found.corrected, Estimate)
    assert found.corrected.lower <= truth <= found.corrected.upper
    assert found.corrected.unit == "%"
    assert "Newcombe" in found.corrected.method


def test_the_frequency_stands_between_those_at_the_ends_of_its_cut():
    found, _ = measured(0.05)
    assert isinstance(found.frequency, Estimate)
    assert found.at_upper_cut <= found.frequency.value <= found.at_lower_cut
    assert found.frequency.value == pytest.approx(100 * found.cells / found.parent_cells)


def test_the_background_is_the_controls_own_rate():
    found, _ = measured(0.05)
    assert isinstance(found.background, Estimate)
    assert found.background.value == pytest.approx(0.1, abs=0.02)


def test_a_sample_without_car_has_zero_within_its_limits():
    for seed in range(5):
        found, _ = measured(0.0, seed=seed)
        assert isinstance(found.corrected, Estimate)
        assert found.corrected.lower == 0
        assert found.corrected.value < 0.15


def test_the_limits_cover_the_truth_in_repeated_samples():
    """100 draws of sample and control alike: at least 95 % hold it, because the limits are the widest over the cut."""
    held = []
    for seed in range(100):
        control, _, _ = made_cells({"CD4 T cells": 4000}, seed=1000 + seed)
        cells, _, _ = made_cells({"CD4 T cells": 3000}, seed=seed, car=0.02)
        gated = gate(cells, DEFINITION, control=control)
        found = car_frequency(cells, gated, DEFINITION, control=control).corrected
        assert isinstance(found, Estimate)
        held.append(found.lower <= 2 <= found.upper)  # 2 % is the law that the cells were drawn by
    assert np.mean(held) >= 0.95


def test_without_a_control_the_fallback_is_used_and_the_background_is_missing():
    found, _ = measured(0.05, control=None)
    assert found.cut.value == 2.5
    assert isinstance(found.background, Missing)
    assert isinstance(found.corrected, Missing)
    assert "FMO" in found.corrected.settled_by
    assert any("no control says" in remark for remark in found.remarks)


def test_a_control_too_small_to_bound_the_cut_says_so_and_its_lower_limit_is_zero():
    small, _, _ = made_cells({"CD4 T cells": 500}, seed=5)
    found, _ = measured(0.05, control=small)
    assert isinstance(found.corrected, Estimate)
    assert found.corrected.lower == 0
    assert any("too few cells to bound the cut" in remark for remark in found.remarks)


def test_a_control_of_next_to_no_cells_is_not_used_for_the_cut():
    tiny, _, _ = made_cells({"CD4 T cells": 40}, seed=5)
    found, _ = measured(0.05, control=tiny)
    assert found.cut.value == 2.5


def test_a_sample_without_t_cells_has_no_frequency():
    cells, _, _ = made_cells({"B cells": 900})
    found = car_frequency(cells, gate(cells, DEFINITION, control=CONTROL), DEFINITION, control=CONTROL)
    assert isinstance(found.frequency, Missing)
    assert isinstance(found.corrected, Missing)
    assert found.at_lower_cut is None


def test_a_definition_without_a_gate_on_the_car_is_told():
    content = definition_content()
    content["population"] = [entry for entry in content["population"] if entry["name"] != "CAR+ T cells"]
    definition = definition_from(content, "made")
    cells, _, _ = made_cells({"CD4 T cells": 300})
    with pytest.raises(UserError, match="has no population"):
        car_frequency(cells, gate(cells, definition), definition)
