"""A straight line through few points: each has a known error, and all a scatter that is not."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import stats
from scipy.optimize import brentq

from superlaw.curves import Array

LEVEL = 0.95
"""Of the interval."""


@dataclass(frozen=True)
class Line:
    """y = start + slope · x.

    Parameters
    ----------
    slope, start : float
    standard_error : float
        Of the slope, scatter included.
    interval : (float, float)
        That holds the slope with `LEVEL`, by Student's t of `freedom` degrees of freedom.
    scatter : float
        Standard deviation of points about the line, beyond their own errors.
    freedom : int
        Points less two.
    """

    slope: float
    start: float
    standard_error: float
    interval: tuple[float, float]
    scatter: float
    freedom: int


def straight_line(x: Array, y: Array, sigma: Array) -> Line:
    """Return the line of least χ² = Σ (y − start − slope x)²/(σ² + τ²), three points or more.

    τ is the scatter that makes χ² as large as the number of points less two (Paule and Mandel,
    J. Res. NBS 87, 377 (1982)), 0 if their own errors are enough.
    """
    freedom = len(x) - 2
    own = np.maximum(sigma, 1e-12 * (1.0 + np.abs(y))) ** 2
    scatter = 0.0
    if _fit(x, y, own)[1] > freedom:
        most = 1e3 * float(np.ptp(y)) ** 2 + own.max()
        scatter = float(brentq(lambda v: _fit(x, y, own + v)[1] - freedom, 0.0, most, xtol=1e-18))
    (start, slope), _, covariance = _fit(x, y, own + scatter)
    error = float(np.sqrt(covariance[1, 1]))
    reach = error * float(stats.t.ppf(0.5 + 0.5 * LEVEL, freedom))
    interval = (float(slope - reach), float(slope + reach))
    return Line(float(slope), float(start), error, interval, scatter**0.5, freedom)


def _fit(x: Array, y: Array, variance: Array) -> tuple[Array, float, Array]:
    """Return start and slope, their χ² and their covariance."""
    design = np.stack([np.ones_like(x), x], axis=1)
    covariance = np.asarray(np.linalg.inv(design.T @ (design / variance[:, None])), np.float64)
    found = covariance @ (design.T @ (y / variance))
    return found, float(np.sum((y - design @ found) ** 2 / variance)), covariance
