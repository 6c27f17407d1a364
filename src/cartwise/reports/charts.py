"""Interactive charts as data for the bundled plotly.js: no outside resource, and nothing to send a chart away with."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from markupsafe import Markup

from cartwise.reports.figures.style import COLOURS, FAINT, INK

Trace = dict[str, Any]
Layout = dict[str, Any]


@dataclass(frozen=True, slots=True)
class View:
    """A span of the horizontal axis that a button shows; None shows everything."""

    words: str
    span: tuple[float, float] | None


@dataclass(frozen=True, slots=True)
class Chart:
    """An interactive chart.

    Attributes:
        name: unique on its page.
        label: what it shows, for those who cannot see it; its data stand in the table beneath.
        traces: what plotly.js draws.
        layout: axes and size.
        views: spans of the axis, each with a button.
        key: what its symbols mean, where the caption of the print figure does not say.
    """

    name: str
    label: str
    traces: tuple[Trace, ...]
    layout: Layout
    views: tuple[View, ...] = ()
    key: str = ""

    @property
    def data(self) -> Markup:
        """The chart as JSON that can stand inside a page."""
        content = {"data": self.traces, "layout": self.layout, "config": chart_config(self.name)}
        return in_page(content)


def chart_config(name: str) -> dict[str, Any]:
    """How every chart behaves: the one place that makes a configuration.

    plotly.js 4 has a button that sends a chart's data to its vendor's cloud unless both settings below are there.
    """
    return {
        "showSendToCloud": False,
        "plotlyServerURL": "",
        "displaylogo": False,
        "displayModeBar": True,
        "responsive": True,
        "modeBarButtonsToRemove": ["select2d", "lasso2d", "autoScale2d"],
        "toImageButtonOptions": {"format": "svg", "filename": name},
    }


def in_page(content: Any) -> Markup:
    """JSON for a script block: no text in it can end the block."""
    text = json.dumps(content, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return Markup(text.replace("<", "\\u003c").replace("&", "\\u0026"))  # noqa: S704 - escaped just here


@cache
def plotly_js() -> str:
    """The plotly.js that the plotly package carries."""
    return files("plotly").joinpath("package_data", "plotly.min.js").read_text(encoding="utf-8")


def base_layout(height: int) -> Layout:
    """What all charts share: size, margins, ink on white."""
    return {
        "height": height,
        "margin": {"l": 10, "r": 10, "t": 40, "b": 45},
        "font": {"family": "system-ui, sans-serif", "size": 13, "color": INK},
        "paper_bgcolor": "white",
        "plot_bgcolor": "white",
        "hovermode": "closest",
        "colorway": list(COLOURS),
        "showlegend": False,
        "dragmode": "pan",
    }


def axis(title: str, **more: Any) -> Layout:
    """An axis with a title and pale grid lines."""
    grid = {"gridcolor": "#e6e6e6", "zeroline": False, "linecolor": FAINT, "automargin": True}
    return {"title": {"text": title}, **grid, **more}
