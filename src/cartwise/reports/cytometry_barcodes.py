"""The separation plot of a barcoded run: events of each barcode, and how many would stay at every separation cut-off."""

from __future__ import annotations

from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cartwise.reports.figures.style import FAINT, INK, as_svg, colour, mark_invented, new_figure, settings

if TYPE_CHECKING:  # the room is slow to import, and those who import the reports seldom need it
    from cartwise.cytometry import Debarcoded, Density

ACROSS = 4
CODED, KEPT, CUT = "#c9ced4", colour(0), colour(1)


def write_separation(found: Debarcoded, path: Path, *, invented: bool) -> Path:
    """Write the plot as SVG.

    On top the events that have a barcode's code and those of them that were assigned to its sample. Below, for each
    barcode, the histogram of separations, the yield (percent of its coded events at or above a separation) and the
    cut-off that was used (Zunder et al., Nat Protoc 2015;10:316-333).

    Args:
        found: the run, taken apart.
        path: where to.
        invented: whether the events are.
    """
    pictures = found.step.densities
    deep = -(-len(pictures) // ACROSS)
    with settings():
        figure = new_figure(11, 2.6 + 1.7 * deep)
        top, below = figure.subfigures(2, 1, height_ratios=(2.6, 1.7 * deep))
        _draw_counts(top.subplots(), found)
        panels = below.subplots(deep, ACROSS, squeeze=False).ravel()
        for panel, picture in zip(panels, pictures, strict=False):
            _draw_yield(panel, picture)
        for panel in panels[len(pictures) :]:
            panel.set_axis_off()
        if invented:
            mark_invented(figure)
        path.write_text(as_svg(figure), encoding="utf-8", newline="\n")
    return path


def yields(separations: Density) -> tuple[float, ...]:
    """(b + 1,) percent of the events at or above each border of the bins; nothing where there are no events."""
    total = sum(separations.counts)
    if not total:
        return ()
    above = [*accumulate(reversed(separations.counts), initial=0)][::-1]
    return tuple(100 * count / total for count in above)


def assigned(found: Debarcoded) -> list[int]:
    """Events of each barcode that were assigned to its sample, in the key's order."""
    return [int((found.sample == place).sum()) for place in range(len(found.cutoffs))]


def _draw_counts(panel: Any, found: Debarcoded) -> None:
    names = [picture.title for picture in found.step.densities]
    places = range(len(names))
    coded = [sum(picture.counts) for picture in found.step.densities]
    panel.bar(places, coded, color=CODED, edgecolor=INK, linewidth=0.5, label="with the barcode's code")
    panel.bar(places, assigned(found), color=KEPT, width=0.5, label="assigned to its sample")
    panel.set_xticks(list(places), names, rotation=90 if len(names) > 8 else 0)
    panel.set_ylabel("events")
    panel.set_title(f"{found.step.after:,} of {found.step.before:,} events are assigned", loc="left")
    panel.legend(frameon=False, ncols=2, loc="upper right", bbox_to_anchor=(1, 1.2))


def _draw_yield(panel: Any, picture: Density) -> None:
    panel.set_title(picture.title, loc="left")
    panel.set_xlabel("separation", fontsize=8)
    panel.tick_params(colors=FAINT, labelsize=7)
    found = yields(picture)
    if not found:
        panel.text(0.5, 0.5, "no events", ha="center", transform=panel.transAxes, color=FAINT)
        return
    panel.stairs(picture.counts, picture.edges, fill=True, color=CODED)
    panel.set_ylabel("events", fontsize=8)
    other = panel.twinx()
    other.plot(picture.edges, found, color=KEPT)
    other.set_ylim(0, 103)
    other.set_ylabel("yield, %", fontsize=8, color=KEPT)
    other.tick_params(colors=FAINT, labelsize=7)
    for cut in picture.cuts:
        other.axvline(cut, color=CUT, linestyle="--")
        other.set_title(f"cut-off {cut:.2f}", loc="right", fontsize=8, color=CUT)
