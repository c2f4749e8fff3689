"""Contours for inverse Laplace transforms, as arrays: one time at a time, or decades of them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from superlaw import laplace as plain
from superlaw.curves import Array
from superlaw.laplace import N_NODES

Complex = NDArray[np.complex128]
N_SHARED = 30
"""Nodes that serve a decade of times: exp(−λt) to 1e-12, at any λ."""
ANGLE, DECADE = 1.024, 10.0
"""The angle for which they converge fastest where the last time is ten times the first."""


def talbot(n_nodes: int = N_NODES) -> tuple[Complex, Complex]:
    """Return nodes s and weights w with f(t) ≈ Re Σ w F(s/t)/t for the transform F of f."""
    nodes, weights = plain.talbot(n_nodes)
    return np.array(nodes), np.array(weights)


def hyperbola(n_nodes: int = N_SHARED) -> tuple[Complex, Complex]:
    """Return nodes s and weights w with f(t) ≈ Re Σ w exp(st) F(s) for 1 ≤ t ≤ 10.

    s = μ(1 + sin(iu − α)) with the step of u and μ that balance the errors at both ends of the span
    of times (Weideman & Trefethen, Math. Comp. 76 (2007) 1341); F may have singularities on the
    negative real axis and at 0.
    """
    reach = (np.pi - 2.0 * ANGLE) * DECADE + 4.0 * ANGLE - np.pi
    step = np.arccosh(reach / ((4.0 * ANGLE - np.pi) * np.sin(ANGLE))) / n_nodes
    size = (4.0 * np.pi * ANGLE - np.pi**2) / step / DECADE
    u = 1j * (np.arange(n_nodes) + 0.5) * step - ANGLE
    return size * (1.0 + np.sin(u)), size * step / np.pi * np.cos(u)


def inverse_transforms(
    times: Array, transform: Callable[[Complex], Complex]
) -> tuple[Array, Array]:
    """Return f(t) and t f'(t) of columns of times from their transforms.

    Parameters
    ----------
    times : ndarray
        Shape (n, m); f is 0 where they are not above 0.
    transform : callable
        From nodes s to the transform of each column, shape (m, n_nodes). Called once for a decade
        of times; the nodes of a later decade are smaller, on the same rays.
    """
    value, change = np.zeros_like(times), np.zeros_like(times)
    later = times > 0.0
    if not later.any():
        return value, change
    first, (nodes, weights) = times[later].min(), hyperbola()
    decade = np.full(times.shape, -1)
    decade[later] = np.floor(np.log10(times[later] / first))
    for number in np.unique(decade[later]):
        s = nodes / (first * DECADE**number)
        terms = weights / (first * DECADE**number) * transform(s)
        for column, term in enumerate(terms):
            rows = np.flatnonzero(decade[:, column] == number)
            reached = times[rows, column]
            wave = np.exp(reached[:, None] * s)
            value[rows, column] = (wave @ term).real
            change[rows, column] = reached * (wave @ (term * s)).real
    return value, change
