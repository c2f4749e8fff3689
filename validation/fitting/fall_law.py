"""The rule of the superposed map, on curves with noise: where the fall begins and ends."""

from __future__ import annotations

import numpy as np

from superlaw.curves import Array
from superlaw.validation.fitting.measured import FEWEST_POINTS, Measured
from superlaw.validation.fitting.noise import Noise
from superlaw.validation.fitting.readings import fall
from superlaw.validation.fitting.search import Window

RAGGED = 0.05
"""Noise of differenced slopes, as a part of the peak, above which they are taken of the smoothed
curve."""

AT_THE_END = 0.1
"""A slope that is largest in this last part of the decades still rises: the fall has no end."""


def fall_window(data: Measured, noise: Noise, span: Window | None) -> Window | None:
    """Return the points from half of the first loss to half of the peak slope; None without."""
    first, last = span or (0, len(data.x) - 1)
    x, y = data.x[first : last + 1], data.y[first : last + 1]
    steps = np.diff(x)
    ragged = float(np.median(noise.level) / (np.sqrt(2.0) * np.median(steps)))
    found = fall(np.exp(x), np.exp(y - y[0]))
    if ragged > RAGGED * found.peak:
        y = noise.smooth[first : last + 1]
        found = fall(np.exp(x), np.exp(y - y[0]))
    still = found.window[1] >= np.exp(x[-1]) and _peak(x, y) > x[-1] - AT_THE_END * (x[-1] - x[0])
    if still or found.peak <= 0.0 or y.min() > y[0] + np.log(0.5):
        return None
    inside = np.flatnonzero((x >= np.log(found.window[0])) & (x <= np.log(found.window[1])))
    if len(inside) < FEWEST_POINTS:
        return None
    return first + int(inside[0]), first + int(inside[-1])


def _peak(x: Array, y: Array) -> float:
    """Return ln t of the steepest point."""
    return float(x[np.argmin(np.gradient(y, x))])
