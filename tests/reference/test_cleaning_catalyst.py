"""Cleaning on public raw files, and normalisation against the published formula written out slowly.

Vouched for by: Finck et al., Cytometry A 2013;83A:483-494 (the formula). The files come with CATALYST (GPL, read at
test time only) and cytofQC; CATALYST itself cannot run here, so its numbers are not compared.
"""

from pathlib import Path

import numpy as np
import pytest

from cartwise.cytometry.bead_normalisation import normalise
from cartwise.cytometry.cleaning import clean
from cartwise.cytometry.cleaning_columns import columns_from
from cartwise.cytometry.events import Events
from cartwise.cytometry.fcs_reading import read_fcs
from cartwise.cytometry.panel import Channel, Panel

DATA = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "cytometry"
RAW = tuple(DATA / "catalyst" / "raw_data" / f"raw_data_{number}.fcs" for number in (1, 2))
CYTOFQC = DATA / "cytofQC" / "raw_cytof.fcs"
GAUSSIAN = "Event_length Center Offset Width Residual"


def panel(**roles: str) -> Panel:
    channels = [
        Channel(name, "", "CD45" if name == "Y89Di" else "", (role,))
        for role, names in roles.items()
        for name in names.split()
    ]
    return Panel("public", "1", 5, tuple(channels))


DVS = panel(
    time="Time",
    Gaussian=GAUSSIAN,
    DNA="Ir191Di Ir193Di",
    bead="Ce140Di Eu151Di Eu153Di Ho165Di Lu175Di",
    viability="Pt195Di",
)
HELIOS = panel(
    time="Time",
    Gaussian=GAUSSIAN,
    DNA="Ir191Di Ir193Di",
    bead="Ce140Di Ce142Di Ho165Di Lu175Di",
    viability="Rh103Di",
    lineage="Y89Di",
)


def read(path: Path) -> Events:
    if not path.exists():
        pytest.skip(f"{path.name} is not in the shared data")
    return read_fcs(path)


def by_the_formula(
    values: np.ndarray, time: np.ndarray, beads: np.ndarray, columns: list[int], window: int
) -> np.ndarray:
    """Factor of every event, one at a time (Finck et al. 2013, Methods)."""
    order = sorted(np.flatnonzero(beads).tolist(), key=lambda event: time[event])
    half = window // 2
    mean = [float(np.mean([values[event, column] for event in order])) for column in columns]
    slopes = []
    for place in range(len(order)):
        middle = min(max(place, half), len(order) - 1 - half)
        local = order[middle - half : middle + half + 1]
        smooth = [float(np.median([values[event, column] for event in local])) for column in columns]
        slopes.append(sum(s * m for s, m in zip(smooth, mean, strict=True)) / sum(s * s for s in smooth))
    return np.interp(time, [time[event] for event in order], slopes)


def test_normalisation_is_the_published_formula() -> None:
    rng = np.random.default_rng(5)
    values = rng.gamma(20, 50, (900, 4)).astype(np.float32)
    time = rng.permutation(900).astype(np.float32)
    beads = rng.random(900) < 0.3
    found = normalise(values, time, beads, [0, 1, 2], [0, 1, 2, 3], window=41)
    expected = by_the_formula(values.astype(float), time, beads, [0, 1, 2], 41)
    assert found.window == 41
    assert found.factors == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize("path", RAW, ids=lambda path: path.stem)
def test_beads_of_a_public_file_are_flat_after_a_drift_that_was_laid_on_it(path: Path) -> None:
    events = read(path)
    columns = columns_from(DVS, events.channels)
    time = events.values[:, columns.time]
    drift = 1 - 0.4 * (time - time.min()) / np.ptp(time)
    values = np.array(events.values)
    values[:, list(columns.mass)] *= drift[:, None].astype(np.float32)
    found = clean(Events(values, events.channels, events.markers), columns)
    beads = (np.arcsinh(values[:, list(columns.beads.values())] / 5).min(axis=1) > 5) & (
        values[:, columns.dna[0]] < 5
    )
    bead_column = columns.beads["Ce140Di"]
    at = np.flatnonzero(beads)[np.argsort(time[beads], kind="stable")]
    parts = np.array_split(at, 3)
    before = [np.median(values[part, bead_column]) for part in parts]
    after = [np.median(found.values[part, bead_column]) for part in parts]
    assert max(before) / min(before) > 1.15
    # Some 50 to 90 beads a file: half a window at either end keeps its drift.
    assert max(after) / min(after) < 1.10


@pytest.mark.parametrize(("path", "beads"), [(RAW[0], 98), (RAW[1], 59)], ids=["raw_data_1", "raw_data_2"])
def test_events_with_a_bead_are_those_in_the_empty_space_above_the_cells(path: Path, beads: int) -> None:
    events = read(path)
    columns = columns_from(DVS, events.channels)
    account = {step.name: step for step in clean(events, columns).steps}["bead removal"]
    weakest = np.arcsinh(events.values[:, list(columns.beads.values())] / 5).min(axis=1)
    # No event lies between 3 and 6: any threshold in there gives the same beads.
    assert not ((weakest > 3) & (weakest < 6)).any()
    assert account.before - account.after == beads == (weakest > 4).sum()


def test_a_helios_file_is_cleaned_to_single_living_leukocytes() -> None:
    events = read(CYTOFQC)
    columns = columns_from(HELIOS, events.channels)
    found = clean(events, columns)
    raw = events.values[found.keep]
    # Read off the file's own plots: DNA between the debris and the shoulder of doublets, no bead, little rhodium.
    dna = np.arcsinh(raw[:, list(columns.dna)] / 5).mean(axis=1)
    assert 5.5 < dna.min() < 6.4
    assert 7.0 < dna.max() < 7.6
    assert np.arcsinh(raw[:, list(columns.beads.values())] / 5).min(axis=1).max() < 2
    assert np.median(raw[:, columns.cd45]) > 100
    assert 0.6 < found.keep.mean() < 0.8
