"""The separation plot: the yield at a cut-off is the part of a barcode's events that would stay."""

import numpy as np
import pytest

from cartwise.cytometry import BarcodeKey, debarcode
from cartwise.reports import write_separation
from cartwise.reports.cytometry_barcodes import assigned, yields

CODES = np.array([[1, 1, 0], [1, 0, 1], [0, 1, 1]], dtype=bool)
KEY = BarcodeKey(("A1", "A2", "A3"), ("102", "104", "105"), CODES)


@pytest.fixture(scope="module")
def found():
    """Two barcodes with events, and one that no event carries."""
    rng = np.random.default_rng(4)
    carried = CODES[rng.integers(0, 2, 2_000)]
    high, low = rng.lognormal(np.log(400), 0.3, carried.shape), rng.exponential(3, carried.shape)
    return debarcode(np.where(carried, high, low).astype(np.float32), KEY)


def test_yield_falls_from_all_events_to_none_and_counts_what_is_at_or_above(found):
    for place in (0, 1):
        picture = found.step.densities[place]
        curve = yields(picture)
        assert (curve[0], curve[-1]) == (100, 0)
        assert list(curve) == sorted(curve, reverse=True)
        middle = len(picture.counts) // 2
        assert curve[middle] == pytest.approx(100 * sum(picture.counts[middle:]) / sum(picture.counts))


def test_a_barcode_without_events_has_no_yield_and_is_drawn(found, tmp_path):
    assert yields(found.step.densities[2]) == ()
    assert assigned(found)[2] == 0
    assert sum(assigned(found)) == found.step.after
    drawn = write_separation(found, tmp_path / "s.svg", invented=False).read_text(encoding="utf-8")
    assert "no events" in drawn
    assert "A3" in drawn
    assert "Invented data" not in drawn


def test_the_same_run_is_drawn_in_the_same_bytes(found, tmp_path):
    one, other = (write_separation(found, tmp_path / name, invented=True) for name in ("1.svg", "2.svg"))
    assert one.read_bytes() == other.read_bytes()
    assert "Invented data" in one.read_text(encoding="utf-8")
