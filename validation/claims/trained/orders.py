"""Which combination of N and K orders slopes: fits, with errors, and nothing derived."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from superlaw.curves import Array

POWERS = np.linspace(0.5, 4.0, 36)
RESAMPLED = 200
LEAST_DIFFERENT = 4
"""(N, K) in a resampling, so that a quadratic is determined."""


@dataclass(frozen=True)
class Power:
    """The γ with which N/K^γ orders slopes best.

    Parameters
    ----------
    best : float
    low, high : float
        Of 68 % of resamplings of (N, K).
    """

    best: float
    low: float
    high: float


def combination(sizes: Array, power: float) -> Array:
    """Return ln(N/K^power), or ln(1/K) if the power is infinite."""
    if np.isinf(power):
        return np.asarray(-np.log(sizes[:, 1]))
    return np.asarray(np.log(sizes[:, 0]) - power * np.log(sizes[:, 1]))


def misfit(sizes: Array, slope: Array, power: float) -> float:
    """Return the root-mean-square misfit of a quadratic in ln(N/K^power).

    Parameters
    ----------
    sizes : ndarray
        N and K, shape (n, 2).
    slope : ndarray
        Shape (n,).
    power : float
        Infinite for K alone.
    """
    x = combination(sizes, power)
    design = np.vander(x - x.mean(), 3)
    left = slope - design @ np.linalg.lstsq(design, slope)[0]
    return float(np.sqrt(np.mean(left**2)))


def best_power(sizes: Array, slope: Array) -> float:
    """Return the power of K with which N/K^power orders the slopes best."""
    return float(POWERS[np.argmin([misfit(sizes, slope, power) for power in POWERS])])


def fitted_power(sizes: Array, slope: Array, entropy: int) -> Power:
    """Return the best power, with its error from resampled (N, K)."""
    generator = np.random.default_rng(entropy)
    drawn = generator.integers(len(slope), size=(RESAMPLED, len(slope)))
    powers = [
        best_power(sizes[k], slope[k]) for k in drawn if len(set(k.tolist())) >= LEAST_DIFFERENT
    ]
    low, high = np.quantile(powers, (0.16, 0.84))
    return Power(best_power(sizes, slope), float(low), float(high))


def drift(sizes: Array, slope: Array) -> tuple[float, float] | None:
    """Return what a slope gains as N grows e-fold at fixed N/K², and the standard error of that.

    Least squares on 1, x, x² and ln N with x = ln(N/K²); None where that is not determined.
    """
    x = combination(sizes, 2.0)
    design = np.stack([np.ones_like(x), x, x**2, np.log(sizes[:, 0])], axis=1)
    spare = len(slope) - design.shape[1]
    if spare < 1 or np.linalg.matrix_rank(design) < design.shape[1]:
        return None
    fitted = np.linalg.lstsq(design, slope)[0]
    variance = np.sum((slope - design @ fitted) ** 2) / spare
    error = np.sqrt(variance * np.linalg.inv(design.T @ design)[-1, -1])
    return float(fitted[-1]), float(error)
