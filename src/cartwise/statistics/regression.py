"""What every regression of this room gives back: coefficients with intervals or reasons, and tests of the model."""

from __future__ import annotations

from dataclasses import dataclass
from math import erfc, sqrt
from statistics import NormalDist
from typing import Any, Literal, NamedTuple, Self

import numpy as np
import pandas as pd

from cartwise.basis import Estimate, Missing
from cartwise.statistics.comparisons import TestResult
from cartwise.statistics.counting import Floats
from cartwise.statistics.design import Design, Term
from cartwise.statistics.newton import Maximum

RatioName = Literal["hazard ratio", "subdistribution hazard ratio", "odds ratio"]

NOT_VARYING = "it does not vary among the patients that are compared"
ALIASED = "it is determined by the columns before it"
UNBOUNDED = "the likelihood rises without end (separation): no finite maximum exists; Firth's penalty gives a finite one"
NOT_CONVERGED = "the maximum was not reached; look at the covariates for extreme values"


@dataclass(frozen=True, slots=True)
class Setting:
    """What all coefficients of a model share.

    Attributes:
        n: rows.
        events: rows with the event.
        ratio: what exp(coef) is.
        level: confidence level.
        methods: the sentence for a methods section.
    """

    n: int
    events: int
    ratio: RatioName
    level: float
    methods: str


@dataclass(frozen=True, slots=True)
class Coefficient:
    """One term of a regression.

    Attributes:
        term: what it stands for.
        level: confidence level.
        n: patients (rows) in the model.
        method: the model's methods sentence.
        reason: why a number is None; "" where all are there.
        coef: log ratio; None where there is none.
        std_error: of `coef`; robust where the model's methods say so.
        z: coef / std_error; the signed root of the likelihood ratio statistic in Firth's models.
        p: two-sided p value.
        ratio: exp(coef).
        lower: lower confidence limit of the ratio.
        upper: upper confidence limit of the ratio.
    """

    term: Term
    level: float
    n: int
    method: str
    reason: str = ""
    coef: float | None = None
    std_error: float | None = None
    z: float | None = None
    p: float | None = None
    ratio: float | None = None
    lower: float | None = None
    upper: float | None = None

    def estimate(self) -> Estimate | Missing:
        """The ratio with its interval; Missing, with the reason, where there is none."""
        if self.ratio is None:
            return Missing(self.reason)
        return Estimate(self.ratio, self.lower, self.upper, self.level, "1", self.n, self.method)


class Fit(NamedTuple):
    """What a maximum of standardised columns leaves to say.

    Attributes:
        scale: (p,) what the columns were divided by.
        naive: (p, p) inverse information, of the standardised columns.
        robust: (p, p) robust covariance of theirs, where it is to be given.
        reason: why no coefficient has a value; "" where they have, or each its own reason.
        rarer: how many had the rarer outcome, where that is not the event.
    """

    scale: Floats
    naive: Floats
    robust: Floats | None = None
    reason: str = ""
    rarer: int | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Regression:
    """A fitted regression model.

    Attributes:
        coefficients: one per column of the design.
        covariance: (p, p) of the coefficients, robust where `methods` says so; NaN where there is none.
        naive_covariance: (p, p), inverse information; NaN where there is none.
        loglik_null: log-likelihood without covariates.
        loglik: log-likelihood at the maximum (the penalised one in Firth's models).
        tests: likelihood ratio, Wald and score test of all terms together, as far as the model has them.
        n: rows.
        events: rows with the event.
        ratio: what exp(coef) is.
        level: confidence level.
        methods: the sentence for a methods section.
        notes: what a reader must know: separation, few events, columns without a coefficient.
    """

    coefficients: tuple[Coefficient, ...]
    covariance: Floats
    naive_covariance: Floats
    loglik_null: float
    loglik: float
    tests: tuple[TestResult, ...]
    n: int
    events: int
    ratio: RatioName
    level: float
    methods: str
    notes: tuple[str, ...] = ()

    @classmethod
    def of(cls, covariates: Design, maximum: Maximum, fit: Fit, setting: Setting, **own: Any) -> Self:
        """The model at a maximum on standardised columns; `own` are the fields of a subclass."""
        errors = fit.naive if fit.robust is None else fit.robust
        naive, covariance = (matrix / np.outer(fit.scale, fit.scale) for matrix in (fit.naive, errors))
        reasons = [fit.reason] * len(covariates.terms) if fit.reason else reasons_of(covariates, maximum)
        coefficients = normal_coefficients(covariates, maximum.beta / fit.scale, covariance, reasons, setting)
        return cls(
            coefficients,
            covariance,
            naive,
            maximum.null,
            maximum.loglik,
            model_tests(maximum, errors, robust=fit.robust is not None),
            setting.n,
            setting.events,
            setting.ratio,
            setting.level,
            setting.methods,
            notes_of(coefficients, setting.events if fit.rarer is None else fit.rarer),
            **own,
        )

    def table(self) -> pd.DataFrame:
        """One row per coefficient, with a `reason` where a number is not there."""
        rows = [
            {
                "term": c.term.label,
                "coef": c.coef,
                "std_error": c.std_error,
                "z": c.z,
                "p": c.p,
                self.ratio.replace(" ", "_"): c.ratio,
                "lower": c.lower,
                "upper": c.upper,
                "reason": c.reason,
            }
            for c in self.coefficients
        ]
        return pd.DataFrame(rows).astype(dict.fromkeys(list(rows[0])[1:-1], "float64"))

    def __getitem__(self, label: str) -> Coefficient:
        """The coefficient of a term, by its label ("age", "group: low v high")."""
        found = {c.term.label: c for c in self.coefficients}
        return found[label]

    @property
    def events_per_coefficient(self) -> float:
        """Events by coefficient estimated; below 10 an ordinary model is unstable (Peduzzi 1995)."""
        return self.events / max(len(self.coefficients), 1)


def blank(term: Term, setting: Setting, reason: str) -> Coefficient:
    """A coefficient without numbers, and why."""
    return Coefficient(term, setting.level, setting.n, setting.methods, reason)


def normal_coefficients(
    design: Design, beta: Floats, covariance: Floats, reasons: list[str], setting: Setting
) -> tuple[Coefficient, ...]:
    """Coefficients with intervals and p values of the normal approximation; no numbers where a reason stands."""
    rows = zip(design.terms, beta, np.diag(covariance), reasons, strict=True)
    return tuple(
        _normal(term, float(coef), float(variance), why, setting) for term, coef, variance, why in rows
    )


def _normal(term: Term, coef: float, variance: float, reason: str, setting: Setting) -> Coefficient:
    if reason or not variance > 0:
        return blank(term, setting, reason or "its variance is zero: there is too little to estimate it from")
    se = sqrt(variance)
    width = NormalDist().inv_cdf(0.5 + setting.level / 2) * se
    return Coefficient(
        term,
        setting.level,
        setting.n,
        setting.methods,
        coef=coef,
        std_error=se,
        z=coef / se,
        p=erfc(abs(coef / se) / sqrt(2)),
        ratio=exp(coef),
        lower=exp(coef - width),
        upper=exp(coef + width),
    )


def exp(value: float) -> float:
    """A ratio from its logarithm."""
    with np.errstate(over="ignore"):  # a limit beyond 1e308 is infinity, and says so
        return float(np.exp(value))


def reasons_of(design: Design, found: Maximum) -> list[str]:
    """Why each coefficient has no value; "" where it has one."""
    varies = np.ptp(design.matrix, axis=0) > 0 if len(design.matrix) else np.zeros(len(design.terms), bool)
    own = np.diag(found.start)
    reasons = []
    for j in range(len(design.terms)):
        if found.aliased[j]:
            reasons.append(ALIASED if varies[j] and own[j] > 1e-9 else NOT_VARYING)
        elif found.unbounded[j]:
            reasons.append(UNBOUNDED)
        else:
            reasons.append("" if found.converged else NOT_CONVERGED)
    return reasons


def model_tests(found: Maximum, covariance: Floats, *, robust: bool) -> tuple[TestResult, ...]:
    """Likelihood ratio, Wald and score test that all coefficients are zero.

    The Wald test uses the covariance given, of standardised coefficients; the others suppose independent rows.
    """
    free = ~found.aliased
    df = int(free.sum())
    if df == 0:
        why = Missing("no covariate can be estimated")
        return tuple(
            TestResult(f"{name} test", why, why, 0, f"No {name} test was made: {why.reason}.")
            for name in ("likelihood ratio", "Wald", "score")
        )
    wald = _wald(found, covariance)
    start = found.start[np.ix_(free, free)]
    score = float(found.score[free] @ np.linalg.solve(start, found.score[free]))
    return (
        chi_square_test("likelihood ratio test", 2 * (found.loglik - found.null), df),
        chi_square_test("Wald test (robust)" if robust else "Wald test", wald, df),
        chi_square_test("score test", score, df),
    )


def _wald(found: Maximum, covariance: Floats) -> float | Missing:
    free = ~found.aliased
    if found.unbounded.any() or not found.converged:
        return Missing("a coefficient has no finite value")
    own, beta = covariance[np.ix_(free, free)], found.beta[free]
    if np.linalg.matrix_rank(own, 1e-10 * float(np.diag(own).max()), hermitian=True) < beta.size:
        return Missing("there are too few clusters (or patients) for as many coefficients")
    return float(beta @ np.linalg.solve(own, beta))


def chi_square_test(name: str, statistic: float | Missing, df: int, n: int = 0) -> TestResult:
    """A test whose statistic follows a chi-square distribution."""
    from scipy.special import chdtrc  # noqa: PLC0415  # scipy is slow to import and not every run tests

    if isinstance(statistic, Missing):
        return TestResult(name, statistic, statistic, n, f"No {name} was made: {statistic.reason}.", df=df)
    methods = f"P value by {name} ({df} degree{'s' if df != 1 else ''} of freedom)."
    value = max(float(statistic), 0.0)
    return TestResult(name, value, float(chdtrc(df, value)), n, methods, df=df)


def notes_of(coefficients: tuple[Coefficient, ...], events: int) -> tuple[str, ...]:
    """What a reader must know of a model before its numbers."""
    notes = [f"{c.term.label}: {c.reason}." for c in coefficients if c.reason]
    if events < 10 * len(coefficients):
        notes.append(f"Only {events} events for {len(coefficients)} coefficients: fewer than 10 each.")
    return tuple(notes)
