"""Cleaning takes a raw file to single living leukocytes, and gives account of every step."""

from dataclasses import replace

import numpy as np
import pytest

from cartwise.basis import UserError
from cartwise.cytometry.cleaning import Cleaned, CleaningSettings, clean
from cartwise.cytometry.cleaning_columns import columns_from
from cartwise.cytometry.events import Events
from cartwise.cytometry.singlets import dna_singlets
from cartwise.cytometry.step import Step
from cartwise.cytometry.viability import cd45_positive
from tests.spec.cytometry.cleaning_run import BEADS, GAUSSIAN, KINDS, Run, panel, run

ORDER = (
    "bead normalisation",
    "bead removal",
    "steady run",
    "Gaussian singlets",
    "DNA singlets",
    "viability",
    "CD45+",
)


def cleaned(
    drawn: Run, settings: CleaningSettings | None = None, *, without: tuple[str, ...] = ()
) -> Cleaned:
    return clean(drawn.events, columns_from(panel(without=without), drawn.events.channels), settings)


def step(found: Cleaned, name: str) -> Step:
    return next(step for step in found.steps if step.name == name)


@pytest.fixture(scope="module")
def drawn() -> Run:
    return run(loss=0.4)


@pytest.fixture(scope="module")
def found(drawn: Run) -> Cleaned:
    return cleaned(drawn)


def kept_percent(drawn: Run, found: Cleaned, kind: str) -> float:
    return 100 * float(found.keep[drawn.kind == KINDS.index(kind)].mean())


def test_nearly_every_single_living_leukocyte_stays(drawn: Run, found: Cleaned) -> None:
    assert kept_percent(drawn, found, "cell") > 97


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "cell"])
def test_what_is_no_single_living_leukocyte_goes(drawn: Run, found: Cleaned, kind: str) -> None:
    assert kept_percent(drawn, found, kind) < 2


def test_doublets_go_by_their_dna_where_the_file_has_no_gaussian_parameters(drawn: Run) -> None:
    found = cleaned(drawn, without=("Gaussian",))
    assert kept_percent(drawn, found, "doublet") < 5
    assert kept_percent(drawn, found, "cell") > 97


def test_steps_follow_one_another_and_each_takes_up_what_the_last_one_left(
    drawn: Run, found: Cleaned
) -> None:
    assert tuple(step.name for step in found.steps) == ORDER
    assert found.steps[0].before == len(drawn.events)
    assert all(
        later.before == earlier.after for earlier, later in zip(found.steps, found.steps[1:], strict=False)
    )
    assert found.steps[-1].after == found.keep.sum()


def test_every_threshold_is_told_with_its_scale_and_how_it_came_about_and_stands_in_a_picture(
    found: Cleaned,
) -> None:
    for name in ("bead removal", "Gaussian singlets", "DNA singlets", "viability", "CD45+"):
        account = step(found, name)
        assert account.settings
        assert all(setting.how and setting.scale for setting in account.settings)
        drawn_cuts = {cut for density in account.densities for cut in density.cuts}
        thresholds = {s.value for s in account.settings if s.name.endswith(("lower", "upper"))}
        assert thresholds == drawn_cuts


def test_a_picture_counts_every_event_that_entered_the_step(found: Cleaned) -> None:
    for name in ("Gaussian singlets", "DNA singlets", "viability", "CD45+"):
        account = step(found, name)
        assert all(sum(density.counts) == account.before for density in account.densities)
        assert all(len(density.edges) == len(density.counts) + 1 for density in account.densities)


def test_the_same_file_is_cleaned_the_same_twice(drawn: Run, found: Cleaned) -> None:
    again = cleaned(drawn)
    assert np.array_equal(again.keep, found.keep)
    assert np.array_equal(again.values, found.values)
    assert again.steps == found.steps


def test_the_files_own_events_are_not_changed(drawn: Run) -> None:
    values = drawn.events.values.copy()
    values.setflags(write=False)
    found = cleaned(replace(drawn, events=replace(drawn.events, values=values)))
    assert found.values is not values
    assert np.array_equal(values, drawn.events.values)


@pytest.mark.parametrize(
    ("role", "steps"),
    [
        ("bead", ("bead normalisation", "bead removal")),
        ("time", ("steady run",)),
        ("Gaussian", ("Gaussian singlets",)),
        ("DNA", ("DNA singlets",)),
        ("viability", ("viability",)),
        ("lineage", ("CD45+",)),
    ],
)
def test_a_role_that_the_panel_does_not_have_leaves_its_step_out_and_says_so(
    drawn: Run, role: str, steps: tuple[str, ...]
) -> None:
    found = cleaned(drawn, without=(role,))
    assert tuple(step.name for step in found.steps) == ORDER
    for name in steps:
        account = step(found, name)
        assert account.before == account.after
        assert account.remarks


def test_without_a_time_channel_the_order_of_events_stands_for_it(drawn: Run) -> None:
    found = cleaned(drawn, without=("time",))
    assert "order of events" in step(found, "bead normalisation").remarks[0]
    beads = found.values[drawn.kind == 5][:, 7]
    assert np.median(beads[:300]) == pytest.approx(np.median(beads[-300:]), rel=0.15)
    raw = drawn.events.values[drawn.kind == 5][:, 7]
    assert np.median(raw[:300]) > 1.4 * np.median(raw[-300:])


def test_a_file_without_beads_is_cleaned_as_it_is_and_says_so() -> None:
    drawn = run(shares=(0.74, 0.08, 0.06, 0.08, 0.04, 0.0, 0.0))
    found = cleaned(drawn)
    assert found.values is drawn.events.values
    assert "no beads" in step(found, "bead removal").remarks[0]
    assert kept_percent(drawn, found, "cell") > 97


def test_a_file_of_beads_alone_leaves_no_event() -> None:
    assert not cleaned(run(2000, shares=(0, 0, 0, 0, 0, 1.0, 0))).keep.any()


def test_one_bead_in_two_hundred_events_is_found() -> None:
    drawn = run(shares=(0.745, 0.08, 0.06, 0.07, 0.04, 0.005, 0.0))
    found = cleaned(drawn)
    assert kept_percent(drawn, found, "bead") == 0
    assert step(found, "bead removal").before - step(found, "bead removal").after == (drawn.kind == 5).sum()


def test_a_hundred_events_are_cleaned() -> None:
    drawn = run(100)
    found = cleaned(drawn)
    assert kept_percent(drawn, found, "cell") > 90
    assert kept_percent(drawn, found, "debris") == 0


@pytest.mark.parametrize("events", [0, 1, 3, 12])
def test_a_file_with_hardly_any_event_ends_in_remarks_and_not_in_an_error(events: int) -> None:
    full = run(200)
    drawn = replace(full, events=replace(full.events, values=full.events.values[:events]))
    found = cleaned(drawn)
    assert len(found.keep) == events
    assert any(step.remarks for step in found.steps)


def test_an_event_with_a_value_that_is_no_number_is_taken_out_and_counted(drawn: Run) -> None:
    values = drawn.events.values.copy()
    values[:7, drawn.events.channels.index("Ir191Di")] = np.nan
    found = clean(
        replace(drawn.events, values=values), columns_from(panel(), drawn.events.channels), CleaningSettings()
    )
    assert (found.steps[0].before, found.steps[0].after) == (len(values), len(values) - 7)
    assert not found.keep[:7].any()


def test_where_most_cells_are_dead_the_living_are_still_those_with_little_stain() -> None:
    drawn = run(shares=(0.2, 0.02, 0.06, 0.64, 0.02, 0.06, 0.0))
    found = cleaned(drawn)
    assert kept_percent(drawn, found, "dead") < 2
    assert kept_percent(drawn, found, "cell") > 95
    assert "Only" in step(found, "viability").remarks[0]


def test_where_no_cell_is_dead_viability_takes_hardly_any_out() -> None:
    drawn = run(shares=(0.74, 0.08, 0.06, 0.0, 0.04, 0.06, 0.02))
    account = step(cleaned(drawn), "viability")
    assert account.after > 0.99 * account.before
    assert "no valley" in account.settings[0].how


def test_where_every_cell_is_a_leukocyte_the_cut_of_cd45_stands_at_ten_counts() -> None:
    drawn = run(shares=(0.78, 0.08, 0.0, 0.06, 0.0, 0.06, 0.02))
    account = step(cleaned(drawn), "CD45+")
    assert "fixed" in account.settings[0].how
    assert account.after > 0.99 * account.before


def test_a_threshold_that_a_laboratory_gives_is_used_and_told_as_given(drawn: Run) -> None:
    account = step(cleaned(drawn, CleaningSettings(given={"viability, upper": 2.0})), "viability")
    assert (account.settings[0].value, account.settings[0].how) == (2.0, "given")
    found = cleaned(drawn, CleaningSettings(given={"viability, upper": 2.0}))
    stain = np.arcsinh(found.values[found.keep, drawn.events.channels.index("Pt195Di")] / 5)
    assert stain.max() <= 2.0


def test_a_threshold_of_an_unknown_name_is_refused_with_the_names_there_are() -> None:
    with pytest.raises(UserError, match=r"no threshold viabilty.*viability, upper"):
        CleaningSettings(given={"viabilty": 2.0})


def test_an_unknown_fate_of_unsteady_stretches_is_refused() -> None:
    with pytest.raises(UserError, match="'flag', 'remove' or 'ignore'"):
        CleaningSettings(unsteady="drop")  # type: ignore[arg-type]


def unsteady_run() -> Run:
    """A clog from 40 to 50 % of the run: the signal of every mass channel falls to a third."""
    drawn = run(loss=0.0)
    values = drawn.events.values.copy()
    clog = (values[:, 0] > 4e5) & (values[:, 0] < 5e5)
    cells = (
        clog & (drawn.kind != 5) & (drawn.kind != 6)
    )  # beads stay, or normalisation would give it all back
    values[np.ix_(cells, [values.shape[1] - 3, values.shape[1] - 2])] /= 3
    return replace(drawn, events=replace(drawn.events, values=values))


def test_a_stretch_whose_medians_fall_is_flagged_and_kept_unless_removal_is_asked_for() -> None:
    drawn = unsteady_run()
    clog = (drawn.column("Time") > 4.05e5) & (drawn.column("Time") < 4.95e5)
    steady = (drawn.column("Time") < 3.9e5) | (drawn.column("Time") > 5.1e5)
    flagged = cleaned(drawn)
    entered = ~np.isin(drawn.kind, [5, 6])
    assert flagged.unsteady[clog & entered].mean() > 0.95
    assert flagged.unsteady[steady & entered].mean() < 0.05
    account = step(flagged, "steady run")
    assert account.before == account.after
    assert account.remarks[1] == "Medians that left their course: Ir191Di, Ir193Di."
    removed = cleaned(drawn, CleaningSettings(unsteady="remove"))
    assert not (removed.keep & removed.unsteady).any()
    assert step(removed, "steady run").after == account.before - int(flagged.unsteady.sum())


def test_a_burst_of_events_is_flagged_by_its_rate() -> None:
    drawn = run()
    values = drawn.events.values.copy()
    burst = (values[:, 0] > 2e5) & (values[:, 0] < 3e5)
    values[burst, 0] = 2e5 + (values[burst, 0] - 2e5) / 4
    found = cleaned(replace(drawn, events=replace(drawn.events, values=values)))
    entered = burst & ~np.isin(drawn.kind, [5, 6])
    assert found.unsteady[entered].mean() > 0.8
    assert found.unsteady[~burst].mean() < 0.05


def test_a_steady_run_has_no_flags(found: Cleaned) -> None:
    assert not found.unsteady.any()
    assert step(found, "steady run").remarks == ("The run was steady.",)


def test_gaussian_parameters_that_the_instrument_did_not_fit_are_left_out() -> None:
    drawn = run()
    values = drawn.events.values.copy()
    columns = [drawn.events.channels.index(name) for name in GAUSSIAN[1:]]
    values[:, columns] = 0
    found = cleaned(replace(drawn, events=replace(drawn.events, values=values)))
    account = step(found, "Gaussian singlets")
    assert {setting.name for setting in account.settings} == {"Event_length, lower", "Event_length, upper"}
    assert sum("did not fit" in remark for remark in account.remarks) == 4


def test_an_event_without_a_fit_is_taken_out_and_counted() -> None:
    drawn = run()
    values = drawn.events.values.copy()
    cells = np.flatnonzero(drawn.kind == 0)[:50]
    values[cells, drawn.events.channels.index("Width")] = 0
    wide = CleaningSettings(given={"Width, lower": -10.0})
    found = cleaned(replace(drawn, events=replace(drawn.events, values=values)), wide)
    assert not found.keep[cells].any()
    assert any(
        "Width is 0 (no fit) in 50 events" in remark for remark in step(found, "Gaussian singlets").remarks
    )


def test_where_doublets_show_a_mode_of_their_own_the_cut_stands_in_the_valley_before_it() -> None:
    drawn = run(shares=(0.5, 0.3, 0.04, 0.06, 0.04, 0.06, 0.0))
    found = cleaned(drawn, without=("Gaussian",))
    upper = next(setting for setting in step(found, "DNA singlets").settings if setting.name == "DNA, upper")
    assert upper.how == "valley between singlets and doublets"
    assert kept_percent(drawn, found, "doublet") < 5


def test_where_debris_reaches_up_to_the_cells_the_cut_stands_in_the_valley_between() -> None:
    rng = np.random.default_rng(7)
    dna = np.concatenate([rng.lognormal(np.log(150), 0.15, 3_000), rng.lognormal(np.log(600), 0.32, 6_000)])
    found = dna_singlets(np.stack([dna, dna], axis=1).astype(np.float32), width=3.0, given={})
    assert found.settings[0].how == "valley between debris and singlets"
    assert found.keep[:3_000].mean() < 0.05
    assert found.keep[3_000:].mean() > 0.95


def test_cells_with_little_cd45_are_parted_from_leukocytes_in_the_valley() -> None:
    rng = np.random.default_rng(8)
    cd45 = np.concatenate([rng.lognormal(np.log(15), 0.3, 2_000), rng.lognormal(np.log(200), 0.4, 6_000)])
    found = cd45_positive(cd45.astype(np.float32), given={})
    assert found.settings[0].how == "valley below 50 counts"
    assert found.keep[:2_000].mean() < 0.01
    assert found.keep[2_000:].mean() > 0.99


def test_thresholds_are_looked_for_in_normalised_values(drawn: Run) -> None:
    found = cleaned(drawn, CleaningSettings(baseline=dict.fromkeys(BEADS, 6000.0)))
    stain = np.arcsinh(found.values[found.keep, drawn.events.channels.index("Y89Di")] / 5)
    last_edge = step(found, "CD45+").densities[0].edges[-1]
    assert last_edge == pytest.approx(np.percentile(stain, 99.9), abs=0.05)


def test_columns_are_found_by_role_whatever_their_order_and_spelling() -> None:
    channels = ("(Ir193)Di", "Cell_length", "Y89Di", "(Ce140)Di", "Time", "Pt195Di", "Er168Di", "BCKG190Di")
    columns = columns_from(panel(), channels)
    assert columns.time == 4
    assert columns.gaussian == {"Event_length": 1}
    assert columns.dna == (0,)
    assert columns.beads == {"Ce140Di": 3}
    assert columns.viability == {"Pt195Di": 5}
    assert columns.cd45 == 2
    assert set(columns.mass) == {0, 2, 3, 5, 6}


def test_values_are_normalised_for_every_event_kept_or_not(drawn: Run, found: Cleaned) -> None:
    assert found.values.shape == drawn.events.values.shape
    assert found.values.dtype == np.float32
    untouched = [drawn.events.channels.index(name) for name in ("Time", *GAUSSIAN)]
    assert np.array_equal(found.values[:, untouched], drawn.events.values[:, untouched])


def test_a_baseline_must_name_every_bead_channel(drawn: Run) -> None:
    with pytest.raises(UserError, match="no intensity for Eu151Di"):
        cleaned(drawn, CleaningSettings(baseline={"Ce140Di": 1000.0}))


def test_two_files_brought_to_one_baseline_have_beads_of_the_same_intensity() -> None:
    baseline = CleaningSettings(baseline=dict.fromkeys(BEADS, 1200.0))
    strong, weak = run(seed=2), run(seed=3)
    values = weak.events.values.copy()
    values[:, 6:] *= 0.6
    weak = replace(weak, events=replace(weak.events, values=values))
    medians = [
        np.median(cleaned(drawn, baseline).values[drawn.kind == 5][:, 7:12]) for drawn in (strong, weak)
    ]
    assert medians == pytest.approx([1200.0, 1200.0], rel=0.02)


def test_normalisation_can_be_left_out(drawn: Run) -> None:
    found = cleaned(drawn, CleaningSettings(normalise=False))
    assert found.values is drawn.events.values
    assert step(found, "bead normalisation").remarks == ("Not asked for.",)


def test_a_file_without_events_has_an_account_that_says_so() -> None:
    events = Events(np.empty((0, 2), np.float32), ("Time", "Ir191Di"), ("", ""))
    found = clean(events, columns_from(panel(), events.channels))
    assert found.steps[0].remarks == ("The file holds no events.",)
