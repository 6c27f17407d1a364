"""References and cells that cannot be classified end in one message that names every fault."""

import numpy as np
import pytest

from cartwise.basis import UserError
from cartwise.cytometry.cells import Cells
from cartwise.cytometry.reference import Reference

RNG = np.random.default_rng(5)
VALUES = RNG.normal(size=(400, 3))
LABELS = np.repeat(["B", "T"], 200)
MARKERS = ("CD19", "CD3", "CD45")


def test_small_populations_are_all_named_at_once():
    labels = np.repeat(["B", "NK", "T", "monocytes"], [198, 1, 5, 196])
    with pytest.raises(UserError) as caught:
        Reference.fit(VALUES, labels)
    assert "NK: 1 cell, fewer than 10" in str(caught.value)
    assert "T: 5 cells, fewer than 10" in str(caught.value)
    assert "monocytes" not in str(caught.value)


def test_fewest_cells_can_be_lowered_but_a_full_covariance_still_needs_its_rank():
    labels = np.repeat(["B", "NK", "T"], [197, 3, 200])
    assert Reference.fit(VALUES, labels, min_cells=2).counts == (197, 3, 200)
    with pytest.raises(UserError, match="NK: the covariance of 3 markers needs at least 4 cells, not 3"):
        Reference.fit(VALUES, labels, rule="tidytof", min_cells=2)


def test_a_single_cell_can_be_a_population_where_the_user_insists():
    labels = np.repeat(["B", "NK", "T"], [199, 1, 200])
    for rule in ("gaussian", "good2018"):
        reference = Reference.fit(VALUES, labels, rule=rule, min_cells=1)
        assert reference.classify(VALUES[199:200], calibrate="none").distances[0, 1] == pytest.approx(
            0, abs=1e-9
        )
        assert (
            "too few reference cells"
            in reference.classify(VALUES, calibrate="reference").threshold.limits[1].how
        )


def test_a_constant_marker_is_named():
    constant = VALUES.copy()
    constant[:200, 2] = 7
    with pytest.raises(UserError, match=r"B: constant marker CD45\n.*gaussian"):
        Reference.fit(constant, LABELS, rule="tidytof", markers=MARKERS)
    assert Reference.fit(constant, LABELS, markers=MARKERS).classify(constant).kept_percent > 99
    assert (
        Reference.fit(constant, LABELS, rule="good2018", markers=MARKERS).classify(constant).kept_percent > 90
    )
    constant[:, 2] = 7
    with pytest.raises(UserError, match="all populations together: constant marker CD45"):
        Reference.fit(constant, LABELS, markers=MARKERS)


def test_markers_that_repeat_each_other_are_refused():
    repeating = np.column_stack([VALUES, VALUES[:, 0] + VALUES[:, 1]])
    for rule in ("gaussian", "tidytof"):
        with pytest.raises(UserError, match="markers has rank 3, some markers repeat others"):
            Reference.fit(repeating, LABELS, rule=rule)
    nearly = np.column_stack([VALUES, VALUES[:, 0] + 1e-6 * RNG.normal(size=400)])
    with pytest.raises(UserError, match="nearly repeat others"):
        Reference.fit(nearly, LABELS)


def test_missing_markers_of_a_query_are_all_named():
    reference = Reference.fit(VALUES, LABELS, markers=MARKERS)
    with pytest.raises(
        UserError, match=r"lack 2 markers of the reference: CD3, CD45\. They have: CD19, CD8, CD4"
    ):
        reference.classify(VALUES, markers=("CD19", "CD8", "CD4"))
    cells = Cells(VALUES[:, :2].astype(np.float32), ("CD19", "CD3"), "asinh(x/5)")
    with pytest.raises(UserError, match="lack 1 marker of the reference: CD45"):
        reference.classify(cells)
    with pytest.raises(UserError, match="2 columns and no marker names"):
        reference.classify(VALUES[:, :2])


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"rule": "knn"}, 'no rule "knn"'),
        ({"markers": ("CD3", "CD3", "CD19")}, "more than once: CD3"),
        ({"markers": ("CD3",)}, "1 markers are named, and the values have 3 columns"),
        ({"shrinkage": 1.5}, "from 0 to 1"),
        ({"rule": "tidytof", "shrinkage": 0.5}, "belongs to gaussian"),
        ({"prior": "flat"}, "reference or equal"),
        ({"samples": ["a"] * 399}, "399 samples for 400 cells"),
        ({"samples": ["a"] * 399 + [None]}, "1 cells have no sample"),
    ],
)
def test_what_cannot_be_meant_is_refused(asked, said):
    with pytest.raises(UserError, match=said):
        Reference.fit(VALUES, LABELS, **asked)


def test_labels_must_fit_the_cells_and_exist():
    with pytest.raises(UserError, match="399 labels for 400 cells"):
        Reference.fit(VALUES, LABELS[:-1])
    with pytest.raises(UserError, match="No cell has a label"):
        Reference.fit(VALUES, np.full(400, ""))
    with pytest.raises(UserError, match="table of cells by markers"):
        Reference.fit(VALUES[:, 0], LABELS)


def test_cells_left_out_of_a_fit_are_counted_by_reason():
    values, labels = VALUES.copy(), LABELS.astype(object)
    values[0, 0], values[1, 1] = np.nan, np.inf
    labels[2], labels[3] = None, ""
    reference = Reference.fit(values, labels)
    assert reference.counts == (196, 200)
    assert reference.remarks == (
        "2 cells without a label were left out of the fit",
        "2 cells with a marker that is missing or not a finite number were left out of the fit",
    )


def test_a_message_holds_no_value_of_a_cell():
    labels = np.repeat(["B", "T"], [399, 1])
    with pytest.raises(UserError) as caught:
        Reference.fit(VALUES * 1234.5, labels)
    assert "1234" not in str(caught.value)
