"""Differentiation in time as a matrix on a grid of times, and what is left of a kick."""

from __future__ import annotations

import numpy as np

from superlaw.curves import Array


def backward_differences(times: Array) -> Array:
    """Return d/dt [time, time] on t_1 < t_2 < …, by differences of second order.

    h (1 + w) y' = (1 + 2w) y_n − (1 + w)² y_(n−1) + w² y_(n−2), h = t_n − t_(n−1) and w = h over
    the step before. The first step starts from y(0) = 0 and is of first order.
    """
    steps = np.diff(times, prepend=0.0)
    d = np.diag(1.0 / steps)
    for n in range(1, len(times)):
        h, w = steps[n], steps[n] / steps[n - 1]
        d[n, n] = (1.0 + 2.0 * w) / (1.0 + w) / h
        d[n, n - 1] = -(1.0 + w) / h
        if n > 1:
            d[n, n - 2] = w**2 / (1.0 + w) / h
    return d


def part_left(kept: Array, d: Array, start: int) -> Array:
    """Return what is left of a kick at times[start] at each time, 1 where nothing answers.

    Parameters
    ----------
    kept : ndarray
        R of R35 [..., time, time].
    d : ndarray
        Differentiation, `backward_differences` [time, time].
    """
    left = np.zeros(kept.shape[:-1])
    left[..., start:] = kept[..., start:, start] / np.linalg.inv(d)[start:, start]
    return left
