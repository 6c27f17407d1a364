"""CD19+ cells: B cells and blasts together, told wherever they are shown, so that nobody reads them as recovery."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.random import SeedSequence

from cartwise.cytometry import (
    Preparation,
    SampleFile,
    gate,
    prepare,
    read_definition,
    shipped_definition,
    shipped_panel,
    write_fcs,
)
from cartwise.invention import draw_events, invent, plan_cytometry, true_frequencies

GUIDE = Path(__file__).resolve().parents[3] / "docs" / "how-to" / "mass-cytometry.md"
B_CELLS, BLASTS = 5.0, 30.0


@pytest.fixture(scope="module")
def leukaemic(tmp_path_factory):
    """Cells of a healthy control among which 30 % are blasts and 5 % B cells, and the truth of the file."""
    control = next(
        one for one in plan_cytometry(invent("lodz", patients=1, seed=3)) if one.specimen == "control"
    )
    weights = control.weights.copy()
    weights[:, [-2, -1]] = 0
    weights *= (100 - B_CELLS - BLASTS) / 100 / weights.sum()
    weights[0, [-2, -1]] = B_CELLS / 100, BLASTS / 100
    sample = replace(control, weights=weights)
    drawn = draw_events(sample, 12_000, seed=SeedSequence(8))
    path = tmp_path_factory.mktemp("leukaemic") / "sample.fcs"
    panel = shipped_panel("demo")
    channels = panel.channels
    write_fcs(path, drawn.raw, [one.channel for one in channels], [one.marker for one in channels])
    cells = prepare(SampleFile("sample.fcs", path, "blood"), Preparation({panel.title: panel})).cells
    truth = true_frequencies(sample, drawn)
    return cells, truth[truth.parent == "leukocytes"].set_index("subset").percent


def test_the_gate_holds_both_and_is_called_by_its_marker(leukaemic):
    cells, truth = leukaemic
    gated = gate(cells, shipped_definition("000"))
    found = 100 * gated.count("CD19+ cells") / len(cells)
    assert found == pytest.approx(B_CELLS + BLASTS, abs=1.5)
    assert truth["CD19+ cells"] == pytest.approx(truth["B cells"] + truth["blasts"])
    assert not [name for name in gated.populations if "B cell" in name], "no gate is called what it is not"


def test_what_the_gate_holds_is_said_where_it_is_defined():
    (told,) = shipped_definition("000").holdings
    assert told.startswith("CD19+ cells: B cells and CD19+ leukaemic blasts")
    assert "never read them as B cells that have come back" in told


def test_the_guides_lines_for_a_panel_with_more_markers_tell_mature_b_cells_apart(leukaemic, tmp_path):
    cells, truth = leukaemic
    lines = next(block for block in GUIDE.read_text(encoding="utf-8").split("```") if "[cut.CD20]" in block)
    shipped = Path(str(_shipped())).read_text(encoding="utf-8")
    own = tmp_path / "populations.toml"
    own.write_text(shipped + lines.removeprefix("toml"), encoding="utf-8")
    definition = read_definition(own)
    assert {"CD10", "CD20", "CD34"} <= set(definition.needed_markers)
    known = np.random.default_rng(1)
    cd19 = gate(cells, shipped_definition("000")).populations["CD19+ cells"]
    mature = cd19 & (known.random(len(cells)) < truth["B cells"] / truth["CD19+ cells"])
    bright = np.where(mature, 4.0, 0.1).astype(np.float32)
    dark = np.where(cd19 & ~mature, 4.0, 0.1).astype(np.float32)
    stained = replace(
        cells,
        values=np.column_stack((cells.values, bright, dark, dark)),
        markers=(*cells.markers, "CD20", "CD10", "CD34"),
    )
    gated = gate(stained, definition)
    assert gated.count("mature B cells") == mature.sum()
    assert gated.parents["mature B cells"] == "CD19+ cells"


def _shipped():
    from importlib.resources import files  # noqa: PLC0415 - one test needs it

    return files("cartwise.cytometry") / "definitions" / "populations_000.toml"
