"""Cells by marker on one named scale: what gates and classifiers work on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from cartwise.basis import UserError
from cartwise.cytometry.events import FloatArray, Mask


@dataclass(frozen=True, slots=True, eq=False)
class Cells:
    """Cells by marker, transformed.

    Attributes:
        values: (n, m) float32 on `scale`.
        markers: (m,) names as the panel gives them, each once.
        scale: what was done to the raw values, e.g. `asinh(x/5)`.
    """

    values: FloatArray
    markers: tuple[str, ...]
    scale: str

    def __len__(self) -> int:
        """Number of cells."""
        return len(self.values)

    def __getitem__(self, marker: str) -> FloatArray:
        """(n,) values of one marker.

        Raises:
            UserError: the panel has no such marker.
        """
        return self.values[:, self._place(marker)]

    def of(self, markers: Sequence[str]) -> FloatArray:
        """(n, k) values of some markers, in the order asked for."""
        return self.values[:, [self._place(marker) for marker in markers]]

    def only(self, keep: Mask) -> Cells:
        """The cells for which `keep` holds."""
        return replace(self, values=self.values[keep])

    def _place(self, marker: str) -> int:
        if marker not in self.markers:
            known = ", ".join(self.markers)
            raise UserError(
                f'There is no marker "{marker}" among these cells; the panel gives: {known}. '
                "Name the marker in the panel, or take it out of the definition that asks for it."
            )
        return self.markers.index(marker)


def asinh(values: FloatArray, cofactor: float) -> FloatArray:
    """Inverse hyperbolic sine of value / cofactor (5 is the custom of mass cytometry), as float32.

    Source: Bendall et al., Science 2011; the published developmental classifier uses the same transformation.
    """
    return np.asarray(np.arcsinh(values / np.float32(cofactor), dtype=np.float32))
