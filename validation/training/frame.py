"""The frame that trained columns form: capacity, levels, and localisation beside its chance."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from superlaw.solvers.spectra import ensembles

Array = NDArray[Any]
DRAWS = 1000
"""Haar features drawn for what stands beside: the same in every call, so that curves are smooth."""
_NOTHING = 1e-12
"""Eigenvalues below this part of the largest, and norms below this part of the mean, are 0."""


def frame_of(columns: Array, n: Array | None = None) -> dict[str, Array]:
    """Return what the columns of W say of themselves as a frame, while they are trained.

    Parameters
    ----------
    columns : ndarray, (N, K)
        One feature a row.
    n : ndarray, (N,), optional
        Multiplicities, 1 if left out.

    Returns
    -------
    dict
        capacity, Σ D_i/rank F (step G4), and `haar_capacity`, that of Haar features at the same
        eigenvalues; level_spread, Var λ/E[λ]² over the eigenvalues of F; spread, the mean of
        Var_μi λ/E_μi[λ]² over features, and `haar_spread`, that of Haar features.
    """
    W = columns.astype(np.float64)
    n = np.ones(len(W)) if n is None else n.astype(np.float64)
    lam, vectors = np.linalg.eigh(W.T @ (n[:, None] * W))
    kept = lam > _NOTHING * max(float(lam[-1]), np.finfo(float).tiny)
    names = ("capacity", "haar_capacity", "level_spread", "spread", "haar_spread")
    if not kept.any():
        return dict.fromkeys(names, np.asarray(0.0))
    lam, weights = lam[kept], (W @ vectors[:, kept]) ** 2
    norms = weights.sum(axis=1)
    has = norms > _NOTHING * float(np.average(norms, weights=n))
    first, second = weights[has] @ lam, weights[has] @ lam**2
    capacity = float(n[has] @ (norms[has] ** 2 / first)) / len(lam)
    spread = float(np.average(second * norms[has] / first**2 - 1.0, weights=n[has]))
    haar = ensembles.haar(lam, np.random.default_rng(0), DRAWS)
    found = (capacity, haar.capacity, lam.var() / lam.mean() ** 2, spread, haar.spreads.mean())
    return {name: np.asarray(value) for name, value in zip(names, found, strict=True)}
