"""How figures look: colours that colour-blind readers tell apart, dashes that survive black and white, stable bytes."""

from __future__ import annotations

import io
import re
from typing import Any

COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00", "#000000")
"""Okabe and Ito's palette, the pale yellow left out: it has no contrast on white."""
DASHES = ("-", "--", "-.", ":", (0, (8, 2, 1, 2)), (0, (1, 1)), (0, (12, 3)))
MARKERS = ("o", "s", "^", "D", "v", "P", "X")
INK, FAINT = "#1a1a1a", "#8a8a8a"

GRADES = ("#ffffff", "#fde0c5", "#f3a66b", "#d55e00", "#8c2d04", "#3f1300")
"""Fill of grades 0 to 5, from pale to dark; every bar also carries its grade as a number."""

_SETTINGS: dict[Any, Any] = {
    "svg.hashsalt": "cartwise",
    "svg.fonttype": "none",
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans"],
    "font.size": 9.0,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": INK,
    "axes.titlesize": 10.0,
    "path.simplify": False,
}

_DRAWN = ("M ", "L ", "C ", "Q ", '<path d="', "<use ")
"""How a line of coordinates begins in the SVG of Matplotlib."""
_TOO_FINE = re.compile(r"(?<=\.\d\d)\d+")


def colour(number: int) -> str:
    """The colour of the group in that place."""
    return COLOURS[number % len(COLOURS)]


def dash(number: int) -> Any:
    """The dash pattern of the group in that place."""
    return DASHES[number % len(DASHES)]


def new_figure(width: float, height: float) -> Any:
    """An empty Matplotlib figure in inches, without pyplot's global state."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: PLC0415 - half a second to import
    from matplotlib.figure import Figure  # noqa: PLC0415

    figure = Figure(figsize=(width, height), layout="constrained")
    FigureCanvasAgg(figure)
    return figure


def settings() -> Any:
    """The context in which every figure is drawn and written."""
    from matplotlib import rc_context  # noqa: PLC0415 - half a second to import

    return rc_context(_SETTINGS)


def mark_invented(figure: Any) -> None:
    """Write on its face that a figure shows invented data: it travels without its caption."""
    figure.suptitle("Invented data", x=0.99, ha="right", fontsize=8)


def as_svg(figure: Any) -> str:
    """The figure as SVG text: the same bytes each time it is drawn."""
    target = io.StringIO()
    figure.savefig(target, format="svg", metadata={"Date": None, "Creator": "cartwise"})
    lines = target.getvalue().splitlines()
    return "\n".join(_shorter(line.rstrip()) for line in lines) + "\n"


def _shorter(line: str) -> str:
    """A line of a path or of marks with its coordinates cut to a hundredth of a point; words and numbers shown stay."""
    return _TOO_FINE.sub("", line) if line.lstrip().startswith(_DRAWN) else line
