"""Coefficients of the second-order Runge-Kutta-Chebyshev methods, for any number of stages.

Sommeijer, Shampine & Verwer, Journal of Computational and Applied Mathematics 88 (1998) 315:

    Y_1 = y + μ̃_1 h F_0,
    Y_j = (1 − μ_j − ν_j) y + μ_j Y_(j−1) + ν_j Y_(j−2) + μ̃_j h F_(j−1) + γ̃_j h F_0,

with F_j = F(t + c_j h, Y_j) and the step y_new = Y_s. Stable for −β(s) ≤ hρ ≤ 0, where β(s) grows
with the square of the number of stages: the work for a given span grows with its square root.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from superlaw.arguments import whole
from superlaw.curves import Array

DAMPING = 2.0 / 13.0
"""ε: between stages the amplification stays near 1 − ε/3, so that stiff modes die out."""


class Coefficients(NamedTuple):
    """Arrays of shape (stages + 1,), entry j for stage j; entries without a meaning are 0."""

    mu: Array
    nu: Array
    mu_tilde: Array
    gamma_tilde: Array
    c: Array


def stability_limit(n_stages: int) -> float:
    """Return β(s) = ⅔ (s² − 1)(1 − 2ε/15), the length of the stable negative axis."""
    return 2.0 / 3.0 * (n_stages**2 - 1.0) * (1.0 - 2.0 / 15.0 * DAMPING)


def coefficients(n_stages: int) -> Coefficients:
    """Return the coefficients of the method with a number of stages.

    w_0 = 1 + ε/s², w_1 = T_s'(w_0)/T_s''(w_0), b_j = T_j''(w_0)/T_j'(w_0)² from j = 2 on,
    b_0 = b_1 = b_2, a_j = 1 − b_j T_j(w_0); μ_j = 2 b_j w_0/b_(j−1), ν_j = −b_j/b_(j−2),
    μ̃_j = 2 b_j w_1/b_(j−1), γ̃_j = −a_(j−1) μ̃_j, μ̃_1 = b_1 w_1.

    Parameters
    ----------
    n_stages : int
        s, at least 2.

    Returns
    -------
    Coefficients
        μ, ν, μ̃, γ̃ and c.

    Examples
    --------
    >>> [round(float(c), 4) for c in coefficients(3).c]
    [0.0, 0.0932, 0.3792, 1.0]
    """
    s = whole("n_stages", n_stages, "Use at least 2 stages.", minimum=2)
    w0 = 1.0 + DAMPING / s**2
    T, slope, bend = _chebyshev(s, w0)
    w1 = slope[s] / bend[s]
    b = np.empty(s + 1)
    b[2:] = bend[2:] / slope[2:] ** 2
    b[:2] = b[2]
    mu, nu, mu_tilde, gamma_tilde, c = np.zeros((5, s + 1))
    mu[2:] = 2.0 * w0 * b[2:] / b[1:-1]
    nu[2:] = -b[2:] / b[:-2]
    mu_tilde[1] = b[1] * w1
    mu_tilde[2:] = 2.0 * w1 * b[2:] / b[1:-1]
    gamma_tilde[2:] = -(1.0 - b[1:-1] * T[1:-1]) * mu_tilde[2:]
    c[2:] = w1 * bend[2:] / slope[2:]
    c[1] = c[2] / slope[2]
    return Coefficients(mu, nu, mu_tilde, gamma_tilde, c)


def _chebyshev(n: int, x: float) -> tuple[Array, Array, Array]:
    """Return T_0 … T_n and their first two derivatives at x."""
    T, slope, bend = np.zeros((3, n + 1))
    T[0], T[1], slope[1] = 1.0, x, 1.0
    for j in range(2, n + 1):
        T[j] = 2.0 * x * T[j - 1] - T[j - 2]
        slope[j] = 2.0 * T[j - 1] + 2.0 * x * slope[j - 1] - slope[j - 2]
        bend[j] = 4.0 * slope[j - 1] + 2.0 * x * bend[j - 1] - bend[j - 2]
    return T, slope, bend
