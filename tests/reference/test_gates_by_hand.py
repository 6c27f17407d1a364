"""Data-driven gates against gates drawn by hand, in six samples of blood from several centres.

Voucher: the manual gates of the multi-centre study (KlugerLab/deepcytof, Apache-2.0), which stand as labels in the files. Cells that nobody gated
are left out of the predictive value, because nobody said what they are.
"""

from pathlib import Path

import numpy as np
import pytest

from cartwise.cytometry.cells import Cells, asinh
from cartwise.cytometry.definition_reading import definition_from
from cartwise.cytometry.fcs_reading import read_fcs
from cartwise.cytometry.gates import gate

FOLDER = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "cytometry" / "multicenter16"
pytestmark = pytest.mark.skipif(
    not FOLDER.is_dir(), reason="the public cytometry files (../shared) are not here"
)

LABELS = {"B cells": 1, "CD4 T cells": 2, "CD8 T cells": 3, "monocytes": 4}
FIXED = {"method": "fixed", "at": 2.0}
WITHIN = {"CD3": "all", "CD20": "all", "CD14": "all", "CD4": "T cells", "CD8": "T cells"}
WHERE = {
    "T cells": ("all", {"CD3": "+", "CD20": "-", "CD14": "-"}),
    "B cells": ("all", {"CD3": "-", "CD20": "+", "CD14": "-"}),
    "monocytes": ("all", {"CD3": "-", "CD20": "-", "CD14": "+"}),
    "CD4 T cells": ("T cells", {"CD4": "+", "CD8": "-"}),
    "CD8 T cells": ("T cells", {"CD4": "-", "CD8": "+"}),
}
DEFINITION = definition_from(
    {
        "name": "lineages",
        "version": "1",
        "cut": {
            marker: {"within": within, "method": "valley", "fallback": FIXED}
            for marker, within in WITHIN.items()
        },
        "population": [
            {"name": "all", "parent": "", "where": {}},
            *({"name": name, "parent": parent, "where": where} for name, (parent, where) in WHERE.items()),
        ],
    },
    "lineages",
)


@pytest.mark.parametrize("number", range(1, 7))
def test_gates_find_what_was_gated_by_hand(number):
    events = read_fcs(FOLDER / f"sample0{number}.fcs")
    labels = events.values[:, events.channels.index("label")].astype(int)
    cells = Cells(asinh(events.values[:, :8], 5), events.channels[:8], "asinh(x/5)")
    gated = gate(cells, DEFINITION)
    assert all(cut.found for cut in gated.cuts.values())
    for name, label in LABELS.items():
        truly, found = labels == label, gated.populations[name]
        assert np.sum(truly & found) / np.sum(truly) >= 0.975, name
        assert np.sum(truly & found) / np.sum(found & (labels > 0)) >= 0.98, name
