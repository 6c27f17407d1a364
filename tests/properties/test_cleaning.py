"""What holds of cleaning whatever the events are."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from cartwise.cytometry.bead_normalisation import normalise, running_median
from cartwise.cytometry.cleaning import clean
from cartwise.cytometry.cleaning_columns import CleaningColumns
from cartwise.cytometry.events import Events
from cartwise.cytometry.smooth_density import picture, shape

CHANNELS = ("Time", "Event_length", "Ce140Di", "Lu175Di", "Ir191Di", "Ir193Di", "Pt195Di", "Y89Di")
COLUMNS = CleaningColumns(
    time=0,
    gaussian={"Event_length": 1},
    beads={"Ce140Di": 2, "Lu175Di": 3},
    dna=(4, 5),
    viability={"Pt195Di": 6},
    cd45=7,
    mass=(2, 3, 4, 5, 6, 7),
)
ANY = st.floats(allow_nan=True, allow_infinity=True, width=32)
COUNTS = st.floats(0, 5000, width=32)


def tables(elements: st.SearchStrategy[float]) -> st.SearchStrategy[np.ndarray]:
    return hnp.arrays(np.float32, st.tuples(st.integers(0, 90), st.just(8)), elements=elements)


@given(st.one_of(tables(ANY), tables(COUNTS)))
@settings(max_examples=60, deadline=None)
def test_any_table_of_numbers_is_cleaned_with_an_account_that_adds_up(values: np.ndarray) -> None:
    found = clean(Events(values, CHANNELS, ("",) * 8), COLUMNS)
    assert found.keep.shape == (len(values),)
    assert found.steps[0].before == len(values)
    assert found.steps[-1].after == int(found.keep.sum())
    before = len(values)
    for step in found.steps:
        assert step.before == before >= step.after
        before = step.after


@st.composite
def bead_runs(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    n = draw(st.integers(30, 120))
    rng = np.random.default_rng(draw(st.integers(0, 10_000)))
    values = rng.gamma(30, 30, (n, 4)).astype(np.float32)
    return values, rng.permutation(n).astype(np.float32), rng.random(n) < 0.5


@given(bead_runs(), st.floats(0.2, 5))
@settings(max_examples=40, deadline=None)
def test_a_file_of_another_gain_comes_to_the_same_baseline(
    drawn: tuple[np.ndarray, np.ndarray, np.ndarray], gain: float
) -> None:
    values, time, beads = drawn
    beads[0] = True
    baseline = [800.0, 900.0, 1000.0]
    one = normalise(values, time, beads, [0, 1, 2], [0, 1, 2, 3], baseline=baseline, window=9)
    other = normalise(
        values * np.float32(gain), time, beads, [0, 1, 2], [0, 1, 2, 3], baseline=baseline, window=9
    )
    assert np.allclose(one.values, other.values, rtol=1e-4)


@given(
    hnp.arrays(np.float64, st.tuples(st.integers(1, 60), st.just(1)), elements=st.floats(0, 1e6)),
    st.integers(1, 80),
)
@settings(max_examples=60, deadline=None)
def test_a_running_median_is_the_median_of_its_window(values: np.ndarray, window: int) -> None:
    smoothed, used = running_median(values, window)
    half = used // 2
    assert used % 2 == 1
    for place in range(len(values)):
        middle = min(max(place, half), len(values) - 1 - half)
        assert smoothed[place, 0] == np.median(values[middle - half : middle + half + 1, 0])


@given(hnp.arrays(np.float32, st.integers(0, 200), elements=ANY))
@settings(max_examples=60, deadline=None)
def test_a_picture_counts_every_finite_value(values: np.ndarray) -> None:
    assert sum(picture("", "", values, (1.0,)).counts) == int(np.isfinite(values).sum())


@given(st.integers(0, 1000), st.floats(3, 8), st.floats(0.1, 0.9))
@settings(max_examples=30, deadline=None)
def test_two_modes_far_apart_have_a_valley_between_them(seed: int, distance: float, part: float) -> None:
    rng = np.random.default_rng(seed)
    low = rng.normal(0, 0.4, 400)
    high = rng.normal(distance, 0.4, max(int(400 * part), 60))
    found = shape(np.concatenate([low, high]), kernel=0.12)
    assert found is not None
    valley = found.valley()
    assert valley is not None
    assert 0.4 < valley < distance - 0.4


@given(st.integers(0, 1000), st.integers(100, 5000))
@settings(max_examples=30, deadline=None)
def test_one_mode_has_no_valley(seed: int, n: int) -> None:
    found = shape(np.random.default_rng(seed).normal(3, 0.8, n), kernel=0.15)
    assert found is not None
    assert found.valley() is None
