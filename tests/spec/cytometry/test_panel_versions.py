"""A study with two versions of a panel is explained, and a panel is drafted from what the files say."""

import tomllib
from dataclasses import replace

import numpy as np
import pytest

from cartwise.basis import UserError
from cartwise.cytometry.events import Events
from cartwise.cytometry.harmonisation import harmonise
from cartwise.cytometry.panel import Channel, Panel
from cartwise.cytometry.panel_drafting import draft_panel
from cartwise.cytometry.panel_matching import match_panel
from cartwise.cytometry.panel_reading import panel_from

OLD = Panel(
    "PBMC",
    "1",
    5.0,
    (Channel("Er168Di", "168Er", "CD8", ("lineage",)), Channel("Lu175Di", "175Lu", "PD-1", ("state",))),
)
NEW = replace(
    OLD,
    version="2",
    channels=(OLD.channels[0], Channel("Lu175Di", "175Lu", "TIM-3", ("state",))),
)


def header(**markers):
    return Events(np.empty((0, len(markers)), np.float32), tuple(markers), tuple(markers.values()))


def test_each_file_finds_the_version_it_was_stained_with():
    files = {
        "a.fcs": header(Er168Di="168Er_CD8", Lu175Di="175Lu_PD-1"),
        "b.fcs": header(Er168Di="168Er_CD8", Lu175Di="175Lu_CD366"),
    }
    found = harmonise(files, [OLD, NEW])
    assert found.panel_of("a.fcs") == "PBMC 1"
    assert found.panel_of("b.fcs") == "PBMC 2"
    assert found.panels.to_dict("records") == [{"channel": "Lu175Di", "PBMC 1": "PD-1", "PBMC 2": "TIM-3"}]
    assert any("two stains" in remark for remark in found.remarks)
    assert "Where the panels differ" in str(found)


def test_a_file_that_fits_two_versions_equally_is_left_open():
    found = harmonise({"a.fcs": header(Er168Di="", Lu175Di="")}, [OLD, NEW])
    assert found.panel_of("a.fcs") is None
    assert "fits PBMC 1 and PBMC 2 equally well" in found.remarks[-1]


def test_a_file_that_fits_none_is_told_what_it_lacks():
    found = harmonise({"a.fcs": header(Er168Di="CD8")}, [OLD])
    assert found.panel_of("a.fcs") is None
    assert "lacks Lu175Di" in found.remarks[-1]


NAMES = {
    "Time": "",
    "Cell_length": "",
    "Residual": "",
    "(Pd104)Di": "BC104",
    "Ce140Di": "140Ce_Bead",
    "Nd144Di": "144Nd_CD19",
    "Gd155Di": "CD152",
    "Tm169Di": "169Tm_CD19 CAR",
    "Ir191Di": "191Ir_DNA1",
    "Ir193Di": "193",
    "Rh103Di": "103Rh_Live_Dead",
    "Pt195Di": "Cisplatin",
    "Ba138Di": "138Ba",
}
GUESSED = {
    "Time": ("", ["time"]),
    "Cell_length": ("", ["Gaussian"]),
    "Residual": ("", ["Gaussian"]),
    "(Pd104)Di": ("BC104", ["barcode"]),
    "Ce140Di": ("", ["bead"]),
    "Nd144Di": ("CD19", ["lineage"]),
    "Gd155Di": ("CTLA-4", ["state"]),
    "Tm169Di": ("CAR", ["CAR"]),
    "Ir191Di": ("DNA1", ["DNA"]),
    "Ir193Di": ("", ["DNA"]),
    "Rh103Di": ("Live_Dead", ["viability"]),
    "Pt195Di": ("Cisplatin", ["viability"]),
}


def drafted(*files):
    return panel_from(tomllib.loads(draft_panel(files)), "draft")


def test_roles_are_guessed_from_isotopes_and_names():
    panel = drafted(header(**NAMES))
    assert {c.channel: (c.marker, list(c.roles)) for c in panel.channels} == GUESSED


def test_a_drafted_panel_matches_the_file_it_was_drafted_from_without_an_issue():
    assert match_panel(drafted(header(**NAMES)), header(**NAMES)).issues == ()


def test_what_says_nothing_is_left_out_and_said():
    assert "Ba138Di (138Ba)" in draft_panel([header(**NAMES)])


def test_only_channels_that_all_files_have_are_drafted():
    panel = drafted(header(Er168Di="CD8", Lu175Di="PD-1"), header(Er168Di="CD8"))
    assert [channel.channel for channel in panel.channels] == ["Er168Di"]


def test_no_file_or_no_common_channel_is_told():
    with pytest.raises(UserError, match="no file"):
        draft_panel([])
    with pytest.raises(UserError, match="no channel in common"):
        draft_panel([header(Er168Di="CD8"), header(Lu175Di="PD-1")])
