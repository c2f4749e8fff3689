"""What entries are driven by from outside: Gaussian, with what both features have learned (R39)."""

from __future__ import annotations

import numpy as np

from superlaw.curves import Array
from superlaw.solvers.closures.two_time.covariances import Learned

NUGGET = 1e-6
"""Added to correlations, for a root of them."""


def covariance_of_entry(
    column: Array, row: Array, learned: Learned, x_column: Array, x_row: Array, width: int
) -> Array:
    """Return that of ξ_ji: (C_i + V_j − r0 + x_i x_j' + x_j x_i')/K [time, time] (R39).

    Parameters
    ----------
    column, row : ndarray
        C_i = (B w_i)·(B w_i)' and V_j = (Bᵀ w_j)·(Bᵀ w_j)', whole [time, time].
    learned : Learned
    x_column, x_row : ndarray
        s_i − μ and s_j − μ [time].
    width : int
        K.
    """
    both = np.outer(x_column, x_row)
    return np.asarray((column + row - learned.r0 + both + both.T) / width)


def drawn(covariance: Array, count: int, generator: np.random.Generator) -> Array:
    """Return Gaussian paths of a covariance [path, time]; what is negative in it is left out."""
    return np.asarray(generator.standard_normal((count, len(covariance))) @ _root(covariance).T)


def _root(covariance: Array) -> Array:
    """Return a root of a covariance, or of the nearest one [time, time]."""
    size = np.sqrt(np.maximum(np.diagonal(covariance), 0.0))
    if size.min() > 0.0:
        try:
            correlation = covariance / np.outer(size, size) + NUGGET * np.eye(len(size))
            return np.asarray(np.linalg.cholesky(correlation) * size[:, None])
        except np.linalg.LinAlgError:
            pass
    values, vectors = np.linalg.eigh(covariance)
    return np.asarray(vectors * np.sqrt(np.maximum(values, 0.0)))
