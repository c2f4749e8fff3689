"""Output times, and slopes between them."""

from __future__ import annotations

import numpy as np

from superlaw.arguments import positive, refuse, whole
from superlaw.solvers.arrays import Array


def log_times(t0: float, t1: float, per_decade: int = 10) -> Array:
    """Return log-spaced times with exact end points.

    Parameters
    ----------
    t0, t1 : float
        First and last time, 0 < t0 < t1 [time].
    per_decade : int
        Times a decade, about: the spacing is even on a log scale.

    Returns
    -------
    ndarray
        Shape (n,) [time].

    Raises
    ------
    ArgumentError
        If an argument is outside its rule.

    Examples
    --------
    >>> log_times(0.1, 10.0, per_decade=1).tolist()
    [0.1, 1.0, 10.0]
    """
    positive("t0", t0, "Log-spaced times need a start above 0.")
    if positive("t1", t1, "Log-spaced times need an end above 0.") <= t0:
        refuse("t1", "above t0", t1, f"Give an end after {t0}.")
    whole("per_decade", per_decade, "Give points a decade, e.g. 10.")
    times: Array = np.geomspace(t0, t1, max(2, round(per_decade * np.log10(t1 / t0)) + 1))
    return times


def differenced_slope(times: Array, loss: Array) -> Array:
    """Return −d log L/d log t by differences, 0 at t = 0."""
    inside = times > 0.0
    slope = np.zeros_like(loss)
    if inside.sum() > 2:
        slope[inside] = -np.gradient(np.log(loss[inside]), np.log(times[inside]))
    return slope
