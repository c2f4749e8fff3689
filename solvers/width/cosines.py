"""Cosines of independent random directions in m dimensions: density ∝ (1 − ξ²)^((m−3)/2)."""

from __future__ import annotations

import numpy as np
from scipy import special

from superlaw.curves import Array

NODES, WEIGHTS = np.polynomial.legendre.leggauss(128)
REACH = 13.0
"""Cosines beyond this many times 1/√m have a probability below exp(−80)."""


def log_density(xi: Array, m: int) -> Array:
    """Return the logarithm of the density of a cosine; for m = 2 it has poles at ±1."""
    normalisation = special.gammaln(m / 2.0) - special.gammaln((m - 1) / 2.0) - 0.5 * np.log(np.pi)
    return normalisation + 0.5 * (m - 3) * np.log1p(-np.minimum(xi * xi, 1.0 - 1e-300))


def tail(xi: Array, m: int) -> Array:
    """Return the probability of a cosine above ξ ≥ 0."""
    return 0.5 * special.betainc((m - 1) / 2.0, 0.5, 1.0 - np.asarray(xi) ** 2)


def excess(x: Array | float, m: int) -> Array:
    """Return β(x) = E[(2ξ − x)₊³/(6ξ)], so that E B(S ξ, b) = S² β(−b/S).

    Integrated over the angle, where the density is sin^(m−2) and has no poles.

    Parameters
    ----------
    x : array_like
        At least 0 [dimensionless].
    m : int
        Dimensions, at least 2.
    """
    xi, weight = positive_nodes(np.minimum(np.asarray(x, dtype=float) / 2.0, 1.0), m)
    over = np.maximum(2.0 * xi - np.asarray(x, dtype=float)[..., None], 0.0)
    return np.sum(weight * over**3 / (6.0 * xi), axis=-1)


def positive_nodes(start: Array, m: int) -> tuple[Array, Array]:
    """Return cosines from `start` ≥ 0 up to where they end, and their weights, as a last axis."""
    first = np.arccos(start)
    last = np.arccos(np.minimum(np.maximum(start, 0.0) + REACH / np.sqrt(m), 1.0))
    angle = last[..., None] + 0.5 * (first - last)[..., None] * (1.0 + NODES)
    log_norm = special.gammaln(m / 2.0) - special.gammaln((m - 1) / 2.0) - 0.5 * np.log(np.pi)
    sines = np.exp(log_norm + (m - 2) * np.log(np.maximum(np.sin(angle), 1e-300)))
    return np.maximum(np.cos(angle), 1e-300), 0.5 * (first - last)[..., None] * WEIGHTS * sines


def gegenbauer(t: Array, degree: int, m: int) -> Array:
    """Return G_k(t), k = 0 … degree, with G_k(1) = 1: positive definite on the sphere.

    (k + m − 2) G_{k+1} = (2k + m − 2) t G_k − k G_{k−1}; m = 2 are Chebyshev polynomials.

    Returns
    -------
    ndarray
        Shape (degree + 1, len(t)).
    """
    rows = np.ones((degree + 1, len(t)))
    if degree:
        rows[1] = t
    for k in range(1, degree):
        rows[k + 1] = ((2 * k + m - 2) * t * rows[k] - k * rows[k - 1]) / (k + m - 2)
    return rows
