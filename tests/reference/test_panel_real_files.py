"""Panels drafted from real files of three instruments' software: what the headers say is found, and the draft matches its file.

Voucher: the headers themselves (cytofQC, Artistic-2.0; cytofkit, Artistic-2.0; CytoNorm, GPL; read at test time).
"""

import tomllib
from pathlib import Path

import pytest

from cartwise.cytometry.fcs_reading import read_fcs
from cartwise.cytometry.panel_drafting import draft_panel
from cartwise.cytometry.panel_matching import match_panel
from cartwise.cytometry.panel_reading import panel_from

DATA = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "cytometry"
pytestmark = pytest.mark.skipif(
    not DATA.is_dir(), reason="the public cytometry files (../shared) are not here"
)

FILES = {
    "cytofQC/raw_cytof.fcs": {
        "bead": ["Ce140Di", "Ce142Di", "Ho165Di", "Lu175Di"],
        "DNA": ["Ir191Di", "Ir193Di"],
        "viability": ["Rh103Di"],  # its name says so; Pt195 has none
        "Gaussian": ["Event_length", "Center", "Offset", "Width", "Residual"],
    },
    "cytofkit/130515_C2_stim_CD19-.fcs": {
        "bead": [],
        "DNA": ["(Ir191)Di", "(Ir193)Di"],
        "viability": ["(Pt195)Di"],
        "Gaussian": ["Cell_length"],
    },
    "cytonorm/Gates_PTLG021_Unstim_Control_1.fcs": {
        "bead": ["Ce140Di"],
        "DNA": ["Ir191Di", "Ir193Di"],
        "viability": ["Pt195Di"],
        "barcode": ["Pd102Di", "Pd104Di", "Pd105Di", "Pd106Di", "Pd108Di", "Pd110Di"],
    },
}
STATE = {
    "cytofkit/130515_C2_stim_CD19-.fcs": {
        *("IFNg", "TNFa", "IL2", "IL4", "IL10", "GM-CSF", "MIP1B", "CD107a", "CD154", "GranzymeB", "Perforin")
    },
    "cytonorm/Gates_PTLG021_Unstim_Control_1.fcs": {
        *("CREB", "STAT1", "STAT3", "STAT5", "p38", "S6", "MAPKAPK2", "IkB", "NFkB", "ERK")
    },
}
"""Cytokines, what is shown on release of granules, and signalling: what a cell does, not what it is."""
T_CELL_MARKERS = {"CD3", "CD4", "CD8", "CD25", "CD45RA", "CCR7", "CD161", "TCRgd"}


@pytest.mark.parametrize("name", FILES)
def test_a_draft_finds_what_each_channel_is_for_and_fits_its_file(name):
    events = read_fcs(DATA / name)
    panel = panel_from(tomllib.loads(draft_panel([events])), name)
    for role, channels in FILES[name].items():
        assert [channel.channel for channel in panel.of_role(role)] == channels, role
    assert set(panel.markers) >= T_CELL_MARKERS
    matched = match_panel(panel, events)
    assert matched.missing == ()
    cells = matched.cells(events)
    assert cells.values.shape == (len(events), len(panel.markers))


@pytest.mark.parametrize("name", STATE)
def test_what_a_cell_does_is_state_and_what_it_is_lineage(name):
    panel = panel_from(tomllib.loads(draft_panel([read_fcs(DATA / name)])), name)
    state = {channel.marker for channel in panel.of_role("state")}
    assert state >= STATE[name]
    assert not state & T_CELL_MARKERS


def test_a_name_that_says_nothing_makes_no_marker():
    draft = draft_panel([read_fcs(DATA / "catalyst" / "mp_cells.fcs")])
    assert "# Left out, because their names say nothing: Ba138Di, Gd157Di." in draft
    assert "NA" not in panel_from(tomllib.loads(draft), "draft").markers
