"""Which files were stained with which panel: a study with two versions is explained, never merged."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import pandas as pd

from cartwise.cytometry.events import Events
from cartwise.cytometry.panel import Panel
from cartwise.cytometry.panel_matching import Comparison, compare


@dataclass(frozen=True, slots=True, eq=False)
class Harmonisation:
    """How the files of a study and its panels go together.

    Attributes:
        files: one row a file and panel: file, panel, missing, differing, beyond (channels, as text), fits
            (every channel that is needed is there), chosen (the file's panel).
        panels: one row a channel on which two panels differ: channel, and its marker under each panel.
        remarks: what follows, as sentences.
    """

    files: pd.DataFrame
    panels: pd.DataFrame
    remarks: tuple[str, ...]

    def panel_of(self, file: str) -> str | None:
        """The panel (name and version) that a file matches; None where none does, or more than one equally."""
        rows = self.files[(self.files["file"] == file) & self.files["chosen"]]
        return None if rows.empty else str(rows["panel"].iloc[0])

    def __str__(self) -> str:
        parts = ["\n".join(self.remarks), self.files.to_string(index=False)]
        if not self.panels.empty:
            parts += ["Where the panels differ:", self.panels.to_string(index=False)]
        return "\n\n".join(part for part in parts if part)


def harmonise(files: Mapping[str, Events], panels: Sequence[Panel]) -> Harmonisation:
    """Hold every file against every panel.

    A file's panel is the one whose needed channels it all has, and from whose markers its own names differ
    least; where two panels fit equally well the file is left open, because guessing would merge two stains.

    Args:
        files: name -> file; headers are enough.
        panels: the panels of the study, each with its version.
    """
    compared = {
        name: {panel.title: compare(panel, events) for panel in panels} for name, events in files.items()
    }
    chosen = {name: _chosen(found) for name, found in compared.items()}
    rows = [
        _row(name, title, found, chosen[name] == title)
        for name, by_panel in compared.items()
        for title, found in by_panel.items()
    ]
    columns = ["file", "panel", "fits", "chosen", "missing", "differing", "beyond"]
    return Harmonisation(
        pd.DataFrame(rows, columns=columns), _differences(panels), tuple(_remarks(compared, chosen))
    )


def _row(name: str, title: str, found: Comparison, chosen: bool) -> dict[str, object]:
    return {
        "file": name,
        "panel": title,
        "fits": _fits(found),
        "chosen": chosen,
        "missing": ", ".join(channel.channel for channel in found.missing),
        "differing": ", ".join(f"{channel} ({written})" for channel, written in found.renamed.items()),
        "beyond": ", ".join(found.beyond),
    }


def _fits(found: Comparison) -> bool:
    return not found.wanting and not found.doubled


def _chosen(by_panel: Mapping[str, Comparison]) -> str | None:
    scores = {title: _apart(found) for title, found in by_panel.items() if _fits(found)}
    if not scores:
        return None
    best = min(scores.values())
    closest = [title for title, score in scores.items() if score == best]
    return closest[0] if len(closest) == 1 else None


def _apart(found: Comparison) -> tuple[int, int, int]:
    return len(found.renamed), len(found.missing), len(found.beyond)


def _differences(panels: Sequence[Panel]) -> pd.DataFrame:
    """Channels whose marker is not the same under every panel; "absent" where a panel lacks the channel."""
    by_panel = {
        panel.title: {channel.channel: channel.marker for channel in panel.channels} for panel in panels
    }
    channels = list(dict.fromkeys(channel for markers in by_panel.values() for channel in markers))
    rows = [
        {"channel": channel} | {title: markers.get(channel, "absent") for title, markers in by_panel.items()}
        for channel in channels
        if len({markers.get(channel) for markers in by_panel.values()}) > 1
    ]
    return pd.DataFrame(rows, columns=["channel", *by_panel])


def _remarks(compared: Mapping[str, Mapping[str, Comparison]], chosen: Mapping[str, str | None]) -> list[str]:
    remarks = []
    used = [title for title in dict.fromkeys(chosen.values()) if title is not None]
    for title in used:
        names = [name for name, panel in chosen.items() if panel == title]
        remarks.append(f"{len(names)} of {len(chosen)} files match panel {title}.")
    for one, other in combinations(used, 2):
        remarks.append(
            f"Panels {one} and {other} are two stains: their samples are gated and classified each under its own "
            "panel, and a subset that rests on a marker of one alone is not compared across them."
        )
    for name, panel in chosen.items():
        if panel is None:
            remarks.append(_open_remark(name, compared[name]))
    return remarks


def _open_remark(name: str, by_panel: Mapping[str, Comparison]) -> str:
    fitting = [title for title, found in by_panel.items() if _fits(found)]
    if fitting:
        return f"File {name} fits {' and '.join(fitting)} equally well: name its panel in the study."
    if not by_panel:
        return f"File {name} has no panel to be held against: draft one from it."
    title, found = min(by_panel.items(), key=lambda item: (len(item[1].wanting), len(item[1].doubled)))
    lacks = ", ".join(channel.channel for channel in found.wanting) or "no channel, but has one twice"
    return f"File {name} matches no panel; nearest is {title}, of which it lacks {lacks}."
