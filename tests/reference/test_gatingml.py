"""Gates of GatingML 2.0: every gate of the compliance suite, on its reference file.

Voucher: the suite's own result files (Results_*.txt, one membership an event, as FlowKit's repository carries them). All memberships were
held against them once, event by event; the counts are kept here. `myEllipse2` and `ParRectangle1` have no result file there and no
number here.
"""

from pathlib import Path

import numpy as np
import pytest

from cartwise.basis import UserError
from cartwise.cytometry.flowjo import gatingml_populations

ZOO = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "cytometry" / "fcs_zoo" / "FlowKit"

pytest.importorskip("flowkit", reason="the extra `flowjo` is not installed")
pytestmark = pytest.mark.skipif(
    not ZOO.is_dir(), reason="the public cytometry files (../shared) are not here"
)

VOUCHED = {
    "And1": 561,
    "And2": 12,
    "And3": 120,
    "And4": 120,
    "Not1": 13164,
    "Or1": 1983,
    "Or2": 8283,
    "Ellipse1": 203,
    "Polygon1": 1582,
    "Polygon2": 183,
    "Polygon3NS": 1325,
    "Polygon4": 716,
    "FL2N-FL4N": 5148,
    "FL2N-FL4P": 238,
    "FL2P-FL4N": 7361,
    "FL2P-FL4P": 620,
    "FSCD-FL1P": 2978,
    "FSCD-SSCN-FL1N": 755,
    "FSCN-SSCN": 398,
    "FSCN-SSCP-FL1P": 59,
    "FSCP-SSCN-FL1N": 96,
    "Range1": 440,
    "Range2": 4710,
    "RatRange1": 7679,
    "RatRange1a": 7865,
    "RatRange2": 3398,
    "Rectangle1": 252,
    "Rectangle2": 252,
    "Rectangle3": 6446,
    "Rectangle4": 1275,
    "Rectangle5": 1303,
    "ScaleRange1": 8425,
    "ScaleRange2": 850,
    "ScaleRange3": 3181,
    "ScaleRange4": 2509,
    "ScaleRange5": 1840,
    "ScaleRange6": 8351,
    "ScaleRange1c": 6916,
    "ScaleRange2c": 789,
    "ScaleRange3c": 2309,
    "ScaleRange4c": 1873,
    "ScaleRange5c": 1436,
    "ScaleRange6c": 4113,
    "ScaleRange7c": 12478,
    "ScaleRange8c": 6263,
    "ScaleRect1": 809,
    "ParAnd2": 12,
    "ParAnd3": 120,
    "ScalePar1": 558,
}


@pytest.fixture(scope="module")
def all_gates():
    return gatingml_populations(ZOO / "gml" / "gml_all_gates.xml", ZOO / "data1.fcs")


def test_every_gate_of_the_suite_holds_the_events_it_should(all_gates):
    assert {name: all_gates.count(name) for name in VOUCHED} == VOUCHED


def test_the_names_of_gates_become_the_names_of_populations_with_their_parents(all_gates):
    assert set(all_gates.populations) == set(VOUCHED)
    assert all_gates.parents["ScalePar1"] == "ScaleRect1"
    assert [step.name for step in all_gates.steps] == list(all_gates.populations)


def test_a_gate_under_a_quadrant_has_the_quadrant_for_a_parent():
    found = gatingml_populations(ZOO / "gml" / "gml_parent_quadrant_rect_gate.xml", ZOO / "data1.fcs")
    assert found.parents["ParRectangle1"] == "FL2P-FL4P"
    assert not (found.populations["ParRectangle1"] & ~found.populations["FL2P-FL4P"]).any()


def test_quadrants_part_all_events(all_gates):
    quadrants = ("FL2N-FL4N", "FL2N-FL4P", "FL2P-FL4N", "FL2P-FL4P")
    assert (np.sum([all_gates.populations[name] for name in quadrants], axis=0) == 1).all()


def test_what_is_no_gatingml_or_asks_for_an_absent_channel_is_told(tmp_path):
    (tmp_path / "other.xml").write_text("<gates/>", encoding="utf-8")
    with pytest.raises(UserError, match=r"other\.xml cannot be read as GatingML 2\.0"):
        gatingml_populations(tmp_path / "other.xml", ZOO / "data1.fcs")
    with pytest.raises(UserError, match="is not found as a channel"):
        gatingml_populations(ZOO / "gml" / "gml_rect1_gate.xml", ZOO / "test_data_diamond_01.fcs")
