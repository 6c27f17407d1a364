"""A barcoded run is taken apart into its samples, and doublets of two samples belong to neither."""

from itertools import combinations
from pathlib import Path

import numpy as np
import pytest

from cartwise.basis import UserError
from cartwise.cytometry.debarcoding import UNASSIGNED, BarcodeKey, debarcode, read_barcode_key

CATALYST = Path(__file__).resolve().parents[3].parent / "shared" / "data" / "cytometry" / "catalyst"
CHANNELS = ("102", "104", "105", "106", "108", "110")
CODES = np.array([[channel in code for channel in range(6)] for code in combinations(range(6), 3)])
KEY = BarcodeKey(tuple(f"S{number + 1}" for number in range(20)), CHANNELS, CODES)


def barcoded(
    events: int = 8_000, *, doublets: float = 0.0, seed: int = 2, codes: np.ndarray = CODES
) -> tuple[np.ndarray, np.ndarray]:
    """Raw barcode channels and the sample of each event; UNASSIGNED for a doublet of two samples.

    Channels are stained unequally, from 1 to 0.4.
    """
    rng = np.random.default_rng(seed)
    level = np.linspace(1.0, 0.4, codes.shape[1])

    def stained(sample: np.ndarray) -> np.ndarray:
        high = rng.lognormal(np.log(400), 0.3, (events, codes.shape[1])) * level
        return np.where(codes[sample], high, rng.exponential(4, (events, codes.shape[1])))

    first, second = rng.integers(0, len(codes), (2, events))
    together = rng.random(events) < doublets
    values = stained(first) + np.where(together[:, None], stained(second), 0)
    return values.astype(np.float32), np.where(together & (first != second), UNASSIGNED, first)


def test_nearly_every_event_comes_back_to_its_sample_and_none_to_another() -> None:
    values, truth = barcoded()
    found = debarcode(values, KEY)
    assert (found.sample == truth).mean() > 0.97
    assert (found.sample[found.sample != UNASSIGNED] == truth[found.sample != UNASSIGNED]).all()


def test_doublets_of_two_samples_are_not_assigned() -> None:
    values, truth = barcoded(doublets=0.2)
    found = debarcode(values, KEY)
    assert (found.sample[truth == UNASSIGNED] == UNASSIGNED).mean() > 0.97
    assert (found.sample[truth != UNASSIGNED] == truth[truth != UNASSIGNED]).mean() > 0.95


def test_codes_of_unequal_number_are_cut_at_the_widest_gap() -> None:
    codes = np.array([[1, 0, 0, 0], [1, 1, 0, 0], [1, 1, 1, 0], [0, 0, 0, 1]], dtype=bool)
    key = BarcodeKey(("A", "B", "C", "D"), ("1", "2", "3", "4"), codes)
    assert key.positives is None
    values, truth = barcoded(4_000, codes=codes)
    found = debarcode(values, key)
    assert (found.sample == truth).mean() > 0.97


def test_the_account_tells_the_cut_off_of_every_sample_and_what_was_lost_to_what() -> None:
    values, _ = barcoded(doublets=0.2)
    step = debarcode(values, KEY).step
    assert step.before == 8_000
    assert [setting.name for setting in step.settings[:2]] == [
        "S1, separation, lower",
        "S2, separation, lower",
    ]
    assert len(step.densities) == 20
    assert "too little separation" in step.remarks[0]


def test_a_given_separation_is_asked_of_every_sample() -> None:
    values, _ = barcoded()
    found = debarcode(values, KEY, separation=0.6)
    assert (found.cutoffs == 0.6).all()
    assert found.separation[found.sample != UNASSIGNED].min() >= 0.6


def test_an_event_far_from_its_sample_is_not_assigned() -> None:
    values, truth = barcoded()
    values[5] = np.where(CODES[truth[5]], 500_000, 0)
    assert debarcode(values, KEY).sample[5] == UNASSIGNED
    assert debarcode(values, KEY, distance=1e9).sample[5] == truth[5]


def test_an_event_without_barcode_is_not_assigned() -> None:
    values, _ = barcoded()
    values[:10] = 0
    values[10, 0] = np.nan
    assert (debarcode(values, KEY).sample[:11] == UNASSIGNED).all()


def test_a_sample_without_events_stays_empty() -> None:
    values, truth = barcoded()
    found = debarcode(values[truth != 4], KEY)
    assert not (found.sample == 4).any()


def test_few_events_are_debarcoded_with_the_fixed_separation() -> None:
    values, truth = barcoded(60)
    found = debarcode(values, KEY)
    assert (found.cutoffs == 0.3).all()
    assert (found.sample == truth).mean() > 0.9


@pytest.mark.parametrize(
    ("codes", "message"),
    [
        ([[1, 0], [1, 0]], "same code"),
        ([[1, 1], [1, 0]], "a channel that it carries and one that it does not"),
        ([[0, 0], [1, 0]], "a channel that it carries and one that it does not"),
        ([[1, 0]], "codes of shape"),
    ],
)
def test_a_key_that_tells_no_samples_apart_is_refused(codes: list[list[int]], message: str) -> None:
    with pytest.raises(UserError, match=message):
        BarcodeKey(("A", "B"), ("102", "104"), np.array(codes, dtype=bool))


def test_another_number_of_columns_than_the_key_has_is_refused() -> None:
    with pytest.raises(UserError, match="6 barcode channels"):
        debarcode(np.zeros((5, 4), np.float32), KEY)


def test_a_key_is_read_from_a_table_of_ones_and_zeros(tmp_path: Path) -> None:
    path = tmp_path / "key.csv"
    path.write_text(",102,104,105\nA,1,1,0\nB,1,0,1\n", encoding="utf-8")
    key = read_barcode_key(path)
    assert key.samples == ("A", "B")
    assert key.channels == ("102", "104", "105")
    assert key.codes.tolist() == [[True, True, False], [True, False, True]]


@pytest.mark.parametrize(
    ("text", "message"),
    [("", "no table"), (",102,104\nA,1\n", "no table"), (",102,104\nA,1,2\n", "0 and 1 alone")],
)
def test_a_key_that_is_no_such_table_is_refused(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "key.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(UserError, match=message):
        read_barcode_key(path)


def test_a_key_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"absent\.csv cannot be read"):
        read_barcode_key(tmp_path / "absent.csv")


def test_a_public_run_of_twenty_samples_falls_into_twenty_of_like_size() -> None:
    if not CATALYST.exists():
        pytest.skip("the public barcoded run is not in the shared data")
    from cartwise.cytometry.fcs_reading import read_fcs  # noqa: PLC0415  # the other tests need no file

    found = debarcode(
        read_fcs(CATALYST / "sample_ff.fcs").values, read_barcode_key(CATALYST / "sample_key.csv")
    )
    sizes = np.bincount(found.sample[found.sample != UNASSIGNED], minlength=20)
    assert 0.6 < (found.sample != UNASSIGNED).mean() < 0.75
    assert sizes.min() > 500
    assert sizes.max() < 850
    # Read off the histograms: in every sample the doubtful events end and the clear ones begin between these.
    assert ((found.cutoffs > 0.15) & (found.cutoffs < 0.5)).all()
