"""Wilcoxon's signed-rank test of pairs: exact with ties and zeros, with the Hodges-Lehmann shift and its interval."""

from __future__ import annotations

from dataclasses import dataclass
from math import erfc, floor, log10, sqrt
from statistics import NormalDist
from typing import Literal, get_args

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from cartwise.basis import Estimate, Missing, UserError
from cartwise.statistics.counting import Floats, Ints
from cartwise.statistics.observations import numbers
from cartwise.statistics.survival import check_level

Zeros = Literal["wilcox", "pratt", "split"]
"""What becomes of pairs that do not differ."""
Distribution = Literal["auto", "exact", "normal"]

EXACT_UP_TO = 200
"""`auto` is exact up to this many pairs that differ; beyond it the normal approximation is as good."""
DIGITS = 10
"""Differences are compared to this many digits of the largest value, so that 0.3 - 0.2 ties with 0.2 - 0.1."""

_ZEROS = {
    "wilcox": "pairs without a difference left out before ranking (Wilcoxon)",
    "pratt": "pairs without a difference ranked and their ranks left out (Pratt)",
    "split": "pairs without a difference ranked and their ranks shared between both signs",
}


_FEW = "too few pairs for limits of the shift"


@dataclass(frozen=True, slots=True)
class SignedRank:
    """The answer of a signed-rank test.

    Attributes:
        name: name of the test, with the variant used.
        statistic: sum of the ranks of increases; Missing where the test has no answer.
        p: two-sided p value; Missing where the test has no answer.
        n: pairs given.
        zeros: pairs that do not differ.
        ties: whether differences of other pairs are equal in size.
        smallest_p: the smallest p value that as many pairs that differ can reach exactly, 2 / 2^n.
        shift: the Hodges-Lehmann pseudo-median of the changes with its interval, in the unit of the values.
        methods: the sentence for a methods section.
    """

    name: str
    statistic: float | Missing
    p: float | Missing
    n: int
    zeros: int
    ties: bool
    smallest_p: float | Missing
    shift: Estimate | Missing
    methods: str

    def table(self) -> pd.DataFrame:
        """One row: `n, zeros, statistic, p, smallest_p, shift, lower, upper, remark`."""
        shift = self.shift if isinstance(self.shift, Estimate) else None
        row = {
            "n": self.n,
            "zeros": self.zeros,
            "statistic": _given(self.statistic),
            "p": _given(self.p),
            "smallest_p": _given(self.smallest_p),
            "shift": shift and shift.value,
            "lower": shift and shift.lower,
            "upper": shift and shift.upper,
            "remark": self.p.reason
            if isinstance(self.p, Missing)
            else ""
            if shift and shift.upper is not None
            else _FEW,
        }
        numbers_in = [name for name in row if name not in ("n", "zeros", "remark")]
        return pd.DataFrame([row]).astype(dict.fromkeys(numbers_in, "Float64"))


def wilcoxon_signed_rank(
    first: ArrayLike,
    second: ArrayLike,
    *,
    zeros: Zeros = "wilcox",
    method: Distribution = "auto",
    continuity: bool = True,
    level: float = 0.95,
) -> SignedRank:
    """Wilcoxon's signed-rank test of n pairs, (n,) each; a change is `second` - `first`.

    Equal sizes of change share their mean rank. Exact p values are those of all 2^m sign patterns of the m pairs that
    differ, given their ranks (so with ties as well), from the generating function of the doubled ranks. The shift is the
    median of the Walsh averages of all changes (Hodges and Lehmann, Ann Math Stat 1963;34:598), its limits those of
    Tukey; they need six pairs at 95 %.

    Args:
        first: values of the first occasion.
        second: values of the second occasion, of the same patients in the same order.
        zeros: `wilcox` leaves pairs without a difference out before ranking (R's rule); `pratt` ranks them and leaves
            their ranks out (Pratt, J Am Stat Assoc 1959;54:655); `split` shares their ranks between both signs, which is
            Pratt's test where it is exact.
        method: `exact`, `normal`, or `auto`: exact up to EXACT_UP_TO pairs that differ.
        continuity: whether the normal approximation is corrected by one half.
        level: of the interval of the shift.

    Raises:
        UserError: lengths differ, a value is missing or not a number, or a choice is none of these.
    """
    check_level(level)
    _check_choices(zeros, method)
    change = _changes(first, second)
    differ = change[change != 0]
    exact = method == "exact" or (method == "auto" and differ.size <= EXACT_UP_TO)
    ties = np.unique(np.abs(differ)).size < differ.size
    name = f"Wilcoxon signed-rank test ({_variant(exact, ties, continuity)})"
    reason = "there are no pairs" if not change.size else "no pair differs" if not differ.size else ""
    if reason:
        return _unanswered(name, reason, change, level)
    ranks, nothing = _ranks(change, zeros)
    statistic = float(ranks[differ > 0].sum() + nothing.sum() / 2)
    if exact:
        p = _exact(ranks, differ > 0)
    else:
        p = _normal(np.concatenate([ranks, nothing]), statistic, continuity=continuity)
    said = _methods(name, zeros, level)
    smallest = 2.0 ** (1 - differ.size)
    shift = hodges_lehmann(change, level=level)
    return SignedRank(name, statistic, p, change.size, change.size - differ.size, ties, smallest, shift, said)


def hodges_lehmann(changes: ArrayLike, *, level: float = 0.95) -> Estimate | Missing:
    """The pseudo-median of n changes, (n,): the median of their n (n + 1) / 2 Walsh averages, with its interval.

    The limits are the Walsh averages as far from either end as the exact signed-rank distribution of n untied changes
    allows at `level` (the normal one beyond EXACT_UP_TO); without limits where n is too small to reach it.

    Raises:
        UserError: a value is missing or not a number.
    """
    check_level(level)
    values = numbers("changes", changes)
    n = values.size
    if not n:
        return Missing("there are no pairs")
    upper = np.triu_indices(n)
    walsh = np.sort((values[upper[0]] + values[upper[1]]) / 2)
    place = _place_of_limit(n, level)
    words = f"Hodges-Lehmann pseudo-median with {100 * level:g} % limits from the Walsh averages"
    if place < 1:
        words = f"Hodges-Lehmann pseudo-median; {n} pairs are too few for limits at {100 * level:g} %"
        return Estimate(float(np.median(walsh)), None, None, level, "1", n, words)
    low, high = float(walsh[place - 1]), float(walsh[walsh.size - place])
    return Estimate(float(np.median(walsh)), low, high, level, "1", n, words)


def _check_choices(zeros: str, method: str) -> None:
    for name, value, known in (
        ("zeros", zeros, get_args(Zeros)),
        ("method", method, get_args(Distribution)),
    ):
        if value not in known:
            raise UserError(f"`{name}` is {value!r}; choose {' or '.join(known)}.")


def _changes(first: ArrayLike, second: ArrayLike) -> Floats:
    """Second less first, rounded so that equal changes of decimal numbers are equal."""
    one, other = numbers("first", first), numbers("second", second)
    if one.size != other.size:
        raise UserError(
            f"`first` has {one.size} rows and `second` has {other.size}. Give both for the same patients."
        )
    largest = float(np.max(np.abs(np.concatenate([one, other])), initial=0.0))
    digits = DIGITS - 1 - floor(log10(largest)) if largest > 0 else 0
    # numpy scales by a power of ten, which overflows far beyond any unit of the field.
    return np.round(other - one, digits) if abs(digits) < 200 else other - one


def _ranks(change: Floats, zeros: Zeros) -> tuple[Floats, Floats]:
    """Ranks of the sizes of the changes that differ, and those of zeros that take part in the statistic."""
    none = np.empty(0)
    if zeros == "wilcox":
        return _midranks(np.abs(change[change != 0])), none
    ranks = _midranks(np.abs(change))
    return ranks[change != 0], ranks[change == 0] if zeros == "split" else none


def _midranks(values: Floats) -> Floats:
    """Ranks from 1; equal values share their mean rank."""
    _, place, count = np.unique(values, return_inverse=True, return_counts=True)
    middle: Floats = np.cumsum(count) - (count - 1) / 2
    return middle[place]


def _chances(doubled: Ints) -> Floats:
    """Chance of each sum of doubled ranks from 0 on, each rank counted or not with chance one half."""
    chance = np.zeros(int(doubled.sum()) + 1)
    chance[0] = 1.0
    for rank in doubled:
        taken = np.zeros_like(chance)
        taken[rank:] = chance[: chance.size - rank]
        chance = (chance + taken) / 2
    return chance


def _exact(ranks: Floats, up: np.ndarray) -> float:
    doubled = np.rint(2 * ranks).astype(np.intp)
    chance, at = _chances(doubled), int(doubled[up].sum())
    return float(min(1.0, 2 * min(chance[: at + 1].sum(), chance[at:].sum())))


def _normal(ranks: Floats, statistic: float, *, continuity: bool) -> float:
    """By the mean and variance of the statistic given the ranks, which is the correction for ties."""
    away = abs(statistic - ranks.sum() / 2)
    near = max(away - 0.5, 0.0) if continuity else away
    return erfc(near / sqrt(float((ranks**2).sum()) / 4) / sqrt(2))


def _place_of_limit(n: int, level: float) -> int:
    """Place of the lower limit among the sorted Walsh averages from 1; 0 where there is none."""
    tail = (1 - level) / 2
    if n <= EXACT_UP_TO:
        cumulative = np.cumsum(_chances(np.arange(1, n + 1)))
        return int(np.searchsorted(cumulative, tail, "right"))
    spread = sqrt(n * (n + 1) * (2 * n + 1) / 24)
    return floor(n * (n + 1) / 4 - NormalDist().inv_cdf(1 - tail) * spread)


def _variant(exact: bool, ties: bool, continuity: bool) -> str:
    if not exact:
        return f"normal approximation{', corrected for continuity' if continuity else ''}"
    return f"exact{', with ties at mean ranks' if ties else ''}"


def _methods(name: str, zeros: Zeros, level: float) -> str:
    return (
        f"Pairs were compared by the two-sided {name}; {_ZEROS[zeros]}; "
        "the change is the Hodges-Lehmann pseudo-median of all differences with "
        f"{100 * level:g} % limits from the Walsh averages."
    )


def _unanswered(name: str, reason: str, change: Floats, level: float) -> SignedRank:
    why = Missing(reason)
    said = f"No {name} was made: {reason}."
    shift = hodges_lehmann(change, level=level)
    return SignedRank(name, why, why, change.size, int((change == 0).sum()), False, why, shift, said)


def _given(value: float | Missing) -> float | None:
    return None if isinstance(value, Missing) else value
