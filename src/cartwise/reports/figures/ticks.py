"""Round numbers along an axis that begins at zero."""

from __future__ import annotations

import math


def ticks_to(highest: float) -> tuple[float, ...]:
    """From 0 to the first round number that is not below the highest value, in four to eight steps."""
    if not highest > 0:
        return (0.0, 1.0)
    power = 10.0 ** math.floor(math.log10(highest / 4))
    step = next(power * factor for factor in (1, 2, 5, 10) if highest <= 8 * power * factor)
    count = max(1, math.ceil(highest / step - 1e-9))
    return tuple(round(step * number, 12) for number in range(count + 1))
