"""Columns in random directions, one feature active: an upper bound of the least loss.

For unit columns and m → ∞, mL → Σ_j min_h [p_j h² + ψ(h)]. At finite m the law of a cosine is
exact, and norms and biases of every frequency class are free: directions are drawn, norms and
biases chosen.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import special
from scipy.interpolate import CubicSpline
from scipy.optimize import minimize

from superlaw.curves import Array
from superlaw.solvers.width.classes import Classes
from superlaw.solvers.width.cosines import excess
from superlaw.solvers.width.outputs import own_cost, own_slopes

_SPLINE, _SPAN = 1500, 26.0
"""Points of the table of β, up to this many times 1/√m."""
_LARGEST_H = 12.0


def gaussian_excess(h: Array | float) -> Array:
    """Return ψ(h) = E(v g − 2 h)₊², g standard normal (H9).

    ψ = (4/3 + 4 h²) Q(h) − (8/3) h φ(h) − 2 h³ E₁(h²/2)/(3 √(2π)), about 8 φ(h)/h⁵ far out.
    """
    h = np.asarray(h, dtype=float)
    phi, above = np.exp(-0.5 * h * h) / np.sqrt(2.0 * np.pi), special.ndtr(-h)
    far = 2.0 * h**3 * special.exp1(np.maximum(0.5 * h * h, 1e-300)) / (3.0 * np.sqrt(2.0 * np.pi))
    return (4.0 / 3.0 + 4.0 * h * h) * above - 8.0 / 3.0 * h * phi - far


def gaussian_slope(h: Array) -> Array:
    """Return ψ′(h) = 8 h Q(h) − 4 φ(h) − 2 h² E₁(h²/2)/√(2π), h > 0."""
    phi = np.exp(-0.5 * h * h) / np.sqrt(2.0 * np.pi)
    far = 2.0 * h * h * special.exp1(0.5 * h * h) / np.sqrt(2.0 * np.pi)
    return 8.0 * h * special.ndtr(-h) - 4.0 * phi - far


def best_thresholds(p: Array) -> Array:
    """Return h_j of the least p_j h² + ψ(h), where 2 p h = −ψ′(h) (H11)."""
    h = np.geomspace(1e-4, _LARGEST_H, 8000)
    log_p = np.log(-gaussian_slope(h) / (2.0 * h))
    return np.interp(-np.log(p), -log_p, h)


def gaussian_prefactor(p: Array) -> float:
    """Return lim m L of random codes as m → ∞ with n fixed, Σ_j min_h [p_j h² + ψ(h)] (H10)."""
    h = best_thresholds(p)
    return float(p @ h**2 + np.sum(gaussian_excess(h)))


@dataclass(frozen=True)
class RandomCode:
    """The best norms and biases of random directions.

    Parameters
    ----------
    value : float
        Loss, the mean over directions [dimensionless].
    norms, biases : ndarray, (n,)
        Of every feature.
    """

    value: float
    norms: Array
    biases: Array


def random_code(p: Array, m: int) -> RandomCode:
    """Return the loss of random directions at their best norms and biases.

    Parameters
    ----------
    p : ndarray, (n,)
        Frequencies that sum to 1, descending.
    m : int
        Dimensions, at least 2.
    """
    classes = Classes.of(p)
    problem = _Problem(classes, m)
    theta = 2.0 * best_thresholds(classes.p) / np.sqrt(m)
    starts = [np.concatenate([np.full(len(theta), r), r * r * theta]) for r in (1.0, 1.3, 1.8)]
    bounds = [(1e-3, 4.0)] * len(theta) + [(0.0, 40.0)] * len(theta)
    found = [
        minimize(problem, y, jac=True, method="L-BFGS-B", bounds=bounds, options=_PRECISE)
        for y in starts
    ]
    best = min(found, key=lambda each: float(each.fun))
    r, theta = np.split(best.x, 2)
    return RandomCode(problem.exact(r, theta), classes.spread(r), classes.spread(-theta))


_PRECISE = {"maxiter": 2000, "maxfun": 4000, "ftol": 1e-13, "gtol": 1e-10}


class _Problem:
    """Loss of classes with norms r_c and thresholds θ_c, and its gradient."""

    def __init__(self, classes: Classes, m: int) -> None:
        self.classes, self.m = classes, m
        x = np.linspace(0.0, min(2.0, _SPAN / np.sqrt(m)), _SPLINE)
        self.last, self.table = float(x[-1]), CubicSpline(x, excess(x, m))
        self.slope = self.table.derivative()

    def __call__(self, y: Array) -> tuple[float, Array]:
        """Return Σ_j [p_j A + Σ_{i≠j} p_i S_ij² β(θ_j/S_ij)], S_ij = r_i r_j, and its gradient."""
        r, theta = np.split(y, 2)
        c = self.classes
        S = np.outer(r, r)  # S[j, i]
        x = np.minimum(theta[:, None] / S, self.last)
        inside = theta[:, None] / S < self.last
        beta, slope = self.table(x) * inside, self.slope(x) * inside
        own = own_cost(r * r, -theta)
        by_gain, by_bias = own_slopes(r * r, -theta)
        loss = c.total @ own + np.sum(c.pairs * S * S * beta)
        by_S = c.pairs * (2.0 * S * beta - theta[:, None] * slope)
        by_theta = np.sum(c.pairs * S * slope, axis=1) - c.total * by_bias
        by_r = (by_S + by_S.T) @ r + 2.0 * c.total * by_gain * r
        return float(loss), np.concatenate([by_r, by_theta])

    def exact(self, r: Array, theta: Array) -> float:
        """Return the same loss with every integral worked out, not read off the table."""
        S = np.outer(r, r)
        beta = excess(theta[:, None] / S, self.m)
        own = self.classes.total @ own_cost(r * r, -theta)
        return float(own + np.sum(self.classes.pairs * S * S * beta))
