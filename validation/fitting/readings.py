"""What is read off a loss curve: when it reaches a level, how steep it is, where it flattens."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from superlaw.curves import Array, differenced_slope

TRIMMED = 0.25
STEADY = 0.1


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


@dataclass(frozen=True)
class StraightErrors:
    """Errors of a straight slope by source, for a mean over curves.

    Parameters
    ----------
    seeds : float or None
        Standard error over curves; None for one.
    window : float
        Standard deviation over windows that leave out up to a quarter of the decades at either end.
    fit : float
        Standard error by least squares, as if points were independent.
    """

    seeds: float | None
    window: float
    fit: float


def straight_errors(times: Array, losses: Array, window: tuple[float, float]) -> StraightErrors:
    """Return the errors of the slope of one straight fit.

    Parameters
    ----------
    times : ndarray, (n_times,)
    losses : ndarray, (n_curves, n_times)
    window : (float, float)
    """
    mean, (first, last) = losses.mean(axis=0), window
    cuts = (last / first) ** (TRIMMED * np.linspace(0.0, 1.0, 4))
    parts = [straight_slope(times, mean, (first * a, last / b)) for a in cuts for b in cuts]
    inside = (times >= first) & (times <= last)
    x, y = np.log(times[inside]), np.log(mean[inside])
    left = y - np.polyval(np.polyfit(x, y, 1), x)
    per_curve = straight_slope(times, losses, window)
    n = len(losses)
    return StraightErrors(
        seeds=float(per_curve.std(ddof=1) / np.sqrt(n)) if n > 1 else None,
        window=float(np.std(parts, ddof=1)),
        fit=float(np.sqrt(left @ left / (len(x) - 2) / np.sum((x - x.mean()) ** 2))),
    )


def steadiest(times: Array, loss: Array, band: float = STEADY) -> tuple[float, float] | None:
    """Return the longest window, in decades, whose local slope stays this near to its mean.

    Only slopes above `band` count; None where there is no window of four times.
    """
    slope, x = differenced_slope(times, loss), np.log10(times)
    best, longest = None, 0.0
    for first in range(len(x)):
        for last in range(len(x) - 1, first + 2, -1):
            if x[last] - x[first] <= longest:
                break
            inside = slope[first : last + 1]
            if inside.mean() > band and np.abs(inside - inside.mean()).max() <= band:
                best, longest = (float(times[first]), float(times[last])), x[last] - x[first]
    return best


def time_to_reach(times: Array, rising: Array, level: float) -> float:
    """Return when a rising curve first reaches a level; NaN if it does not."""
    k = int(np.argmax(rising >= level))
    if k == 0:
        return float("nan")
    near = slice(k - 1, k + 1)
    return float(np.exp(np.interp(level, rising[near], np.log(times[near]))))
