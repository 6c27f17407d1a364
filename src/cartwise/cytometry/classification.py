"""What a classification found: populations by cell, how sure, how many were rejected and by which limits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cartwise.cytometry.distances import Floats, Nearest
from cartwise.cytometry.events import Mask
from cartwise.cytometry.rejection import Threshold
from cartwise.cytometry.rules import Array

UNCLASSIFIED = "unclassified"


@dataclass(frozen=True, slots=True, eq=False)
class Classification:
    """Cells held against k reference populations by one rule.

    Attributes:
        rule: `gaussian`, `good2018` or `tidytof`.
        populations: (k,) names in the reference's order.
        nearest: population of each cell before rejection, its squared distances and margin.
        offsets: (k,) what the rule adds to a squared distance to make the score.
        rejected: (n,) True where a cell is `unclassified`, for whatever reason.
        threshold: the limits, and how each came about.
    """

    rule: str
    populations: tuple[str, ...]
    nearest: Nearest
    offsets: Array
    rejected: Mask
    threshold: Threshold

    def __len__(self) -> int:
        """Number of cells."""
        return len(self.rejected)

    @property
    def codes(self) -> NDArray[np.intp]:
        """(n,) place of each cell's population in `populations`, -1 where unclassified."""
        return np.where(self.rejected, -1, self.nearest.codes)

    @property
    def labels(self) -> NDArray[np.object_]:
        """(n,) name of each cell's population, `unclassified` where rejected."""
        return self._names(self.codes)

    @property
    def assigned(self) -> NDArray[np.object_]:
        """(n,) names before rejection; `unclassified` only where a marker is not a finite number."""
        return self._names(self.nearest.codes)

    @property
    def distances(self) -> Floats:
        """(n, k) on the rule's own scale: Mahalanobis distance under `good2018`, its square under the others."""
        return np.sqrt(self.nearest.squared) if self.rule == "good2018" else self.nearest.squared

    @property
    def posterior(self) -> Floats:
        """(n, k) probabilities that sum to one, NaN where a cell has no distances.

        Under `gaussian` those of the normal model with its prior. The published rules state none: theirs is what
        their arg min implies, equal priors and equal determinants.
        """
        score = self.nearest.squared + self.offsets.astype(self.nearest.squared.dtype)
        score -= score.min(axis=1, keepdims=True)
        weight = np.exp(-score / 2)
        return np.asarray(weight / weight.sum(axis=1, keepdims=True))

    @property
    def margin(self) -> Array:
        """(n,) score of the runner-up less that of the nearest, on the scale of squared distances (0: a tie)."""
        return self.nearest.margin

    @property
    def ties(self) -> int:
        """Cells that two populations claim alike; the first in the reference's order has them."""
        return self.nearest.ties

    @property
    def kept_percent(self) -> float:
        """Part of all cells that have a population, %; NaN where there are no cells."""
        return 100 * float((~self.rejected).mean()) if len(self) else float("nan")

    @property
    def unclassified(self) -> Mapping[str, int]:
        """Cells without a population, by reason."""
        lost = int((self.nearest.codes < 0).sum())
        far = "beyond the limit of the nearest population"
        if self.threshold.calibrate == "neighbors":
            far = "nearest to two populations that do not follow each other"
        return {
            far: int(self.rejected.sum()) - lost,
            "a marker is missing or not a finite number": lost,
        }

    def counts(self) -> pd.DataFrame:
        """One row a population: `population, assigned, kept, kept_percent, percent` (of all kept cells)."""
        assigned = np.bincount(self.nearest.codes[self.nearest.codes >= 0], minlength=len(self.populations))
        kept = np.bincount(self.nearest.codes[~self.rejected], minlength=len(self.populations))
        with np.errstate(invalid="ignore"):
            return pd.DataFrame(
                {
                    "population": self.populations,
                    "assigned": assigned,
                    "kept": kept,
                    "kept_percent": 100 * kept / assigned,
                    "percent": 100 * kept / kept.sum(),
                }
            )

    def _names(self, codes: NDArray[np.intp]) -> NDArray[np.object_]:
        return np.array([*self.populations, UNCLASSIFIED], dtype=object)[codes]
