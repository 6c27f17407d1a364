"""Ten overlapping T-cell subsets of a real sample (HIPC, Stanford 1228): the default rule against the published ones.

Voucher: the manual gates of the sample. The shared folder has its cells and not its gates; the file `W2_1_clust.csv`
of the public project CytOpT (sistm) has them, one gate a cell in the same order.
"""

import os
from pathlib import Path

import numpy as np
import pytest

from cartwise.cytometry.fcs_reading import read_fcs
from cartwise.cytometry.reference import Reference
from cartwise.cytometry.rules import RULES


@pytest.fixture(scope="module")
def subsets(shared: Path) -> tuple[np.ndarray, np.ndarray]:
    gates = Path(os.environ.get("CARTWISE_HIPC_GATES", ""))
    if not gates.is_file():
        pytest.skip(
            "set CARTWISE_HIPC_GATES to the file with the manual gates of sample 1228 (W2_1_clust.csv)"
        )
    events = read_fcs(shared / "data" / "cytometry" / "hipc_tcell" / "Stanford_1228_1A.fcs")
    return events.values / np.float32(500), np.loadtxt(gates, delimiter=",", skiprows=1, usecols=1, dtype=int)


def halves(labels: np.ndarray, seed: int) -> np.ndarray:
    """True for one half of each population."""
    rng = np.random.default_rng(seed)
    chosen = np.zeros(len(labels), bool)
    for name in np.unique(labels):
        mine = rng.permutation(np.flatnonzero(labels == name))
        chosen[mine[: len(mine) // 2]] = True
    return chosen


def test_the_default_is_five_points_better_than_both_published_rules(subsets):
    values, labels = subsets
    accuracy = {rule: [] for rule in RULES}
    for seed in range(5):
        one = halves(labels, seed)
        for rule in RULES:
            found = Reference.fit(values[one], labels[one], rule=rule).classify(values[~one]).assigned
            accuracy[rule].append((found.astype(int) == labels[~one]).mean())
    mean = {rule: np.mean(found) for rule, found in accuracy.items()}
    assert mean["gaussian"] > max(mean["good2018"], mean["tidytof"]) + 0.05
