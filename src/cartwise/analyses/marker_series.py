"""State markers of subsets as series: their medians or, where a study has none, their percent positive."""

from __future__ import annotations

from functools import partial

from cartwise.analyses.cohort import Cohort
from cartwise.analyses.cytometry_series import (
    BLOOD,
    CAR_T,
    POPULATIONS,
    Chosen,
    Collected,
    Population,
    Reading,
    SampleRow,
    Series,
    by_name,
    chosen_samples,
    conflicts_told,
    holdings,
    in_order,
    methods_of_rows,
    sample_rows,
    samples_table,
    selection,
)
from cartwise.measures.subsets import MIN_SUBSET_CELLS, once
from cartwise.study import Patient, Records, Row

MEDIAN, POSITIVE = "median", "percent positive"
_COLUMNS = {MEDIAN: "median", POSITIVE: "percent_positive"}

FEW = f"Markers of fewer than {MIN_SUBSET_CELLS} cells of the subset were left out (a sensitivity run takes them in)"


def marker_series(cohort: Cohort) -> Collected:
    """Every state marker of every subset of both populations, with the samples chosen for it."""
    rows = _all_rows(cohort)
    scale = MEDIAN if any(row.median is not None for row in rows) or not rows else POSITIVE
    subsets = _populations(cohort)
    series: list[Series] = []
    samples: list[SampleRow] = []
    notes = [selection(), f"Markers were compared by their {scale}. {FEW}.", *methods_of_rows(rows)]
    for population in POPULATIONS:
        wanted = [name for name, place in subsets.items() if place == population]
        chosen = chosen_samples(cohort, population, partial(_rows, wanted), "cells")
        samples += sample_rows(population, chosen, "cells", MIN_SUBSET_CELLS)
        found, told = _markers(population, chosen, scale)
        series += found
        notes += told
    return Collected(tuple(series), samples_table(samples), tuple(notes), holdings(rows))


def _rows(subsets: list[str], patient: Patient) -> Records:
    return patient.subset_markers.where(subset=subsets)


def _all_rows(cohort: Cohort) -> list[Row]:
    return [row for sheet in cohort.sheets.values() for row in sheet.patient.subset_markers]


def _populations(cohort: Cohort) -> dict[str, Population]:
    """The population each subset belongs to: CAR+ T cells where its frequency, or a product, says so; else blood."""
    rows = _all_rows(cohort)
    counted = [row for sheet in cohort.sheets.values() for row in sheet.patient.subset_frequencies]
    of_car = {row.subset for row in counted if row.parent in CAR_T.parents}
    of_others = {row.subset for row in counted} - of_car
    of_car |= {row.subset for row in rows if row.specimen == "product"} - of_others
    of_car |= set(CAR_T.parents)  # as a whole they have no frequency among themselves
    return {name: CAR_T if name in of_car else BLOOD for name in in_order(row.subset for row in rows)}


def _markers(population: Population, chosen: Chosen, scale: str) -> tuple[list[Series], list[str]]:
    column, conflicts = _COLUMNS[scale], 0
    at: dict[str, dict[str, dict[str, dict[str, Reading]]]] = {}
    for point, samples in chosen.items():
        for name, sample in samples.items():
            rows, differing = once(by_name(sample.rows, "subset", "marker"), column)
            conflicts += differing
            for row in rows.values():
                few = row.cells is not None and row.cells < MIN_SUBSET_CELLS
                of_marker = at.setdefault(row.subset, {}).setdefault(row.marker, {})
                of_marker.setdefault(point, {})[name] = Reading(getattr(row, column), row.cells, few)
    series = [
        Series(population, subset, marker, scale, at[subset][marker])
        for subset in in_order(at)
        for marker in sorted(at[subset])
    ]
    return series, conflicts_told(conflicts, f"markers of {population.name}")
