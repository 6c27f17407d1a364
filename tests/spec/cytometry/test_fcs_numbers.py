"""How numbers are stored in FCS files: integers of any width, both byte orders, single and double precision."""

import numpy as np
import pytest

from tests.spec.cytometry.fcs_crafting import VALUES, described, file_of, read

ORDERS = {"little": "1,2,3,4", "big": "4,3,2,1"}


def packed(table, widths, order):
    """The bytes of unsigned integers, value by value: the slow way, as reference."""
    return b"".join(int(v).to_bytes(w, order) for row in table for v, w in zip(row, widths, strict=True))


def integer_file(table, widths, order, upper=None, **more):
    keywords = described(table, DATATYPE="I", BYTEORD=ORDERS[order], **more)
    for n, width in enumerate(widths, 1):
        keywords |= {f"$P{n}B": str(8 * width), f"$P{n}R": str(upper or 256**width)}
    return file_of(keywords, packed(table, widths, order))


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize(
    "widths", [(w, w, w) for w in range(1, 9)] + [(1, 2, 4), (2, 2, 4), (8, 3, 1), (4, 4, 2)]
)
def test_integers_of_every_width_are_read(tmp_path, widths, order):
    table = np.array([[0, 1, 255], [200, 7, 128], [3, 254, 0]])
    events = read(tmp_path, integer_file(table, widths, order))
    np.testing.assert_array_equal(events.values, table)
    assert events.warnings == ()


@pytest.mark.parametrize("order", ORDERS)
def test_every_byte_of_a_wide_integer_counts(tmp_path, order):
    table = np.array([[0x010203, 0xABCDEF, 0xFFFFFF]])
    np.testing.assert_array_equal(read(tmp_path, integer_file(table, (3, 3, 3), order)).values, table)
    np.testing.assert_array_equal(read(tmp_path, integer_file(table, (4, 3, 8), order)).values, table)


# Range ($PnR), number in the file, number read: bits beyond the power of two that holds the range are masked.
MASKS = [
    ("1024", 1023, 1023),
    ("1024", 1024, 0),
    ("1024", 0xFC05, 5),
    ("1000", 1010, 1010),
    ("1025", 1024, 1024),
    ("1024.0", 1025, 1),
    ("65536", 65535, 65535),
    ("4294967296", 65535, 65535),
]


@pytest.mark.parametrize(("upper", "stored", "expected"), MASKS)
def test_bits_beyond_the_range_are_masked_and_said(tmp_path, upper, stored, expected):
    table = np.array([[stored, 1, 1], [1, 1, 1]])
    events = read(tmp_path, integer_file(table, (2, 2, 2), "little", upper=upper))
    assert events.values[0].tolist() == [expected, 1, 1]
    assert bool(events.warnings) == (stored != expected)
    if stored != expected:
        assert "set in 1 values and were masked, as the standard says: Time." in events.warnings[0]


@pytest.mark.parametrize("upper", ["0", "1", "none", "inf", " "])
def test_a_range_of_no_use_masks_nothing_and_is_said(tmp_path, upper):
    table = np.array([[60_000, 1, 2]])
    events = read(tmp_path, integer_file(table, (2, 2, 2), "little", upper=upper))
    np.testing.assert_array_equal(events.values, table)
    assert "without a usable range" in events.warnings[0]


def test_integers_too_long_for_single_precision_are_said(tmp_path):
    table = np.array([[2**24, 1, 2], [2**24 + 1, 3, 4]])
    events = read(tmp_path, integer_file(table, (4, 4, 4), "little"))
    assert events.values[1, 0] == 2**24
    assert events.warnings == ("1 integers above 16,777,216 keep about 7 digits (single precision): Time.",)


@pytest.mark.parametrize("begin", [4096, 4097, 4098, 4099])
@pytest.mark.parametrize(("stored", "order"), [("<f4", "1,2,3,4"), (">f4", "4,3,2,1")])
def test_single_precision_is_read_bit_for_bit_wherever_it_begins(tmp_path, stored, order, begin):
    awkward = np.array([[1e-45, -0.0, 3.4028235e38], [0.1, -1.5, 262143]], np.float32)
    content = file_of(described(awkward, BYTEORD=order), awkward.astype(stored).tobytes(), begin=begin)
    events = read(tmp_path, content)
    assert events.values.tobytes() == awkward.tobytes()
    assert events.warnings == ()


def test_double_precision_is_rounded_and_said(tmp_path):
    table = np.array([[0.1, 1e300, 3.0], [1 / 3, 2.0, -1e300]])
    content = file_of(described(table, bits=64, DATATYPE="D"), table.astype("<f8").tobytes())
    events = read(tmp_path, content)
    assert events.values[0, 0] == np.float32(0.1)
    assert np.isposinf(events.values[0, 1])
    assert events.warnings == (
        "Values stored in double precision were rounded to single (about 7 digits).",
        "Values too large for single precision became infinite: Ce140Di, Er168Di.",
        "2 values are not a finite number (NaN or infinite) and were kept so: Ce140Di, Er168Di.",
    )


@pytest.mark.parametrize("order", ["<", ">"])
def test_channels_with_a_data_type_of_their_own_are_read(tmp_path, order):
    table = np.array(
        [(70_000, 0.5, 2.25), (3, -1.0, 1e9)], [("a", order + "u4"), ("b", order + "f4"), ("c", order + "f8")]
    )
    keywords = described(
        table,
        BYTEORD="1,2,3,4" if order == "<" else "4,3,2,1",
        P1DATATYPE="I",
        P3DATATYPE="D",
        P3B="64",
        P1R="131072",
    )
    events = read(tmp_path, file_of(keywords, table.tobytes(), version="3.2"))
    np.testing.assert_array_equal(events.values, [[70_000, 0.5, 2.25], [3, -1.0, 1e9]])
    assert len(events.warnings) == 1


def test_values_that_are_no_numbers_are_kept_and_said(tmp_path):
    odd = VALUES.copy()
    odd[2, 1], odd[3, 1], odd[0, 2] = np.nan, np.inf, -np.inf
    events = read(tmp_path, file_of(data=odd.tobytes()))
    np.testing.assert_array_equal(events.values, odd)
    assert events.warnings == (
        "3 values are not a finite number (NaN or infinite) and were kept so: Ce140Di, Er168Di.",
    )


def test_more_than_one_block_is_read(tmp_path):
    table = np.random.default_rng(1).normal(size=(700_000, 3)).astype(np.float32)
    content = file_of(described(table, BYTEORD="4,3,2,1"), table.astype(">f4").tobytes())
    np.testing.assert_array_equal(read(tmp_path, content).values, table)
