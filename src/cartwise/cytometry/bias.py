"""Bias of a classifier's frequencies: confusion of cells left out of the fit, and frequencies corrected by it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from cartwise.basis import Missing, UserError
from cartwise.cytometry.crossvalidation import Labelled, best_shrinkage, folds
from cartwise.cytometry.distances import nearest
from cartwise.cytometry.rules import RULES, Array, Codes, Model, build

ENOUGH, MOST_STEPS = 1e-12, 20_000


@dataclass(frozen=True, slots=True, eq=False)
class RuleBias:
    """What one rule does to cells that were left out of its fit, before any rejection.

    Attributes:
        rule: its name.
        populations: (k,) names.
        confusion: (k, k) cells by true (row) and assigned (column) population.
        true, raw, corrected: (s, k) percent of each population in each group left out; `corrected` by the confusion
            of the other groups.
    """

    rule: str
    populations: tuple[str, ...]
    confusion: NDArray[np.int64]
    true: Array
    raw: Array
    corrected: Array

    @property
    def accuracy(self) -> float:
        """Part of cells that keep their own label."""
        return float(np.trace(self.confusion) / self.confusion.sum())

    @property
    def self_confusion(self) -> Array:
        """(k, k) rows of the confusion as parts of one; NaN for a population without cells."""
        with np.errstate(invalid="ignore"):
            return np.asarray(self.confusion / self.confusion.sum(axis=1, keepdims=True))

    @property
    def error(self) -> float:
        """Mean over groups of the summed absolute frequency error, percentage points, of raw frequencies."""
        return float(np.abs(self.raw - self.true).sum(axis=1).mean())

    @property
    def corrected_error(self) -> float:
        """The same of corrected frequencies."""
        return float(np.abs(self.corrected - self.true).sum(axis=1).mean())

    @property
    def condition(self) -> float:
        """Condition number of the self-confusion: how many times a correction can multiply sampling noise.

        NaN where a population was never left out.
        """
        known = self.self_confusion
        return float(np.linalg.cond(known)) if np.isfinite(known).all() else float("nan")

    def correct(self, percent: ArrayLike) -> Array:
        """(k,) percent that this confusion would have turned into the `percent` seen: not negative, summing to 100."""
        return 100 * adjusted(np.asarray(percent, float) / 100, self.self_confusion)


@dataclass(frozen=True, slots=True, eq=False)
class Bias:
    """The three rules side by side.

    Attributes:
        left_out: what was left out in turn, `samples` or `stratified fifths`.
        rules: each rule's bias, or why it could not be fitted.
    """

    left_out: str
    rules: Mapping[str, RuleBias | Missing]

    def table(self) -> pd.DataFrame:
        """One row a rule and population.

        Columns: `rule, population, true_percent, raw_percent, raw_error, corrected_percent, corrected_error` (means
        over the groups left out; errors absolute, percentage points), `recovered` (part of its cells that keep their
        label), `reason` (where a rule could not be fitted: the numbers are then NaN).
        """
        return pd.concat([_rows(rule, bias) for rule, bias in self.rules.items()], ignore_index=True)

    def summary(self) -> pd.DataFrame:
        """One row a rule: `rule, accuracy, error, corrected_error, condition, reason`.

        Errors are summed over populations. Where the condition is high (10 and more), raw frequencies of that rule say
        little, and neither do corrected ones.
        """
        names = ("accuracy", "error", "corrected_error", "condition")
        rows = [
            {"rule": rule, **dict.fromkeys(names, np.nan), "reason": bias.reason}
            if isinstance(bias, Missing)
            else {"rule": rule, **{name: getattr(bias, name) for name in names}, "reason": ""}
            for rule, bias in self.rules.items()
        ]
        return pd.DataFrame(rows)


def _rows(rule: str, bias: RuleBias | Missing) -> pd.DataFrame:
    columns = (
        "true_percent",
        "raw_percent",
        "raw_error",
        "corrected_percent",
        "corrected_error",
        "recovered",
    )
    if isinstance(bias, Missing):
        return pd.DataFrame(
            [{"rule": rule, "population": "", **dict.fromkeys(columns, np.nan), "reason": bias.reason}]
        )
    numbers = (
        bias.true.mean(axis=0),
        bias.raw.mean(axis=0),
        np.abs(bias.raw - bias.true).mean(axis=0),
        bias.corrected.mean(axis=0),
        np.abs(bias.corrected - bias.true).mean(axis=0),
        np.diag(bias.self_confusion),
    )
    return pd.DataFrame(
        {
            "rule": rule,
            "population": bias.populations,
            **dict(zip(columns, numbers, strict=True)),
            "reason": "",
        }
    )


def adjusted(parts: Array, confusion: Array) -> Array:
    """(k,) parts that confusion turns into `parts`: the most likely ones that are not negative and sum to one.

    Where plain inversion of the confusion matrix gives parts between 0 and 1 this is the same; where it does not,
    the likelihood has its maximum on the border. Source: expectation-maximisation of a mixture with known
    components (Vardi and Lee, J R Stat Soc B 1993;55:569).

    Args:
        parts: (k,) seen, summing to one.
        confusion: (k, k) part of each true population (row) that is assigned to each (column); a row of NaN, of a
            population never left out, is taken to keep its label.

    Raises:
        UserError: parts that do not sum to one.
    """
    if not np.isclose(parts.sum(), 1):
        raise UserError(
            f"Frequencies to correct sum to {100 * parts.sum():g} %, not 100 %. Give all populations."
        )
    known = np.where(np.isnan(confusion), np.eye(len(parts)), confusion)
    exact = _inverted(parts, known)
    if exact is not None:
        return exact
    guess = np.full(len(parts), 1 / len(parts))
    for _ in range(MOST_STEPS):
        expected = guess @ known
        ratio = np.divide(parts, expected, out=np.zeros_like(parts), where=expected > 0)
        better: Array = guess * (known @ ratio)
        better /= better.sum()
        if np.abs(better - guess).max() < ENOUGH:
            return better
        guess = better
    return guess


def _inverted(parts: Array, confusion: Array) -> Array | None:
    """Plain inversion where it stays within 0 and 1."""
    try:
        found = np.linalg.solve(confusion.T, parts)
    except np.linalg.LinAlgError:
        return None
    return np.asarray(found / found.sum()) if np.isfinite(found).all() and found.min() >= 0 else None


def diagnose(cells: Labelled, populations: tuple[str, ...]) -> Bias:
    """Leave out whole samples (at least two) or stratified fifths in turn, under each rule."""
    by_sample = cells.samples is not None and cells.samples.max(initial=0) > 0
    fold = cells.samples if by_sample and cells.samples is not None else folds(cells)
    left_out = "samples" if by_sample else "stratified fifths"
    return Bias(left_out, {rule: _rule_bias(rule, cells, fold, populations) for rule in RULES})


def _rule_bias(rule: str, cells: Labelled, fold: Codes, populations: tuple[str, ...]) -> RuleBias | Missing:
    groups = np.unique(fold)
    tables = np.zeros((len(groups), cells.count, cells.count), np.int64)
    for at, group in enumerate(groups):
        held = fold == group
        try:
            model, present = _fitted(rule, cells.only(~held))
        except np.linalg.LinAlgError:
            return Missing("a covariance is singular when one part of the cells is left out")
        assigned = present[nearest(cells.matrix[held], model).codes]
        np.add.at(tables[at], (cells.codes[held], assigned), 1)
    return _summed(rule, populations, tables)


def _fitted(rule: str, cells: Labelled) -> tuple[Model, Codes]:
    """A rule's model, and the populations it knows: those of at least two cells."""
    present = np.flatnonzero(cells.counts > 1)
    learned = cells.of_populations(present)
    of = learned.moments
    if rule != "gaussian":
        return build(rule, of), present
    return build(rule, of, shrinkage=best_shrinkage(learned, of.counts / of.counts.sum())), present


def _summed(rule: str, populations: tuple[str, ...], tables: NDArray[np.int64]) -> RuleBias:
    """Frequencies of each group, corrected by the confusion of all others."""
    sizes = tables.sum(axis=(1, 2))[:, None]
    raw = tables.sum(axis=1) / sizes
    corrected = np.empty_like(raw)
    for group in range(len(tables)):
        elsewhere = tables.sum(axis=0) - tables[group]
        with np.errstate(invalid="ignore"):
            corrected[group] = adjusted(raw[group], elsewhere / elsewhere.sum(axis=1, keepdims=True))
    true = tables.sum(axis=2) / sizes
    return RuleBias(rule, populations, tables.sum(axis=0), 100 * true, 100 * raw, 100 * corrected)
