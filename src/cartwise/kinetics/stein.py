"""Expansion, contraction and persistence of CAR T cells after Stein et al. 2019, in closed form.

Source: Stein AM et al., CPT Pharmacometrics Syst Pharmacol 2019;8:285-295 (doi 10.1002/psp4.12388), pooled
ELIANA and ENSIGN, 90 patients, transgene copies per microgram of DNA. The cells grow exponentially until Tmax;
after it most of them (1 - FB) contract at rate alpha and the fraction FB persists, declining at rate beta.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class SteinParameters:
    """Parameters of one patient; the defaults are the typical values (Stein 2019, Table 1).

    Attributes:
        foldx: fold expansion from the start of growth to Tmax.
        tmax: day of the peak.
        cmax: level at the peak without comedication, copies/ug.
        alpha: rate of contraction, per day.
        fb: fraction of the peak that persists.
        beta: rate of decline of the persisting cells, per day.
    """

    foldx: float = 3900.0
    tmax: float = 9.3
    cmax: float = 24_000.0
    alpha: float = 0.16
    fb: float = 0.0079
    beta: float = 0.0032

    @property
    def rho(self) -> float:
        """Rate of expansion, per day: ln(foldx) / Tmax."""
        return math.log(self.foldx) / self.tmax

    @property
    def initial(self) -> float:
        """Level on day 0, copies/ug: Cmax / foldx."""
        return self.cmax / self.foldx

    @property
    def doubling_time(self) -> float:
        """Days to double during expansion."""
        return math.log(2) / self.rho

    @property
    def contraction_half_life(self) -> float:
        """Half-life of the contracting cells, days."""
        return math.log(2) / self.alpha

    @property
    def persistence_half_life(self) -> float:
        """Half-life of the persisting cells, days."""
        return math.log(2) / self.beta

    @property
    def auc_inf(self) -> float:
        """Area to infinity, day copies/ug."""
        return self.auc(math.inf)

    def auc(self, end: float) -> float:
        """Area from day 0 to day `end`, day copies/ug, without comedication."""
        grown = self.initial * math.expm1(self.rho * min(max(end, 0.0), self.tmax)) / self.rho
        after = max(end - self.tmax, 0.0)
        contracted = -(1 - self.fb) * math.expm1(-self.alpha * after) / self.alpha
        persisted = -self.fb * math.expm1(-self.beta * after) / self.beta
        return grown + self.cmax * (contracted + persisted)


STEIN_TYPICAL = SteinParameters()
"""The typical patient of Stein 2019."""

STEIN_RESIDUAL = 0.56
"""Residual error of Stein 2019: SD of the natural logarithm, constant."""

STEIN_TOCILIZUMAB, STEIN_STEROIDS = 1.2, 1.0
"""Factors on the rate of expansion from the start of tocilizumab (Ftoci) and of steroids (Fster), Stein 2019."""

_RANDOM_EFFECTS = {"foldx": 2.4, "tmax": 0.38, "cmax": 0.65, "alpha": 0.91, "fb": 0.80, "beta": 0.86}


def stein_log_sd(reading: Literal["sd", "variance"] = "sd") -> dict[str, float]:
    """Between-patient SD of each parameter's logarithm, Stein 2019, Table 1.

    Two public codings of the model read the printed row differently, and its header could not be read here:
    one takes it as SDs (the convention of the software the authors used), one as variances. The evidence is
    mixed, so the reading is the caller's and belongs in every output.

    Args:
        reading: how to read the row.
    """
    roots = {name: math.sqrt(value) for name, value in _RANDOM_EFFECTS.items()}
    return dict(_RANDOM_EFFECTS) if reading == "sd" else roots


def stein_curve(
    time: npt.ArrayLike,
    *,
    foldx: npt.ArrayLike = STEIN_TYPICAL.foldx,
    tmax: npt.ArrayLike = STEIN_TYPICAL.tmax,
    cmax: npt.ArrayLike = STEIN_TYPICAL.cmax,
    alpha: npt.ArrayLike = STEIN_TYPICAL.alpha,
    fb: npt.ArrayLike = STEIN_TYPICAL.fb,
    beta: npt.ArrayLike = STEIN_TYPICAL.beta,
    tocilizumab_start: npt.ArrayLike = np.inf,
    steroid_start: npt.ArrayLike = np.inf,
    ftoci: npt.ArrayLike = STEIN_TOCILIZUMAB,
    fster: npt.ArrayLike = STEIN_STEROIDS,
) -> Floats:
    """Transgene level over time; every argument broadcasts against the others (Stein 2019).

    A drug begun before Tmax multiplies the rate of expansion from its start until Tmax, so the peak reached
    differs from `cmax`; begun later it changes nothing.

    Args:
        time: days since infusion, at least 0.
        foldx: fold expansion, above 1.
        tmax: day of the peak.
        cmax: level at the peak without comedication, copies/ug.
        alpha: rate of contraction, per day.
        fb: fraction that persists, 0 to 1.
        beta: rate of decline of the persisting cells, per day.
        tocilizumab_start: day of the first dose of tocilizumab; infinity for none.
        steroid_start: day of the first dose of steroids; infinity for none.
        ftoci: factor on the rate of expansion under tocilizumab.
        fster: factor on the rate of expansion under steroids.

    Returns:
        Level in the unit of `cmax`, of the broadcast shape.
    """
    day, peak_day = np.asarray(time, float), np.asarray(tmax, float)
    growing = _growth_days(np.clip(day, 0.0, peak_day), tocilizumab_start, steroid_start, ftoci, fster)
    grown = np.asarray(cmax) * np.exp(np.log(foldx) * (growing / peak_day - 1))
    after = np.maximum(day - peak_day, 0.0)
    declined = (1 - np.asarray(fb)) * np.exp(-np.asarray(alpha) * after) + fb * np.exp(
        -np.asarray(beta) * after
    )
    level: Floats = grown * declined
    return level


def _growth_days(
    day: Floats, toci: npt.ArrayLike, steroid: npt.ArrayLike, ftoci: npt.ArrayLike, fster: npt.ArrayLike
) -> Floats:
    """Days of expansion at the plain rate that equal the expansion up to `day` under comedication."""
    with_toci = np.maximum(day - np.minimum(toci, day), 0.0)
    with_steroid = np.maximum(day - np.minimum(steroid, day), 0.0)
    both = np.minimum(with_toci, with_steroid)
    toci_alone, steroid_alone = with_toci - both, with_steroid - both
    plain = day - toci_alone - steroid_alone - both
    days: Floats = plain + ftoci * toci_alone + fster * steroid_alone + np.multiply(ftoci, fster) * both
    return days
