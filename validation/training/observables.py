"""What a student has learned, exactly, from its factors: modes, thresholds, norms and overlaps."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from superlaw.validation.training.kernels.entries import n_dead

Array = NDArray[Any]


def learned(
    L: Array, R: Array, beta: Array, tracked: NDArray[np.int64], n: Array | None = None
) -> dict[str, Array]:
    """Return S_ii, β_i and |r_i| of tracked features, and overlaps by octave of the index.

    Parameters
    ----------
    L, R : ndarray, (N, K)
        S = LRᵀ.
    beta : ndarray, (N,)
    tracked : ndarray of int
        Counted from 1.
    n : ndarray, (N,), optional
        Multiplicities of classes of features, in the order of the features; 1 if left out.
    """
    ends = np.cumsum(np.ones_like(beta) if n is None else n)
    rows = np.searchsorted(ends, tracked)
    edges = np.searchsorted(ends, octaves(round(ends[-1])), side="right")
    return {
        "modes": np.einsum("jk,jk->j", L[rows], R[rows]),
        "thresholds": beta[rows],
        "norms": np.sqrt(np.einsum("jk,jk->j", R[rows], R[rows])),
        "overlaps": mean_square_overlaps(L, R, edges, n),
    }


def dead_fraction(law: int, own: Array, beta: Array, n: Array | None = None) -> float:
    """Fraction of outputs that never open on their own feature, counted n times each."""
    own, beta = own.astype(np.float64), beta.astype(np.float64)
    if n is None or np.all(n == 1.0):
        return n_dead(law, own, beta) / len(beta)
    dead = [n_dead(law, own[j : j + 1], beta[j : j + 1]) for j in range(len(beta))]
    return float(np.average(dead, weights=n))


def octaves(n_features: int) -> Array:
    """First feature of each class, counted from 0, and N: 0, 3, 7, 15, … (at least two in each)."""
    edges = [0] + [2**k - 1 for k in range(2, 64) if 2**k <= n_features - 1]
    return np.array([*edges, n_features])


def mean_square_overlaps(L: Array, R: Array, edges: Array, n: Array | None = None) -> Array:
    """Mean of S_ji² over j ≠ i, row j in one class of features and i in another.

    Σ_ji n_j n_i (l_j·r_i)² = tr(Σ_j n_j l_j l_jᵀ · Σ_i n_i r_i r_iᵀ): exact, without N² overlaps.

    Parameters
    ----------
    L, R : ndarray, (N, K)
    edges : ndarray of int, (C + 1,)
        Where classes of neighbouring features start, and N.
    n : ndarray, (N,), optional
        Multiplicities, 1 if left out; features that share a column make no pair.

    Returns
    -------
    ndarray, (C, C)
        Row: class of j. Column: class of i. 0 where there is no pair.
    """
    spans = [slice(first, last) for first, last in pairwise(edges)]
    n = np.ones(len(L)) if n is None else n
    L, R = (np.sqrt(n)[:, None] * x for x in (L, R))
    outputs = np.array([(L[span].T @ L[span]).ravel() for span in spans])
    inputs = np.array([(R[span].T @ R[span]).ravel() for span in spans])
    own = np.einsum("jk,jk->j", L, R) ** 2
    total = outputs @ inputs.T - np.diag([own[span].sum() for span in spans])
    size, shared = (np.array([x[span].sum() for span in spans]) for x in (n, n * n))
    n_pairs = np.outer(size, size) - np.diag(shared)
    return np.asarray(total / np.maximum(n_pairs, 1))
