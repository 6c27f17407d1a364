"""Frequencies of subsets as series: in percent, corrected for confusion, and as centred log-ratios."""

from __future__ import annotations

from collections.abc import Mapping

from cartwise.analyses.cohort import Cohort
from cartwise.analyses.cytometry_series import (
    POPULATIONS,
    UNCLASSIFIED,
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
from cartwise.measures.subsets import MIN_PARENT_CELLS, once
from cartwise.statistics import centred_log_ratio
from cartwise.study import Row

PERCENT, CORRECTED, CLR = "percent", "corrected percent", "centred log-ratio"
_COLUMNS = {PERCENT: "percent", CORRECTED: "corrected_percent"}
OVERLAP = 100.5
"""Parts that sum to more percent than this overlap, and are not parts of one whole."""

FEW = f"Samples with fewer than {MIN_PARENT_CELLS} cells of the parent were left out (a sensitivity run takes them in)"


def subset_series(cohort: Cohort, *scales: str) -> Collected:
    """Every subset of both populations on each of the scales named, with the samples chosen for it."""
    series: list[Series] = []
    samples: list[SampleRow] = []
    notes = [selection(), f"{FEW}.", *methods_of_rows(_all_rows(cohort))]
    for population in POPULATIONS:
        chosen = frequency_samples(cohort, population)
        samples += sample_rows(population, chosen, "parent_cells", MIN_PARENT_CELLS)
        for scale in scales:
            found, told = (
                _log_ratios(cohort, population, chosen)
                if scale == CLR
                else _percents(population, chosen, scale)
            )
            series += found
            notes += told
    notes += _others(cohort)
    return Collected(tuple(series), samples_table(samples), tuple(notes), holdings(_all_rows(cohort)))


def frequency_samples(cohort: Cohort, population: Population) -> Chosen:
    """The samples of a population, with the rows that are parts of it."""
    parent = parent_in(cohort, population)
    return chosen_samples(
        cohort,
        population,
        lambda patient: patient.subset_frequencies.where(parent=parent),
        "parent_cells",
    )


def parent_in(cohort: Cohort, population: Population) -> str:
    """The name under which the study's records hold a population."""
    there = {row.parent for row in _all_rows(cohort)}
    return next((parent for parent in population.parents if parent in there), population.parents[0])


def parts_of(cohort: Cohort, population: Population, names: list[str]) -> list[str]:
    """The subsets that are not parts of another subset of the list, so that none is counted twice."""
    parents: dict[str, set[str]] = {}
    for row in _all_rows(cohort):
        parents.setdefault(row.subset, set()).add(row.parent)
    top = set(population.parents)
    return [name for name in names if not (parents.get(name, set()) - top) & set(names)]


def few_cells(row: Row) -> bool:
    """Whether a frequency rests on too few cells, by their number or, where it is not recorded, by the flag."""
    if row.parent_cells is None:
        return bool(row.small_denominator)
    return bool(row.parent_cells < MIN_PARENT_CELLS)


def _all_rows(cohort: Cohort) -> list[Row]:
    return [row for sheet in cohort.sheets.values() for row in sheet.patient.subset_frequencies]


def _percents(population: Population, chosen: Chosen, scale: str) -> tuple[list[Series], list[str]]:
    column, conflicts = _COLUMNS[scale], 0
    at: dict[str, dict[str, dict[str, Reading]]] = {}
    for point, samples in chosen.items():
        for name, sample in samples.items():
            rows, differing = once(by_name(sample.rows, "subset"), column)
            conflicts += differing
            for subset, row in rows.items():
                reading = Reading(getattr(row, column), row.parent_cells, few_cells(row))
                at.setdefault(subset, {}).setdefault(point, {})[name] = reading
    series = [Series(population, subset, "", scale, at[subset]) for subset in in_order(at)]
    return series, conflicts_told(conflicts, f"{scale} of {population.name}")


def _log_ratios(cohort: Cohort, population: Population, chosen: Chosen) -> tuple[list[Series], list[str]]:
    """Of samples with enough cells that hold every part; a zero needs the number of cells to be replaced."""
    percents, _ = _percents(population, chosen, PERCENT)
    wanted = parts_of(cohort, population, [one.subset for one in percents])
    whole = {
        (point, name): [one.readings[point][name] for one in percents if one.subset in wanted]
        for point, samples in chosen.items()
        for name in samples
        if all(name in one.readings.get(point, {}) for one in percents if one.subset in wanted)
    }
    usable = {key: readings for key, readings in whole.items() if _composition(readings)}
    if len(wanted) < 2 or not usable:
        return [], [f"No log-ratios of {population.name}: no sample holds two parts or more of one whole."]
    ratios = centred_log_ratio(
        [[reading.value for reading in readings] for readings in usable.values()],
        limit=[100 / (readings[0].cells or 1) for readings in usable.values()],
    )
    at: Mapping[str, dict[str, dict[str, Reading]]] = {subset: {} for subset in wanted}
    for (point, name), row, readings in zip(usable, ratios.values, usable.values(), strict=True):
        for subset, value in zip(wanted, row, strict=True):
            at[subset].setdefault(point, {})[name] = Reading(float(value), readings[0].cells, few=False)
    series = [Series(population, subset, "", CLR, at[subset]) for subset in wanted]
    left = sum(map(len, chosen.values())) - len(usable)
    parts = f"Parts of {population.name} for log-ratios: {', '.join(wanted)}"
    return series, [
        ratios.methods,
        f"{parts}; {left} samples without all of them, with too few cells or with overlapping parts were left out.",
    ]


def _composition(readings: list[Reading]) -> bool:
    values = [reading.value for reading in readings]
    if not 0 < sum(values) <= OVERLAP or any(reading.few for reading in readings):
        return False
    # A zero stands for less than one cell; so many of them may not outweigh what was seen.
    zeros, cells = values.count(0), readings[0].cells
    return not zeros or (bool(cells) and zeros * 100 / (cells or 1) < sum(values))


def _others(cohort: Cohort) -> list[str]:
    used = {parent_in(cohort, population) for population in POPULATIONS}
    others = sorted({row.parent for row in _all_rows(cohort)} - used)
    told = [f"Frequencies as a part of {', '.join(others)} were not compared here."] if others else []
    if any(row.subset == UNCLASSIFIED for row in _all_rows(cohort)):
        told.append(
            "Cells that the classifier rejected count in the denominator and are no subset of their own."
        )
    return told
