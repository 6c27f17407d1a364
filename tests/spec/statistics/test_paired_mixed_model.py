"""The mixed model where its answer can be worked out by hand, and where it has none."""

import pandas as pd
import pytest

from cartwise.basis import Missing, UserError
from cartwise.statistics import mixed_model, wilcoxon_signed_rank

TIMES = ("product", "day 7", "day 28")


def fitted(values):
    """A model of values by patient: one number a time point, None where there is none."""
    rows = [
        (value, time, patient)
        for patient, of in values.items()
        for time, value in zip(TIMES, of, strict=True)
        if value is not None
    ]
    value, time, patient = zip(*rows, strict=True)
    return mixed_model(value, pd.Categorical(time, TIMES), patient)


def test_of_complete_pairs_it_is_the_paired_t_test():
    """Changes 1, 2, 3, 6: mean 3, SD 2.160, t = 3 / (2.160 / 2) = 2.777 with 3 degrees of freedom, p = 0.0691."""
    model = fitted({"A": (10, 11, None), "B": (30, 32, None), "C": (20, 23, None), "D": (15, 21, None)})
    change = model.change("product", "day 7")
    assert change.estimate.value == pytest.approx(3)
    assert change.p == pytest.approx(0.06914, rel=1e-3)
    assert (model.n, model.patients) == (8, 4)


def test_a_patient_without_a_pair_takes_part():
    whole = {"A": (10, 11, None), "B": (30, 32, None), "C": (20, 26, None)}
    more = fitted(whole | {"D": (None, 60, None)})
    assert more.n == 7
    assert more.change("product", "day 7").estimate.value != pytest.approx(3)


def test_changes_add_up_over_the_time_points():
    model = fitted({"A": (60, 1, 4), "B": (70, None, 9), "C": (55, 3, None), "D": (66, 0, 2)})
    first, second, whole = (
        model.change(a, b).estimate.value
        for a, b in ((TIMES[0], TIMES[1]), (TIMES[1], TIMES[2]), (TIMES[0], TIMES[2]))
    )
    assert first + second == pytest.approx(whole)
    assert list(model.table()["second"]) == ["day 7", "day 28", "day 28"]


def test_where_patients_do_not_differ_nothing_lies_between_them():
    model = fitted({"A": (1, 5, None), "B": (3, 3.5, None), "C": (2, 4.1, None), "D": (2.5, 4, None)})
    assert model.between == 0
    assert model.within > 0


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"A": (1, None, None), "B": (2, None, None)}, "fewer than two time points"),
        ({"A": (1, None, None), "B": (None, 2, None)}, "too few patients"),
        ({"A": (1, 2, None), "B": (2, 3, None), "C": (4, 5, None)}, "nothing varies within"),
        (
            {"A": (1, 2, None), "B": (2, 5, None), "C": (2, 4, None), "D": (None, None, 4)},
            "no patient links",
        ),
    ],
)
def test_what_cannot_be_told_has_a_reason(values, reason):
    model = fitted(values)
    assert isinstance(model.changes, Missing)
    assert reason in model.changes.reason
    assert reason in model.methods
    assert isinstance(model.change("product", "day 7"), Missing)
    assert model.table().empty


def test_it_is_a_second_opinion_on_the_same_pairs():
    before, after = [63, 58, 71, 45, 80, 66], [1, 2, 12, 6, 20, 0]
    model = fitted({str(i): (a, b, None) for i, (a, b) in enumerate(zip(before, after, strict=True))})
    test = wilcoxon_signed_rank(before, after)
    assert model.change("product", "day 7").estimate.value == pytest.approx(test.shift.value, abs=3)


def test_an_unnamed_patient_is_refused():
    with pytest.raises(UserError, match="blank"):
        mixed_model([1, 2], ["a", "b"], ["P", None])
