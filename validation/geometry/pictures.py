"""The figure of overlaps against width."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from superlaw.figures.panels import Panel, Series

if TYPE_CHECKING:
    from superlaw.validation.geometry.law import OverlapCurve


def overlaps_against_width(curves: tuple[OverlapCurve, ...]) -> Panel:
    """Return the mean square overlap of each version against dimensions, with chance and bound."""
    series = [each for curve in curves for each in _points(curve)]
    raw = curves[0]
    d = np.geomspace(raw.dimensions.min(), raw.dimensions.max(), 50)
    series.append(Series("random directions, 1/d", d, 1.0 / d, style="line"))
    if np.all(raw.welch > 0.0):
        series.append(Series("Welch bound", raw.dimensions, raw.welch, style="dotted"))
    return Panel("Overlaps against width", "dimensions d", "mean square overlap", tuple(series))


def _points(curve: OverlapCurve) -> Iterator[Series]:
    """Yield what was measured, and the line through it."""
    d, law, name = curve.dimensions, curve.line, curve.name
    told = "" if law is None else f", $d^{{-{-law.slope:.2f}}}$ ± {law.standard_error:.1g}"
    style = "rings" if name == "cleaned" else "points"
    yield Series(name + told, d, curve.mean_square, curve.error, style=style)
    if law is not None:
        fitted = np.exp(law.start + law.slope * np.log(d))
        yield Series("", d, fitted, style="dashed", paired=True)
