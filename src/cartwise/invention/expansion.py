"""Expansion and contraction of CAR T cells in one patient (Stein et al. 2019, CPT PSP 8:285, model equations)."""

from __future__ import annotations

from dataclasses import dataclass
from math import log

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from cartwise.invention.parameters import Parameters
from cartwise.kinetics import stein_curve


@dataclass(frozen=True, slots=True)
class Expansion:
    """One patient's curve.

    Attributes:
        potency: what the cells can do for their number; near 0 in a product that fails.
        standing: log of the peak in standard deviations of the design, for what depends on expansion.
    """

    foldx: float
    tmax: float
    cmax: float
    alpha: float
    fb: float
    beta: float
    potency: float
    standing: float

    def level(self, days: NDArray[np.float64]) -> NDArray[np.float64]:
        """CAR T level (copies/ug) on these days since infusion."""
        return stein_curve(
            days,
            foldx=self.foldx,
            tmax=self.tmax,
            cmax=self.cmax,
            alpha=self.alpha,
            fb=self.fb,
            beta=self.beta,
        )


def draw_expansion(p: Parameters, rng: Generator) -> Expansion:
    """One patient's expansion by the laws of the design."""
    foldx, tmax, cmax, alpha, fb, beta = (
        p.draw("kinetics", name, rng) for name in ("foldx", "tmax", "cmax", "alpha", "fb", "beta")
    )
    share = p.draw("kinetics", "failing_share_of_cmax", rng)
    fails = p.chance("kinetics", "fails", rng)
    law = p.entry("kinetics", "cmax")
    return Expansion(
        foldx=foldx,
        tmax=tmax,
        cmax=law["middle"] * share if fails else cmax,
        alpha=alpha,
        fb=fb,
        beta=beta,
        potency=p.fixed("kinetics", "failing_potency") if fails else 1.0,
        standing=log(cmax / law["middle"]) / law["spread"],
    )
