"""Exact solution of the cross-talk theory: its loss by a contour, its overlap in closed form."""

from __future__ import annotations

import numpy as np

from superlaw.curves import Array
from superlaw.laplace import N_NODES
from superlaw.solvers.models.contour import talbot


def loss(
    times: Array, lam: Array, target: Array, weight: Array, width: float, n_nodes: int = N_NODES
) -> Array:
    """Return L(t) of the cross-talk theory, exact up to the truncation of the contour.

    In x = √λ e the equations are dx/dt = −A x, A = diag(λ) + v vᵀ, v = √(λ/K), and the loss is
    ½ x(0)ᵀ exp(−2At) x(0) = ½ ∮ exp(−2zt) ρ(z) dz/2πi with, by Sherman-Morrison [derived],
    ρ = Σ n λ a² d + (Σ n λ a d)²/K / (1 − Σ n λ d/K), d = 1/(z − λ).

    Parameters
    ----------
    times : ndarray
        Shape (n,), above 0 [time].
    lam, target, weight : ndarray
        λ, a and n of the features or classes, shape (N,).
    width : float
        K.
    n_nodes : int
        Nodes of the contour, even.

    Returns
    -------
    ndarray
        Shape (n,).
    """
    s, w = talbot(n_nodes)
    curve = np.empty_like(times)
    for row, t in enumerate(times):
        total = 0.0
        for node, node_weight in zip(s, w, strict=True):
            z = -node / (2.0 * t)
            shares = weight * lam / (z - lam)
            pushed, loop = (shares @ target) ** 2 / width, 1.0 - shares.sum() / width
            total += (node_weight * (shares @ target**2 + pushed / loop)).real
        curve[row] = -0.25 / t * total
    return curve


def common_error(times: Array, fastest: float, a: float, width: float) -> Array:
    """Return 1 − μ(t) for b = 0 and N = ∞: what is left to learn of the rarest features.

    1 − μ = E_α(−(t/t_K)^α), α = 1/a, t_K = (1/λ_1) [K a sin(π/a)/π]^a, with the Mittag-Leffler
    function E_α; its transform is z^(α−1) / (z^α + t_K^−α).

    Parameters
    ----------
    times : ndarray
        Shape (n,), above 0 [time].
    fastest : float
        λ_1 [1/time].
    a : float
        Feature-frequency exponent, above 1.
    width : float
        K.

    Returns
    -------
    ndarray
        Shape (n,).
    """
    alpha = 1.0 / a
    crossover = (width * a * np.sin(np.pi / a) / np.pi) ** a / fastest
    s, w = talbot()
    z = s / times[:, None]
    transform = z ** (alpha - 1.0) / (z**alpha + crossover**-alpha)
    found: Array = (w * transform).sum(axis=1).real / times
    return found
