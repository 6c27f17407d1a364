"""Meta-analysis of two-arm studies and of published estimates: one pooled effect, by a named method."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from math import sqrt
from typing import Literal, get_args

import numpy as np
import pandas as pd

from cartwise.basis import UserError
from cartwise.statistics.counting import Bools, Floats
from cartwise.statistics.design import values_of
from cartwise.statistics.effects import Measure, TwoArms, study_effects, study_names, two_arms
from cartwise.statistics.exact_odds import exact_odds
from cartwise.statistics.heterogeneity import TAU_NAMES, TauEstimator, tau_squared, typical_variance
from cartwise.statistics.meta_result import MetaAnalysis, Pooled, StudyEffect, pooled_of
from cartwise.statistics.mixed_odds import mixed_odds
from cartwise.statistics.observations import check_choice, numbers, refuse
from cartwise.statistics.pooling import Pool, inverse_variance, mantel_haenszel, nothing, peto
from cartwise.statistics.survival import check_level

PoolingMethod = Literal[
    "inverse variance",
    "Mantel-Haenszel",
    "Peto",
    "binomial-normal",
    "hypergeometric-normal",
    "exact conditional",
]
_ODDS_ONLY = get_args(PoolingMethod)[2:]


@dataclass(frozen=True, slots=True)
class _Choice:
    """How effects are pooled."""

    measure: str
    method: PoolingMethod
    tau2: TauEstimator | float | None
    knapp_hartung: bool
    correction: float
    level: float


def meta_analysis(
    data: pd.DataFrame,
    *,
    events: str,
    n: str,
    control_events: str,
    control_n: str,
    study: str = "study",
    measure: Measure = "odds ratio",
    method: PoolingMethod = "inverse variance",
    tau2: TauEstimator | float | None = "REML",
    knapp_hartung: bool = False,
    correction: float = 0.5,
    cohort: str | None = None,
    allow_overlap: Sequence[str] = (),
    level: float = 0.95,
) -> MetaAnalysis:
    """Pool studies of two arms, given as counts, one row per study.

    Methods: "inverse variance" (common effect, or random effects with tau squared by DL, REML, PM, ML, SJ, HS);
    "Mantel-Haenszel"; "Peto"; "binomial-normal" (mixed logistic model, fixed study intercepts) and
    "hypergeometric-normal" (given the margins), both by maximum likelihood; "exact conditional". The last four give odds
    ratios. Where arms differ by something that happened after the start (a transplantation), all of them carry
    its immortal time: see `caption`.

    Args:
        data: one row per study.
        events: column of the events in the first arm.
        n: column of the patients in the first arm.
        control_events: column of the events in the control arm.
        control_n: column of the patients in the control arm.
        study: column of the names.
        measure: "odds ratio", "risk ratio" or "risk difference".
        method: see above.
        tau2: estimator of the variance between studies, a fixed value of it, or None for a common effect.
            The normal models estimate it by maximum likelihood unless None.
        knapp_hartung: t interval of Knapp and Hartung with inverse variance.
        correction: added to all cells of a study with an empty one, with inverse variance and for Q.
        cohort: column that names the cohort a study draws on; two studies of one cohort are refused.
        allow_overlap: cohorts that may stand more than once.
        level: confidence level.

    Raises:
        UserError: the table or the choices are unusable, or cohorts overlap.
    """
    check_choice("measure", measure, Measure)
    choice = _Choice(measure, method, tau2, knapp_hartung, correction, level)
    _check(choice)
    arms = two_arms(data, study, (events, n), (control_events, control_n))
    _refuse_overlap(data, cohort, allow_overlap)
    effect, variance = study_effects(arms.corrected(correction), measure)

    def pooled(chosen: Bools) -> Pooled:
        return _pooled_counts(arms.where(chosen), effect[chosen], variance[chosen], choice)

    return _result(arms.study, effect, variance, pooled, choice)


def pooled_estimates(
    data: pd.DataFrame,
    *,
    effect: str,
    std_error: str,
    study: str = "study",
    ratio: bool = True,
    name: str = "hazard ratio",
    tau2: TauEstimator | float | None = "REML",
    knapp_hartung: bool = False,
    cohort: str | None = None,
    allow_overlap: Sequence[str] = (),
    level: float = 0.95,
) -> MetaAnalysis:
    """Pool published estimates (hazard ratios) by inverse variance, one row per study.

    Args:
        data: one row per study.
        effect: column of the effects, on the log scale for ratios.
        std_error: column of their standard errors, above 0.
        study: column of the names.
        ratio: whether exp(effect) is a ratio.
        name: what it is.
        tau2: as in `meta_analysis`.
        knapp_hartung: as in `meta_analysis`.
        cohort: as in `meta_analysis`.
        allow_overlap: as in `meta_analysis`.
        level: confidence level.

    Raises:
        UserError: the table or the choices are unusable, or cohorts overlap.
    """
    choice = _Choice(name, "inverse variance", tau2, knapp_hartung, 0.0, level)
    _check(choice)
    names = study_names(data, study)
    effects, errors = (numbers(column, values_of(data, column, column)) for column in (effect, std_error))
    refuse(
        std_error, errors <= 0, "not above 0", "An estimate without an error cannot be weighed; leave it out"
    )
    _refuse_overlap(data, cohort, allow_overlap)

    def pooled(chosen: Bools) -> Pooled:
        pool = _by_inverse_variance(effects[chosen], errors[chosen] ** 2, choice)
        return pooled_of(pool, level, ratio=ratio)

    return _result(names, effects, errors**2, pooled, choice, ratio=ratio)


def _check(choice: _Choice) -> None:
    check_level(choice.level)
    check_choice("method", choice.method, PoolingMethod)
    if choice.method in _ODDS_ONLY and choice.measure != "odds ratio":
        raise UserError(f"The method {choice.method!r} pools odds ratios only.")
    fixed = isinstance(choice.tau2, int | float)
    if choice.tau2 is not None and not fixed and choice.tau2 not in TAU_NAMES:
        raise UserError(
            f"There is no estimator {choice.tau2!r} of tau squared. Choose one of {', '.join(TAU_NAMES)}."
        )
    if isinstance(choice.tau2, int | float) and not (np.isfinite(choice.tau2) and choice.tau2 >= 0):
        raise UserError("A fixed `tau2` is 0 or more.")
    if choice.knapp_hartung and choice.method != "inverse variance":
        raise UserError("The Knapp-Hartung interval belongs to the inverse variance method.")
    if not (np.isfinite(choice.correction) and choice.correction >= 0):
        raise UserError("`correction` is 0 or more, usually 0.5.")


def _refuse_overlap(data: pd.DataFrame, cohort: str | None, allowed: Sequence[str]) -> None:
    if cohort is None:
        return
    cohorts = pd.Series(values_of(data, "cohort", cohort)).astype("string")
    repeated = cohorts[cohorts.duplicated() & ~cohorts.isin(list(allowed))]
    if len(repeated):
        raise UserError(
            f"Several studies draw on the cohort {repeated.iloc[0]!r}: their patients would count more than once. "
            "Keep one of them, or name the cohort in `allow_overlap`."
        )


def _pooled_counts(arms: TwoArms, effect: Floats, variance: Floats, choice: _Choice) -> Pooled:
    ratio = choice.measure != "risk difference"
    if choice.method == "exact conditional":
        return _exactly(arms, choice.level)
    if choice.method == "Mantel-Haenszel":
        measure: Measure = choice.measure  # type: ignore[assignment]  # checked at the door
        return pooled_of(mantel_haenszel(arms, measure, effect, variance), choice.level, ratio=ratio)
    if choice.method == "Peto":
        return pooled_of(peto(arms), choice.level, ratio=True)
    if choice.method == "inverse variance":
        return pooled_of(_by_inverse_variance(effect, variance, choice), choice.level, ratio=ratio)
    conditional = choice.method == "hypergeometric-normal"
    found = mixed_odds(arms, conditional=conditional, random=choice.tau2 is not None)
    if found.effect is not None and np.isfinite(variance).all() and variance.size > 1:
        found = replace(found, i2=100 * found.tau2 / (found.tau2 + typical_variance(variance)))
    return pooled_of(found, choice.level, ratio=True)


def _by_inverse_variance(effect: Floats, variance: Floats, choice: _Choice) -> Pool:
    if not (np.isfinite(effect).all() and np.isfinite(variance).all() and (variance > 0).all()):
        return nothing("a study has an empty cell and no correction was made: its effect has no variance")
    tau2 = choice.tau2
    if tau2 is None:
        between = 0.0
    elif isinstance(tau2, int | float):
        between = float(tau2)
    else:
        between = tau_squared(effect, variance, tau2)
    random = tau2 is not None
    return inverse_variance(effect, variance, between, random=random, knapp_hartung=choice.knapp_hartung)


def _exactly(arms: TwoArms, level: float) -> Pooled:
    found = exact_odds(arms, level)
    if found is None:
        return pooled_of(nothing("in every study all patients had the event, or none"), level, ratio=True)
    inside = 0 < found.estimate < np.inf
    return Pooled(
        level,
        "" if inside else "all events fall into one arm: the odds ratio is 0 or without bound",
        value=found.estimate if found.estimate < np.inf else None,
        effect=float(np.log(found.estimate)) if inside else None,
        std_error=found.std_error,
        lower=found.lower,
        upper=found.upper if found.upper < np.inf else None,
        p=found.p,
    )


def _result(
    names: tuple[str, ...],
    effect: Floats,
    variance: Floats,
    pooled: Callable[[Bools], Pooled],
    choice: _Choice,
    *,
    ratio: bool | None = None,
) -> MetaAnalysis:
    is_ratio = choice.measure != "risk difference" if ratio is None else ratio
    every = np.ones(len(names), dtype=np.bool_)
    whole = pooled(every)
    singles = tuple(
        StudyEffect(name, pooled_of(_single(e, v), choice.level, ratio=is_ratio))
        for name, e, v in zip(names, effect, variance, strict=True)
    )

    def without(index: int) -> Pooled:
        return pooled(np.arange(len(names)) != index)

    return MetaAnalysis(singles, whole, choice.measure, is_ratio, choice.level, _sentence(choice), without)


def _single(effect: float, variance: float) -> Pool:
    if not (np.isfinite(effect) and np.isfinite(variance) and variance > 0):
        return nothing("an empty cell: the effect of this study alone has no variance")
    return Pool(float(effect), sqrt(float(variance)))


def _sentence(choice: _Choice) -> str:
    how = f"the {choice.method} method"
    if choice.method == "inverse variance":
        how += _tau_words(choice.tau2)
        how += ", with the Knapp-Hartung interval" if choice.knapp_hartung else ""
        how += (
            f"; {choice.correction:g} was added to all cells of studies with an empty one"
            if choice.correction
            else ""
        )
    elif choice.method.endswith("normal"):
        spread = "with random effects" if choice.tau2 is not None else "with a common effect"
        how = f"a {choice.method} model {spread} (maximum likelihood)"
    return f"{choice.measure.capitalize()}s of the studies were pooled by {how}."


def _tau_words(tau2: TauEstimator | float | None) -> str:
    if tau2 is None:
        return " (common effect)"
    if isinstance(tau2, int | float):
        return f" (random effects, tau squared fixed at {tau2:g})"
    return f" (random effects, tau squared by {TAU_NAMES[tau2]})"
