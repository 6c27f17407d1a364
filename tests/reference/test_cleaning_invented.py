"""Cleaning held against the truth of invented files, which another author's mechanism draws."""

import numpy as np
import pytest
from numpy.random import SeedSequence

from cartwise.cytometry.cleaning import clean
from cartwise.cytometry.cleaning_columns import columns_from
from cartwise.cytometry.events import Events
from cartwise.cytometry.panel_reading import shipped_panel
from cartwise.invention import draw_events, invent, plan_cytometry

NO_CELLS = ("dead", "doublet", "bead", "debris")


@pytest.mark.parametrize("place", [0, 1, 2])
def test_an_invented_file_is_cleaned_to_its_true_cells_and_no_population_is_lost(place: int) -> None:
    panel = shipped_panel("demo")
    channels = tuple(channel.channel for channel in panel.channels)
    sample = plan_cytometry(invent(patients=3, seed=3))[place]
    drawn = draw_events(sample, 12_000, seed=SeedSequence([5, place]))
    found = clean(Events(drawn.raw, channels, ("",) * len(channels)), columns_from(panel, channels))
    true = ~np.isin(drawn.labels, NO_CELLS)
    assert found.keep[true].mean() > 0.96
    assert true[found.keep].mean() > 0.998
    for population, cells in zip(*np.unique(drawn.labels[true], return_counts=True), strict=True):
        if cells >= 100:
            assert found.keep[drawn.labels == population].mean() > 0.9, population
