"""A panel held against a file: spelling is tolerated, another marker is remarked upon, an absent channel stops."""

import numpy as np
import pytest

from cartwise.basis import Severity, UserError
from cartwise.cytometry.events import Events
from cartwise.cytometry.marker_names import same_marker
from cartwise.cytometry.panel import Channel, Panel
from cartwise.cytometry.panel_matching import match_panel

PANEL = Panel(
    "PBMC",
    "1",
    5.0,
    (
        Channel("Time", "", "", ("time",)),
        Channel("Width", "", "", ("Gaussian",)),
        Channel("Ce140Di", "140Ce", "", ("bead",)),
        Channel("Er168Di", "168Er", "CD8", ("lineage",)),
        Channel("Lu175Di", "175Lu", "PD-1", ("state", "bead")),
        Channel("Tm169Di", "169Tm", "CAR", ("CAR",)),
        Channel("Ir191Di", "191Ir", "DNA1", ("DNA",)),
    ),
)
HEADER = {
    "Time": "",
    "Width": "",
    "Ce140Di": "140Ce_Bead",
    "Er168Di": "168Er_CD8a",
    "Lu175Di": "175Lu_PD1",
    "Tm169Di": "CAR",
    "Ir191Di": "191Ir",
}


def a_file(header, values=None):
    values = np.ones((1, len(header))) if values is None else values
    return Events(np.asarray(values, np.float32), tuple(header), tuple(header.values()))


def rules(header):
    return [issue.rule for issue in match_panel(PANEL, a_file(header)).issues]


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("168Er_CD8", "CD8", True),
        ("CD8_168Er", "cd8", True),
        ("174Yb_HLADR", "HLA-DR", True),
        ("ctla4", "CTLA-4", True),
        ("CD152", "CTLA-4", True),
        ("141Pr_CD196_CCR6", "CCR6", True),
        ("GDTCR", "TCRgd", True),
        ("153Eu_CD25_IL-2Ra", "CD25", True),
        ("CD45RA", "CD45RO", False),
        ("CD4", "CD45", False),
        ("CD3", "CD33", False),
    ],
)
def test_two_names_of_one_marker(one, other, same):
    assert same_marker(one, other) is same


def test_a_file_that_says_the_same_in_its_own_spelling_raises_no_issue():
    matched = match_panel(PANEL, a_file(HEADER))
    assert matched.issues == ()
    assert matched.markers == ("CD8", "PD-1", "CAR")
    assert matched.of_role("bead") == {"Ce140Di": 2, "Lu175Di": 4}


def test_older_software_writes_brackets_and_the_channel_is_found():
    header = {name if name != "Er168Di" else "(Er168)Di": marker for name, marker in HEADER.items()}
    matched = match_panel(PANEL, a_file(header))
    assert matched.columns["Er168Di"] == 3
    assert [(issue.rule, issue.severity) for issue in matched.issues] == [
        ("panel-channel-spelling", Severity.NOTE)
    ]


def test_another_marker_in_the_file_is_a_warning_and_the_panel_is_followed():
    matched = match_panel(PANEL, a_file(HEADER | {"Er168Di": "168Er_CD14"}))
    (issue,) = matched.issues
    assert issue.rule == "panel-marker-differs"
    assert "CD14" in issue.message
    assert "CD8" in issue.message
    assert issue.severity is Severity.WARNING


def test_a_marker_on_what_the_panel_holds_for_a_bead_channel_is_a_warning():
    assert rules(HEADER | {"Ce140Di": "CD5"}) == ["panel-marker-differs"]


def test_a_channel_beyond_the_panel_is_noted_where_it_was_stained():
    assert rules({**HEADER, "Ba138Di": "138Ba"}) == []
    assert rules({**HEADER, "Yb176Di": "176Yb_CD127"}) == ["panel-channel-beyond"]


def test_a_missing_gaussian_channel_is_a_warning_and_a_missing_marker_stops():
    without = {name: marker for name, marker in HEADER.items() if name != "Width"}
    assert rules(without) == ["panel-channel-missing"]
    for gone in ("Er168Di", "Tm169Di"):
        without.pop(gone)
    with pytest.raises(UserError) as problem:
        match_panel(PANEL, a_file(without))
    assert "Er168Di (CD8), Tm169Di (CAR)" in str(problem.value)


def test_a_channel_that_stands_twice_stops():
    events = a_file({**HEADER, "(Er168)Di": "CD8"})
    assert match_panel(PANEL, events).columns["Er168Di"] == 3
    doubled = Events(events.values, (*events.channels[:-1], "Er168Di"), events.markers)
    with pytest.raises(UserError, match="more than one channel Er168Di"):
        match_panel(PANEL, doubled)


def test_cells_are_transformed_once_and_only_the_marker_channels():
    values = np.arange(14, dtype=np.float32).reshape(2, 7)
    cells = match_panel(PANEL, a_file(HEADER, values)).cells(a_file(HEADER, values), np.array([False, True]))
    assert cells.scale == "asinh(x/5)"
    assert cells.markers == ("CD8", "PD-1", "CAR")
    np.testing.assert_allclose(cells.values, np.arcsinh(values[[1]][:, [3, 4, 5]] / 5), rtol=1e-6)
