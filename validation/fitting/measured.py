"""A loss curve as a fit takes it: checked, at positive times, many rows gathered in few points."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from superlaw.arguments import increasing_times, numbers, refuse
from superlaw.curves import Array
from superlaw.notices import Notice
from superlaw.solvers.solution import Solution
from superlaw.validation.training.ensemble import Ensemble

LEAST_LOSS = 1e-300
"""Below it a double loses digits, and the inverse overflows."""
FEWEST_POINTS = 4
MOST_POINTS = 240
"""Points that a fit works on: more rows are gathered into as many equal parts of log t."""
HALF_WIDTH = 0.15
"""Decades on either side over which a local slope is taken."""


@dataclass(frozen=True)
class Measured:
    """A curve on logarithmic axes.

    Parameters
    ----------
    times : ndarray
        Times of the rows, above 0, shape (n_rows,).
    loss : ndarray
        Shape (n_seeds, n_rows).
    slope : ndarray
        −d log L/d log t of the mean at every row.
    bound : ndarray or None
        Bound on the relative error of the loss at every row.
    x : ndarray
        ln t of the points, shape (n,).
    y : ndarray
        ln of the mean loss over seeds, shape (n,).
    runs : ndarray
        ln of the loss of each seed, shape (n_seeds, n).
    warnings : tuple of Notice
        What the solver of the curve said.
    """

    times: Array
    loss: Array
    slope: Array
    bound: Array | None
    x: Array
    y: Array
    runs: Array
    warnings: tuple[Notice, ...]

    @property
    def is_gathered(self) -> bool:
        """Whether a point stands for several rows."""
        return len(self.x) < len(self.times)


def measured(curve: Any) -> Measured:
    """Return a curve as a fit takes it, or refuse it.

    Where a solver does not know its local slope, it does not answer for the loss either.
    """
    if isinstance(curve, (Solution, Ensemble)):
        times, loss = curve.times, np.atleast_2d(curve.loss)
    else:
        times, loss = _pair(curve)
    if loss.ndim != 2 or loss.shape[1] != len(times) or not len(loss):
        refuse("curve", "one loss a time", loss.shape, "Give (times, loss) of equal length.")
    exact = getattr(curve, "local_slope", None)
    keep = times > 0.0 if exact is None else (times > 0.0) & ~np.isnan(exact)
    times, loss = times[keep], loss[:, keep]
    outside = ~((loss >= LEAST_LOSS) & (loss <= 1.0 / LEAST_LOSS))
    if np.any(outside):
        rule = f"finite and above 0 ({LEAST_LOSS:g} … {1.0 / LEAST_LOSS:g})"
        refuse("curve", rule, float(loss[outside][0]), "Cut the curve before that.")
    if len(times) < FEWEST_POINTS:
        refuse("curve", f"at least {FEWEST_POINTS} times", len(times), "Measure at more times.")
    bound = getattr(curve, "error_bound", None)
    told = curve.warnings if isinstance(curve, Solution) else ()
    slope = local_slopes(times, loss.mean(axis=0)) if exact is None else exact[keep]
    x, mean, runs = gathered(np.log(times), loss)
    bound = None if bound is None else bound[keep]
    return Measured(times, loss, slope, bound, x, mean, runs, told)


def local_slopes(times: Array, loss: Array) -> Array:
    """Return −d log L/d log t by least squares over ±`HALF_WIDTH` decades, shape (n_times,)."""
    x, y = np.log10(times), np.log10(loss)
    x, y, n = x - x.mean(), y - y.mean(), len(x)
    first = np.searchsorted(x, x - (HALF_WIDTH + 1e-9))
    last = np.searchsorted(x, x + (HALF_WIDTH + 1e-9), side="right")
    few = last - first < 3
    index = np.arange(n)
    first = np.where(few, np.maximum(index - 1, 0), first)
    last = np.where(few, np.minimum(index + 2, n), last)

    def total(values: Array) -> Array:
        sums = np.concatenate([[0.0], np.cumsum(values)])
        return np.asarray(sums[last] - sums[first])

    count, sx, sy = last - first, total(x), total(y)
    with np.errstate(invalid="ignore", divide="ignore"):  # of one point there is no slope
        return -(total(x * y) - sx * sy / count) / (total(x * x) - sx * sx / count)


def _pair(curve: Any) -> tuple[Array, Array]:
    """Return times and losses (n_seeds, n_times) of a pair."""
    remedy = "Give (times, loss), or what sl.solve or sl.simulate returned."
    if not isinstance(curve, tuple | list) or len(curve) != 2:
        refuse("curve", "a Solution, an Ensemble or (times, loss)", curve, remedy)
    return increasing_times(curve[0]), np.atleast_2d(numbers("curve", curve[1], remedy))


def gathered(x: Array, loss: Array) -> tuple[Array, Array, Array]:
    """Return means of ln t, of the logarithm of the mean loss and of each run's, in equal parts."""
    mean, runs = np.log(loss.mean(axis=0)), np.log(loss)
    if len(x) <= MOST_POINTS:
        return x, mean, runs
    part: NDArray[np.int64] = ((x - x[0]) / (x[-1] - x[0]) * MOST_POINTS).astype(np.int64)
    starts = np.flatnonzero(np.diff(part, prepend=-1))
    count = np.diff(np.append(starts, len(x)))
    x, mean, runs = (np.add.reduceat(rows, starts, axis=-1) / count for rows in (x, mean, runs))
    return x, mean, runs
