"""Bias diagnostic: confusion of cells left out of the fit, and frequencies corrected by it, three rules side by side."""

import numpy as np
import pytest

from cartwise.basis import Missing, UserError
from cartwise.cytometry.bias import adjusted
from cartwise.cytometry.reference import Reference


def overlapping(
    resting: int, activated: int, spread: float = 1.0, seed: int = 6
) -> tuple[np.ndarray, np.ndarray]:
    """Invented cells: activated ones spread wide around resting ones."""
    rng = np.random.default_rng(seed)
    values = np.concatenate([rng.normal(0, 0.5, (resting, 4)), rng.normal(0.9, spread, (activated, 4))])
    return values, np.repeat(["resting", "activated"], [resting, activated])


def test_all_three_rules_stand_side_by_side():
    values, labels = overlapping(3_000, 300)
    bias = Reference.fit(values, labels).bias(values, labels)
    assert bias.left_out == "stratified fifths"
    summary = bias.summary().set_index("rule")
    assert list(summary.index) == ["gaussian", "good2018", "tidytof"]
    assert summary.loc["gaussian", "error"] < 5
    assert summary.loc["tidytof", "error"] > 15
    assert (summary["corrected_error"] < summary["error"] / 2).all()
    table = bias.table()
    assert len(table) == 6
    np.testing.assert_allclose(table.groupby("rule")["raw_percent"].sum(), 100)
    np.testing.assert_allclose(table.groupby("rule")["corrected_percent"].sum(), 100)
    assert (table["corrected_percent"] >= 0).all()


def test_a_rule_whose_confusion_can_hardly_be_undone_says_so():
    values, labels = overlapping(3_000, 300, spread=2.0)
    condition = Reference.fit(values, labels).bias(values, labels).summary().set_index("rule")["condition"]
    assert condition["gaussian"] < 2
    assert condition["tidytof"] > 10


def test_the_confusion_counts_every_cell_once_in_the_row_of_its_own_label():
    values, labels = overlapping(500, 100)
    for rule in Reference.fit(values, labels).bias(values, labels).rules.values():
        assert dict(zip(rule.populations, rule.confusion.sum(axis=1), strict=True)) == {
            "activated": 100,
            "resting": 500,
        }
        np.testing.assert_allclose(rule.self_confusion.sum(axis=1), 1)


def test_whole_samples_are_left_out_where_they_are_known():
    values, labels = overlapping(900, 300)
    samples = np.random.default_rng(7).permutation(np.repeat(["s1", "s2", "s3"], 400))
    bias = Reference.fit(values, labels, samples=samples).bias(values, labels, samples)
    assert bias.left_out == "samples"
    rule = bias.rules["gaussian"]
    assert rule.true.shape == (3, 2)
    for place, sample in enumerate(("s1", "s2", "s3")):
        truth = [100 * (labels[samples == sample] == name).mean() for name in rule.populations]
        np.testing.assert_allclose(rule.true[place], truth)


def test_a_population_seen_in_one_sample_only_counts_as_missed_when_that_sample_is_left_out():
    rng = np.random.default_rng(8)
    values = np.concatenate([rng.normal(m, 0.3, (100, 2)) for m in (0, 5, 10)])
    labels = np.repeat(["a", "b", "c"], 100)
    samples = np.where(np.arange(300) % 2, "s1", "s2")
    samples[labels == "c"] = "s2"
    rule = Reference.fit(values, labels).bias(values, labels, samples).rules["gaussian"]
    assert list(rule.confusion[2]) == [0, 100, 0]


def test_a_rule_that_cannot_be_fitted_says_why():
    values = np.random.default_rng(9).normal(size=(60, 8)) + np.repeat([[0], [5], [9]], 20, axis=0)
    values[:20, 0] = 3
    labels = np.repeat(["a", "b", "c"], 20)
    bias = Reference.fit(values, labels).bias(values, labels)
    assert isinstance(bias.rules["tidytof"], Missing)
    row = bias.summary().set_index("rule").loc["tidytof"]
    assert "singular" in row["reason"]
    assert np.isnan(row["accuracy"])
    assert not isinstance(bias.rules["gaussian"], Missing)


def test_frequencies_of_another_sample_are_corrected_by_the_confusion():
    reference_cells, others = overlapping(3_000, 300), overlapping(1_000, 500, seed=10)
    reference = Reference.fit(*reference_cells, rule="tidytof")
    rule = reference.bias(*reference_cells).rules["tidytof"]
    found = reference.classify(others[0])
    raw = np.array([100 * (found.labels == name).mean() for name in rule.populations])
    corrected = rule.correct(raw)
    truth = 100 * 500 / 1_500
    assert abs(corrected[0] - truth) < abs(raw[0] - truth) / 2


@pytest.mark.parametrize(
    ("seen", "expected"),
    [
        ((0.5, 0.5), (0.5, 0.5)),
        ((0.26, 0.74), (0.2, 0.8)),
        ((0.05, 0.95), (0.0, 1.0)),  # fewer than misassigned cells alone would give: none, not less than none
        ((0.95, 0.05), (1.0, 0.0)),
    ],
)
def test_corrected_frequencies(seen, expected):
    confusion = np.array([[0.9, 0.1], [0.1, 0.9]])
    np.testing.assert_allclose(adjusted(np.array(seen), confusion), expected, atol=1e-6)


def test_frequencies_that_do_not_add_up_are_refused():
    values, labels = overlapping(300, 100)
    rule = Reference.fit(values, labels).bias(values, labels).rules["gaussian"]
    with pytest.raises(UserError, match="sum to 90 %"):
        rule.correct([50, 40])


def test_labels_the_reference_does_not_know_are_refused():
    values, labels = overlapping(300, 100)
    reference = Reference.fit(values, labels)
    with pytest.raises(UserError, match=r"does not know: naive\. It has: activated, resting"):
        reference.bias(values, np.where(labels == "resting", "naive", labels))
