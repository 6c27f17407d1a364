"""Every choice a non-compartmental analysis rests on, and the sentence that names them all."""

from __future__ import annotations

import math
from dataclasses import dataclass
from numbers import Real
from typing import Literal, get_args

from cartwise.basis import UserError

AucRule = Literal["linear", "lin-up/log-down", "lin-log"]
BlqRule = Literal["pknca", "zero", "drop", "positive-part"]
SlopeRule = Literal["pknca", "positive-first"]
HalfLifeFit = Literal["log-linear", "tobit"]

MIN_R2 = 0.9
"""Below this r2 a half-life is flagged (PKNCA 0.12.1, option min.hl.r.squared)."""
MIN_SPAN_RATIO = 2.0
"""Below this span ratio a half-life is flagged (PKNCA 0.12.1, option min.span.ratio)."""
MAX_EXTRAPOLATED_PERCENT = 20.0
"""Above this share of AUCinf extrapolated a half-life is flagged (PKNCA 0.12.1, option max.aucinf.pext)."""

_AUC_WORDS: dict[str, str] = {
    "linear": "linear trapezoids",
    "lin-up/log-down": "linear trapezoids, logarithmic where concentrations fall between two positive values",
    "lin-log": "linear trapezoids up to Tmax, logarithmic after it between two positive values",
}
_BLQ_WORDS: dict[str, str] = {
    "pknca": "0 before the first and after the last quantifiable value, dropped between them",
    "zero": "0 wherever they stand",
    "drop": "dropped wherever they stand",
    "positive-part": (
        "dropped, and the profile cut to its positive part: area is counted from the first to the last "
        "quantifiable value and nothing outside"
    ),
}
_SLOPE_WORDS: dict[str, str] = {
    "pknca": "best adjusted r2 among all windows, then a slope that does not fall gives none (PKNCA)",
    "positive-first": "best adjusted r2 among the windows that fall (Phoenix, NonCompart)",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class NcaMethod:
    """The choices of one analysis; the defaults are PKNCA 0.12.1's.

    Attributes:
        lloq: lower limit of quantification, in the unit of the concentrations. Positive values below it are
            taken as below the limit. None: as coded.
        auc_rule: how the area between two samples is taken.
        blq_rule: what stands for a value below the limit; `method_sentence` says each in words.
        interval: first and last day of the interval AUCs; every other quantity uses all samples from the
            first of the two on.
        slope_rule: whether the sign of the terminal slope is asked after or before the best fit is chosen.
        half_life: least squares on logarithms, or Tobit, which takes values below `lloq` as censored.
        include_tmax: whether the sample at Tmax may belong to the terminal phase.
        min_points: fewest quantifiable values of a terminal phase.
        adj_r2_tolerance: how far below the best adjusted r2 a longer window may lie and still be taken.
        lambda_z: a terminal slope known beforehand, per day; nothing is then fitted.
    """

    lloq: float | None = None
    auc_rule: AucRule = "lin-up/log-down"
    blq_rule: BlqRule = "pknca"
    interval: tuple[float, float] = (0.0, 28.0)
    slope_rule: SlopeRule = "pknca"
    half_life: HalfLifeFit = "log-linear"
    include_tmax: bool = False
    min_points: int = 3
    adj_r2_tolerance: float = 1e-4
    lambda_z: float | None = None

    def __post_init__(self) -> None:
        """Refuse choices that mean nothing.

        Raises:
            UserError: naming every such choice at once.
        """
        if problems := method_problems(self):
            raise UserError("The NCA cannot run as asked:\n" + "\n".join(f"- {line}" for line in problems))

    @property
    def interval_name(self) -> str:
        """The interval as it stands in column names ("0_28")."""
        return "_".join(f"{day:g}" for day in self.interval)


def method_problems(method: NcaMethod) -> list[str]:
    """What is wrong with the choices, one line each; empty where nothing is."""
    return _unknown_words(method) + _bad_interval(method.interval) + _bad_numbers(method)


def _unknown_words(method: NcaMethod) -> list[str]:
    words = {
        "auc_rule": get_args(AucRule),
        "blq_rule": get_args(BlqRule),
        "slope_rule": get_args(SlopeRule),
        "half_life": get_args(HalfLifeFit),
    }
    return [
        f"{name} is {getattr(method, name)!r}; choose one of {', '.join(known)}."
        for name, known in words.items()
        if getattr(method, name) not in known
    ]


def _is_number(value: object) -> bool:
    return isinstance(value, Real) and not isinstance(value, bool) and math.isfinite(value)


def _bad_interval(interval: tuple[float, float]) -> list[str]:
    days = tuple(interval) if isinstance(interval, tuple | list) else ()
    if len(days) == 2 and all(map(_is_number, days)) and 0 <= days[0] < days[1]:
        return []
    return [f"interval is {interval!r}; give two days, the first at least 0 and the second after it."]


def _bad_numbers(method: NcaMethod) -> list[str]:
    wanted = {
        "lloq": "a positive concentration, or None" if not _positive_or_none(method.lloq) else "",
        "lambda_z": "a positive rate per day, or None" if not _positive_or_none(method.lambda_z) else "",
        "min_points": "3 or more" if not (_is_number(method.min_points) and method.min_points >= 3) else "",
        "adj_r2_tolerance": "0 or more" if not _not_negative(method.adj_r2_tolerance) else "",
    }
    bad = [f"{name} is {getattr(method, name)!r}; give {words}." for name, words in wanted.items() if words]
    if method.half_life == "tobit" and method.lloq is None:
        bad.append("half_life is 'tobit', which needs the lower limit of quantification: give lloq.")
    return bad


def _positive_or_none(value: float | None) -> bool:
    return value is None or (_is_number(value) and value > 0)


def _not_negative(value: float) -> bool:
    return _is_number(value) and value >= 0


def method_sentence(method: NcaMethod) -> str:
    """The choices as a methods section would state them.

    Args:
        method: the choices of the analysis.
    """
    start, end = method.interval
    before = f"takes the level on day {start:g} as 0 where sampling began later, "
    if method.blq_rule == "positive-part":
        before = ""
    limit = "as coded in the records" if method.lloq is None else f"below {method.lloq:g}"
    return (
        f"Non-compartmental analysis: AUC by {_AUC_WORDS[method.auc_rule]} ({method.auc_rule}); values below the "
        f"limit ({limit}) {_BLQ_WORDS[method.blq_rule]} ({method.blq_rule}); samples without a result left out; "
        f"Tmax the first of equal maxima; areas start on day {start:g}; AUClast {start:g}-{end:g} ends with the "
        f"last quantifiable sample by day {end:g}; AUCint {start:g}-{end:g} interpolates to day {end:g}, "
        f"{before}adds the triangle to a first value below "
        f"the limit sampled by day {end:g}, and counts nothing after that; {_terminal_words(method)}; half-life "
        f"flagged at r2 < {MIN_R2:g}, span ratio < {MIN_SPAN_RATIO:g} or > {MAX_EXTRAPOLATED_PERCENT:g} % of "
        "AUCinf extrapolated."
    )


def _terminal_words(method: NcaMethod) -> str:
    if method.lambda_z is not None:
        return f"terminal slope given as {method.lambda_z:g} per day"
    where = "from Tmax on" if method.include_tmax else "strictly after Tmax"
    points = f"at least {method.min_points} quantifiable values {where}"
    if method.half_life == "tobit":
        return f"terminal slope by Tobit regression on {points}, window with the smallest residual SD"
    return (
        f"terminal slope by log-linear regression on {points} up to Tlast, longest window within "
        f"{method.adj_r2_tolerance:g} of the {_SLOPE_WORDS[method.slope_rule]}"
    )
