"""Beads are found by their signal, and normalisation gives back what the signal lost over a run."""

from dataclasses import replace

import numpy as np
import pytest

from cartwise.basis import UserError
from cartwise.cytometry.bead_normalisation import normalise, running_median
from cartwise.cytometry.beads import Beads, find_beads
from tests.spec.cytometry.cleaning_run import BEADS, CHANNELS, GAUSSIAN, KINDS, MARKERS, Run, run

BEAD_COLUMNS = [CHANNELS.index(channel) for channel in BEADS]
DNA_COLUMNS = [CHANNELS.index("Ir191Di"), CHANNELS.index("Ir193Di")]
MASS = [CHANNELS.index(channel) for channel in CHANNELS if channel not in {"Time", *GAUSSIAN}]


def beads_of(drawn: Run, **how: float) -> Beads:
    found = find_beads(drawn.events.values[:, BEAD_COLUMNS], drawn.events.values[:, DNA_COLUMNS], **how)
    assert found is not None
    return found


def is_kind(drawn: Run, *kinds: str) -> np.ndarray:
    return np.isin(drawn.kind, [KINDS.index(kind) for kind in kinds])


def normalised(drawn: Run, **how: object):
    return normalise(
        drawn.events.values,
        drawn.column("Time"),
        is_kind(drawn, "bead"),
        BEAD_COLUMNS,
        MASS,
        **how,
    )


# ---- finding -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("loss", [0.0, 0.6])
def test_every_event_with_a_bead_in_it_is_found_whatever_the_signal_lost(loss: float) -> None:
    drawn = run(loss=loss)
    found = beads_of(drawn)
    assert np.array_equal(found.holding, is_kind(drawn, "bead", "bead doublet"))


def test_a_bead_that_sticks_to_a_cell_holds_a_bead_but_is_no_single_bead() -> None:
    drawn = run()
    found = beads_of(drawn)
    assert found.single[is_kind(drawn, "bead")].mean() > 0.98
    assert not found.single[is_kind(drawn, "bead doublet")].any()


def test_two_beads_at_once_hold_beads_but_do_not_guide_normalisation() -> None:
    drawn = run()
    values = drawn.events.values.copy()
    two = np.flatnonzero(is_kind(drawn, "bead"))[:40]
    values[np.ix_(two, BEAD_COLUMNS)] *= 2.5
    found = beads_of(replace(drawn, events=replace(drawn.events, values=values)))
    assert found.holding[two].all()
    assert found.single[two].mean() < 0.1


def test_a_cell_that_is_bright_in_all_bead_channels_but_one_holds_no_bead() -> None:
    drawn = run()
    values = drawn.events.values.copy()
    cells = np.flatnonzero(is_kind(drawn, "cell"))[:200]
    values[np.ix_(cells, BEAD_COLUMNS[1:])] = 2000
    assert not beads_of(replace(drawn, events=replace(drawn.events, values=values))).holding[cells].any()


def test_where_there_are_no_beads_none_are_found() -> None:
    drawn = run(shares=(0.7, 0.1, 0.1, 0.06, 0.04, 0.0, 0.0))
    assert find_beads(drawn.events.values[:, BEAD_COLUMNS], drawn.events.values[:, DNA_COLUMNS]) is None


def test_without_dna_channels_beads_are_found_all_the_same() -> None:
    drawn = run()
    found = find_beads(drawn.events.values[:, BEAD_COLUMNS], drawn.events.values[:, []])
    assert found is not None
    assert np.array_equal(found.holding, is_kind(drawn, "bead", "bead doublet"))


def test_a_given_threshold_of_the_weakest_channel_is_used() -> None:
    drawn = run()
    found = beads_of(drawn, given=6.0)
    weakest = np.arcsinh(drawn.events.values[:, BEAD_COLUMNS] / 5).min(axis=1)
    assert np.array_equal(found.holding, weakest > 6.0)
    assert found.settings[0].how == "given"


# ---- normalising ---------------------------------------------------------------------------------------------------


def test_bead_medians_are_flat_over_time_afterwards() -> None:
    drawn = run(60_000, loss=0.5)
    found = normalised(drawn)
    beads = is_kind(drawn, "bead")
    thirds = np.array_split(np.flatnonzero(beads), 9)
    for column in BEAD_COLUMNS:
        before = [np.median(drawn.events.values[third, column]) for third in thirds]
        after = [np.median(found.values[third, column]) for third in thirds]
        assert max(before) / min(before) > 1.7
        assert max(after) / min(after) < 1.10


def test_a_drift_is_recovered_and_given_back_to_the_cells() -> None:
    drawn, steady = run(60_000, loss=0.5), run(60_000)
    found = normalised(drawn)
    # The factors are the inverse of the drift, but for one constant; half a window at either end is not resolved.
    inner = slice(8_000, -8_000)
    product = found.factors[inner] * drawn.drift[inner]
    assert product / product.mean() == pytest.approx(np.ones(len(product)), abs=0.03)
    cells = is_kind(drawn, "cell")
    dna = CHANNELS.index("Ir191Di")
    ratio = found.values[cells, dna] / steady.events.values[cells, dna]
    early, late = ratio[: len(ratio) // 3].mean(), ratio[-len(ratio) // 3 :].mean()
    assert early == pytest.approx(late, rel=0.08)


def test_a_steady_run_is_hardly_changed() -> None:
    assert normalised(run(60_000)).factors == pytest.approx(np.ones(60_000), abs=0.03)


def test_only_mass_channels_are_multiplied_each_event_by_one_factor() -> None:
    drawn = run(5_000, loss=0.3)
    found = normalised(drawn)
    untouched = [CHANNELS.index(name) for name in ("Time", *GAUSSIAN)]
    assert np.array_equal(found.values[:, untouched], drawn.events.values[:, untouched])
    marker = CHANNELS.index(MARKERS[0])
    assert np.allclose(found.values[:, marker], drawn.events.values[:, marker] * found.factors)


def test_events_in_any_order_get_the_factor_of_their_time() -> None:
    drawn = run(5_000, loss=0.3)
    order = np.random.default_rng(4).permutation(5_000)
    events = replace(drawn.events, values=drawn.events.values[order])
    shuffled = normalised(Run(events, drawn.kind[order], drawn.drift[order]))
    assert np.allclose(shuffled.factors, normalised(drawn).factors[order])


def test_beads_are_brought_to_a_given_baseline() -> None:
    drawn = run(20_000, loss=0.3)
    found = normalised(drawn, baseline=[1000.0, 1000.0, 1000.0, 1000.0, 1000.0])
    medians = np.median(found.values[is_kind(drawn, "bead")][:, BEAD_COLUMNS], axis=0)
    assert medians == pytest.approx(np.full(5, 1000.0), rel=0.03)


def test_the_account_says_how_far_beads_drifted_before_and_after() -> None:
    found = normalised(run(60_000, loss=0.5))
    assert (found.drift_before > 1.5).all()
    assert (found.drift_after < 1.1).all()


def test_beads_without_signal_for_a_while_leave_that_while_as_it_is() -> None:
    drawn = run(20_000)
    values = drawn.events.values.copy()
    off = drawn.column("Time") > 5e5
    values[np.ix_(off, BEAD_COLUMNS)] = 0
    found = normalised(replace(drawn, events=replace(drawn.events, values=values)), window=51)
    assert np.isfinite(found.factors).all()
    assert found.factors[-1] == 1


def test_the_window_is_odd_and_never_longer_than_a_third_of_the_beads() -> None:
    assert running_median(np.ones((4_000, 1)), 500)[1] == 501
    assert running_median(np.ones((90, 1)), 500)[1] <= 31
    assert running_median(np.ones((1, 1)), 500)[1] == 1


def test_no_beads_cannot_be_normalised_by() -> None:
    drawn = run(500)
    with pytest.raises(UserError, match="no beads to normalise by"):
        normalise(drawn.events.values, drawn.column("Time"), np.zeros(500, bool), BEAD_COLUMNS, MASS)


def test_a_baseline_of_another_length_is_refused() -> None:
    with pytest.raises(UserError, match="2 values and there are 5 bead channels"):
        normalised(run(2_000), baseline=[1.0, 2.0])
