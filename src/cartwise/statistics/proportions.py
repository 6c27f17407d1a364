"""Proportions with exact limits."""

from __future__ import annotations

from cartwise.basis import Estimate, Missing, UserError
from cartwise.statistics.survival import check_level


def proportion(events: int, n: int, level: float = 0.95) -> Estimate | Missing:
    """A proportion with the exact limits of Clopper and Pearson (Biometrika 1934;26:404).

    Args:
        events: how many of the n.
        n: of how many; 0 gives a Missing.
        level: confidence level.

    Raises:
        UserError: the counts are not whole numbers with 0 <= events <= n, or the level is not in (0, 1).
    """
    from scipy.special import betaincinv  # noqa: PLC0415  # scipy is slow to import and not every run needs it

    check_level(level)
    if not 0 <= events <= n or events % 1 or n % 1:
        raise UserError("A proportion needs whole numbers with 0 <= events <= n.")
    if n == 0:
        return Missing("a proportion of no patients has no value")
    tail = (1 - level) / 2
    lower = float(betaincinv(events, n - events + 1, tail)) if events else 0.0
    upper = float(betaincinv(events + 1, n - events, 1 - tail)) if events < n else 1.0
    method = f"proportion with exact (Clopper-Pearson) {100 * level:g} % confidence interval"
    return Estimate(events / n, lower, upper, level, "1", int(n), method)
