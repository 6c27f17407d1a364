"""A panel: which channel carries which marker, and what it is for."""

from __future__ import annotations

from dataclasses import dataclass

ROLES = ("lineage", "state", "CAR", "bead", "DNA", "viability", "barcode", "Gaussian", "time")
MARKER_ROLES = ("lineage", "state", "CAR")
"""Roles of channels that are transformed and gated on."""


@dataclass(frozen=True, slots=True)
class Channel:
    """One channel of a panel.

    Attributes:
        channel: short name in the file ($PnN), e.g. `Er168Di`.
        isotope: e.g. `168Er`; "" for Time, Event_length and the Gaussian parameters.
        marker: what it measures, e.g. `CD8`; "" for a channel that carries none (a bead-only channel).
        roles: what it is for; a channel may have several (a bead isotope that also carries a marker).
    """

    channel: str
    isotope: str
    marker: str
    roles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Panel:
    """A panel with its version: two versions are two panels.

    Attributes:
        name, version: as `cytometry_files.panel` names them (`name version`).
        cofactor: of the inverse hyperbolic sine.
        channels: every channel the files must have.
    """

    name: str
    version: str
    cofactor: float
    channels: tuple[Channel, ...]

    @property
    def title(self) -> str:
        """Name and version, as the table `cytometry_files` names the panel."""
        return f"{self.name} {self.version}"

    @property
    def markers(self) -> tuple[str, ...]:
        """Markers that gates and classifiers see, in the panel's order."""
        return tuple(channel.marker for channel in self.of_role(*MARKER_ROLES))

    def of_role(self, *roles: str) -> tuple[Channel, ...]:
        """Channels that have one of the roles, in the panel's order."""
        return tuple(channel for channel in self.channels if set(roles) & set(channel.roles))
