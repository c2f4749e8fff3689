"""The noise of a loss curve: how large it is along the curve, and how long it remembers.

The residuals r = (1 − H) y of a local quadratic smoother H have E[r r'] = (1 − H) C (1 − H)' for
noise of covariance C. With C_jk = σ_j σ_k ρ^|j−k| the ratio of their first autocovariance to their
variance fixes ρ, and their variance then σ: nothing of the curve's own shape is counted as noise
that a parabola over ± `REACH` decades follows. Noise that remembers longer than that looks like
shape, and no estimate from one curve can tell the two apart; several seeds can.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from superlaw.curves import Array

REACH = 0.375
"""Decades on either side that the smoother fits a parabola to."""
NEIGHBOURS = 7
"""The least number of points it uses."""
SPREAD = 1.0
"""Decades over which the level of the noise is averaged."""
CORRELATIONS = np.array([0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.85])
"""Autocorrelations of neighbouring points that are told apart."""
ENOUGH_SEEDS = 4
"""With as many seeds their deviations are the noise."""


@dataclass(frozen=True)
class Noise:
    """Noise of ln L at the points of a curve.

    Parameters
    ----------
    level : ndarray
        Standard deviation σ_k [relative to the loss], shape (n,).
    correlation : float
        ρ of neighbouring points.
    freedom : float
        Degrees of freedom that the estimate rests on.
    smooth : ndarray
        The smoothed ln L, shape (n,).
    """

    level: Array
    correlation: float
    freedom: float
    smooth: Array


def noise_of(x: Array, y: Array, runs: Array) -> Noise:
    """Return the noise of a curve y(x), from its seeds where there are enough."""
    u = x / np.log(10.0)
    smoother = _smoother(u)
    rest = np.eye(len(u)) - smoother
    if len(runs) < ENOUGH_SEEDS:
        return _of_residuals(u, y, rest)
    deviation = runs - runs.mean(axis=0)
    variance = deviation.var(axis=0, ddof=1) / len(runs)
    size = float(np.sum(deviation**2))
    ratio = float(np.sum(deviation[:, 1:] * deviation[:, :-1])) / size if size > 0.0 else 0.0
    level = np.sqrt(_averaged(u, variance, np.ones(len(u))))
    correlation = float(np.clip(ratio, 0.0, CORRELATIONS[-1]))
    return Noise(level, correlation, float((len(runs) - 1) * len(u)), smoother @ y)


def _of_residuals(u: Array, y: Array, rest: Array) -> Noise:
    """Return the noise that the residuals of the smoother show."""
    residual = rest @ y
    lag = np.abs(np.subtract.outer(np.arange(len(u)), np.arange(len(u))))
    expected = [_covariances(rest, rho**lag) for rho in CORRELATIONS]
    ratios = np.array([after.mean() / own.mean() for own, after in expected])
    power = float(np.mean(residual**2))
    ratio = float(np.mean(residual[1:] * residual[:-1])) / power if power > 0.0 else 0.0
    rho = float(np.interp(ratio, ratios, CORRELATIONS))
    shares = np.array([own for own, _ in expected])
    share = np.array([np.interp(rho, CORRELATIONS, column) for column in shares.T])
    level = np.sqrt(_averaged(u, residual**2, share))
    return Noise(level, rho, max(float(np.sum(rest * rest)), 1.0), y - residual)


def _covariances(rest: Array, covariance: Array) -> tuple[Array, Array]:
    """Return variances of residuals and covariances of neighbours, for noise of a covariance."""
    half = rest @ covariance
    return np.sum(half * rest, axis=1), np.sum(half[1:] * rest[:-1], axis=1)


def _averaged(u: Array, squares: Array, share: Array) -> Array:
    """Return squares over their shares, averaged over `SPREAD` decades on either side."""
    weight = np.exp(-0.5 * (np.subtract.outer(u, u) / SPREAD) ** 2)
    return np.asarray((weight @ squares) / (weight @ np.maximum(share, 1e-12)))


def _smoother(u: Array) -> Array:
    """Return the matrix of local quadratic fits over ± `REACH` decades."""
    n = len(u)
    smoother = np.zeros((n, n))
    for k, centre in enumerate(u):
        distance = np.abs(u - centre)
        near = np.flatnonzero(distance <= REACH + 1e-9)
        if len(near) < NEIGHBOURS:
            near = np.sort(np.argsort(distance, kind="stable")[:NEIGHBOURS])
        scale = max(float(distance[near].max()), 1e-12)
        powers = np.vander((u[near] - centre) / scale, 3, increasing=True)
        smoother[k, near] = np.linalg.pinv(powers)[0]
    return smoother
