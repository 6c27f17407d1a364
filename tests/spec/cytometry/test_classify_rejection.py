"""Where a cell is too far to belong: limits fitted to the query, from the reference, or as published."""

import numpy as np
import pytest

from cartwise.basis import UserError
from cartwise.cytometry.reference import Reference


def drawn(
    shift: float = 0.0, scale: float = 1.0, stray: int = 0, seed: int = 1
) -> tuple[np.ndarray, np.ndarray]:
    """Invented cells of two populations in six markers, and stray ones far from both."""
    rng = np.random.default_rng(seed)
    low, high = rng.normal(0, scale, (2_000, 6)), rng.normal(6, scale, (1_000, 6))
    values = np.concatenate(
        [low + shift, high + shift, rng.normal(3, 0.3, (stray, 6)) * [1, -1, 1, -1, 1, -1]]
    )
    return values, np.repeat(["low", "high", "stray"], [2_000, 1_000, stray])


@pytest.fixture(scope="module")
def reference() -> Reference:
    return Reference.fit(*drawn(seed=9))


@pytest.mark.parametrize("shift", [0.0, 0.5, -0.5])
@pytest.mark.parametrize("scale", [0.8, 1.0, 1.3])
def test_the_part_kept_of_a_query_does_not_depend_on_its_batch(reference, shift, scale):
    values, labels = drawn(shift, scale, stray=300)
    found = reference.classify(values)
    assert found.threshold.calibrate == "query"
    assert (~found.rejected[labels != "stray"]).mean() == pytest.approx(0.997, abs=0.004)
    assert found.rejected[labels == "stray"].mean() > 0.95


def test_limits_from_the_reference_do_depend_on_it(reference):
    kept = {
        shift: 1 - reference.classify(drawn(shift)[0], calibrate="reference").rejected.mean()
        for shift in (0, 0.8)
    }
    assert kept[0] == pytest.approx(0.95, abs=0.015)
    assert kept[0.8] < 0.8


def test_each_limit_says_how_it_came_about(reference):
    found = reference.classify(drawn(0.5)[0])
    for limit in found.threshold.limits:
        assert limit.how == "centre and spread fitted to the core of the query's cells"
        assert limit.moved == pytest.approx(np.sqrt(6 * 0.25), rel=0.15)
        assert limit.spread == pytest.approx(1, abs=0.15)
    assert found.threshold.level == 0.999


def test_stray_cells_near_a_population_that_is_absent_do_not_become_it(reference):
    values, labels = drawn(stray=500)
    found = reference.classify(
        values[labels != "high"] + np.where(labels[labels != "high"] == "stray", 4, 0)[:, None]
    )
    limit = found.threshold.limits[found.populations.index("high")]
    assert limit.cells >= 50
    assert "reference stand" in limit.how
    assert (found.labels == "high").sum() == 0


def test_a_population_of_a_few_cells_is_held_to_the_reference(reference):
    values, labels = drawn()
    few = np.concatenate([values[labels == "low"], values[labels == "high"][:20]])
    limits = reference.classify(few).threshold.limits
    assert limits[0].how == "fewer than 50 cells: centre and spread of the reference stand"


def test_each_rule_rejects_as_published_unless_told_otherwise():
    values, labels = drawn()
    used = {
        rule: Reference.fit(values, labels, rule=rule).classify(values).threshold.calibrate
        for rule in ("gaussian", "good2018", "tidytof")
    }
    assert used == {"gaussian": "query", "good2018": "simple", "tidytof": "none"}


def test_the_label_before_rejection_does_not_depend_on_the_limits(reference):
    values, _ = drawn(0.5, stray=300)
    assigned = [reference.classify(values, calibrate=how).assigned for how in ("query", "reference", "none")]
    assert (assigned[0] == assigned[1]).all()
    assert (assigned[0] == assigned[2]).all()


def test_a_stricter_level_keeps_fewer(reference):
    values, _ = drawn()
    kept = [reference.classify(values, level=level).kept_percent for level in (0.9, 0.99, 0.999)]
    assert kept == sorted(kept)
    assert kept[0] == pytest.approx(90, abs=1.5)


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"calibrate": "chi2"}, "no calibration"),
        ({"calibrate": "simple", "level": 0.9}, "has no level"),
        ({"level": 99.9}, "not between 0 and 1"),
    ],
)
def test_a_limit_that_makes_no_sense_is_refused(reference, asked, said):
    with pytest.raises(UserError, match=said):
        reference.classify(drawn()[0], **asked)


class TestNeighbors:
    """As the published code of Good et al. 2018: the two nearest populations must follow each other."""

    STAGES = ("1 early", "2 middle", "10 late")

    def reference(self, names=STAGES) -> Reference:
        """The first stage lies between the other two."""
        rng = np.random.default_rng(6)
        means = np.array([[0.0, 0.0], [4.0, 0.0], [-4.0, 3.0]])
        cells = np.concatenate([rng.normal(mean, 1, (400, 2)) for mean in means])
        return Reference.fit(cells, np.repeat(names, 400), rule="good2018")

    def test_a_cell_between_stages_that_follow_each_other_stays_and_another_does_not(self):
        between = {"1 and 2": [1.5, -1.0], "1 and 10": [-2.0, 1.5]}
        found = self.reference().classify(np.array([*between.values()]), calibrate="neighbors")
        assert found.labels.tolist() == ["1 early", "unclassified"]

    def test_numbers_and_not_letters_say_what_follows(self):
        reference = self.reference(("9 early", "10 middle", "11 late"))
        assert reference.populations == ("10 middle", "11 late", "9 early"), "sorted as text"
        found = reference.classify(np.array([[1.5, -1.0], [-2.0, 1.5]]), calibrate="neighbors")
        assert found.labels.tolist() == ["9 early", "unclassified"]

    def test_nothing_else_rejects_and_the_reason_is_named(self):
        found = self.reference().classify(np.array([[90.0, -30.0], [np.nan, 0.0]]), calibrate="neighbors")
        assert found.rejected.tolist() == [False, True]
        assert next(iter(found.unclassified)) == "nearest to two populations that do not follow each other"

    def test_populations_without_numbers_have_no_order(self):
        with pytest.raises(UserError, match="begin each name with a number"):
            self.reference(("early", "middle", "late")).classify(np.zeros((1, 2)), calibrate="neighbors")
