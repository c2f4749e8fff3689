"""Closed form of inputs with a mean: the loss from a rank-one resolvent, on a Talbot contour."""

from __future__ import annotations

import numpy as np

from superlaw.curves import Array
from superlaw.laplace import N_NODES
from superlaw.solvers.models.contour import talbot


def rank_one_loss(
    times: Array,
    variance: Array,
    mean: Array,
    target: Array,
    weight: Array,
    n_nodes: int = N_NODES,
) -> tuple[Array, Array]:
    """Return the loss for inputs with a mean, Σ = diag(c) + μμᵀ, and its local slope.

    L(t) = ½ Σ_j n_j a_j² [Σ exp(−2Σt)]_jj = ½ ∮ z exp(−2zt) tr(z) dz/2πi with the trace of step M6
    [derived], tr = Σ n a² d + Σ n a² μ² d² / (1 − Σ n μ² d), d = 1/(z − c). Of z d = 1 + c d the 1
    has no pole. Left in, it would add N a² of rounding to the loss; left out, what has been learned
    would, as its c d is near −1: each class has the smaller of the two.

    Parameters
    ----------
    times, variance, mean, target, weight : ndarray
        Times (n,); c, μ, a and n of the classes (G,).
    n_nodes : int
        Nodes of the contour, even.

    Returns
    -------
    loss, local_slope : ndarray
        Shape (n,) each.
    """
    s, w = talbot(n_nodes)
    loss, slope = np.empty_like(times), np.empty_like(times)
    for row, t in enumerate(times):
        if t == 0.0:
            loss[row] = 0.5 * np.sum(weight * target**2 * (variance + mean**2))
            slope[row] = 0.0
            continue
        z = -s / (2.0 * t)
        d = 1.0 / (z[:, None] - variance)
        loop = (weight * mean**2 * d).sum(axis=1)
        own = np.where(2.0 * variance * t > 1.0, z[:, None], variance) * d
        parts = (weight * target**2 * own).sum(axis=1)
        parts += z * (weight * (target * mean * d) ** 2).sum(axis=1) / (1.0 - loop)
        terms = -0.25 / t * w * parts
        loss[row] = terms.sum().real
        slope[row] = t * (2.0 * z * terms).sum().real / loss[row]
    return loss, slope
