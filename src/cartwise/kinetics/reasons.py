"""Why a quantity has no value: every missing number of an analysis carries one of these."""

from __future__ import annotations

from enum import IntEnum

from cartwise.kinetics.method import NcaMethod


class Reason(IntEnum):
    """A reason by number, so that many profiles can carry it in an array."""

    NONE = 0
    NO_SAMPLE = 1
    ALL_DROPPED = 2
    ALL_BELOW = 3
    ONE_SAMPLE = 4
    LATE_START = 5
    FEW_IN_INTERVAL = 6
    OUTSIDE_INTERVAL = 7
    FEW_TERMINAL = 8
    FLAT = 9
    NOT_FALLING = 10
    NOT_CONVERGED = 11
    NO_R2 = 12
    GIVEN = 13
    ZERO_AREA = 14


def reason_texts(method: NcaMethod) -> tuple[str, ...]:
    """The reasons in words, in the order of their numbers; the first is empty: a value is there."""
    start, end = (f"{day:g}" for day in method.interval)
    where = "from Tmax on" if method.include_tmax else "after Tmax"
    fit = "Tobit" if method.half_life == "tobit" else "log-linear"
    return (
        "",
        f"no sample with a result from day {start} on",
        "every value is below the limit and dropped by the below-limit rule",
        "every value is below the limit of quantification",
        "fewer than two values remain under the below-limit rule, so there is no area",
        f"sampling starts after day {start}, so the area from that day is not known; record the value of day {start}",
        f"fewer than two values remain from day {start} to day {end}, so there is no area",
        f"no sample reaches the interval from day {start} to day {end}",
        f"fewer than {method.min_points} quantifiable values {where} to fit a terminal slope",
        f"the values {where} do not vary, so there is no terminal slope",
        f"no valid terminal phase: the {fit} fit that is chosen does not fall",
        f"no valid terminal phase: no {fit} fit converged",
        "a Tobit fit has no r2",
        "the terminal slope was given, not fitted",
        "the area is zero",
    )
