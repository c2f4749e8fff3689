"""What a figure shows, as plain data: lines, panels and maps."""

from __future__ import annotations

from dataclasses import dataclass

from superlaw.curves import Array


@dataclass(frozen=True)
class Series:
    """A line or a set of points of a figure.

    Parameters
    ----------
    label : str
        Without one it has no entry in the legend.
    x, y : ndarray
    error : ndarray or None
        Half-height of the error bars.
    style : {"line", "dashed", "dotted", "points", "rings", "band"}
        A band is shaded between y and `upper`.
    paired : bool
        Belongs to the series before it: the same colour; points then share its legend entry.
    upper : ndarray or None
        Upper edge of a band.
    """

    label: str
    x: Array
    y: Array
    error: Array | None = None
    style: str = "line"
    paired: bool = False
    upper: Array | None = None


@dataclass(frozen=True)
class Panel:
    """A figure: its data and how to label them.

    Parameters
    ----------
    title, x_label, y_label : str
    series : tuple of Series
    x_log, y_log : bool
    shaded : (float, float) or None
        Span of x that was used.
    guides : tuple of (str, float)
        Names and heights of horizontal lines; none outside the data is drawn.
    """

    title: str
    x_label: str
    y_label: str
    series: tuple[Series, ...]
    x_log: bool = True
    y_log: bool = True
    shaded: tuple[float, float] | None = None
    guides: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True)
class HeatMap:
    """A table of numbers shown as colours.

    Parameters
    ----------
    title, x_label, y_label : str
    x, y : tuple of str
        Names of columns and rows.
    values : ndarray
        Shape (rows, columns).
    span : (float, float)
        Values at the ends of the colour scale, the same for maps that are compared.
    """

    title: str
    x_label: str
    y_label: str
    x: tuple[str, ...]
    y: tuple[str, ...]
    values: Array
    span: tuple[float, float]


@dataclass(frozen=True)
class Row:
    """Panels side by side on the same axes, with one legend: a picture that compares.

    Parameters
    ----------
    title : str
    panels : tuple of Panel
        With the same series labels.
    """

    title: str
    panels: tuple[Panel, ...]


@dataclass(frozen=True)
class Maps:
    """Maps on one colour scale, three in a row.

    Parameters
    ----------
    title : str
    panels : tuple of HeatMap
        With the same span.
    """

    title: str
    panels: tuple[HeatMap, ...]


@dataclass(frozen=True)
class Sheet:
    """Pictures of several kinds, two in a row, each with scales and a legend of its own.

    Parameters
    ----------
    title : str
    pictures : tuple of Panel or HeatMap
    """

    title: str
    pictures: tuple[Panel | HeatMap, ...]


Picture = Panel | HeatMap | Row | Maps | Sheet
"""What is drawn as one figure."""
