"""What is read off a loss curve: when it reaches a level, how steep it is, where it flattens."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from superlaw.curves import Array, differenced_slope


@dataclass(frozen=True)
class Fall:
    """The straight part of a loss curve on logarithmic axes.

    Parameters
    ----------
    exponent : float
        Of one straight fit over the window.
    peak : float
        Largest local slope.
    window : (float, float)
        From half of the first loss to where the slope has fallen to half its peak.
    """

    exponent: float
    peak: float
    window: tuple[float, float]


def fall(times: Array, loss: Array) -> Fall:
    """Return the exponent of a curve by the same rule for every student."""
    slope = differenced_slope(times, loss)
    top = int(np.argmax(slope))
    flat = np.flatnonzero(slope[top:] < 0.5 * slope[top])
    last = top + int(flat[0]) if flat.size else len(times) - 1
    first = min(int(np.argmax(loss < 0.5 * loss[0])), last - 2)
    span = slice(first, last + 1)
    exponent = -np.polyfit(np.log(times[span]), np.log(loss[span]), 1)[0]
    return Fall(float(exponent), float(slope[top]), (float(times[first]), float(times[last])))


def straight_slope(times: Array, loss: Array, window: tuple[float, float]) -> Array:
    """Return −d ln L/d ln t of one straight fit over a window, for each curve.

    Parameters
    ----------
    times : ndarray
        Shape (n_times,).
    loss : ndarray
        Shape (n_times,) or (n_curves, n_times).
    window : (float, float)
        First and last time, both included.

    Returns
    -------
    ndarray
        Shape () or (n_curves,).
    """
    inside = (times >= window[0]) & (times <= window[1])
    x = np.log(times[inside])
    x -= x.mean()
    return np.asarray(-(np.log(loss[..., inside]) @ x) / (x @ x))


def time_to_reach(times: Array, rising: Array, level: float) -> float:
    """Return when a rising curve first reaches a level; NaN if it does not."""
    k = int(np.argmax(rising >= level))
    if k == 0:
        return float("nan")
    near = slice(k - 1, k + 1)
    return float(np.exp(np.interp(level, rising[near], np.log(times[near]))))
