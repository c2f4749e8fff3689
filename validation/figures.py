"""Figures from panels: plain data in, matplotlib figures out; nothing global, nothing shown."""

from __future__ import annotations

import io
from typing import Any

from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from superlaw.validation.claim import Panel, Series

COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000")
"""Okabe-Ito: told apart by colour-blind readers, and by lightness in greyscale."""
_LINES = {"line": "-", "dashed": "--", "dotted": ":"}
_MARKS = {"points": "o", "rings": "s"}
_STYLE: Any = {
    "font.size": 9.0,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "grid.alpha": 0.25,
    "legend.framealpha": 0.8,
    "legend.edgecolor": "none",
    "legend.fontsize": 7.5,
    "svg.fonttype": "none",
    "svg.hashsalt": "superlaw",
    "figure.constrained_layout.use": True,
}
_SIZE = (5.2, 3.5)


def draw(panel: Panel, axes: Axes | None = None) -> Axes:
    """Draw a panel, on given axes or on a new figure; return the axes."""
    with rc_context(_STYLE):
        if axes is None:
            figure = Figure(figsize=_SIZE)
            FigureCanvasAgg(figure)
            axes = figure.subplots()
        colour = -1
        for series in panel.series:
            colour += not series.paired
            _draw_series(axes, series, COLOURS[colour % len(COLOURS)])
        axes.set(title=panel.title, xlabel=panel.x_label, ylabel=panel.y_label)
        axes.set_xscale("log" if panel.x_log else "linear")
        axes.set_yscale("log" if panel.y_log else "linear")
        if panel.shaded is not None:
            axes.axvspan(*panel.shaded, color="0.5", alpha=0.12, lw=0)
        axes.legend()
    return axes


def svg(panel: Panel) -> str:
    """Return a panel as SVG, the same bytes for the same data."""
    with rc_context(_STYLE):
        figure = draw(panel).get_figure()
        assert isinstance(figure, Figure)
        text = io.StringIO()
        figure.savefig(text, format="svg", metadata={"Date": None, "Creator": "superlaw"})
    body = text.getvalue()
    return (
        body[body.index("<svg") : body.index("<metadata")] + body[body.index("</metadata>") + 11 :]
    )


def _draw_series(axes: Axes, series: Series, colour: str) -> None:
    label = None if series.paired else series.label
    if series.style in _LINES:
        axes.plot(
            series.x, series.y, _LINES[series.style], color=colour, label=series.label, lw=1.5
        )
        return
    axes.errorbar(
        series.x,
        series.y,
        yerr=series.error,
        fmt=_MARKS[series.style],
        ms=3.5 if series.style == "points" else 5.0,
        mfc="white" if series.style == "rings" else colour,
        color=colour,
        lw=1.0,
        label=label,
    )
