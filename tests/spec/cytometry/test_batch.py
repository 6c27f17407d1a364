"""Batches come to one scale by their controls, and what that costs the controls is shown."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cartwise.basis import UserError
from cartwise.cytometry.batch import Alignment, check_alignment, fit_alignment
from cartwise.cytometry.cells import Cells, asinh
from cartwise.cytometry.fcs_reading import read_fcs

CYTONORM = Path(__file__).resolve().parents[3].parent / "shared" / "data" / "cytometry" / "cytonorm"
MARKERS = ("CD3", "CD4", "CAR")
SCALE = "asinh(x/5)"
GAIN = {"A": 1.0, "B": 0.6, "C": 1.5}


def sample(gain: float, *, seed: int = 0, n: int = 4_000, positive: float = 0.6, car: bool = False) -> Cells:
    """CD3 with two subsets, CD4 with one, and a CAR channel that is background unless asked for."""
    rng = np.random.default_rng(seed)
    high = rng.random(n) < positive
    cd3 = np.where(high, rng.lognormal(np.log(200), 0.4, n), rng.exponential(3, n))
    cd4 = rng.lognormal(np.log(80), 0.5, n)
    background = rng.exponential(0.8, n)
    cars = (
        np.where(rng.random(n) < 0.2, rng.lognormal(np.log(100), 0.4, n), background) if car else background
    )
    return Cells(asinh((gain * np.stack([cd3, cd4, cars], axis=1)).astype(np.float32), 5.0), MARKERS, SCALE)


def controls(seed: int = 0) -> dict[str, list[Cells]]:
    return {batch: [sample(gain, seed=seed + place)] for place, (batch, gain) in enumerate(GAIN.items())}


@pytest.fixture(scope="module")
def alignment() -> Alignment:
    return fit_alignment(controls())


def distance(one: Cells, other: Cells, marker: str) -> float:
    at = np.linspace(0.02, 0.98, 40)
    return float(np.abs(np.quantile(one[marker], at) - np.quantile(other[marker], at)).mean())


@pytest.mark.parametrize("method", ["quantile", "affine"])
def test_samples_that_the_maps_were_not_fitted_on_come_together(method: str) -> None:
    fitted = fit_alignment(controls(), method=method)  # type: ignore[arg-type]
    one, other = sample(GAIN["B"], seed=50), sample(GAIN["C"], seed=51)
    before = distance(one, other, "CD4")
    after = distance(fitted.apply(one, "B"), fitted.apply(other, "C"), "CD4")
    assert before > 0.8
    assert after < 0.1 * before


def test_a_sample_of_another_composition_keeps_its_composition(alignment: Alignment) -> None:
    """The control has 60 % CD3+ cells; a sample with 20 % must not be made to look like it."""
    cells = sample(GAIN["B"], seed=60, positive=0.2)
    aligned = alignment.apply(cells, "B")
    assert (aligned["CD3"] > 2.5).mean() == pytest.approx(0.2, abs=0.02)


def test_a_marker_without_signal_in_the_controls_is_returned_as_it_is(alignment: Alignment) -> None:
    assert alignment.left_out == ("CAR",)
    cells = sample(GAIN["B"], seed=61, car=True)
    assert np.array_equal(alignment.apply(cells, "B")["CAR"], cells["CAR"])


def test_the_order_of_cells_by_a_marker_is_kept(alignment: Alignment) -> None:
    cells = sample(GAIN["C"], seed=62)
    order = np.argsort(cells["CD3"], kind="stable")
    assert (np.diff(alignment.apply(cells, "C")["CD3"][order]) >= -1e-6).all()


@given(st.integers(0, 500), st.floats(0.2, 4.0))
@settings(max_examples=25, deadline=None)
def test_every_map_is_monotone_and_continuous_over_any_range(seed: int, gain: float) -> None:
    fitted = fit_alignment({"A": [sample(1.0, seed=seed, n=300)], "B": [sample(gain, seed=seed + 1, n=300)]})
    line = np.linspace(-3, 14, 3_000, dtype=np.float32)
    mapped = fitted.apply(Cells(np.stack([line] * 3, axis=1), MARKERS, SCALE), "B")["CD3"]
    steps = np.diff(mapped)
    assert (steps >= -1e-5).all()
    assert steps.max() < 1.0


def test_beyond_the_controls_range_cells_are_shifted_and_keep_their_distances(alignment: Alignment) -> None:
    low, high = np.array([-3, -2, -1], np.float32), np.array([11, 12, 13], np.float32)
    for line in (low, high):
        mapped = alignment.apply(Cells(np.stack([line] * 3, axis=1), MARKERS, SCALE), "B")["CD4"]
        assert np.diff(mapped) == pytest.approx([1, 1], abs=1e-5)


def test_only_the_markers_asked_for_are_aligned() -> None:
    fitted = fit_alignment(controls(), markers=["CD4"])
    assert fitted.left_out == ("CD3", "CAR")
    cells = sample(GAIN["B"], seed=63)
    assert np.array_equal(fitted.apply(cells, "B")["CD3"], cells["CD3"])


def test_markers_that_controls_lack_and_another_order_are_no_hindrance(alignment: Alignment) -> None:
    cells = sample(GAIN["B"], seed=64)
    turned = Cells(
        np.stack([cells["CD4"], cells["CD3"], cells["CD3"]], axis=1), ("CD4", "beyond", "CD3"), SCALE
    )
    aligned = alignment.apply(turned, "B")
    assert np.array_equal(aligned["beyond"], cells["CD3"])
    assert np.array_equal(aligned["CD3"], alignment.apply(cells, "B")["CD3"])


def test_each_control_of_a_batch_weighs_the_same() -> None:
    one, two = sample(1.0, seed=1), sample(2.0, seed=2, n=400)
    fitted = fit_alignment({"A": [one, two], "B": [sample(1.0, seed=3)]})
    middle = (np.quantile(one["CD4"], 0.5) + np.quantile(two["CD4"], 0.5)) / 2
    assert fitted.sources["A"][10, 1] == pytest.approx(middle, abs=1e-5)


# ---- the check ------------------------------------------------------------------------------------------------------


def test_a_sound_alignment_brings_held_out_controls_together_and_raises_no_concern(
    alignment: Alignment,
) -> None:
    checks = check_alignment(alignment, controls(seed=100))
    assert {(check.batch, check.marker) for check in checks} == {(b, m) for b in GAIN for m in ("CD3", "CD4")}
    for check in checks:
        if check.batch != "A":  # A lies in the middle of the three
            assert check.distance_after < 0.35 * check.distance_before
        assert check.spread_ratio == pytest.approx(1, abs=0.2)
        assert check.concerns == ()


def test_frequencies_of_the_controls_stand_before_and_after(alignment: Alignment) -> None:
    cd3 = [check for check in check_alignment(alignment, controls(seed=100)) if check.marker == "CD3"]
    assert [check.positive_before for check in cd3] == pytest.approx([60, 60, 60], abs=3)
    assert [check.positive_after for check in cd3] == pytest.approx([60, 60, 60], abs=3)


def test_a_map_that_squeezes_a_marker_raises_concern() -> None:
    """Controls with hardly any spread in one batch: the map of that batch tears the marker of another apart."""
    narrow = sample(1.0, seed=1)
    squeezed = Cells((3 + 0.2 * (narrow.values - 3)).astype(np.float32), MARKERS, SCALE)
    fitted = fit_alignment({"A": [squeezed], "B": [sample(1.0, seed=2)]})
    checks = check_alignment(fitted, {"A": [sample(1.0, seed=3)], "B": [sample(1.0, seed=4)]})
    assert any("spread changed" in concern for check in checks for concern in check.concerns)
    assert any("farther from the other batches" in concern for check in checks for concern in check.concerns)


def test_a_map_that_merges_two_subsets_raises_concern() -> None:
    fitted = fit_alignment({"A": [sample(1.0, seed=1)], "B": [sample(1.0, seed=2, positive=0.02)]})
    checks = check_alignment(fitted, {"A": [sample(1.0, seed=3)], "B": [sample(1.0, seed=4)]})
    concerned = [check for check in checks if check.marker == "CD3" and check.batch == "A"]
    assert concerned[0].concerns


def test_cells_beyond_what_the_controls_showed_are_counted(alignment: Alignment) -> None:
    cells = sample(GAIN["A"], seed=70)
    bright = Cells(cells.values + np.float32(4), MARKERS, SCALE)
    assert alignment.beyond(cells, "A")["CD4"] == pytest.approx(2, abs=1)
    assert alignment.beyond(bright, "A")["CD4"] > 90
    assert "CAR" not in alignment.beyond(bright, "A")


# ---- what is refused ---------------------------------------------------------------------------------------------------


def test_one_batch_alone_is_refused() -> None:
    with pytest.raises(UserError, match="two batches"):
        fit_alignment({"A": [sample(1.0)]})


def test_a_control_with_hardly_any_cell_is_refused() -> None:
    with pytest.raises(UserError, match="batch B have fewer than 200"):
        fit_alignment({"A": [sample(1.0)], "B": [sample(1.0, n=50)]})


def test_controls_on_different_scales_are_refused() -> None:
    strange = Cells(sample(1.0).values, MARKERS, "raw")
    with pytest.raises(UserError, match="other markers or another scale"):
        fit_alignment({"A": [sample(1.0)], "B": [strange]})


def test_a_batch_without_control_is_refused(alignment: Alignment) -> None:
    with pytest.raises(UserError, match="Batch D has no control; there are controls of A, B, C"):
        alignment.apply(sample(1.0), "D")


def test_cells_on_another_scale_are_refused(alignment: Alignment) -> None:
    with pytest.raises(UserError, match="cells on raw"):
        alignment.apply(Cells(sample(1.0).values, MARKERS, "raw"), "A")


def test_a_marker_that_controls_lack_cannot_be_asked_for() -> None:
    with pytest.raises(UserError, match="no marker CD99"):
        fit_alignment(controls(), markers=["CD99"])


# ---- public controls -----------------------------------------------------------------------------------------------


def public(number: int) -> dict[str, list[Cells]]:
    if not CYTONORM.exists():
        pytest.skip("the public batch controls are not in the shared data")
    found = {}
    for batch in ("021", "028", "034"):
        events = read_fcs(CYTONORM / f"Gates_PTLG{batch}_Unstim_Control_{number}.fcs")
        columns = [
            i
            for i, marker in enumerate(events.markers)
            if marker and not marker.startswith(("BC", "DNA", "bead"))
        ]
        values = asinh(np.take(events.values, columns, axis=1), 5.0)
        found[batch] = [Cells(values, tuple(events.markers[i] for i in columns), SCALE)]
    return found


def test_public_controls_that_were_held_out_come_together() -> None:
    """Fitted on control 1 of three batches, asked of their control 2."""
    checks = check_alignment(fit_alignment(public(1)), public(2))
    before = np.mean([check.distance_before for check in checks])
    after = np.mean([check.distance_after for check in checks])
    assert after < 0.65 * before
    both = [c for c in checks if c.positive_before is not None and c.positive_after is not None]
    by_marker = {check.marker for check in both}
    spread_before = np.mean([np.std([c.positive_before for c in both if c.marker == m]) for m in by_marker])
    spread_after = np.mean([np.std([c.positive_after for c in both if c.marker == m]) for m in by_marker])
    assert spread_after < 0.6 * spread_before
    assert np.mean([bool(check.concerns) for check in checks]) < 0.1
