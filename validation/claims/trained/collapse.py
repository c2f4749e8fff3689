"""Whether loss curves of different N and K are one curve, rescaled: fits, and nothing derived."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import least_squares

from superlaw.curves import Array

DEGREE = 5
"""Of the polynomial in ln t that stands for the common curve of ln L."""
LIMITS = (-5.0, 5.0)
"""Of the powers: a pure power law would leave two of them free."""
STARTS = (-1.0, 0.0, 1.0)
RESAMPLED = 12


@dataclass(frozen=True)
class Rescaling:
    """Powers of N and K that put curves on one another as well as powers can.

    Parameters
    ----------
    powers : ndarray
        t·N^p0·K^p1 and L·N^p2·K^p3.
    error : ndarray
        Standard deviation of each over resamplings of (N, K).
    misfit : float
        Root mean square of ln L about the common curve.
    unscaled : float
        The same with all powers 0.
    """

    powers: Array
    error: Array
    misfit: float
    unscaled: float


def rescaled(times: Array, losses: Array, sizes: Array, entropy: int) -> Rescaling:
    """Return the best rescaling of curves.

    Parameters
    ----------
    times : ndarray, (n_times,)
    losses : ndarray, (n, n_times)
    sizes : ndarray, (n, 2)
        N and K.
    entropy : int
        Of the resampling.
    """
    generator = np.random.default_rng(entropy)
    powers, left = _fitted(times, losses, sizes, STARTS)
    near = [
        _fitted(times, losses[k], sizes[k], (float(powers[0]),))[0]
        for k in generator.integers(len(sizes), size=(RESAMPLED, len(sizes)))
    ]
    unscaled = _left(np.zeros(4), times, losses, sizes)
    error = np.std(near, axis=0, ddof=1)
    return Rescaling(powers, error, left, float(np.sqrt(np.mean(unscaled**2))))


def within_groups(losses: Array, sizes: Array, power: float) -> float | None:
    """Return the root mean square of ln L among curves of one N/K^power, each up to a factor.

    Groups are half an octave wide; None where no two curves are in one.
    """
    x = np.log2(sizes[:, 0]) - power * np.log2(sizes[:, 1])
    place = np.round(2.0 * x).astype(int)
    shape = np.log(losses) - np.log(losses).mean(axis=1, keepdims=True)
    left = [
        np.sum((shape[place == key] - shape[place == key].mean(axis=0)) ** 2)
        for key in set(place.tolist())
    ]
    spare = (len(shape) - len(left)) * losses.shape[1]
    return float(np.sqrt(sum(left) / spare)) if spare else None


def moved(times: Array, losses: Array, sizes: Array, powers: Array) -> tuple[Array, Array]:
    """Return times and losses after a rescaling by powers of N and K over their means."""
    scale = np.log(sizes) - np.log(sizes).mean(axis=0)
    in_time, in_loss = np.exp(scale @ powers[:2]), np.exp(scale @ powers[2:])
    return in_time[:, None] * times, in_loss[:, None] * losses


def _fitted(
    times: Array, losses: Array, sizes: Array, starts: tuple[float, ...]
) -> tuple[Array, float]:
    """Return the powers that leave least, from several starts, and what they leave."""
    tries = [
        least_squares(_left, [first, 0.0, 0.0, 0.0], bounds=LIMITS, args=(times, losses, sizes))
        for first in starts
    ]
    best = min(tries, key=lambda found: float(found.cost))
    return np.asarray(best.x), float(np.sqrt(np.mean(best.fun**2)))


def _left(powers: Array, times: Array, losses: Array, sizes: Array) -> Array:
    """Return ln L about the common curve, all points of all curves."""
    t, loss = moved(times, losses, sizes, np.asarray(powers))
    u, y = np.log(t).ravel(), np.log(loss).ravel()
    u = 2.0 * (u - u.mean()) / np.ptp(u)
    design = np.polynomial.chebyshev.chebvander(u, DEGREE)
    return np.asarray(y - design @ np.linalg.lstsq(design, y)[0])
