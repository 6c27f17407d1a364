"""How cells are held against reference populations: three rules, each under its own name."""

import numpy as np
import pytest

from cartwise.cytometry.cells import Cells
from cartwise.cytometry.reference import Reference

RULES = ("gaussian", "good2018", "tidytof")


def drawn(counts: dict[str, int], spread: dict[str, float], seed: int = 1) -> tuple[np.ndarray, np.ndarray]:
    """Invented cells of three markers: population i is high in marker i."""
    rng = np.random.default_rng(seed)
    values = [
        rng.normal(4.0 * np.eye(3)[place], spread[name], (number, 3))
        for place, (name, number) in enumerate(counts.items())
    ]
    return np.concatenate(values), np.repeat(list(counts), list(counts.values()))


EVEN = {"B": 300, "NK": 300, "T": 300}
TIGHT = dict.fromkeys(EVEN, 0.5)


@pytest.mark.parametrize("rule", RULES)
def test_a_cell_in_the_middle_of_a_population_belongs_to_it(rule):
    values, labels = drawn(EVEN, TIGHT)
    found = Reference.fit(values, labels, rule=rule).classify(
        [[4, 0, 0], [0, 4, 0], [0, 0, 4]], calibrate="none"
    )
    assert list(found.labels) == ["B", "NK", "T"]
    assert (found.posterior.argmax(axis=1) == [0, 1, 2]).all()
    assert (found.margin > 20).all()
    assert found.kept_percent == 100


def test_loose_populations_swallow_neighbours_under_the_published_rules_and_not_under_the_default():
    """Activated cells spread wide around resting ones: pure distance sends resting cells there."""
    rng = np.random.default_rng(2)
    values = np.concatenate([rng.normal(0, 0.5, (4_900, 4)), rng.normal(0.6, 2.0, (100, 4))])
    labels = np.repeat(["resting", "activated"], [4_900, 100])
    percent = {
        rule: 100
        * (
            Reference.fit(values, labels, rule=rule).classify(values, calibrate="none").labels == "activated"
        ).mean()
        for rule in RULES
    }
    assert percent["tidytof"] > 6, "the truth is 2 %"
    assert percent["good2018"] > 6
    assert percent["gaussian"] == pytest.approx(2, abs=0.5)


def test_good2018_gives_distances_and_tidytof_their_squares():
    values, labels = drawn(EVEN, dict.fromkeys(EVEN, 1.0))
    good = Reference.fit(values, labels, rule="good2018")
    away = good.model.means[0] + [2 * np.sqrt(good.model.covariances[0, 0, 0]), 0, 0]
    assert good.classify([away]).distances[0, 0] == pytest.approx(2)
    tidytof = Reference.fit(values[:, :1], labels, rule="tidytof")
    away = tidytof.model.means[0] + 2 * np.sqrt(tidytof.model.covariances[0, 0])
    assert tidytof.classify([away]).distances[0, 0] == pytest.approx(4)


def test_good2018_has_a_floor_of_019_under_every_variance():
    values, labels = drawn(EVEN, dict.fromkeys(EVEN, 0.1))
    covariances = Reference.fit(values, labels, rule="good2018").model.covariances
    np.testing.assert_allclose(covariances, np.tile(0.19 * np.eye(3), (3, 1, 1)))


def test_the_prior_is_the_part_of_the_reference_unless_populations_were_sorted():
    values, labels = drawn({"B": 900, "NK": 50, "T": 50}, TIGHT)
    halfway = [[2, 2, 0]]
    by_counts = Reference.fit(values, labels, shrinkage=1).classify(halfway, calibrate="none").posterior[0]
    equal = (
        Reference.fit(values, labels, shrinkage=1, prior="equal")
        .classify(halfway, calibrate="none")
        .posterior[0]
    )
    assert by_counts[0] / by_counts[1] == pytest.approx(18 * equal[0] / equal[1])


def test_columns_are_matched_by_name_in_any_order_and_further_ones_left_aside():
    values, labels = drawn(EVEN, TIGHT)
    reference = Reference.fit(values, labels, markers=("CD19", "CD56", "CD3"))
    there = reference.classify(values, markers=("CD19", "CD56", "CD3"))
    shuffled = np.column_stack([values[:, 2], values[:, 1], np.zeros(len(values)), values[:, 0]])
    again = reference.classify(shuffled, markers=("CD3", "CD56", "CD4", "CD19"))
    assert (there.labels == again.labels).all()
    cells = Cells(shuffled.astype(np.float32), ("CD3", "CD56", "CD4", "CD19"), "asinh(x/5)")
    assert (reference.classify(cells).labels == there.labels).all()


def test_markers_of_cells_are_chosen_by_name():
    values, labels = drawn(EVEN, TIGHT)
    cells = Cells(values.astype(np.float32), ("CD19", "CD56", "CD3"), "asinh(x/5)")
    reference = Reference.fit(cells, labels, markers=("CD3", "CD19"))
    assert reference.markers == ("CD3", "CD19")
    assert reference.model.means[2] == pytest.approx([4, 0], abs=0.1)


def test_a_tie_goes_to_the_first_population_and_is_counted():
    values = np.array([[-1.0], [-2], [-3], [1], [2], [3]] * 4)
    labels = np.array(["left", "left", "left", "right", "right", "right"] * 4)
    reference = Reference.fit(values, labels, rule="tidytof")
    for dtype in (np.float32, np.float64):
        found = reference.classify(np.array([[0.0], [0.5], [0.0]], dtype))
        assert list(found.labels) == ["left", "right", "left"]
        assert found.ties == 2
        assert list(found.margin == 0) == [True, False, True]


def test_a_cell_with_a_missing_marker_is_unclassified_with_its_reason():
    values, labels = drawn(EVEN, TIGHT)
    reference = Reference.fit(values, labels)
    for rule in RULES:
        reference = Reference.fit(values, labels, rule=rule)
        found = reference.classify([[4, 0, 0], [4, np.nan, 0], [np.inf, 0, 0]], calibrate="none")
        assert list(found.labels) == list(found.assigned) == ["B", "unclassified", "unclassified"]
        assert list(found.rejected) == [False, True, True]
        assert found.unclassified["a marker is missing or not a finite number"] == 2
        assert np.isnan(found.distances[1:]).all()
        assert np.isnan(found.posterior[1:]).all()
        assert found.kept_percent == pytest.approx(100 / 3)


def test_values_too_large_for_single_precision_are_still_classified():
    values, labels = drawn(EVEN, TIGHT)
    far = np.array([[1e25, 0, 0]], np.float32)
    found = Reference.fit(values, labels, rule="good2018").classify(far, calibrate="none")
    assert found.assigned[0] != "unclassified"


def test_no_cells_give_no_labels_and_no_percentage():
    values, labels = drawn(EVEN, TIGHT)
    found = Reference.fit(values, labels).classify(np.empty((0, 3)))
    assert len(found) == len(found.labels) == 0
    assert np.isnan(found.kept_percent)


def test_the_same_cells_give_the_same_result_twice():
    values, labels = drawn(EVEN, dict.fromkeys(EVEN, 1.5))
    one, two = (Reference.fit(values, labels) for _ in range(2))
    assert one.shrinkage == two.shrinkage
    assert (one.classify(values).labels == two.classify(values).labels).all()
    np.testing.assert_array_equal(one.classify(values).distances, two.classify(values).distances)


def test_shrinkage_is_chosen_by_what_the_cells_show():
    """Populations of one shape share their covariance; of very different shapes and many cells, hardly."""
    rng = np.random.default_rng(3)
    labels = np.repeat(["one", "other"], 200)
    alike = np.concatenate([rng.normal(0, 1, (200, 8)), rng.normal(1, 1, (200, 8))])
    assert Reference.fit(alike, labels).shrinkage >= 0.75
    labels = np.repeat(["one", "other"], 3_000)
    unlike = np.concatenate([rng.normal(0, 1, (3_000, 8)), rng.normal(0, 4, (3_000, 8))])
    assert Reference.fit(unlike, labels).shrinkage == 0.05


def test_more_markers_than_cells_are_carried_by_the_default_rule():
    rng = np.random.default_rng(4)
    labels = np.repeat([f"population {i:02}" for i in range(14)], 20)
    values = rng.normal(size=(280, 32)) + 2 * rng.normal(size=(14, 32))[np.repeat(np.arange(14), 20)]
    found = Reference.fit(values, labels).classify(values, calibrate="none")
    assert (found.labels == labels).mean() > 0.98


def test_counts_say_what_was_assigned_and_kept():
    values, labels = drawn(EVEN, TIGHT)
    found = Reference.fit(values, labels).classify(np.concatenate([values, [[40.0, 0, 0]]]))
    table = found.counts().set_index("population")
    assert table["assigned"].to_dict() == {"B": 301, "NK": 300, "T": 300}
    assert table["percent"].sum() == pytest.approx(100)
    assert table["kept"].sum() == (~found.rejected).sum()


def test_a_reference_of_one_population_only_rejects():
    values, labels = drawn({"T": 300}, {"T": 0.5})
    found = Reference.fit(values, labels).classify(np.concatenate([values, [[99.0, 0, 0]], [[np.nan, 0, 0]]]))
    assert list(found.assigned[-2:]) == ["T", "unclassified"]
    assert list(found.labels[-2:]) == ["unclassified", "unclassified"]
    assert (found.posterior[:-1] == 1).all()


def test_a_reference_tells_how_sound_its_populations_are():
    values, labels = drawn(EVEN, TIGHT)
    values[labels == "NK", 1] = values[labels == "NK", 0] + 0.01 * values[labels == "NK", 1]
    table = Reference.fit(values, labels, rule="tidytof").table().set_index("population")
    assert table["cells"].to_dict() == EVEN
    assert table["condition"].idxmax() == "NK"
    assert table.loc["NK", "condition"] > 1_000 > table.loc["B", "condition"]


def test_two_threads_give_what_one_gives(monkeypatch):
    rng = np.random.default_rng(3)
    values = np.concatenate([rng.normal(3 * place, 1, (30_000, 5)) for place in range(3)]).astype(np.float32)
    labels = np.repeat(["a", "b", "c"], 30_000)
    reference = Reference.fit(values[::50], labels[::50])
    made = []
    for count in (1, 2):
        monkeypatch.setattr("cartwise.cytometry.side_by_side.threads", lambda count=count: count)
        made.append(reference.classify(values))
    one, two = made
    assert np.array_equal(one.codes, two.codes)
    assert np.array_equal(one.nearest.squared, two.nearest.squared)
    assert one.threshold == two.threshold
