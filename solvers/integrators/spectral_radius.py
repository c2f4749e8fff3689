"""How fast the fastest mode can be: a bound on the Jacobian's spectral radius."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from superlaw.curves import Array
from superlaw.solvers.integrators.problem import MeanField

CHUNK = 1 << 16
"""Features at a time, so that nothing of the size of the problem is built."""


def order_parameters(problem: MeanField, y: Array) -> Array:
    """Return m_r = Σ_i w_i g_r(y_i, θ_i), shape (R,)."""
    m = np.zeros(problem.n_order)
    for part, y_part, theta in _chunks(problem, y):
        g = np.zeros((problem.n_order, len(y_part)))
        problem.order(y_part, theta, problem.shared, g)
        m += g @ problem.weight[part]
    return m


def spectral_bound(problem: MeanField, y: Array) -> float:
    """Return a bound on the spectral radius of J = diag(f_y) + f_mᵀ (w g_y) at a state.

    The radius is at most any norm induced by a vector norm. With U = f_m, V = w g_y, the smaller of
    max |f_y| + Σ_r max|U_r| Σ|V_r| (largest row sum) and max |f_y| + Σ_r max|V_r| Σ|U_r| (largest
    column sum).
    """
    m = order_parameters(problem, y)
    own, size, total = 0.0, np.zeros((2, problem.n_order)), np.zeros((2, problem.n_order))
    for part, y_part, theta in _chunks(problem, y):
        f_y, links = np.zeros(len(y_part)), np.zeros((2, problem.n_order, len(y_part)))
        problem.partials(y_part, theta, problem.shared, m, f_y, links[0], links[1])
        links = np.abs(links)
        links[1] *= problem.weight[part]
        own = max(own, float(np.abs(f_y).max()))
        size, total = np.maximum(size, links.max(axis=2)), total + links.sum(axis=2)
    return own + float(min(size[0] @ total[1], size[1] @ total[0]))


def _chunks(problem: MeanField, y: Array) -> Iterator[tuple[slice, Array, Array]]:
    """Yield slices with their states and parameters."""
    for start in range(0, problem.n_features, CHUNK):
        part = slice(start, start + CHUNK)
        yield part, np.ascontiguousarray(y[part]), np.ascontiguousarray(problem.theta[:, part])
