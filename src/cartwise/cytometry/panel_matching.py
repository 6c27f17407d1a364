"""A panel held against a file: where each channel stands, what is wanting, and where their words differ."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from cartwise.basis import Issue, Severity, UserError
from cartwise.cytometry.cells import Cells, asinh
from cartwise.cytometry.events import Events, Mask
from cartwise.cytometry.marker_names import channel_key, is_antigen, same_marker, says_something
from cartwise.cytometry.panel import MARKER_ROLES, Channel, Panel

CAN_BE_WANTING = frozenset({"Gaussian", "barcode", "time"})
"""Roles whose channels many exports leave out; a step that needs them says so itself."""


@dataclass(frozen=True, slots=True, eq=False)
class Comparison:
    """What a panel and a file have in common, before anybody decides whether that is enough.

    Attributes:
        columns: channel of the panel -> column of the file.
        missing: channels of the panel that the file does not have.
        beyond: channels of the file, as it writes them, that the panel does not name.
        respelt: channel of the panel -> how the file writes it, where that differs.
        renamed: channel of the panel -> the file's long name ($PnS), where it means another marker.
        doubled: channels of the panel that stand more than once in the file.
    """

    columns: Mapping[str, int]
    missing: tuple[Channel, ...]
    beyond: tuple[str, ...]
    respelt: Mapping[str, str]
    renamed: Mapping[str, str]
    doubled: tuple[str, ...]

    @property
    def wanting(self) -> tuple[Channel, ...]:
        """Missing channels without which the file cannot be used."""
        return tuple(channel for channel in self.missing if not set(channel.roles) <= CAN_BE_WANTING)


@dataclass(frozen=True, slots=True, eq=False)
class Matched:
    """A file whose channels are known.

    Attributes:
        panel: the panel it matches.
        columns: channel of the panel -> column in `Events.values`.
        missing: channels of the panel that the file does not have (Gaussian, barcode or time only).
        beyond: channels of the file that the panel does not name; nothing reads them.
        issues: what a reader should know, as data.
    """

    panel: Panel
    columns: Mapping[str, int]
    missing: tuple[str, ...]
    beyond: tuple[str, ...]
    issues: tuple[Issue, ...]

    def of_role(self, *roles: str) -> dict[str, int]:
        """Channel -> column of the channels that have one of the roles and stand in the file."""
        return {
            channel.channel: self.columns[channel.channel]
            for channel in self.panel.of_role(*roles)
            if channel.channel in self.columns
        }

    @property
    def markers(self) -> tuple[str, ...]:
        """Markers of the columns of `cells`, in the panel's order."""
        return self.panel.markers

    def cells(self, events: Events, keep: Mask | None = None) -> Cells:
        """The marker channels (lineage, state, CAR) of some events, transformed once.

        Args:
            events: the file that was matched.
            keep: (n,) which events; all of them by default.

        Returns:
            (n kept, m) values asinh(raw / cofactor), by marker.
        """
        columns = list(self.of_role(*MARKER_ROLES).values())
        rows = events.values if keep is None else events.values[keep]
        values = asinh(np.take(rows, columns, axis=1), self.panel.cofactor)
        return Cells(values, self.markers, f"asinh(x/{self.panel.cofactor:g})")


def match_panel(panel: Panel, events: Events) -> Matched:
    """Find the panel's channels in a file.

    A channel is found by its short name, whichever way it is spelt (`(Er168)Di` is `Er168Di`); the long name
    never decides, it only raises an issue where it means another marker than the panel says.

    Raises:
        UserError: a channel that the panel needs is absent or ambiguous; the message names all of them.
    """
    found = compare(panel, events)
    problems = []
    if found.wanting:
        listed = ", ".join(_told(channel) for channel in found.wanting)
        problems.append(f"the file lacks {listed}")
    if found.doubled:
        problems.append(f"the file has more than one channel {', '.join(found.doubled)}")
    if problems:
        raise UserError(
            f"The file does not match panel {panel.title}: {'; '.join(problems)}. Name the panel that it was "
            "stained with (cytometry_files.panel), or draft one from the file: `cartwise cytometry panel STUDY --draft`. Where the panel misspells a channel, mend the panel."
        )
    missing = tuple(channel.channel for channel in found.missing)
    return Matched(panel, found.columns, missing, found.beyond, _issues(panel, events, found))


def compare(panel: Panel, events: Events) -> Comparison:
    """Hold a panel against a file's channels; needs no events, so a header is enough."""
    places: dict[str, list[int]] = {}
    for column, name in enumerate(events.channels):
        places.setdefault(channel_key(name), []).append(column)
    columns, doubled = {}, []
    for channel in panel.channels:
        at = _places(events, places, channel.channel)
        if len(at) > 1:
            doubled.append(channel.channel)
        if at:
            columns[channel.channel] = at[0]
    named = set(columns.values())
    return Comparison(
        columns=columns,
        missing=tuple(channel for channel in panel.channels if channel.channel not in columns),
        beyond=tuple(name for column, name in enumerate(events.channels) if column not in named),
        respelt={name: events.channels[at] for name, at in columns.items() if events.channels[at] != name},
        renamed=_renamed(panel, events, columns),
        doubled=tuple(doubled),
    )


def _places(events: Events, places: Mapping[str, list[int]], name: str) -> list[int]:
    spelt_so = [column for column, channel in enumerate(events.channels) if channel == name]
    return spelt_so or places.get(channel_key(name), [])


def _renamed(panel: Panel, events: Events, columns: Mapping[str, int]) -> dict[str, str]:
    names = {channel: events.markers[column].strip() for channel, column in columns.items()}
    return {
        channel.channel: names[channel.channel]
        for channel in panel.channels
        if channel.channel in columns and _differs(channel, names[channel.channel])
    }


def _differs(channel: Channel, name: str) -> bool:
    """Whether a long name means another marker; what is no marker may be called anything but a marker."""
    if not says_something(name, channel.channel) or same_marker(name, channel.marker):
        return False
    return bool(set(channel.roles) & set(MARKER_ROLES)) or is_antigen(name)


def _told(channel: Channel) -> str:
    return f"{channel.channel} ({channel.marker})" if channel.marker else channel.channel


def _issues(panel: Panel, events: Events, found: Comparison) -> tuple[Issue, ...]:
    markers = {channel.channel: channel.marker for channel in panel.channels}
    return (
        *(_renamed_issue(name, markers[name], written, panel) for name, written in found.renamed.items()),
        *(_missing_issue(channel) for channel in found.missing),
        *(_respelt_issue(name, written) for name, written in found.respelt.items()),
        *_beyond_issues(events, found.beyond, panel),
    )


def _renamed_issue(channel: str, marker: str, written: str, panel: Panel) -> Issue:
    return Issue(
        "panel-marker-differs",
        f"The file calls channel {channel} {written!r}; panel {panel.title} says {marker or 'no marker'}. The panel was followed.",
        "Check what the tube was stained with. If the file is right, it belongs to another version of the panel.",
        column=channel,
    )


def _missing_issue(channel: Channel) -> Issue:
    return Issue(
        "panel-channel-missing",
        f"The file has no channel {channel.channel}; its roles in the panel are {', '.join(channel.roles)}.",
        "Export the file with all its parameters; what needs this channel is left out and says so.",
        column=channel.channel,
    )


def _respelt_issue(channel: str, written: str) -> Issue:
    return Issue(
        "panel-channel-spelling",
        f"The file writes channel {channel} as {written}.",
        "Nothing needs to be done.",
        column=channel,
        severity=Severity.NOTE,
    )


def _beyond_issues(events: Events, beyond: tuple[str, ...], panel: Panel) -> tuple[Issue, ...]:
    names = dict(zip(events.channels, events.markers, strict=True))
    stained = [
        f"{channel} ({names[channel]})" for channel in beyond if says_something(names[channel], channel)
    ]
    if not stained:
        return ()
    return (
        Issue(
            "panel-channel-beyond",
            f"The file names markers that panel {panel.title} does not: {', '.join(stained)}. Nothing reads them.",
            "Add them to the panel if they were stained for.",
            severity=Severity.NOTE,
        ),
    )
