"""FlowJo's gates give FlowJo's counts, within half a percent.

Voucher: FlowJo 10 itself, whose counts stand in the workspaces and, event by event, in gatingResult.csv (public files of FlowSOM and
FlowKit; read at test time, nothing of them is kept here).
"""

from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from cartwise.basis import UserError
from cartwise.cytometry.flowjo import flowjo_populations

DATA = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "cytometry"
MOUSE, ZOO = DATA / "flowsom", DATA / "fcs_zoo" / "FlowKit"

pytest.importorskip("flowkit", reason="the extra `flowjo` is not installed")
pytestmark = pytest.mark.skipif(
    not DATA.is_dir(), reason="the public cytometry files (../shared) are not here"
)


@pytest.fixture(scope="module")
def mouse():
    return flowjo_populations(MOUSE / "gating.wsp", MOUSE / "68983.fcs")


def test_every_gate_of_a_workspace_has_flowjos_name_and_its_count_within_half_a_percent(mouse):
    assert len(mouse.counted) == len(mouse.populations) == 15
    for name, there in mouse.counted.items():
        assert abs(mouse.count(name) - there) <= 0.005 * there, name
    assert not any(step.remarks for step in mouse.steps)


def test_gates_nest_as_they_were_drawn(mouse):
    assert mouse.parents["Lymphocytes"] == ""
    assert mouse.parents["CD4 T cells"] == "ab T cells"
    for name, parent in mouse.parents.items():
        if parent:
            assert not (mouse.populations[name] & ~mouse.populations[parent]).any()


def test_events_fall_into_the_gates_that_flowjo_put_them_in(mouse):
    labels = np.array((MOUSE / "gatingResult.csv").read_text(encoding="utf-8").replace('"', "").split("\n"))
    labels = labels[labels != ""]
    assert len(labels) == len(mouse.populations["B cells"])
    for name in set(Counter(labels)) & set(mouse.populations):
        agree = np.mean((labels == name) == mouse.populations[name])
        assert agree >= 0.999, name


@pytest.mark.parametrize(
    ("workspace", "fcs", "gates"),
    [
        ("simple_diamond_example_quad_gate.wsp", "test_data_diamond_01.fcs", 4),
        ("test_data_diamond_asinh_rect.wsp", "test_data_diamond_01.fcs", 1),
        ("test_data_diamond_asinh_rect2.wsp", "test_data_diamond_01.fcs", 1),
        ("test_data_diamond_biex_rect.wsp", "test_data_diamond_01.fcs", 1),
        ("single_ellipse_51_events.wsp", "data_set_simple_line_100.fcs", 1),
    ],
)
def test_quadrants_transformed_axes_and_ellipses(workspace, fcs, gates):
    found = flowjo_populations(ZOO / workspace, ZOO / fcs)
    assert len(found.counted) == gates
    for name, there in found.counted.items():
        assert abs(found.count(name) - there) <= 0.005 * there


def test_a_gate_that_flowjo_never_counted_has_no_count_to_be_held_against():
    """Voucher for 50: the file's name, and its hundred events on a line, of which the polygon holds half."""
    found = flowjo_populations(
        ZOO / "simple_poly_and_rect_v2_poly50.wsp", ZOO / "data_set_simple_line_100.fcs"
    )
    assert found.count("poly1") == 50
    assert found.counted == {}


def test_two_gates_of_one_name_are_told_apart_by_their_parents(tmp_path):
    text = (MOUSE / "gating.wsp").read_text(encoding="utf-8").replace('name="NK T cells"', 'name="B cells"')
    (tmp_path / "doubled.wsp").write_text(text, encoding="utf-8")
    found = flowjo_populations(tmp_path / "doubled.wsp", MOUSE / "68983.fcs")
    assert found.counted["NK1_1+/B cells"] == found.count("NK1_1+/B cells") == 535
    assert found.counted["NK1_1-/B cells"] == 2459


def test_a_count_that_differs_is_remarked_upon(tmp_path):
    text = (MOUSE / "gating.wsp").read_text(encoding="utf-8").replace('count="2459"', 'count="2500"')
    (tmp_path / "other.wsp").write_text(text, encoding="utf-8")
    found = flowjo_populations(tmp_path / "other.wsp", MOUSE / "68983.fcs")
    assert [step.remarks for step in found.steps if step.remarks] == [
        ("B cells: 2460 events here, 2500 as FlowJo counted them.",)
    ]


def test_what_cannot_be_applied_is_told_in_one_message(tmp_path):
    with pytest.raises(UserError, match=r"holds no sample of data1\.fcs"):
        flowjo_populations(MOUSE / "gating.wsp", ZOO / "data1.fcs")
    with pytest.raises(UserError, match="is no FlowJo workspace"):
        flowjo_populations(ZOO / "gml" / "gml_rect1_gate.xml", ZOO / "data1.fcs")
    (tmp_path / "broken.wsp").write_text("<Workspace", encoding="utf-8")
    with pytest.raises(UserError, match="cannot be read as FlowJo workspace"):
        flowjo_populations(tmp_path / "broken.wsp", ZOO / "data1.fcs")
    with pytest.raises(UserError, match="is not a file"):
        flowjo_populations(tmp_path / "absent.wsp", ZOO / "data1.fcs")
