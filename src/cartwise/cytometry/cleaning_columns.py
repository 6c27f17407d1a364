"""Where in a file the channels stand that cleaning looks at."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from cartwise.cytometry.events import FloatArray, Mask
from cartwise.cytometry.marker_names import bare, channel_key, isotope_of, same_marker
from cartwise.cytometry.panel import Channel, Panel

GAUSSIAN = ("Event_length", "Center", "Offset", "Width", "Residual")


@dataclass(frozen=True, slots=True)
class CleaningColumns:
    """Columns of `Events.values` by what cleaning needs them for; what a file does not have is empty.

    Attributes:
        time: column of the time.
        gaussian: Event_length and the parameters of the Gaussian fit -> column.
        dna: the DNA intercalator's channels (iridium 191 and 193).
        beads: bead isotope's channel -> column.
        viability: channel of the stain that enters dead cells -> column; the first is used.
        cd45: column of CD45.
        mass: every mass channel of the file: what normalisation multiplies.
    """

    time: int | None = None
    gaussian: Mapping[str, int] = field(default_factory=dict)
    dna: tuple[int, ...] = ()
    beads: Mapping[str, int] = field(default_factory=dict)
    viability: Mapping[str, int] = field(default_factory=dict)
    cd45: int | None = None
    mass: tuple[int, ...] = ()


def columns_from(panel: Panel, channels: Sequence[str]) -> CleaningColumns:
    """The columns of a file by a panel's roles.

    Args:
        panel: says which channel is for what.
        channels: short names ($PnN) of the file, in its order; another spelling of a channel is recognised.
    """
    places: dict[str, int] = {}
    for column, channel in enumerate(channels):
        places.setdefault(channel_key(channel), column)

    def of(*wanted: Channel) -> dict[str, int]:
        keys = {channel.channel: channel_key(channel.channel) for channel in wanted}
        return {channel: places[key] for channel, key in keys.items() if key in places}

    time = of(*panel.of_role("time"))
    cd45 = of(*(channel for channel in panel.channels if same_marker(channel.marker, "CD45")))
    return CleaningColumns(
        time=next(iter(time.values()), None),
        gaussian=_by_usual_name(of(*panel.of_role("Gaussian"))),
        dna=tuple(of(*panel.of_role("DNA")).values()),
        beads=of(*panel.of_role("bead")),
        viability=of(*panel.of_role("viability")),
        cd45=next(iter(cd45.values()), None),
        mass=tuple(column for column, channel in enumerate(channels) if isotope_of(channel)),
    )


def _by_usual_name(found: Mapping[str, int]) -> dict[str, int]:
    """`Cell_length` is `Event_length`; a parameter of another name keeps it."""
    usual = {bare(name): name for name in GAUSSIAN}
    return {usual.get(channel_key(channel), channel): column for channel, column in found.items()}


def picked(values: FloatArray, rows: Mask, columns: Iterable[int]) -> FloatArray:
    """(n picked, k) some columns of some rows, copied at once."""
    return values[np.ix_(np.flatnonzero(rows), np.array([*columns], dtype=np.intp))]
