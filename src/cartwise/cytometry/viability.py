"""Which cells are alive, and which are leukocytes: one threshold each, in a valley where there is one."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from cartwise.cytometry.cells import asinh
from cartwise.cytometry.events import FloatArray
from cartwise.cytometry.singlets import Kept, setting
from cartwise.cytometry.smooth_density import Shape, picture, shape
from cartwise.cytometry.step import Setting

SCALE = "asinh(x/5)"
COFACTOR = 5.0
KERNEL = 0.15
BACKGROUND = 1.44
"""10 counts on asinh(x/5): no stain parts the living from the dead, or leukocytes from others, below it."""
LIVE_WIDTH = 4.0
"""Standard deviations above the live mode, where no valley is seen."""
CD45_VALLEY = 3.0
"""The valley of CD45 is looked for below this on asinh(x/5) (50 counts): above lies the one between leukocytes."""
FEW_ALIVE = 0.3


def alive(stain: FloatArray, *, name: str, given: Mapping[str, float]) -> Kept:
    """Cells with little of a stain that enters the dead (cisplatin, rhodium).

    The threshold is the valley above the highest mode; where the highest mode is that of the dead, the valley below
    it; where none is seen, the live mode and four standard deviations of its upper side, and never below 10 counts.

    Args:
        stain: (n,) raw values.
        name: what the channel is called in the account.
        given: thresholds that are not to be looked for, by setting name (`viability, upper`).
    """
    values = asinh(stain, COFACTOR)
    found = shape(values, kernel=KERNEL)
    if found is None:
        if "viability, upper" not in given and not _all_background(values):
            return Kept(np.ones(len(values), np.bool_), remarks=(_TOO_FEW,))
        cut = setting("viability, upper", BACKGROUND, SCALE, "fixed (10 counts): no cell is stained", given)
    else:
        cut = _live_cut(found, given)
    keep = values <= cut.value
    remarks: tuple[str, ...] = ()
    if len(keep) and keep.mean() < FEW_ALIVE:
        remarks = (
            f"Only {100 * keep.mean():.0f} % of the cells are below the threshold: look at its picture.",
        )
    return Kept(keep, (cut,), (picture("Viability", f"{name}, {SCALE}", values, (cut.value,)),), remarks)


def cd45_positive(cd45: FloatArray, *, given: Mapping[str, float]) -> Kept:
    """Leukocytes: CD45 above the valley that lies below 50 counts or, where none is seen, above 10 counts.

    Args:
        cd45: (n,) raw values.
        given: thresholds that are not to be looked for, by setting name (`CD45, lower`).
    """
    values = asinh(cd45, COFACTOR)
    found = shape(values, kernel=KERNEL)
    valley = found.valley(above=0.5, below=CD45_VALLEY) if found else None
    how = "fixed (10 counts): no valley below 50 counts" if valley is None else "valley below 50 counts"
    cut = setting("CD45, lower", BACKGROUND if valley is None else valley, SCALE, how, given)
    remark = (
        "Leukaemic blasts can have little CD45; those below the threshold are taken out with other cells."
    )
    pictured = picture("CD45", f"CD45, {SCALE}", values, (cut.value,))
    return Kept(values >= cut.value, (cut,), (pictured,), (remark,))


_TOO_FEW = "Too few cells to find the threshold of viability; none is taken out."


def _all_background(values: FloatArray) -> bool:
    return bool(len(values)) and bool(np.nanmax(values) <= BACKGROUND)


def _live_cut(found: Shape, given: Mapping[str, float]) -> Setting:
    mode = found.mode()
    above = found.valley(above=max(mode, BACKGROUND))
    if above is not None:
        return setting("viability, upper", above, SCALE, "valley between the living and the dead", given)
    below = found.valley(above=BACKGROUND, below=mode)
    if below is not None:
        return setting("viability, upper", below, SCALE, "valley below the mode of the dead", given)
    fallback = max(mode + LIVE_WIDTH * found.spread(mode)[1], BACKGROUND)
    how = f"live mode + {LIVE_WIDTH:g} standard deviations, at least 10 counts: no valley"
    return setting("viability, upper", fallback, SCALE, how, given)
