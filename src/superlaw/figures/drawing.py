"""Figures from panels: plain data in, matplotlib figures out; nothing global, nothing shown."""

from __future__ import annotations

import io
import re
from typing import Any

import numpy as np
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.image import AxesImage
from matplotlib.ticker import LogFormatterSciNotation
from matplotlib.transforms import ScaledTranslation

from superlaw.arguments import refuse
from superlaw.figures.panels import HeatMap, Maps, Panel, Picture, Row, Series, Sheet

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
_GUIDE: Any = {"fontsize": 6.5, "color": "0.35"}
_MAP_COLUMNS = 3
_TICKS = 12
"""Names up an axis of a map."""
_LETTERS = 42
"""Of all names along an axis of a map."""
_TOLD = 144
"""Cells of a map up to which each has its number in it."""
_POWER = re.compile(r"\$\\mathdefault\{(?:(\d+)\\times)?10\^\{(-?\d+)\}\}\$")
_RAISED = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")
_SPAN = "span used"
_LEGEND_COLUMNS, _LEGEND_ROW, _BELOW = 2, 0.17, 0.5
"""Columns of a legend, the height of its rows, and its distance from the axes [inches]."""


def draw(panel: Panel, axes: Axes | None = None) -> Axes:
    """Draw a panel, on given axes or on a new figure; return the axes."""
    with rc_context(_STYLE):
        if axes is None:
            axes = _axes(_LEGEND_ROW * _rows(panel, _LEGEND_COLUMNS))
        colour = len(axes.get_lines()) - 1  # what others drew keeps its colours
        for series in panel.series:
            colour += not series.paired
            _draw_series(axes, series, COLOURS[colour % len(COLOURS)])
        axes.set(title=panel.title, xlabel=panel.x_label, ylabel=panel.y_label)
        axes.set_xscale("log" if panel.x_log else "linear")
        axes.set_yscale("log" if panel.y_log else "linear")
        for axis in (axes.xaxis, axes.yaxis):
            if axis.get_scale() == "log":
                axis.set_major_formatter(_Powers())
                axis.set_minor_formatter(_Powers())
        for k, (name, height) in enumerate(panel.guides):
            _guide(axes, name, height, is_right=k % 2 == 0)
        if panel.shaded is not None:
            axes.axvspan(*panel.shaded, color="0.5", alpha=0.12, lw=0, label=_SPAN)
        for told in _dots(panel):
            axes.plot([], [], _MARKS["points"], color="0.4", ms=3.5, label=told)
        _legend(axes)
    return axes


class _Powers(LogFormatterSciNotation):
    """Powers of ten in letters, 2·10⁻³: setting mathematics takes half of the time of a figure."""

    def __call__(self, x: float, pos: int | None = None) -> str:
        return _POWER.sub(_in_letters, super().__call__(x, pos))


def _in_letters(power: re.Match[str]) -> str:
    times, exponent = power.groups()
    return f"{times + '·' if times else ''}10{exponent.translate(_RAISED)}"


def _guide(axes: Axes, name: str, height: float, *, is_right: bool) -> None:
    """Draw a horizontal line with its name at one end, if the data reach it."""
    low, high = axes.get_ylim()
    if low <= height <= high:
        axes.axhline(height, color="0.55", lw=0.7, ls=(0, (1, 2)), zorder=0.5)
        place, side = (0.995, "right") if is_right else (0.005, "left")
        across = axes.get_yaxis_transform()
        axes.text(place, height, name, ha=side, va="bottom", transform=across, **_GUIDE)


def draw_map(heat_map: HeatMap, axes: Axes | None = None) -> Axes:
    """Draw a table of numbers as colours, with the numbers in it; return the axes."""
    with rc_context(_STYLE | {"axes.grid": False}):
        if axes is None:
            axes = _axes()
        axes.figure.colorbar(_coloured(heat_map, axes), ax=axes)
    return axes


def _coloured(heat_map: HeatMap, axes: Axes) -> AxesImage:
    """Fill axes with a map, without its scale of colours."""
    low, high = heat_map.span
    image = axes.imshow(
        heat_map.values, vmin=low, vmax=high, cmap="cividis", aspect="auto", origin="lower"
    )
    axes.set_facecolor("0.85")  # where nothing is known
    longest = max(map(len, heat_map.x), default=1)
    for set_ticks, names, room in (
        (axes.set_xticks, heat_map.x, max(1, _LETTERS // max(longest, 3))),
        (axes.set_yticks, heat_map.y, _TICKS),
    ):
        every = max(1, -(-len(names) // room)) if all(names) else 1  # some name groups
        set_ticks(range(0, len(names), every), names[::every])
    told = heat_map.values if heat_map.values.size <= _TOLD else np.empty((0, 0))
    for (row, column), value in np.ndenumerate(told):
        if not np.isfinite(value):
            continue
        dark = value < 0.5 * (low + high)
        colour = "white" if dark else "black"
        axes.text(column, row, f"{value:.2f}", ha="center", va="center", color=colour)
    axes.set(title=heat_map.title, xlabel=heat_map.x_label, ylabel=heat_map.y_label)
    return image


def draw_maps(maps: Maps) -> Axes:
    """Draw maps, three in a row, with one scale of colours; return the first axes."""
    with rc_context(_STYLE | {"axes.grid": False}):
        width, height = _SIZE
        rows = -(-len(maps.panels) // _MAP_COLUMNS)
        figure = Figure(figsize=(0.6 * _MAP_COLUMNS * width, 0.75 * rows * height))
        FigureCanvasAgg(figure)
        every = np.ravel(figure.subplots(rows, _MAP_COLUMNS, squeeze=False))
        for axes, panel in zip(every, maps.panels, strict=False):
            image = _coloured(panel, axes)
        for axes in every[len(maps.panels) :]:
            axes.remove()
        figure.colorbar(image, ax=list(every[: len(maps.panels)]), label=maps.title)
    first: Axes = every[0]
    return first


def draw_row(row: Row) -> Axes:
    """Draw panels side by side on the same scales, with one legend; return the first axes."""
    with rc_context(_STYLE):
        width, height = _SIZE
        n = len(row.panels)
        size = (0.8 * n * width, height + _LEGEND_ROW * _rows(row.panels[0], n))
        figure = Figure(figsize=size)
        FigureCanvasAgg(figure)
        every = np.atleast_1d(figure.subplots(1, n, sharex=True, sharey=True))
        for axes, panel in zip(every, row.panels, strict=True):
            draw(panel, axes)
            axes.get_legend().remove()
            axes.label_outer()
        handles, labels = every[0].get_legend_handles_labels()
        figure.legend(handles, labels, loc="outside lower center", ncols=n)
    first: Axes = every[0]
    return first


def draw_sheet(sheet: Sheet) -> Axes:
    """Draw pictures two in a row; return the first axes."""
    with rc_context(_STYLE):
        width, height = _SIZE
        rows = -(-len(sheet.pictures) // 2)
        figure = Figure(figsize=(2 * width, rows * (height + 2 * _LEGEND_ROW)))
        FigureCanvasAgg(figure)
        every = np.ravel(figure.subplots(rows, 2, squeeze=False))
        for axes, picture in zip(every, sheet.pictures, strict=False):
            if isinstance(picture, HeatMap):
                axes.grid(False)
                figure.colorbar(_coloured(picture, axes), ax=axes)
            else:
                draw(picture, axes)
        for axes in every[len(sheet.pictures) :]:
            axes.remove()
    first: Axes = every[0]
    return first


def show(picture: Picture, axes: Axes | None = None) -> Axes:
    """Draw a picture, one panel or map also on given axes; return its (first) axes.

    Raises
    ------
    ArgumentError
        If axes are given that are none, or for a picture of several panels.
    """
    if axes is not None and not isinstance(axes, Axes):
        refuse("axes", "matplotlib's Axes", axes, "E.g. those of plt.subplots().")
    if isinstance(picture, Panel):
        return draw(picture, axes)
    if isinstance(picture, HeatMap):
        return draw_map(picture, axes)
    if axes is not None:
        refuse("axes", "left out for several panels", axes, "Leave it out.")
    if isinstance(picture, Sheet):
        return draw_sheet(picture)
    return draw_row(picture) if isinstance(picture, Row) else draw_maps(picture)


def figure(picture: Picture) -> Figure:
    """Return a figure of a panel, a map, or several."""
    found = show(picture).get_figure()
    assert isinstance(found, Figure)
    return found


def svg(picture: Picture) -> str:
    """Return a picture as SVG, the same bytes for the same data."""
    with rc_context(_STYLE):
        text = io.StringIO()
        figure(picture).savefig(text, format="svg", metadata={"Date": None, "Creator": "superlaw"})
    body = text.getvalue()
    return (
        body[body.index("<svg") : body.index("<metadata")] + body[body.index("</metadata>") + 11 :]
    )


def _axes(more: float = 0.0) -> Axes:
    """Return the axes of a new figure, this many inches higher than usual."""
    width, height = _SIZE
    figure = Figure(figsize=(width, height + more))
    FigureCanvasAgg(figure)
    return figure.subplots()


def _rows(panel: Panel, columns: int) -> int:
    """Return how many rows the legend of a panel has."""
    entries = sum(bool(_label(series)) for series in panel.series) + len(_dots(panel))
    entries += panel.shaded is not None
    return -(-entries // columns)


def _label(series: Series) -> str | None:
    """Return the entry of a series in the legend: points share that of the line before them."""
    if series.paired and series.style in _MARKS:
        return None
    return series.label or None


def _dots(panel: Panel) -> list[str]:
    """Return what points in the colours of lines stand for: what their labels begin with."""
    found: dict[str, None] = {}
    line = ""
    for series in panel.series:
        if series.paired and series.style in _MARKS and series.label not in ("", line):
            found[series.label.split(",")[0]] = None
        elif not series.paired:
            line = series.label
    return list(found)


def _legend(axes: Axes) -> None:
    """Put the legend below the axes, where it hides no curve."""
    figure = axes.get_figure()
    assert isinstance(figure, Figure)
    below = axes.transAxes + ScaledTranslation(0.0, -_BELOW, figure.dpi_scale_trans)
    axes.legend(
        loc="upper center",
        bbox_to_anchor=(0.5, 0.0),
        bbox_transform=below,
        borderaxespad=0.0,
        ncols=_LEGEND_COLUMNS,
    )


def _draw_series(axes: Axes, series: Series, colour: str) -> None:
    label = _label(series)
    if series.style in _LINES:
        axes.plot(series.x, series.y, _LINES[series.style], color=colour, label=label, lw=1.5)
        return
    if series.upper is not None:
        axes.fill_between(
            series.x, series.y, series.upper, color=colour, alpha=0.2, lw=0, label=label
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
