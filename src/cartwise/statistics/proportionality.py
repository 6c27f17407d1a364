"""The score test of proportional hazards, by term and for the whole model, with scaled Schoenfeld residuals."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from cartwise.basis import Missing, UserError
from cartwise.statistics.counting import Bools, Floats
from cartwise.statistics.cox import Cox
from cartwise.statistics.likelihood import derivatives, evaluated, mean_at_risk
from cartwise.statistics.observations import Observations, check_choice
from cartwise.statistics.survival import kaplan_meier

TimeScale = Literal["km", "rank", "identity", "log"]


@dataclass(frozen=True, slots=True, eq=False)
class ProportionalHazards:
    """Whether coefficients change with time.

    Attributes:
        terms: the columns of the table, and "GLOBAL".
        chi2: statistic of each; Missing where there is none.
        df: degrees of freedom of each.
        p: of each; Missing where there is none.
        transform: scale of time on which a coefficient was let change.
        residuals: one row per event: its time, its transformed time, and the scaled Schoenfeld residual plus the
            coefficient of each design column, whose smooth line over time is the coefficient as it changes.
        methods: the sentence for a methods section.
    """

    terms: tuple[str, ...]
    chi2: tuple[float | Missing, ...]
    df: tuple[int, ...]
    p: tuple[float | Missing, ...]
    transform: TimeScale
    residuals: pd.DataFrame
    methods: str

    def table(self) -> pd.DataFrame:
        """One row per term and the global test."""

        def number(value: float | Missing) -> float:
            return np.nan if isinstance(value, Missing) else value

        def reason(value: float | Missing) -> str:
            return value.reason if isinstance(value, Missing) else ""

        return pd.DataFrame(
            {
                "term": self.terms,
                "chi2": [number(v) for v in self.chi2],
                "df": self.df,
                "p": [number(v) for v in self.p],
                "reason": [reason(v) for v in self.chi2],
            }
        )


def ph_test(model: Cox, *, transform: TimeScale = "km") -> ProportionalHazards:
    """Score test that no coefficient changes with (transformed) time.

    Each column gets a companion, itself times g(t), whose coefficient is tested at zero (Grambsch and Therneau,
    Biometrika 1994;81:515, by the full score test that R `cox.zph` uses since survival 3.0). A factor is tested
    by all its levels together.

    Args:
        model: a fitted Cox model.
        transform: g: "km" (1 - Kaplan-Meier just before t, of all strata together and without
            weights), "rank" (of t among all
            rows), "identity" or "log".

    Raises:
        UserError: there is no such transform, or "log" with an event at time 0.
    """
    check_choice("transform", transform, TimeScale)
    score, information = _with_companions(model, transform)
    usable = ~(model.found.aliased | model.found.unbounded)
    blocks = model.design.columns()
    tested = [*blocks.values(), list(range(len(model.design.terms)))]
    answers = [_tested(score, information, np.array(block), usable) for block in tested]
    methods = (
        "Proportional hazards were checked by the score test of Grambsch and Therneau (1994; full score test) "
        f"with time on the {_SCALES[transform]} scale."
    )
    chi2, df, p = zip(*answers, strict=True)
    return ProportionalHazards(
        (*blocks, "GLOBAL"), chi2, df, p, transform, _residuals(model, transform), methods
    )


_ROUNDING = 1e-6  # of the root of an information
_SCALES = {"km": "Kaplan-Meier", "rank": "rank", "identity": "original", "log": "logarithmic"}


def _with_companions(model: Cox, transform: TimeScale) -> tuple[Floats, Floats]:
    """Score, (2p,), and information, (2p, 2p), of the columns and their companions at the maximum."""
    p = len(model.design.terms)
    score, information = np.zeros(2 * p), np.zeros((2 * p, 2 * p))
    times, scaled = _scale_of(model.rows, transform)
    centred = scaled - scaled.mean() if scaled.size else scaled
    # Neither the middle nor the unit of the scale matters to the test; so zero can be told from rounding.
    centred = centred / max(float(np.abs(centred).max(initial=0.0)), 1e-300)
    for rows, place in zip(model.partial.strata, model.partial.places, strict=True):
        state = evaluated(rows, model.found.beta)
        own = np.unique(model.rows.time[place][model.rows.event[place]])
        factor = centred[np.searchsorted(times, own)]
        _, plain = derivatives(rows, state)
        first, mixed = derivatives(rows, state, factor)
        _, square = derivatives(rows, state, factor**2)
        score[p:] += first
        information += np.block([[plain, mixed], [mixed, square]])
    return score, information


def _scale_of(rows: Observations, transform: TimeScale) -> tuple[Floats, Floats]:
    """The distinct event times, (m,), and the scale that the test uses at each."""
    times = np.unique(rows.time[rows.event])
    if transform == "identity":
        return times, times
    if transform == "log":
        if times.size and times[0] <= 0:
            raise UserError("The log scale needs events after time 0; choose another transform.")
        return times, np.log(times)
    if transform == "rank":
        every = np.sort(rows.time)
        below, within = (np.searchsorted(every, times, side) for side in ("left", "right"))
        return times, (below + within + 1) / 2
    late = np.where(np.isfinite(rows.entry), rows.entry, 0.0)
    curve = kaplan_meier(rows.time, rows.event, entry=late if late.any() else None)
    survival = curve.curves["all"]
    before = np.searchsorted(survival.times, times, "left") - 1
    return times, 1 - np.where(before < 0, 1.0, survival.survival[before])


def _tested(
    score: Floats, information: Floats, block: np.ndarray, usable: Bools
) -> tuple[float | Missing, int, float | Missing]:
    from scipy.special import chdtrc  # noqa: PLC0415  # scipy is slow to import and not every run tests

    p = usable.size
    companions = block[usable[block]] + p
    kept = np.r_[np.flatnonzero(usable), companions]
    if companions.size == 0:
        why = Missing("the model gives no coefficient for it")
        return why, 0, why
    part = information[np.ix_(kept, kept)]
    spread = np.sqrt(np.clip(np.diag(part), 1e-300, None))
    if (spread[usable.sum() :] < _ROUNDING * spread[: usable.sum()].max()).any() or np.linalg.matrix_rank(
        part / np.outer(spread, spread), 1e-10
    ) < kept.size:
        why = Missing("there are too few events to tell a change over time from the coefficient itself")
        return why, 0, why
    inner = np.r_[np.zeros(int(usable.sum())), score[companions]]
    chi2 = float(inner @ np.linalg.solve(part, inner))
    return chi2, int(companions.size), float(chdtrc(companions.size, chi2))


def _residuals(model: Cox, transform: TimeScale) -> pd.DataFrame:
    """Scaled Schoenfeld residuals plus the coefficients, one row per event (Grambsch and Therneau 1994)."""
    times, scaled = _scale_of(model.rows, transform)
    parts, when = [np.empty((0, len(model.design.terms)))], [np.empty(0)]
    for rows, place in zip(model.partial.strata, model.partial.places, strict=True):
        happened = rows.event == 1
        means = mean_at_risk(rows, evaluated(rows, model.found.beta))
        parts.append((rows.x[happened] - means[rows.sets.last[happened]]) * model.partial.scale)
        when.append(model.rows.time[place][happened])
    raw, day = np.concatenate(parts), np.concatenate(when)
    coefficients = model.found.beta / model.partial.scale
    changing = coefficients + len(raw) * raw @ np.nan_to_num(model.naive_covariance)
    usable = ~(model.found.aliased | model.found.unbounded)
    table = pd.DataFrame({"time": day, "transformed": scaled[np.searchsorted(times, day)]})
    for j, term in enumerate(model.design.terms):
        table[term.label] = changing[:, j] if usable[j] else np.nan
    return table.sort_values("time", kind="stable", ignore_index=True)
