"""Spillover is measured on single stains and taken out without negative counts."""

from pathlib import Path

import numpy as np
import pytest
from scipy.optimize import nnls

from cartwise.basis import UserError
from cartwise.cytometry.debarcoding import BarcodeKey, debarcode
from cartwise.cytometry.fcs_reading import read_fcs
from cartwise.cytometry.spillover import (
    Spillover,
    compensate,
    estimate_spillover,
    expected_places,
    nonnegative,
)

CATALYST = Path(__file__).resolve().parents[3].parent / "shared" / "data" / "cytometry" / "catalyst"
CHANNELS = ("Nd142Di", "Nd143Di", "Nd144Di", "Gd158Di", "Tb159Di", "Yb174Di", "Lu175Di", "Yb176Di")


def known() -> Spillover:
    matrix = np.eye(8)
    matrix[0, 1], matrix[1, 0], matrix[1, 2], matrix[2, 1] = 0.03, 0.02, 0.015, 0.01
    matrix[0, 3], matrix[1, 4] = 0.02, 0.025  # oxides: 142 + 16, 143 + 16
    matrix[5, 6], matrix[6, 7], matrix[5, 7] = 0.04, 0.05, 0.008
    return Spillover(CHANNELS, matrix)


def single_stains(spillover: Spillover, events: int = 300, seed: int = 3) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    stained = np.repeat(np.arange(8), events)
    pure = np.zeros((len(stained), 8))
    pure[np.arange(len(stained)), stained] = rng.lognormal(np.log(800), 0.3, len(stained))
    background = rng.exponential(1.0, pure.shape)
    return rng.poisson(pure @ spillover.matrix + background).astype(np.float32), stained


def cells(spillover: Spillover, events: int = 2_000, seed: int = 4) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    pure = np.where(rng.random((events, 8)) < 0.4, rng.lognormal(np.log(300), 1, (events, 8)), 0)
    return pure, (pure @ spillover.matrix).astype(np.float32)


def test_a_known_matrix_is_recovered_from_single_stains() -> None:
    values, stained = single_stains(known())
    found = estimate_spillover(values, stained, CHANNELS)
    assert found.matrix == pytest.approx(known().matrix, abs=0.003)


def test_a_background_in_all_channels_is_no_spillover() -> None:
    values, stained = single_stains(known())
    assert estimate_spillover(values + 25, stained, CHANNELS).matrix == pytest.approx(
        known().matrix, abs=0.003
    )


def test_nothing_is_filled_in_where_nothing_can_spill() -> None:
    values, stained = single_stains(known())
    values[stained == 0, 6] += 100
    assert estimate_spillover(values, stained, CHANNELS).matrix[0, 6] == 0


def test_events_of_unknown_stain_are_left_aside() -> None:
    values, stained = single_stains(known())
    strange = np.full((500, 8), 5_000, np.float32)
    found = estimate_spillover(
        np.vstack([values, strange]), np.concatenate([stained, np.full(500, -1)]), CHANNELS
    )
    assert found.matrix == pytest.approx(estimate_spillover(values, stained, CHANNELS).matrix)


def test_a_stain_with_hardly_any_event_spills_nowhere_as_far_as_is_known() -> None:
    values, stained = single_stains(known())
    keep = (stained != 1) | (np.arange(len(stained)) % 300 < 5)
    found = estimate_spillover(values[keep], stained[keep], CHANNELS)
    assert found.matrix[1].tolist() == np.eye(8)[1].tolist()


def test_neighbours_oxides_and_isotopes_are_where_spillover_is_expected() -> None:
    expected = expected_places(CHANNELS)
    assert expected[CHANNELS.index("Nd142Di"), CHANNELS.index("Gd158Di")]  # oxide
    assert not expected[CHANNELS.index("Gd158Di"), CHANNELS.index("Nd142Di")]
    assert expected[CHANNELS.index("Yb174Di"), CHANNELS.index("Yb176Di")]  # isotope
    assert expected[CHANNELS.index("Lu175Di"), CHANNELS.index("Yb174Di")]  # neighbour
    assert not expected[CHANNELS.index("Nd142Di"), CHANNELS.index("Yb174Di")]
    assert not expected.diagonal().any()


def test_compensation_gives_back_what_was_there_before_spillover() -> None:
    pure, measured = cells(known())
    assert compensate(measured, CHANNELS, known()) == pytest.approx(pure, rel=1e-4, abs=0.02)


def test_compensation_is_the_non_negative_least_squares_solution() -> None:
    _, measured = cells(known(), 200)
    noisy = np.maximum(measured + np.random.default_rng(5).normal(0, 8, measured.shape), 0).astype(np.float32)
    found = compensate(noisy, CHANNELS, known())
    slow = np.array([nnls(known().matrix.T, row)[0] for row in noisy.astype(float)])
    assert (slow == 0).any()
    assert found == pytest.approx(slow, rel=1e-4, abs=0.01)


def test_the_solution_does_not_depend_on_the_size_of_the_blocks() -> None:
    _, measured = cells(known(), 500)
    assert np.allclose(
        nonnegative(measured, known().matrix, block=7), nonnegative(measured, known().matrix), atol=0.01
    )


def test_other_channels_and_the_files_order_are_kept() -> None:
    pure, measured = cells(known(), 100)
    order = [3, 1, 0, 2, 7, 6, 5, 4]
    values = np.hstack([np.arange(100, dtype=np.float32)[:, None], measured[:, order]])
    channels = ("Time", *(f"({CHANNELS[i][:2]}{CHANNELS[i][2:5]})Di" for i in order))
    found = compensate(values, channels, known())
    assert np.array_equal(found[:, 0], values[:, 0])
    assert found[:, 1:] == pytest.approx(pure[:, order], rel=1e-4, abs=0.02)


def test_the_measured_values_are_not_changed() -> None:
    _, measured = cells(known(), 50)
    before = measured.copy()
    compensate(measured, CHANNELS, known())
    assert np.array_equal(measured, before)


@pytest.mark.parametrize(
    ("matrix", "message"),
    [
        (np.eye(3), "shape"),
        (np.array([[1, -0.1], [0, 1]]), "numbers from 0"),
        (np.array([[1, np.nan], [0, 1]]), "numbers from 0"),
        (np.array([[0.9, 0.1], [0, 1]]), "1 on its diagonal"),
        (np.array([[1.0, 1.0], [1.0, 1.0]]), "made up of the others"),
    ],
)
def test_a_matrix_that_is_no_spillover_is_refused(matrix: np.ndarray, message: str) -> None:
    with pytest.raises(UserError, match=message):
        Spillover(("Nd142Di", "Nd143Di"), matrix)


def test_a_matrix_of_another_panel_is_refused() -> None:
    with pytest.raises(UserError, match="another panel"):
        compensate(np.zeros((2, 1), np.float32), ("Bi209Di",), known())


def test_a_value_that_is_no_number_is_refused() -> None:
    with pytest.raises(UserError, match="no number"):
        compensate(np.full((2, 1), np.nan, np.float32), ("Nd142Di",), known())


def test_a_channel_without_mass_has_no_spillover() -> None:
    with pytest.raises(UserError, match="Time shows no metal"):
        expected_places(("Time", "Nd142Di"))


def test_too_few_single_stains_are_refused() -> None:
    with pytest.raises(UserError, match="Too few single-stained"):
        estimate_spillover(np.ones((4, 8), np.float32), np.arange(4), CHANNELS)


def test_public_single_stained_beads_lose_their_spillover() -> None:
    """Channel 138 and others carry no stain there; what the beads show beside their own metal falls to a tenth."""
    if not CATALYST.exists():
        pytest.skip("the public single stains are not in the shared data")
    events = read_fcs(CATALYST / "ss_exp.fcs")
    stained_channels = [
        i
        for i, name in enumerate(events.channels)
        if int(name[2:5]) == 139 or 141 <= int(name[2:5]) <= 156 or (158 <= int(name[2:5]) <= 176)
    ]
    key = BarcodeKey(
        tuple(events.channels[i] for i in stained_channels),
        tuple(events.channels[i] for i in stained_channels),
        np.eye(len(stained_channels), dtype=bool),
    )
    found = debarcode(events.values[:, stained_channels], key)
    assigned = found.sample >= 0
    assert assigned.mean() > 0.8
    stained = np.where(assigned, np.array(stained_channels)[found.sample], -1)
    spillover = estimate_spillover(events.values, stained, events.channels)
    compensated = compensate(events.values, events.channels, spillover)
    into = expected_places(events.channels)
    before = after = 0.0
    for column in stained_channels:
        own = stained == column
        before += float(np.median(events.values[own][:, into[column]], axis=0).sum())
        after += float(np.median(compensated[own][:, into[column]], axis=0).sum())
    assert before > 100
    assert after < 0.1 * before
    assert spillover.matrix[~np.eye(len(events.channels), dtype=bool)].max() < 0.2


def test_public_cells_keep_their_counts_but_for_what_spilled() -> None:
    if not CATALYST.exists():
        pytest.skip("the public cells are not in the shared data")
    events = read_fcs(CATALYST / "mp_cells.fcs")
    matrix = np.eye(len(events.channels)) + 0.02 * expected_places(events.channels)
    found = compensate(events.values, events.channels, Spillover(events.channels, matrix))
    slow = np.array([nnls(matrix.T, row)[0] for row in events.values[:100].astype(float)])
    assert found[:100] == pytest.approx(slow, rel=1e-3, abs=0.05)
    assert (found >= 0).all()
