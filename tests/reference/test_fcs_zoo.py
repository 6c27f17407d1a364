"""Real and malformed FCS files of many instruments: numbers held against FlowIO's raw reading and fcsparser's tests.

Vouchers: FlowIO 1.4 (`preprocess=False`) reads most files on its own; for those it cannot read, and for seven makes
of instrument, the first event as the tests of fcsparser (MIT) have it.
"""

import warnings
from pathlib import Path

import flowio
import numpy as np
import pytest

from cartwise.basis import UserError
from cartwise.cytometry.fcs_reading import read_fcs

DATA = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "cytometry"
MAKES = DATA / "fcs_zoo" / "fcsparser" / "FlowCytometers"
FILES = sorted(path for path in DATA.rglob("*") if path.suffix.lower() in {".fcs", ".lmd"})

pytestmark = pytest.mark.skipif(
    not FILES, reason="the shared folder of cytometry files is not beside this repository"
)

REFUSED = {
    "corrupted.fcs": "does not begin with the 58 bytes",
    "sample_header.fcs": "the file ends at byte 3,931",
}

# What FlowIO cannot read: 3-byte integers, and blank offsets in the HEADER.
BEYOND_FLOWIO = {"Cytek_xP5.fcs", "fake_large_fcs.fcs"}

NOT_UTF8 = "TEXT holds bytes that are not UTF-8"
ONE_BEYOND = "is one beyond the last event"
MASKED = "Bits beyond the range"
TWO_PLACES = "which agrees with $TOT and the size of the file"

# How the first remark on a file goes; every other file is read without one.
REMARKS = {
    "130515_C2_stim_CD19-.fcs": NOT_UTF8,
    "3FITC_4PE_004.fcs": NOT_UTF8,
    "Sample_Well_A02.fcs": NOT_UTF8,
    "data1.fcs": NOT_UTF8,
    "coulter.lmd": "more than one data set",
    "data_start_offset_discrepancy_example.fcs": "lies within TEXT",
    "data_stop_offset_discrepancy_example.fcs": TWO_PLACES,
    "variable_int_example.fcs": MASKED,
    "fcs1_cleaned.lmd": MASKED,
    "EY_2013-07-19_PBS_FCS_3.1_Custom_Add_Well_A1.001.fcs": ONE_BEYOND,
    "EY_2013-07-19_PBS_FCS_3.1_Custom_Without_Add_Well_A1.001.fcs": ONE_BEYOND,
    "EY_2013-07-19_PBS_FCS_3.1_Well_A1.001.fcs": ONE_BEYOND,
    "SG_2014-09-26_Duplicate_Names.fcs": ONE_BEYOND,
    "cyflow_cube_8.fcs": "There is no TEXT where",
    "fake_large_fcs.fcs": "HEADER does not say",
}

# The beginning of the first event, by the tests of fcsparser (test_fcs_reader.py), to the digits printed there.
FIRST_EVENTS = {
    "MiltenyiBiotec/FCS2.0/EY_2013-07-19_PBS_FCS_2.0_Custom_Without_Add_Well_A1.001.fcs": (
        (1.60764902830123901367e-03, 1.46554875373840332031, 2.03116130828857421875, 360.766235351562500),
        10_000,
    ),
    "MiltenyiBiotec/FCS3.0/FCS3.0_Custom_Compatible.fcs": (
        (49.9655876159667968750, -178.884857177734375, 353.545867919921875, -66318.96875),
        10_000,
    ),
    "MiltenyiBiotec/FCS3.1/EY_2013-07-19_PBS_FCS_3.1_Well_A1.001.fcs": (
        (1.2572854e-05, 3.3333333e-04, 3.3333333e-04, 8.3999999e-02),
        10_000,
    ),
    "HTS_BD_LSR-II/HTS_BD_LSR_II_Mixed_Specimen_001_D6_D06.fcs": (
        (-28531.25, 10.0, 0.0, 700.149963378906250),
        14_945,
    ),
    "Fortessa/FCS_3.0_Fortessa_PBS_Specimen_001_A1_A01.fcs": (
        (1312.84997558593750, 560.0, 153640.96875),
        11_585,
    ),
    "fake_large_fcs/fake_large_fcs.fcs": ((1312.84998, 560.0, 153640.969, 1472.63989), 11_585),
    "Cytek_xP5/Cytek_xP5.fcs": ((0.0, 286.0, 164.0, 154.0, 54.0, 470.0, 1023.0, 770.0), 23_126),
}


def name_of(path: Path) -> str:
    return str(path.relative_to(DATA))


def by_flowio(path: Path) -> flowio.FlowData:
    """FlowIO's reading of the first data set, told to overlook the offsets that it would stop at."""
    overlooking = {"ignore_offset_error": True, "ignore_offset_discrepancy": True}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return flowio.FlowData(path, nextdata_offset=0, **overlooking)


READ = [path for path in FILES if path.name not in REFUSED]


@pytest.mark.parametrize("path", [path for path in READ if path.name not in BEYOND_FLOWIO], ids=name_of)
def test_every_file_is_read_as_flowio_reads_it(path):
    events, other = read_fcs(path), by_flowio(path)
    np.testing.assert_array_equal(events.values, other.as_array(preprocess=False).astype(np.float32))
    assert list(events.channels) == [name.strip() for name in other.pnn_labels]
    assert list(events.markers) == [name.strip() for name in other.pns_labels]


@pytest.mark.parametrize("path", READ, ids=name_of)
def test_what_is_odd_about_a_file_is_said(path):
    said = read_fcs(path).warnings
    assert bool(said) == (path.name in REMARKS)
    assert not said or REMARKS[path.name] in said[0]


@pytest.mark.parametrize(("place", "known"), FIRST_EVENTS.items())
def test_the_first_events_are_those_that_fcsparser_knows(place, known):
    first, count = known
    events = read_fcs(MAKES / place)
    assert len(events) == count
    np.testing.assert_allclose(events.values[0, : len(first)], first, rtol=5e-7)


@pytest.mark.parametrize(("name", "reason"), REFUSED.items())
def test_two_files_are_refused_with_their_reason(name, reason):
    found = [path for path in FILES if path.name == name]
    assert len(found) == 1
    with pytest.raises(UserError, match=reason):
        read_fcs(found[0])


def test_all_files_but_two_are_read():
    zoo = [path for path in FILES if "fcs_zoo" in path.parts]
    assert len(zoo) >= 30
    assert sum(path.name in REFUSED for path in zoo) == 2
