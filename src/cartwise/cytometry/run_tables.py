"""A run as tables: every count, threshold, cut, limit and remark, one row each."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import pandas as pd

from cartwise.basis import Missing
from cartwise.cytometry.counting import Counted
from cartwise.cytometry.cuts import Cut
from cartwise.cytometry.running import Run


def run_tables(run: Run) -> dict[str, pd.DataFrame]:
    """The tables of a run by name; a table without rows keeps its columns.

    `samples`: events and intact cells, part classified, CAR+. `steps`: events in and out of every step. `thresholds`: every
    number a step set. `cuts`: of the gates. `frequencies`, `markers`: what was counted. `rules`: the subsets under the three
    rules side by side. `limits`: how far a cell may be from its subset. `bias`, `bias_summary`, `confusion`: of the
    classifier, on samples left out of its fit. `alignment`: what aligning did to the batches' anchors. `remarks` and `failures`: what a reader must know.
    """
    tables = {
        "samples": _table(_SAMPLES, [_sample(item) for item in run.counted]),
        "steps": _table(_STEPS, _each(run, _steps)),
        "thresholds": _table(_THRESHOLDS, _each(run, _thresholds)),
        "cuts": _table(_CUTS, _each(run, _cuts)),
        "frequencies": _table(_FREQUENCIES, _each(run, _frequencies)),
        "markers": _table(_MARKERS, _each(run, _markers)),
        "rules": _table(_RULES, _each(run, _rules)),
        "limits": _table(_LIMITS, _each(run, _limits)),
        "remarks": _table(_REMARKS, [*_of_run(run), *_each(run, _remarks)]),
        "failures": _table(_FAILURES, [(item.sample.name, item.stage, item.reason) for item in run.failures]),
    }
    return tables | _bias(run) | _alignment(run)


_SAMPLES = (
    "sample",
    "specimen",
    "batch",
    "panel",
    "file_hash",
    "events",
    "intact_cells",
    "classified_percent",
)
_STEPS = ("sample", "order", "step", "before", "after", "kept_percent")
_THRESHOLDS = ("sample", "step", "name", "value", "scale", "how")
_CUTS = ("sample", "cut", "value", "lower", "upper", "scale", "decided_by_data", "how")
_FREQUENCIES = (
    *("sample", "subset", "parent", "cells", "parent_cells", "percent", "lower", "upper", "corrected"),
    *("small_denominator", "limits_cover"),
)
_MARKERS = ("sample", "subset", "marker", "cells", "median", "percent_positive")
_RULES = ("sample", "rule", "subset", "cells", "percent")
_LIMITS = ("sample", "subset", "squared_distance", "how")
_ALIGNMENT = (
    *("batch", "marker", "distance_before", "distance_after", "spread_ratio", "separation_ratio"),
    *("positive_before", "positive_after", "concerns"),
)
_REMARKS = ("sample", "remark")
_FAILURES = ("sample", "stage", "reason")


def _table(columns: tuple[str, ...], rows: list[tuple[object, ...]]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=list(columns))


def _each(run: Run, of: Callable[[Counted], Iterable[tuple[object, ...]]]) -> list[tuple[object, ...]]:
    return [(item.sample.name, *row) for item in run.counted for row in of(item)]


def _sample(item: Counted) -> tuple[object, ...]:
    file = item.sample
    kept = next(iter(item.kept_percent.values()), None)
    return (file.name, file.specimen, file.batch, file.panel, file.digest, item.events, item.cells, kept)


def _steps(item: Counted) -> Iterator[tuple[object, ...]]:
    for order, step in enumerate(item.steps, 1):
        yield (
            order,
            step.name,
            step.before,
            step.after,
            100 * step.after / step.before if step.before else None,
        )


def _thresholds(item: Counted) -> Iterator[tuple[object, ...]]:
    for step in item.steps:
        for setting in step.settings:
            yield step.name, setting.name, setting.value, setting.scale, setting.how


def _cuts(item: Counted) -> Iterator[tuple[object, ...]]:
    for name, cut in item.cuts.items():
        yield _cut(name, cut)


def _cut(name: str, cut: Cut) -> tuple[object, ...]:
    return name, cut.value, cut.lower, cut.upper, cut.scale, cut.found, cut.how


def _frequencies(item: Counted) -> Iterator[tuple[object, ...]]:
    for found in item.frequencies:
        yield (
            *(
                found.subset,
                found.parent,
                found.cells,
                found.parent_cells,
                found.percent,
                found.lower,
                found.upper,
            ),
            *(found.corrected, found.small, found.covers),
        )


def _markers(item: Counted) -> Iterator[tuple[object, ...]]:
    for found in item.markers:
        yield found.subset, found.marker, found.cells, found.median, found.percent_positive


def _rules(item: Counted) -> Iterator[tuple[object, ...]]:
    for rule, counts in item.by_rule.items():
        total = sum(counts.values())
        for subset, cells in counts.items():
            yield rule, subset, cells, 100 * cells / total if total else None


def _limits(item: Counted) -> tuple[tuple[str, float, str], ...]:
    return item.limits


def _remarks(item: Counted) -> Iterator[tuple[object, ...]]:
    for remark in item.remarks:
        yield (remark,)


def _of_run(run: Run) -> list[tuple[object, ...]]:
    return [("", remark) for remark in run.remarks]


def _bias(run: Run) -> dict[str, pd.DataFrame]:
    if run.bias is None:
        return {}
    recorded = run.bias.rules.get(run.settings.rule)
    tables = {"bias": run.bias.table(), "bias_summary": run.bias.summary()}
    if recorded is None or isinstance(recorded, Missing):
        return tables
    confusion = pd.DataFrame(
        recorded.confusion, index=list(recorded.populations), columns=list(recorded.populations)
    )
    return tables | {"confusion": confusion.rename_axis("true").reset_index()}


def _alignment(run: Run) -> dict[str, pd.DataFrame]:
    """Only where alignment was asked for; without rows where no two batches have an anchor."""
    if run.aligned is None:
        return {}
    rows: list[tuple[object, ...]] = [
        (
            *(check.batch, check.marker, check.distance_before, check.distance_after, check.spread_ratio),
            *(check.separation_ratio, check.positive_before, check.positive_after),
            "; ".join(check.concerns),
        )
        for check in run.aligned.checks
    ]
    return {"alignment": _table(_ALIGNMENT, rows)}
