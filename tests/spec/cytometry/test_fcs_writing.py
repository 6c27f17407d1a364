"""Writing FCS: what stands in the file, large files, and what is refused."""

import flowio
import numpy as np
import pytest

from cartwise.basis import UserError
from cartwise.cytometry.fcs_reading import file_hash, read_fcs
from cartwise.cytometry.fcs_writing import preamble, write_fcs
from tests.spec.cytometry.fcs_crafting import NAMES, VALUES, described

MARKERS = ("", "140Ce_EQ4", "CD8")


def test_another_reader_finds_the_same(tmp_path):
    write_fcs(tmp_path / "a.fcs", VALUES, NAMES, MARKERS, {"$CYT": "Invented", "note": "a\fb"})
    found = flowio.FlowData(tmp_path / "a.fcs")
    np.testing.assert_array_equal(found.as_array(), VALUES)
    assert tuple(found.pnn_labels) == NAMES
    assert tuple(found.pns_labels) == MARKERS
    assert found.pnr_values == [2, 2, 2]
    assert (found.version, found.text["cyt"], found.text["note"]) == ("3.1", "Invented", "a\fb")


def test_the_same_input_gives_the_same_bytes(tmp_path):
    for name in "ab":
        write_fcs(tmp_path / name, VALUES, NAMES, MARKERS, {"note": "x"})
    assert file_hash(tmp_path / "a") == file_hash(tmp_path / "b")
    write_fcs(tmp_path / "b", VALUES.astype(np.float64)[::-1], NAMES, MARKERS, {"note": "x"})
    assert file_hash(tmp_path / "a") != file_hash(tmp_path / "b")


def test_the_data_begin_where_they_can_be_mapped(tmp_path):
    write_fcs(tmp_path / "a.fcs", VALUES, NAMES)
    events = read_fcs(tmp_path / "a.fcs")
    assert int(events.keywords["begindata"]) % 64 == 0
    assert events.warnings == ()


@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("kind", [np.float64, np.int16, ">f4", bool])
def test_other_arrays_are_written_as_numbers(tmp_path, kind, order):
    write_fcs(tmp_path / "a.fcs", np.array(VALUES * 8, kind, order=order), NAMES)
    np.testing.assert_array_equal(read_fcs(tmp_path / "a.fcs").values, np.array(VALUES * 8, kind))


def test_values_that_are_no_numbers_come_back(tmp_path):
    odd = np.array([[np.nan, np.inf, -np.inf], [np.nan, 1, 2]], np.float32)
    write_fcs(tmp_path / "a.fcs", odd, NAMES)
    np.testing.assert_array_equal(read_fcs(tmp_path / "a.fcs").values, odd)


def test_a_file_may_be_written_over_while_its_events_are_in_use(tmp_path):
    path = tmp_path / "a.fcs"
    write_fcs(path, VALUES, NAMES)
    events = read_fcs(path)
    write_fcs(path, np.column_stack([events.values, [1, 2, 3, 4]]), (*NAMES, "label"))
    write_fcs(path, events.values[:2], NAMES)
    np.testing.assert_array_equal(events.values, VALUES)
    np.testing.assert_array_equal(read_fcs(path).values, VALUES[:2])
    assert [file.name for file in tmp_path.iterdir()] == ["a.fcs"]


def test_no_events_at_all_make_a_file(tmp_path):
    write_fcs(tmp_path / "a.fcs", VALUES[:0], NAMES)
    events = read_fcs(tmp_path / "a.fcs")
    assert (events.values.shape, events.warnings) == ((0, 3), ())


def sparse(path, events):
    """A file of `events` events of zeros, written as a hole: its size is real, its bytes take no room."""
    start = preamble(events, len(NAMES), described(np.zeros((events, 0))))
    with path.open("wb") as file:
        file.write(start)
        file.truncate(len(start) + events * len(NAMES) * 4 - 4)
        file.seek(0, 2)
        file.write(np.float32(7).tobytes())
    return start


def test_beyond_eight_digits_the_header_is_zero_and_text_has_the_offsets(tmp_path):
    header = sparse(tmp_path / "large.fcs", 9_000_000)[:58].decode()
    assert header[26:42].split() == ["0", "0"]
    events = read_fcs(tmp_path / "large.fcs")
    assert (len(events), events.values[-1, -1], events.warnings) == (9_000_000, 7.0, ())
    assert int(events.keywords["enddata"]) > 99_999_999


def test_the_last_offset_of_eight_digits_still_stands_in_the_header():
    begin = len(preamble(1, 1, described(VALUES)))
    events = (99_999_999 - begin + 1) // 4
    assert preamble(events, 1, described(VALUES))[34:42] == b"99999999"
    assert preamble(events + 1, 1, described(VALUES))[34:42] == b"       0"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"channels": ("Time", "Time", "Er168Di")}, "stand more than once: Time"),
        ({"channels": ("Time", "", "Er168Di")}, "FCS does not allow: ''"),
        ({"channels": ("Time", "a,b", "Er168Di")}, "FCS does not allow: 'a,b'"),
        ({"channels": ("Time", "Ce140Di ", "Er168Di")}, "FCS does not allow"),
        ({"channels": ("Time",)}, "make no FCS file"),
        ({"markers": ("CD8",)}, "make no FCS file"),
        ({"values": VALUES[0]}, "make no FCS file"),
        (
            {"values": VALUES.astype(np.float64) * 1e300},
            "too large for the single precision of FCS files stand in: Time",
        ),
        ({"values": VALUES.astype(str)}, "numbers"),
        ({"keywords": {"$TOT": "9"}}, "follow from the values and names themselves: $TOT"),
        ({"keywords": {"p2n": "other"}}, "p2n"),
        ({"keywords": {"note": ""}}, "does not allow: 'note'"),
        ({"keywords": {"": "x"}}, "does not allow: ''"),
        ({"keywords": {"note": "x", "$NOTE": "y"}}, "does not allow: 'note'"),
    ],
)
def test_what_makes_no_readable_file_is_refused(tmp_path, change, said):
    given = {"values": VALUES.astype(np.float64), "channels": NAMES} | change
    with pytest.raises(UserError) as caught:
        write_fcs(tmp_path / "a.fcs", **given)
    assert said in str(caught.value)
    assert not (tmp_path / "a.fcs").exists()


def test_a_folder_that_is_not_there_is_one_sentence(tmp_path):
    with pytest.raises(UserError, match=r"^a\.fcs cannot be written"):
        write_fcs(tmp_path / "absent" / "a.fcs", VALUES, NAMES)
