"""What a cytometry file holds: raw events by channel, and every remark that reading it gave rise to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float32]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Events:
    """The events of one file exactly as they stand in it: nothing scaled, nothing dropped.

    Attributes:
        values: (n, c) float32, raw; may be a read-only memory map of the file.
        channels: (c,) short names ($PnN), e.g. `Ce140Di`.
        markers: (c,) long names ($PnS), "" where the file gives none.
        warnings: what was odd about the file and how it was read all the same, as sentences.
        keywords: the text segment, keywords in lower case and without `$`.
    """

    values: FloatArray
    channels: tuple[str, ...]
    markers: tuple[str, ...]
    warnings: tuple[str, ...] = ()
    keywords: Mapping[str, str] = field(default_factory=dict)

    def __len__(self) -> int:
        """Number of events."""
        return len(self.values)
